/*
 * timer.c - the list of timers, and sleeping for a time.
 *
 * Armed timers stand in one list sorted by time: to look for work is to look
 * at the first, and what is due is at the front. A tick runs a bounded number
 * of them; the rest waits for the next tick.
 */
#include "sched/timer.h"
#include "kernel/lock.h"
#include "kernel/wait.h"
#include "sched/sched.h"

volatile unsigned long jiffies;

static LIST_HEAD(timers);
static DEFINE_SPINLOCK(timer_lock);

void timer_setup(struct ktimer *timer, void (*fn)(struct ktimer *timer))
{
	INIT_LIST_HEAD(&timer->node);
	timer->fn = fn;
}

void timer_arm(struct ktimer *timer, unsigned long expires)
{
	struct ktimer *before;
	unsigned long flags;

	spin_lock_irqsave(&timer_lock, flags);
	if (timer_armed(timer))
		list_del(&timer->node);
	timer->expires = expires;
	/* From the end: most new timers are the last to come. */
	list_for_each_entry_reverse (before, &timers, node)
		if (!time_after(before->expires, expires))
			break;
	list_add(&timer->node, &before->node);
	spin_unlock_irqrestore(&timer_lock, flags);
}

bool timer_cancel(struct ktimer *timer)
{
	unsigned long flags;
	bool armed;

	spin_lock_irqsave(&timer_lock, flags);
	armed = timer_armed(timer);
	if (armed)
		list_del_init(&timer->node);
	spin_unlock_irqrestore(&timer_lock, flags);
	return armed;
}

void timers_run(void)
{
	struct ktimer *timer;
	int i;

	spin_lock(&timer_lock);
	for (i = 0; i < TIMERS_PER_TICK && !list_empty(&timers); i++) {
		timer = list_first_entry(&timers, struct ktimer, node);
		if (time_after(timer->expires, jiffies))
			break;
		list_del_init(&timer->node);
		spin_unlock(&timer_lock);
		timer->fn(timer);
		spin_lock(&timer_lock);
	}
	spin_unlock(&timer_lock);
}

struct sleep_timer {
	struct ktimer timer;
	struct task_struct *task;
};

static void sleep_over(struct ktimer *timer)
{
	wake_up_process(container_of(timer, struct sleep_timer, timer)->task);
}

/*
 * Sleeps in the state the caller has set, at most `timeout` ticks (negative: no
 * limit). Returns the ticks left, 0 when the time is over, or a negative
 * timeout as it was. The state is TASK_RUNNING afterwards.
 */
long schedule_timeout(long timeout)
{
	struct sleep_timer sleep = {.task = current};
	unsigned long end;

	if (timeout < 0) {
		schedule();
		return timeout;
	}
	if (timeout == 0) {
		current->state = TASK_RUNNING;
		return 0;
	}
	end = jiffies + (unsigned long)timeout;
	timer_setup(&sleep.timer, sleep_over);
	timer_arm(&sleep.timer, end);
	schedule();
	timer_cancel(&sleep.timer);
	timeout = (long)(end - jiffies);
	return timeout > 0 ? timeout : 0;
}
