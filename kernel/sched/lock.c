/*
 * lock.c - mutexes and reader-writer semaphores, and the checks on all locks.
 *
 * Only tasks take these locks and the kernel is not preempted, so the state of
 * a lock changes between two sleeps without any lock of its own. Both kinds
 * are handed over: the releaser gives the lock to the first waiter before it
 * wakes it. So nobody can slip in between, waiters are served in order, and a
 * waiter that wakes owns what it waited for.
 *
 * A semaphore's waiters form one queue. Its head decides: a writer gets the
 * lock when the last reader has left; readers get it together, up to the next
 * writer in the queue. New readers queue behind a waiting writer, so neither
 * side can starve the other.
 */
#include "kernel/errno.h"
#include "kernel/lock.h"
#include "kernel/printk.h"
#include "kernel/time.h"
#include "kernel/wait.h"
#include "sched/sched.h"
#include "proc/task.h"

DEFINE_PER_CPU(int, preempt_count);

struct lock_waiter {
	struct task_struct *task;
	struct list_head node;
	bool writer;
	bool granted;
};

void spin_lock_bug(const spinlock_t *lock, const char *what)
{
	panic("spinlock %s (at %p) %s; wanted near %p, last taken near %p by pid %d or before",
	      lock->name ? lock->name : "without a name", (const void *)lock, what,
	      __builtin_return_address(0), lock->holder, current->pid);
}

/*
 * Start-up runs with interrupts off and may call what could sleep (it never has
 * to); the rule about interrupts holds from the first tick on.
 */
void might_sleep_at(const char *file, int line)
{
	if (this_cpu(preempt_count) == 0 && (!irqs_disabled() || !jiffies))
		return;
	panic("%s:%d may sleep, but preempt_count is %d and interrupts are %s; %s[%d]", file, line,
	      this_cpu(preempt_count), irqs_disabled() ? "off" : "on", current->comm, current->pid);
}

/*
 * Sleeps in `waiters`, in this state, until the releaser has granted the lock. TASK_KILLABLE: or
 * until a fatal signal comes, then -EINTR, and the queue is left.
 */
static int wait_for_grant(struct list_head *waiters, bool writer, enum task_state state)
{
	struct lock_waiter waiter = {.task = current, .writer = writer};

	list_add_tail(&waiter.node, waiters);
	while (!waiter.granted) {
		if (state == TASK_KILLABLE && fatal_signal_pending_current()) {
			list_del(&waiter.node);
			return -EINTR;
		}
		current->state = state;
		schedule();
	}
	return 0;
}

/* Takes the first waiter out of the queue and tells it that the lock is its own. */
static struct task_struct *grant_first(struct list_head *waiters)
{
	struct lock_waiter *waiter = list_first_entry(waiters, struct lock_waiter, node);
	struct task_struct *task = waiter->task;

	list_del(&waiter->node);
	waiter->granted = true; /* its stack frame may be gone after the wake-up */
	wake_up_process(task);
	return task;
}

void mutex_init(struct mutex *mutex, const char *name)
{
	mutex->owner = NULL;
	INIT_LIST_HEAD(&mutex->waiters);
	mutex->name = name;
}

/*
 * The short ways below call nothing but, as their last step, the long way: so they need no
 * stack frame. The long ways look again at everything, and complain.
 */
static __always_inline bool may_sleep(void)
{
	return !this_cpu(preempt_count) && !irqs_disabled();
}

static __noinline int mutex_lock_slowly(struct mutex *mutex, enum task_state state)
{
	int err;

	might_sleep();
	if (!mutex->owner) {
		mutex->owner = current;
		return 0;
	}
	if (mutex->owner == current)
		panic("mutex %s locked twice by %s[%d]", mutex->name, current->comm, current->pid);
	err = wait_for_grant(&mutex->waiters, true, state);
	BUG_ON(!err && mutex->owner != current);
	return err;
}

/* Takes the mutex; sleeps while another task owns it. */
void mutex_lock(struct mutex *mutex)
{
	if (likely(may_sleep() && !mutex->owner))
		mutex->owner = current;
	else
		mutex_lock_slowly(mutex, TASK_UNINTERRUPTIBLE);
}

/* The same; -EINTR: who waits is killed, and does not have it. */
int mutex_lock_killable(struct mutex *mutex)
{
	return mutex_lock_slowly(mutex, TASK_KILLABLE);
}

