/*
 * sched.c - the run queue and the switch.
 *
 * Runnable tasks stand in one queue; the running one and the idle task do not.
 * schedule() puts the running task at the end, if it still wants to run, and
 * takes the first: both O(1). When the queue is empty the idle task runs. A
 * time slice is spent by ticks; the tick that spends the last one asks for a
 * switch on the way back to user mode.
 *
 * Kernel threads have no address space; they run in whatever is loaded
 * (`active_mm`), which is held by a count until they are switched away from.
 *
 * The queue is changed by interrupt handlers too (wake-ups): interrupts are off
 * around it, and from the choice of the next task until that task runs.
 */
#include "sched/sched.h"
#include "arch/hint.h"
#include "arch/irq.h"
#include "kernel/bio.h"
#include "kernel/printk.h"
#include "kernel/time.h"
#include "signal/signal.h"
#include "sched/timer.h"

struct run_queue {
	spinlock_t lock;
	struct list_head tasks; /* runnable, not running; first to run first */
	unsigned int nr;
};

static DEFINE_PER_CPU(struct run_queue, run_queue) = {
	.lock = SPIN_LOCK_INIT("run_queue"),
	.tasks = LIST_HEAD_INIT(this_cpu(run_queue).tasks),
};

/* Set from the start: faults and locks before sched_init() ask who runs. */
DEFINE_PER_CPU(struct task_struct *, current_task) = &init_task;
unsigned long nr_switches;

/* What run_soon() was given; NULL: nothing. */
static void (*volatile soon)(void);

static inline bool is_idle(const struct task_struct *task)
{
	return task == &init_task;
}

/*
 * Tells the recording when the running task's turn is over while others wait, and where it was
 * (eip; 0: here). irqs off.
 */
static void note_waiting(const struct run_queue *rq, unsigned long eip)
{
	if (current->need_resched && rq->nr)
		trace_hint(TRACE_RESCHED, eip, 0, 0, 0);
}

static void enqueue(struct run_queue *rq, struct task_struct *task)
{
	list_add_tail(&task->run_node, &rq->tasks);
	rq->nr++;
}

/* The task to run now, out of the queue. */
static struct task_struct *pick_next(struct run_queue *rq)
{
	struct task_struct *next;

	if (list_empty(&rq->tasks))
		return &init_task;
	next = list_first_entry(&rq->tasks, struct task_struct, run_node);
	list_del_init(&next->run_node);
	rq->nr--;
	if (next->time_slice == 0)
		next->time_slice = TIME_SLICE;
	return next;
}

/* Makes `next` the running task in its address space. Returns in prev's next turn. irqs off. */
static void context_switch(struct task_struct *prev, struct task_struct *next)
{
	struct mm_struct *old = prev->active_mm;

	if (!next->mm) {
		next->active_mm = old;
		mmgrab(old);
	}
	current = next;
	this_cpu(current_fault_nth) = &next->fault_nth;
	this_cpu(task_mempolicy) = next->mempolicy;
	switch_mm(old, next->active_mm);
	if (!prev->mm) {
		prev->active_mm = NULL;
		mmdrop(old);
	}
	nr_switches++;
	schedule_tail(switch_to(prev, next));
}

void schedule_tail(struct task_struct *prev)
{
	if (unlikely(prev->state == TASK_DEAD))
		task_bury(prev);
}

/*
 * Chooses the next task and runs it. A task that is not TASK_RUNNING leaves the
 * queue until it is woken, except that a pending signal ends an interruptible
 * sleep before it begins, and a fatal one a killable sleep. No spinlock held; not in an interrupt.
 */
void schedule(void)
{
	struct run_queue *rq = &this_cpu(run_queue);
	struct task_struct *prev = current, *next;
	unsigned long flags;
	bool wants_more;

	if (unlikely(this_cpu(preempt_count) != 0))
		panic("schedule() by %s[%d] with preempt_count %d", prev->comm, prev->pid,
		      this_cpu(preempt_count));
	if (unlikely(prev->plug) && prev->state != TASK_RUNNING)
		blk_flush_plug(prev->plug);
	spin_lock_irqsave(&rq->lock, flags);
	prev->need_resched = false;
	if (unlikely(prev->sigpending) &&
	    (prev->state == TASK_INTERRUPTIBLE ||
	     (prev->state == TASK_KILLABLE && fatal_signal_pending_current())))
		prev->state = TASK_RUNNING;
	wants_more = prev->state == TASK_RUNNING;
	BUG_ON(!wants_more && is_idle(prev));
	if (wants_more && !is_idle(prev))
		enqueue(rq, prev);
	next = pick_next(rq);
	if (unlikely(soon))
		next->need_resched = true;
	spin_unlock(&rq->lock);
	if (next != prev) {
		if (wants_more)
			prev->nivcsw++;
		else
			prev->nvcsw++;
		context_switch(prev, next);
	}
	local_irq_restore(flags);
}

