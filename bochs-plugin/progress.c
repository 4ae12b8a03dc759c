/*
 * progress.c - the live line on the terminal.
 *
 * Runs in the writer thread twice a second and only reads the recorder's
 * numbers, each a machine word of its own, so that a slightly old value is the
 * worst that can be shown.
 */
#include "progress.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static uint64_t look(const uint64_t *value)
{
	return __atomic_load_n(value, __ATOMIC_RELAXED);
}

void progress_tick(void *ctx)
{
	struct recorder *r = ctx;
	const char *phase = __atomic_load_n(&r->phase, __ATOMIC_RELAXED);
	uint64_t icount = look(r->m.icount), ns = now_ns();
	double mips = 0;

	if (r->shown_ns && ns > r->shown_ns)
		mips = (double)(icount - r->shown_icount) * 1000 / (double)(ns - r->shown_ns);
	r->shown_icount = icount;
	r->shown_ns = ns;
	fprintf(stderr, "\r%8.1f Minsn %6.1f MIPS %10llu fills %8llu faults  %-30.30s",
		(double)icount / 1e6, mips, (unsigned long long)look(&r->tally.fills),
		(unsigned long long)look(&r->tally.faults), phase ? phase : "");
	fflush(stderr);
}

void progress_end(void)
{
	fprintf(stderr, "\r%79s\r", "");
}
