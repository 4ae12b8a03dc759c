/*
 * test_faults.c - page faults under way, tasks and address spaces, against a simple model.
 *
 * The model does the same with plain arrays and loops. Random events go to
 * both, and what comes out must be equal.
 */
#include "check.h"
#include "open_faults.h"
#include "kernel/trace_port.h"
#include "fill_reason.h"

#include <stdlib.h>

/* --- faults --------------------------------------------------------------------------------- */

#define TASKS 4u

/* The model of a fault: while its task runs, every instruction adds to the cost. */
struct model_fault {
	uint64_t cost, rounds;
	uint32_t addr, eip, esp;
	unsigned int task, depth, cause;
	bool open, from_user;
};

static struct model_fault model_faults[100000];
static unsigned int model_count, emitted;
static uint64_t all_rounds;

static void compare_fault(void *ctx, const struct fault *f)
{
	struct model_fault *want = &model_faults[emitted];

	(void)ctx;
	CHECK_EQ(f->error, emitted); /* the test puts a number there */
	CHECK_EQ(f->addr, want->addr);
	CHECK_EQ(f->pid, want->task);
	CHECK_EQ(f->depth, want->depth);
	CHECK_EQ(f->cause, want->cause);
	CHECK_EQ(f->no_return, want->open);
	if (!want->open) {
		CHECK_EQ(f->cost, want->cost);
		CHECK_EQ(f->rounds, want->rounds);
	}
	emitted++;
}

static unsigned int model_depth(unsigned int task)
{
	unsigned int i, depth = 0;

	for (i = 0; i < model_count; i++)
		depth += model_faults[i].open && model_faults[i].task == task;
	return depth;
}

/* Closes the task's faults that are deeper than @depth. */
static void model_close(unsigned int task, unsigned int depth)
{
	unsigned int i;

	for (i = 0; i < model_count; i++)
		if (model_faults[i].open && model_faults[i].task == task &&
		    model_faults[i].depth > depth)
			model_faults[i].open = false;
}

static void model_run(unsigned int task, uint64_t instructions)
{
	uint32_t rounds = below((uint32_t)instructions + 1);
	unsigned int i;

	all_rounds += rounds;
	for (i = 0; i < model_count; i++)
		if (model_faults[i].open && model_faults[i].task == task) {
			model_faults[i].cost += instructions;
			model_faults[i].rounds += rounds;
		}
}

static void take_fault(struct faults *f, struct tasks *t, unsigned int task, uint64_t now)
{
	struct model_fault *m = &model_faults[model_count];
	unsigned int depth = model_depth(task);

	if (depth >= 6)
		return;
	*m = (struct model_fault){.task = task,
				  .depth = depth + 1,
				  .open = true,
				  .addr = below(8) << 12,
				  .eip = random32(),
				  .esp = 0x1000 - depth * 64,
				  .from_user = depth == 0 && below(2)};
	fault_open(f, t,
		   &(struct fault){.icount = now,
				   .addr = m->addr,
				   .eip = m->eip,
				   .esp = m->esp,
				   .from_user = m->from_user,
				   .error = model_count});
	model_count++;
}

static void give_hint(struct faults *f, struct tasks *t, unsigned int task)
{
	unsigned int cause = 1 + below(TRACE_CAUSE_END - 1), i = model_count;
	uint32_t addr = below(8) << 12;
	uint64_t unmatched = f->unmatched, major = f->major, same = f->causes[cause];
	bool waited = below(2);

	fault_hint(f, t->current, addr, cause, waited, NULL);
	while (i--) {
		if (model_faults[i].open && model_faults[i].task == task &&
		    model_faults[i].addr == addr && !model_faults[i].cause) {
			model_faults[i].cause = cause;
			CHECK_EQ(f->unmatched, unmatched);
			CHECK_EQ(f->major, major + waited);
			CHECK_EQ(f->causes[cause], same + 1);
			return;
		}
	}
	CHECK_EQ(f->unmatched, unmatched + 1);
	CHECK_EQ(f->causes[cause], same);
}

