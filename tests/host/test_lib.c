/* test_lib.c - formatting, strings and arithmetic of kernel/lib against the C library's. */
#include "kernel/errno.h"
#include "kernel/math64.h"
#include "test.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The kernel's functions under the names that host.mk gives them. */
int k_snprintf(char *buf, size_t size, const char *fmt, ...);
int k_vsnprintf(char *buf, size_t size, const char *fmt, va_list ap);
int scnprintf(char *buf, size_t size, const char *fmt, ...);
void *k_memcpy(void *dst, const void *src, size_t n);
void *k_memmove(void *dst, const void *src, size_t n);
void *k_memset(void *dst, int c, size_t n);
int k_memcmp(const void *a, const void *b, size_t n);
void *k_memchr(const void *s, int c, size_t n);
size_t k_strlen(const char *s);
size_t k_strnlen(const char *s, size_t max);
int k_strcmp(const char *a, const char *b);
int k_strncmp(const char *a, const char *b, size_t n);
char *k_strchr(const char *s, int c);
char *k_strrchr(const char *s, int c);
char *k_strstr(const char *haystack, const char *needle);
unsigned long memparse(const char *s, const char **end);
int kstrtoul(const char *s, unsigned int base, unsigned long *value);
size_t strlcpy(char *dst, const char *src, size_t size);

/* The formats are made at run time; that is the point here. */
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"

/* One format with the same arguments for both; buffers of every size keep their bounds. */
static void __attribute__((noinline)) compare(const char *fmt, ...)
{
	char want[256], got[256];
	va_list ap;
	int n, m;

	va_start(ap, fmt);
	n = vsnprintf(want, sizeof(want), fmt, ap);
	va_end(ap);
	va_start(ap, fmt);
	m = k_vsnprintf(got, sizeof(got), fmt, ap);
	va_end(ap);
	if (n != m || strcmp(want, got))
		test_fail(__FILE__, __LINE__, "format \"%s\": \"%s\" (%d), expected \"%s\" (%d)",
			  fmt, got, m, want, n);
	for (int size = 0; size < 8; size++) {
		memset(got, '~', sizeof(got));
		va_start(ap, fmt);
		m = k_vsnprintf(got, (size_t)size, fmt, ap);
		va_end(ap);
		CHECK_EQ(m, n);
		CHECK_EQ(got[size], '~');
		if (size)
			CHECK(!strncmp(got, want, (size_t)size - 1) &&
			      memchr(got, 0, (size_t)size));
	}
}

/* A conversion out of random flags, width, precision, length and letter, with a telling value. */
static int format_input(const u8 *data, size_t n)
{
	static const char *const lengths[] = {"", "hh", "h", "l", "ll", "z"};
	static const u64 values[] = {0,
				     1,
				     7,
				     8,
				     9,
				     10,
				     0x7f,
				     0x80,
				     0xff,
				     0x7fff,
				     0x8000,
				     0xffff,
				     0x7fffffff,
				     0x80000000,
				     0xffffffff,
				     0x100000000ull,
				     0x7fffffffffffffffull,
				     0x8000000000000000ull,
				     ~0ull,
				     1234567890123456789ull};
	struct input in = {data, n};

	while (in.left && !test_failures()) {
		char fmt[64] = "<%";
		const char *length = lengths[input_below(&in, ARRAY_SIZE(lengths))];
		u64 value = values[input_below(&in, ARRAY_SIZE(values))];

		for (u8 flags = input_u8(&in), i = 0; i < 5; i++)
			if (flags & 1 << i)
				strncat(fmt, &"-0+ #"[i], 1);
		if (input_u8(&in) & 1)
			sprintf(fmt + strlen(fmt), "%u", input_below(&in, 30));
		if (input_u8(&in) & 1)
			sprintf(fmt + strlen(fmt), ".%u", input_below(&in, 30));
		strcat(fmt, length);
		strncat(fmt, &"diuxXo"[input_below(&in, 6)], 1);
		strcat(fmt, ">");
		if (!strcmp(length, "ll"))
			compare(fmt, value);
		else
			compare(fmt, (u32)value);
	}
	return 0;
}

static void test_formats(void)
{
	check_property(format_input, 2000);
}

static void test_more_formats(void)
{
	char buf[32];

	compare("plain %% text %c%5c%-5c|", 'a', 'b', 'c');
	compare("%s|%10s|%-10s|%.2s|%10.2s|%.0s", "abc", "abc", "abc", "abc", "abc", "abc");
	compare("%s", (char *)NULL);
	compare("%*d|%-*d|%*d", 8, 42, 8, 42, -8, 42);
	compare("%.*d|%.*d|%.*s|%.*s", 5, 42, -1, 42, 2, "abc", -3, "abc");
	compare("%d %u %x %lld %s %zu", -1, 2u, 3u, -4ll, "five", (size_t)6);
	k_snprintf(buf, sizeof(buf), "%p %p", (void *)0x1234, (void *)0xdeadbeef);
	CHECK_STR(buf, "0x00001234 0xdeadbeef");
	k_snprintf(buf, sizeof(buf), "%k %d", 5);
	CHECK_STR(buf, "%k 5");
	CHECK_EQ(scnprintf(buf, 4, "abcdef"), 3);
	CHECK_STR(buf, "abc");
	CHECK_EQ(scnprintf(buf, 0, "abcdef"), 0);
	CHECK_EQ(scnprintf(buf, sizeof(buf), "%d", 42), 2);
}

