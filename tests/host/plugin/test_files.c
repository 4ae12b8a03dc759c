/*
 * test_files.c - the writer threads: what goes in comes out, and a full disk ends cleanly.
 *
 * A limit on the size of files stands for a full disk: the write that would
 * cross it is cut short and the next one fails, as on a real one.
 */
#include "check.h"
#include "csv.h"
#include "sink.h"

#include <errno.h>
#include <openssl/evp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>
#include <zstd.h>

#define ROWS 200000u

static const char *scratch(void)
{
	const char *dir = getenv("SCRATCH");

	return dir ? dir : ".";
}

static void put_rows(struct sink *sink, unsigned int from, unsigned int to)
{
	char *p;

	for (; from < to; from++) {
		p = sink_room(sink, CSV_ROW_MAX);
		p = csv_comma(csv_dec(p, from));
		p = csv_hex(p, from * 2654435761u);
		sink_row(sink, csv_end(p));
	}
}

/* Reads a file whole, unpacked if @zstd; the caller frees. */
static char *slurp(const char *name, bool zstd, size_t *len)
{
	char path[256], *text = malloc(64u << 20), *packed;
	FILE *file;
	size_t n, frame, out;

	snprintf(path, sizeof(path), "%s/%s", scratch(), name);
	file = fopen(path, "r");
	CHECK(file != NULL);
	*len = 0;
	if (!file)
		return text;
	*len = fread(text, 1, 64u << 20, file);
	fclose(file);
	if (!zstd)
		return text;
	packed = text;
	text = malloc(64u << 20);
	for (n = out = 0; n < *len; n += frame) {
		frame = ZSTD_findFrameCompressedSize(packed + n, *len - n);
		CHECK(!ZSTD_isError(frame));
		if (ZSTD_isError(frame))
			break;
		out += ZSTD_decompress(text + out, (64u << 20) - out, packed + n, frame);
	}
	free(packed);
	*len = out;
	return text;
}

/* The rows in @text are number 0 and the following, all whole; returns how many. */
static unsigned int check_rows(const char *text, size_t len)
{
	char want[64], *p;
	unsigned int row;
	size_t at = 0;

	for (row = 0; at < len; row++) {
		p = csv_comma(csv_dec(want, row));
		p = csv_end(csv_hex(p, row * 2654435761u));
		if (len - at < (size_t)(p - want) || memcmp(text + at, want, (size_t)(p - want))) {
			CHECK(!"a row is damaged");
			return row;
		}
		at += (size_t)(p - want);
	}
	return row;
}

/* The digest of @text is what the sink says. */
static void check_digest(const struct sink *sink, const char *text, size_t len)
{
	unsigned char sum[EVP_MAX_MD_SIZE];
	unsigned int i, bytes = 0;
	char hex[65] = "";

	CHECK(EVP_Digest(text, len, sum, &bytes, EVP_sha256(), NULL));
	for (i = 0; i < 32; i++)
		snprintf(hex + 2 * i, 3, "%02x", sum[i]);
	CHECK_EQ(bytes, 32);
	CHECK_STR(sink->sha256, hex);
}

static void write_and_read(bool zstd)
{
	struct sink_set *s = malloc(sizeof(*s));
	struct sink *rows, *raw;
	unsigned int i;
	char *text;
	size_t len;

	CHECK(sink_set_init(s));
	rows = sink_open(s, scratch(), "rows.csv", zstd);
	raw = sink_open(s, scratch(), "raw", false);
	CHECK(rows && raw);
	CHECK(sink_header(rows, ""));
	CHECK_EQ(sink_start(s, 0, NULL, NULL), 0);
	for (i = 0; i < 100; i++) { /* two files in turn */
		put_rows(rows, i * (ROWS / 100), (i + 1) * (ROWS / 100));
		sink_bytes(raw, "0123456789", 10);
	}
	CHECK_EQ(sink_finish(s), 0);
	CHECK_EQ(rows->rows, ROWS);
	text = slurp(zstd ? "rows.csv.zst" : "rows.csv", zstd, &len);
	CHECK_EQ(check_rows(text, len), ROWS);
	check_digest(rows, text, len); /* of the bytes before packing */
	free(text);
	text = slurp(zstd ? "rows.csv.zst" : "rows.csv", false, &len);
	CHECK_EQ(rows->size, len);
	free(text);
	text = slurp("raw", false, &len);
	CHECK_EQ(len, 1000);
	free(text);
	sink_set_free(s);
	free(s);
}

