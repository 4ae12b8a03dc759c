/*
 * test.h - the host tests' frame: a program is a table of tests, printed as TAP.
 *
 * A failed CHECK prints where and what, marks the test and goes on. A property
 * is a function of a byte string, `int one_input(const u8 *data, size_t n)`, so
 * that a coverage-guided fuzzer can drive it too; here check_property() feeds
 * it random strings for about a second, or HOST_MS=number of milliseconds in the environment. The
 * seed of a failure is printed; HOST_SEED=number runs that one only.
 */
#ifndef HOST_TEST_H
#define HOST_TEST_H

#include "kernel/compiler.h"
#include "kernel/types.h"

struct test {
	const char *name;
	void (*run)(void);
};

/* Runs the table, prints TAP; returns the exit status. */
int test_main(const struct test *tests, size_t n);
#define TEST_MAIN(table)                                    \
	int main(void)                                      \
	{                                                   \
		return test_main(table, ARRAY_SIZE(table)); \
	}

void test_fail(const char *file, int line, const char *fmt, ...) __printf_like(3, 4);
/* Failed checks of the running test so far; from now on. */
unsigned int test_failures(void);
void test_failures_clear(void);

#define CHECK(cond)                                                          \
	({                                                                   \
		bool _ok = !!(cond);                                         \
		if (!_ok)                                                    \
			test_fail(__FILE__, __LINE__, "expected %s", #cond); \
		_ok;                                                         \
	})
#define CHECK_EQ(got, want)                                                                        \
	({                                                                                         \
		long long _g = (long long)(got), _w = (long long)(want);                           \
		bool _ok = _g == _w;                                                               \
		if (!_ok)                                                                          \
			test_fail(__FILE__, __LINE__,                                              \
				  "%s is %lld (0x%llx), expected %lld (0x%llx)", #got, _g, _g, _w, \
				  _w);                                                             \
		_ok;                                                                               \
	})
#define CHECK_STR(got, want) test_check_str(__FILE__, __LINE__, #got, got, want)
bool test_check_str(const char *file, int line, const char *expr, const char *got,
		    const char *want);

/*
 * Runs stmt in a copy of this process and demands that it panics with a message
 * that contains `text`. Nothing that stmt does to memory is seen here.
 */
#define CHECK_PANICS(text, stmt)                                 \
	({                                                       \
		if (test_panic_begin()) {                        \
			stmt;                                    \
			test_panic_missing();                    \
		}                                                \
		test_panic_end(__FILE__, __LINE__, #stmt, text); \
	})
bool test_panic_begin(void);
void test_panic_missing(void) __noreturn;
bool test_panic_end(const char *file, int line, const char *expr, const char *text);
/* For panic(): in the copy made by CHECK_PANICS() hands the message over and ends; else returns. */
void test_panicked(const char *message);

/* Small, fast, repeatable random numbers. */
u32 test_random(void);
/* 0 .. n - 1 */
u32 test_random_below(u32 n);
void test_random_seed(u32 seed);

/* Feeds random strings of up to `most` bytes to the property for about a second of the processor
 * (run.c), or lets the fuzzer look for strings that reach new code (fuzz/fuzz.c). */
#define check_property(one_input, most) run_property(#one_input, one_input, most)
void run_property(const char *name, int (*one_input)(const u8 *data, size_t n), size_t most);

/* Reads a byte string as a stream of decisions; zeroes when it is used up. */
struct input {
	const u8 *data;
	size_t left;
};
u8 input_u8(struct input *in);
u32 input_u32(struct input *in);
/* 0 .. n - 1, n > 0 */
u32 input_below(struct input *in, u32 n);

#endif
