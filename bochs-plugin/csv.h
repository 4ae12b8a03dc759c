/* csv.h - CSV rows, formatted by hand because there are millions a second. */
#ifndef TLBTRACE_CSV_H
#define TLBTRACE_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Each csv_* function writes at @p and returns the place behind it; the caller
 * has made sure of room. A row is fields with csv_comma between and csv_end.
 */
#define CSV_ROW_MAX 1024u /* longest row without its quoted strings */

static inline char *csv_comma(char *p)
{
	*p = ',';
	return p + 1;
}

static inline char *csv_end(char *p)
{
	*p = '\n';
	return p + 1;
}

static inline char *csv_char(char *p, char c)
{
	*p = c;
	return p + 1;
}

/* csv_word - a string that needs no quotes. */
static inline char *csv_word(char *p, const char *s)
{
	while (*s)
		*p++ = *s++;
	return p;
}

/* csv_dec - decimal, at most 20 digits. */
char *csv_dec(char *p, uint64_t n);

/* csv_hex - "0x" and at least 8 hex digits. */
char *csv_hex(char *p, uint64_t n);

/* csv_text - any string, quoted if it must be (RFC 4180). Takes up to
 * 2 * strlen(s) + 2 bytes. */
char *csv_text(char *p, const char *s);

#endif
