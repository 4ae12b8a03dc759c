/*
 * tasks.c - coroutines for host tests.
 *
 * A sleeper is a task that yields until somebody wakes it; one that waits for a
 * lock, until it is free. A task that yields a great many times without any
 * other making progress has lost its wake-up: host_sleeps is set back only when
 * a task comes to an end or yields of its own accord.
 */
#include "tasks.h"
#include "kernel/bug.h"
#include "kernel/wait.h"
#include "machine.h"
#include <sanitizer/common_interface_defs.h>
#include <stdlib.h>
#include <ucontext.h>

#define STACK_SIZE (256 * 1024)

struct task {
	ucontext_t context;
	void *stack, *fake_stack;
	bool alive, memalloc;
};

static struct task tasks[TASKS_MAX];
static unsigned int nr_tasks, running;
static u32 random_state;
static void (*task_fn)(void);

static ucontext_t main_context;
static void *main_fake_stack;
static const void *main_stack;
static size_t main_stack_size;

/* xorshift32, apart from the tests' own numbers: the schedule does not shift with them. */
static u32 draw(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 17;
	random_state ^= random_state << 5;
	return random_state >> 3;
}

/* With what ASan must be told. `from_fake` NULL: the old stack is never used again. */
static void switch_context(ucontext_t *from, void **from_fake, ucontext_t *to, const void *bottom,
			   size_t size)
{
	__sanitizer_start_switch_fiber(from_fake, bottom, size);
	swapcontext(from, to);
	__sanitizer_finish_switch_fiber(from_fake ? *from_fake : NULL, NULL, NULL);
}

static void switch_task(void)
{
	struct task *from = &tasks[running], *to;
	unsigned int next;

	do {
		next = draw() % nr_tasks;
	} while (!tasks[next].alive);
	if (next == running)
		return;
	running = next;
	to = &tasks[next];
	switch_context(&from->context, from->alive ? &from->fake_stack : NULL, &to->context,
		       to->stack, STACK_SIZE);
}

void task_yield(void)
{
	if (!nr_tasks)
		return;
	host_sleeps = 0;
	switch_task();
}

static void task_start(void)
{
	const void *stack;
	size_t size;

	__sanitizer_finish_switch_fiber(NULL, &stack, &size);
	if (!main_stack) {
		main_stack = stack;
		main_stack_size = size;
	}
	task_fn();
	tasks[running].alive = false;
	for (unsigned int i = 0; i < nr_tasks; i++)
		if (tasks[i].alive)
			task_yield(); /* never comes back */
	switch_context(&tasks[running].context, NULL, &main_context, main_stack, main_stack_size);
}

void tasks_run(void (*fn)(void), unsigned int n, u32 seed)
{
	BUG_ON(!n || n > TASKS_MAX);
	task_fn = fn;
	random_state = seed * 2654435761u | 1;
	main_stack = NULL;
	for (unsigned int i = 0; i < n; i++) {
		struct task *task = &tasks[i];

		task->alive = true;
		task->fake_stack = NULL;
		if (!task->stack)
			task->stack = malloc(STACK_SIZE);
		getcontext(&task->context);
		task->context.uc_stack.ss_sp = task->stack;
		task->context.uc_stack.ss_size = STACK_SIZE;
		task->context.uc_link = NULL;
		makecontext(&task->context, task_start, 0);
	}
	nr_tasks = n;
	running = 0;
	host_sleep_hook = switch_task;
	host_alloc_hook = task_yield;
	switch_context(&main_context, &main_fake_stack, &tasks[0].context, tasks[0].stack,
		       STACK_SIZE);
	nr_tasks = 0;
	host_sleep_hook = NULL;
	host_alloc_hook = NULL;
}

/* Task 0 stands for the main program, too. */
bool memalloc_noreclaim_save(void)
{
	bool old = tasks[running].memalloc;

	tasks[running].memalloc = true;
	return old;
}

void memalloc_noreclaim_restore(bool old)
{
	tasks[running].memalloc = old;
}

bool memalloc_noreclaim(void)
{
	return tasks[running].memalloc;
}
