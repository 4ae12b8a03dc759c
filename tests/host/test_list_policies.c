/*
 * test_list_policies.c - 2Q, ARC and LIRS against models that follow their papers step by step, on
 * random strings of references, pages that go included; and OPT and exact LRU against such pages.
 */
#include "../../analysis/refs/policies.h"
#include "test.h"
#include <string.h>

#define REFS  400u
#define PAGES 30u

static struct reference refs[REFS];

static void make_string(struct replay *replay, struct input *in, bool gone)
{
	u32 page = 0, step;

	*replay = (struct replay){.refs = refs};
	replay->nr_pages = 1 + input_below(in, PAGES);
	replay->frames = 1 + input_below(in, replay->nr_pages);
	replay->nr_refs = input_below(in, REFS + 1);
	for (unsigned long i = 0; i < replay->nr_refs; i++) {
		step = input_u8(in);
		page = step < 110 ? page + 1 : step < 180 ? step % 4 : step;
		refs[i].page = page % replay->nr_pages;
		refs[i].gone = gone && step % 16 == 5;
		refs[i].write = !refs[i].gone && step % 3 == 0;
	}
}

/* --- rows of pages, the newest first: found by looking through them --- */

struct row {
	u32 page[PAGES + 1];
	unsigned int nr;
};

static bool in(const struct row *row, u32 page)
{
	for (unsigned int i = 0; i < row->nr; i++)
		if (row->page[i] == page)
			return true;
	return false;
}

static void take(struct row *row, u32 page)
{
	unsigned int to = 0;

	for (unsigned int i = 0; i < row->nr; i++)
		if (row->page[i] != page)
			row->page[to++] = row->page[i];
	row->nr = to;
}

static void put(struct row *row, u32 page)
{
	take(row, page);
	memmove(&row->page[1], &row->page[0], row->nr++ * sizeof(row->page[0]));
	row->page[0] = page;
}

static u32 oldest(const struct row *row)
{
	if (!CHECK(row->nr))
		return 0;
	return row->page[row->nr - 1];
}

static u32 take_oldest(struct row *row)
{
	u32 page = oldest(row);

	take(row, page);
	return page;
}

/* --- what a model has: dirty pages, and what it costs --- */

struct model {
	u32 c;
	bool dirty[PAGES];
	struct replay_result result;
	/* 2q: A1in, A1out, Am; arc: T1, T2, B1, B2; lirs: S, Q, LIR */
	struct row a, b, x, y;
	double p;
};

static void out(struct model *m, u32 page)
{
	m->result.writes += m->dirty[page];
	m->dirty[page] = false;
}

/* --- 2Q: the full version, figure 2 of the paper --- */

static void twoq_reclaim(struct model *m)
{
	const unsigned int k_in = m->c / 4 ? m->c / 4 : 1, k_out = m->c / 2 ? m->c / 2 : 1;
	u32 victim;

	if (m->a.nr + m->x.nr < m->c)
		return;
	if (m->a.nr > k_in || m->x.nr == 0) {
		victim = take_oldest(&m->a);
		out(m, victim);
		put(&m->b, victim);
		if (m->b.nr > k_out)
			take_oldest(&m->b);
	} else {
		out(m, take_oldest(&m->x));
	}
}

static void twoq_use(struct model *m, u32 page)
{
	if (in(&m->x, page)) {
		put(&m->x, page);
	} else if (in(&m->b, page)) {
		m->result.faults++;
		take(&m->b, page);
		twoq_reclaim(m);
		put(&m->x, page);
	} else if (!in(&m->a, page)) {
		m->result.faults++;
		twoq_reclaim(m);
		put(&m->a, page);
	}
}

/* --- ARC: figure 4 of the paper; a and b are T1 and T2, x and y are B1 and B2 --- */

static void arc_replace(struct model *m, bool in_b2)
{
	u32 victim;

	if (m->a.nr + m->b.nr < m->c) /* not in the paper, where no page goes by itself */
		return;
	if (m->a.nr >= 1 && ((in_b2 && m->a.nr == m->p) || m->a.nr > m->p)) {
		victim = take_oldest(&m->a);
		put(&m->x, victim);
	} else {
		victim = take_oldest(&m->b);
		put(&m->y, victim);
	}
	out(m, victim);
}

/* As the policy has it, with 16 bits of fraction. */
static double quotient(unsigned int over, unsigned int under)
{
	return (double)(unsigned long)((double)over * 65536 / under) / 65536;
}

