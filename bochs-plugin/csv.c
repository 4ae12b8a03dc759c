/*
 * csv.c - CSV rows, formatted by hand because there are millions a second.
 *
 * Hex digits are made eight at a time in one word, decimal ones two at a time
 * through a table of all pairs, which the compiler builds from macros.
 */
#include "csv.h"

#include <string.h>

#define DEC(d) d "0" d "1" d "2" d "3" d "4" d "5" d "6" d "7" d "8" d "9"

static const char dec_pairs[] =
	DEC("0") DEC("1") DEC("2") DEC("3") DEC("4") DEC("5") DEC("6") DEC("7") DEC("8") DEC("9");

static inline void pair(char *p, unsigned int n)
{
	memcpy(p, dec_pairs + 2 * n, 2);
}

char *csv_hex_long(char *p, uint64_t n)
{
	char high[8];
	int i = 0;

	csv_hex8(high, (uint32_t)(n >> 32));
	while (i < 7 && high[i] == '0')
		i++;
	*p++ = '0';
	*p++ = 'x';
	while (i < 8)
		*p++ = high[i++];
	return csv_hex8(p, (uint32_t)n);
}

/* Up to 4 digits, without leading zeros. */
static char *dec_first(char *p, unsigned int n)
{
	if (n >= 100) {
		p = dec_first(p, n / 100);
		pair(p, n % 100);
		return p + 2;
	}
	if (n < 10) {
		*p = (char)('0' + n);
		return p + 1;
	}
	pair(p, n);
	return p + 2;
}

char *csv_dec_four(char *p, unsigned int n)
{
	pair(p, n / 100);
	pair(p + 2, n % 100);
	return p + 4;
}

char *csv_dec(char *p, uint64_t n)
{
	if (n < 10000)
		return dec_first(p, (unsigned int)n);
	p = csv_dec(p, n / 10000);
	return csv_dec_four(p, (unsigned int)(n % 10000));
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
