/*
 * poll.c - system calls: poll, ppoll, select, pselect6.
 *
 * All four come down to an array of pollfd in kernel memory and poll_files(): ask each
 * file what is ready and where to wait; enter all those queues; ask again; sleep. So no
 * change between asking and sleeping is missed. The select calls translate their sets of
 * bits to that array and back.
 */
#include "i386/uaccess.h"
#include "proc/syscall.h"
#include "fs/vfs/poll.h"
#include "kernel/string.h"
#include "kernel/time.h"
#include "mm/slab.h"
#include "sched/timer.h"
#include "signal/signal.h"

#define MSEC_PER_TICK (1000u / HZ)

/* What is waited on: one entry for each polled file that has a queue. */
struct poll_slot {
	struct file *file;
	wait_queue_head_t *queue;
	wait_queue_entry_t entry;
};

static unsigned int poll_file(struct file *file, wait_queue_head_t **queue)
{
	*queue = NULL;
	if (file->ops->poll)
		return file->ops->poll(file, queue);
	return POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM; /* never makes anybody wait */
}

/* Asks all files; how many have something to tell. */
static int scan_files(struct pollfd *fds, struct poll_slot *slots, unsigned int nr)
{
	unsigned int i, mask;
	int ready = 0;

	for (i = 0; i < nr; i++) {
		if (fds[i].fd < 0) {
			mask = 0;
		} else if (!slots[i].file) {
			mask = POLLNVAL;
		} else {
			mask = poll_file(slots[i].file, &slots[i].queue);
			mask &= (u16)fds[i].events | POLLERR | POLLHUP;
		}
		fds[i].revents = (s16)mask;
		ready += mask != 0;
	}
	return ready;
}

static void enter_queues(struct poll_slot *slots, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		if (slots[i].queue)
			prepare_to_wait(slots[i].queue, &slots[i].entry, true);
	}
}

static void leave_queues(struct poll_slot *slots, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		if (slots[i].queue)
			finish_wait(slots[i].queue, &slots[i].entry);
	}
}

/* Nothing to wait for but time or a signal: a queue that nobody wakes. */
static void add_idle_queue(struct poll_slot *slot, wait_queue_head_t *idle)
{
	memset(slot, 0, sizeof(*slot));
	init_waitqueue_head(idle);
	slot->queue = idle;
}

/* Until something is ready, time is up (ticks 0) or a signal arrives
 * (-ERESTARTNOHAND). */
static int wait_for_files(struct pollfd *fds, struct poll_slot *slots, unsigned int nr, long *ticks)
{
	int ready;

	for (;;) {
		scan_files(fds, slots, nr); /* finds the queues */
		enter_queues(slots, nr + 1);
		ready = scan_files(fds, slots, nr);
		if (!ready && *ticks != 0 && !signal_pending_current())
			*ticks = schedule_timeout(*ticks);
		leave_queues(slots, nr + 1);
		if (ready || *ticks == 0)
			return ready ? ready : scan_files(fds, slots, nr);
		if (signal_pending_current())
			return -ERESTARTNOHAND;
	}
}

int poll_files(struct pollfd *fds, unsigned int nr, long *ticks)
{
	struct poll_slot *slots = kcalloc(nr + 1, sizeof(*slots), GFP_KERNEL);
	wait_queue_head_t idle;
	unsigned int i;
	int ret;

	if (!slots)
		return -ENOMEM;
	for (i = 0; i < nr; i++)
		slots[i].file = fds[i].fd >= 0 ? fget(fds[i].fd) : NULL;
	add_idle_queue(&slots[nr], &idle);
	ret = scan_files(fds, slots, nr);
	if (!ret && *ticks)
		ret = wait_for_files(fds, slots, nr, ticks);
	for (i = 0; i < nr; i++) {
		if (slots[i].file)
			fput(slots[i].file);
	}
	kfree(slots);
	return ret;
}

void poll_set_timeout(struct poll_timeout *timeout, const struct timespec64 *time)
{
	timeout->ticks = timespec_to_ticks(time);
	timeout->end = ktime_after(time);
}

struct timespec64 poll_time_left(const struct poll_timeout *timeout)
{
	struct timespec64 now;

	ktime_get_ts(&now);
	return timespec_until(&now, &timeout->end);
}

