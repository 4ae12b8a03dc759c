/*
 * task.c - task structures: making, finding and burying them.
 *
 * A task is known to the system while it is in two places: the list of all
 * tasks, and a hash by pid. Both change under tasklist_lock. What walks over all
 * tasks and takes long for each keeps its place by a hold on one (task_walk).
 *
 * Kernel stacks are vmalloc areas of two pages, aligned to their size (symbols.c
 * finds a stack by any address in it). The page below each is never mapped
 * (mm/window/vmap_area.c): a stack that overflows runs into it and ends as a double
 * fault (arch/gdt.c) instead of in somebody else's memory. A few stacks are kept
 * back, so that a shell's forks do not make an area each time.
 */
#include "proc/task.h"
#include "kernel/bitops.h"
#include "kernel/errno.h"
#include "kernel/printk.h"
#include "kernel/string.h"
#include "kernel/time.h"
#include "mm/gfp.h"
#include "mm/shrinker.h"
#include "mm/slab.h"
#include "mm/vmalloc.h"
#include "mm/vmstat.h"
#include "sched/sched.h"
#include "signal/signal.h"

#define PID_RESERVED   300 /* after a wrap the low numbers stay with the daemons */
#define PID_HASH_SIZE  256
#define STACK_CACHE    4
#define NR_OPEN_LIMIT  256  /* fs/vfs.h: NR_OPEN */
#define NR_PROCS_LIMIT 8192 /* more than most memories hold */

_Static_assert(__builtin_offsetof(struct task_struct, thread) == 0, "switch_to() relies on it");
_Static_assert(__builtin_offsetof(struct task_struct, need_resched) ==
		       __builtin_offsetof(struct task_struct, work),
	       "`work` covers the flags");

static struct sighand_struct init_sighand = {.count = ATOMIC_INIT(1)};
static struct signal_struct init_signal = {
	.count = ATOMIC_INIT(1),
	.lock = SPIN_LOCK_INIT("signal"),
	.live = 1,
	.cpu_check = ~0ul,
	.cpu_hard = ~0ul,
	.shared.queue = LIST_HEAD_INIT(init_signal.shared.queue),
	.soon = LIST_HEAD_INIT(init_signal.soon),
	.leader = &init_task,
};

#define NO_LIMIT {RLIM_INFINITY, RLIM_INFINITY}

struct task_struct init_task = {
	.thread.esp0 = 0, /* set by task_init(): an address is no constant as a number */
	.state = TASK_RUNNING,
	.kthread = true,
	.usage = ATOMIC_INIT(1),
	.comm = "swapper",
	.active_mm = &init_mm,
	.stack = boot_stack,
	.parent = &init_task,
	.group_leader = &init_task,
	.children = LIST_HEAD_INIT(init_task.children),
	.sibling = LIST_HEAD_INIT(init_task.sibling),
	.thread_group = LIST_HEAD_INIT(init_task.thread_group),
	.tasks = LIST_HEAD_INIT(init_task.tasks),
	.run_node = LIST_HEAD_INIT(init_task.run_node),
	.pid_node = LIST_HEAD_INIT(init_task.pid_node),
	.wait_child = WAIT_QUEUE_HEAD_INIT(init_task.wait_child),
	.vfork_wait = WAIT_QUEUE_HEAD_INIT(init_task.vfork_wait),
	.sighand = &init_sighand,
	.signal = &init_signal,
	.pending.queue = LIST_HEAD_INIT(init_task.pending.queue),
	.time_slice = TIME_SLICE,
	.rlim = {NO_LIMIT,
		 NO_LIMIT,
		 NO_LIMIT, /* CPU, FSIZE, DATA */
		 {STACK_LIMIT, RLIM_INFINITY},
		 {0, RLIM_INFINITY}, /* CORE */
		 NO_LIMIT,	     /* RSS */
		 {NR_PROCS_LIMIT, NR_PROCS_LIMIT},
		 {NR_OPEN_LIMIT, NR_OPEN_LIMIT},
		 NO_LIMIT,
		 NO_LIMIT,
		 NO_LIMIT, /* MEMLOCK, AS, LOCKS */
		 {1024, 1024},
		 NO_LIMIT,
		 {0, 0},
		 {0, 0},
		 NO_LIMIT}, /* SIGPENDING ... RTTIME */
};

LIST_HEAD(all_tasks);
const char task_state_letters[] = "RSDDTZX"; /* indexed by enum task_state */
_Static_assert(sizeof(task_state_letters) == TASK_DEAD + 2, "one letter a state");
static struct list_head pid_hash[PID_HASH_SIZE];
static unsigned int task_count, user_tasks;
static u32 last_serial;
static pid_t last_pid;
static bool pids_wrapped;
static unsigned long pid_map[BITS_TO_LONGS(PID_MAX)]; /* numbers of tasks, also of coming ones */
DEFINE_SPINLOCK(tasklist_lock);

