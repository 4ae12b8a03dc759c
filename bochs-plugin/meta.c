/*
 * meta.c - meta.csv: the facts of a run, as key,value.
 *
 * It is written twice: at the start, with what is known then, and at the end.
 * Only the second one may hold the row `complete,1`, so that a recording that
 * was cut off can be told from a whole one.
 */
#include "meta.h"
#include "csv.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char header[] = "key,value\n";

static bool make_room(struct meta *m, size_t len)
{
	size_t room = m->room ? m->room : 4096;
	char *text;

	while (room < m->used + len)
		room *= 2;
	if (room == m->room)
		return true;
	text = realloc(m->text, room);
	if (!text) {
		m->no_memory = true;
		return false;
	}
	m->text = text;
	m->room = room;
	return true;
}

void meta_text(struct meta *m, const char *key, const char *value)
{
	char *p;

	if (!make_room(m, 2 * strlen(key) + 2 * strlen(value) + 6))
		return;
	p = csv_text(m->text + m->used, key);
	p = csv_text(csv_comma(p), value);
	p = csv_end(p);
	m->used = (size_t)(p - m->text);
}

void meta_number(struct meta *m, const char *key, uint64_t value)
{
	char text[24];

	*csv_dec(text, value) = 0;
	meta_text(m, key, text);
}

int meta_write(const struct meta *m, const char *dir)
{
	size_t room = strlen(dir) + sizeof("/meta.csv.new");
	char *path = malloc(2 * room);
	int error = ENOMEM;
	char *draft;
	FILE *file;

	if (!path || m->no_memory)
		goto out;
	draft = path + room;
	snprintf(path, room, "%s/meta.csv", dir);
	snprintf(draft, room, "%s/meta.csv.new", dir);
	file = fopen(draft, "we");
	if (!file) {
		error = errno;
		goto out;
	}
	fwrite(header, 1, strlen(header), file);
	if (m->used)
		fwrite(m->text, 1, m->used, file);
	error = ferror(file) ? EIO : 0;
	if (fclose(file))
		error = errno;
	if (!error && rename(draft, path))
		error = errno;
	if (error)
		remove(draft);
out:
	free(path);
	return error;
}

void meta_free(struct meta *m)
{
	free(m->text);
	memset(m, 0, sizeof(*m));
}
