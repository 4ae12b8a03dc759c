/*
 * trapframe.h - registers saved at every entry to the kernel, in the order in
 * which arch/entry.S pushes them (lowest address first).
 */
#ifndef I386_TRAPFRAME_H
#define I386_TRAPFRAME_H

#include "kernel/types.h"

struct pt_regs {
	u32 ebx, ecx, edx, esi, edi, ebp, eax;
	u32 ds, es, fs, gs;
	u32 orig_eax; /* system call number; ~vector (so: negative) for interrupts, exceptions */
	u32 error_code;
	/* Pushed by the CPU; esp and ss only when it came from user mode. */
	u32 eip, cs, eflags, esp, ss;
};

static inline bool user_mode(const struct pt_regs *regs)
{
	return (regs->cs & 3) == 3;
}

#endif