static struct kmem_cache *task_cache;
static void *stack_cache[STACK_CACHE];
static unsigned int stacks_cached;

static struct list_head *pid_bucket(pid_t pid)
{
	return &pid_hash[(unsigned int)pid % PID_HASH_SIZE];
}

struct task_struct *find_task(pid_t pid)
{
	struct task_struct *task;

	list_for_each_entry (task, pid_bucket(pid), pid_node)
		if (task->pid == pid)
			return task;
	return NULL;
}

struct task_struct *find_get_task(pid_t pid)
{
	struct task_struct *task;

	spin_lock(&tasklist_lock);
	task = find_task(pid);
	if (task)
		get_task(task);
	spin_unlock(&tasklist_lock);
	return task;
}

/* The first task behind the walk's place. Lock held. */
static struct task_struct *walk_from(const struct task_walk *walk)
{
	struct list_head *node = &all_tasks;
	struct task_struct *task;

	if (walk->at && walk->at->serial == walk->serial) {
		node = &walk->at->tasks;
	} else if (walk->serial) {
		/* The one where the walk stood has gone meanwhile, or taken its leader's place
		 * (exec): look for its own. */
		for_each_task (task) {
			if (task->serial > walk->serial)
				break;
			node = &task->tasks;
		}
	}
	return node->next == &all_tasks ? NULL : list_entry(node->next, struct task_struct, tasks);
}

struct task_struct *task_walk_next(struct task_walk *walk)
{
	struct task_struct *task;

	spin_lock(&tasklist_lock);
	task = walk_from(walk);
	if (task) {
		get_task(task);
		walk->serial = task->serial;
	}
	spin_unlock(&tasklist_lock);
	task_walk_end(walk);
	walk->at = task;
	return task;
}

void task_walk_end(struct task_walk *walk)
{
	if (walk->at)
		put_task(walk->at);
	walk->at = NULL;
}

u32 task_last_serial(void)
{
	return last_serial;
}

/* A number that was given out before may live on as a group's or session's name. Lock held. */
static bool names_group(pid_t pid)
{
	struct task_struct *task;

	for_each_task (task)
		if (task->pgrp == pid || task->session == pid)
			return true;
	return false;
}

/* Takes the next number, if it is free. Lock held. */
static bool take_next_pid(void)
{
	if (++last_pid >= PID_MAX) {
		last_pid = PID_RESERVED;
		pids_wrapped = true;
	}
	if (test_bit((unsigned long)last_pid, pid_map))
		return false;
	if (pids_wrapped && names_group(last_pid))
		return false;
	__set_bit((unsigned long)last_pid, pid_map);
	return true;
}

pid_t alloc_pid(void)
{
	pid_t pid;
	int tries;

	for (tries = 0; tries < PID_MAX; tries++) {
		spin_lock(&tasklist_lock);
		pid = take_next_pid() ? last_pid : 0;
		spin_unlock(&tasklist_lock);
		if (pid)
			return pid;
		cond_resched();
	}
	return -EAGAIN;
}

/* Kernel stacks, those kept for the next task too, in KiB of the zone of their first page. */
static void account_stack(const void *stack, int stacks)
{
	mod_page_state(vmalloc_to_page(stack), NR_KERNEL_STACK_KB,
		       stacks * (int)(THREAD_SIZE / 1024));
}

static void stack_vfree(void *stack)
{
	account_stack(stack, -1);
	vfree(stack);
}

static void *stack_alloc(void)
{
	unsigned long flags = local_irq_save();
	void *stack = stacks_cached ? stack_cache[--stacks_cached] : NULL;

	local_irq_restore(flags);
	if (stack)
		return stack;
	stack = __vmalloc(THREAD_SIZE, THREAD_SIZE, GFP_KERNEL | __GFP_HIGHMEM, PAGE_KERNEL,
			  stack_alloc);
	if (stack)
		account_stack(stack, 1);
	return stack;
}

static void stack_free(void *stack)
{
	unsigned long flags = local_irq_save();

	if (stacks_cached < STACK_CACHE) {
		stack_cache[stacks_cached++] = stack;
		stack = NULL;
	}
	local_irq_restore(flags);
	if (stack)
		stack_vfree(stack);
}

/* One by one, so that interrupts come in between. */
void task_cache_drain(void)
{
	unsigned long flags;
	void *stack;

	do {
		flags = local_irq_save();
		stack = stacks_cached ? stack_cache[--stacks_cached] : NULL;
		local_irq_restore(flags);
		if (stack)
			stack_vfree(stack);
	} while (stack);
}

static unsigned long count_stacks(struct shrinker *shrinker, struct shrink_control *control)
{
	(void)shrinker;
	(void)control;
	return stacks_cached;
}

