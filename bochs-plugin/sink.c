/*
 * sink.c - the files of a recording, written by a thread of their own.
 *
 * The emulator formats rows into a buffer; full buffers go through a queue to
 * the writer thread, which compresses them if asked to, digests and writes
 * them. Buffers hold whole rows only, and each one becomes a zstd frame of its
 * own: whatever happens, the file on disk is readable up to its last buffer.
 * Nothing is ever dropped while writing works: with all buffers in the queue,
 * the guest waits.
 *
 * After a write has failed, the file is cut back to its last whole buffer and
 * everything that comes later is thrown away; the emulator looks at sink_error
 * now and then and ends the run.
 */
#include "sink.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <zstd.h>

#define ZSTD_LEVEL 1 /* 3 packs this kind of text 8 % better at half the speed (measured) */
#define TICK_NS	   500000000l

bool sink_set_init(struct sink_set *s)
{
	memset(s, 0, sizeof(*s));
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->filled, NULL);
	pthread_cond_init(&s->emptied, NULL);
	while (s->spare_count < SINK_BUFFERS) {
		s->spare[s->spare_count] = malloc(SINK_BUFFER);
		if (!s->spare[s->spare_count])
			return false;
		s->spare_count++;
	}
	return true;
}

/* Makes room to pack @max bytes at once. */
static bool prepare_packed(struct sink_set *s, size_t max)
{
	free(s->packed);
	s->packed_size = ZSTD_compressBound(max);
	s->packed = malloc(s->packed_size);
	return s->packed != NULL;
}

static bool prepare_zstd(struct sink_set *s)
{
	if (s->zstd)
		return true;
	s->zstd = ZSTD_createCCtx();
	if (!s->zstd || !prepare_packed(s, SINK_BUFFER))
		return false;
	ZSTD_CCtx_setParameter(s->zstd, ZSTD_c_compressionLevel, ZSTD_LEVEL);
	ZSTD_CCtx_setParameter(s->zstd, ZSTD_c_checksumFlag, 1);
	return true;
}

struct sink *sink_open(struct sink_set *s, const char *dir, const char *name, bool zstd)
{
	struct sink *sink = &s->files[s->count];
	size_t room = strlen(dir) + strlen(name) + sizeof("/.zst");

