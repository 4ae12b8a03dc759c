/* siginfo.h - what is known of a signal. */
#ifndef PROC_SIGINFO_H
#define PROC_SIGINFO_H

#include "kernel/types.h"

/* The first 32 of the 128 bytes of Linux i386's siginfo_t; the rest is always zero. */
struct siginfo {
	s32 si_signo, si_errno, si_code;
	union {
		struct {
			s32 si_pid;
			u32 si_uid;
			s32 si_status; /* SIGCHLD; with SI_QUEUE the value */
			u32 si_utime, si_stime;
		};
		u32 si_addr;
	};
};
#define SIGINFO_USER_SIZE 128
_Static_assert(sizeof(struct siginfo) == 32, "siginfo layout");

#endif
