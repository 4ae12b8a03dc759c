/*
 * standins.c - what the rest of the kernel gives mm/: messages, panic, locks,
 * sleeping, time; and failing allocations on demand.
 *
 * There is one task, unless host_sleep_hook runs others (tasks.c): without it a
 * lock that is taken is a deadlock. A sleep without a limit lasts until somebody
 * wakes the task. Everything checks its context as the kernel's own does.
 */
#include "machine.h"
#include "arch/hint.h"
#include "arch/irq.h"
#include "kernel/bug.h"
#include "kernel/kallsyms.h"
#include "kernel/lock.h"
#include "kernel/printk.h"
#include "kernel/time.h"
#include "kernel/wait.h"
#include "mm/gfp.h"
#include "mm/oom.h"
#include "mm/slab.h"
#include "test.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOG_SIZE 65536
/* Sleeps in one wait: a hook that never makes the condition true is an error. */
#define SLEEPS_MAX 10000

unsigned long host_irq_flag = X86_EFLAGS_IF;
bool host_in_interrupt, host_alone;
volatile unsigned long jiffies = 1000;
int console_loglevel = 8;
void (*host_sleep_hook)(void);
unsigned int host_sleeps, host_warnings_expected;
long host_sleep_ticks;
unsigned int host_timeouts, host_wakeups;
void (*host_alloc_hook)(void);
void (*host_frame_hook)(const struct page *page);
DEFINE_PER_CPU(int, preempt_count);

static char log_text[LOG_SIZE];
static size_t log_len;

/* --- messages: kernel/printk.h, kernel/bug.h --- */

int vprintk(const char *fmt, va_list ap)
{
	char line[512];
	int n;

	if (fmt[0] == KERN_SOH[0])
		fmt += 2;
	n = vsnprintf(line, sizeof(line), fmt, ap);
	if (n >= (int)sizeof(line))
		n = sizeof(line) - 1;
	if (log_len + (size_t)n >= LOG_SIZE)
		log_len = 0;
	memcpy(log_text + log_len, line, (size_t)n + 1);
	log_len += (size_t)n;
	if (getenv("HOST_VERBOSE"))
		printf("# %s", line);
	return n;
}

int printk(const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vprintk(fmt, ap);
	va_end(ap);
	return n;
}

const char *host_log(void)
{
	return log_text;
}

void host_log_clear(void)
{
	log_len = 0;
	log_text[0] = '\0';
}

