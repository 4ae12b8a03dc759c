/*
 * csv.c - CSV rows, formatted by hand because there are millions a second.
 *
 * Numbers go two digits at a time through tables of all pairs; the tables are
 * built by the compiler from macros, so there is nothing to set up.
 */
#include "csv.h"

#include <string.h>

#define HEX1(h) h "0" h "1" h "2" h "3" h "4" h "5" h "6" h "7"
#define HEX2(h) h "8" h "9" h "a" h "b" h "c" h "d" h "e" h "f"
#define HEX(h)	HEX1(h) HEX2(h)
#define DEC(d)	d "0" d "1" d "2" d "3" d "4" d "5" d "6" d "7" d "8" d "9"

static const char hex_pairs[] = HEX("0") HEX("1") HEX("2") HEX("3") HEX("4") HEX("5") HEX("6")
	HEX("7") HEX("8") HEX("9") HEX("a") HEX("b") HEX("c") HEX("d") HEX("e") HEX("f");
static const char dec_pairs[] =
	DEC("0") DEC("1") DEC("2") DEC("3") DEC("4") DEC("5") DEC("6") DEC("7") DEC("8") DEC("9");

static inline void pair(char *p, const char *pairs, unsigned int n)
{
	memcpy(p, pairs + 2 * n, 2);
}

char *csv_hex(char *p, uint64_t n)
{
	unsigned int high = (unsigned int)(n >> 32);
	unsigned int low = (unsigned int)n;

	*p++ = '0';
	*p++ = 'x';
	if (high) {
		int shift = 28;

		while (!(high >> shift & 15))
			shift -= 4;
		for (; shift >= 0; shift -= 4)
			*p++ = hex_pairs[2 * (high >> shift & 15) + 1];
	}
	pair(p, hex_pairs, low >> 24);
	pair(p + 2, hex_pairs, low >> 16 & 255);
	pair(p + 4, hex_pairs, low >> 8 & 255);
	pair(p + 6, hex_pairs, low & 255);
	return p + 8;
}

/* Up to 4 digits, without leading zeros. */
static char *dec_first(char *p, unsigned int n)
{
	if (n >= 100) {
		p = dec_first(p, n / 100);
		pair(p, dec_pairs, n % 100);
		return p + 2;
	}
	if (n < 10) {
		*p = (char)('0' + n);
		return p + 1;
	}
	pair(p, dec_pairs, n);
	return p + 2;
}

/* Exactly 4 digits. */
static char *dec_four(char *p, unsigned int n)
{
	pair(p, dec_pairs, n / 100);
	pair(p + 2, dec_pairs, n % 100);
	return p + 4;
}

char *csv_dec(char *p, uint64_t n)
{
	if (n < 10000)
		return dec_first(p, (unsigned int)n);
	p = csv_dec(p, n / 10000);
	return dec_four(p, (unsigned int)(n % 10000));
}

char *csv_text(char *p, const char *s)
{
	if (!s[strcspn(s, ",\"\r\n")])
		return csv_word(p, s);
	*p++ = '"';
	for (; *s; s++) {
		if (*s == '"')
			*p++ = '"';
		*p++ = *s;
	}
	*p++ = '"';
	return p;
}
