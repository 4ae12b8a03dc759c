/* entry.h - between entry.S and C: the stubs' names, and the way back to user mode. */
#ifndef I386_ENTRY_H
#define I386_ENTRY_H

#include "arch/irq.h"
#include "i386/trapframe.h"
#include "kernel/compiler.h"
#include "sched/sched.h"

/* entry.S: tables of stub addresses by vector, from 0 and from IRQ 0. */
#define NR_EXCEPTIONS 20
#define NR_IRQS	      16
extern const u32 exception_stubs[NR_EXCEPTIONS], irq_stubs[NR_IRQS];

/* First address of the code that saves the registers and loads them again, and the first behind. */
extern const u32 entry_bounds[2];
void system_call(void);
/* entry.S: where new tasks start; EAX holds the task that ran before. */
void ret_from_fork(void);
void kthread_start(void);
/* switch.S */
struct task_struct *switch_stacks(struct task_struct *prev, struct task_struct *next);

/* Called by entry.S. */
void do_system_call(struct pt_regs *regs);
void do_exception(struct pt_regs *regs);
void do_page_fault(struct pt_regs *regs);
void do_irq(struct pt_regs *regs);
void do_bad_iret(struct pt_regs *regs);
void fork_start(struct task_struct *prev);
void kthread_main(struct task_struct *prev, int (*fn)(void *), void *arg);

/* Last step of every entry: leaves with interrupts off, and user mode only with no work left. */
static __always_inline void return_to_user(struct pt_regs *regs)
{
	local_irq_disable();
	if (unlikely(user_work_pending()))
		exit_to_user_work(regs);
}

#endif
