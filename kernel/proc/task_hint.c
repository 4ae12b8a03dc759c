/*
 * task_hint.c - where the plugin finds the tasks and what they wait for, should the run be ended
 * from outside: nobody can be asked then.
 */
#include "arch/hint.h"
#include "i386/entry.h"
#include "i386/sections.h"
#include "mm/mm.h"
#include "proc/syscall.h"
#include "proc/task.h"

#define IN_TASK(field) __builtin_offsetof(struct task_struct, field)
#define IN_REGS(field) __builtin_offsetof(struct pt_regs, field)
#define SAVED_EBP      12 /* switch.S: EDI, ESI and EBX lie below it */

_Static_assert(sizeof(enum task_state) == sizeof(u32), "a state is read as 32 bits");
_Static_assert(IN_REGS(edx) == IN_REGS(ebx) + 2 * sizeof(u32), "three arguments in a row");

static struct trace_tasks tasks = {
	.size = sizeof(tasks),
	.task_list = IN_TASK(tasks),
	.task_pid = IN_TASK(pid),
	.task_tgid = IN_TASK(tgid),
	.task_state = IN_TASK(state),
	.task_name = IN_TASK(comm),
	.name_size = TASK_COMM_LEN,
	.task_stack = IN_TASK(stack),
	.stack_size = THREAD_SIZE,
	.task_esp = IN_TASK(thread.esp),
	.esp_frame = SAVED_EBP,
	.regs_size = sizeof(struct pt_regs),
	.regs_call = IN_REGS(orig_eax),
	.regs_args = IN_REGS(ebx),
	.regs_eip = IN_REGS(eip),
	.regs_cs = IN_REGS(cs),
	.regs_ebp = IN_REGS(ebp),
	.nr_calls = NR_SYSCALLS,
};

void tasks_say_where(void)
{
	tasks.page_dir = __pa(swapper_pg_dir);
	tasks.running = (u32)&current;
	tasks.list = (u32)&all_tasks;
	tasks.states = (u32)task_state_letters;
	tasks.calls = (u32)syscall_names;
	tasks.sched_start = (u32)__sched_start;
	tasks.sched_end = (u32)__sched_end;
	tasks.entry_start = entry_bounds[0];
	tasks.entry_end = entry_bounds[1];
	trace_hint(TRACE_TASKS, 0, 0, (u32)&tasks, 0);
}