static void arc_ghost(struct model *m, u32 page, bool in_b1)
{
	unsigned int b1 = m->x.nr, b2 = m->y.nr;

	if (in_b1) {
		m->p += b1 >= b2 ? 1 : quotient(b2, b1);
		m->p = m->p > m->c ? m->c : m->p;
	} else {
		m->p -= b2 >= b1 ? 1 : quotient(b1, b2);
		m->p = m->p < 0 ? 0 : m->p;
	}
	arc_replace(m, !in_b1);
	take(in_b1 ? &m->x : &m->y, page);
	put(&m->b, page);
}

static void arc_new(struct model *m, u32 page)
{
	unsigned int all = m->a.nr + m->b.nr + m->x.nr + m->y.nr;

	if (m->a.nr + m->x.nr == m->c) {
		if (m->a.nr < m->c) {
			take_oldest(&m->x);
			arc_replace(m, false);
		} else {
			out(m, take_oldest(&m->a));
		}
	} else if (all >= m->c) {
		if (all == 2 * m->c)
			take_oldest(&m->y);
		arc_replace(m, false);
	}
	put(&m->a, page);
}

static void arc_use(struct model *m, u32 page)
{
	if (in(&m->a, page) || in(&m->b, page)) {
		take(&m->a, page);
		put(&m->b, page);
		return;
	}
	m->result.faults++;
	if (in(&m->x, page))
		arc_ghost(m, page, true);
	else if (in(&m->y, page))
		arc_ghost(m, page, false);
	else
		arc_new(m, page);
}

/* --- LIRS: section 3.3 of the paper; a is S, b is Q, x the LIR pages --- */

static void lirs_prune(struct model *m)
{
	while (m->a.nr && !in(&m->x, oldest(&m->a)))
		take_oldest(&m->a);
}

static void lirs_swap(struct model *m, u32 page, unsigned int share)
{
	u32 down;

	put(&m->x, page);
	if (m->x.nr > share) {
		down = oldest(&m->a);
		take(&m->x, down);
		take(&m->a, down);
		put(&m->b, down);
	}
	lirs_prune(m);
}

static void lirs_use(struct model *m, u32 page)
{
	const unsigned int share = m->c - (m->c / 100 ? m->c / 100 : 1);
	const bool was_in_s = in(&m->a, page), resident = in(&m->b, page);

	if (share)
		put(&m->a, page);
	if (in(&m->x, page)) { /* case 1: a LIR page */
		lirs_prune(m);
	} else if (resident) { /* case 2: a HIR page in memory */
		take(&m->b, page);
		if (was_in_s)
			lirs_swap(m, page, share);
		else
			put(&m->b, page);
	} else { /* case 3: a HIR page that is not */
		m->result.faults++;
		if (m->x.nr + m->b.nr == m->c)
			out(m, take_oldest(&m->b));
		if (was_in_s || m->x.nr < share)
			lirs_swap(m, page, share);
		else
			put(&m->b, page);
	}
}

/* --- */

static void against(void (*use)(struct model *, u32),
		    struct replay_result (*policy)(const struct replay *), bool prune,
		    const u8 *data, size_t n)
{
	struct input input = {data, n};
	struct replay replay;
	struct replay_result result;
	struct model m = {0};

	make_string(&replay, &input, input_below(&input, 2));
	m.c = replay.frames;
	for (unsigned long i = 0; i < replay.nr_refs; i++) {
		u32 page = refs[i].page;

		if (refs[i].gone) {
			take(&m.a, page);
			take(&m.b, page);
			take(&m.x, page);
			take(&m.y, page);
			m.dirty[page] = false;
			if (prune)
				lirs_prune(&m);
			continue;
		}
		use(&m, page);
		m.dirty[page] |= refs[i].write;
	}
	result = policy(&replay);
	CHECK_EQ(result.faults, m.result.faults);
	CHECK_EQ(result.writes, m.result.writes);
	CHECK(replay_opt(&replay).faults <= result.faults);
}

static int twoq(const u8 *data, size_t n)
{
	against(twoq_use, replay_2q, false, data, n);
	return 0;
}

static int arc(const u8 *data, size_t n)
{
	against(arc_use, replay_arc, false, data, n);
	return 0;
}

static int lirs(const u8 *data, size_t n)
{
	against(lirs_use, replay_lirs, true, data, n);
	return 0;
}

static void test_twoq(void)
{
	check_property(twoq, REFS + 16);
}

static void test_arc(void)
{
	check_property(arc, REFS + 16);
}

static void test_lirs(void)
{
	check_property(lirs, REFS + 16);
}

