/*
 * sim_task.c - tasks as coroutines, sleeping locks, wait queues, and the test runner.
 *
 * A task gives the CPU away only in sim_yield(), which everything that may
 * sleep calls; the next one is picked at random. A sleeper is just a task that
 * yields until its condition holds: wake-ups need no bookkeeping, but a task
 * that nobody can ever wake is noticed.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>
#include <sanitizer/common_interface_defs.h>
#include "kernel/printk.h"
#include "kernel/wait.h"
#include "sim.h"
#include "sim_internal.h"

#define MAX_TASKS  8
#define STACK_SIZE (256 * 1024)
#define PATIENCE   1000000 /* yields of a sleeper before it counts as lost */

struct sim_task {
	ucontext_t context;
	void *stack, *fake_stack;
	sim_task_fn fn;
	void *arg;
	bool alive;
};

int per_cpu__preempt_count;
const char *sim_test_name = "";

static struct sim_task tasks[MAX_TASKS];
static unsigned int nr_tasks, running;
static u32 (*pick_random)(void);
static ucontext_t main_context;
static void *main_fake_stack;
static const void *main_stack;
static size_t main_stack_size;

static void switch_context(ucontext_t *from, void **from_fake, ucontext_t *to, const void *bottom,
			   size_t size)
{
	__sanitizer_start_switch_fiber(from_fake, bottom, size);
	swapcontext(from, to);
	__sanitizer_finish_switch_fiber(from_fake ? *from_fake : NULL, NULL, NULL);
}

static struct sim_task *self(void)
{
	return nr_tasks ? &tasks[running] : NULL;
}

void sim_yield(void)
{
	unsigned int next, from = running;

	if (!nr_tasks)
		return;
	do {
		next = pick_random() % nr_tasks;
	} while (!tasks[next].alive);
	if (next == from)
		return;
	running = next;
	switch_context(&tasks[from].context, &tasks[from].fake_stack, &tasks[next].context,
		       tasks[next].stack, STACK_SIZE);
}

static void task_main(void)
{
	unsigned int i;

	__sanitizer_finish_switch_fiber(NULL, &main_stack, &main_stack_size);
	self()->fn(self()->arg);
	self()->alive = false;
	for (i = 0; i < nr_tasks; i++)
		if (tasks[i].alive)
			sim_yield(); /* never comes back */
	switch_context(&self()->context, NULL, &main_context, main_stack, main_stack_size);
}

void sim_run(sim_task_fn fn, void *const *args, unsigned int n, u32 (*random)(void))
{
	unsigned int i;

	BUG_ON(!n || n > MAX_TASKS);
	pick_random = random;
	for (i = 0; i < n; i++) {
		struct sim_task *task = &tasks[i];

		task->fn = fn;
		task->arg = args[i];
		task->alive = true;
		task->fake_stack = NULL;
		if (!task->stack)
			task->stack = malloc(STACK_SIZE);
		getcontext(&task->context);
		task->context.uc_stack.ss_sp = task->stack;
		task->context.uc_stack.ss_size = STACK_SIZE;
		task->context.uc_link = NULL;
		makecontext(&task->context, task_main, 0);
	}
	nr_tasks = n;
	running = 0;
	switch_context(&main_context, &main_fake_stack, &tasks[0].context, tasks[0].stack,
		       STACK_SIZE);
	nr_tasks = 0;
}

void might_sleep_at(const char *file, int line)
{
	if (per_cpu__preempt_count)
		panic("%s:%d may sleep with a spinlock held", file, line);
}

/* Waits, by yielding, until cond holds. */
#define SLEEP_UNTIL(cond)                                                                          \
	do {                                                                                       \
		unsigned long _tries = 0;                                                          \
		while (!(cond)) {                                                                  \
			BUG_ON(!nr_tasks || ++_tries > PATIENCE);                                  \
			sim_yield();                                                               \
		}                                                                                  \
	} while (0)

void init_rwsem(struct rw_semaphore *sem, const char *name)
{
	memset(sem, 0, sizeof(*sem));
	sem->name = name;
}

/* Stands for the writer when no coroutine runs. */
static struct task_struct *writer_id(void)
{
	return self() ? (void *)self() : (void *)&main_context;
}

void down_read(struct rw_semaphore *sem)
{
	might_sleep();
	SLEEP_UNTIL(!sem->writer);
	sem->readers++;
}

void up_read(struct rw_semaphore *sem)
{
	BUG_ON(sem->readers-- <= 0);
}

void down_write(struct rw_semaphore *sem)
{
	might_sleep();
	SLEEP_UNTIL(!sem->writer && !sem->readers);
	sem->writer = writer_id();
}

void up_write(struct rw_semaphore *sem)
{
	BUG_ON(sem->writer != writer_id());
	sem->writer = NULL;
}

bool rwsem_is_write_locked(const struct rw_semaphore *sem)
{
	return sem->writer;
}

void spin_lock_bug(const spinlock_t *lock, const char *what)
{
	panic("spinlock %s %s", lock->name, what);
}

void init_waitqueue_head(wait_queue_head_t *queue)
{
	memset(queue, 0, sizeof(*queue));
}

void prepare_to_wait(wait_queue_head_t *queue, wait_queue_entry_t *entry, bool interruptible)
{
	(void)queue;
	(void)entry;
	(void)interruptible;
}

void finish_wait(wait_queue_head_t *queue, wait_queue_entry_t *entry)
{
	(void)queue;
	(void)entry;
}

long schedule_timeout(long timeout)
{
	static unsigned long lost;

	BUG_ON(!nr_tasks || ++lost > 100ul * PATIENCE);
	sim_yield();
	return timeout;
}

void wake_up_all(wait_queue_head_t *queue)
{
	(void)queue;
}

int printk(const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vprintf(fmt, ap);
	va_end(ap);
	return n;
}

void panic(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	printf("not ok - %s # panic: ", sim_test_name);
	vprintf(fmt, ap);
	printf("\n");
	fflush(stdout);
	va_end(ap);
	abort();
}

void sim_fail(const char *file, int line, const char *what)
{
	panic("%s:%d: %s", file, line, what);
}

int sim_main(const struct sim_test *list, unsigned int count)
{
	sim_init();
	printf("1..%u\n", count);
	for (unsigned int i = 0; i < count; i++) {
		unsigned long pages = sim_pages_used(), objects = sim_objects_used();

		sim_test_name = list[i].name;
		list[i].run();
		sim_fail_nth(0);
		CHECK(sim_pages_used() == pages);
		CHECK(sim_objects_used() == objects);
		CHECK(!per_cpu__preempt_count && list_empty(&mmlist));
		printf("ok %u - %s\n", i + 1, list[i].name);
		fflush(stdout);
	}
	return 0;
}

u32 sim_pick(struct sim_input *input, u32 limit)
{
	u32 value = 0;

	for (unsigned int i = 0; i < (limit > 256 ? 2 : 1) && input->left; i++, input->left--)
		value = value << 8 | *input->data++;
	return value % limit;
}

void sim_fuzz(int (*one_input)(const u8 *data, size_t n), unsigned int runs, size_t size)
{
	u8 *data = malloc(size);
	u32 state = 2463534242u; /* xorshift: Marsaglia 2003 */

	for (unsigned int run = 0; run < runs; run++) {
		for (size_t i = 0; i < size; i++) {
			state ^= state << 13;
			state ^= state >> 17;
			state ^= state << 5;
			data[i] = (u8)(state >> 11);
		}
		one_input(data, size);
	}
	free(data);
}
