/* registers.c - x87, SSE and thread-local state belong to each process across switches. */
#include "try.h"
#include <sched.h>

static __thread int local = 5;

static double series(int seed)
{
	double x = seed, sum = 0;

	for (int i = 1; i < 3000; i++) {
		x = x * 1.0000001 + 1.0 / i;
		sum += x / (i + seed);
		if (i % 100 == 0)
			sched_yield();
	}
	return sum;
}

/* The same sum by x87 only, whatever the compiler likes. */
static long double series87(int seed)
{
	long double x = seed, sum = 0;

	for (int i = 1; i < 3000; i++) {
		x = x * 1.0000001L + 1.0L / i;
		sum += x / (i + seed);
		if (i % 100 == 0)
			sched_yield();
	}
	return sum;
}

int main(void)
{
	for (int c = 0; c < 4; c++) {
		pid_t pid;

		fflush(stdout);
		pid = fork();
		if (pid < 0)
			die("fork");
		if (pid == 0) {
			double alone = series(c), again = series(c);
			long double old = series87(c), older = series87(c);

			local += c;
			sched_yield();
			_exit(alone == again && old == older && local == 5 + c ? c : 50 + c);
		}
	}
	for (int c = 0, sum = 0; c < 4; c++) {
		int status;

		wait(&status);
		sum += WEXITSTATUS(status);
		if (c == 3)
			printf("sum of codes %d\n", sum);
	}
	printf("series %.9f local %d\n", series(3), local);
	return 0;
}
