/* reader.c - reads a string of references, line by line, and numbers its pages. */
#include "reader.h"
#include "memory.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reader {
	const char *tool;
	unsigned long line;
	u64 time;
	bool any, timed, ended;
	u32 exact_from;
	u64 uses, left_out;
	u64 *names; /* [page] */
	size_t room;
	u32 pages;
	u32 *slots; /* page + 1 by hash of its name, 0: none; a power of two of them */
	u32 nr_slots;
};

struct reader *reader_new(const char *tool)
{
	struct reader *reader = refs_zeroed(1, sizeof(*reader));

	reader->tool = tool;
	reader->nr_slots = 1024;
	reader->slots = refs_zeroed(reader->nr_slots, sizeof(*reader->slots));
	return reader;
}

void reader_free(struct reader *reader)
{
	free(reader->names);
	free(reader->slots);
	free(reader);
}

u64 reader_name(const struct reader *reader, u32 page)
{
	return reader->names[page];
}

u32 reader_pages(const struct reader *reader)
{
	return reader->pages;
}

u32 reader_exact_from(const struct reader *reader)
{
	return reader->exact_from;
}

u64 reader_left_out(const struct reader *reader)
{
	return reader->left_out;
}

bool reader_timed(const struct reader *reader)
{
	return reader->timed;
}

void reader_fail(const struct reader *reader, const char *what)
{
	fprintf(stderr, "%s: line %lu: %s\n", reader->tool, reader->line, what);
	exit(2);
}

/* --- pages --- */

static u32 *slot_of(const struct reader *reader, u64 name)
{
	u32 mask = reader->nr_slots - 1;
	u32 at = (u32)((name * 0x9e3779b97f4a7c15ull) >> 32) & mask;

	while (reader->slots[at] && reader->names[reader->slots[at] - 1] != name)
		at = (at + 1) & mask;
	return &reader->slots[at];
}

static void more_slots(struct reader *reader)
{
	free(reader->slots);
	reader->nr_slots *= 2;
	reader->slots = refs_zeroed(reader->nr_slots, sizeof(*reader->slots));
	for (u32 page = 0; page < reader->pages; page++)
		*slot_of(reader, reader->names[page]) = page + 1;
}

static u32 page_of(struct reader *reader, u64 name)
{
	u32 *slot = slot_of(reader, name);

	if (!*slot) {
		reader->names = refs_larger(reader->names, &reader->room, reader->pages,
					    sizeof(*reader->names));
		reader->names[reader->pages] = name;
		*slot = ++reader->pages;
		if (reader->pages > reader->nr_slots / 2) {
			more_slots(reader);
			return reader->pages - 1;
		}
	}
	return *slot - 1;
}

/* --- lines --- */

static u64 number(const struct reader *reader, const char **text, const char *what)
{
	char *end;
	u64 value;

	errno = 0;
	value = strtoull(*text, &end, 0);
	if (end == *text || errno || !strchr("0123456789", **text))
		reader_fail(reader, what);
	*text = end;
	return value;
}

static void comment(struct reader *reader, const char *line)
{
	unsigned long long references, kept;
	unsigned int k;

	if (sscanf(line, "# reduced k=%u", &k) == 1) {
		if (reader->any || reader->exact_from || !k)
			reader_fail(reader,
				    "a reduced string begins with this, once, and k is not 0");
		reader->exact_from = k;
	} else if (sscanf(line, "# references=%llu kept=%llu", &references, &kept) == 2) {
		if (!reader->exact_from || kept != reader->uses || references < kept)
			reader_fail(reader, "that is not what was read: the string is not whole");
		reader->left_out = references - kept;
		reader->ended = true;
	}
}

static struct refs_line use(struct reader *reader, const char *text)
{
	struct refs_line line = {.kind = REFS_USE};

	line.page = page_of(reader, number(reader, &text, "no page number"));
	text += strspn(text, " \t,");
	if (*text == 'w') {
		line.write = true;
		text++;
		text += strspn(text, " \t,");
	}
	line.time = reader->time + 1;
	if (*text == '@') {
		text++;
		line.time = number(reader, &text, "no time behind @");
		if (reader->uses && !reader->timed)
			reader_fail(reader, "a time, and the lines before have none");
		if (line.time < reader->time)
			reader_fail(reader, "time goes backwards");
		reader->timed = true;
	} else if (reader->timed) {
		reader_fail(reader, "no time, and the lines before have one");
	}
	if (*text && *text != '\n')
		reader_fail(reader, "more than a page number, w and @time");
	reader->time = line.time;
	reader->uses++;
	return line;
}

static struct refs_line gone(struct reader *reader, const char *text)
{
	struct refs_line line = {.kind = REFS_FLUSH, .time = reader->time};

	if (*text && *text != '\n') {
		line.kind = REFS_GONE;
		line.page = page_of(reader, number(reader, &text, "no page number behind -"));
		if (*text && *text != '\n')
			reader_fail(reader, "more than - and a page number");
	}
	return line;
}

struct refs_line reader_next(struct reader *reader)
{
	char line[128];

	while (fgets(line, sizeof(line), stdin)) {
		reader->line++;
		if (reader->ended)
			reader_fail(reader, "something behind the end of a reduced string");
		if (line[0] == '#') {
			comment(reader, line);
			continue;
		}
		reader->any = true;
		return line[0] == '-' ? gone(reader, line + 1) : use(reader, line);
	}
	if (ferror(stdin))
		reader_fail(reader, "cannot be read");
	if (reader->exact_from && !reader->ended)
		reader_fail(reader, "the reduced string ends too soon");
	return (struct refs_line){.kind = REFS_END, .time = reader->time};
}
