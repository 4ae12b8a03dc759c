/*
 * syscall.h - the system call table. A handler gets up to six arguments in
 * registers order (ebx ecx edx esi edi ebp) and returns a result or -errno.
 * Those that need the user registers read them by task_pt_regs(current).
 */
#ifndef PROC_SYSCALL_H
#define PROC_SYSCALL_H

#include "kernel/types.h"

typedef long (*syscall_fn)(u32 a, u32 b, u32 c, u32 d, u32 e, u32 f);

#define NR_SYSCALLS 460
/* NULL entries answer -ENOSYS, counted, named once on the console. */
extern const syscall_fn syscall_table[NR_SYSCALLS];
long sys_unknown(u32 nr);

/* Each sys_NAME of fs/ and proc/ has the syscall_fn signature: declare them with this. */
#define SYSCALL(name)                                                                            \
	long sys_##name(__unused u32 a, __unused u32 b, __unused u32 c, __unused u32 d,          \
			__unused u32 e, __unused u32 f)
#define __unused __attribute__((unused))

#endif
