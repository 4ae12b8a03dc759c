/*
 * test_sched.c - the run queue, kernel threads, timers, clocks.
 */
#include "arch/irq.h"
#include "kernel/errno.h"
#include "kernel/ktap.h"
#include "kernel/string.h"
#include "kernel/time.h"
#include "kernel/wait.h"
#include "mm/compaction.h"
#include "mm/shrinker.h"
#include "proc/task.h"
#include "sched/sched.h"
#include "sched/timer.h"
#include "signal/signal.h"

#define THREADS	  3
#define ROUNDS	  3
#define TURNS_MAX 1000
#define MANY	  200 /* tasks */

static void drop_slabs(void)
{
	drop_slab();
}

static char order[THREADS * ROUNDS + 1];
static unsigned int order_len;
static volatile unsigned int running;

static void wait_all_gone(void)
{
	int i;

	for (i = 0; i < TURNS_MAX && running; i++)
		schedule();
	EXPECT_EQ(running, 0);
	schedule(); /* the last one's burial */
}

static int take_turns(void *arg)
{
	int i;

	for (i = 0; i < ROUNDS; i++) {
		order[order_len++] = (char)(unsigned long)arg;
		schedule();
	}
	running--;
	return 0;
}

static void test_round_robin(void)
{
	unsigned long i;

	order_len = 0;
	memset(order, 0, sizeof(order));
	for (i = 0; i < THREADS; i++) {
		running++;
		if (!EXPECT(!IS_ERR(kthread_run(take_turns, (void *)('a' + i), "turn"))))
			running--;
	}
	wait_all_gone();
	if (strcmp(order, "abcabcabc") != 0)
		ktap_fail(__FILE__, __LINE__, "order is %s", order);
}

static int exit_with(void *arg)
{
	running--;
	return (int)(unsigned long)arg;
}

/* A kernel thread leaves nothing behind. */
static void test_thread_gone(void)
{
	unsigned int before = nr_tasks(), i;
	struct task_struct *task;
	pid_t pid = 0;

	for (i = 0; i < THREADS; i++) {
		running++;
		task = kthread_run(exit_with, (void *)7, "brief");
		if (!EXPECT(!IS_ERR(task))) {
			running--;
			return;
		}
		EXPECT(task->pid > pid && find_task(task->pid) == task);
		EXPECT_EQ(task->tgid, task->pid);
		pid = task->pid;
	}
	EXPECT_EQ(nr_tasks(), before + THREADS);
	wait_all_gone();
	EXPECT_EQ(nr_tasks(), before);
	EXPECT(find_task(pid) == NULL);
}

static void test_find_task(void)
{
	EXPECT(find_task(current->pid) == current);
	EXPECT(find_task(0) == NULL);
	EXPECT(find_task(-1) == NULL);
	EXPECT(find_task(1 << 20) == NULL);
}

static int sleeper(void *unused)
{
	(void)unused;
	current->state = TASK_UNINTERRUPTIBLE;
	schedule();
	running--;
	return 0;
}

static bool all_asleep(struct task_struct *const *tasks, unsigned int n)
{
	while (n--)
		if (tasks[n]->state == TASK_RUNNING)
			return false;
	return true;
}

/* Waking tells whether there was anybody to wake. */
static void test_wake_up(void)
{
	struct task_struct *task;

	running++;
	task = kthread_run(sleeper, NULL, "sleeper");
	if (!EXPECT(!IS_ERR(task))) {
		running--;
		return;
	}
	EXPECT(!wake_up_process(task)); /* has not slept yet */
	schedule();
	EXPECT_EQ(task->state, TASK_UNINTERRUPTIBLE);
	EXPECT(!wake_up_signalled(task, true)); /* signals do not wake it */
	EXPECT(wake_up_process(task));
	EXPECT(!wake_up_process(task));
	wait_all_gone();
}

static unsigned int fired[4];
static unsigned int nr_fired;
static struct ktimer timers[4];

static void timer_fn(struct ktimer *timer)
{
	fired[nr_fired++] = (unsigned int)(timer - timers);
}

/* Timers run in order of time, whatever the order in which they were armed. */
static void test_timer_order(void)
{
	static const unsigned int delay[] = {3, 1, 2, 2};
	unsigned long flags = local_irq_save(), now = jiffies;
	unsigned int i;

	nr_fired = 0;
	for (i = 0; i < ARRAY_SIZE(timers); i++) {
		timer_setup(&timers[i], timer_fn);
		EXPECT(!timer_armed(&timers[i]));
		timer_arm(&timers[i], now + delay[i]);
	}
	local_irq_restore(flags);
	EXPECT(timer_cancel(&timers[3]));
	EXPECT(!timer_cancel(&timers[3]));
	current->state = TASK_UNINTERRUPTIBLE;
	schedule_timeout(5);
	EXPECT_EQ(nr_fired, 3);
	EXPECT_EQ(fired[0], 1);
	EXPECT_EQ(fired[1], 2);
	EXPECT_EQ(fired[2], 0);
	for (i = 0; i < ARRAY_SIZE(timers); i++)
		EXPECT(!timer_armed(&timers[i]));
}

