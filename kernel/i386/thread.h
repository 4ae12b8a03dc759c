/* thread.h - the machine's part of a task. */
#ifndef I386_THREAD_H
#define I386_THREAD_H

#include "i386/trapframe.h"
#include "kernel/types.h"

struct mm_struct;
struct task_struct;

#define THREAD_SIZE    8192ul /* kernel stack, aligned to its size */
#define GDT_TLS_SLOTS  3      /* entries that set_thread_area() may use */
#define GDT_TLS_FIRST  6      /* Linux i386: 6, 7, 8 */
#define FPU_STATE_SIZE 512    /* FXSAVE; FSAVE needs 108 of it */

struct user_desc { /* Linux uapi: argument of set_thread_area() */
	u32 entry_number;
	u32 base_addr;
	u32 limit;
	u32 seg_32bit : 1, contents : 2, read_exec_only : 1, limit_in_pages : 1,
		seg_not_present : 1, useable : 1;
};

/* First member of task_struct: switch.S finds esp at offset 0. User fs and gs are in pt_regs. */
struct thread_struct {
	u32 esp;		/* saved kernel stack pointer while not running */
	u32 esp0;		/* top of the kernel stack, for the TSS */
	u64 tls[GDT_TLS_SLOTS]; /* descriptors, loaded at each switch */
	bool fpu_used;		/* `fpu` holds state */
	u8 *fpu; /* FPU_STATE_SIZE bytes, 16-aligned, made at first use (NULL before) */
	u32 trap_nr, error_code, cr2; /* of the last exception that became a signal */
	struct fault_frame *faults; /* page faults being handled, innermost first (arch/fault.c) */
};

/* The boot thread's stack (boot.S): init_task's, THREAD_SIZE bytes. */
extern u8 boot_stack[];

/* Saves the old task's registers on its stack and goes on as the new one; returns the task that
 * ran before (seen by the new task). Interrupts off. */
struct task_struct *switch_to(struct task_struct *prev, struct task_struct *next);
/* Loads an address space if it is not loaded already. irqs off. */
void load_mm(struct mm_struct *prev, struct mm_struct *next);
/* The same at a task switch, with `current` set already: tells the plugin who runs. irqs off. */
void switch_mm(struct mm_struct *prev, struct mm_struct *next);

/*
 * Prepares the stack of a new task: it will start in ret_from_fork with `regs`
 * as its user registers (eax 0; esp replaced when user_esp is not 0), or, for a
 * kernel thread, in fn(arg). Never fails.
 */
void thread_copy_user(struct task_struct *task, const struct pt_regs *regs, u32 user_esp);
void thread_setup_kernel(struct task_struct *task, int (*fn)(void *), void *arg);
/* Copies FPU and TLS of the current task into a child: 0 or -ENOMEM. */
int thread_dup(struct task_struct *child);
/* exec: forgets FPU, TLS and debug state. */
void thread_flush(struct task_struct *task);
void thread_free(struct task_struct *task);
/* exec: user registers for a fresh program. */
void start_thread(struct pt_regs *regs, u32 eip, u32 esp);
/* User registers of a task in the kernel. */
struct pt_regs *task_pt_regs(const struct task_struct *task);

/* set_thread_area / get_thread_area on the current task: 0, -EINVAL, -ESRCH (no free slot). */
int do_set_thread_area(struct task_struct *task, struct user_desc *desc, bool can_allocate);
int do_get_thread_area(struct task_struct *task, struct user_desc *desc);

#endif
