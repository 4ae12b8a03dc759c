/* clock.c - clocks go forward and sleeping takes its time. */
#include "try.h"
#include <linux/futex.h>
#include <poll.h>
#include <signal.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>

/* Nanoseconds, whole: a double would be rounded differently in memory and in a register. */
static long long now(clockid_t clock)
{
	struct timespec t;

	if (clock_gettime(clock, &t))
		die("clock_gettime");
	return t.tv_sec * 1000000000ll + t.tv_nsec;
}

static const struct timespec ten_ms = {0, 10000000};

static void do_poll(void)
{
	poll(NULL, 0, 10);
}

static void do_ppoll(void)
{
	ppoll(NULL, 0, &ten_ms, NULL);
}

static void do_select(void)
{
	struct timeval tv = {0, 10000};

	select(0, NULL, NULL, NULL, &tv);
	if (tv.tv_sec || tv.tv_usec)
		printf("time left after a select that timed out\n");
}

static void do_pselect(void)
{
	pselect(0, NULL, NULL, NULL, &ten_ms, NULL);
}

static void do_nanosleep(void)
{
	nanosleep(&ten_ms, NULL);
}

static void do_sigtimedwait(void)
{
	sigset_t none;

	sigemptyset(&none);
	sigtimedwait(&none, NULL, &ten_ms);
}

static void do_futex(void)
{
	int word = 0;

	syscall(SYS_futex, &word, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, 0, &ten_ms, NULL, 0);
}

/* A wait of a few milliseconds may be long, but not short. */
static void waits(const char *name, void (*wait_ten_ms)(void))
{
	int early = 0;

	for (int i = 0; i < 20; i++) {
		long long start = now(CLOCK_MONOTONIC);

		wait_ten_ms();
		early += now(CLOCK_MONOTONIC) - start < 10000000;
	}
	printf("%s that ended early %d\n", name, early);
}

/* What is left is less than what was asked for, and more than what was waited. */
static void time_left(void)
{
	struct timeval tv = {0, 3000}, long_time = {1000, 0};
	int fd[2];
	fd_set set;

	if (pipe(fd) || write(fd[1], "x", 1) != 1)
		die("pipe");
	FD_ZERO(&set);
	FD_SET(fd[0], &set);
	printf("ready %d", select(fd[0] + 1, &set, NULL, NULL, &tv));
	printf(", left %d\n", tv.tv_sec == 0 && tv.tv_usec <= 3000);
	printf("ready %d", select(fd[0] + 1, &set, NULL, NULL, &long_time));
	printf(", left %d\n", long_time.tv_sec >= 990 && long_time.tv_sec < 1000);
	close(fd[0]);
	close(fd[1]);
}

int main(void)
{
	struct timespec bad = {0, 2000000000}, nap = {0, 30000000};
	long long start = now(CLOCK_MONOTONIC), last = start;
	struct timeval tv;
	int backwards = 0;

	for (int i = 0; i < 1000; i++) {
		long long t = now(CLOCK_MONOTONIC);

		backwards += t < last;
		last = t;
	}
	printf("backwards %d\n", backwards);
	waits("poll", do_poll);
	waits("ppoll", do_ppoll);
	waits("select", do_select);
	waits("pselect", do_pselect);
	waits("nanosleep", do_nanosleep);
	waits("sigtimedwait", do_sigtimedwait);
	waits("futex", do_futex);
	time_left();
	start = now(CLOCK_MONOTONIC);
	show("nanosleep", nanosleep(&nap, NULL));
	last = now(CLOCK_MONOTONIC) - start;
	printf("slept long enough %d, not far too long %d\n", last >= 30000000, last < 5000000000);
	show("bad time", nanosleep(&bad, NULL));
	show("bad clock", clock_gettime(1000, &bad));
	gettimeofday(&tv, NULL);
	printf("after 1999 %d, agrees %d\n", tv.tv_sec >= 946684800, tv.tv_sec - time(NULL) <= 1);
	return 0;
}
