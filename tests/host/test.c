/*
 * test.c - failed checks, expected panics, random numbers, inputs.
 *
 * An expected panic runs in a forked child, which gets private copies of the
 * simulated memory (machine.c) and sends the message through a pipe: after a
 * panic no structure can be trusted, so none is used again.
 */
#include "test.h"
#include "machine.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define MESSAGE_MAX 512

static unsigned int failures;
static u32 random_state = 1;
static int panic_pipe[2] = {-1, -1};
static pid_t panic_child = -1;
static bool in_panic_child;

void test_fail(const char *file, int line, const char *fmt, ...)
{
	va_list ap;

	failures++;
	fflush(stdout);
	printf("# %s:%d: ", file, line);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
}

unsigned int test_failures(void)
{
	return failures;
}

void test_failures_clear(void)
{
	failures = 0;
}

bool test_check_str(const char *file, int line, const char *expr, const char *got, const char *want)
{
	bool same = got && want && !strcmp(got, want);

	if (!same)
		test_fail(file, line, "%s is \"%s\", expected \"%s\"", expr, got ? got : "(null)",
			  want ? want : "(null)");
	return same;
}

bool test_panic_begin(void)
{
	fflush(stdout);
	if (pipe(panic_pipe))
		abort();
	panic_child = fork();
	if (panic_child < 0)
		abort();
	if (panic_child)
		return false;
	in_panic_child = true;
	host_memory_make_private();
	return true;
}

void test_panic_missing(void)
{
	_exit(1);
}

void test_panicked(const char *message)
{
	size_t n = strlen(message);

	if (!in_panic_child)
		return;
	_exit(write(panic_pipe[1], message, n) == (ssize_t)n ? 0 : 2);
}

bool test_panic_end(const char *file, int line, const char *expr, const char *text)
{
	char message[MESSAGE_MAX];
	ssize_t n;
	int status;

	close(panic_pipe[1]);
	n = read(panic_pipe[0], message, sizeof(message) - 1);
	close(panic_pipe[0]);
	waitpid(panic_child, &status, 0);
	message[n > 0 ? n : 0] = '\0';
	if (n > 0 && strstr(message, text))
		return true;
	if (n > 0)
		test_fail(file, line, "%s panics with \"%s\", expected \"%s\"", expr, message,
			  text);
	else
		test_fail(file, line, "%s does not panic (child's status 0x%x), expected \"%s\"",
			  expr, (unsigned int)status, text);
	return false;
}

/* xorshift32: Marsaglia, "Xorshift RNGs", 2003. */
u32 test_random(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 17;
	random_state ^= random_state << 5;
	return random_state;
}

u32 test_random_below(u32 n)
{
	return test_random() % n;
}

void test_random_seed(u32 seed)
{
	random_state = seed * 2654435761u | 1;
}

u8 input_u8(struct input *in)
{
	if (!in->left)
		return 0;
	in->left--;
	return *in->data++;
}

u32 input_u32(struct input *in)
{
	u32 value = 0;

	for (int i = 0; i < 4; i++)
		value = value << 8 | input_u8(in);
	return value;
}

u32 input_below(struct input *in, u32 n)
{
	return (n <= 256 ? input_u8(in) : input_u32(in)) % n;
}
