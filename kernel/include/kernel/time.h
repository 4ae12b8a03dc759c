/* time.h - ticks and clocks. The tick is the PIT's, HZ a second. kernel/sched/timer.c. */
#ifndef KERNEL_TIME_H
#define KERNEL_TIME_H

#include "kernel/types.h"

#define HZ 100

extern volatile unsigned long jiffies; /* ticks since boot; wraps */

/* True when a is later than b, across a wrap. */
#define time_after(a, b) ((long)((b) - (a)) < 0)

struct timespec64 {
	s64 tv_sec;
	u32 tv_nsec;
};

/* Time since boot / since 1970 (from the CMOS clock at boot), with the PIT's resolution or finer.
 */
void ktime_get_ts(struct timespec64 *ts);
void ktime_get_real_ts(struct timespec64 *ts);

#endif
