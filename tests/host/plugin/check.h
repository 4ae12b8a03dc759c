/*
 * check.h - the frame of the plugin's host tests: a program is a table of tests, printed as TAP.
 *
 * The plugin runs inside Bochs and so is tested as a program of this machine,
 * not as an i386 one like the kernel's sources. A property test draws its
 * random numbers from a fixed seed: same numbers, same run.
 */
#ifndef PLUGIN_CHECK_H
#define PLUGIN_CHECK_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct check_test {
	const char *name;
	void (*run)(void);
};

#define CHECK_SHOWN 20u /* failures that are shown; the others are counted */

static unsigned int check_failures;

static inline void check_that(bool good, const char *file, int line, const char *what)
{
	if (!good && ++check_failures <= CHECK_SHOWN)
		printf("# %s:%d: expected %s\n", file, line, what);
}

static inline void check_equal(uint64_t got, uint64_t want, const char *file, int line,
			       const char *what)
{
	if (got != want && ++check_failures <= CHECK_SHOWN)
		printf("# %s:%d: %s is 0x%llx, expected 0x%llx\n", file, line, what,
		       (unsigned long long)got, (unsigned long long)want);
}

static inline void check_string(const char *got, const char *want, const char *file, int line)
{
	if (strcmp(got, want) && ++check_failures <= CHECK_SHOWN)
		printf("# %s:%d: got \"%s\", expected \"%s\"\n", file, line, got, want);
}

#define CHECK(cond)	     check_that(cond, __FILE__, __LINE__, #cond)
#define CHECK_EQ(got, want)  check_equal(got, want, __FILE__, __LINE__, #got)
#define CHECK_STR(got, want) check_string(got, want, __FILE__, __LINE__)

/* xorshift64: small, fast, repeatable. */
static uint64_t check_seed = 88172645463325252ull;

static inline uint32_t random32(void)
{
	check_seed ^= check_seed << 13;
	check_seed ^= check_seed >> 7;
	check_seed ^= check_seed << 17;
	return (uint32_t)(check_seed >> 16);
}

/* 0 .. n - 1 */
static inline uint32_t below(uint32_t n)
{
	return random32() % n;
}

static inline int check_run(const struct check_test *tests, unsigned int count)
{
	unsigned int i, before, bad = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("1..%u\n", count);
	for (i = 0; i < count; i++) {
		before = check_failures;
		tests[i].run();
		bad += check_failures != before;
		printf("%sok %u - %s\n", check_failures == before ? "" : "not ", i + 1,
		       tests[i].name);
	}
	return bad != 0;
}

#define CHECK_MAIN(table)                                                    \
	int main(void)                                                       \
	{                                                                    \
		return check_run(table, sizeof(table) / sizeof((table)[0])); \
	}

#endif