/* --- pages that go, under the kernel's policies and OPT --- */

/* The fewest faults from this reference on; resident is a set of pages. */
static unsigned int fewest(const struct replay *replay, unsigned long ref, u32 resident)
{
	unsigned int best = ~0u;

	for (; ref < replay->nr_refs; ref++) {
		if (refs[ref].gone)
			resident &= ~(1u << refs[ref].page);
		else if (!(resident >> refs[ref].page & 1))
			break;
	}
	if (ref == replay->nr_refs)
		return 0;
	if ((unsigned int)__builtin_popcount(resident) < replay->frames)
		return 1 + fewest(replay, ref + 1, resident | 1u << refs[ref].page);
	for (u32 page = 0; page < replay->nr_pages; page++) {
		unsigned int faults;

		if (!(resident >> page & 1))
			continue;
		faults = 1 +
			 fewest(replay, ref + 1, (resident & ~(1u << page)) | 1u << refs[ref].page);
		best = faults < best ? faults : best;
	}
	return best;
}

static int opt_is_best(const u8 *data, size_t n)
{
	struct input input = {data, n};
	struct replay replay;

	make_string(&replay, &input, true);
	for (unsigned int i = 0; i < REFS; i++)
		refs[i].page %= 5;
	replay.nr_refs = replay.nr_refs < 14 ? replay.nr_refs : 14;
	replay.nr_pages = 5;
	replay.frames = 1 + replay.frames % 4;
	CHECK_EQ(replay_opt(&replay).faults, fewest(&replay, 0, 0));
	return 0;
}

static void test_opt(void)
{
	check_property(opt_is_best, REFS + 16);
}

static int lru_and_fifo(const u8 *data, size_t n)
{
	struct input input = {data, n};
	struct row lru = {.nr = 0}, fifo = {.nr = 0};
	unsigned long lru_faults = 0, fifo_faults = 0;
	struct replay replay;

	make_string(&replay, &input, true);
	for (unsigned long i = 0; i < replay.nr_refs; i++) {
		if (refs[i].gone) {
			take(&lru, refs[i].page);
			take(&fifo, refs[i].page);
			continue;
		}
		lru_faults += !in(&lru, refs[i].page);
		put(&lru, refs[i].page);
		if (lru.nr > replay.frames)
			take_oldest(&lru);
		if (in(&fifo, refs[i].page))
			continue;
		fifo_faults++;
		put(&fifo, refs[i].page);
		if (fifo.nr > replay.frames)
			take_oldest(&fifo);
	}
	CHECK_EQ(replay_policy(&replay, &lru_policy).faults, lru_faults);
	CHECK_EQ(replay_policy(&replay, &fifo_policy).faults, fifo_faults);
	for (int i = 0; reclaim_policies[i]; i++)
		CHECK(replay_policy(&replay, reclaim_policies[i]).faults >=
		      replay_opt(&replay).faults);
	return 0;
}

static void test_kernels(void)
{
	check_property(lru_and_fifo, REFS + 16);
}

/* A loop that is one page too long for LRU is what these were made for, and a scan beside
 * favourites. */
static unsigned long faults_of_scan(struct replay_result (*policy)(const struct replay *))
{
	struct replay replay = {.refs = refs, .nr_refs = REFS, .nr_pages = PAGES, .frames = 10};

	for (unsigned int i = 0; i < REFS; i++)
		refs[i] = (struct reference){i % 2 ? i / 2 % 5 : 5 + i / 2 % 25, false, false};
	return policy(&replay).faults;
}

static struct replay_result lru(const struct replay *replay)
{
	return replay_policy(replay, &lru_policy);
}

static void test_scan(void)
{
	CHECK_EQ(faults_of_scan(lru), REFS / 2 + 5); /* 5 favourites and 5 others fit: they stay */
	CHECK(faults_of_scan(replay_lirs) < faults_of_scan(lru));
	CHECK(faults_of_scan(replay_arc) <= faults_of_scan(lru));
	CHECK(faults_of_scan(replay_2q) <= faults_of_scan(lru) + 10);
}

static const struct test tests[] = {
	{"2q does what its paper says", test_twoq},
	{"arc does what its paper says", test_arc},
	{"lirs does what its paper says", test_lirs},
	{"OPT is the best of all choices, where pages go, too", test_opt},
	{"lru and fifo are exact where pages go; no policy is better than OPT", test_kernels},
	{"a scan beside favourites", test_scan},
};

TEST_MAIN(tests)
