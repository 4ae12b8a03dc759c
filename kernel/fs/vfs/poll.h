/* poll.h - what poll.c and select.c share. */
#ifndef FS_POLL_H
#define FS_POLL_H

#include "fs/vfs/internal.h"
#include "kernel/time.h"

struct pollfd { /* Linux's */
	s32 fd;
	s16 events, revents;
};

/* How long a call may wait. */
struct poll_timeout {
	long ticks;	       /* 0: not at all, negative: for ever */
	struct timespec64 end; /* the moment, of ktime_get_ts(), when ticks > 0 */
};

/*
 * Fills in revents and waits until one is not 0, `*ticks` are over (negative: for ever) or a signal
 * is there. How many files have something to tell, 0, -ERESTARTNOHAND or -ENOMEM; *ticks: what is
 * left.
 */
int poll_files(struct pollfd *fds, unsigned int nr, long *ticks);
/* A wait that takes `time`, which is valid, from now on: not less, and up to two ticks more. */
void poll_set_timeout(struct poll_timeout *timeout, const struct timespec64 *time);
/* What is left of it, 0 when it is over. Only of one that had ticks > 0. */
struct timespec64 poll_time_left(const struct poll_timeout *timeout);
/* Reads a time with seconds of 32 or 64 (`wide`) bits; address 0: for ever. 0, -EFAULT, -EINVAL. */
int poll_get_timespec(u32 user, bool wide, struct poll_timeout *timeout);
/* Stores the time that is left, as poll_get_timespec() read it. With it there an interrupted call
 * can be made anew: `ret`, or -EINTR where it could not be stored. */
long poll_put_timespec(u32 user, bool wide, const struct poll_timeout *timeout, long ret);
/* Blocks the signals of a mask in user memory (0: none) and undoes it, by the call's result. */
int poll_set_mask(u32 user_mask, u32 size);
void poll_restore_mask(u32 user_mask, long ret);

#endif
