/*
 * test_reduction.c - the references of refs.csv against all that there were: random strings, and
 * LRU and OPT word by word.
 */
#include "check.h"
#include "ref_trace.h"

#define REFS   500u
#define PAGES  20u
#define OWNERS 3u
#define EVENT  255u /* a kind: not a reference */

struct item {
	uint32_t page, kind, owner;
	uint64_t time, uses;
};

struct items {
	struct item all[REFS];
	unsigned int count;
};

static struct items whole, kept;
static const uint32_t bits_of[] = {
	0, REF_USER, REF_WRITE, REF_WRITE | REF_USER, REF_CODE, REF_CODE | REF_USER,
};

static uint32_t address(uint32_t page)
{
	return page << 12 | (page & 1 ? 0xc0000000u : 0x08000000u);
}

static uint32_t page_at(uint32_t addr)
{
	return addr >> 12 & 0xff;
}

static void add(struct items *items, const struct item *item)
{
	CHECK(items->count < REFS);
	if (items->count < REFS)
		items->all[items->count++] = *item;
}

static void keep(void *ctx, const struct ref_row *row)
{
	const struct item item = {
		.page = page_at(row->page),
		.kind = row->uses ? REF_TRACE_KIND(row->kind) : EVENT,
		.owner = row->pid,
		.time = row->icount,
		.uses = row->uses,
	};

	(void)ctx;
	add(&kept, &item);
	if (!row->uses)
		return;
	CHECK_EQ(row->page, address(item.page));
	CHECK_EQ(row->kind, bits_of[item.kind]);
	CHECK_EQ(row->allowed, item.page % 16);
	CHECK_STR(row->event, item.kind < 2 ? "r" : item.kind < 4 ? "w" : "x");
	CHECK_EQ(row->eip, 7 * row->icount);
	CHECK_EQ(row->space, 5);
}

/* As ref_hooks.cc does it. */
static void refer(struct ref_trace *t, const struct item *item)
{
	const struct model_ref ref = {
		.page = address(item->page),
		.eip = (uint32_t)(7 * item->time),
		.kind = (uint8_t)bits_of[item->kind],
		.allowed = (uint8_t)(item->page % 16),
	};

	if (!ref_trace_again(t, ref.page, ref.kind, item->time, ref.eip, 1))
		ref_trace_put(t, &ref, item->time);
}

/* A string with favourites, loops and jumps; some of what happens between. */
static void make(uint32_t k)
{
	struct ref_trace *t = ref_trace_new(k, keep, NULL);
	const uint32_t events = below(3), near = 1 + below(8);
	struct item item = {.uses = 1};
	uint32_t base = 0, owner = 0;

	whole.count = kept.count = 0;
	ref_trace_turn(t, owner, 5, true);
	while (whole.count < REFS) {
		const uint32_t dice = below(100);

		item.time++;
		if (events && dice < events) {
			const struct ref_row row = {.icount = item.time,
						    .event = "flush",
						    .pid = owner,
						    .space = 5,
						    .page = 0};

			ref_trace_event(t, &row);
			add(&whole, &(struct item){0, EVENT, owner, item.time, 0});
			continue;
		}
		if (dice > 97)
			owner = below(OWNERS);
		if (dice > 97)
			ref_trace_turn(t, owner, 5, true);
		if (dice > 90)
			base = below(PAGES);
		item.page = (dice < 70	 ? base + below(near)
			     : dice < 80 ? ++base
					 : below(PAGES)) %
			    PAGES;
		item.kind = below(4) ? item.page % REDUCTION_KINDS : below(REDUCTION_KINDS);
		item.owner = owner;
		refer(t, &item);
		add(&whole, &item);
	}
	ref_trace_turn(t, owner, 5, false);
	CHECK(!t->no_memory);
	CHECK_EQ(reduction_waiting(t->reduction), 0);
	ref_trace_free(t);
}

/* What is looked at of a string, and which pages are one. */
struct view {
	uint32_t kinds;	 /* a bit each */
	uint32_t owners; /* a bit each */
	uint32_t large;	 /* pages in one */
	uint32_t sets;	 /* of which only the first */
	bool flush;	 /* events empty all */
};

static bool seen(const struct view *view, const struct item *item, uint32_t *page)
{
	*page = item->page / view->large;
	return item->kind != EVENT && view->kinds >> item->kind & 1 &&
	       view->owners >> item->owner & 1 && *page % view->sets == 0;
}

/* The times of all misses, one after the other, and how many. */
static unsigned int lru(const struct items *items, const struct view *view, unsigned int size,
			uint64_t *misses)
{
	uint32_t stack[PAGES], page;
	unsigned int used = 0, count = 0, i, at;

	for (i = 0; i < items->count; i++) {
		if (items->all[i].kind == EVENT && view->flush)
			used = 0;
		if (!seen(view, &items->all[i], &page))
			continue;
		for (at = 0; at < used && stack[at] != page; at++)
			;
		if (at == used) {
			misses[count++] = items->all[i].time;
			if (used < size)
				used++;
			else
				at--;
		}
		memmove(stack + 1, stack, at * sizeof(*stack));
		stack[0] = page;
	}
	return count;
}