static void plain(void)
{
	write_and_read(false);
}

static void packed(void)
{
	write_and_read(true);
}

/* Buffers as they are, three for each one: so that texts of several sizes wait for each other. */
static size_t thrice(const void *data, size_t len, char *out)
{
	int i;

	if (*(const char *)data & 1) /* so that the buffer behind it is ready first */
		usleep(1000);
	for (i = 0; i < 3; i++)
		memcpy(out + (size_t)i * len, data, len);
	return 3 * len;
}

/* Writes with so many threads, with @flush now and then; the caller frees what is in the file. */
static char *write_with(unsigned int writers, bool zstd, bool flush, size_t *len)
{
	struct sink_set *s = malloc(sizeof(*s));
	struct sink *rows, *other;
	unsigned int i;
	char *text;

	CHECK(sink_set_init(s));
	rows = sink_open(s, scratch(), "rows.csv", zstd);
	other = sink_open(s, scratch(), "other.csv", zstd);
	sink_expand(rows, thrice, 3 * SINK_BUFFER);
	CHECK(sink_header(rows, "header\n"));
	CHECK_EQ(sink_start(s, writers, NULL, NULL), 0);
	CHECK_EQ(s->running, writers);
	for (i = 0; i < 1000; i++) {
		put_rows(rows, i * ROWS / 200, (i + 1) * ROWS / 200);
		put_rows(other, i, i + 1);
		if (flush && i % 7 == 0)
			sink_flush(s);
	}
	CHECK_EQ(sink_finish(s), 0);
	text = slurp(zstd ? "rows.csv.zst" : "rows.csv", zstd, len);
	check_digest(rows, text, *len);
	free(text);
	text = slurp(zstd ? "other.csv.zst" : "other.csv", zstd, len);
	CHECK_EQ(check_rows(text, *len), 1000);
	free(text);
	text = slurp(zstd ? "rows.csv.zst" : "rows.csv", false, len);
	sink_set_free(s);
	free(s);
	return text;
}

static void threads(void)
{
	size_t len, other_len;
	char *text, *other;
	unsigned int i;
	int zstd;

	for (zstd = 0; zstd < 2; zstd++) {
		text = write_with(1, zstd, false, &len);
		for (i = 1; i <= SINK_WRITERS; i++) {
			other = write_with(i, zstd, true, &other_len);
			CHECK(len == other_len && !memcmp(text, other, len));
			free(other);
		}
		free(text);
	}
}

/* Waits until all that was handed over is in the file; false: it takes too long. */
static bool written(const struct sink *sink)
{
	struct sink_set *s = sink->set;
	unsigned int tries;
	bool done = false;

	for (tries = 0; !done && tries < 10000; tries++) {
		usleep(1000);
		pthread_mutex_lock(&s->lock);
		done = sink->turn == sink->next_turn;
		pthread_mutex_unlock(&s->lock);
	}
	return done;
}

/* What was handed over as a draft can be read before the buffer is full, again and again. */
static void drafts(bool zstd)
{
	struct sink_set *s = malloc(sizeof(*s));
	const char *name = zstd ? "rows.csv.zst" : "rows.csv";
	unsigned int step;
	struct sink *rows;
	char *text;
	size_t len;

	CHECK(sink_set_init(s));
	rows = sink_open(s, scratch(), "rows.csv", zstd);
	CHECK_EQ(sink_start(s, 2, NULL, NULL), 0);
	for (step = 0; step < 40; step++) { /* goes over two ends of a buffer */
		put_rows(rows, step * 1000, (step + 1) * 1000);
		sink_flush(s);
		sink_flush(s); /* nothing new: nothing to do */
		CHECK(written(rows));
		text = slurp(name, zstd, &len);
		CHECK_EQ(check_rows(text, len), (step + 1) * 1000);
		free(text);
	}
	CHECK(rows->next_turn <= 40 + 4);
	CHECK_EQ(sink_finish(s), 0);
	text = slurp(name, zstd, &len);
	CHECK_EQ(check_rows(text, len), 40000);
	check_digest(rows, text, len);
	free(text);
	sink_set_free(s);
	free(s);
}

