/* task.h - the guest's tasks and address spaces, as far as its hints tell. */
#ifndef TLBTRACE_TASK_H
#define TLBTRACE_TASK_H

#include "machine.h"

#define TASK_BUCKETS   4096u
#define TASK_MAX_DEPTH 64u /* open faults followed for one task */

struct task {
	struct task *next;
	uint64_t key; /* pid, or CR3 and TASK_BY_CR3 in a guest without hints */
	uint32_t pid, tgid;
	const char *name; /* a kept name, or NULL */
	bool dead;
	uint64_t ran;		       /* instructions up to `since` */
	uint64_t since;		       /* icount when it was switched to; while current */
	uint64_t rounds, rounds_since; /* the same in rounds of `rep` instructions */
	unsigned int depth;	       /* open faults */
	uint64_t open[TASK_MAX_DEPTH]; /* their sequence numbers, outermost first */
};

struct space {
	struct space *next;
	uint32_t cr3;
	uint32_t number;
};

struct tasks {
	bool hinted;		/* tasks have pids: the guest tells its switches, or is watched */
	bool watched;		/* the latter: its kernel does not say why a fault was, either */
	const uint64_t *rounds; /* see struct machine; set by the owner after tasks_init */
	struct task *current;
	struct task *bucket[TASK_BUCKETS];
	struct space *spaces[TASK_BUCKETS];
	uint32_t next_space;
};

/* tasks_init - no hints yet; an unnamed task runs. False: no memory. */
bool tasks_init(struct tasks *t);

/* tasks_free - drops all. */
void tasks_free(struct tasks *t);

/* tasks_hello - the guest has begun to give hints: the task that runs is pid 0. */
void tasks_hello(struct tasks *t);

/*
 * task_switch_pid - the guest says that it switches to @pid at @now.
 * task_switch_cr3 - CR3 was loaded; counts as a switch in a guest without hints.
 *
 * The task that lost the processor is returned in *left when it is dead and
 * now gone from the table: the caller closes its faults and calls task_free.
 * Return false when out of memory.
 */
bool task_switch_pid(struct tasks *t, uint32_t pid, uint32_t tgid, uint64_t now,
		     struct task **left);
bool task_switch_cr3(struct tasks *t, uint32_t cr3, uint64_t now);

/* task_exit - @task is dead. True: it was not running, is gone from the table
 * and is the caller's to free; else task_switch_pid will return it. */
bool task_exit(struct tasks *t, struct task *task);

/* task_find - by pid, or NULL. */
struct task *task_find(struct tasks *t, uint32_t pid);

/* task_free - gives back a task that is gone from the table. */
void task_free(struct task *task);

/* task_clock - instructions that @task has run up to @now. */
uint64_t task_clock(const struct tasks *t, const struct task *task, uint64_t now);

/* task_rounds - how many of them were rounds, see struct machine. */
uint64_t task_rounds(const struct tasks *t, const struct task *task);

/* space_of - number of the address space that CR3 value @cr3 means today; 0: no memory. */
uint32_t space_of(struct tasks *t, uint32_t cr3);

/* space_renew - a new address space begins at @cr3 (fork, exec). False: no memory. */
bool space_renew(struct tasks *t, uint32_t cr3);

#endif
