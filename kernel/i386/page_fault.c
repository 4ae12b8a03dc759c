/*
 * page_fault.c - page faults: whose they are, and what comes of them.
 *
 *                        kernel address                   user address
 *   user mode            SIGSEGV                          mm_fault()
 *   kernel: accessor     fixup                            mm_fault(), else fixup
 *   kernel: other code   copy the master's directory      panic
 *                        entry (vmalloc), else panic
 *
 * An accessor's fault where sleeping is forbidden is not resolved: it goes to
 * the fixup at once. mm_fault() answers 0 or why not; the signal, the fixup or
 * the panic are decided here and nowhere else.
 *
 * Faults nest: while one is handled (and may sleep) the kernel can take others.
 * Each has a struct fault_frame on the stack, chained from the task, so that a
 * panic can show the outer ones, which came first.
 *
 * Each fault counts as one VM_PGFAULT and as one of its cause, and sends one
 * FAULT hint: interrupts off, right before the return, the death or the panic.
 */
#include "i386/control.h"
#include "i386/entry.h"
#include "i386/page_fault.h"
#include "arch/hint.h"
#include "i386/oops.h"
#include "arch/pgtable.h"
#include "i386/sections.h"
#include "i386/trap.h"
#include "i386/uaccess.h"
#include "kernel/errno.h"
#include "kernel/printk.h"
#include "mm/fault.h"
#include "mm/oom.h"
#include "mm/vmstat.h"
#include "signal/signal.h"

/* Error code (Intel SDM 3A, 4.7). */
#define PF_PROTECTION 0x1u
#define PF_WRITE      0x2u
#define PF_USER	      0x4u
/* mm_fault()'s flags are the error code's bits, one place lower. */
#define FAULT_FLAGS (FAULT_WRITE | FAULT_USER)
_Static_assert(PF_WRITE >> 1 == FAULT_WRITE && PF_USER >> 1 == FAULT_USER, "error code");

#define VECTOR_PAGE_FAULT 14

/* The counter of each cause, plus one; 0: none. */
#define COUNTED_AS(event) ((event) + 1)
static const u8 cause_events[TRACE_CAUSE_END] = {
	[TRACE_CAUSE_ANON_ZERO] = COUNTED_AS(VM_PGFAULT_ANON_ZERO),
	[TRACE_CAUSE_ANON] = COUNTED_AS(VM_PGFAULT_ANON),
	[TRACE_CAUSE_FILE] = COUNTED_AS(VM_PGFAULT_FILE),
	[TRACE_CAUSE_FILE_COW] = COUNTED_AS(VM_PGFAULT_FILE_COW),
	[TRACE_CAUSE_SHARED] = COUNTED_AS(VM_PGFAULT_SHARED),
	[TRACE_CAUSE_COW] = COUNTED_AS(VM_PGFAULT_COW),
	[TRACE_CAUSE_COW_REUSE] = COUNTED_AS(VM_PGFAULT_COW_REUSE),
	[TRACE_CAUSE_STACK] = COUNTED_AS(VM_PGFAULT_STACK),
	[TRACE_CAUSE_SWAP] = COUNTED_AS(VM_PGFAULT_SWAP),
	[TRACE_CAUSE_SWAP_CACHE] = COUNTED_AS(VM_PGFAULT_SWAP_CACHE),
	[TRACE_CAUSE_MIGRATION] = COUNTED_AS(VM_PGFAULT_MIGRATION),
	[TRACE_CAUSE_SPURIOUS] = COUNTED_AS(VM_PGFAULT_SPURIOUS),
	[TRACE_CAUSE_VMALLOC_SYNC] = COUNTED_AS(VM_PGFAULT_VMALLOC_SYNC),
	[TRACE_CAUSE_FIXUP] = COUNTED_AS(VM_PGFAULT_FIXUP),
	[TRACE_CAUSE_SIGSEGV] = COUNTED_AS(VM_PGFAULT_SIGSEGV),
	[TRACE_CAUSE_SIGBUS] = COUNTED_AS(VM_PGFAULT_SIGBUS),
	[TRACE_CAUSE_OOM] = COUNTED_AS(VM_PGFAULT_OOM),
};

static void __noreturn fatal_fault(const struct fault_frame *fault, const struct fault_info *info)
{
	u32 error = fault->regs->error_code;

	local_irq_disable();
	trace_hint(TRACE_FAULT, TRACE_CAUSE_PANIC, info->major, fault->addr, (u32)info->area);
	oops_begin(fault->regs);
	printk(KERN_EMERG "BUG: unable to handle page fault for address 0x%08x: %s, %s\n",
	       fault->addr, error & PF_WRITE ? "write" : "read",
	       error & PF_PROTECTION ? "protection violation" : "page not present");
	die(fault->addr < PAGE_SIZE ? "NULL pointer access" : "page fault in the kernel",
	    fault->regs);
}

/* The kernel's access cannot be resolved: on to its fixup, or the end. */
static void fix_or_die(const struct fault_frame *fault, struct fault_info *info)
{
	u32 fixup = search_exception_table(fault->regs->eip);

	if (!fixup)
		fatal_fault(fault, info);
	info->cause = TRACE_CAUSE_FIXUP;
	fault->regs->eip = fixup;
}

