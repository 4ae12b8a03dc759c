/*
 * sink.c - the files of a recording: what the emulator's thread does for them.
 *
 * The emulator puts rows into a buffer; full buffers go through one queue to
 * the writer threads (writer.c). Buffers hold whole rows only, and each one
 * becomes a zstd frame of its own: whatever happens, the file on disk is
 * readable up to its last buffer. Nothing is ever dropped while writing works:
 * with all buffers in the queue, the guest waits.
 *
 * So that a run that is killed leaves its last rows too, sink_flush hands over
 * a copy of each buffer that is not full yet, a draft: it is written behind the
 * file's end, and once the buffer is full that takes its place. The bytes of a
 * whole recording therefore do not depend on the time.
 */
#include "large_pages.h"
#include "writer.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MEMORY ((size_t)SINK_BUFFERS * SINK_BUFFER)

bool sink_set_init(struct sink_set *s)
{
	memset(s, 0, sizeof(*s));
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->filled, NULL);
	pthread_cond_init(&s->emptied, NULL);
	pthread_cond_init(&s->turned, NULL);
	s->text_max = SINK_BUFFER;
	s->memory = large_alloc(MEMORY);
	if (!s->memory)
		return false;
	while (s->spare_count < SINK_BUFFERS) {
		s->spare[s->spare_count] = s->memory + (size_t)s->spare_count * SINK_BUFFER;
		s->spare_count++;
	}
	return true;
}

struct sink *sink_open(struct sink_set *s, const char *dir, const char *name, bool zstd)
{
	struct sink *sink = &s->files[s->count];
	size_t room = strlen(dir) + strlen(name) + sizeof("/.zst");

	sink->path = malloc(room);
	sink->sum = EVP_MD_CTX_new();
	sink->fd = -1;
	s->count++; /* from here on sink_set_free looks after it */
	if (!sink->path || !sink->sum || !EVP_DigestInit_ex(sink->sum, EVP_sha256(), NULL)) {
		errno = ENOMEM;
		return NULL;
	}
	snprintf(sink->path, room, "%s/%s%s", dir, name, zstd ? ".zst" : "");
	sink->name = sink->path + strlen(dir) + 1;
	sink->fd = open(sink->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (sink->fd < 0)
		return NULL;
	sink->set = s;
	sink->zstd = zstd;
	return sink;
}

void sink_expand(struct sink *sink, size_t (*expand)(const void *data, size_t len, char *out),
		 size_t max)
{
	sink->expand = expand;
	if (sink->set->text_max < max)
		sink->set->text_max = max;
}

static void enqueue(struct sink *sink, char *buffer, bool draft)
{
	struct sink_set *s = sink->set;

	pthread_mutex_lock(&s->lock);
	s->queue[(s->queue_first + s->queue_count++) % SINK_BUFFERS] =
		(struct sink_item){sink, buffer, sink->used, sink->next_turn++, draft};
	pthread_cond_signal(&s->filled);
	pthread_mutex_unlock(&s->lock);
}

static void hand_over(struct sink *sink)
{
	enqueue(sink, sink->buffer, false);
	sink->buffer = NULL;
	sink->used = 0;
	sink->drafted = 0;
}

void sink_change(struct sink *sink)
{
	struct sink_set *s = sink->set;

	if (sink->buffer)
		hand_over(sink);
	pthread_mutex_lock(&s->lock);
	while (!s->spare_count)
		pthread_cond_wait(&s->emptied, &s->lock);
	sink->buffer = s->spare[--s->spare_count];
	pthread_mutex_unlock(&s->lock);
}

void sink_bytes(struct sink *sink, const void *data, size_t len)
{
	const char *p = data;
	size_t n;

	while (len) {
		n = len < SINK_BUFFER ? len : SINK_BUFFER;
		memcpy(sink_room(sink, n), p, n);
		sink->used += n;
		p += n;
		len -= n;
	}
}

void sink_flush(struct sink_set *s)
{
	struct sink *sink;
	char *copy;

	for (sink = s->files; sink < s->files + s->count; sink++) {
		if (!sink->buffer || sink->used == sink->drafted)
			continue;
		pthread_mutex_lock(&s->lock);
		copy = s->spare_count ? s->spare[--s->spare_count] : NULL;
		pthread_mutex_unlock(&s->lock);
		if (!copy)
			return;
		memcpy(copy, sink->buffer, sink->used);
		enqueue(sink, copy, true);
		sink->drafted = sink->used;
	}
}

int sink_error(struct sink_set *s, const char **path)
{
	int error;

	pthread_mutex_lock(&s->lock);
	error = s->error;
	if (error)
		*path = s->failed->path;
	pthread_mutex_unlock(&s->lock);
	return error;
}

static void put_digest(struct sink *sink)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned int i, len = 0;

	EVP_DigestFinal_ex(sink->sum, digest, &len);
	for (i = 0; i < len && i < 32; i++)
		snprintf(sink->sha256 + 2 * i, 3, "%02x", digest[i]);
}

int sink_finish(struct sink_set *s)
{
	struct sink *sink;

	for (sink = s->files; s->running && sink < s->files + s->count; sink++)
		if (sink->buffer)
			hand_over(sink);
	writer_join(s);
	for (sink = s->files; sink < s->files + s->count; sink++) {
		if (sink->fd < 0)
			continue;
		put_digest(sink);
		if (close(sink->fd) && !s->error) {
			s->error = errno;
			s->failed = sink;
		}
		sink->fd = -1;
	}
	return s->error;
}

void sink_set_free(struct sink_set *s)
{
	unsigned int i;

	for (i = 0; i < s->count; i++) {
		EVP_MD_CTX_free(s->files[i].sum);
		free(s->files[i].path);
	}
	large_free(s->memory, MEMORY);
	writer_free(s);
	pthread_mutex_destroy(&s->lock);
	pthread_cond_destroy(&s->filled);
	pthread_cond_destroy(&s->emptied);
	pthread_cond_destroy(&s->turned);
}
