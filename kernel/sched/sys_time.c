/*
 * sys_time.c - clocks and sleeping for programs.
 *
 * Calls come in two forms, with 32-bit seconds and (names ending in 64) with
 * 64-bit ones. Sleeps end with a tick and never early but for a signal; what is left of one is told
 * to the nanosecond.
 */
#include "i386/uaccess.h"
#include "kernel/errno.h"
#include "kernel/wait.h"
#include "proc/rusage.h"
#include "sched/sched.h"
#include "proc/syscall.h"
#include "sched/timer.h"

#define CLOCK_REALTIME		 0
#define CLOCK_MONOTONIC		 1
#define CLOCK_PROCESS_CPUTIME_ID 2
#define CLOCK_THREAD_CPUTIME_ID	 3
#define CLOCK_MONOTONIC_RAW	 4
#define CLOCK_REALTIME_COARSE	 5
#define CLOCK_MONOTONIC_COARSE	 6
#define CLOCK_BOOTTIME		 7
#define TIMER_ABSTIME		 1

#define NSEC_PER_USEC 1000

static int read_clock(u32 clock, struct timespec64 *ts)
{
	unsigned long utime, stime;

	switch (clock) {
	case CLOCK_REALTIME:
	case CLOCK_REALTIME_COARSE:
		ktime_get_real_ts(ts);
		return 0;
	case CLOCK_MONOTONIC:
	case CLOCK_MONOTONIC_RAW:
	case CLOCK_MONOTONIC_COARSE:
	case CLOCK_BOOTTIME:
		ktime_get_ts(ts);
		return 0;
	case CLOCK_PROCESS_CPUTIME_ID:
		spin_lock(&tasklist_lock);
		process_times(current->group_leader, &utime, &stime);
		spin_unlock(&tasklist_lock);
		*ts = ticks_to_timespec(utime + stime);
		return 0;
	case CLOCK_THREAD_CPUTIME_ID:
		*ts = ticks_to_timespec(current->utime + current->stime);
		return 0;
	default:
		return -EINVAL;
	}
}

/* clock_gettime(clock, ts) */
SYSCALL(clock_gettime)
{
	struct timespec64 ts;
	int err = read_clock(a, &ts);

	return err ? err : put_timespec32(&ts, b);
}

SYSCALL(clock_gettime64)
{
	struct timespec64 ts;
	int err = read_clock(a, &ts);

	return err ? err : put_timespec64(&ts, b);
}

static struct timespec64 resolution(u32 clock)
{
	bool fine = clock == CLOCK_REALTIME || clock == CLOCK_MONOTONIC ||
		    clock == CLOCK_MONOTONIC_RAW || clock == CLOCK_BOOTTIME;

	return (struct timespec64){0, fine ? 1 : NSEC_PER_TICK};
}

/* clock_getres(clock, ts) */
SYSCALL(clock_getres)
{
	struct timespec64 ts;
	int err = read_clock(a, &ts);

	ts = resolution(a);
	return err || !b ? err : put_timespec32(&ts, b);
}

SYSCALL(clock_getres_time64)
{
	struct timespec64 ts;
	int err = read_clock(a, &ts);

	ts = resolution(a);
	return err || !b ? err : put_timespec64(&ts, b);
}

/* gettimeofday(tv, tz): the time zone is always UTC */
SYSCALL(gettimeofday)
{
	struct timespec64 ts;
	u32 tv[2], tz[2] = {0, 0};

	ktime_get_real_ts(&ts);
	tv[0] = (u32)ts.tv_sec;
	tv[1] = ts.tv_nsec / NSEC_PER_USEC;
	if (a && copy_to_user((void __user *)a, tv, sizeof(tv)))
		return -EFAULT;
	return b && copy_to_user((void __user *)b, tz, sizeof(tz)) ? -EFAULT : 0;
}

/* time(t) */
SYSCALL(time)
{
	struct timespec64 ts;

	ktime_get_real_ts(&ts);
	if (a && put_user_u32((u32)ts.tv_sec, (u32 __user *)a))
		return -EFAULT;
	return (long)ts.tv_sec;
}

/* Ticks until a moment of a clock, so many that it is over then; 0 when it is. */
static long ticks_until(u32 clock, const struct timespec64 *end)
{
	struct timespec64 now, left;

	read_clock(clock, &now);
	left = timespec_until(&now, end);
	return timespec_to_ticks(&left);
}

/* Sleeps `ticks`, and on until a moment of a clock: true, or false when a signal came before. */
static bool sleep_until(long ticks, u32 clock, const struct timespec64 *end)
{
	for (; ticks > 0; ticks = ticks_until(clock, end)) {
		if (current->sigpending)
			return false;
		current->state = TASK_INTERRUPTIBLE;
		schedule_timeout(ticks);
	}
	return true;
}

/* Sleeps until current->restart.sleep.end. Stores what is left when a signal ends it. */
static long sleep_restartable(long ticks)
{
	struct restart_block *restart = &current->restart;
	struct timespec64 now, left;
	int err = 0;

	if (sleep_until(ticks, CLOCK_MONOTONIC, &restart->sleep.end))
		return 0;
	ktime_get_ts(&now);
	left = timespec_until(&now, &restart->sleep.end);
	if (restart->sleep.left && restart->sleep.left64)
		err = put_timespec64(&left, restart->sleep.left);
	else if (restart->sleep.left)
		err = put_timespec32(&left, restart->sleep.left);
	return err ? err : -ERESTART_RESTARTBLOCK;
}

static long sleep_restart(void)
{
	return sleep_restartable(ticks_until(CLOCK_MONOTONIC, &current->restart.sleep.end));
}

static long sleep_for(const struct timespec64 *ts, u32 left, bool left64)
{
	if (!timespec_valid(ts))
		return -EINVAL;
	current->restart = (struct restart_block){
		.fn = sleep_restart,
		.sleep = {left, left64, ktime_after(ts)},
	};
	return sleep_restartable(timespec_to_ticks(ts));
}

/* An interrupted wait with a limit goes on, unless a handler has run. */
SYSCALL(restart_syscall)
{
	return current->restart.fn ? current->restart.fn() : -EINTR;
}

/* nanosleep(time, left) */
SYSCALL(nanosleep)
{
	struct timespec64 ts;

	return get_timespec32(&ts, a) ? -EFAULT : sleep_for(&ts, b, false);
}

/* Until a moment of a clock that goes on by itself. */
static long sleep_until_clock(u32 clock, const struct timespec64 *when)
{
	if (!timespec_valid(when))
		return -EINVAL;
	return sleep_until(ticks_until(clock, when), clock, when) ? 0 : -ERESTARTNOHAND;
}

static long clock_sleep(u32 clock, u32 flags, const struct timespec64 *ts, u32 left, bool left64)
{
	if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC && clock != CLOCK_BOOTTIME)
		return -EINVAL;
	if (flags & TIMER_ABSTIME)
		return sleep_until_clock(clock, ts);
	return sleep_for(ts, left, left64);
}

/* clock_nanosleep(clock, flags, time, left) */
SYSCALL(clock_nanosleep)
{
	struct timespec64 ts;

	return get_timespec32(&ts, c) ? -EFAULT : clock_sleep(a, b, &ts, d, false);
}

SYSCALL(clock_nanosleep_time64)
{
	struct timespec64 ts;

	return get_timespec64(&ts, c) ? -EFAULT : clock_sleep(a, b, &ts, d, true);
}
