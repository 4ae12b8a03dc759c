/* csv.h - CSV rows, formatted by hand because there are millions a second. */
#ifndef TLBTRACE_CSV_H
#define TLBTRACE_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

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

/* csv_copy - @len bytes of a buffer that is CSV_CHUNK long, as whole words. */
#define CSV_CHUNK 32u
static inline char *csv_copy(char *p, const char *from, unsigned int len)
{
	memcpy(p, from, CSV_CHUNK);
	return p + len;
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

/* csv_dec_four - exactly 4 digits of n < 10000. */
char *csv_dec_four(char *p, unsigned int n);

static inline char *csv_digit(char *p, unsigned int n)
{
	return csv_char(p, (char)('0' + n));
}

/* csv_hex8 - exactly 8 hex digits, as one little-endian word of 8 characters. */
static inline char *csv_hex8(char *p, uint32_t n)
{
	uint64_t x = (uint64_t)(n & 0xffff) << 32 | n >> 16;
	uint64_t above_9;

	/* Spread the 8 digits over 8 bytes, highest first. */
	x = (x & 0x000000ff000000ffull) << 16 | (x >> 8 & 0x000000ff000000ffull);
	x = (x & 0x000f000f000f000full) << 8 | (x >> 4 & 0x000f000f000f000full);
	above_9 = (x + 0x0606060606060606ull) >> 4 & 0x0101010101010101ull;
	x += 0x3030303030303030ull + above_9 * ('a' - '0' - 10);
	memcpy(p, &x, 8);
	return p + 8;
}

/* csv_hex - "0x" and at least 8 hex digits. */
char *csv_hex_long(char *p, uint64_t n);
static inline char *csv_hex(char *p, uint64_t n)
{
	if (n >> 32)
		return csv_hex_long(p, n);
	memcpy(p, "0x", 2);
	return csv_hex8(p + 2, (uint32_t)n);
}

/* csv_text - any string, quoted if it must be (RFC 4180). Takes up to
 * 2 * strlen(s) + 2 bytes. */
char *csv_text(char *p, const char *s);

#endif
