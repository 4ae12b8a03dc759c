/*
 * printf.c - bounded formatting: vsnprintf() and what is built on it.
 *
 * A conversion is parsed into a struct spec, its digits are made backwards in
 * a small buffer, and one function lays out
 *
 *     [spaces] [sign or 0x] [zeroes] digits [spaces]
 *
 * for all number formats. Characters past the end of the buffer are counted
 * but not stored, so the result says how much room would have been needed.
 */
#include "kernel/math64.h"
#include "kernel/printk.h"
#include "kernel/string.h"

#define FLAG_LEFT  0x01u
#define FLAG_ZERO  0x02u
#define FLAG_PLUS  0x04u
#define FLAG_SPACE 0x08u
#define FLAG_ALT   0x10u
#define FLAG_UPPER 0x20u

/* Octal digits of 2^64 - 1. */
#define MAX_DIGITS 22

struct out {
	char *buf;
	size_t size, len;
};

struct spec {
	unsigned int flags;
	int width;
	int precision;	    /* -1: none given */
	signed char length; /* hh -2, h -1, none 0, l and z 1, ll 2 */
};

static void put(struct out *out, char c)
{
	if (out->len + 1 < out->size)
		out->buf[out->len] = c;
	out->len++;
}

static void put_n(struct out *out, char c, int n)
{
	while (n-- > 0)
		put(out, c);
}

static void put_bytes(struct out *out, const char *s, int n)
{
	while (n-- > 0)
		put(out, *s++);
}

/* Bytes laid out in a field of spec->width. */
static void put_field(struct out *out, const struct spec *spec, const char *s, int n)
{
	int pad = spec->width - n;

	if (!(spec->flags & FLAG_LEFT))
		put_n(out, ' ', pad);
	put_bytes(out, s, n);
	if (spec->flags & FLAG_LEFT)
		put_n(out, ' ', pad);
}

/* Writes the digits of value backwards from `end`; returns the first. None for 0. */
static char *make_digits(char *end, u64 value, unsigned int base, bool upper)
{
	const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";

	while (value >> 32)
		*--end = digits[div64_u32(&value, base)];
	for (u32 v = (u32)value; v; v /= base)
		*--end = digits[v % base];
	return end;
}

static void put_number(struct out *out, struct spec *spec, u64 value, const char *prefix,
		       unsigned int base)
{
	char buf[MAX_DIGITS];
	char *end = buf + sizeof(buf);
	char *digits = make_digits(end, value, base, spec->flags & FLAG_UPPER);
	int n = (int)(end - digits), zeroes, pad;
	int prefix_len = (int)strlen(prefix);

	zeroes = (spec->precision < 0 ? 1 : spec->precision) - n;
	if (base == 8 && (spec->flags & FLAG_ALT) && zeroes <= 0 && (n == 0 || *digits != '0'))
		zeroes = 1;
	if (zeroes < 0)
		zeroes = 0;
	pad = spec->width - prefix_len - zeroes - n;
	if (pad > 0 && spec->precision < 0 &&
	    (spec->flags & (FLAG_ZERO | FLAG_LEFT)) == FLAG_ZERO) {
		zeroes += pad;
		pad = 0;
	}
	if (!(spec->flags & FLAG_LEFT))
		put_n(out, ' ', pad);
	put_bytes(out, prefix, prefix_len);
	put_n(out, '0', zeroes);
	put_bytes(out, digits, n);
	if (spec->flags & FLAG_LEFT)
		put_n(out, ' ', pad);
}

static void put_signed(struct out *out, struct spec *spec, s64 value)
{
	const char *sign = spec->flags & FLAG_PLUS ? "+" : spec->flags & FLAG_SPACE ? " " : "";

	if (value < 0)
		put_number(out, spec, -(u64)value, "-", 10);
	else
		put_number(out, spec, (u64)value, sign, 10);
}

static void put_hex(struct out *out, struct spec *spec, u64 value)
{
	const char *prefix = "";

	if ((spec->flags & FLAG_ALT) && value)
		prefix = spec->flags & FLAG_UPPER ? "0X" : "0x";
	put_number(out, spec, value, prefix, 16);
}

static void put_string(struct out *out, const struct spec *spec, const char *s)
{
	if (!s)
		s = "(null)";
	put_field(out, spec, s,
		  (int)strnlen(s, spec->precision < 0 ? 0x7fffffff : (size_t)spec->precision));
}

static unsigned int flag_of(char c)
{
	switch (c) {
	case '-':
		return FLAG_LEFT;
	case '0':
		return FLAG_ZERO;
	case '+':
		return FLAG_PLUS;
	case ' ':
		return FLAG_SPACE;
	case '#':
		return FLAG_ALT;
	default:
		return 0;
	}
}

