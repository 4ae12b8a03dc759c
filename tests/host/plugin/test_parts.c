/*
 * test_parts.c - walks, shadow TLBs and page history, each against a simple model.
 *
 * The models do the same with plain arrays and loops: no stamps, no hashing,
 * no ring. Random events go to both, and what comes out must be equal.
 */
#include "check.h"
#include "latency.h"
#include "names.h"
#include "fill_reason.h"
#include "tlb_shadow.h"
#include "walk.h"

#include <stdlib.h>

/* --- walks -------------------------------------------------------------------------------- */

#define P  0x1u
#define PS 0x80u

/* Feeds the reads of a walk to @lin through @dir and @table; mirrors what Bochs reads. */
static void one_walk(struct walk *w, uint32_t lin, uint64_t dir_base, uint64_t dir, uint64_t table)
{
	bool pae = w->at.pae, large = (dir & PS) && (w->at.pse || pae);
	uint64_t dir_addr = dir_base + (pae ? (lin >> 21 & 511) * 8 : (lin >> 22) * 4);
	uint64_t table_base = pae ? dir & 0x000ffffffffff000ull : dir & 0xfffff000u;
	uint64_t table_addr = table_base + (pae ? (lin >> 12 & 511) * 8 : (lin >> 12 & 1023) * 4);
	unsigned int size = pae ? 8 : 4;

	CHECK(!walk_begin(w, dir_addr, size ^ 12, dir));
	CHECK(walk_begin(w, dir_addr, size, dir));
	if (!(dir & P)) {
		CHECK_EQ(w->state, WALK_ABSENT);
		return;
	}
	if (large) {
		CHECK_EQ(w->state, WALK_LEAF);
		CHECK_EQ(w->mask, pae ? 0x1fffff : 0x3fffff);
		return;
	}
	CHECK_EQ(w->state, WALK_TABLE);
	CHECK(!walk_follow(w, table_addr ^ 0x40000000, size, table));
	CHECK(walk_follow(w, table_addr, size, table));
	CHECK_EQ(w->state, table & P ? WALK_LEAF : WALK_ABSENT);
	CHECK_EQ(w->known & 0x3ffff000u, 0x3ffff000u);
	if (!(table & P))
		return;
	CHECK_EQ(walk_frame(w, lin), pae ? table & 0x000ffffffffff000ull : table & 0xfffff000u);
	CHECK(!walk_write(w, table_addr + 4096, table));
	CHECK(walk_write(w, table_addr, table | 0x60));
	CHECK_EQ(w->leaf, table | 0x60);
	CHECK_EQ(w->leaf_read, table);
	CHECK(walk_write(w, dir_addr, dir | 0x20));
	CHECK_EQ(w->writes, 2);
}

static void walks_32(void)
{
	struct walk w = {0};
	uint32_t lin, base;
	int i;

	for (i = 0; i < 50000; i++) {
		lin = random32();
		base = random32() & 0xfffff000u;
		w.at.cr3 = base | (random32() & 0x18);
		w.at.pse = below(2);
		one_walk(&w, lin, base, random32(), random32());
		CHECK_EQ(w.lin, lin & w.known);
		CHECK_EQ(w.reads, (w.known & 0x1000) ? 2 : 1);
		if (w.mask == 0x3fffff) /* PSE-36: bits 20-13 go to 39-32 */
			CHECK_EQ(walk_frame(&w, lin), (w.leaf & 0xffc00000u) + (lin & 0x3ff000) +
							      ((w.leaf >> 13 & 255) << 32));
		walk_end(&w);
		CHECK_EQ(w.state, WALK_IDLE);
		CHECK(!walk_begin(&w, base ^ 0x1000, 4, 1));
		CHECK(!walk_write(&w, base, 1));
	}
}

static void walks_pae(void)
{
	struct walk w = {0};
	uint64_t dirs[4];
	uint32_t lin;
	int i, n, same;

	w.at.pae = true;
	for (i = 0; i < 50000; i++) {
		lin = random32();
		same = 0;
		for (n = 0; n < 4; n++) {
			dirs[n] = (uint64_t)below(6) << 34 | 0x5000;
			w.at.pdpt[n] = dirs[n] | P;
		}
		for (n = 0; n < 4; n++)
			same += dirs[n] == dirs[lin >> 30];
		one_walk(&w, lin, dirs[lin >> 30], (uint64_t)random32() << 20 | random32(),
			 (uint64_t)random32() << 20 | random32());
		CHECK_EQ(w.lin, lin & w.known);
		CHECK_EQ(w.known >> 30, same == 1 ? 3 : 0);
		walk_end(&w);
	}
}

