/*
 * thin.c - the rows of tlb.csv, made fewer for each question.
 *
 *   thin PLAN DIR STREAM... <tlb.csv
 *
 * Most rows of a large recording say to a question what others have said: that page has missed
 * again. For each STREAM it writes DIR/STREAM.csv, from which the question STREAM.awk gets the same
 * answer as from tlb.csv: rows that are alike in all that it looks at are one, and column `cpu`
 * says for how many it stands, less one; or rows that change nothing are left out. Memory does not
 * grow with the rows. PLAN is by thin.awk: when counting has to stop, as an area changes there, and
 * so on. Ends with 1 when a row is not as the recorder writes it today: then the questions must
 * read tlb.csv themselves, and say what is wrong with it.
 */
#include "plan.h"
#include "row.h"
#include "stream.h"
#include "table.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINE_MAX_LEN 4096
#define BUFFER	     (1u << 20)
#define BEHIND	     8 /* bytes that row_parse() may look at behind a row that is cut short */

static struct stream *used[16];
static unsigned int nr_used;

void stream_write(struct stream *stream)
{
	table_write(stream->table);
}

static bool use(const char *name, const char *dir)
{
	struct stream *stream = NULL;
	char path[4096];
	unsigned int i;

	for (i = 0; i < nr_streams; i++)
		if (!strcmp(streams[i].name, name))
			stream = &streams[i];
	if (!stream || snprintf(path, sizeof(path), "%s/%s.csv", dir, name) >= (int)sizeof(path))
		return false;
	stream->file = fopen(path, "w");
	if (!stream->file)
		return false;
	stream->dir = dir;
	stream->table = table_new(stream->file, stream->print ? stream->print : row_print);
	stream->times = plan_list(name);
	used[nr_used++] = stream;
	return true;
}

static bool take_line(const char *line, size_t len)
{
	struct row row, copy;
	unsigned int i;

	if (!row_parse(line, &row))
		return false;
	for (i = 0; i < nr_used; i++) {
		struct stream *stream = used[i];
		const struct plan_list *times = stream->times;

		if (stream->next < times->count && row.icount >= times->number[stream->next]) {
			while (stream->next < times->count &&
			       row.icount >= times->number[stream->next])
				stream->next++;
			if (stream->cut)
				stream->cut(stream);
		}
		copy = row;
		stream->take(stream, &copy, line, len);
	}
	return true;
}

/* All lines. Return: the number of the one that is wrong, 0 for none; the last may have no end. */
static unsigned long read_all(void)
{
	static char buffer[BUFFER + BEHIND];
	size_t have = 0;
	ssize_t got;
	unsigned long line = 0;
	unsigned int i;

	while ((got = read(0, buffer + have, BUFFER - have)) > 0) {
		char *at = buffer, *end;

		have += (size_t)got;
		for (; (end = memchr(at, '\n', have - (size_t)(at - buffer))); at = end + 1) {
			if (!line++) {
				if (!row_header(at, (size_t)(end - at)))
					return line;
				for (i = 0; i < nr_used; i++)
					fprintf(used[i]->file, "%s\n",
						used[i]->header ? used[i]->header
								: row_header_text());
			} else if (!take_line(at, (size_t)(end + 1 - at))) {
				return line;
			}
		}
		have -= (size_t)(at - buffer);
		memmove(buffer, at, have);
		if (have > LINE_MAX_LEN)
			return line + 1;
	}
	return got < 0 || have || !line ? line + 1 : 0;
}

int main(int argc, char **argv)
{
	unsigned long wrong;
	bool failed = false;
	int i;

	if (argc < 4) {
		fputs("usage: thin PLAN DIR STREAM... <tlb.csv\n", stderr);
		return 2;
	}
	plan_read(argv[1]);
	for (i = 3; i < argc; i++)
		if (!use(argv[i], argv[2])) {
			fprintf(stderr, "thin: %s: cannot be made\n", argv[i]);
			return 2;
		}
	wrong = read_all();
	if (wrong) {
		fprintf(stderr, "thin: line %lu is not as expected\n", wrong);
		return 1;
	}
	for (i = 0; i < (int)nr_used; i++) {
		stream_write(used[i]);
		if (used[i]->end)
			used[i]->end(used[i]);
		failed |= ferror(used[i]->file) | fclose(used[i]->file);
	}
	return failed;
}
