/*
 * wait.c - wait queues: who sleeps for an event, in order of arrival.
 *
 * An entry is a task on its own stack. Whoever wakes it takes it out of the
 * queue, so that the next wake_up_one() finds the next sleeper; finish_wait()
 * takes it out when something else ended the sleep. Interrupt handlers wake
 * too, so a queue's lock is held with interrupts off.
 */
#include "kernel/wait.h"
#include "arch/irq.h"
#include "sched/sched.h"
#include "proc/task.h"
#include "signal/signal.h"

void init_waitqueue_head(wait_queue_head_t *queue)
{
	spin_lock_init(&queue->lock, "wait_queue");
	INIT_LIST_HEAD(&queue->entries);
}

/*
 * Enters the queue and marks the current task as going to sleep. A wake-up from
 * here on is not lost: it makes the task runnable again before it has slept.
 */
static void enter_queue(wait_queue_head_t *queue, wait_queue_entry_t *entry, enum task_state state)
{
	unsigned long flags;

	entry->task = current;
	spin_lock_irqsave(&queue->lock, flags);
	list_add_tail(&entry->node, &queue->entries);
	current->state = state;
	spin_unlock_irqrestore(&queue->lock, flags);
}

void prepare_to_wait(wait_queue_head_t *queue, wait_queue_entry_t *entry, bool interruptible)
{
	enter_queue(queue, entry, interruptible ? TASK_INTERRUPTIBLE : TASK_UNINTERRUPTIBLE);
}

void prepare_to_wait_killable(wait_queue_head_t *queue, wait_queue_entry_t *entry)
{
	enter_queue(queue, entry, TASK_KILLABLE);
}

/* Leaves the queue, if no waker did that already, and is awake for good. */
void finish_wait(wait_queue_head_t *queue, wait_queue_entry_t *entry)
{
	unsigned long flags;

	current->state = TASK_RUNNING;
	if (list_empty(&entry->node))
		return;
	spin_lock_irqsave(&queue->lock, flags);
	/* Again: a waker may have been faster. */
	if (!list_empty(&entry->node))
		list_del_init(&entry->node);
	spin_unlock_irqrestore(&queue->lock, flags);
}

/* Takes the first entry out and wakes its task; false if that one was awake already. */
static bool wake_first(wait_queue_head_t *queue)
{
	wait_queue_entry_t *entry = list_first_entry(&queue->entries, wait_queue_entry_t, node);

	list_del_init(&entry->node);
	return wake_up_process(entry->task);
}

#define WAKE_BATCH 64u /* sleepers that are woken with interrupts off */

/* Wakes the first of them; false when the queue is empty now. */
static bool wake_some(wait_queue_head_t *queue)
{
	unsigned long flags;
	bool more;

	spin_lock_irqsave(&queue->lock, flags);
	for (unsigned int n = 0; n < WAKE_BATCH && !list_empty(&queue->entries); n++)
		wake_first(queue);
	more = !list_empty(&queue->entries);
	spin_unlock_irqrestore(&queue->lock, flags);
	return more;
}

/* No task runs in between, so nobody enters the queue again before it is empty. */
void wake_up_all(wait_queue_head_t *queue)
{
	while (wake_some(queue))
		;
}

/* Wakes the first task that really sleeps: one awake for another reason uses up no wake-up. */
void wake_up_one(wait_queue_head_t *queue)
{
	unsigned long flags;

	spin_lock_irqsave(&queue->lock, flags);
	while (!list_empty(&queue->entries) && !wake_first(queue))
		;
	spin_unlock_irqrestore(&queue->lock, flags);
}

bool signal_pending_current(void)
{
	return current->sigpending;
}

bool fatal_signal_pending_current(void)
{
	const struct task_struct *task = current;
	const struct signal_struct *signal = task->signal;

	if (likely(!task->sigpending))
		return false;
	return ((task->pending.set | signal->shared.set) & sigmask(SIGKILL)) ||
	       (signal->group_exit && signal->group_execer != task);
}

bool exiting_current(void)
{
	return current->exiting;
}

bool memalloc_noreclaim_save(void)
{
	bool old = current->memalloc;

	current->memalloc = true;
	return old;
}

void memalloc_noreclaim_restore(bool old)
{
	current->memalloc = old;
}

bool memalloc_noreclaim(void)
{
	return current->memalloc && !in_interrupt();
}