/* Decimal digits at *fmt, at most 9999. */
static int parse_int(const char **fmt)
{
	int n = 0;

	for (; **fmt >= '0' && **fmt <= '9'; (*fmt)++)
		if (n < 1000)
			n = n * 10 + (**fmt - '0');
	return n;
}

static signed char parse_length(const char **fmt)
{
	signed char length = 0;

	for (; **fmt == 'h'; (*fmt)++)
		length--;
	for (; **fmt == 'l'; (*fmt)++)
		length++;
	if (**fmt == 'z') {
		(*fmt)++;
		length = 1;
	}
	return length;
}

/* Argument of an integer conversion, widened as its length modifier says. */
#define SIGNED_ARG(ap, length)                          \
	((length) >= 2	  ? va_arg(ap, s64)             \
	 : (length) == 1  ? (s64)va_arg(ap, long)       \
	 : (length) == 0  ? (s64)va_arg(ap, int)        \
	 : (length) == -1 ? (s64)(short)va_arg(ap, int) \
			  : (s64)(signed char)va_arg(ap, int))
#define UNSIGNED_ARG(ap, length)                                 \
	((length) >= 2	  ? va_arg(ap, u64)                      \
	 : (length) == 1  ? (u64)va_arg(ap, unsigned long)       \
	 : (length) == 0  ? (u64)va_arg(ap, unsigned int)        \
	 : (length) == -1 ? (u64)(unsigned short)va_arg(ap, int) \
			  : (u64)(unsigned char)va_arg(ap, int))

/* va_list as a member, so that its address can be handed on whatever type it is. */
struct args {
	va_list ap;
};

/* Everything between '%' and the conversion letter. */
static const char *parse_spec(struct spec *spec, const char *fmt, struct args *args)
{
	unsigned int flag;

	*spec = (struct spec){.precision = -1};
	while ((flag = flag_of(*fmt)) != 0) {
		spec->flags |= flag;
		fmt++;
	}
	if (*fmt == '*') {
		fmt++;
		spec->width = va_arg(args->ap, int);
		if (spec->width < 0) {
			spec->flags |= FLAG_LEFT;
			spec->width = -spec->width;
		}
	} else {
		spec->width = parse_int(&fmt);
	}
	if (*fmt == '.') {
		fmt++;
		if (*fmt == '*') {
			fmt++;
			spec->precision = va_arg(args->ap, int);
			if (spec->precision < 0)
				spec->precision = -1;
		} else {
			spec->precision = parse_int(&fmt);
		}
	}
	spec->length = parse_length(&fmt);
	return fmt;
}

/* One conversion; `letter` is shown as it is, after its '%', when it is none we know. */
static void put_conversion(struct out *out, struct spec *spec, char letter, struct args *args)
{
	char c;

	switch (letter) {
	case 'd':
	case 'i':
		put_signed(out, spec, SIGNED_ARG(args->ap, spec->length));
		break;
	case 'u':
		put_number(out, spec, UNSIGNED_ARG(args->ap, spec->length), "", 10);
		break;
	case 'o':
		put_number(out, spec, UNSIGNED_ARG(args->ap, spec->length), "", 8);
		break;
	case 'X':
		spec->flags |= FLAG_UPPER;
		/* fall through */
	case 'x':
		put_hex(out, spec, UNSIGNED_ARG(args->ap, spec->length));
		break;
	case 'p':
		spec->precision = 8;
		put_number(out, spec, (uintptr_t)va_arg(args->ap, void *), "0x", 16);
		break;
	case 'c':
		c = (char)va_arg(args->ap, int);
		put_field(out, spec, &c, 1);
		break;
	case 's':
		put_string(out, spec, va_arg(args->ap, const char *));
		break;
	case '%':
		put(out, '%');
		break;
	default:
		put(out, '%');
		put(out, letter);
	}
}

int vsnprintf(char *buf, size_t size, const char *fmt, va_list ap)
{
	struct out out = {.buf = buf, .size = size};
	struct args args;
	struct spec spec;

	va_copy(args.ap, ap);
	while (*fmt) {
		if (*fmt != '%') {
			put(&out, *fmt++);
			continue;
		}
		fmt = parse_spec(&spec, fmt + 1, &args);
		if (!*fmt)
			break;
		put_conversion(&out, &spec, *fmt++, &args);
	}
	va_end(args.ap);
	if (size)
		buf[out.len < size ? out.len : size - 1] = '\0';
	return (int)out.len;
}

int snprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(buf, size, fmt, ap);
	va_end(ap);
	return n;
}

int scnprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(buf, size, fmt, ap);
	va_end(ap);
	if (!size)
		return 0;
	return n < (int)size ? n : (int)size - 1;
}