static void drafts_plain(void)
{
	drafts(false);
}

static void drafts_packed(void)
{
	drafts(true);
}

/* More than fits into all buffers at once, in one go. */
static void long_text(void)
{
	size_t len, i, size = (SINK_BUFFERS + 8) * SINK_BUFFER + 17;
	struct sink_set *s = malloc(sizeof(*s));
	char *data = malloc(size), *text;
	struct sink *raw;

	for (i = 0; i < size; i++)
		data[i] = (char)(i * 2654435761u >> 24);
	CHECK(sink_set_init(s));
	raw = sink_open(s, scratch(), "raw", false);
	CHECK_EQ(sink_start(s, 0, NULL, NULL), 0);
	sink_bytes(raw, data, size);
	CHECK_EQ(sink_finish(s), 0);
	text = slurp("raw", false, &len);
	CHECK(len == size && !memcmp(text, data, size));
	free(text);
	free(data);
	sink_set_free(s);
	free(s);
}

static void full_disk(bool zstd)
{
	struct rlimit old, small = {700000, RLIM_INFINITY};
	struct sink_set *s = malloc(sizeof(*s));
	const char *path = "";
	struct sink *rows, *small_table;
	char *text;
	size_t len;

	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &old);
	small.rlim_max = old.rlim_max;
	CHECK(sink_set_init(s));
	rows = sink_open(s, scratch(), "full.csv", zstd);
	small_table = sink_open(s, scratch(), "small.csv", zstd);
	CHECK_EQ(sink_start(s, 0, NULL, NULL), 0);
	setrlimit(RLIMIT_FSIZE, &small);
	put_rows(rows, 0, 10 * ROWS); /* must come to an end, too */
	put_rows(small_table, 0, 1000);
	sink_flush(s);
	CHECK_EQ(sink_finish(s), EFBIG);
	setrlimit(RLIMIT_FSIZE, &old);
	CHECK_EQ(sink_error(s, &path), EFBIG);
	CHECK(strstr(path, "full.csv") != NULL);
	text = slurp(zstd ? "full.csv.zst" : "full.csv", zstd, &len);
	CHECK(check_rows(text, len) > 1000);
	check_digest(rows, text, len);
	free(text);
	text = slurp(zstd ? "small.csv.zst" : "small.csv", zstd, &len);
	CHECK_EQ(check_rows(text, len), 1000);
	free(text);
	sink_set_free(s);
	free(s);
}

static void full_disk_plain(void)
{
	full_disk(false);
}

static void full_disk_packed(void)
{
	full_disk(true);
}

static void nowhere(void)
{
	struct sink_set *s = malloc(sizeof(*s));

	CHECK(sink_set_init(s));
	CHECK(!sink_open(s, "/nonexistent", "x", false));
	CHECK_EQ(errno, ENOENT);
	CHECK_EQ(sink_finish(s), 0); /* never started */
	sink_set_free(s);
	free(s);
}

static unsigned int ticks;

static void count_tick(void *ctx)
{
	(void)ctx;
	__atomic_fetch_add(&ticks, 1, __ATOMIC_RELAXED);
}

static void ticking(void)
{
	struct sink_set *s = malloc(sizeof(*s));

	CHECK(sink_set_init(s));
	CHECK_EQ(sink_start(s, 0, count_tick, NULL), 0);
	CHECK_EQ(sink_finish(s), 0);
	CHECK(ticks > 0);
	sink_set_free(s);
	free(s);
}

static const struct check_test tests[] = {
	{"plain files hold what was written, and have its digest", plain},
	{"packed files hold what was written, and have their digest", packed},
	{"any number of threads writes the same bytes", threads},
	{"rows of a buffer that is not full can be had", drafts_plain},
	{"and packed ones, too", drafts_packed},
	{"more than all buffers hold", long_text},
	{"a full disk leaves whole rows", full_disk_plain},
	{"a full disk leaves whole zstd frames", full_disk_packed},
	{"a file that cannot be opened", nowhere},
	{"the first writer ticks", ticking},
};

CHECK_MAIN(tests)