static long do_poll(u32 user_fds, u32 nr, long *ticks)
{
	struct pollfd *fds;
	long ret;

	if (nr > current->rlim[RLIMIT_NOFILE].cur)
		return -EINVAL;
	fds = kmalloc_array(max(nr, 1u), sizeof(*fds), GFP_KERNEL);
	if (!fds)
		return -ENOMEM;
	ret = -EFAULT;
	if (copy_from_user(fds, (const void __user *)user_fds, nr * sizeof(*fds)))
		goto out_free;
	ret = poll_files(fds, nr, ticks);
	if (ret >= 0 && copy_to_user((void __user *)user_fds, fds, nr * sizeof(*fds)))
		ret = -EFAULT;
out_free:
	kfree(fds);
	return ret;
}

static long poll_restart(void);

/* A poll() that a signal interrupts goes on until the same moment, unless a handler has run. */
static long poll_until(u32 user_fds, u32 nr, bool limited, unsigned long until)
{
	struct restart_block *restart = &current->restart;
	long ticks = limited ? max((long)(until - jiffies), 0l) : -1;
	long ret = do_poll(user_fds, nr, &ticks);

	if (ret != -ERESTARTNOHAND)
		return ret;
	restart->fn = poll_restart;
	restart->until = until;
	restart->poll.fds = user_fds;
	restart->poll.nr = nr;
	restart->poll.limited = limited;
	return -ERESTART_RESTARTBLOCK;
}

static long poll_restart(void)
{
	const struct restart_block *restart = &current->restart;

	return poll_until(restart->poll.fds, restart->poll.nr, restart->poll.limited,
			  restart->until);
}

/* a: pollfds, b: how many, c: milliseconds, negative: for ever. */
SYSCALL(poll)
{
	s32 ms = (s32)c;
	unsigned long ticks = 0;

	/* One more: the tick that is under way has been partly used up. */
	if (ms > 0)
		ticks = DIV_ROUND_UP((u32)ms, MSEC_PER_TICK) + 1;
	return poll_until(a, b, ms >= 0, jiffies + ticks);
}

int poll_get_timespec(u32 user, bool wide, struct poll_timeout *timeout)
{
	struct timespec64 time;

	timeout->ticks = -1;
	if (!user)
		return 0;
	if (wide ? get_timespec64(&time, user) : get_timespec32(&time, user))
		return -EFAULT;
	if (!timespec_valid(&time))
		return -EINVAL;
	poll_set_timeout(timeout, &time);
	return 0;
}

long poll_put_timespec(u32 user, bool wide, const struct poll_timeout *timeout, long ret)
{
	struct timespec64 left = poll_time_left(timeout);
	int err = wide ? put_timespec64(&left, user) : put_timespec32(&left, user);

	return err && ret == -ERESTARTNOHAND ? -EINTR : ret;
}

int poll_set_mask(u32 user_mask, u32 size)
{
	sigset_t mask;

	if (!user_mask)
		return 0;
	if (size != sizeof(mask))
		return -EINVAL;
	if (copy_from_user(&mask, (const void __user *)user_mask, sizeof(mask)))
		return -EFAULT;
	current->saved_blocked = current->blocked;
	set_blocked(mask);
	return 0;
}

void poll_restore_mask(u32 user_mask, long ret)
{
	if (!user_mask)
		return;
	if (ret == -ERESTARTNOHAND)
		current->restore_blocked = true; /* after the handler has run */
	else
		set_blocked(current->saved_blocked);
}

/* a: pollfds, b: how many, c: time or 0, d: signals to block meanwhile or 0, e: size of that. */
static long do_ppoll(u32 a, u32 b, u32 c, u32 d, u32 e, bool wide)
{
	struct poll_timeout timeout;
	long ticks, ret = poll_get_timespec(c, wide, &timeout);

	if (!ret)
		ret = poll_set_mask(d, e);
	if (ret)
		return ret;
	ticks = timeout.ticks;
	ret = do_poll(a, b, &ticks);
	poll_restore_mask(d, ret);
	return timeout.ticks > 0 ? poll_put_timespec(c, wide, &timeout, ret) : ret;
}

SYSCALL(ppoll)
{
	return do_ppoll(a, b, c, d, e, false);
}

SYSCALL(ppoll_time64)
{
	return do_ppoll(a, b, c, d, e, true);
}
