/*
 * waiting.c - what the guest's tasks were at when the run was ended from outside.
 *
 * All is read through the kernel's own page directory, as the one that happens to be loaded need
 * not have every task's stack. What cannot be read is 0 or ends the list; nothing read is trusted.
 *
 * A task's kernel stack, from its top down: the registers at the entry from user mode, then the
 * frames of the functions that called each other (saved EBP, return address), innermost last.
 */
#include "waiting.h"
#include "entry.h"
#include "recorder.h"
#include "rows.h"

#include <stdio.h>
#include <string.h>

#define PAGE_FAULT 14u
#define FIRST_IRQ  32u
#define STACK_MAX  0x10000u

/* Copies up to @len bytes; returns how many are there. */
static unsigned int read_bytes(struct recorder *r, uint32_t addr, void *buf, unsigned int len)
{
	unsigned int done, piece;
	uint64_t phys;

	for (done = 0; done < len; done += piece, addr += piece) {
		piece = 4096 - (addr & PAGE_MASK);
		if (piece > len - done)
			piece = len - done;
		if (!entry_translate(&r->m, &r->waiting.view, addr, &phys) ||
		    r->m.read_phys(r->m.ctx, phys, (char *)buf + done, piece) != piece)
			break;
	}
	return done;
}

static bool read_word(struct recorder *r, uint32_t addr, uint32_t *value)
{
	*value = 0;
	return read_bytes(r, addr, value, sizeof(*value)) == sizeof(*value);
}

/* The same, and 0 for what is not there. */
static uint32_t word(struct recorder *r, uint32_t addr)
{
	uint32_t value;

	read_word(r, addr, &value);
	return value;
}

/* A string of at most @max bytes without control characters: it may be no string at all. */
static void read_text(struct recorder *r, uint32_t addr, char text[WAITING_NAME_MAX],
		      unsigned int max)
{
	const unsigned int n =
		read_bytes(r, addr, text, max < WAITING_NAME_MAX ? max : WAITING_NAME_MAX - 1);

	text[n] = 0;
	names_printable(text);
}

static const char *state_word(char letter, bool runs)
{
	switch (letter) {
	case 'R':
		return runs ? "running" : "runnable";
	case 'S':
		return "sleeping";
	case 'D':
		return "uninterruptible";
	case 'T':
		return "stopped";
	case 'Z':
		return "zombie";
	case 'X':
		return "dead";
	default:
		return "?";
	}
}

static const char *read_state(struct recorder *r, uint32_t task, bool runs)
{
	const struct trace_tasks *at = &r->waiting.at;
	uint32_t state = word(r, task + at->task_state);
	char letter = 0;

	if (state < WAITING_NAME_MAX)
		read_bytes(r, at->states + state, &letter, 1);
	return state_word(letter, runs);
}

/* How it came into the kernel: a system call, or a trap with ~vector in the number's place. */
static void read_call(struct recorder *r, uint32_t regs, struct waiting_task *t)
{
	const struct trace_tasks *at = &r->waiting.at;
	uint32_t call, i;

	if (!read_word(r, regs + at->regs_call, &call))
		return;
	if (call & 0x80000000u) {
		snprintf(t->call, sizeof(t->call), "%s",
			 ~call == PAGE_FAULT ? "page fault"
			 : ~call < FIRST_IRQ ? "exception"
					     : "interrupt");
		return;
	}
	t->has_number = true;
	t->number = call;
	for (i = 0; i < 3; i++)
		t->args[i] = word(r, regs + at->regs_args + 4 * i);
	if (call < at->nr_calls)
		read_text(r, word(r, at->calls + 4 * call), t->call, WAITING_NAME_MAX);
	if (!t->call[0])
		strcpy(t->call, "?");
}

static void add_frame(struct recorder *r, struct waiting_task *t, uint32_t eip)
{
	const struct trace_tasks *at = &r->waiting.at;

	/* It is not the scheduler that waits, but who called it. */
	if (!t->frame_count && eip >= at->sched_start && eip < at->sched_end)
		return;
	if (t->frame_count < WAITING_FRAMES)
		t->frames[t->frame_count++] = eip;
}

/* Follows saved EBPs up the stack: each frame lies above the one before, so this ends. */
static void read_frames(struct recorder *r, struct waiting_task *t, uint32_t stack, uint32_t ebp)
{
	uint32_t low = stack, end = stack + r->waiting.at.stack_size, eip;

	while (ebp % 4 == 0 && ebp >= low && ebp < end && end - ebp >= 8 &&
	       t->frame_count < WAITING_FRAMES && read_word(r, ebp + 4, &eip)) {
		add_frame(r, t, eip);
		low = ebp + 4;
		ebp = word(r, ebp);
	}
}

static void read_task(struct recorder *r, uint32_t task, const struct stopped_cpu *cpu)
{
	const struct trace_tasks *at = &r->waiting.at;
	uint32_t stack = word(r, task + at->task_stack), esp = word(r, task + at->task_esp);
	uint32_t regs = stack + at->stack_size - at->regs_size;
	struct waiting_task t = {0};
	uint32_t eip;

	t.pid = word(r, task + at->task_pid);
	t.tgid = word(r, task + at->task_tgid);
	read_text(r, task + at->task_name, t.name, at->name_size);
	t.state = read_state(r, task, cpu != NULL);
	t.has_eip = (word(r, regs + at->regs_cs) & 3) == 3;
	t.eip = t.has_eip ? word(r, regs + at->regs_eip) : 0;
	if (cpu && cpu->cpl == 3) {
		t.has_eip = true;
		t.eip = cpu->eip; /* what is on its stack is of an entry that is over */
		row_waiting(r, &t);
		return;
	}
	if (t.has_eip)
		read_call(r, regs, &t);
	if (cpu) {
		t.frames[t.frame_count++] = cpu->eip; /* in the scheduler too: it may be that */
		read_frames(r, &t, stack, cpu->ebp);
	} else if (stack && strcmp(t.state, "zombie") && strcmp(t.state, "dead")) {
		if (read_word(r, esp + at->esp_frame + 4, &eip))
			add_frame(r, &t, eip);
		read_frames(r, &t, stack, word(r, esp + at->esp_frame));
	}
	row_waiting(r, &t);
}

bool waiting_hint(struct recorder *r, uint32_t addr)
{
	struct trace_tasks at;

	if (r->m.read_linear(r->m.ctx, addr, &at, sizeof(at)) != sizeof(at) ||
	    at.size < sizeof(at) || at.stack_size > STACK_MAX || at.regs_size > at.stack_size)
		return false;
	r->waiting.at = at;
	r->waiting.known = true;
	return true;
}

void waiting_write(struct recorder *r, const struct stopped_cpu *cpu)
{
	const struct trace_tasks *at = &r->waiting.at;
	uint32_t running, node, next, before, count;

	if (!r->waiting.known || r->finished || r->panicked ||
	    !r->m.view(r->m.ctx, &r->waiting.view))
		return;
	r->waiting.view.cr3 = at->page_dir;
	running = word(r, at->running);
	if (running)
		read_task(r, running, cpu); /* first; the idle task is in no list */
	before = at->list;
	node = word(r, before);
	for (count = 0; count < WAITING_TASKS_MAX && node != at->list; count++) {
		/* Each points back at the one before, or the list is broken: a ring would have no
		 * end. */
		if (!read_word(r, node, &next) || word(r, node + 4) != before)
			break;
		if (node - at->task_list != running)
			read_task(r, node - at->task_list, NULL);
		before = node;
		node = next;
	}
}