/* An IRET in the kernel, to one of the task's open faults, or to nowhere. */
static void return_in_kernel(struct faults *f, struct tasks *t, unsigned int task, uint64_t now)
{
	unsigned int i, level = below(7);
	bool other_eip = below(2);

	for (i = 0; i < model_count; i++) {
		if (!model_faults[i].open || model_faults[i].task != task ||
		    model_faults[i].depth != level)
			continue;
		if (!model_faults[i].from_user &&
		    (!other_eip || model_faults[i].cause == TRACE_CAUSE_FIXUP))
			model_close(task, level - 1);
		fault_kernel_return(f, t, now, model_faults[i].eip ^ (other_eip ? 4 : 0),
				    model_faults[i].esp);
		return;
	}
	fault_kernel_return(f, t, now, 0, 1);
}

static void random_faults(unsigned int rounds)
{
	struct tasks *t = calloc(1, sizeof(*t));
	unsigned int task = 0, other;
	struct task *left;
	struct faults f;
	uint64_t now = 0;
	uint32_t step;

	model_count = emitted = 0;
	CHECK(tasks_init(t) && faults_init(&f, compare_fault, NULL));
	t->rounds = &all_rounds;
	tasks_hello(t);
	while (rounds--) {
		step = below(50);
		model_run(task, step);
		now += step;
		switch (below(8)) {
		case 0:
			other = below(TASKS);
			CHECK(task_switch_pid(t, other, other, now, &left) && !left);
			task = other;
			break;
		case 1:
			model_close(task, 0);
			fault_user_return(&f, t, now);
			break;
		case 2:
		case 3:
			return_in_kernel(&f, t, task, now);
			break;
		case 4:
			give_hint(&f, t, task);
			break;
		default:
			take_fault(&f, t, task, now);
		}
	}
	faults_finish(&f);
	CHECK_EQ(emitted, model_count);
	faults_free(&f);
	tasks_free(t);
	free(t);
}

static void fault_order_and_cost(void)
{
	int i;

	for (i = 0; i < 200; i++)
		random_faults(200);
}

static unsigned int emitted_open, emitted_closed;

static void count_fault(void *ctx, const struct fault *f)
{
	uint64_t *last = ctx;

	CHECK(f->icount > *last);
	*last = f->icount;
	*(f->no_return ? &emitted_open : &emitted_closed) += 1;
}

/* A task that sleeps for ever in its fault holds back no more than the window. */
static void fault_window(void)
{
	struct tasks *t = calloc(1, sizeof(*t));
	struct fault what = {0};
	uint64_t last = 0, i;
	struct task *left;
	struct faults f;

	emitted_open = emitted_closed = 0;
	CHECK(tasks_init(t) && faults_init(&f, count_fault, &last));
	CHECK(task_switch_pid(t, 1, 1, 0, &left));
	what.icount = 1;
	fault_open(&f, t, &what);
	CHECK(task_switch_pid(t, 2, 2, 2, &left));
	for (i = 2; i < FAULT_WINDOW + 100; i++) {
		what.icount = i;
		fault_open(&f, t, &what);
		fault_user_return(&f, t, i);
	}
	CHECK_EQ(emitted_open, 1);
	CHECK_EQ(f.forced, 1);
	CHECK(task_switch_pid(t, 1, 1, i, &left));
	fault_user_return(&f, t, i); /* it returns after all: too late */
	faults_finish(&f);
	CHECK_EQ(emitted_open, 1);
	CHECK_EQ(emitted_closed, FAULT_WINDOW + 98);
	faults_free(&f);
	tasks_free(t);
	free(t);
}

