/* trap.h - interrupt handlers, and how faults reach the rest of the kernel. */
#ifndef I386_TRAP_H
#define I386_TRAP_H

#include "i386/trapframe.h"
#include "kernel/types.h"

typedef void (*irq_handler_t)(unsigned int irq, struct pt_regs *regs);

void trap_init(void);
/* One handler a line (0-15), called with interrupts off; unmasks the line. -EBUSY when taken. */
int request_irq(unsigned int irq, irq_handler_t handler, const char *name);

/* proc/signal.c: the current task did something forbidden: it gets the signal, forced. */
void force_sig_fault(int sig, int si_code, u32 addr, struct pt_regs *regs);

#endif