bool mutex_trylock(struct mutex *mutex)
{
	if (mutex->owner)
		return false;
	mutex->owner = current;
	return true;
}

static __noinline void mutex_unlock_slowly(struct mutex *mutex)
{
	if (mutex->owner != current)
		panic("mutex %s unlocked by %s[%d], which does not own it", mutex->name,
		      current->comm, current->pid);
	mutex->owner = grant_first(&mutex->waiters);
}

/* Gives the mutex to the first waiter, or frees it. Does not sleep. */
void mutex_unlock(struct mutex *mutex)
{
	if (likely(mutex->owner == current && list_empty(&mutex->waiters)))
		mutex->owner = NULL;
	else
		mutex_unlock_slowly(mutex);
}

bool mutex_is_locked(const struct mutex *mutex)
{
	return mutex->owner != NULL;
}

void init_rwsem(struct rw_semaphore *sem, const char *name)
{
	sem->readers = 0;
	sem->writer = NULL;
	INIT_LIST_HEAD(&sem->waiters);
	sem->name = name;
}

/* Gives a semaphore that nobody writes to those whose turn it is. */
static void rwsem_grant(struct rw_semaphore *sem)
{
	while (!list_empty(&sem->waiters)) {
		if (list_first_entry(&sem->waiters, struct lock_waiter, node)->writer) {
			if (sem->readers == 0)
				sem->writer = grant_first(&sem->waiters);
			return;
		}
		sem->readers++;
		grant_first(&sem->waiters);
	}
}

static __noinline void down_read_slowly(struct rw_semaphore *sem)
{
	might_sleep();
	if (down_read_trylock(sem))
		return;
	if (sem->writer == current)
		panic("rwsem %s: %s[%d] reads what it writes", sem->name, current->comm,
		      current->pid);
	wait_for_grant(&sem->waiters, false, TASK_UNINTERRUPTIBLE);
}

/* Takes the semaphore for reading; sleeps while a writer has it or waits for it. */
void down_read(struct rw_semaphore *sem)
{
	if (likely(may_sleep() && !sem->writer && list_empty(&sem->waiters)))
		sem->readers++;
	else
		down_read_slowly(sem);
}

bool down_read_trylock(struct rw_semaphore *sem)
{
	if (sem->writer || !list_empty(&sem->waiters))
		return false;
	sem->readers++;
	return true;
}

static __noinline void up_read_slowly(struct rw_semaphore *sem)
{
	if (sem->readers <= 0)
		panic("rwsem %s: up_read() by %s[%d] without a reader", sem->name, current->comm,
		      current->pid);
	if (--sem->readers == 0)
		rwsem_grant(sem);
}

void up_read(struct rw_semaphore *sem)
{
	if (likely(sem->readers > 0 && list_empty(&sem->waiters)))
		sem->readers--;
	else
		up_read_slowly(sem);
}

static __noinline void down_write_slowly(struct rw_semaphore *sem)
{
	might_sleep();
	if (!sem->writer && !sem->readers && list_empty(&sem->waiters)) {
		sem->writer = current;
		return;
	}
	if (sem->writer == current)
		panic("rwsem %s written twice by %s[%d]", sem->name, current->comm, current->pid);
	wait_for_grant(&sem->waiters, true, TASK_UNINTERRUPTIBLE);
	BUG_ON(sem->writer != current);
}

/* Takes the semaphore for writing; sleeps while anybody has it. */
void down_write(struct rw_semaphore *sem)
{
	if (likely(may_sleep() && !sem->writer && !sem->readers && list_empty(&sem->waiters)))
		sem->writer = current;
	else
		down_write_slowly(sem);
}

static __noinline void up_write_slowly(struct rw_semaphore *sem)
{
	if (sem->writer != current)
		panic("rwsem %s: up_write() by %s[%d], which does not own it", sem->name,
		      current->comm, current->pid);
	sem->writer = NULL;
	rwsem_grant(sem);
}

void up_write(struct rw_semaphore *sem)
{
	if (likely(sem->writer == current && list_empty(&sem->waiters)))
		sem->writer = NULL;
	else
		up_write_slowly(sem);
}

bool rwsem_is_locked(const struct rw_semaphore *sem)
{
	return sem->writer || sem->readers > 0;
}

bool rwsem_is_write_locked(const struct rw_semaphore *sem)
{
	return sem->writer != NULL;
}
