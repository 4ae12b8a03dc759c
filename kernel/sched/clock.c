/*
 * clock.c - what time it is.
 *
 * Time advances by ticks. Inside a tick a finer count adds to it: the CPU's
 * time-stamp counter, whose cycles per tick are measured from tick to tick, or
 * without one the interval timer's own counter. What is added never reaches a
 * whole tick, so that time waits for a late tick and never runs backwards. No
 * two readings are the same: while it waits, each is a nanosecond later.
 */
#include "i386/cpu.h"
#include "arch/irq.h"
#include "i386/uaccess.h"
#include "drivers/pit.h"
#include "drivers/rtc.h"
#include "kernel/errno.h"
#include "kernel/math64.h"
#include "sched/timer.h"

#define CYCLES_SMOOTHING 8 /* a late tick changes the measured rate by this part only */
#define UNEVEN_TICKS \
	2 /* the first ones wait for interrupts to come on: their distance says nothing */
#define TICKS_MAX ((long)(~0ul >> 2))
#define S64_MAX	  0x7fffffffffffffffll

static u64 tick_tsc;	    /* counter at the last tick, 0: none yet */
static u32 cycles_per_tick; /* 0: not measured yet */

static inline u64 rdtsc(void)
{
	u64 value;

	__asm__ volatile("rdtsc" : "=A"(value));
	return value;
}

void clock_tick(void)
{
	u64 now, cycles;

	if (!cpu_has(X86_FEATURE_TSC))
		return;
	now = rdtsc();
	cycles = now - tick_tsc;
	if (jiffies > UNEVEN_TICKS && cycles >> 32 == 0 && cycles) {
		if (cycles_per_tick)
			cycles_per_tick += ((s32)cycles - (s32)cycles_per_tick) / CYCLES_SMOOTHING;
		else
			cycles_per_tick = (u32)cycles;
	}
	tick_tsc = now;
}

/* Nanoseconds since the last tick, less than a tick. Interrupts off. */
static u32 since_tick(void)
{
	u64 ns;

	if (!cpu_has(X86_FEATURE_TSC))
		return min(pit_elapsed_ns(), NSEC_PER_TICK - 1);
	if (!cycles_per_tick)
		return 0;
	ns = rdtsc() - tick_tsc;
	if (ns >= cycles_per_tick)
		return NSEC_PER_TICK - 1;
	ns *= NSEC_PER_TICK; /* below 2^32 * 10^7 */
	div64_u32(&ns, cycles_per_tick);
	return min((u32)ns, NSEC_PER_TICK - 1);
}

static bool later(const struct timespec64 *a, const struct timespec64 *b)
{
	return a->tv_sec != b->tv_sec ? a->tv_sec > b->tv_sec : a->tv_nsec > b->tv_nsec;
}

void ktime_get_ts(struct timespec64 *ts)
{
	static struct timespec64 last;
	unsigned long flags = local_irq_save();
	unsigned long ticks = jiffies;

	ts->tv_sec = ticks / HZ;
	ts->tv_nsec = ticks % HZ * NSEC_PER_TICK + since_tick();
	if (!later(ts, &last)) {
		*ts = last;
		if (++ts->tv_nsec == NSEC_PER_SEC) {
			ts->tv_nsec = 0;
			ts->tv_sec++;
		}
	}
	last = *ts;
	local_irq_restore(flags);
}

void ktime_get_real_ts(struct timespec64 *ts)
{
	ktime_get_ts(ts);
	ts->tv_sec += rtc_boot_time;
}

long timespec_to_ticks(const struct timespec64 *ts)
{
	if (ts->tv_sec >= TICKS_MAX / HZ)
		return TICKS_MAX;
	if (ts->tv_sec == 0 && ts->tv_nsec == 0)
		return 0;
	/* One more: the tick that is under way has been partly used up. */
	return (long)ts->tv_sec * HZ + (long)DIV_ROUND_UP(ts->tv_nsec, NSEC_PER_TICK) + 1;
}

struct timespec64 ticks_to_timespec(unsigned long ticks)
{
	return (struct timespec64){ticks / HZ, ticks % HZ * NSEC_PER_TICK};
}

struct timespec64 ktime_after(const struct timespec64 *duration)
{
	struct timespec64 end;

	ktime_get_ts(&end);
	end.tv_nsec += duration->tv_nsec;
	if (end.tv_nsec >= NSEC_PER_SEC) {
		end.tv_nsec -= NSEC_PER_SEC;
		end.tv_sec++;
	}
	end.tv_sec =
		duration->tv_sec > S64_MAX - end.tv_sec ? S64_MAX : end.tv_sec + duration->tv_sec;
	return end;
}

struct timespec64 timespec_until(const struct timespec64 *from, const struct timespec64 *to)
{
	struct timespec64 left = *to;

	if (!later(to, from))
		return (struct timespec64){0, 0};
	left.tv_sec -= from->tv_sec;
	if (left.tv_nsec < from->tv_nsec) {
		left.tv_sec--;
		left.tv_nsec += NSEC_PER_SEC;
	}
	left.tv_nsec -= from->tv_nsec;
	return left;
}

int get_timespec32(struct timespec64 *ts, u32 from)
{
	s32 words[2];

	if (copy_from_user(words, (void __user *)from, sizeof(words)))
		return -EFAULT;
	ts->tv_sec = words[0];
	ts->tv_nsec = (u32)words[1];
	return 0;
}

int get_timespec64(struct timespec64 *ts, u32 from)
{
	s64 words[2];

	if (copy_from_user(words, (void __user *)from, sizeof(words)))
		return -EFAULT;
	ts->tv_sec = words[0];
	/* The upper half is padding for a 32-bit program. */
	ts->tv_nsec = (u32)words[1];
	return 0;
}

int put_timespec32(const struct timespec64 *ts, u32 to)
{
	s32 words[2] = {(s32)ts->tv_sec, (s32)ts->tv_nsec};

	return copy_to_user((void __user *)to, words, sizeof(words)) ? -EFAULT : 0;
}

int put_timespec64(const struct timespec64 *ts, u32 to)
{
	s64 words[2] = {ts->tv_sec, ts->tv_nsec};

	return copy_to_user((void __user *)to, words, sizeof(words)) ? -EFAULT : 0;
}