/* Memory is short: the spare stacks go, however many were asked for. */
static unsigned long shrink_stacks(struct shrinker *shrinker, struct shrink_control *control)
{
	unsigned long stacks = stacks_cached;

	(void)shrinker;
	(void)control;
	task_cache_drain();
	return stacks;
}

static struct shrinker stack_shrinker = {
	.name = "kernel stacks",
	.count_objects = count_stacks,
	.scan_objects = shrink_stacks,
};

void stack_cache_init(void)
{
	register_shrinker(&stack_shrinker);
}

struct task_struct *alloc_task(void)
{
	struct task_struct *task = kmem_cache_alloc(task_cache, GFP_KERNEL);

	if (!task)
		return NULL;
	memset(task, 0, sizeof(*task));
	task->stack = stack_alloc();
	if (!task->stack) {
		kmem_cache_free(task_cache, task);
		return NULL;
	}
	task->state = TASK_UNINTERRUPTIBLE; /* until wake_up_new_task() */
	atomic_set(&task->usage, 1);
	task->group_leader = task;
	INIT_LIST_HEAD(&task->children);
	INIT_LIST_HEAD(&task->sibling);
	INIT_LIST_HEAD(&task->thread_group);
	INIT_LIST_HEAD(&task->run_node);
	init_waitqueue_head(&task->wait_child);
	init_waitqueue_head(&task->vfork_wait);
	sigpending_init(&task->pending);
	task->time_slice = TIME_SLICE;
	task->start_time = jiffies;
	return task;
}

void free_new_task(struct task_struct *task)
{
	if (task->pid > 0) {
		spin_lock(&tasklist_lock);
		__clear_bit((unsigned long)task->pid, pid_map);
		spin_unlock(&tasklist_lock);
	}
	thread_free(task);
	stack_free(task->stack);
	task->stack = NULL;
	put_task(task);
}

void put_task(struct task_struct *task)
{
	if (!atomic_dec_and_test(&task->usage))
		return;
	BUG_ON(task == &init_task || task->stack);
	kmem_cache_free(task_cache, task);
}

/* The ring of a process's threads is also walked by whoever sends it a signal. */
static void link_thread(struct task_struct *task)
{
	spin_lock(&task->signal->lock);
	list_add_tail(&task->thread_group, &task->group_leader->thread_group);
	spin_unlock(&task->signal->lock);
}

static void link_task(struct task_struct *task, struct list_head *before)
{
	assert_spin_locked(&tasklist_lock);
	list_add_tail(&task->tasks, before);
	list_add(&task->pid_node, pid_bucket(task->pid));
	__set_bit((unsigned long)task->pid, pid_map);
	if (thread_group_leader(task))
		list_add_tail(&task->sibling, &task->parent->children);
	else
		link_thread(task);
	task_count++;
	user_tasks += !task->kthread;
}

void task_link(struct task_struct *task)
{
	task->serial = ++last_serial;
	link_task(task, &all_tasks);
}

void task_link_at(struct task_struct *task, struct task_struct *old)
{
	struct list_head *behind = old->tasks.next;

	task->serial = old->serial;
	task_unlink(old);
	link_task(task, behind);
}

void task_unlink(struct task_struct *task)
{
	assert_spin_locked(&tasklist_lock);
	list_del(&task->tasks);
	list_del(&task->pid_node);
	list_del_init(&task->sibling);
	spin_lock(&task->signal->lock);
	list_del_init(&task->thread_group);
	spin_unlock(&task->signal->lock);
	__clear_bit((unsigned long)task->pid, pid_map);
	task->serial = 0;
	/* Whoever still holds the structure must not follow these to tasks that are gone. */
	task->group_leader = task;
	task->parent = &init_task;
	task_count--;
	user_tasks -= !task->kthread;
}

void task_now_user(struct task_struct *task)
{
	spin_lock(&tasklist_lock);
	task->kthread = false;
	user_tasks++;
	spin_unlock(&tasklist_lock);
}

unsigned int nr_user_tasks(void)
{
	return user_tasks;
}

void task_bury(struct task_struct *task)
{
	BUG_ON(task == current);
	thread_free(task);
	stack_free(task->stack);
	task->stack = NULL;
	put_task(task);
}

unsigned int nr_tasks(void)
{
	return task_count;
}

void task_init(void)
{
	int i;

	init_task.thread.esp0 = (u32)boot_stack + THREAD_SIZE;
	for (i = 0; i < PID_HASH_SIZE; i++)
		INIT_LIST_HEAD(&pid_hash[i]);
	task_cache = kmem_cache_create("task_struct", sizeof(struct task_struct), 0,
				       SLAB_HWCACHE_ALIGN | SLAB_PANIC, NULL);
}