/* A directory that is its own table: only the order of the reads tells them apart. */
static void walk_of_itself(void)
{
	struct walk w = {.at = {.cr3 = 0x7000}};

	CHECK(walk_begin(&w, 0x7ffc, 4, 0x7067));
	CHECK(walk_follow(&w, 0x7ffc, 4, 0x7067));
	CHECK_EQ(w.lin, 0xfffff000u);
	CHECK_EQ(w.reads, 2);
	CHECK(walk_write(&w, 0x7ffc, 0x7077));
	CHECK_EQ(w.leaf, 0x7077);
	CHECK_EQ(w.dir, 0x7077);
}

/* --- shadow TLBs ---------------------------------------------------------------------------- */

struct model {
	struct tlb_slot d[DTLB_SIZE], i[ITLB_SIZE];
};

static void model_read(void *ctx, enum tlb_id id, unsigned int index, struct tlb_slot *slot)
{
	struct model *m = ctx;

	*slot = id == TLB_D ? m->d[index] : m->i[index];
}

static struct tlb_slot *model_slot(struct model *m, unsigned int n)
{
	return n < DTLB_SIZE ? m->d + n : m->i + (n - DTLB_SIZE);
}

static void model_flush(struct model *m, bool global_too)
{
	unsigned int n;

	for (n = 0; n < DTLB_SIZE + ITLB_SIZE; n++)
		if (global_too || !(model_slot(m, n)->bits & TLB_GLOBAL))
			model_slot(m, n)->valid = false;
}

static void model_invlpg(struct model *m, uint32_t addr)
{
	struct tlb_slot *s;
	unsigned int n;

	for (n = 0; n < DTLB_SIZE + ITLB_SIZE; n++) {
		s = model_slot(m, n);
		if (s->valid && (s->page & ~s->mask) == (addr & ~s->mask))
			s->valid = false;
	}
}

static struct tlb_slot random_slot(void)
{
	/* Few pages, or the same slot would hardly ever be met twice. */
	struct tlb_slot s = {.valid = true, .page = below(4) << 22 | below(8) << 12};

	s.frame = (uint64_t)below(1 << 24) << 12;
	s.mask = s.page >> 22 == 3 ? 0x3fffff : PAGE_MASK;
	s.bits = (1 + below(15)) | (below(4) ? 0 : TLB_GLOBAL);
	return s;
}

static void shadow(void)
{
	struct model *real = calloc(1, sizeof(*real));
	struct machine m = {.ctx = real, .tlb_read = model_read};
	struct tlb *t = malloc(sizeof(*t));
	struct tlb_slot s;
	enum tlb_id id;
	int i;

	tlb_init(t);
	CHECK_EQ(tlb_compare(t, &m), 0);
	for (i = 0; i < 20000; i++) {
		s = random_slot();
		id = below(2) ? TLB_I : TLB_D;
		switch (below(16)) {
		case 0:
			tlb_flush(t, false);
			model_flush(real, false);
			break;
		case 1:
			tlb_flush(t, true);
			model_flush(real, true);
			break;
		case 2:
		case 3:
			tlb_invlpg(t, s.page + below(4096));
			model_invlpg(real, s.page);
			break;
		case 4:
			tlb_drop(tlb_at(t, id, s.page));
			(id == TLB_D ? real->d : real->i)[tlb_index(id, s.page)].valid = false;
			break;
		default:
			tlb_put(t, id, &s, 1 + below(3), 0);
			(id == TLB_D ? real->d : real->i)[tlb_index(id, s.page)] = s;
			CHECK(tlb_find(t, id, s.page) != NULL);
			CHECK(tlb_find(t, id, s.page ^ 0x80000000u) == NULL);
		}
		if (i % 64 == 0)
			CHECK_EQ(tlb_compare(t, &m), 0);
	}
	/* A difference anywhere is seen. */
	for (i = 0; i < 200; i++) {
		s = random_slot();
		real->d[tlb_index(TLB_D, s.page)] = s;
		tlb_put(t, TLB_D, &s, 1, 0);
		real->d[tlb_index(TLB_D, s.page)].bits ^= 1u << below(4);
		CHECK_EQ(tlb_compare(t, &m), 1);
		real->d[tlb_index(TLB_D, s.page)] = s;
	}
	free(t);
	free(real);
}

