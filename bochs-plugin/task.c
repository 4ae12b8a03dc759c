/*
 * task.c - the guest's tasks and address spaces, as far as its hints tell.
 *
 * A task is known by its pid once the guest gives hints, and by CR3 before
 * that or without them. Each has a clock that runs only while it has the
 * processor, so that a fault which sleeps is not charged with others' work.
 *
 * An address space has a number of its own: page directories are reused, and
 * a page that is new to the second user of a directory must count as new.
 */
#include "task.h"
#include "fill_reason.h"

#include <stdlib.h>

#define TASK_BY_CR3 (1ull << 32)
#define CR3_BASE    0xffffffe0u /* PAE's table is 32-byte aligned */

static unsigned int bucket_of(uint64_t key)
{
	return (key * 0x9e3779b97f4a7c15ull) >> 52;
}

static struct task *find(struct tasks *t, uint64_t key)
{
	struct task *task = t->bucket[bucket_of(key)];

	while (task && task->key != key)
		task = task->next;
	return task;
}

static struct task *find_or_add(struct tasks *t, uint64_t key)
{
	struct task *task = find(t, key);

	if (task)
		return task;
	task = calloc(1, sizeof(*task));
	if (!task)
		return NULL;
	task->key = key;
	task->next = t->bucket[bucket_of(key)];
	t->bucket[bucket_of(key)] = task;
	return task;
}

static void take_out(struct tasks *t, struct task *task)
{
	struct task **link = &t->bucket[bucket_of(task->key)];

	while (*link != task)
		link = &(*link)->next;
	*link = task->next;
}

bool tasks_init(struct tasks *t)
{
	static const uint64_t none;

	t->rounds = &none;
	t->next_space = SPACE_GLOBAL + 1;
	t->current = find_or_add(t, TASK_BY_CR3);
	return t->current != NULL;
}

void tasks_free(struct tasks *t)
{
	struct space *space;
	struct task *task;
	unsigned int i;

	for (i = 0; i < TASK_BUCKETS; i++) {
		while ((task = t->bucket[i])) {
			t->bucket[i] = task->next;
			free(task);
		}
		while ((space = t->spaces[i])) {
			t->spaces[i] = space->next;
			free(space);
		}
	}
	t->current = NULL;
}

void tasks_hello(struct tasks *t)
{
	if (t->hinted)
		return;
	t->hinted = true;
	take_out(t, t->current);
	t->current->key = 0;
	t->current->next = t->bucket[bucket_of(0)];
	t->bucket[bucket_of(0)] = t->current;
}

static void switch_to(struct tasks *t, struct task *task, uint64_t now)
{
	t->current->ran += now - t->current->since;
	t->current->rounds += *t->rounds - t->current->rounds_since;
	task->since = now;
	task->rounds_since = *t->rounds;
	t->current = task;
}

bool task_switch_pid(struct tasks *t, uint32_t pid, uint32_t tgid, uint64_t now, struct task **left)
{
	struct task *task, *old = t->current;

	*left = NULL;
	tasks_hello(t);
	task = find_or_add(t, pid);
	if (!task)
		return false;
	task->pid = pid;
	task->tgid = tgid;
	if (task == old)
		return true;
	switch_to(t, task, now);
	if (old->dead) {
		take_out(t, old);
		*left = old;
	}
	return true;
}

bool task_switch_cr3(struct tasks *t, uint32_t cr3, uint64_t now)
{
	struct task *task;

	if (t->hinted)
		return true;
	task = find_or_add(t, TASK_BY_CR3 | (cr3 & CR3_BASE));
	if (!task)
		return false;
	if (task != t->current)
		switch_to(t, task, now);
	return true;
}

bool task_exit(struct tasks *t, struct task *task)
{
	task->dead = true;
	if (task == t->current)
		return false;
	take_out(t, task);
	return true;
}

struct task *task_find(struct tasks *t, uint32_t pid)
{
	return t->hinted ? find(t, pid) : NULL;
}

void task_free(struct task *task)
{
	free(task);
}

uint64_t task_clock(const struct tasks *t, const struct task *task, uint64_t now)
{
	return task->ran + (task == t->current ? now - task->since : 0);
}

uint64_t task_rounds(const struct tasks *t, const struct task *task)
{
	return task->rounds + (task == t->current ? *t->rounds - task->rounds_since : 0);
}

static struct space *space_find(struct tasks *t, uint32_t cr3)
{
	struct space *space = t->spaces[bucket_of(cr3)];

	while (space && space->cr3 != cr3)
		space = space->next;
	return space;
}

uint32_t space_of(struct tasks *t, uint32_t cr3)
{
	struct space *space;

	cr3 &= CR3_BASE;
	space = space_find(t, cr3);
	if (space)
		return space->number;
	space = malloc(sizeof(*space));
	if (!space)
		return 0;
	space->cr3 = cr3;
	space->number = t->next_space++;
	space->next = t->spaces[bucket_of(cr3)];
	t->spaces[bucket_of(cr3)] = space;
	return space->number;
}

bool space_renew(struct tasks *t, uint32_t cr3)
{
	struct space *space = space_find(t, cr3 & CR3_BASE);

	if (!space)
		return space_of(t, cr3) != 0;
	space->number = t->next_space++;
	return true;
}
