/*
 * run.c - running a program's tests, and properties with random strings.
 * fuzz/fuzz.c has the same two functions for the fuzzers.
 */
#include "test.h"
#include <sanitizer/common_interface_defs.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define PROPERTY_MS 1000

int test_main(const struct test *tests, size_t n)
{
	unsigned int failed = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("1..%zu\n", n);
	for (size_t i = 0; i < n; i++) {
		test_failures_clear();
		tests[i].run();
		printf("%sok %zu - %s\n", test_failures() ? "not " : "", i + 1, tests[i].name);
		failed += test_failures() != 0;
	}
	return failed != 0;
}

static u32 running_seed;

/* The program dies under an input: a panic, or a sanitizer's report. */
static void name_seed(void)
{
	printf("# the input that it died of: HOST_SEED=%u\n", running_seed);
	fflush(stdout);
}

/* Called by UBSan before it ends the program. */
void __ubsan_on_report(void);
void __ubsan_on_report(void)
{
	name_seed();
}

static void name_seed_abort(int sig)
{
	name_seed();
	signal(sig, SIG_DFL);
}

static void run_seed(int (*one_input)(const u8 *data, size_t n), u32 seed, u8 *data, size_t most)
{
	size_t n;

	running_seed = seed;
	test_random_seed(seed);
	n = test_random_below((u32)most) + 1;
	for (size_t i = 0; i < n; i++)
		data[i] = (u8)(test_random() >> 11);
	one_input(data, n);
	if (test_failures())
		printf("# the input that failed: HOST_SEED=%u, %zu bytes\n", seed, n);
}

static long elapsed_ms(const struct timespec *since)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (now.tv_sec - since->tv_sec) * 1000 + (now.tv_nsec - since->tv_nsec) / 1000000;
}

void run_property(const char *name, int (*one_input)(const u8 *data, size_t n), size_t most)
{
	const char *only = getenv("HOST_SEED"), *ms = getenv("HOST_MS");
	const long limit = ms ? strtol(ms, NULL, 0) : PROPERTY_MS;
	u8 *data = malloc(most);
	struct timespec start;
	u32 seed;

	(void)name;
	if (!data)
		abort();
	__sanitizer_set_death_callback(name_seed);
	signal(SIGABRT, name_seed_abort);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
	if (only) {
		run_seed(one_input, (u32)strtoul(only, NULL, 0), data, most);
	} else {
		for (seed = 1; !test_failures() && elapsed_ms(&start) < limit; seed++)
			run_seed(one_input, seed, data, most);
		printf("# %u random inputs\n", seed - 1);
	}
	free(data);
}
