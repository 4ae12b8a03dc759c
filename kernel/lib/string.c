/*
 * string.c - memory and string functions of the C library, and number parsing.
 *
 * The compiler may call memcpy, memmove, memset and memcmp by itself, so they
 * must exist. The moves use the CPU's repeated instructions (arch/string.h);
 * the rest is plain loops.
 */
#include "kernel/string.h"
#include "arch/string.h"
#include "kernel/compiler.h"
#include "kernel/errno.h"

void *memcpy(void *restrict dst, const void *restrict src, size_t n)
{
	arch_move_up(dst, src, n);
	return dst;
}

void *memmove(void *dst, const void *src, size_t n)
{
	if ((uintptr_t)dst - (uintptr_t)src >= n)
		arch_move_up(dst, src, n);
	else
		arch_move_down(dst, src, n);
	return dst;
}

void *memset(void *dst, int c, size_t n)
{
	arch_fill(dst, (u8)c, n);
	return dst;
}

int memcmp(const void *a, const void *b, size_t n)
{
	const u8 *x = a, *y = b;
	u32 p, q;

	for (; n >= sizeof(p); n -= sizeof(p), x += sizeof(p), y += sizeof(p)) {
		__builtin_memcpy(&p, x, sizeof(p));
		__builtin_memcpy(&q, y, sizeof(q));
		if (p != q)
			break;
	}
	for (; n; n--, x++, y++)
		if (*x != *y)
			return *x - *y;
	return 0;
}

void *memchr(const void *s, int c, size_t n)
{
	for (const u8 *p = s; n; n--, p++)
		if (*p == (u8)c)
			return (void *)p;
	return NULL;
}

size_t strlen(const char *s)
{
	const char *end = s;

	while (*end)
		end++;
	return (size_t)(end - s);
}

size_t strnlen(const char *s, size_t max)
{
	size_t n = 0;

	while (n < max && s[n])
		n++;
	return n;
}

int strcmp(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return (u8)*a - (u8)*b;
}

int strncmp(const char *a, const char *b, size_t n)
{
	for (; n; n--, a++, b++)
		if (*a != *b || !*a)
			return (u8)*a - (u8)*b;
	return 0;
}

char *strchr(const char *s, int c)
{
	for (; *s != (char)c; s++)
		if (!*s)
			return NULL;
	return (char *)s;
}

char *strrchr(const char *s, int c)
{
	const char *last = NULL;

	do {
		if (*s == (char)c)
			last = s;
	} while (*s++);
	return (char *)last;
}

char *strstr(const char *haystack, const char *needle)
{
	size_t n = strlen(needle);

	for (; *haystack; haystack++)
		if (!strncmp(haystack, needle, n))
			return (char *)haystack;
	return n ? NULL : (char *)haystack;
}

size_t strlcpy(char *dst, const char *src, size_t size)
{
	size_t len = strlen(src);
	size_t n = len < size ? len : size - 1;

	memcpy(dst, src, n);
	dst[n] = '\0';
	return len;
}

/* Value of a digit in any base up to 36, or 36. */
static unsigned int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned int)(c - '0');
	c |= 0x20;
	return c >= 'a' && c <= 'z' ? (unsigned int)(c - 'a') + 10 : 36;
}

/*
 * Parses digits of `base` (0: 0x, 0 or none tells) at s. Returns where they
 * end, s itself when there are none; *overflow is set and *value saturated
 * when they do not fit.
 */
static const char *parse_number(const char *s, unsigned int base, unsigned long *value,
				bool *overflow)
{
	const char *p = s;
	unsigned long v = 0;

	*overflow = false;
	if ((base == 0 || base == 16) && p[0] == '0' && (p[1] | 0x20) == 'x' &&
	    digit_value(p[2]) < 16) {
		p += 2;
		base = 16;
	} else if (base == 0) {
		base = p[0] == '0' ? 8 : 10;
	}
	for (; digit_value(*p) < base; p++) {
		unsigned int digit = digit_value(*p);

		if (v > (~0ul - digit) / base)
			*overflow = true;
		v = v * base + digit;
	}
	*value = *overflow ? ~0ul : v;
	return p;
}

unsigned long memparse(const char *s, const char **end)
{
	unsigned int shift = 0;
	unsigned long value;
	bool overflow;
	const char *p = parse_number(s, 0, &value, &overflow);

	if (p != s) {
		switch (*p | 0x20) {
		case 'g':
			shift += 10;
			/* fall through */
		case 'm':
			shift += 10;
			/* fall through */
		case 'k':
			shift += 10;
			p++;
		}
	}
	if (value > ~0ul >> shift)
		value = ~0ul;
	else
		value <<= shift;
	if (end)
		*end = p;
	return value;
}

int kstrtoul(const char *s, unsigned int base, unsigned long *value)
{
	unsigned long v;
	bool overflow;
	const char *end = parse_number(s, base, &v, &overflow);

	if (end == s || *end)
		return -EINVAL;
	if (overflow)
		return -ERANGE;
	*value = v;
	return 0;
}
