/* table.h - rows that are counted until they are written: a table of fixed size. */
#ifndef THIN_TABLE_H
#define THIN_TABLE_H

#include "row.h"

struct table;

/* An empty table; print writes a row of it. */
struct table *table_new(FILE *file, void (*print)(FILE *file, const struct row *row));

/*
 * table_add - count a row
 * @merge: to an equal row that the table has, if there is one; else it stays a row of its own
 *
 * A full table is written first, so its size limits memory and not what may be counted.
 */
void table_add(struct table *table, const struct row *row, bool merge);

/* table_write - write its rows in the order in which they came, and empty it. */
void table_write(struct table *table);

#endif