void run_soon(void (*fn)(void))
{
	BUG_ON(soon && soon != fn);
	soon = fn;
	current->need_resched = true;
}

bool alone_on_cpu(void)
{
	return nr_running() == 1;
}

void resched_soon(void)
{
	current->need_resched = true;
}

/* Gives way, where the task could do anything: also what an interrupt left to be done. */
static void resched(void)
{
	void (*fn)(void) = soon;

	if (unlikely(fn)) {
		soon = NULL;
		fn();
	}
	schedule();
}

static __noinline void cond_resched_slowly(void)
{
	might_sleep();
	if (current->need_resched)
		resched();
}

/* Mostly there is nothing to do: so no frame for a call, which is made as a jump. */
void cond_resched(void)
{
	if (unlikely(this_cpu(preempt_count) || irqs_disabled() || current->need_resched))
		cond_resched_slowly();
}

void sched_yield_current(void)
{
	schedule();
}

/*
 * Makes a task that is in one of the states `from` (a mask) runnable. One whose
 * sleep has not begun yet (it is still current) just stays awake.
 */
static bool wake_up_state(struct task_struct *task, unsigned int from)
{
	struct run_queue *rq = &this_cpu(run_queue);
	unsigned long flags;
	bool slept = false;

	spin_lock_irqsave(&rq->lock, flags);
	if (1u << task->state & from) {
		slept = true;
		task->state = TASK_RUNNING;
		if (task != current) {
			enqueue(rq, task);
			if (is_idle(current))
				current->need_resched = true;
			note_waiting(rq, 0);
		}
	}
	spin_unlock_irqrestore(&rq->lock, flags);
	return slept;
}

bool wake_up_process(struct task_struct *task)
{
	return wake_up_state(task, 1u << TASK_INTERRUPTIBLE | 1u << TASK_UNINTERRUPTIBLE |
					   1u << TASK_KILLABLE);
}

bool wake_up_signalled(struct task_struct *task, bool fatal)
{
	return wake_up_state(task, 1u << TASK_INTERRUPTIBLE |
					   (fatal ? 1u << TASK_STOPPED | 1u << TASK_KILLABLE : 0));
}

bool wake_up_stopped(struct task_struct *task)
{
	return wake_up_state(task, 1u << TASK_STOPPED);
}

void wake_up_new_task(struct task_struct *task)
{
	struct run_queue *rq = &this_cpu(run_queue);
	unsigned long flags;

	spin_lock_irqsave(&rq->lock, flags);
	task->state = TASK_RUNNING;
	enqueue(rq, task);
	if (is_idle(current))
		current->need_resched = true;
	note_waiting(rq, 0);
	spin_unlock_irqrestore(&rq->lock, flags);
}

/* Accounts the tick to the running task and ends its slice when it is spent. */
void scheduler_tick(struct pt_regs *regs)
{
	struct task_struct *task = current;

	if (user_mode(regs))
		task->utime++;
	else
		task->stime++;
	if (is_idle(task))
		return;
	if (likely(!task->exiting) && ++task->signal->cpu_ticks >= task->signal->cpu_check)
		cpu_limit_reached(task->signal);
	if (task->time_slice == 0 || --task->time_slice == 0)
		task->need_resched = true;
	note_waiting(&this_cpu(run_queue), regs->eip);
}

void timer_tick(struct pt_regs *regs)
{
	jiffies++;
	clock_tick();
	timers_run();
	scheduler_tick(regs);
}

/*
 * All that waits to be done before the current task sees user mode again: other
 * tasks' turns, signals. Interrupts are off on entry and on return, on between.
 */
void exit_to_user_work(struct pt_regs *regs)
{
	while (user_work_pending()) {
		local_irq_enable();
		if (current->need_resched)
			resched();
		if (current->first_return)
			fork_first_return();
		if (current->sigpending)
			do_signal(regs);
		local_irq_disable();
	}
}

void cpu_idle(void)
{
	local_irq_enable();
	for (;;) {
		local_irq_disable();
		if (init_task.need_resched) {
			local_irq_enable();
			resched();
		} else {
			/* Nothing can come in between: STI holds interrupts off for one more. */
			__asm__ volatile("sti; hlt" ::: "memory");
		}
	}
}

unsigned int nr_running(void)
{
	return this_cpu(run_queue).nr + !is_idle(current);
}

void sched_init(void)
{
	task_init();
	signals_init();
}
