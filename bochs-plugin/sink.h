/* sink.h - the files of a recording, written by threads of their own. */
#ifndef TLBTRACE_SINK_H
#define TLBTRACE_SINK_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SINK_BUFFER  262144u /* bytes handed to a writer at a time: stays in the L2 cache */
#define SINK_BUFFERS 64u     /* so up to 16 MiB wait for the disk before the guest does */
#define SINK_FILES   17u
#define SINK_WRITERS 4u /* threads at most */

struct sink_set;

struct sink {
	struct sink_set *set;
	char *path;	  /* of the file as it is written */
	const char *name; /* without the directory; points into path */
	int fd;
	bool zstd;
	size_t (*expand)(const void *data, size_t len, char *out);
	/* The emulator's thread: */
	char *buffer; /* being filled, or NULL */
	size_t used;
	size_t drafted; /* of `used`: what sink_flush has handed over already */
	uint64_t rows;
	uint64_t next_turn; /* for the next buffer handed over */
	/* Under the set's lock: */
	uint64_t turn; /* of the buffer that may be written now */
	bool failed;   /* a write failed: what comes later is thrown away */
	/* Of the writer whose turn it is: */
	uint64_t size;		   /* bytes of whole buffers in the file */
	uint64_t end;		   /* bytes in the file, with a draft behind them */
	struct evp_md_ctx_st *sum; /* of the bytes before packing */
	/* After sink_finish: */
	char sha256[65];
};

struct sink_item {
	struct sink *sink;
	char *buffer;
	size_t used;
	uint64_t turn;
	bool draft; /* more rows will come into this buffer: it is written again then */
};

/* One thread, and the memory it makes text and zstd frames in. */
struct sink_writer {
	struct sink_set *set;
	pthread_t thread;
	void *zstd;   /* ZSTD_CCtx */
	char *memory; /* of the two below */
	size_t memory_size;
	char *text; /* an expanded buffer */
	char *packed;
	size_t packed_size;
};

struct sink_set {
	struct sink files[SINK_FILES];
	unsigned int count;
	struct sink_writer writers[SINK_WRITERS];
	unsigned int running; /* of the writers */
	char *memory;	      /* of all buffers */
	size_t text_max;      /* longest text of an expanded buffer */
	pthread_mutex_t lock; /* of all below */
	pthread_cond_t filled, emptied, turned;
	struct sink_item queue[SINK_BUFFERS];
	unsigned int queue_first, queue_count;
	char *spare[SINK_BUFFERS];
	unsigned int spare_count;
	bool ending;
	int error; /* errno of the first failing write */
	const struct sink *failed;
	void (*tick)(void *ctx); /* called by the first writer, more than twice a second */
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
 * sink_expand - what is put into @sink is not the text itself: the writers call
 * @expand to make it, at most @max bytes from one buffer. Several may do so at a
 * time, each with another buffer. Before sink_start.
 */
void sink_expand(struct sink *sink, size_t (*expand)(const void *data, size_t len, char *out),
		 size_t max);

/*
 * sink_start - starts @writers threads (0: one for each processor, at most
 * SINK_WRITERS). The files do not depend on how many. @tick may be NULL. Returns
 * 0 or an errno.
 */
int sink_start(struct sink_set *s, unsigned int writers, void (*tick)(void *ctx), void *ctx);

/* sink_change - hands the buffer to the writers and gets an empty one; waits if there is none. */
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

/*
 * sink_flush - has all rows so far written, those of buffers that are not full
 * too. Does not wait, and changes nothing in what the files hold at the end; a
 * file waits for the next call if the writers have more than enough to do.
 */
void sink_flush(struct sink_set *s);

/* sink_error - errno of the first failing write and its path, or 0. */
int sink_error(struct sink_set *s, const char **path);

/*
 * sink_finish - writes out all, stops the writers and closes the files. The
 * digests may be read then. Returns 0 or the errno of the first failing write;
 * a file that failed is cut behind its last whole row (or zstd frame).
 */
int sink_finish(struct sink_set *s);

/* sink_set_free - gives the memory back; after sink_finish. */
void sink_set_free(struct sink_set *s);

#endif
