/* table.c - rows that are counted until they are written. */
#include "table.h"
#include "../refs/memory.h"
#include <string.h>

#ifndef THIN_ROOM /* the tests have a small one */
#define THIN_ROOM (1u << 17)
#endif
#define SLOTS (4 * THIN_ROOM)

struct table {
	FILE *file;
	void (*print)(FILE *file, const struct row *row);
	struct row *rows;
	uint32_t nr_rows;
	uint32_t turn; /* how often it was emptied: slots of other turns are free */
	struct {
		uint32_t turn, row;
	} slots[SLOTS];
};

struct table *table_new(FILE *file, void (*print)(FILE *file, const struct row *row))
{
	struct table *table = refs_zeroed(1, sizeof(*table));

	table->file = file;
	table->print = print;
	table->rows = refs_zeroed(THIN_ROOM, sizeof(*table->rows));
	table->turn = 1;
	return table;
}

#define KEY_FROM offsetof(struct row, pid)
#define KEY_SIZE (sizeof(struct row) - KEY_FROM)

static uint32_t hash(const struct row *row)
{
	const char *key = (const char *)row + KEY_FROM;
	uint32_t h = 2166136261u, part;
	unsigned int i;

	_Static_assert(KEY_SIZE % sizeof(part) == 0, "whole words");
	for (i = 0; i < KEY_SIZE; i += sizeof(part)) {
		memcpy(&part, key + i, sizeof(part));
		h = (h ^ part) * 2654435761u;
		h ^= h >> 15;
	}
	return h;
}

void table_add(struct table *table, const struct row *row, bool merge)
{
	uint32_t at = 0;

	if (table->nr_rows == THIN_ROOM)
		table_write(table);
	if (merge) {
		for (at = hash(row) % SLOTS; table->slots[at].turn == table->turn;
		     at = (at + 1) % SLOTS) {
			struct row *old = &table->rows[table->slots[at].row];

			if (!memcmp((char *)old + KEY_FROM, (const char *)row + KEY_FROM,
				    KEY_SIZE)) {
				old->times += row->times;
				return;
			}
		}
		table->slots[at].turn = table->turn;
		table->slots[at].row = table->nr_rows;
	}
	table->rows[table->nr_rows++] = *row;
}

void table_write(struct table *table)
{
	uint32_t i;

	for (i = 0; i < table->nr_rows; i++)
		table->print(table->file, &table->rows[i]);
	table->nr_rows = 0;
	if (!++table->turn) {
		memset(table->slots, 0, sizeof(table->slots));
		table->turn = 1;
	}
}
