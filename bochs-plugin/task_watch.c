/*
 * task_watch.c - which task runs, in a guest whose kernel does not say so.
 *
 * What is read is the guest's memory and may be anything. 32-bit paging without PAE, as all of
 * Debian's kernels for i386 without "pae" in their name.
 */
#include "task_watch.h"
#include "entry.h"
#include "recorder.h"
#include "rows.h"

#include <string.h>

#define NAME_MAX 64u

static bool read_word(struct recorder *r, uint64_t phys, uint32_t *value)
{
	return r->m.read_phys(r->m.ctx, phys, value, 4) == 4;
}

/* The task's name, without control characters. */
static const char *read_name(struct recorder *r, uint32_t task)
{
	char name[NAME_MAX + 1];
	unsigned int n = r->watch.at.name_size;

	n = r->m.read_linear(r->m.ctx, task + r->watch.at.task_name, name,
			     n < NAME_MAX ? n : NAME_MAX);
	name[n] = 0;
	names_printable(name);
	return names_keep(&r->names, name);
}

void watch_check(struct recorder *r)
{
	struct watch *w = &r->watch;
	uint32_t task, pid, tgid;
	struct cpu_view view;
	uint64_t phys;
	const char *name;

	if (!read_word(r, w->running, &task))
		return;
	if (task == w->task && read_word(r, w->pid, &pid) && pid == w->was_pid && !w->renamed)
		return;
	w->renamed = false;
	if (!r->m.view(r->m.ctx, &view) ||
	    !entry_translate(&r->m, &view, task + w->at.task_pid, &phys) ||
	    !read_word(r, phys, &pid) ||
	    r->m.read_linear(r->m.ctx, task + w->at.task_tgid, &tgid, 4) != 4)
		return;
	name = read_name(r, task);
	if (task == w->task && pid == w->was_pid && name == r->tasks.current->name)
		return;
	w->task = task;
	w->pid = phys;
	w->was_pid = pid;
	recorder_switch(r, &view, pid, tgid, view.cr3, name);
}

bool watch_hint(struct recorder *r, const struct cpu_view *view, uint32_t addr)
{
	struct watch *w = &r->watch;

	if (w->on || r->m.read_linear(r->m.ctx, addr, &w->at, sizeof(w->at)) != sizeof(w->at) ||
	    w->at.size < sizeof(w->at) || !entry_translate(&r->m, view, w->at.running, &w->running))
		return false;
	tasks_hello(&r->tasks);
	/* The first look comes with the next event: this one's own rows have no task yet. */
	r->tasks.watched = w->on = true;
	return true;
}