/* A directory entry that the master has and the loaded directory lacks: copied, true. */
static bool sync_kernel_entry(u32 addr)
{
	pgd_t *entry = pgd_offset((pgd_t *)__va(read_cr3()), addr);
	const pgd_t *master = pgd_offset(swapper_pg_dir, addr);

	if (addr < VMALLOC_START || pgd_present(*entry) || !pgd_present(*master))
		return false;
	*entry = *master;
	return true;
}

/* What a signal handler finds in its context. */
static void note_trap(const struct fault_frame *fault)
{
	current->thread.trap_nr = VECTOR_PAGE_FAULT;
	current->thread.error_code = fault->regs->error_code;
	if (fault->addr >= TASK_SIZE) /* no telling what the kernel has mapped */
		current->thread.error_code |= PF_PROTECTION;
	current->thread.cr2 = fault->addr;
}

static void kernel_address(const struct fault_frame *fault, struct fault_info *info)
{
	if (user_mode(fault->regs)) {
		note_trap(fault);
		info->cause = TRACE_CAUSE_SIGSEGV;
		force_sig_fault(SIGSEGV, SEGV_MAPERR, fault->addr, fault->regs);
	} else if (!(fault->regs->error_code & PF_PROTECTION) && sync_kernel_entry(fault->addr)) {
		info->cause = TRACE_CAUSE_VMALLOC_SYNC;
	} else {
		fix_or_die(fault, info);
	}
}

/*
 * No memory for the page, and nobody could be killed for it (mm/oom): its nodes are full, or it was
 * to fail. The task dies on its way back to user mode.
 */
static void kill_for_memory(void)
{
	struct oom_process process;

	/* Chosen by the out-of-memory killer, or the accessor tries byte by byte once more. */
	if (oom_current_dies() || current->forced.si_signo == SIGKILL)
		return;
	if (oom_current(&process))
		oom_report_kill(&process, "Out of memory");
	force_sig(SIGKILL);
}

/* mm_fault() could not help user mode: a signal. */
static void user_failed(const struct fault_frame *fault, struct fault_info *info, int err)
{
	note_trap(fault);
	switch (err) {
	case -ENOMEM:
		info->cause = TRACE_CAUSE_OOM;
		kill_for_memory();
		break;
	case -EINTR: /* killed while it waited for the page */
		break;
	case -EIO:
		info->cause = TRACE_CAUSE_SIGBUS;
		force_sig_fault(SIGBUS, BUS_ADRERR, fault->addr, fault->regs);
		break;
	default:
		info->cause = TRACE_CAUSE_SIGSEGV;
		force_sig_fault(SIGSEGV, info->mapped ? SEGV_ACCERR : SEGV_MAPERR, fault->addr,
				fault->regs);
	}
}

/*
 * Nor could it help an accessor. Its buffer is not at fault when memory is out: the
 * system call fails, but nobody will see -EFAULT.
 */
static void accessor_failed(const struct fault_frame *fault, struct fault_info *info, int err)
{
	fix_or_die(fault, info);
	if (err == -ENOMEM) {
		info->cause = TRACE_CAUSE_OOM;
		kill_for_memory();
	}
}

/* May this kernel access to a user address sleep until the page is there? */
static bool kernel_may_fault(const struct task_struct *task, const struct pt_regs *regs)
{
	return regs->eip >= (u32)__uaccess_start && regs->eip < (u32)__uaccess_end && task->mm &&
	       this_cpu(preempt_count) == 0 && (regs->eflags & X86_EFLAGS_IF);
}

static __always_inline void user_address(struct task_struct *task, const struct fault_frame *fault,
					 u32 error, struct fault_info *info)
{
	int err;

	if (unlikely(!(error & PF_USER)) && !kernel_may_fault(task, fault->regs)) {
		*info = (struct fault_info){0};
		fix_or_die(fault, info);
		return;
	}
	err = mm_fault(task->mm, fault->addr, FAULT_STACK_OK | (error >> 1 & FAULT_FLAGS), info);
	if (unlikely(err)) {
		if (info->major) /* it waited for the disk all the same, and the hint says so */
			count_vm_event(VM_PGMAJFAULT);
		if (error & PF_USER)
			user_failed(fault, info, err);
		else
			accessor_failed(fault, info, err);
	} else if (unlikely(info->major)) {
		count_vm_event(VM_PGMAJFAULT);
		task->maj_flt++;
	} else {
		task->min_flt++;
	}
}

/* entry.S: vector 14. Interrupts off: the next page fault overwrites CR2. */
void do_page_fault(struct pt_regs *regs)
{
	struct task_struct *const task = current;
	const u32 addr = read_cr2(), error = regs->error_code;
	struct fault_frame fault = {regs, addr, task->thread.faults};
	struct fault_info info;
	unsigned int event;

	if (likely(regs->eflags & X86_EFLAGS_IF))
		local_irq_enable();
	count_vm_event(VM_PGFAULT);
	task->thread.faults = &fault;
	task->fault_depth++;
	if (likely(addr < TASK_SIZE)) {
		user_address(task, &fault, error, &info);
	} else {
		info = (struct fault_info){0};
		kernel_address(&fault, &info);
	}
	task->fault_depth--;
	task->thread.faults = fault.outer;
	event = cause_events[info.cause];
	if (likely(event))
		count_vm_event((enum vm_event)(event - 1));
	local_irq_disable();
	trace_hint(TRACE_FAULT, info.cause, info.major, addr, (u32)info.area);
	if ((error & PF_USER) && unlikely(task->work))
		exit_to_user_work(regs);
}
