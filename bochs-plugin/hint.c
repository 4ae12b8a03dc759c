/*
 * hint.c - what the guest says of itself.
 *
 * One function an operation of trace_port.h. The guest is not trusted: every
 * string is bounded, every address may be unreadable, and a hint that makes
 * no sense is counted and otherwise ignored.
 */
#include "outcome.h"
#include "reclaim.h"
#include "recorder.h"
#include "refs.h"
#include "rows.h"

#include <stdio.h>
#include <string.h>

/* Copies the string at linear address @addr; an unreadable one is empty. */
static const char *guest_string(struct recorder *r, uint32_t addr, char text[TRACE_STR_MAX])
{
	unsigned int n;

	if (!addr)
		return "";
	n = r->m.read_linear(r->m.ctx, addr, text, TRACE_STR_MAX);
	if (!n) {
		r->tally.bad_hints++;
		return "";
	}
	text[n < TRACE_STR_MAX ? n : TRACE_STR_MAX - 1] = 0;
	return text;
}

static const char *guest_name(struct recorder *r, uint32_t addr)
{
	char text[TRACE_STR_MAX];

	return addr ? names_keep(&r->names, guest_string(r, addr, text)) : NULL;
}

static void hello(struct recorder *r, const struct cpu_view *view, const struct hint *h)
{
	if (h->ebx != TRACE_VERSION) {
		recorder_trouble(r,
				 "the guest speaks version %u of the trace protocol, this plugin "
				 "version %u: build both from the same sources",
				 h->ebx, TRACE_VERSION);
		return;
	}
	r->hint_version = h->ebx;
	r->banner = guest_name(r, h->esi);
	/* A program cannot tell which task runs. */
	if (view->cpl == 3)
		r->by_program = true;
	else
		tasks_hello(&r->tasks);
	refs_task(r, "");
}

static void switch_task(struct recorder *r, const struct cpu_view *view, const struct hint *h)
{
	recorder_latency(r, LATENCY_NO_RESCHED, view->icount, view->eip);
	recorder_switch(r, view, h->ebx, h->ecx, h->esi, guest_name(r, h->edi));
}

/* A new address space begins at CR3 value @cr3; it may be the one in use. */
static void new_space(struct recorder *r, uint32_t cr3)
{
	const uint32_t from = r->space;

	if (!space_renew(&r->tasks, cr3))
		recorder_trouble(r, "out of memory for address spaces");
	r->space = space_of(&r->tasks, r->cr3);
	refs_space(r, from);
}

static void fork_task(struct recorder *r, const struct cpu_view *view, const struct hint *h)
{
	char name[TRACE_STR_MAX];

	new_space(r, h->esi);
	row_task(r, view, "fork", h->ebx, h->ecx, h->esi, guest_string(r, h->edi, name));
}

static void clone_task(struct recorder *r, const struct cpu_view *view, const struct hint *h)
{
	char name[TRACE_STR_MAX];

	row_task(r, view, "clone", h->ebx, h->ecx, h->esi, guest_string(r, h->edi, name));
}

static void exec_task(struct recorder *r, const struct cpu_view *view, const struct hint *h)
{
	char name[TRACE_STR_MAX];
	const char *kept = guest_string(r, h->edi, name);

	new_space(r, h->esi);
	row_task(r, view, "exec", h->ebx, h->ecx, h->esi, kept);
	if (r->tasks.current->pid == h->ebx)
		refs_task(r, kept);
}

static void exit_task(struct recorder *r, const struct cpu_view *view, const struct hint *h)
{
	struct task *task = task_find(&r->tasks, h->ebx);
	const char *name = task && task->name ? task->name : "";

	row_task(r, view, "exit", h->ebx, h->ecx, h->esi, name);
	if (!task)
		return; /* never ran */
	fault_exit(&r->faults, &r->tasks, task, view->icount);
	if (task_exit(&r->tasks, task))
		task_free(task);
}

static void fault_cause(struct recorder *r, const struct cpu_view *view, const struct hint *h)
{
	(void)view;
	if (h->ebx == TRACE_CAUSE_NONE || h->ebx >= TRACE_CAUSE_END) {
		r->tally.bad_hints++;
		return;
	}
	fault_hint(&r->faults, r->tasks.current, h->esi, h->ebx, h->ecx == 1,
		   guest_name(r, h->edi));
}

static void area(struct recorder *r, const struct cpu_view *view, const struct hint *h)
{
	static const char *const events[] = {"map", "unmap", "change"};
	char text[TRACE_STR_MAX];
	struct trace_vma vma;
	const char *name;

	if (h->ebx > TRACE_VMA_CHANGE ||
	    r->m.read_linear(r->m.ctx, h->esi, &vma, sizeof(vma)) != sizeof(vma) ||
	    vma.end - 1 < vma.start) {
		r->tally.bad_hints++;
		return;
	}
	name = guest_string(r, vma.name, text);
	row_vma(r, view->icount, events[h->ebx], &vma, name);
	refs_area(r, h->ebx, &vma, name);
}

static void mark(struct recorder *r, const struct cpu_view *view, const struct hint *h)
{
	char text[TRACE_STR_MAX];
	const char *label = guest_string(r, h->esi, text);

	row_mark(r, view->icount, h->ebx, label);
	buddy_look(r, view->icount);
	/* Bochs's file of the console too: should the emulator be killed, it is whole up to here.
	 */
	fflush(NULL);
	__atomic_store_n(&r->phase, names_keep(&r->names, label), __ATOMIC_RELAXED);
	if (r->opt.start[0] && !strcmp(label, r->opt.start))
		recorder_start(r, view->icount);
	if (r->opt.stop[0] && !strcmp(label, r->opt.stop))
		recorder_stop(r, view->icount);
	refs_phase(r, label);
}