static unsigned int next_use(const struct items *items, const struct view *view, unsigned int from,
			     uint32_t page)
{
	uint32_t other;

	for (; from < items->count; from++)
		if (seen(view, &items->all[from], &other) && other == page)
			break;
	return from;
}

static unsigned int opt(const struct items *items, const struct view *view, unsigned int size)
{
	uint32_t frames[PAGES], page;
	unsigned int used = 0, count = 0, i, at, out;

	for (i = 0; i < items->count; i++) {
		if (!seen(view, &items->all[i], &page))
			continue;
		for (at = 0; at < used && frames[at] != page; at++)
			;
		if (at < used)
			continue;
		count++;
		out = 0;
		for (at = 1; used == size && at < used; at++)
			if (next_use(items, view, i, frames[at]) >
			    next_use(items, view, i, frames[out]))
				out = at;
		frames[used < size ? used++ : out] = page;
	}
	return count;
}

static const struct view views[] = {
	{0x3f, 7, 1, 1, false},			       /* all */
	{0x3f, 7, 1, 1, true},	{0x0f, 7, 1, 1, true}, /* data */
	{0x30, 7, 1, 1, true},			       /* code */
	{0x0c, 7, 1, 1, false},			       /* writes */
	{0x3f, 2, 1, 1, false},			       /* of one owner */
	{0x3f, 7, 4, 1, true},			       /* large pages */
	{0x3f, 7, 1, 2, true},			       /* one set of two */
	{0x15, 5, 2, 1, false},
};

static void misses_are_the_same(uint32_t k)
{
	static uint64_t of_whole[REFS], of_kept[REFS];
	unsigned int v, size, misses;

	for (v = 0; v < sizeof(views) / sizeof(views[0]); v++) {
		for (size = k; size <= PAGES; size++) {
			misses = lru(&whole, &views[v], size, of_whole);
			CHECK_EQ(lru(&kept, &views[v], size, of_kept), misses);
			CHECK(!memcmp(of_whole, of_kept, misses * sizeof(*of_kept)));
			if (!views[v].flush && size % 3 == k % 3)
				CHECK_EQ(opt(&kept, &views[v], size), opt(&whole, &views[v], size));
		}
	}
}

/* Each row is one of the references, in order, and stands for all of its kind since the last one
 * or since something happened. */
static void rows_stand_for_all(void)
{
	uint64_t since[PAGES][REDUCTION_KINDS][OWNERS] = {{{0}}};
	unsigned int w = 0, i;

	for (i = 0; i < kept.count; i++) {
		const struct item *row = &kept.all[i];

		for (; w < whole.count && whole.all[w].time <= row->time; w++) {
			const struct item *ref = &whole.all[w];

			if (ref->kind != EVENT)
				since[ref->page][ref->kind][ref->owner]++;
		}
		CHECK(w && whole.all[w - 1].time == row->time &&
		      whole.all[w - 1].kind == row->kind);
		if (row->kind == EVENT)
			continue;
		CHECK_EQ(whole.all[w - 1].page, row->page);
		CHECK_EQ(row->uses, since[row->page][row->kind][row->owner]);
		since[row->page][row->kind][row->owner] = 0;
	}
	CHECK_EQ(w, whole.count);
}

static void random_strings(void)
{
	unsigned long all = 0, rows = 0;
	unsigned int i;

	for (i = 0; i < 250; i++) {
		const uint32_t k = REF_TRACE_K_MIN + below(PAGES - REF_TRACE_K_MIN);

		make(k);
		rows_stand_for_all();
		misses_are_the_same(k);
		all += whole.count;
		rows += kept.count;
	}
	printf("# %lu of %lu references stay\n", rows, all);
	CHECK(rows < all * 3 / 4);
}

/* With fewer than k frames the strings do differ: else the test above would say nothing. */
static void too_few_frames(void)
{
	static uint64_t misses[REFS];
	unsigned int i, differ = 0;

	for (i = 0; i < 20; i++) {
		make(12);
		differ += lru(&whole, &views[0], 4, misses) != lru(&kept, &views[0], 4, misses);
	}
	CHECK(differ > 10);
}

static void nothing_while_off(void)
{
	struct ref_trace *t = ref_trace_new(4, keep, NULL);
	struct ref_row row = {.icount = 1, .event = "flush", .space = 5};

	kept.count = 0;
	ref_trace_event(t, &row);
	CHECK_EQ(kept.count, 0);
	ref_trace_turn(t, 1, 5, true);
	ref_trace_event(t, &row);
	CHECK_EQ(kept.count, 1);
	row.event = NULL;
	ref_trace_event(t, &row);
	CHECK_EQ(kept.count, 1);
	ref_trace_free(t);
}

static const struct check_test tests[] = {
	{"LRU misses the same references, OPT as many, of all and of each part", random_strings},
	{"not with fewer frames", too_few_frames},
	{"nothing is told before the recording begins", nothing_while_off},
};

CHECK_MAIN(tests)
