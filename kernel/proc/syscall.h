/*
 * syscall.h - the system call table. A handler gets up to six arguments in
 * registers order (ebx ecx edx esi edi ebp) and returns a result or -errno.
 * Those that need the user registers read them by task_pt_regs(current).
 *
 * syscall.tbl says which calls there are; the prototypes come from there.
 */
#ifndef PROC_SYSCALL_H
#define PROC_SYSCALL_H

#include "kernel/compiler.h"
#include "kernel/types.h"
#include "generated/syscalls.h"

typedef long (*syscall_fn)(u32 a, u32 b, u32 c, u32 d, u32 e, u32 f);

/* NULL entries answer -ENOSYS, counted, named once on the console. */
extern const syscall_fn syscall_table[NR_SYSCALLS];
long sys_unknown(u32 nr);
/* Linux's name for a number; "?" for one that it does not use. Never NULL. */
const char *syscall_name(u32 nr);
/* The same by number; NULL for those. */
extern const char *const syscall_names[NR_SYSCALLS];

/* Begins the definition of a handler, of the syscall_fn signature. */
#define SYSCALL(name) long sys_##name(SYSARG a, SYSARG b, SYSARG c, SYSARG d, SYSARG e, SYSARG f)
#define SYSARG	      u32 __attribute__((unused))

#endif
