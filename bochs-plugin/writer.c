/*
 * writer.c - the threads that write the files of a recording.
 *
 * Buffers depend on nothing but themselves: each writer takes the next one from
 * the queue, makes its text, and packs that if asked to. Then it waits until the
 * buffers before it, of the same file, have been written, digests the text and
 * writes. So the file is the same whatever the number of writers, and never has
 * a hole. The first buffer in the queue waits for nobody: there is no deadlock.
 *
 * The digest is that of the bytes before packing, so that it tells whether what
 * is unpacked is right. libcrypto takes 1.8 GB/s here (sha256sum of coreutils:
 * 0.42).
 *
 * After a write has failed, the file is cut back to its last whole buffer, and
 * what comes later for this file is thrown away; the other files go on, as
 * small tables may still find room. The emulator looks at sink_error now and
 * then and ends the run.
 */
#define _GNU_SOURCE /* sched_getaffinity */
#include "writer.h"
#include "large_pages.h"

#include <errno.h>
#include <openssl/evp.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <zstd.h>

#define ZSTD_LEVEL 1 /* 3 packs this kind of text 8 % better at half the speed (measured) */
#define TICK_NS	   400000000l

struct piece {
	const char *data;
	size_t len;
};

/* Memory for text and frames of the size that the files need now. */
static bool prepare(struct sink_set *s, struct sink_writer *w)
{
	unsigned int i;

	w->set = s;
	large_free(w->memory, w->memory_size);
	w->packed_size = ZSTD_compressBound(s->text_max);
	w->memory_size = s->text_max + w->packed_size;
	w->memory = large_alloc(w->memory_size);
	if (!w->memory)
		return false;
	w->text = w->memory;
	w->packed = w->text + s->text_max;
	for (i = 0; i < s->count && !w->zstd; i++) {
		if (!s->files[i].zstd)
			continue;
		w->zstd = ZSTD_createCCtx();
		if (!w->zstd)
			return false;
		ZSTD_CCtx_setParameter(w->zstd, ZSTD_c_compressionLevel, ZSTD_LEVEL);
		ZSTD_CCtx_setParameter(w->zstd, ZSTD_c_checksumFlag, 1);
	}
	return true;
}

