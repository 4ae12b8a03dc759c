/* sink.h - the files of a recording, written by a thread of their own. */
#ifndef TLBTRACE_SINK_H
#define TLBTRACE_SINK_H

#include "sha256.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SINK_BUFFER  262144u /* bytes handed to the writer at a time: stays in the L2 cache */
#define SINK_BUFFERS 64u     /* so up to 16 MiB wait for the disk before the guest does */
#define SINK_FILES   8u

struct sink_set;

struct sink {
	struct sink_set *set;
	char *path;	  /* of the file as it is written */
	const char *name; /* without the directory; points into path */
	int fd;
	bool zstd;
	char *buffer; /* being filled, or NULL */
	size_t used;
	uint64_t rows;
	size_t (*expand)(void *ctx, const void *data, size_t len, char *out);
	void *expand_ctx;
	/* Only the writer thread touches these until sink_close. */
	uint64_t size; /* bytes of whole rows in the file */
	struct sha256 sum;
};

struct sink_item {
	struct sink *sink;
	char *buffer;
	size_t used;
};

struct sink_set {
	struct sink files[SINK_FILES];
	unsigned int count;
	pthread_t thread;
	bool running;
	pthread_mutex_t lock; /* of all below */
	pthread_cond_t filled, emptied;
	struct sink_item queue[SINK_BUFFERS];
	unsigned int queue_first, queue_count;
	char *spare[SINK_BUFFERS];
	unsigned int spare_count;
	bool ending;
	int error; /* errno of the first failing write; rows are thrown away after it */
	const struct sink *failed;
	void *zstd; /* ZSTD_CCtx */
	char *packed;
	size_t packed_size;
	char *text;		 /* an expanded buffer */
	void (*tick)(void *ctx); /* called by the writer thread twice a second */
	void *tick_ctx;
};

/* sink_set_init - no files yet. False: no memory. */
bool sink_set_init(struct sink_set *s);

/*
 * sink_open - creates (or empties) @dir/@name, or @dir/@name.zst if @zstd.
 * Returns NULL with errno set. All files are opened before sink_start.
 */
struct sink *sink_open(struct sink_set *s, const char *dir, const char *name, bool zstd);

/* sink_header - writes @text at the start of the file, before sink_start. Returns
 * false with errno set. */
bool sink_header(struct sink *sink, const char *text);

/*
 * sink_expand - what is put into @sink is not the text itself: the writer calls
 * @expand to make it, at most @max bytes from one buffer. One sink of a set may
 * have it, before sink_start. False: no memory.
 */
bool sink_expand(struct sink *sink,
		 size_t (*expand)(void *ctx, const void *data, size_t len, char *out), void *ctx,
		 size_t max);

/* sink_start - starts the writer. @tick may be NULL. Returns 0 or an errno. */
int sink_start(struct sink_set *s, void (*tick)(void *ctx), void *ctx);

/* sink_change - hands the buffer to the writer and gets an empty one; waits if there is none. */
void sink_change(struct sink *sink);

/* sink_room - a place to write up to @len bytes (at most SINK_BUFFER) at. */
static inline char *sink_room(struct sink *sink, size_t len)
{
	if (!sink->buffer || sink->used + len > SINK_BUFFER)
		sink_change(sink);
	return sink->buffer + sink->used;
}

/* sink_row - a row was written that ends at @end. */
static inline void sink_row(struct sink *sink, const char *end)
{
	sink->used = (size_t)(end - sink->buffer);
	sink->rows++;
}

/* sink_bytes - appends @len bytes that are no row. */
void sink_bytes(struct sink *sink, const void *data, size_t len);

/* sink_error - errno of the first failing write and its path, or 0. */
int sink_error(struct sink_set *s, const char **path);

/*
 * sink_finish - writes out all, stops the writer and closes the files. The
 * digests may be read then. Returns 0 or the errno of the first failing write;
 * the file in question is cut behind its last whole row (or zstd frame).
 */
int sink_finish(struct sink_set *s);

/* sink_set_free - gives the memory back; after sink_finish. */
void sink_set_free(struct sink_set *s);

#endif
