/* row.h - a row of tlb.csv in binary form. */
#ifndef THIN_ROW_H
#define THIN_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum row_kind {
	COLD,
	CONFLICT,
	FLUSHED,
	UPGRADE,
	KIND,
	INVLPG,
	FLUSH,
	FLUSH_ALL
};

#define NO_PAGE	    1u /* in `evicted`: no page begins there */
#define NO_PID	    0xffffffffu
#define KERNEL_HALF 0xc0000000u

/* All from `pid` on is compared as one string of bytes; what does not matter there is zero. */
struct row {
	uint64_t icount;
	uint32_t times; /* for how many rows it stands */
	uint32_t pid;
	uint32_t page, frame, pte, cr3, eip, evicted;
	uint8_t kind;	/* enum row_kind */
	uint8_t reason; /* of a flush or an invlpg; a word's number, as dropped_by: 0 for none */
	uint8_t dropped_by;
	char tlb, size, unit, access, mode, reads, writes;
	char pad[2];
};

/* Is it of a page: a fill or an upgrade? */
static inline bool row_has_page(const struct row *row)
{
	return row->kind <= KIND;
}

static inline bool row_is_fill(const struct row *row)
{
	return row->kind <= FLUSHED;
}

/*
 * row_header - take the header of tlb.csv
 * @line: without its end; @len: its length
 *
 * Return: false when there are columns that row_parse() does not know.
 */
bool row_header(const char *line, size_t len);

/* The header as it was, for the files that are made of the rows. */
const char *row_header_text(void);

/*
 * row_parse - read one line
 * @line: with its '\n'; @row: where to, all of it is written
 *
 * Return: false when it is not as the recorder writes it today.
 */
bool row_parse(const char *line, struct row *row);

/* row_print - write a row, with its times less one in the column `cpu`. */
void row_print(FILE *file, const struct row *row);

#endif