static void test_sleep(void)
{
	unsigned long began = jiffies;
	long left;

	current->state = TASK_UNINTERRUPTIBLE;
	left = schedule_timeout(2);
	EXPECT_EQ(left, 0);
	EXPECT(jiffies - began >= 2);
	EXPECT_EQ(current->state, TASK_RUNNING);
	current->state = TASK_UNINTERRUPTIBLE;
	EXPECT_EQ(schedule_timeout(0), 0);
	EXPECT_EQ(current->state, TASK_RUNNING);
}

static s64 ns_of(const struct timespec64 *ts)
{
	return ts->tv_sec * (s64)NSEC_PER_SEC + ts->tv_nsec;
}

/* The clock always goes on, and keeps pace with the ticks. */
static void test_clock(void)
{
	struct timespec64 first, last, now;
	unsigned long end = jiffies + 3;
	unsigned int backwards = 0;

	ktime_get_ts(&first);
	last = first;
	while (time_after(end, jiffies)) {
		ktime_get_ts(&now);
		backwards += ns_of(&now) <= ns_of(&last);
		last = now;
	}
	EXPECT_EQ(backwards, 0);
	EXPECT(ns_of(&last) - ns_of(&first) > (s64)NSEC_PER_TICK);
	EXPECT(ns_of(&last) - ns_of(&first) < 5 * (s64)NSEC_PER_TICK);
}

static void test_ticks(void)
{
	struct timespec64 ts = {0, 1};

	EXPECT_EQ(timespec_to_ticks(&ts), 2);
	ts = (struct timespec64){1, 0};
	EXPECT_EQ(timespec_to_ticks(&ts), HZ + 1);
	ts = (struct timespec64){0, 0};
	EXPECT_EQ(timespec_to_ticks(&ts), 0);
	ts = (struct timespec64){(s64)1 << 40, 0};
	EXPECT(timespec_to_ticks(&ts) > 0);
	ts = ticks_to_timespec(HZ + 1);
	EXPECT(ts.tv_sec == 1 && ts.tv_nsec == NSEC_PER_TICK);
}

/* Work of the kernel's whose length others choose. */
static const struct {
	const char *name;
	void (*run)(void);
} long_works[] = {
	{"compaction", compact_memory},
	{"dropping slabs", drop_slabs},
};

static int note_turn(void *arg)
{
	*(volatile bool *)arg = true;
	running--;
	return 0;
}

/* Who waits for its turn gets it before the work is done. */
static void test_gives_way(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(long_works); i++) {
		static volatile bool had_turn;

		had_turn = false;
		running++;
		if (!EXPECT(!IS_ERR(kthread_run(note_turn, (void *)&had_turn, "waiting")))) {
			running--;
			return;
		}
		current->need_resched = true; /* the tick's word, at a moment of ours */
		long_works[i].run();
		if (!had_turn)
			ktap_fail(__FILE__, __LINE__, "%s lets nobody run", long_works[i].name);
		wait_all_gone();
	}
}

static DECLARE_WAIT_QUEUE_HEAD(gate);
static bool gate_open;

static int gate_waiter(void *unused)
{
	(void)unused;
	wait_event(gate, gate_open);
	running--;
	return 0;
}

/* Starts MANY threads of `fn`, which sleeps, and waits until all do: how many there are. */
static unsigned int start_sleepers(struct task_struct **tasks, int (*fn)(void *), const char *name)
{
	unsigned int n;

	for (n = 0; n < MANY; n++) {
		tasks[n] = kthread_run(fn, NULL, name);
		if (!EXPECT(!IS_ERR(tasks[n])))
			break;
		running++;
	}
	for (unsigned int i = 0; i < TURNS_MAX && !all_asleep(tasks, n); i++)
		schedule();
	return n;
}

/* More of them than are woken in one go. */
static void test_wake_all(void)
{
	static struct task_struct *tasks[MANY];
	unsigned int n;

	gate_open = false;
	n = start_sleepers(tasks, gate_waiter, "waiter");
	EXPECT(all_asleep(tasks, n));
	gate_open = true;
	wake_up_all(&gate);
	wait_all_gone();
	for (unsigned int i = 0; running && i < MANY; i++) { /* those that were forgotten */
		wake_up_all(&gate);
		schedule();
	}
}

/* A signal to a group looks at every task there is, but not at all of them in one go. */
static void test_group_signal(void)
{
	static struct task_struct *tasks[MANY];
	unsigned int n, rounds = 0;
	unsigned long flags;

	n = start_sleepers(tasks, sleeper, "many");
	for (int again = 0; again < 2; again++) { /* each begins with the first task */
		rounds = 0;
		flags = local_irq_save();
		kill_pgrp_soon(PID_MAX, SIGTERM); /* nobody's */
		local_irq_restore(flags);
		while (current->need_resched && rounds < TURNS_MAX) {
			cond_resched();
			rounds++;
		}
		EXPECT(rounds > MANY / 50 && rounds < MANY);
	}
	while (n--)
		EXPECT(wake_up_process(tasks[n]));
	wait_all_gone();
}

static const struct ktap_case cases[] = {
	{"round_robin", test_round_robin},
	{"thread_gone", test_thread_gone},
	{"find_task", test_find_task},
	{"wake_up", test_wake_up},
	{"timer_order", test_timer_order},
	{"sleep", test_sleep},
	{"clock", test_clock},
	{"ticks", test_ticks},
	{"long works give way", test_gives_way},
	{"a signal to a group", test_group_signal},
	{"all who wait are woken", test_wake_all},
	{NULL, NULL},
};

const struct ktap_suite sched_suite = {"sched", cases};
