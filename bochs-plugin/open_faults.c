/*
 * open_faults.c - page faults from delivery to return.
 *
 * Each task has a stack of open faults, for a fault may be taken inside the
 * handling of another, and tasks sleep in the middle of theirs. A fault ends
 *
 *   - when its task goes back to user mode: then all of the task's have ended;
 *   - taken in the kernel: with the IRET that finds the stack as it was, to
 *     the same instruction or, after a fixup, to another; inner ones that never
 *     returned (a handler left by a jump) end with it;
 *   - when its task is dead.
 *
 * Rows are to stand in the order of delivery, but are known in the order of
 * return. So closed faults wait in a ring until all older ones are closed:
 *
 *      first            next          o open, x closed
 *        v                v           when the one at `first` closes, four
 *    ... o x x x o x o x  .  .        rows can go out
 *
 * A fault that never returns would hold the ring for ever; when the ring is
 * full the oldest goes out without a cost.
 */
#include "open_faults.h"

#include <stdlib.h>

bool faults_init(struct faults *f, fault_emit emit, void *ctx)
{
	*f = (struct faults){.emit = emit, .ctx = ctx};
	f->ring = calloc(FAULT_WINDOW, sizeof(*f->ring));
	return f->ring != NULL;
}

void faults_free(struct faults *f)
{
	free(f->ring);
	f->ring = NULL;
}

/* The fault with number @seq, or NULL when its row has gone out already. */
static struct fault *get(struct faults *f, uint64_t seq)
{
	return seq < f->first ? NULL : &f->ring[seq % FAULT_WINDOW];
}

static void emit_closed(struct faults *f)
{
	while (f->first < f->next && f->ring[f->first % FAULT_WINDOW].closed)
		f->emit(f->ctx, &f->ring[f->first++ % FAULT_WINDOW]);
}

static void force_oldest(struct faults *f)
{
	f->ring[f->first % FAULT_WINDOW].no_return = true;
	f->emit(f->ctx, &f->ring[f->first++ % FAULT_WINDOW]);
	f->forced++;
	emit_closed(f);
}

/*
 * Closes the task's open faults down to and with the one at stack place @level; @returns: by going
 * on in their address space.
 */
static void close_from(struct faults *f, struct tasks *t, struct task *task, unsigned int level,
		       uint64_t now, bool returns)
{
	struct fault *fault;

	while (task->depth > level) {
		fault = get(f, task->open[--task->depth]);
		if (!fault)
			continue;
		fault->cost = task_clock(t, task, now) - fault->ran;
		fault->rounds = task_rounds(t, task) - fault->rounds_before;
		fault->closed = true;
		if (returns && f->returns)
			f->returns(f->ctx, fault);
	}
	emit_closed(f);
}

void fault_open(struct faults *f, struct tasks *t, const struct fault *what)
{
	struct task *task = t->current;
	struct fault *fault;

	if (task->depth == TASK_MAX_DEPTH) /* runaway recursion: the innermost gives way */
		close_from(f, t, task, TASK_MAX_DEPTH - 1, what->icount, false);
	if (f->next - f->first == FAULT_WINDOW)
		force_oldest(f);
	task->open[task->depth++] = f->next;
	fault = &f->ring[f->next++ % FAULT_WINDOW];
	*fault = *what;
	fault->depth = task->depth;
	fault->has_pid = t->hinted;
	fault->pid = task->pid;
	fault->tgid = task->tgid;
	fault->ran = task_clock(t, task, what->icount);
	fault->rounds_before = task_rounds(t, task);
}

void fault_hint(struct faults *f, struct task *task, uint32_t addr, unsigned int cause, bool major,
		const char *vma)
{
	unsigned int level = task->depth;
	struct fault *fault;

	while (level--) {
		fault = get(f, task->open[level]);
		if (!fault || fault->addr != addr || fault->cause)
			continue;
		fault->cause = cause;
		fault->major = major;
		fault->vma = vma;
		f->major += major;
		f->causes[cause]++;
		return;
	}
	f->unmatched++;
}

void fault_user_return(struct faults *f, struct tasks *t, uint64_t now)
{
	if (t->current->depth)
		close_from(f, t, t->current, 0, now, true);
}

void fault_kernel_return(struct faults *f, struct tasks *t, uint64_t now, uint32_t eip,
			 uint32_t esp)
{
	struct task *task = t->current;
	unsigned int level = task->depth;
	struct fault *fault;

	while (level--) {
		fault = get(f, task->open[level]);
		if (!fault || fault->from_user || fault->esp != esp)
			continue;
		/* A guest without hints does not say that it is a fixup. */
		if (fault->eip == eip || fault->cause == TRACE_CAUSE_FIXUP || !t->hinted ||
		    t->watched) {
			close_from(f, t, task, level, now, true);
			return;
		}
	}
}

void fault_exit(struct faults *f, struct tasks *t, struct task *task, uint64_t now)
{
	close_from(f, t, task, 0, now, false);
}

void faults_finish(struct faults *f)
{
	while (f->first < f->next) {
		f->ring[f->first % FAULT_WINDOW].no_return =
			!f->ring[f->first % FAULT_WINDOW].closed;
		f->forced += !f->ring[f->first % FAULT_WINDOW].closed;
		f->emit(f->ctx, &f->ring[f->first++ % FAULT_WINDOW]);
	}
}
