/*
 * itimer.c - alarm() and setitimer(ITIMER_REAL): SIGALRM after a time, once or
 * at intervals. One timer a process (signal_struct.real_timer). The timers of
 * CPU time are not there.
 */
#include "sched/itimer.h"
#include "i386/uaccess.h"
#include "kernel/errno.h"
#include "kernel/string.h"
#include "signal/signal.h"
#include "proc/syscall.h"

#define ITIMER_REAL   0
#define NSEC_PER_USEC 1000u
#define USEC_PER_SEC  1000000

struct itimerval {
	s32 interval_sec, interval_usec, value_sec, value_usec;
};

void real_timer_expired(struct ktimer *timer)
{
	struct signal_struct *signal = container_of(timer, struct signal_struct, real_timer);

	send_sig_soon(SIGALRM, signal);
	if (signal->real_interval)
		timer_arm(timer, jiffies + signal->real_interval);
}

/* Ticks until the timer runs out, 0 when it is not armed. */
static unsigned long ticks_left(const struct signal_struct *signal)
{
	long left;

	if (!timer_armed(&signal->real_timer))
		return 0;
	left = (long)(signal->real_timer.expires - jiffies);
	return left > 0 ? (unsigned long)left : 1;
}

/* Sets the process's timer anew, between two ticks (ticks; 0: off), reports the old one. */
static void set_real_timer(unsigned long value, unsigned long interval, unsigned long *old_value,
			   unsigned long *old_interval)
{
	struct signal_struct *signal = current->signal;
	unsigned long flags = local_irq_save();

	*old_value = ticks_left(signal);
	*old_interval = signal->real_interval;
	timer_cancel(&signal->real_timer);
	signal->real_interval = interval;
	if (value)
		timer_arm(&signal->real_timer, jiffies + value);
	local_irq_restore(flags);
}

/* alarm(seconds): the seconds that an alarm before it had left, rounded, but not to 0 */
SYSCALL(alarm)
{
	struct timespec64 ts = {.tv_sec = a};
	unsigned long old, interval;

	set_real_timer((unsigned long)timespec_to_ticks(&ts), 0, &old, &interval);
	return (long)(old && old < HZ ? 1 : (old + HZ / 2) / HZ);
}

static int get_time(s32 sec, s32 usec, unsigned long *ticks)
{
	struct timespec64 ts = {.tv_sec = sec, .tv_nsec = (u32)usec * NSEC_PER_USEC};

	if (sec < 0 || usec < 0 || usec >= USEC_PER_SEC)
		return -EINVAL;
	*ticks = (unsigned long)timespec_to_ticks(&ts);
	return 0;
}

static int put_itimer(u32 to, unsigned long value, unsigned long interval)
{
	struct timespec64 v = ticks_to_timespec(value), i = ticks_to_timespec(interval);
	struct itimerval user = {(s32)i.tv_sec, (s32)(i.tv_nsec / NSEC_PER_USEC), (s32)v.tv_sec,
				 (s32)(v.tv_nsec / NSEC_PER_USEC)};

	return copy_to_user((void __user *)to, &user, sizeof(user)) ? -EFAULT : 0;
}

/* setitimer(which, new, old) */
SYSCALL(setitimer)
{
	unsigned long value, interval, old_value, old_interval;
	struct itimerval user;

	if (a != ITIMER_REAL)
		return -EINVAL;
	memset(&user, 0, sizeof(user));
	if (b && copy_from_user(&user, (void __user *)b, sizeof(user)))
		return -EFAULT;
	if (get_time(user.value_sec, user.value_usec, &value) ||
	    get_time(user.interval_sec, user.interval_usec, &interval))
		return -EINVAL;
	/* The tick under way is part of the first period only. */
	interval -= interval > 1;
	set_real_timer(value, interval, &old_value, &old_interval);
	return c ? put_itimer(c, old_value, old_interval) : 0;
}

/* getitimer(which, value) */
SYSCALL(getitimer)
{
	struct signal_struct *signal = current->signal;
	unsigned long flags, value, interval;

	if (a != ITIMER_REAL)
		return -EINVAL;
	flags = local_irq_save();
	value = ticks_left(signal);
	interval = signal->real_interval;
	local_irq_restore(flags);
	return put_itimer(b, value, interval);
}
