/*
 * test_lock.c - mutexes, reader-writer semaphores, wait queues: order, fairness,
 * no lost wake-up. Helper threads write what they do into a log; the test
 * compares the log with the story that the rules tell.
 */
#include "kernel/errno.h"
#include "kernel/ktap.h"
#include "kernel/lock.h"
#include "kernel/string.h"
#include "kernel/time.h"
#include "kernel/wait.h"
#include "proc/task.h"
#include "sched/sched.h"
#include "signal/signal.h"

#define LOG_MAX	   64
#define SETTLE_MAX 1000 /* turns given to the others before the test gives up on them */
#define THREADS	   4

static char story[LOG_MAX];
static unsigned int story_len;
static volatile unsigned int running;

static void note(char c)
{
	if (story_len < LOG_MAX - 1)
		story[story_len++] = c;
	story[story_len] = '\0';
}

static void begin_story(void)
{
	story_len = 0;
	story[0] = '\0';
	running = 0;
}

static bool start(int (*fn)(void *), void *arg)
{
	running++;
	if (EXPECT(!IS_ERR(kthread_run(fn, arg, "test"))))
		return true;
	running--;
	return false;
}

/* Lets all others run until they sleep or are gone. */
static void settle(void)
{
	int i;

	for (i = 0; i < 20; i++)
		schedule();
}

static void wait_all_gone(void)
{
	int i;

	for (i = 0; i < SETTLE_MAX && running; i++)
		schedule();
	EXPECT_EQ(running, 0);
	settle();
}

static void expect_story(const char *want)
{
	if (strcmp(story, want) != 0)
		ktap_fail(__FILE__, __LINE__, "story is \"%s\", expected \"%s\"", story, want);
}

static struct mutex mutex;

/* arg: the letter that it writes, lower case when it has the mutex, upper case when it gives it. */
static int lock_once(void *arg)
{
	char letter = (char)(unsigned long)arg;

	mutex_lock(&mutex);
	note(letter);
	schedule(); /* others want it meanwhile */
	note((char)(letter - 'a' + 'A'));
	mutex_unlock(&mutex);
	running--;
	return 0;
}

static void test_mutex_order(void)
{
	unsigned long i;

	begin_story();
	mutex_init(&mutex, "test");
	mutex_lock(&mutex);
	for (i = 0; i < THREADS; i++)
		start(lock_once, (void *)('a' + i));
	settle();
	expect_story("");
	EXPECT(mutex_is_locked(&mutex));
	mutex_unlock(&mutex);
	/* Handed over: nobody can take it, although the new owner has not run yet. */
	EXPECT(!mutex_trylock(&mutex));
	wait_all_gone();
	expect_story("aAbBcCdD");
	EXPECT(!mutex_is_locked(&mutex));
	if (EXPECT(mutex_trylock(&mutex)))
		mutex_unlock(&mutex);
}

/* The letter of who gets the mutex; x of who is killed before. */
static int lock_killable(void *arg)
{
	char letter = (char)(unsigned long)arg;

	if (mutex_lock_killable(&mutex)) {
		note('x');
	} else {
		note(letter);
		mutex_unlock(&mutex);
	}
	running--;
	return 0;
}

/* As send_sig(SIGKILL, task), which kernel threads do not hear. */
static void kill_thread(struct task_struct *task)
{
	task->pending.set |= sigmask(SIGKILL);
	task->sigpending = true;
	wake_up_signalled(task, true);
}

/* Who is killed leaves the queue, wherever in it he stands; all others get their turn. */
static void test_mutex_killable(void)
{
	struct task_struct *task[THREADS];
	unsigned long i;

	begin_story();
	mutex_init(&mutex, "test");
	mutex_lock(&mutex);
	for (i = 0; i < THREADS; i++) {
		running++;
		task[i] = kthread_run(lock_killable, (void *)('a' + i), "test");
		BUG_ON(IS_ERR(task[i]));
	}
	settle();
	expect_story("");
	kill_thread(task[1]);
	settle();
	expect_story("x");
	kill_thread(task[0]);
	settle();
	expect_story("xx");
	mutex_unlock(&mutex);
	wait_all_gone();
	expect_story("xxcd");
	EXPECT(!mutex_is_locked(&mutex));
	EXPECT_EQ(mutex_lock_killable(&mutex), 0);
	mutex_unlock(&mutex);
}

static struct rw_semaphore sem;

static int read_once(void *arg)
{
	char letter = (char)(unsigned long)arg;

	down_read(&sem);
	note(letter);
	schedule();
	note((char)(letter - 'a' + 'A'));
	up_read(&sem);
	running--;
	return 0;
}

static int write_once(void *arg)
{
	down_write(&sem);
	note((char)(unsigned long)arg);
	EXPECT(rwsem_is_write_locked(&sem));
	schedule();
	note((char)((char)(unsigned long)arg - 'a' + 'A'));
	up_write(&sem);
	running--;
	return 0;
}

