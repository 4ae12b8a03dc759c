/*
 * fuzz.c - a host test as a coverage-guided fuzzer.
 *
 * The same programs as tests/host/test_*.c, but linked with this in place of
 * run.c, with lib/ and mm/ compiled so that they count which branches they
 * take. The tests run in their order up to the property that FUZZ_PROPERTY names;
 * that one is given to libFuzzer, which changes byte strings at random and keeps
 * those that reach a branch, or a number of times through it, that none before
 * did. The program's arguments are libFuzzer's.
 *
 * A failed check ends the program like a sanitizer's report: libFuzzer then
 * writes the string to a file. fuzz.sh is the way to call all this.
 */
#include "test.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* LLVM's libFuzzer: calls one_input() with many strings; the result is the exit status. */
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*one_input)(const u8 *data, size_t n));

static int arg_count;
static char **args;
static int (*property)(const u8 *data, size_t n);

/* The C library gives main()'s arguments to constructors, too. */
static void __attribute__((constructor)) keep_args(int argc, char **argv)
{
	arg_count = argc;
	args = argv;
}

int test_main(const struct test *tests, size_t n)
{
	for (size_t i = 0; i < n; i++)
		tests[i].run();
	fprintf(stderr, "FUZZ_PROPERTY names no property of this program\n");
	return 2;
}

static int checked_input(const u8 *data, size_t n)
{
	test_failures_clear();
	test_random_seed(1);
	property(data, n);
	if (test_failures()) {
		fflush(stdout);
		abort();
	}
	return 0;
}

void run_property(const char *name, int (*one_input)(const u8 *data, size_t n), size_t most)
{
	const char *wanted = getenv("FUZZ_PROPERTY");

	(void)most;
	if (!wanted || strcmp(name, wanted))
		return;
	property = one_input;
	exit(LLVMFuzzerRunDriver(&arg_count, &args, checked_input));
}
