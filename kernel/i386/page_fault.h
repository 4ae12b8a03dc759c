/* page_fault.h - page faults that are being handled. */
#ifndef I386_PAGE_FAULT_H
#define I386_PAGE_FAULT_H

#include "i386/trapframe.h"
#include "kernel/types.h"

/* On the kernel stack while the fault is handled; task->thread.faults is the innermost. */
struct fault_frame {
	struct pt_regs *regs;
	u32 addr;
	struct fault_frame *outer;
};

#endif