static int write_at(int fd, struct piece p, uint64_t at)
{
	ssize_t n;

	while (p.len) {
		n = pwrite(fd, p.data, p.len, (off_t)at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno;
		p.data += n;
		p.len -= (size_t)n;
		at += (uint64_t)n;
	}
	return 0;
}

/* Makes the bytes of the file. Needs no turn. Returns 0 or an errno. */
static int pack(struct sink_writer *w, const struct sink *sink, struct piece *plain,
		struct piece *packed)
{
	*packed = *plain;
	if (!sink->zstd)
		return 0;
	packed->data = w->packed;
	packed->len = ZSTD_compress2(w->zstd, w->packed, w->packed_size, plain->data, plain->len);
	return ZSTD_isError(packed->len) ? EIO : 0;
}

/* Writes what pack has made, in its turn. Returns 0 or an errno. */
static int put(struct sink *sink, struct piece plain, struct piece packed, bool draft)
{
	uint64_t end = sink->size + packed.len;
	int error = write_at(sink->fd, packed, sink->size);

	/* A frame may be shorter than that of its draft. */
	if (!error && sink->end > end && ftruncate(sink->fd, (off_t)end))
		error = errno;
	if (error) {
		/* Even if the cut fails, the first error is the one to tell. */
		(void)!ftruncate(sink->fd, (off_t)sink->size);
		return error;
	}
	if (!draft) {
		sink->size = end;
		EVP_DigestUpdate(sink->sum, plain.data, plain.len);
	}
	sink->end = end;
	return 0;
}

bool sink_header(struct sink *sink, const char *text)
{
	struct sink_writer *w = &sink->set->writers[0];
	struct piece plain = {text, strlen(text)}, packed;

	errno = ENOMEM;
	if ((!w->memory || (sink->zstd && !w->zstd)) && !prepare(sink->set, w))
		return false;
	errno = pack(w, sink, &plain, &packed);
	if (!errno)
		errno = put(sink, plain, packed, false);
	return !errno;
}

/* Waits for a buffer. True: *item is it. False: tick is due, or all is over. */
static bool take(struct sink_set *s, struct sink_item *item, bool ticks, bool *over)
{
	struct timespec until;
	bool got;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += TICK_NS;
	until.tv_sec += until.tv_nsec / 1000000000l;
	until.tv_nsec %= 1000000000l;
	pthread_mutex_lock(&s->lock);
	while (!s->queue_count && !s->ending) {
		if (!ticks)
			pthread_cond_wait(&s->filled, &s->lock);
		else if (pthread_cond_timedwait(&s->filled, &s->lock, &until) == ETIMEDOUT)
			break;
	}
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

/* Returns whether the file is still to be written. */
static bool wait_for_turn(struct sink_set *s, const struct sink_item *item)
{
	bool good;

	pthread_mutex_lock(&s->lock);
	while (item->sink->turn != item->turn)
		pthread_cond_wait(&s->turned, &s->lock);
	good = !item->sink->failed;
	pthread_mutex_unlock(&s->lock);
	return good;
}

static void end_turn(struct sink_set *s, const struct sink_item *item, int error)
{
	struct sink *sink = item->sink;

	pthread_mutex_lock(&s->lock);
	if (error) {
		sink->failed = true;
		if (!s->error) {
			s->error = error;
			s->failed = sink;
		}
	}
	sink->turn++;
	s->spare[s->spare_count++] = item->buffer;
	pthread_cond_broadcast(&s->turned);
	pthread_cond_signal(&s->emptied);
	pthread_mutex_unlock(&s->lock);
}

static void work(struct sink_writer *w, const struct sink_item *item)
{
	struct piece plain = {item->buffer, item->used}, packed;
	struct sink *sink = item->sink;
	int error;

	if (sink->expand) {
		plain.len = sink->expand(plain.data, plain.len, w->text);
		plain.data = w->text;
	}
	error = pack(w, sink, &plain, &packed);
	if (wait_for_turn(w->set, item) && !error)
		error = put(sink, plain, packed, item->draft);
	end_turn(w->set, item, error);
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
	struct sink_writer *w = arg;
	struct sink_set *s = w->set;
	const bool ticks = s->tick && w == s->writers;
	struct timespec last = {0};
	struct sink_item item;
	bool over = false;

	while (!over) {
		if (take(s, &item, ticks, &over))
			work(w, &item);
		if (ticks && tick_due(&last))
			s->tick(s->tick_ctx);
	}
	return NULL;
}

static unsigned int processors(void)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof(set), &set) ? 1 : (unsigned int)CPU_COUNT(&set);
}

int sink_start(struct sink_set *s, unsigned int writers, void (*tick)(void *ctx), void *ctx)
{
	sigset_t all, old;
	int error = 0;

	if (!writers)
		writers = processors();
	s->tick = tick;
	s->tick_ctx = ctx;
	/* Signals are the emulator's: none may land in a writer. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	while (!error && s->running < writers && s->running < SINK_WRITERS) {
		struct sink_writer *w = &s->writers[s->running];

		error = prepare(s, w) ? pthread_create(&w->thread, NULL, writer, w) : ENOMEM;
		s->running += !error;
	}
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return s->running ? 0 : error; /* one will do */
}

void writer_join(struct sink_set *s)
{
	pthread_mutex_lock(&s->lock);
	s->ending = true;
	pthread_cond_broadcast(&s->filled);
	pthread_mutex_unlock(&s->lock);
	while (s->running)
		pthread_join(s->writers[--s->running].thread, NULL);
}

void writer_free(struct sink_set *s)
{
	unsigned int i;

	for (i = 0; i < SINK_WRITERS; i++) {
		ZSTD_freeCCtx(s->writers[i].zstd);
		large_free(s->writers[i].memory, s->writers[i].memory_size);
	}
}
