/* poll.h - what poll.c and select.c share. */
#ifndef FS_POLL_H
#define FS_POLL_H

#include "fs/vfs/internal.h"

struct pollfd { /* Linux's */
	s32 fd;
	s16 events, revents;
};

/*
 * Fills in revents and waits until one is not 0, `*ticks` are over (negative: for ever) or a signal
 * is there. How many files have something to tell, 0, -ERESTARTNOHAND or -ENOMEM; *ticks: what is
 * left.
 */
int poll_files(struct pollfd *fds, unsigned int nr, long *ticks);
/* A time as ticks, rounded up. */
long poll_ticks(s64 sec, u32 nsec);
/* Reads a time with seconds of 32 or 64 (`wide`) bits; address 0: -1. 0, -EFAULT, -EINVAL. */
int poll_get_timespec(u32 user, bool wide, long *ticks);
/* Stores the time that is left, as poll_get_timespec() read it (address 0: nothing). With it there
 * an interrupted call can be made anew: `ret`, or -EINTR where it could not be stored. */
long poll_put_timespec(u32 user, bool wide, long ticks, long ret);
/* Blocks the signals of a mask in user memory (0: none) and undoes it, by the call's result. */
int poll_set_mask(u32 user_mask, u32 size);
void poll_restore_mask(u32 user_mask, long ret);

#endif
