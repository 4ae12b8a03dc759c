/* clock.c - clocks go forward and sleeping takes its time. */
#include "try.h"
#include <poll.h>
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

/* A wait of a few milliseconds may be long, but not short. */
static void polls(void)
{
	int early = 0;

	for (int i = 0; i < 20; i++) {
		long long start = now(CLOCK_MONOTONIC);

		poll(NULL, 0, 10);
		early += now(CLOCK_MONOTONIC) - start < 10000000;
	}
	printf("polls that ended early %d\n", early);
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
	polls();
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
