/*
 * wait.h - sleeping until something happens. Implemented in kernel/sched/wait.c
 * (in the kernel) and by the host tests' stand-in.
 *
 * The pattern that loses no wake-up: enter the queue and set the state first,
 * test the condition second, sleep third. wait_event() does so.
 */
#ifndef KERNEL_WAIT_H
#define KERNEL_WAIT_H

#include "kernel/list.h"
#include "kernel/lock.h"
#include "kernel/types.h"

typedef struct wait_queue_head {
	spinlock_t lock;
	struct list_head entries;
} wait_queue_head_t;

typedef struct wait_queue_entry {
	struct task_struct *task;
	struct list_head node;
} wait_queue_entry_t;

#define WAIT_QUEUE_HEAD_INIT(q)	   {.lock = SPIN_LOCK_INIT(#q), .entries = LIST_HEAD_INIT((q).entries)}
#define DECLARE_WAIT_QUEUE_HEAD(q) wait_queue_head_t q = WAIT_QUEUE_HEAD_INIT(q)

void init_waitqueue_head(wait_queue_head_t *queue);
/* Enters the queue; the current task will sleep at its next schedule(). */
void prepare_to_wait(wait_queue_head_t *queue, wait_queue_entry_t *entry, bool interruptible);
/* The same, and a fatal signal ends the sleep. */
void prepare_to_wait_killable(wait_queue_head_t *queue, wait_queue_entry_t *entry);
void finish_wait(wait_queue_head_t *queue, wait_queue_entry_t *entry);
/* Sleeps until woken or, if timeout >= 0, until that many ticks have passed; returns ticks left
 * (timeout < 0: returns timeout). */
long schedule_timeout(long timeout);
bool signal_pending_current(void);
/* A SIGKILL has arrived, or the process is ending: the current task will not see user mode again,
 * so what it does for the program's sake may be left off. Any context. */
bool fatal_signal_pending_current(void);
/* Has the current task's exit begun? A fatal signal is pending then, but what it still does on the
 * program's memory (the list of robust futexes, clear_child_tid) is for others: it may wait. */
bool exiting_current(void);
/* Is no other task ready to run? */
bool alone_on_cpu(void);
/* Ends the current task's turn: whom it wakes next need not wait for the end of it. Any context. */
void resched_soon(void);
/*
 * From here to the restore the current task frees memory: what it allocates meanwhile comes from
 * the reserves and never waits for memory to be freed. Returns what restore is to be given. Not in
 * interrupts.
 */
bool memalloc_noreclaim_save(void);
void memalloc_noreclaim_restore(bool old);
/* Is the current task between the two? False in interrupts. */
bool memalloc_noreclaim(void);
/*
 * Gives the CPU to another task when this one's time is up. For loops whose
 * length a program chooses. May sleep: no spinlock held, interrupts on, and
 * what was looked up without a reference or a lock is looked up again.
 */
void cond_resched(void);

/* Between two pages or areas: lets others run. False: the current task is being killed. */
static inline bool may_go_on(void)
{
	cond_resched();
	return !fatal_signal_pending_current();
}
/* Wakes all sleepers of the queue / the first one. Any context. */
void wake_up_all(wait_queue_head_t *queue);
void wake_up_one(wait_queue_head_t *queue);

/*
 * The four below evaluate `cond` until it is true, and not once more after that. What need not
 * sleep does not touch the queue.
 */

/* Sleeps, not to be disturbed by signals, until `cond` holds. */
#define wait_event(queue, cond)                                 \
	do {                                                    \
		wait_queue_entry_t _we;                         \
		bool _ok;                                       \
		might_sleep();                                  \
		_ok = (cond);                                   \
		while (!_ok) {                                  \
			prepare_to_wait(&(queue), &_we, false); \
			_ok = (cond);                           \
			if (!_ok)                               \
				schedule_timeout(-1);           \
			finish_wait(&(queue), &_we);            \
			_ok = _ok || (cond);                    \
		}                                               \
	} while (0)

/* The same with a limit in ticks; false when the time ran out and `cond` still fails. */
#define wait_event_timeout(queue, cond, ticks)                   \
	({                                                       \
		wait_queue_entry_t _we;                          \
		long _left = (ticks);                            \
		bool _ok;                                        \
		might_sleep();                                   \
		_ok = (cond);                                    \
		while (!_ok && _left != 0) {                     \
			prepare_to_wait(&(queue), &_we, false);  \
			_ok = (cond);                            \
			if (!_ok)                                \
				_left = schedule_timeout(_left); \
			finish_wait(&(queue), &_we);             \
			_ok = _ok || (cond);                     \
		}                                                \
		_ok;                                             \
	})

/* Ends early on a signal: 0, or -ERESTARTSYS, which system calls hand on. Include errno.h. */
#define wait_event_interruptible(queue, cond)                  \
	({                                                     \
		wait_queue_entry_t _we;                        \
		bool _ok, _signal = false;                     \
		might_sleep();                                 \
		_ok = (cond);                                  \
		while (!_ok && !_signal) {                     \
			prepare_to_wait(&(queue), &_we, true); \
			_ok = (cond);                          \
			if (!_ok)                              \
				schedule_timeout(-1);          \
			finish_wait(&(queue), &_we);           \
			_ok = _ok || (cond);                   \
			_signal = signal_pending_current();    \
		}                                              \
		_ok ? 0 : -ERESTARTSYS;                        \
	})

/* Ends early only on what ends the process: 0, or -EINTR, which no program sees. Include errno.h.
 */
#define wait_event_killable(queue, cond)                          \
	({                                                        \
		wait_queue_entry_t _we;                           \
		bool _ok, _fatal = false;                         \
		might_sleep();                                    \
		_ok = (cond);                                     \
		while (!_ok && !_fatal) {                         \
			prepare_to_wait_killable(&(queue), &_we); \
			_ok = (cond);                             \
			if (!_ok)                                 \
				schedule_timeout(-1);             \
			finish_wait(&(queue), &_we);              \
			_ok = _ok || (cond);                      \
			_fatal = fatal_signal_pending_current();  \
		}                                                 \
		_ok ? 0 : -EINTR;                                 \
	})

#endif
