/*
 * lock.h - spinlocks, mutexes, reader-writer semaphores.
 *
 * One CPU: a spinlock that is already taken is a deadlock, so taking it twice
 * panics and names both places. A lock first taken with interrupts off must
 * always be taken so once interrupt handlers use it: spin_lock_irqsave() marks
 * it, and a plain spin_lock() of a marked lock with interrupts on panics.
 * Holding a spinlock forbids sleeping (preempt_count); might_sleep() checks.
 *
 * Mutexes and semaphores sleep; never take them in an interrupt.
 */
#ifndef KERNEL_LOCK_H
#define KERNEL_LOCK_H

#include "arch/irq.h"
#include "kernel/bug.h"
#include "kernel/compiler.h"
#include "kernel/list.h"
#include "kernel/percpu.h"
#include "kernel/types.h"

/* Spinlocks held plus preempt_disable() calls. Not 0: the CPU may not be given away. */
DECLARE_PER_CPU(int, preempt_count);

static inline void preempt_disable(void)
{
	this_cpu(preempt_count)++;
	barrier();
}

static inline void preempt_enable(void)
{
	barrier();
	this_cpu(preempt_count)--;
}

/* Panics when the caller may not sleep here (spinlock held, interrupts off, no task yet). */
void might_sleep_at(const char *file, int line);
#define might_sleep()                                                     \
	do {                                                              \
		if (unlikely(this_cpu(preempt_count) || irqs_disabled())) \
			might_sleep_at(__FILE__, __LINE__);               \
	} while (0)

typedef struct spinlock {
	bool locked;
	bool irq_safe; /* has been taken by spin_lock_irqsave(): interrupt handlers may want it */
	const char *name;
	const void *holder; /* return address of the taker */
} spinlock_t;

#define SPIN_LOCK_INIT(n)  {.name = (n)}
#define DEFINE_SPINLOCK(n) spinlock_t n = SPIN_LOCK_INIT(#n)

static inline void spin_lock_init(spinlock_t *lock, const char *name)
{
	*lock = (spinlock_t)SPIN_LOCK_INIT(name);
}

/* Panics: a spinlock was misused; prints the lock, what was wrong and both places. */
void spin_lock_bug(const spinlock_t *lock, const char *what) __noreturn;

static __always_inline void __spin_take(spinlock_t *lock)
{
	if (unlikely(lock->locked))
		spin_lock_bug(lock, "already held");
	preempt_disable();
	lock->locked = true;
	lock->holder = __builtin_return_address(0);
}

static __always_inline void spin_lock(spinlock_t *lock)
{
	if (unlikely(lock->irq_safe && !irqs_disabled()))
		spin_lock_bug(lock, "taken with interrupts on");
	__spin_take(lock);
}

static __always_inline void spin_unlock(spinlock_t *lock)
{
	if (unlikely(!lock->locked))
		spin_lock_bug(lock, "not held");
	lock->locked = false;
	preempt_enable();
}

static __always_inline unsigned long __spin_lock_irqsave(spinlock_t *lock)
{
	unsigned long flags = local_irq_save();

	lock->irq_safe = true;
	__spin_take(lock);
	return flags;
}

#define spin_lock_irqsave(lock, flags) ((flags) = __spin_lock_irqsave(lock))

static __always_inline void spin_unlock_irqrestore(spinlock_t *lock, unsigned long flags)
{
	spin_unlock(lock);
	local_irq_restore(flags);
}

#define assert_spin_locked(lock) BUG_ON(!(lock)->locked)

struct task_struct;

/* First come, first served; the owner is handed the mutex by the releaser. */
struct mutex {
	struct task_struct *owner;
	struct list_head waiters;
	const char *name;
};

#define MUTEX_INIT(m, n) {.owner = NULL, .waiters = LIST_HEAD_INIT((m).waiters), .name = (n)}
#define DEFINE_MUTEX(m)	 struct mutex m = MUTEX_INIT(m, #m)

void mutex_init(struct mutex *mutex, const char *name);
void mutex_lock(struct mutex *mutex); /* may sleep; panics if already the owner */
int __must_check mutex_lock_killable(struct mutex *mutex); /* the same; -EINTR: a fatal signal */
bool __must_check mutex_trylock(struct mutex *mutex);	   /* never sleeps */
void mutex_unlock(struct mutex *mutex);			   /* panics unless the owner */
bool mutex_is_locked(const struct mutex *mutex);

/* Many readers or one writer; a waiting writer holds new readers back. */
struct rw_semaphore {
	int readers;
	struct task_struct *writer;
	struct list_head waiters;
	const char *name;
};

void init_rwsem(struct rw_semaphore *sem, const char *name);
void down_read(struct rw_semaphore *sem);
bool __must_check down_read_trylock(struct rw_semaphore *sem);
void up_read(struct rw_semaphore *sem);
void down_write(struct rw_semaphore *sem);
void up_write(struct rw_semaphore *sem);
/* Held by anyone, at least for reading / by a writer: for assertions. */
bool rwsem_is_locked(const struct rw_semaphore *sem);
bool rwsem_is_write_locked(const struct rw_semaphore *sem);

#endif