static int sign(int n)
{
	return (n > 0) - (n < 0);
}

static int string_input(const u8 *data, size_t n)
{
	struct input in = {data, n};
	char a[64], b[64], c[64];

	while (in.left && !test_failures()) {
		size_t la = input_below(&in, 40), lb = input_below(&in, 4);
		size_t from = input_below(&in, 30), to = input_below(&in, 30),
		       len = input_below(&in, 30);
		int ch = 'a' + (int)input_below(&in, 4);

		for (size_t i = 0; i < sizeof(a); i++)
			c[i] = b[i] = a[i] = (char)('a' + (int)input_below(&in, 3));
		a[la] = '\0';
		b[la + lb] = '\0';
		b[sizeof(b) - 1] = '\0';
		b[from] = input_u8(&in) & 1 ? b[from] : (char)input_u8(&in);
		CHECK_EQ(k_strlen(a), strlen(a));
		CHECK_EQ(k_strnlen(a, len), strnlen(a, len));
		CHECK_EQ(sign(k_strcmp(a, b)), sign(strcmp(a, b)));
		CHECK_EQ(sign(k_strncmp(a, b, len)), sign(strncmp(a, b, len)));
		CHECK_EQ(sign(k_memcmp(a, b, len)), sign(memcmp(a, b, len)));
		CHECK(k_memchr(b, ch, len) == memchr(b, ch, len));
		CHECK(k_strchr(b, ch) == strchr(b, ch) && k_strchr(b, 0) == strchr(b, 0));
		CHECK(k_strrchr(b, ch) == strrchr(b, ch) && k_strrchr(b, 0) == strrchr(b, 0));
		CHECK(k_strstr(b, a + la - min(la, lb)) == strstr(b, a + la - min(la, lb)));
		memcpy(b, c, sizeof(b));
		memcpy(a, c, sizeof(a));
		CHECK(k_memmove(a + to, a + from, len) == a + to);
		memmove(b + to, b + from, len);
		CHECK(!memcmp(a, b, sizeof(a)));
		CHECK(k_memcpy(a, c + from, len) == a);
		CHECK(k_memset(a + to, ch, len) == a + to);
		memcpy(b, c + from, len);
		memset(b + to, ch, len);
		CHECK(!memcmp(a, b, sizeof(a)));
	}
	return 0;
}

static void test_strings(void)
{
	char buf[4];

	check_property(string_input, 4000);
	CHECK_EQ(strlcpy(buf, "abcdef", sizeof(buf)), 6);
	CHECK_STR(buf, "abc");
	CHECK_EQ(strlcpy(buf, "ab", sizeof(buf)), 2);
	CHECK_STR(buf, "ab");
}

static void check_memparse(const char *text, unsigned long want, const char *rest)
{
	const char *end;

	CHECK_EQ(memparse(text, &end), want);
	CHECK_STR(end, rest);
}

static void test_numbers(void)
{
	unsigned long v = 77;

	check_memparse("64M", 64ul << 20, "");
	check_memparse("1G,", 1ul << 30, ",");
	check_memparse("4G", ~0ul, "");
	check_memparse("12k@", 12 << 10, "@");
	check_memparse("0x10", 16, "");
	check_memparse("010", 8, "");
	check_memparse("99999999999", ~0ul, "");
	check_memparse("abc", 0, "abc");
	check_memparse("M", 0, "M");
	check_memparse("", 0, "");
	check_memparse("0x", 0, "x");
	CHECK_EQ(kstrtoul("4294967295", 10, &v), 0);
	CHECK_EQ(v, 4294967295u);
	CHECK_EQ(kstrtoul("4294967296", 10, &v), -ERANGE);
	CHECK_EQ(kstrtoul("0x1f", 0, &v), 0);
	CHECK_EQ(v, 31);
	CHECK_EQ(kstrtoul("1f", 16, &v), 0);
	CHECK_EQ(kstrtoul("", 10, &v), -EINVAL);
	CHECK_EQ(kstrtoul("12x", 10, &v), -EINVAL);
	CHECK_EQ(kstrtoul("-1", 10, &v), -EINVAL);
	CHECK_EQ(v, 31);
}

static int math_input(const u8 *data, size_t n)
{
	struct input in = {data, n};

	while (in.left && !test_failures()) {
		u64 value = ((u64)input_u32(&in) << 32 | input_u32(&in)) >> input_below(&in, 64);
		u64 quotient = value, product;
		u32 d = input_u32(&in) >> input_below(&in, 32), a = (u32)value;
		unsigned long root = int_sqrt(a);

		if (d == 0)
			d = 1;
		CHECK_EQ(div64_u32(&quotient, d), value % d);
		CHECK_EQ(quotient, value / d);
		product = (u64)a * (u32)(value >> 32) / d;
		CHECK_EQ(mul_div(a, (u32)(value >> 32), d),
			 product > 0xffffffff ? 0xffffffff : product);
		CHECK((u64)root * root <= a && (u64)(root + 1) * (root + 1) > a);
	}
	return 0;
}

static void test_math(void)
{
	check_property(math_input, 4000);
	CHECK_EQ(int_sqrt(0xffffffff), 65535);
	CHECK_EQ(int_sqrt(0), 0);
}

static const struct test tests[] = {
	{"number formats agree with the C library", test_formats},
	{"other formats, bounds", test_more_formats},
	{"strings agree with the C library", test_strings},
	{"number parsing", test_numbers},
	{"64-bit division, square root", test_math},
};
TEST_MAIN(tests)