/* Deeper than is followed: counted, emitted, and no more. */
static void fault_recursion(void)
{
	struct tasks *t = calloc(1, sizeof(*t));
	struct fault what = {0};
	uint64_t last = 0, i;
	struct faults f;

	emitted_open = emitted_closed = 0;
	CHECK(tasks_init(t) && faults_init(&f, count_fault, &last));
	for (i = 1; i <= 3 * TASK_MAX_DEPTH; i++) {
		what.icount = i;
		fault_open(&f, t, &what);
	}
	CHECK_EQ(t->current->depth, TASK_MAX_DEPTH);
	fault_exit(&f, t, t->current, i);
	faults_finish(&f);
	CHECK_EQ(emitted_closed, 3 * TASK_MAX_DEPTH);
	CHECK_EQ(emitted_open, 0);
	faults_free(&f);
	tasks_free(t);
	free(t);
}

/* --- tasks and address spaces --------------------------------------------------------------- */

static void tasks_by_cr3(void)
{
	struct tasks *t = calloc(1, sizeof(*t));
	struct task *a, *b, *left;

	CHECK(tasks_init(t));
	CHECK(task_switch_cr3(t, 0x1000, 10));
	a = t->current;
	CHECK(task_switch_cr3(t, 0x2000, 30));
	b = t->current;
	CHECK(a != b);
	CHECK_EQ(task_clock(t, a, 100), 20);
	CHECK_EQ(task_clock(t, b, 100), 70);
	CHECK(task_switch_cr3(t, 0x1018, 40)); /* cache bits are not part of the address */
	CHECK(t->current == a);
	CHECK(task_find(t, 5) == NULL);
	/* The first hint names the task that runs; CR3 then says nothing any more. */
	CHECK(task_switch_pid(t, 5, 4, 50, &left) && !left);
	CHECK(task_find(t, 5) == t->current && t->current->tgid == 4);
	CHECK(task_find(t, 0) == a);
	CHECK(task_switch_cr3(t, 0x3000, 60) && task_find(t, 5) == t->current);
	tasks_free(t);
	free(t);
}

static void dying_tasks(void)
{
	struct tasks *t = calloc(1, sizeof(*t));
	struct task *one, *left;

	CHECK(tasks_init(t));
	CHECK(task_switch_pid(t, 1, 1, 0, &left));
	one = t->current;
	CHECK(!task_exit(t, one)); /* still running */
	CHECK(task_switch_pid(t, 2, 2, 0, &left) && left == one);
	CHECK(task_find(t, 1) == NULL);
	task_free(left);
	CHECK(task_switch_pid(t, 3, 3, 0, &left) && !left);
	one = task_find(t, 2);
	CHECK(task_exit(t, one)); /* not running: gone at once */
	task_free(one);
	CHECK(task_find(t, 2) == NULL);
	tasks_free(t);
	free(t);
}

static void spaces(void)
{
	struct tasks *t = calloc(1, sizeof(*t));
	uint32_t a, b, i;

	CHECK(tasks_init(t));
	a = space_of(t, 0x1000);
	b = space_of(t, 0x2000);
	CHECK(a > SPACE_GLOBAL && b > SPACE_GLOBAL && a != b);
	CHECK_EQ(space_of(t, 0x1008), a);
	CHECK(space_renew(t, 0x1000));
	CHECK(space_of(t, 0x1000) != a && space_of(t, 0x1000) != b);
	CHECK_EQ(space_of(t, 0x2000), b);
	for (i = 0; i < 20000; i++)
		CHECK_EQ(space_of(t, i << 12), space_of(t, i << 12));
	tasks_free(t);
	free(t);
}

static const struct check_test tests[] = {
	{"fault: order, depth, cause and cost equal the model's", fault_order_and_cost},
	{"fault: one that never returns holds back a window, no more", fault_window},
	{"fault: endless recursion is survived", fault_recursion},
	{"task: by CR3 until the guest gives hints", tasks_by_cr3},
	{"task: the dead are returned once", dying_tasks},
	{"task: address spaces have numbers of their own", spaces},
};

CHECK_MAIN(tests)