static void counter(struct recorder *r, const struct cpu_view *view, const struct hint *h)
{
	const char *name = guest_name(r, h->esi);
	unsigned int i = 0;

	(void)view;
	if (!name) {
		r->tally.bad_hints++;
		return;
	}
	while (i < r->counter_count && r->counters[i].name != name)
		i++;
	if (i == COUNTERS_MAX) {
		r->tally.bad_hints++;
		return;
	}
	if (i == r->counter_count)
		r->counter_count++;
	r->counters[i].name = name;
	r->counters[i].value = (uint64_t)h->ecx << 32 | h->ebx;
}

static void output(struct recorder *r, const struct cpu_view *view, const struct hint *h)
{
	uint32_t addr = h->esi, left = h->ecx;
	unsigned int want, got;
	char piece[4096];

	(void)view;
	if (h->ebx < 1 || h->ebx > 2 || left > TRACE_OUTPUT_MAX) {
		r->tally.bad_hints++;
		return;
	}
	while (left) {
		want = left < sizeof(piece) ? left : sizeof(piece);
		got = r->m.read_linear(r->m.ctx, addr, piece, want);
		sink_bytes(r->stream[h->ebx - 1], piece, got);
		if (got != want) {
			r->tally.bad_hints++;
			return;
		}
		addr += got;
		left -= got;
	}
}

static void finish(struct recorder *r, const struct cpu_view *view, const struct hint *h)
{
	(void)view;
	r->finished = true;
	r->selftest = h->ebx;
	r->prog_status = h->ecx;
}

/* The running task's turn is over and another one could run. The kernel may say so repeatedly. */
static void resched(struct recorder *r, const struct cpu_view *view, const struct hint *h)
{
	latency_begin(&r->latency, LATENCY_NO_RESCHED, view->icount, h->ebx ? h->ebx : view->eip);
}

static void panicked(struct recorder *r, const struct cpu_view *view, const struct hint *h)
{
	char message[TRACE_STR_MAX];

	(void)view;
	outcome_panic(r, guest_string(r, h->esi, message));
}

static void tasks_are(struct recorder *r, const struct cpu_view *view, const struct hint *h)
{
	if (view->cpl == 3 ? !watch_hint(r, view, h->esi) : !waiting_hint(r, h->esi))
		r->tally.bad_hints++;
}

static void disk_work(struct recorder *r, const struct cpu_view *view, const struct hint *h)
{
	const struct io_moment now = {view->icount, r->m.usec ? r->m.usec(r->m.ctx) : 0};
	struct trace_io what;
	struct io io;
	bool known;

	if (h->ebx == TRACE_IO_QUEUED) {
		io_queued(&r->io, h->ecx, r->tasks.current->pid, now);
	} else if (h->ebx == TRACE_IO_STARTED) {
		if (!io_started(&r->io, h->ecx, now))
			r->tally.bad_hints++;
	} else if (h->ebx != TRACE_IO_DONE ||
		   r->m.read_linear(r->m.ctx, h->esi, &what, sizeof(what)) != sizeof(what) ||
		   what.why >= TRACE_IO_WHY_END) {
		r->tally.bad_hints++;
	} else {
		known = io_done(&r->io, h->ecx, &io);
		row_io(r, &what, &io, known, now);
	}
}

static void reclaimed(struct recorder *r, const struct cpu_view *view, const struct hint *h)
{
	if (!reclaim_hint(r, view->icount, h))
		r->tally.bad_hints++;
}

static void frames_are(struct recorder *r, const struct cpu_view *view, const struct hint *h)
{
	(void)view;
	if (!frame_use_hint(r, h->esi))
		r->tally.bad_hints++;
}

static void window_area(struct recorder *r, const struct cpu_view *view, const struct hint *h)
{
	(void)view;
	if (!frame_use_area(r, h->ebx, h->ecx, h->esi))
		r->tally.bad_hints++;
}

void recorder_hint(struct recorder *r, const struct hint *h)
{
	static void (*const handlers[])(struct recorder *, const struct cpu_view *,
					const struct hint *) = {
		hello,	   switch_task, fork_task, clone_task, exec_task,   exit_task, fault_cause,
		area,	   mark,	counter,   output,     finish,	    resched,   panicked,
		tasks_are, disk_work,	reclaimed, frames_are, window_area,
	};
	struct cpu_view view;

	_Static_assert(sizeof(handlers) / sizeof(handlers[0]) == TRACE_OP_END - TRACE_HELLO,
		       "one handler an operation");
	if (h->eax < TRACE_HELLO || h->eax >= TRACE_OP_END)
		return; /* not one of ours: some program's own OUT */
	/* To see whether a program may use the port the CPU reads the TSS: that walk comes first.
	 */
	recorder_settle(r);
	if (!r->m.view(r->m.ctx, &view))
		return;
	if (r->watch.on)
		watch_check(r);
	/* Of the programs only process 1 speaks for the guest; any other may name its phases. */
	if (view.cpl == 3 && r->watch.on && r->watch.was_pid != 1 && h->eax != TRACE_MARK) {
		r->tally.bad_hints++;
		return;
	}
	handlers[h->eax - TRACE_HELLO](r, &view, h);
	recorder_check_writer(r);
}
