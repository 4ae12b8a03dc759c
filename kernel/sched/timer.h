/*
 * timer.h - things to be done at a tick to come.
 */
#ifndef PROC_TIMER_H
#define PROC_TIMER_H

#include "kernel/compiler.h"
#include "kernel/list.h"
#include "kernel/time.h"
#include "kernel/types.h"

struct ktimer {
	struct list_head node;		  /* in the list by time, or on its own when not armed */
	unsigned long expires;		  /* jiffies */
	void (*fn)(struct ktimer *timer); /* in the timer interrupt, not armed any more */
};

void timer_setup(struct ktimer *timer, void (*fn)(struct ktimer *timer));
/* Arms (again) for that jiffy; a time gone by means the next tick. Any context. */
void timer_arm(struct ktimer *timer, unsigned long expires);
/* True if it was armed. After it, fn does not run. Any context. */
bool timer_cancel(struct ktimer *timer);
static inline bool timer_armed(const struct ktimer *timer)
{
	return !list_empty(&timer->node);
}
/* Called once a tick: runs what is due, at most TIMERS_PER_TICK. */
void timers_run(void);
#define TIMERS_PER_TICK 32

/* clock.c: notes the tick's own moment, from which finer clocks count; once a tick, irqs off. */
void clock_tick(void);

#define NSEC_PER_SEC  1000000000u
#define NSEC_PER_TICK (NSEC_PER_SEC / HZ)

static inline bool timespec_valid(const struct timespec64 *ts)
{
	return ts->tv_sec >= 0 && ts->tv_nsec < NSEC_PER_SEC;
}
/* A duration in ticks, so many that no less than it goes by; at most LONG_MAX / 2. 0 for 0. */
long timespec_to_ticks(const struct timespec64 *ts);
struct timespec64 ticks_to_timespec(unsigned long ticks);
/* The moment of ktime_get_ts()'s clock when a duration from now on is over; there is a last one. */
struct timespec64 ktime_after(const struct timespec64 *duration);
/* From one moment to a later one, both not negative; 0 when it is not later. */
struct timespec64 timespec_until(const struct timespec64 *from, const struct timespec64 *to);
/* From and to a program's memory, with seconds of 32 or 64 bits: 0 or -EFAULT. */
int __must_check get_timespec32(struct timespec64 *ts, u32 from);
int __must_check get_timespec64(struct timespec64 *ts, u32 from);
int __must_check put_timespec32(const struct timespec64 *ts, u32 to);
int __must_check put_timespec64(const struct timespec64 *ts, u32 to);

#endif
