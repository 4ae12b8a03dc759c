/*
 * pairs.c - the pairs of pages that take each other's place, counted, and those written that may be
 * among the first.
 *
 * There may be as many pairs as rows. What the table has when it is full, a pair and how often it
 * came, goes to one of THIN_PARTS files that have no name: equal pairs to one file, and one file at
 * a time is sorted in memory. So a pair that comes all the time has a record for each full table,
 * and not one for each row.
 */
#include "../refs/memory.h"
#include "stream.h"
#include "table.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef THIN_PARTS
#define THIN_PARTS 64u
#endif
#define FIRST 1000u	 /* as pair_most of pairs.awk */
#define MOST  (1u << 16) /* counts above are not told apart when the least one is looked for */

/* page, other: 20 bits each; TLB 1, process 22 (none is 0), and last whether it is the program's */
#define PAGES 20
#define PIDS  22

/* What a part has. */
struct record {
	uint64_t key;
	uint64_t times;
};

struct counts {
	unsigned long pairs[MOST + 1]; /* [count] */
};

static FILE *parts[THIN_PARTS];
static uint64_t until_program, of_program; /* times of the first rows of both */
static bool program;
static const char *dir; /* of the parts */
static struct counts all, own;

void pairs_cut(struct stream *stream)
{
	(void)stream;
	program = true;
}

/* A file that goes when it is closed. */
static FILE *nameless(void)
{
	char path[4096];
	FILE *file;

	snprintf(path, sizeof(path), "%s/.pairs", dir);
	file = fopen(path, "w+");
	if (!file || unlink(path)) {
		perror(path);
		exit(1);
	}
	return file;
}

/* In `page` and `evicted` are the two, the lower one first, and in `reason` whose time it is. */
void pairs_take(struct stream *stream, struct row *row, const char *line, size_t len)
{
	const bool swap = row->page > row->evicted;
	struct row key;

	(void)line;
	(void)len;
	if (row->kind != CONFLICT || row->evicted == NO_PAGE)
		return;
	*(program ? &of_program : &until_program) = row->icount;
	memset(&key, 0, sizeof(key));
	key.times = 1;
	key.pid = row->page >= KERNEL_HALF && row->evicted >= KERNEL_HALF ? 0
									  : plan_tgid(row->pid) + 1;
	if (key.pid >> PIDS) {
		fputs("thin: a pid is too large\n", stderr);
		exit(1);
	}
	key.page = (swap ? row->evicted : row->page) >> 12;
	key.evicted = (swap ? row->page : row->evicted) >> 12;
	key.tlb = row->tlb;
	key.reason = program;
	dir = stream->dir;
	table_add(stream->table, &key, true);
}

/* From the table to a part. */
void pairs_print(FILE *file, const struct row *row)
{
	struct record record = {.times = row->times};
	uint64_t pair = (uint64_t)row->page << PAGES | row->evicted;
	uint32_t part;

	(void)file;
	pair = (pair << 1 | (row->tlb == 'i')) << PIDS | row->pid;
	part = (uint32_t)((pair * 0x9e3779b97f4a7c15u) >> 32) % THIN_PARTS;
	if (!parts[part])
		parts[part] = nameless();
	record.key = pair << 1 | row->reason;
	fwrite(&record, sizeof(record), 1, parts[part]);
}

static int by_key(const void *a, const void *b)
{
	const uint64_t x = ((const struct record *)a)->key, y = ((const struct record *)b)->key;

	return x < y ? -1 : x > y;
}

/* All of a part in memory, sorted. */
static struct record *sorted(FILE *part, size_t *n)
{
	const bool failed = fflush(part) || ferror(part); /* rewind() would forget it */
	struct record *records;

	*n = (size_t)ftello(part) / sizeof(*records);
	records = refs_zeroed(*n + 1, sizeof(*records));
	rewind(part);
	if (failed || fread(records, sizeof(*records), *n, part) != *n) {
		fputs("thin: the disk is full\n", stderr);
		exit(1);
	}
	qsort(records, *n, sizeof(*records), by_key);
	return records;
}

/* How often does the pair of records[at] come, and how often of the program? Return: where the next
 * one begins. */
static size_t count(const struct record *records, size_t n, size_t at, uint32_t counts[2])
{
	const uint64_t pair = records[at].key >> 1;

	counts[0] = counts[1] = 0;
	for (; at < n && records[at].key >> 1 == pair; at++)
		counts[records[at].key & 1] += (uint32_t)records[at].times;
	return at;
}

/* The least count of the first FIRST pairs. */
static uint32_t least(const struct counts *counts)
{
	unsigned long pairs = 0;
	uint32_t i;

	for (i = MOST; i > 1 && (pairs += counts->pairs[i]) < FIRST; i--)
		;
	return i;
}

static void write_pair(struct stream *stream, uint64_t pair, uint32_t times, uint64_t icount)
{
	struct row row;

	memset(&row, 0, sizeof(row));
	row.icount = icount;
	row.times = times;
	row.kind = CONFLICT;
	row.pid = (uint32_t)(pair & ((1u << PIDS) - 1)) - 1;
	row.tlb = pair >> PIDS & 1 ? 'i' : 'd';
	pair >>= PIDS + 1;
	row.evicted = (uint32_t)(pair & ((1u << PAGES) - 1)) << 12;
	row.page = (uint32_t)(pair >> PAGES) << 12;
	if (times)
		row_print(stream->file, &row);
}

static uint32_t at_most(uint32_t n)
{
	return n < MOST ? n : MOST;
}

/* One part: its counts are added, or, when the least ones are known, its pairs are written. */
static void part_count(struct stream *stream, FILE *part, const uint32_t *leasts, bool late)
{
	uint32_t counts[2];
	size_t n, at, next;
	struct record *records = sorted(part, &n);

	for (at = 0; at < n; at = next) {
		next = count(records, n, at, counts);
		if (!leasts) {
			all.pairs[at_most(counts[0] + counts[1])]++;
			own.pairs[at_most(counts[1])]++;
		} else if (counts[0] + counts[1] >= leasts[0] ||
			   (counts[1] && counts[1] >= leasts[1])) {
			write_pair(stream, records[at].key >> 1, counts[late],
				   late ? of_program : until_program);
		}
	}
	rewind(part); /* sorted it is sorted faster the next time */
	fwrite(records, sizeof(*records), n, part);
	free(records);
}

/* Those before the program first, for the rows of a table are in order of time. */
void pairs_end(struct stream *stream)
{
	uint32_t leasts[2];
	unsigned int i, late;

	for (i = 0; i < THIN_PARTS; i++)
		if (parts[i])
			part_count(stream, parts[i], NULL, false);
	own.pairs[0] = 0;
	leasts[0] = least(&all);
	leasts[1] = least(&own);
	for (late = 0; late < 2; late++)
		for (i = 0; i < THIN_PARTS; i++)
			if (parts[i])
				part_count(stream, parts[i], leasts, late);
}