/* Readers share; a writer keeps all others out. */
static void test_rwsem_sharing(void)
{
	begin_story();
	init_rwsem(&sem, "test");
	start(read_once, (void *)'a');
	start(read_once, (void *)'b');
	start(write_once, (void *)'w');
	wait_all_gone();
	expect_story("abABwW");
	EXPECT(!rwsem_is_locked(&sem));
}

/* A waiting writer holds later readers back, and then they come in together. */
static void test_rwsem_fairness(void)
{
	begin_story();
	init_rwsem(&sem, "test");
	down_read(&sem);
	start(write_once, (void *)'w');
	start(read_once, (void *)'a');
	start(read_once, (void *)'b');
	start(write_once, (void *)'v');
	start(read_once, (void *)'c');
	settle();
	expect_story("");
	EXPECT(!down_read_trylock(&sem));
	EXPECT(rwsem_is_locked(&sem) && !rwsem_is_write_locked(&sem));
	up_read(&sem);
	wait_all_gone();
	expect_story("wWabABvVcC");
}

static DECLARE_WAIT_QUEUE_HEAD(queue);
static volatile unsigned int tickets;

static int take_ticket(void *arg)
{
	wait_event(queue, tickets > 0);
	tickets--;
	note((char)(unsigned long)arg);
	running--;
	return 0;
}

static void test_wake_one(void)
{
	unsigned long i;

	begin_story();
	tickets = 0;
	for (i = 0; i < THREADS; i++)
		start(take_ticket, (void *)('a' + i));
	settle();
	/* Two wake-ups before anybody has run reach two sleepers. */
	tickets = 2;
	wake_up_one(&queue);
	wake_up_one(&queue);
	settle();
	expect_story("ab");
	/* All wake; those without a ticket go back to sleep. */
	tickets = 1;
	wake_up_all(&queue);
	settle();
	expect_story("abc");
	tickets = 1;
	wake_up_all(&queue);
	wait_all_gone();
	expect_story("abcd");
	EXPECT(list_empty(&queue.entries));
}

/* Who is awake for another reason, but still in the queue, uses up no wake-up. */
static void test_wake_one_awake(void)
{
	struct task_struct *first;

	begin_story();
	tickets = 0;
	running++;
	first = kthread_run(take_ticket, (void *)'a', "test");
	if (!EXPECT(!IS_ERR(first)))
		return;
	settle();
	start(take_ticket, (void *)'b');
	settle();
	tickets = 2;
	EXPECT(wake_up_process(first));
	wake_up_one(&queue);
	settle();
	expect_story("ab");
	wake_up_all(&queue);
	wait_all_gone();
}

/* A wake-up between the announcement and the sleep is not lost. */
static void test_no_lost_wakeup(void)
{
	wait_queue_entry_t entry;

	prepare_to_wait(&queue, &entry, false);
	EXPECT_EQ(current->state, TASK_UNINTERRUPTIBLE);
	wake_up_all(&queue);
	EXPECT_EQ(current->state, TASK_RUNNING);
	schedule(); /* returns: it would sleep for ever otherwise */
	finish_wait(&queue, &entry);
	EXPECT(list_empty(&queue.entries));
}

static void test_timeout(void)
{
	unsigned long began = jiffies;
	bool ok;

	tickets = 0;
	ok = wait_event_timeout(queue, tickets > 0, 3);
	EXPECT(!ok);
	EXPECT(jiffies - began >= 3 && jiffies - began < 3 + HZ);
	tickets = 1;
	ok = wait_event_timeout(queue, tickets > 0, 3);
	EXPECT(ok);
	EXPECT(list_empty(&queue.entries));
}

static void test_spinlock_counts(void)
{
	static DEFINE_SPINLOCK(lock);
	int before = this_cpu(preempt_count);
	unsigned long flags;

	spin_lock(&lock);
	EXPECT_EQ(this_cpu(preempt_count), before + 1);
	spin_unlock(&lock);
	spin_lock_irqsave(&lock, flags);
	EXPECT(irqs_disabled());
	assert_spin_locked(&lock);
	spin_unlock_irqrestore(&lock, flags);
	EXPECT(!irqs_disabled());
	EXPECT_EQ(this_cpu(preempt_count), before);
}

static const struct ktap_case cases[] = {
	{"mutex_order", test_mutex_order},
	{"mutex_killable", test_mutex_killable},
	{"rwsem_sharing", test_rwsem_sharing},
	{"rwsem_fairness", test_rwsem_fairness},
	{"wake_one", test_wake_one},
	{"wake_one_awake", test_wake_one_awake},
	{"no_lost_wakeup", test_no_lost_wakeup},
	{"timeout", test_timeout},
	{"spinlock_counts", test_spinlock_counts},
	{NULL, NULL},
};

const struct ktap_suite lock_suite = {"lock", cases};