static void count_lost(void *ctx, enum tlb_id id, const struct tlb_entry *e)
{
	CHECK(id == TLB_I && e->space == 1);
	++*(unsigned int *)ctx;
}

static void shadow_sync(void)
{
	struct model *real = calloc(1, sizeof(*real));
	struct machine m = {.ctx = real, .tlb_read = model_read};
	struct tlb *t = malloc(sizeof(*t));
	unsigned int i, lost, global, told;
	struct tlb_loss loss;
	struct tlb_slot s;

	for (i = 0; i < 300; i++) {
		memset(real, 0, sizeof(*real));
		tlb_init(t);
		lost = global = 0;
		for (s.page = 0; s.page < 64 << 12; s.page += 1 << 12) {
			s = (struct tlb_slot){true, s.page, 1 | (below(2) ? TLB_GLOBAL : 0),
					      PAGE_MASK, s.page};
			tlb_put(t, TLB_I, &s, 1, 0);
			s.valid = below(3) > 0;
			real->i[tlb_index(TLB_I, s.page)] = s;
			lost += !s.valid;
			global += !s.valid && (s.bits & TLB_GLOBAL);
		}
		told = 0;
		tlb_sync(t, &m, &loss, count_lost, &told);
		CHECK_EQ(told, lost);
		CHECK_EQ(loss.lost_global, global);
		CHECK_EQ(loss.lost_global + loss.lost_other, lost);
		CHECK_EQ(loss.kept_global + loss.kept_other, 64 - lost);
		CHECK_EQ(tlb_compare(t, &m), 0);
	}
	free(t);
	free(real);
}

/* --- page history --------------------------------------------------------------------------- */

static struct {
	unsigned char seen, lost, drop; /* what dropped it first since it came in, or would have */
} past[2][4][512];

static void past_drop(unsigned int id, uint32_t space, uint32_t page, enum drop drop)
{
	if (past[id][space][page].seen && !past[id][space][page].drop)
		past[id][space][page].drop = (unsigned char)drop;
}

/* Pages 256 to 511 are pieces of large pages of 64 KiB. */
static uint32_t past_mask(uint32_t page)
{
	return page < 256 ? PAGE_MASK : 0xffff;
}

/* What takes an entry, or many. */
static void one_drop(struct seen *s, uint32_t space, uint32_t page, enum tlb_id id)
{
	uint32_t n, first = page & ~(past_mask(page) >> 12);
	bool all = below(2);

	switch (below(40)) {
	case 0:
		seen_flush(s, all ? DROP_CR4 : DROP_CR3, all);
		for (n = 0; n < 2 * 4 * 512; n++)
			if (all || n / 512 % 4 + 1 != SPACE_GLOBAL)
				past_drop(n / 2048, n / 512 % 4, n % 512,
					  all ? DROP_CR4 : DROP_CR3);
		break;
	case 1:
	case 2:
	case 3:
		seen_invlpg(s, 1 + space, page << 12, 0xffff);
		for (n = first; n <= first + (past_mask(page) >> 12); n++) {
			past_drop(TLB_D, space, n, DROP_INVLPG);
			past_drop(TLB_I, space, n, DROP_INVLPG);
		}
		break;
	default:
		seen_drop(s, 1 + space, page << 12, id, DROP_FAULT);
		past_drop(id, space, page, DROP_FAULT);
	}
}

static void one_fill(struct seen *s, uint32_t space, uint32_t page, enum tlb_id id)
{
	enum fill_reason reason, want = REASON_COLD;
	enum drop drop, first = DROP_NONE;

	reason = seen_fill(s, 1 + space, page << 12, past_mask(page), id, &drop);
	if (past[id][space][page].seen) {
		first = past[id][space][page].drop;
		want = past[id][space][page].lost ? REASON_CONFLICT : REASON_FLUSHED;
		if (want == REASON_FLUSHED && !first)
			first = DROP_EMULATOR;
	}
	CHECK_EQ(reason, want);
	CHECK_EQ(drop, first);
	past[id][space][page].seen = 1;
	past[id][space][page].lost = past[id][space][page].drop = 0;
}

