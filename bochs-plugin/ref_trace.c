/* ref_trace.c - the guest's references, reduced, as rows of refs.csv. See ref_trace.h. */
#include "ref_trace.h"

#include <stdlib.h>
#include <string.h>

#define PAGES (1u << 20)

/* Bits of a use that the reduction keeps for us: those of the reference, and what is allowed. */
#define BITS_ALLOWED(bits) ((bits) >> 8 & 0xffu)

static void put_row(void *ctx, const struct reduction_use *use)
{
	static const char *const words[] = {"r", "w", "x"};
	struct ref_trace *t = ctx;
	const struct ref_row row = {
		.icount = use->time,
		.event = words[use->kind >> 1],
		.kind = use->bits & 0xff,
		.page = t->page_of[use->page],
		.eip = use->eip,
		.pid = use->owner,
		.space = t->space,
		.allowed = (uint8_t)BITS_ALLOWED(use->bits),
		.has_page = true,
		.global = use->bits & REF_GLOBAL,
		.uses = use->stands_for,
	};

	t->kept++;
	t->emit(t->ctx, &row);
}

struct ref_trace *ref_trace_new(uint32_t k, void (*emit)(void *ctx, const struct ref_row *row),
				void *ctx)
{
	struct ref_trace *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->emit = emit;
	t->ctx = ctx;
	t->slots = k < REF_TRACE_RECENT ? k : REF_TRACE_RECENT;
	t->reduction = reduction_new(k, put_row, t);
	t->number = calloc(PAGES, sizeof(*t->number));
	if (t->reduction && t->number)
		return t;
	ref_trace_free(t);
	return NULL;
}

void ref_trace_free(struct ref_trace *t)
{
	if (!t)
		return;
	reduction_free(t->reduction);
	free(t->number);
	free(t->page_of);
	free(t);
}

/* The page's number in this run. */
static uint32_t number_of(struct ref_trace *t, uint32_t page)
{
	const uint32_t known = t->number[page >> 12];
	uint32_t *larger;

	if (known < t->numbers && t->page_of[known] == page)
		return known;
	if (t->numbers == t->room) {
		larger = realloc(t->page_of, (2 * t->room + 256) * sizeof(*larger));
		if (!larger) {
			t->no_memory = true;
			return 0;
		}
		t->page_of = larger;
		t->room = 2 * t->room + 256;
	}
	t->page_of[t->numbers] = page;
	t->number[page >> 12] = t->numbers;
	return t->numbers++;
}

/* A use of the reduction, which stands for @uses references. */
static void use(struct ref_trace *t, uint32_t page, const struct reduction_use *of)
{
	struct reduction_use use = *of;

	use.page = number_of(t, page);
	use.owner = t->pid;
	use.kind = REF_TRACE_KIND(use.bits);
	t->references += use.stands_for;
	if (t->no_memory || !reduction_use(t->reduction, &use))
		t->no_memory = true;
}

/* The oldest of the noted uses, or NULL. */
static struct recent_use *oldest_noted(struct ref_trace *t)
{
	struct recent_use *oldest = NULL;
	unsigned int i;

	for (i = 0; i < t->slots; i++) {
		struct recent_use *r = &t->recent[i];

		if (r->valid && r->again && (!oldest || r->used < oldest->used))
			oldest = r;
	}
	return oldest;
}

/* What was noted comes in, in order. */
static void settle(struct ref_trace *t)
{
	struct recent_use *r;

	while ((r = oldest_noted(t))) {
		const struct reduction_use of = {
			.stands_for = r->again,
			.time = r->icount,
			.eip = r->eip,
			.bits = r->bits,
		};

		r->again = 0;
		use(t, r->page, &of);
	}
}

static void forget(struct ref_trace *t)
{
	unsigned int i;

	settle(t);
	for (i = 0; i < t->slots; i++)
		t->recent[i].valid = false;
}

/* An empty place among the last uses, or that of the one longest ago. */
static struct recent_use *recent_place(struct ref_trace *t)
{
	struct recent_use *oldest = t->recent;
	unsigned int i;

	for (i = 0; i < t->slots; i++) {
		struct recent_use *r = &t->recent[i];

		if (!r->valid)
			return r;
		if (r->used < oldest->used)
			oldest = r;
	}
	return oldest;
}

void ref_trace_put(struct ref_trace *t, const struct model_ref *ref, uint64_t icount)
{
	const struct reduction_use of = {
		.stands_for = 1,
		.time = icount,
		.eip = ref->eip,
		.bits = ref->kind | (uint32_t)ref->allowed << 8,
	};

	settle(t);
	use(t, ref->page, &of);
	*recent_place(t) = (struct recent_use){
		.page = ref->page,
		.kind = REF_TRACE_KIND(ref->kind),
		.bits = of.bits,
		.valid = true,
		.used = ++t->clock,
	};
}

/* Nothing before this is left out for what comes. */
static void end_run(struct ref_trace *t)
{
	forget(t);
	reduction_end(t->reduction);
	t->numbers = 0;
}

void ref_trace_event(struct ref_trace *t, const struct ref_row *row)
{
	end_run(t);
	t->space = row->space;
	if (t->on && row->event)
		t->emit(t->ctx, row);
}

void ref_trace_turn(struct ref_trace *t, uint32_t pid, uint32_t space, bool on)
{
	if (pid != t->pid) /* the noted ones are the other task's */
		forget(t);
	if (on != t->on || space != t->space)
		end_run(t);
	t->pid = pid;
	t->space = space;
	t->on = on;
}
