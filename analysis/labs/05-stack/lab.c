/* lab.c - lab 5: a stack grows by steps and by a jump, up to a neighbour and up to its limit.
 *
 *   lab [STEPS]     steps of one page that the stack grows first (64)
 */
#include "../lab.h"
#include <alloca.h>
#include <sys/resource.h>
#include <sys/wait.h>

#define JUMP	    256	 /* pages that one big array takes */
#define STACK_LIMIT 1024 /* pages */

/*
 * Takes `step` more pages of stack so many times, and writes to the far end of each. With alloca(),
 * since an array of variable size would be given back at the end of each turn.
 */
static void __attribute__((noinline)) grow(unsigned long times, unsigned long step)
{
	while (times--) {
		/* cppcheck-suppress allocaCalled */
		volatile char *block = alloca(step * PAGE);

		block[0] = 1;
	}
}

/* Grows without end, in a child; the parent tells what ended it. */
static void grow_until_killed(const char *what)
{
	int status;

	mark(what);
	if (fork() == 0)
		grow(-1ul, 1);
	wait(&status);
	printf("%s: signal,%d\n", what, WIFSIGNALED(status) ? WTERMSIG(status) : 0);
}

static unsigned long stack_start(void)
{
	const char *name = strstr(text_of("/proc/self/maps"), "[stack]");

	while (name[-1] != '\n')
		name--;
	return strtoul(name, NULL, 16);
}

static unsigned long stack_end(void)
{
	const char *name = strstr(text_of("/proc/self/maps"), "[stack]");

	while (name[-1] != '\n')
		name--;
	return strtoul(strchr(name, '-') + 1, NULL, 16);
}

int main(int argc, char **argv)
{
	struct rlimit limit = {STACK_LIMIT * PAGE, STACK_LIMIT * PAGE};
	unsigned long steps = number(argc, argv, 1, 64);

	mark("steps");
	grow(steps, 1);
	mark("jump");
	grow(1, steps + JUMP);
	mark("ready");
	say("stack's end", stack_end());

	/* A page of somebody else's, 300 pages below the stack. */
	char *neighbour = take_pages((char *)stack_start() - 301 * PAGE, 1);

	say("neighbour's end", (unsigned long)neighbour + PAGE);
	grow_until_killed("neighbour");
	munmap(neighbour, PAGE);
	if (setrlimit(RLIMIT_STACK, &limit))
		die("setrlimit");
	grow_until_killed("limit");
	mark("end");
	return 0;
}