static void history(void)
{
	uint32_t space, page;
	struct seen s;
	enum tlb_id id;
	int i;

	CHECK(seen_init(&s));
	for (i = 0; i < 300000; i++) {
		space = below(4);
		page = below(512);
		id = below(2) ? TLB_I : TLB_D;
		if (below(4) == 0) {
			one_drop(&s, space, page, id);
		} else if (below(3) == 0) {
			seen_evict(&s, 1 + space, page << 12, id);
			if (past[0][space][page].seen || past[1][space][page].seen)
				past[id][space][page].lost = 1;
		} else {
			one_fill(&s, space, page, id);
		}
	}
	seen_free(&s);
}

static void history_grows(void)
{
	enum drop drop;
	struct seen s;
	uint32_t i;

	CHECK(seen_init(&s));
	for (i = 0; i < 300000; i++)
		CHECK_EQ(seen_fill(&s, 2 + i % 1000, i / 1000 << 12, PAGE_MASK, TLB_D, &drop),
			 REASON_COLD);
	for (i = 0; i < 10000; i++)
		seen_flush(&s, DROP_TASK, false);
	for (i = 0; i < 300000; i++) {
		CHECK_EQ(seen_fill(&s, 2 + i % 1000, i / 1000 << 12, PAGE_MASK, TLB_D, &drop),
			 REASON_FLUSHED);
		CHECK_EQ(drop, DROP_TASK);
	}
	CHECK_EQ(s.used, 300000);
	seen_free(&s);
}

static void kept_names(void)
{
	struct names n = {0};
	const char *first, *same;
	char text[16];
	unsigned int i;

	first = names_keep(&n, "[heap]");
	same = names_keep(&n, "[heap]");
	CHECK(first == same);
	for (i = 0; i < NAME_MAX_KEPT + 10; i++) {
		snprintf(text, sizeof(text), "%u", i);
		CHECK_STR(names_keep(&n, text), i < NAME_MAX_KEPT - 1 ? text : "?");
	}
	CHECK_STR(first, "[heap]");
	names_free(&n);
}

static void stretches(void)
{
	struct latency l = {0};
	const struct stretch *s;

	latency_begin(&l, LATENCY_IRQS_OFF, 10, 1);
	CHECK(!latency_end(&l, LATENCY_IRQS_OFF, 1000000, 2, 3)); /* nothing counts yet */
	CHECK_EQ(l.longest[LATENCY_IRQS_OFF].length, 0);
	l.counts = true;
	CHECK(!latency_end(&l, LATENCY_IRQS_OFF, 1000000, 2, 3)); /* never began */
	latency_begin(&l, LATENCY_IRQS_OFF, 100, 0x11);
	latency_begin(&l, LATENCY_NO_RESCHED, 150, 0x12);
	latency_begin(&l, LATENCY_IRQS_OFF, 200, 0x13); /* has begun before */
	CHECK(!latency_end(&l, LATENCY_IRQS_OFF, 100 + LATENCY_ROW_IRQS - 1, 0x14, 7));
	CHECK_EQ(l.longest[LATENCY_IRQS_OFF].length, LATENCY_ROW_IRQS - 1);
	CHECK_EQ(l.longest[LATENCY_IRQS_OFF].eip, 0x11);
	s = latency_end(&l, LATENCY_NO_RESCHED, 150 + LATENCY_ROW_RESCHED, 0x15, 8);
	CHECK(s && s->since == 150 && s->length == LATENCY_ROW_RESCHED);
	CHECK(s && s->eip == 0x12 && s->end_eip == 0x15 && s->pid == 8);
	latency_begin(&l, LATENCY_IRQS_OFF, 10000, 0x16);
	CHECK(!latency_end(&l, LATENCY_IRQS_OFF, 10001, 0x17, 9)); /* shorter than the longest */
	CHECK_EQ(l.longest[LATENCY_IRQS_OFF].eip, 0x11);
	CHECK_EQ(l.longest[LATENCY_IRQS_OFF].pid, 7);
}

static const struct check_test tests[] = {
	{"walk: 32-bit paging, with and without PSE", walks_32},
	{"walk: PAE, with directories that are shared", walks_pae},
	{"walk: a directory that maps itself", walk_of_itself},
	{"tlb: shadow equals a plain array", shadow},
	{"tlb: entries lost without a hook are found", shadow_sync},
	{"seen: reasons equal a plain array's", history},
	{"seen: grows and forgets nothing", history_grows},
	{"names: kept once, and not without limit", kept_names},
	{"latency: stretches begin once, and the longest stays", stretches},
};

CHECK_MAIN(tests)