void panic(const char *fmt, ...)
{
	char message[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	test_panicked(message);
	if (log_len)
		fprintf(stdout, "# the kernel's last messages:\n%s\n", log_text);
	printf("# panic: %s\nBail out! panic: %s\n", message, message);
	fflush(stdout);
	abort();
}

void warn_at(const char *file, int line, const char *expr)
{
	printk("WARNING at %s:%d: %s\n", file, line, expr);
	if (host_warnings_expected) {
		host_warnings_expected--;
		return;
	}
	test_fail(file, line, "WARN_ON(%s)", expr);
}

__weak void host_hint(enum trace_op op, u32 b, u32 c, u32 s, u32 d)
{
	(void)op;
	(void)b;
	(void)c;
	(void)s;
	(void)d;
}

int sprint_symbol(char *buf, size_t size, unsigned long addr)
{
	return snprintf(buf, size, "text+0x%lx/0x0", addr);
}

/* --- context --- */

bool in_interrupt(void)
{
	return host_in_interrupt;
}

void might_sleep_at(const char *file, int line)
{
	if (this_cpu(preempt_count) || irqs_disabled() || host_in_interrupt)
		panic("may not sleep at %s:%d", file, line);
}

bool host_context_is_clean(void)
{
	return CHECK_EQ(this_cpu(preempt_count), 0) && CHECK(!irqs_disabled());
}

/* --- kernel/lock.h --- */

void spin_lock_bug(const spinlock_t *lock, const char *what)
{
	panic("spinlock %s %s", lock->name, what);
}

/* Who owns a mutex or writes: there is one task. */
#define THE_TASK   ((struct task_struct *)1)
#define WOKEN_TASK ((struct task_struct *)2)

void mutex_init(struct mutex *mutex, const char *name)
{
	mutex->owner = NULL;
	INIT_LIST_HEAD(&mutex->waiters);
	mutex->name = name;
}

void mutex_lock(struct mutex *mutex)
{
	might_sleep();
	if (mutex->owner)
		panic("mutex %s: deadlock", mutex->name);
	mutex->owner = THE_TASK;
}

int mutex_lock_killable(struct mutex *mutex)
{
	mutex_lock(mutex);
	return 0;
}

bool mutex_trylock(struct mutex *mutex)
{
	if (mutex->owner)
		return false;
	mutex->owner = THE_TASK;
	return true;
}

void mutex_unlock(struct mutex *mutex)
{
	if (!mutex->owner)
		panic("mutex %s: not held", mutex->name);
	mutex->owner = NULL;
}

bool mutex_is_locked(const struct mutex *mutex)
{
	return mutex->owner;
}

void init_rwsem(struct rw_semaphore *sem, const char *name)
{
	sem->readers = 0;
	sem->writer = NULL;
	INIT_LIST_HEAD(&sem->waiters);
	sem->name = name;
}

/* Lets others run, so that they may give the lock back. */
static void wait_for_lock(const char *kind, const char *name)
{
	if (!host_sleep_hook || ++host_sleeps > SLEEPS_MAX)
		panic("%s %s: deadlock", kind, name);
	host_sleep_hook();
}

void down_read(struct rw_semaphore *sem)
{
	might_sleep();
	while (sem->writer)
		wait_for_lock("rwsem", sem->name);
	sem->readers++;
}

bool down_read_trylock(struct rw_semaphore *sem)
{
	if (sem->writer)
		return false;
	sem->readers++;
	return true;
}

void up_read(struct rw_semaphore *sem)
{
	if (sem->readers <= 0)
		panic("rwsem %s: not held for reading", sem->name);
	sem->readers--;
}

void down_write(struct rw_semaphore *sem)
{
	might_sleep();
	while (sem->writer || sem->readers)
		wait_for_lock("rwsem", sem->name);
	sem->writer = THE_TASK;
}

void up_write(struct rw_semaphore *sem)
{
	if (!sem->writer)
		panic("rwsem %s: not held for writing", sem->name);
	sem->writer = NULL;
}

bool rwsem_is_locked(const struct rw_semaphore *sem)
{
	return sem->readers || sem->writer;
}

bool rwsem_is_write_locked(const struct rw_semaphore *sem)
{
	return sem->writer;
}

/* --- kernel/wait.h --- */

void init_waitqueue_head(wait_queue_head_t *queue)
{
	*queue = (wait_queue_head_t)WAIT_QUEUE_HEAD_INIT(*queue);
}

/* What a task enters a queue with when it has said that it will sleep; between that and the sleep
 * no other one runs. */
static wait_queue_entry_t *will_sleep;
static bool will_sleep_lightly;

void prepare_to_wait(wait_queue_head_t *queue, wait_queue_entry_t *entry, bool interruptible)
{
	entry->task = THE_TASK;
	list_add_tail(&entry->node, &queue->entries);
	will_sleep = entry;
	will_sleep_lightly = interruptible;
}

void prepare_to_wait_killable(wait_queue_head_t *queue, wait_queue_entry_t *entry)
{
	prepare_to_wait(queue, entry, true);
}

void finish_wait(wait_queue_head_t *queue, wait_queue_entry_t *entry)
{
	(void)queue;
	list_del(&entry->node);
	will_sleep = NULL;
}

bool host_was_woken(const wait_queue_entry_t *entry)
{
	return entry->task == WOKEN_TASK;
}

static void sleep_once(long timeout)
{
	if (!host_sleep_hook || ++host_sleeps > SLEEPS_MAX)
		panic("sleeps, and nobody will wake it");
	host_sleep_ticks = timeout;
	host_sleep_hook();
}

/* Without a limit it sleeps until it is woken, whatever becomes of the condition; with one, until
 * it is woken or others have had the CPU once. */
long schedule_timeout(long timeout)
{
	const wait_queue_entry_t *entry = will_sleep;
	const bool lightly = will_sleep_lightly;
	unsigned long since = jiffies;

	might_sleep();
	if (!entry)
		panic("schedule_timeout() by a task that goes on running");
	will_sleep = NULL;
	if (!host_sleep_hook && timeout >= 0) {
		host_timeouts++;
		return 0;
	}
	do {
		sleep_once(timeout);
	} while (timeout < 0 && !host_was_woken(entry) &&
		 !(lightly && (host_signal_pending || host_fatal_signal)));
	if (timeout < 0)
		return timeout;
	if (host_was_woken(entry))
		return max(timeout - (long)(jiffies - since), 1l);
	host_timeouts++;
	return 0;
}

bool alone_on_cpu(void)
{
	return host_alone;
}

void resched_soon(void)
{
}

bool host_signal_pending;

bool signal_pending_current(void)
{
	return host_signal_pending;
}

bool host_fatal_signal, host_exiting;

bool exiting_current(void)
{
	return host_exiting;
}

bool fatal_signal_pending_current(void)
{
	return host_fatal_signal;
}

/* Processes are test_oom.c's own. */
__attribute__((weak)) void
oom_for_each_process(bool (*fn)(void *arg, const struct oom_process *process), void *arg)
{
	(void)fn;
	(void)arg;
}

__attribute__((weak)) bool oom_current(struct oom_process *process)
{
	*process = (struct oom_process){.comm = "test"};
	return false;
}

__attribute__((weak)) void oom_kill_users(struct mm_struct *mm)
{
	(void)mm;
}

__attribute__((weak)) bool oom_current_dies(void)
{
	return false;
}

/* Time is always up where other tasks run. */
void cond_resched(void)
{
	might_sleep();
	if (host_alloc_hook)
		host_alloc_hook();
}

static void wake(wait_queue_head_t *queue, bool all)
{
	wait_queue_entry_t *entry;
	bool any = false;

	if (!queue->entries.next) /* not made yet: nobody is in it */
		return;
	list_for_each_entry (entry, &queue->entries, node)
		if (!host_was_woken(entry) && (all || !any)) {
			entry->task = WOKEN_TASK;
			host_wakeups++;
			any = true;
		}
}

void wake_up_all(wait_queue_head_t *queue)
{
	wake(queue, true);
}

void wake_up_one(wait_queue_head_t *queue)
{
	wake(queue, false);
}

/* --- failing allocations: the linker's --wrap sends calls here --- */

bool host_fail_atomic;
static long fail_after = -1;
static long allocations;

void host_fail_after(long n)
{
	fail_after = n;
	allocations = 0;
}

long host_allocations(void)
{
	return allocations;
}

bool host_allocation_fails(gfp_t gfp)
{
	if ((gfp & __GFP_WAIT) && host_alloc_hook)
		host_alloc_hook();
	if (host_fail_atomic && !(gfp & __GFP_WAIT))
		return true;
	return allocations++ >= fail_after && fail_after >= 0;
}

unsigned long host_resched_points;

static struct page *show_frame(struct page *page)
{
	if (page && host_frame_hook)
		host_frame_hook(page);
	return page;
}

/* Names that the linker makes: --wrap=f sends f to __wrap_f, and __real_f is f. */
void __real_cond_resched(void);
void __wrap_cond_resched(void);
struct page *__real_alloc_pages(gfp_t gfp, unsigned int order);
struct page *__wrap_alloc_pages(gfp_t gfp, unsigned int order);
struct page *__real_alloc_page(gfp_t gfp);
struct page *__wrap_alloc_page(gfp_t gfp);
unsigned long __real___get_free_pages(gfp_t gfp, unsigned int order);
unsigned long __wrap___get_free_pages(gfp_t gfp, unsigned int order);
unsigned long __real_get_zeroed_page(gfp_t gfp);
unsigned long __wrap_get_zeroed_page(gfp_t gfp);
void *__real_kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp);
void *__wrap_kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp);
void *__real___kmalloc(size_t size, gfp_t gfp);
void *__wrap___kmalloc(size_t size, gfp_t gfp);

struct page *__wrap_alloc_pages(gfp_t gfp, unsigned int order)
{
	return host_allocation_fails(gfp) ? NULL : show_frame(__real_alloc_pages(gfp, order));
}

struct page *__wrap_alloc_page(gfp_t gfp)
{
	return host_allocation_fails(gfp) ? NULL : show_frame(__real_alloc_page(gfp));
}

unsigned long __wrap___get_free_pages(gfp_t gfp, unsigned int order)
{
	return host_allocation_fails(gfp) ? 0 : __real___get_free_pages(gfp, order);
}

unsigned long __wrap_get_zeroed_page(gfp_t gfp)
{
	return host_allocation_fails(gfp) ? 0 : __real_get_zeroed_page(gfp);
}

void *__wrap_kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp)
{
	return host_allocation_fails(gfp) ? NULL : __real_kmem_cache_alloc(cache, gfp);
}

void *__wrap___kmalloc(size_t size, gfp_t gfp)
{
	return host_allocation_fails(gfp) ? NULL : __real___kmalloc(size, gfp);
}

/* Counted; and where there are several tasks, another one runs. */
void __wrap_cond_resched(void)
{
	host_resched_points++;
	__real_cond_resched();
	if (host_alloc_hook)
		host_alloc_hook();
}