	if (zstd && !prepare_zstd(s)) {
		errno = ENOMEM;
		return NULL;
	}
	sink->path = malloc(room);
	if (!sink->path)
		return NULL;
	snprintf(sink->path, room, "%s/%s%s", dir, name, zstd ? ".zst" : "");
	sink->name = sink->path + strlen(dir) + 1;
	sink->fd = open(sink->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (sink->fd < 0) {
		free(sink->path);
		return NULL;
	}
	sink->set = s;
	sink->zstd = zstd;
	sha256_init(&sink->sum);
	s->count++;
	return sink;
}

static int write_all(int fd, const char *data, size_t len)
{
	ssize_t n;

	while (len) {
		n = write(fd, data, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno;
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

/* Writes one buffer. Returns 0 or an errno. */
static int put(struct sink_set *s, const struct sink_item *item)
{
	struct sink *sink = item->sink;
	const char *data = item->buffer;
	size_t len = item->used;
	int error;

	if (sink->expand) {
		len = sink->expand(sink->expand_ctx, data, len, s->text);
		data = s->text;
	}
	if (sink->zstd) {
		len = ZSTD_compress2(s->zstd, s->packed, s->packed_size, data, len);
		if (ZSTD_isError(len))
			return EIO;
		data = s->packed;
	}
	error = write_all(sink->fd, data, len);
	if (error) {
		/* Even if the cut fails, the first error is the one to tell. */
		(void)!ftruncate(sink->fd, (off_t)sink->size);
		return error;
	}
	sink->size += len;
	sha256_update(&sink->sum, data, len);
	return 0;
}

bool sink_header(struct sink *sink, const char *text)
{
	char *copy = strdup(text);
	int error = ENOMEM;

	if (copy)
		error = put(sink->set, &(struct sink_item){sink, copy, strlen(text)});
	free(copy);
	errno = error;
	return !error;
}

bool sink_expand(struct sink *sink,
		 size_t (*expand)(void *ctx, const void *data, size_t len, char *out), void *ctx,
		 size_t max)
{
	struct sink_set *s = sink->set;

	sink->expand = expand;
	sink->expand_ctx = ctx;
	s->text = malloc(max);
	return s->text && (!s->zstd || prepare_packed(s, max));
}

/* Waits for a filled buffer. True: *item is it. False: tick is due, or all is over. */
static bool take(struct sink_set *s, struct sink_item *item, bool *over)
{
	struct timespec until;
	bool got;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += TICK_NS;
	until.tv_sec += until.tv_nsec / 1000000000l;
	until.tv_nsec %= 1000000000l;
	pthread_mutex_lock(&s->lock);
	while (!s->queue_count && !s->ending)
		if (pthread_cond_timedwait(&s->filled, &s->lock, &until) == ETIMEDOUT)
			break;
	got = s->queue_count > 0;
	if (got) {
		*item = s->queue[s->queue_first];
		s->queue_first = (s->queue_first + 1) % SINK_BUFFERS;
		s->queue_count--;
	}
	*over = !got && s->ending;
	pthread_mutex_unlock(&s->lock);
	return got;
}

static void give_back(struct sink_set *s, const struct sink_item *item, int error)
{
	pthread_mutex_lock(&s->lock);
	if (error && !s->error) {
		s->error = error;
		s->failed = item->sink;
	}
	s->spare[s->spare_count++] = item->buffer;
	pthread_cond_signal(&s->emptied);
	pthread_mutex_unlock(&s->lock);
}

static bool tick_due(struct timespec *last)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if ((now.tv_sec - last->tv_sec) * 1000000000l + now.tv_nsec - last->tv_nsec < TICK_NS)
		return false;
	*last = now;
	return true;
}

static void *writer(void *arg)
{
	struct sink_set *s = arg;
	struct timespec last = {0};
	struct sink_item item;
	bool over = false;
	int error = 0;

	while (!over) {
		if (take(s, &item, &over)) {
			if (!error)
				error = put(s, &item);
			give_back(s, &item, error);
		}
		if (s->tick && tick_due(&last))
			s->tick(s->tick_ctx);
	}
	return NULL;
}

int sink_start(struct sink_set *s, void (*tick)(void *ctx), void *ctx)
{
	sigset_t all, old;
	int error;

	s->tick = tick;
	s->tick_ctx = ctx;
	/* Signals are the emulator's: none may land in the writer. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	error = pthread_create(&s->thread, NULL, writer, s);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	s->running = !error;
	return error;
}

static void hand_over(struct sink *sink)
{
	struct sink_set *s = sink->set;

	pthread_mutex_lock(&s->lock);
	s->queue[(s->queue_first + s->queue_count++) % SINK_BUFFERS] =
		(struct sink_item){sink, sink->buffer, sink->used};
	pthread_cond_signal(&s->filled);
	pthread_mutex_unlock(&s->lock);
	sink->buffer = NULL;
	sink->used = 0;
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

int sink_finish(struct sink_set *s)
{
	unsigned int i;

	for (i = 0; s->running && i < s->count; i++)
		if (s->files[i].buffer)
			hand_over(&s->files[i]);
	pthread_mutex_lock(&s->lock);
	s->ending = true;
	pthread_cond_signal(&s->filled);
	pthread_mutex_unlock(&s->lock);
	if (s->running)
		pthread_join(s->thread, NULL);
	s->running = false;
	for (i = 0; i < s->count; i++) {
		if (s->files[i].fd >= 0 && close(s->files[i].fd) && !s->error) {
			s->error = errno;
			s->failed = &s->files[i];
		}
		s->files[i].fd = -1;
	}
	return s->error;
}

void sink_set_free(struct sink_set *s)
{
	unsigned int i;

	for (i = 0; i < s->count; i++)
		free(s->files[i].path);
	while (s->spare_count)
		free(s->spare[--s->spare_count]);
	ZSTD_freeCCtx(s->zstd);
	free(s->packed);
	free(s->text);
	pthread_mutex_destroy(&s->lock);
	pthread_cond_destroy(&s->filled);
	pthread_cond_destroy(&s->emptied);
}
