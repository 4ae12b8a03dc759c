/*
 * thread.c - making tasks runnable and switching between them.
 *
 * The top of every kernel stack is the user's registers (struct pt_regs), for
 * kernel threads too: exec fills them in there. A new task gets a frame below
 * them that looks like a call of switch_stacks(), so that the first switch to
 * it "returns" to ret_from_fork or kthread_start (entry.S):
 *
 *   stack + THREAD_SIZE   esp0
 *                         pt_regs
 *                         edi esi ebx ebp, return address   <- thread.esp
 *                         ...
 *   stack
 *   stack - PAGE_SIZE     guard: not mapped
 *
 * Stacks lie in the vmalloc window. Before a stack is switched to, the entry
 * over it is in the page directory that is loaded then.
 */
#include "i386/thread.h"
#include "i386/control.h"
#include "i386/entry.h"
#include "i386/fpu.h"
#include "i386/gdt.h"
#include "arch/hint.h"
#include "i386/selectors.h"
#include "kernel/bug.h"
#include "kernel/string.h"
#include "mm/mm.h"

#define EFLAGS_START   0x202u /* interrupts on, and the bit that is always 1 */
#define NO_SYSTEM_CALL 0xffffffffu

struct switch_frame {
	u32 edi, esi, ebx, ebp, eip;
};

_Static_assert(__builtin_offsetof(struct task_struct, thread) == 0 &&
		       __builtin_offsetof(struct thread_struct, esp) == 0,
	       "switch.S expects esp first");

struct pt_regs *task_pt_regs(const struct task_struct *task)
{
	return (struct pt_regs *)task->thread.esp0 - 1;
}

/* Lays out an empty stack: returns the frame that the first switch pops. */
static struct switch_frame *prepare_stack(struct task_struct *task, void (*start)(void))
{
	struct switch_frame *frame;

	task->thread.esp0 = (u32)task->stack + THREAD_SIZE;
	task->thread.faults = NULL;
	frame = (struct switch_frame *)task_pt_regs(task) - 1;
	*frame = (struct switch_frame){.eip = (u32)start};
	task->thread.esp = (u32)frame;
	return frame;
}

void thread_copy_user(struct task_struct *task, const struct pt_regs *regs, u32 user_esp)
{
	struct pt_regs *child;

	prepare_stack(task, ret_from_fork);
	child = task_pt_regs(task);
	*child = *regs;
	child->eax = 0;
	child->orig_eax = NO_SYSTEM_CALL;
	if (user_esp)
		child->esp = user_esp;
}

void thread_setup_kernel(struct task_struct *task, int (*fn)(void *), void *arg)
{
	struct switch_frame *frame = prepare_stack(task, kthread_start);

	frame->ebx = (u32)fn;
	frame->esi = (u32)arg;
	*task_pt_regs(task) = (struct pt_regs){0};
	memset(task->thread.tls, 0, sizeof(task->thread.tls));
	task->thread.fpu = NULL;
	task->thread.fpu_used = false;
}

/* entry.S: a forked child's first steps. */
void fork_start(struct task_struct *prev)
{
	schedule_tail(prev);
	return_to_user(task_pt_regs(current));
}

/* entry.S: a kernel thread's life. It comes back only as a user program, after exec. */
void kthread_main(struct task_struct *prev, int (*fn)(void *), void *arg)
{
	int result;

	schedule_tail(prev);
	local_irq_enable();
	result = fn(arg);
	if (!current->mm)
		do_exit((result & 0xff) << 8);
	return_to_user(task_pt_regs(current));
}

/*
 * The directory's entry over a stack, from the master. Other entries of the
 * vmalloc window are copied by a page fault when first used; without this one
 * the CPU could not even take that fault.
 */
static __always_inline void map_stack(struct mm_struct *mm, u32 esp)
{
	pgd_t *entry = pgd_offset(mm->pgd, esp);

	if (unlikely(pgd_none(*entry)))
		*entry = *pgd_offset(swapper_pg_dir, esp);
}

void load_mm(struct mm_struct *prev, struct mm_struct *next)
{
	if (prev == next)
		return;
	map_stack(next, (u32)__builtin_frame_address(0));
	write_cr3(__pa(next->pgd));
}

void switch_mm(struct mm_struct *prev, struct mm_struct *next)
{
	map_stack(next, current->thread.esp);
	/* Before the load: its flush is to stand under the task it is done for. */
	trace_hint(TRACE_SWITCH, (u32)current->pid, (u32)current->tgid, __pa(next->pgd),
		   (u32)current->comm);
	load_mm(prev, next);
}

struct task_struct *switch_to(struct task_struct *prev, struct task_struct *next)
{
	tss_set_stack(next->thread.esp0);
	gdt_load_tls(next->thread.tls);
	fpu_switch();
	return switch_stacks(prev, next);
}

int thread_dup(struct task_struct *child)
{
	memcpy(child->thread.tls, current->thread.tls, sizeof(child->thread.tls));
	return fpu_copy(child);
}

void thread_flush(struct task_struct *task)
{
	fpu_free(task);
	memset(task->thread.tls, 0, sizeof(task->thread.tls));
	if (task == current)
		gdt_load_tls(task->thread.tls);
}

void thread_free(struct task_struct *task)
{
	fpu_free(task);
}

void start_thread(struct pt_regs *regs, u32 eip, u32 esp)
{
	*regs = (struct pt_regs){
		.ds = USER_DS,
		.es = USER_DS,
		.orig_eax = NO_SYSTEM_CALL,
		.eip = eip,
		.cs = USER_CS,
		.eflags = EFLAGS_START,
		.esp = esp,
		.ss = USER_DS,
	};
}
