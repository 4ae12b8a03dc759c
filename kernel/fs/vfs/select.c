/*
 * select.c - system calls: select, pselect6.
 *
 * A set of descriptors is a row of bits. The three sets become one array for
 * poll_files() and its answers become sets again.
 */
#include "i386/uaccess.h"
#include "proc/syscall.h"
#include "fs/vfs/poll.h"
#include "kernel/string.h"
#include "kernel/time.h"
#include "mm/slab.h"

#define SET_WORDS     (NR_OPEN / 32)
#define USEC_PER_SEC  1000000u
#define NSEC_PER_USEC 1000u

enum {
	SET_READ,
	SET_WRITE,
	SET_EXCEPT,
	NR_SETS
};

/* Which answers of poll put a descriptor into which set (Linux's select()). */
static const unsigned int set_events[NR_SETS] = {POLLIN | POLLRDNORM, POLLOUT | POLLWRNORM,
						 POLLPRI};
static const unsigned int set_answers[NR_SETS] = {POLLIN | POLLRDNORM | POLLHUP | POLLERR,
						  POLLOUT | POLLWRNORM | POLLERR, POLLPRI};

struct select {
	u32 user[NR_SETS]; /* addresses, or 0 */
	u32 bits[NR_SETS][SET_WORDS];
	struct pollfd fds[NR_OPEN];
	unsigned int nr;
};

static u32 set_bytes(u32 n)
{
	return DIV_ROUND_UP(n, 32u) * 4;
}

static int get_sets(struct select *sel, u32 n)
{
	int set;

	for (set = 0; set < NR_SETS; set++) {
		if (sel->user[set] &&
		    copy_from_user(sel->bits[set], (const void __user *)sel->user[set],
				   set_bytes(n)))
			return -EFAULT;
	}
	return 0;
}

static int put_sets(const struct select *sel, u32 n)
{
	int set;

	for (set = 0; set < NR_SETS; set++) {
		if (sel->user[set] &&
		    copy_to_user((void __user *)sel->user[set], sel->bits[set], set_bytes(n)))
			return -EFAULT;
	}
	return 0;
}

/* One pollfd for each descriptor below n that is in any set. */
static void sets_to_fds(struct select *sel, u32 n)
{
	unsigned int events;
	u32 fd;
	int set;

	for (fd = 0; fd < n; fd++) {
		events = 0;
		for (set = 0; set < NR_SETS; set++) {
			if (sel->bits[set][fd / 32] >> (fd % 32) & 1)
				events |= set_events[set];
		}
		if (events)
			sel->fds[sel->nr++] = (struct pollfd){(s32)fd, (s16)events, 0};
	}
}

/* The answers as sets: how many bits are set, or -EBADF. */
static int fds_to_sets(struct select *sel)
{
	unsigned int i;
	int set, count = 0;

	memset(sel->bits, 0, sizeof(sel->bits));
	for (i = 0; i < sel->nr; i++) {
		const struct pollfd *pfd = &sel->fds[i];

		if (pfd->revents & (s16)POLLNVAL)
			return -EBADF;
		for (set = 0; set < NR_SETS; set++) {
			if (!((u16)pfd->events & set_events[set]) ||
			    !((u16)pfd->revents & set_answers[set]))
				continue;
			sel->bits[set][pfd->fd / 32] |= 1u << (pfd->fd % 32);
			count++;
		}
	}
	return count;
}

static long do_select(u32 n, const u32 user[NR_SETS], long *ticks)
{
	struct select *sel;
	long ret;

	if ((s32)n < 0)
		return -EINVAL;
	n = min(n, (u32)NR_OPEN);
	sel = kzalloc(sizeof(*sel), GFP_KERNEL);
	if (!sel)
		return -ENOMEM;
	memcpy(sel->user, user, sizeof(sel->user));
	ret = get_sets(sel, n);
	if (!ret) {
		sets_to_fds(sel, n);
		ret = poll_files(sel->fds, sel->nr, ticks);
	}
	if (ret >= 0)
		ret = fds_to_sets(sel);
	if (ret >= 0 && put_sets(sel, n))
		ret = -EFAULT;
	kfree(sel);
	return ret;
}

/* The time left as a timeval. Without it there an interrupted call cannot be made anew. */
static long put_timeval(u32 user, const struct poll_timeout *timeout, long ret)
{
	struct timespec64 left = poll_time_left(timeout);
	s32 time[2] = {(s32)left.tv_sec, (s32)(left.tv_nsec / NSEC_PER_USEC)};

	if (copy_to_user((void __user *)user, time, sizeof(time)) && ret == -ERESTARTNOHAND)
		return -EINTR;
	return ret;
}

/* a: one more than the largest descriptor, b, c, d: sets, e: time or 0; it gets what is left. */
SYSCALL(_newselect)
{
	const u32 user[NR_SETS] = {b, c, d};
	struct poll_timeout timeout = {.ticks = -1};
	s32 time[2];
	long ticks, ret;

	if (e) {
		if (copy_from_user(time, (const void __user *)e, sizeof(time)))
			return -EFAULT;
		if (time[0] < 0 || time[1] < 0)
			return -EINVAL;
		poll_set_timeout(&timeout,
				 &(struct timespec64){(s64)time[0] + (u32)time[1] / USEC_PER_SEC,
						      (u32)time[1] % USEC_PER_SEC * NSEC_PER_USEC});
	}
	ticks = timeout.ticks;
	ret = do_select(a, user, &ticks);
	return timeout.ticks > 0 ? put_timeval(e, &timeout, ret) : ret;
}

/* The first i386 select: its five arguments lie in memory. */
SYSCALL(select)
{
	u32 args[5];

	if (copy_from_user(args, (const void __user *)a, sizeof(args)))
		return -EFAULT;
	return sys__newselect(args[0], args[1], args[2], args[3], args[4], 0);
}

/* f: address of a signal mask's address and size. */
static long do_pselect(u32 a, u32 b, u32 c, u32 d, u32 e, u32 f, bool wide)
{
	const u32 user[NR_SETS] = {b, c, d};
	u32 mask[2] = {0, 0};
	struct poll_timeout timeout;
	long ticks, ret;

	if (f && copy_from_user(mask, (const void __user *)f, sizeof(mask)))
		return -EFAULT;
	ret = poll_get_timespec(e, wide, &timeout);
	if (!ret)
		ret = poll_set_mask(mask[0], mask[1]);
	if (ret)
		return ret;
	ticks = timeout.ticks;
	ret = do_select(a, user, &ticks);
	poll_restore_mask(mask[0], ret);
	return timeout.ticks > 0 ? poll_put_timespec(e, wide, &timeout, ret) : ret;
}

SYSCALL(pselect6)
{
	return do_pselect(a, b, c, d, e, f, false);
}

SYSCALL(pselect6_time64)
{
	return do_pselect(a, b, c, d, e, f, true);
}
