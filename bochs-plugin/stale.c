/*
 * stale.c - is a translation used that the page tables in memory no longer give?
 *
 * A translation that was good when it came in goes bad only by a write to the entries that it was
 * made from. So the frames that hold paging structures are watched, and after each write to one the
 * translations made from the entry are compared with it: one that allows more than a walk would now
 * find is a suspect. That alone is legal; a use of it before the flush is what is reported. As
 * there are few suspects, and those for moments only, accesses cost next to nothing.
 *
 * At any time a TLB holds translations of the loaded address space and global ones, so one table by
 * linear page will do; and as an ideal TLB loses nothing, whatever misses in it misses in Bochs's,
 * too, which therefore makes all the walks that fill it.
 */
#include "stale.h"

#include "grant.h"
#include "large_pages.h"

#include <stdlib.h>
#include <string.h>

#define PAGES	 (1u << 20) /* of 4 KiB: linear ones, and frames */
#define REGIONS	 1024u	    /* what one directory entry maps */
#define UNKNOWN	 0xffffu    /* a table at more than one place */
#define NO_INDEX 0xffffffffu
#define WRITES	 8u

/* A translation as a TLB keeps it. Valid while its stamp is that of its kind. */
struct held {
	uint32_t stamp;
	struct stale_pair from;
	uint32_t index; /* in the list of suspects, or NO_INDEX */
	bool global, fetched;
};

struct suspect {
	struct held *held;
	struct stale_change change;
	bool fetchable;
};

/* A directory entry in the paging-structure cache. */
struct cached_dir {
	uint32_t stamp, dir;
	struct stale_change change;
};

/* A frame that is a page table. */
struct table {
	uint32_t stamp;	 /* of the others when a translation last came from it */
	uint16_t region; /* 1 + the directory entry that it is under, or UNKNOWN */
	bool global;	 /* global ones came from it */
};

/* A write to a page table that is under way. */
struct change {
	uint32_t phys, len;
	struct stale_change who;
};

struct stale {
	struct stale_ops ops;
	void *ctx;
	uint32_t cr3;
	struct paging paging;
	uint32_t stamp[2]; /* [0] others, [1] global ones */
	uint32_t dir_stamp;
	struct held *small;	    /* by page */
	struct held large[REGIONS]; /* pages of 4 MiB */
	struct cached_dir dirs[REGIONS];
	struct table *tables; /* by frame */
	uint32_t watched[PAGES / 32];
	uint32_t pages[PAGES / 32];	     /* that are suspect */
	struct stale_pair own[2][DTLB_SIZE]; /* Bochs's entries */
	struct suspect *suspects;
	unsigned int count, room, fetchable, global;
	struct change changes[WRITES];
	unsigned int change_count;
	struct stale_tally tally;
};

struct stale *stale_new(const struct stale_ops *ops, void *ctx)
{
	struct stale *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->ops = *ops;
	s->ctx = ctx;
	s->stamp[0] = s->stamp[1] = s->dir_stamp = 1;
	s->small = large_alloc(PAGES * sizeof(*s->small));
	s->tables = calloc(PAGES, sizeof(*s->tables));
	if (s->small && s->tables)
		return s;
	stale_free(s);
	return NULL;
}

void stale_free(struct stale *s)
{
	if (!s)
		return;
	large_free(s->small, PAGES * sizeof(*s->small));
	free(s->tables);
	free(s->suspects);
	free(s);
}

const struct stale_tally *stale_tally(const struct stale *s)
{
	return &s->tally;
}

/* --- Bits ------------------------------------------------------------------------------------- */

static bool bit_test(const uint32_t *bits, uint32_t n)
{
	return bits[n / 32] >> n % 32 & 1;
}

static void bit_put(uint32_t *bits, uint32_t n, bool on)
{
	bits[n / 32] = (bits[n / 32] & ~(1u << n % 32)) | (uint32_t)on << n % 32;
}

/* --- What is held ------------------------------------------------------------------------------
 */

static bool valid(const struct stale *s, const struct held *h)
{
	return h->stamp == s->stamp[h->global];
}

static bool is_small(const struct stale *s, const struct held *h)
{
	return h < s->large || h >= s->large + REGIONS;
}

/* The page of *h; of a large one the first. */
static uint32_t page_of(const struct stale *s, const struct held *h)
{
	return is_small(s, h) ? (uint32_t)(h - s->small) << 12 : (uint32_t)(h - s->large) << 22;
}

/*
 * The entries that a walk would find now. A directory may lack a table of global pages that others
 * have: their translations are good in each address space, and so is the table that they came from.
 */
static struct stale_pair in_memory(const struct stale *s, uint32_t lin, const struct held *h)
{
	struct stale_pair now = {s->ops.read(s->ctx, s->cr3 + (lin >> 22) * 4), 0};

	if (h && h->global && !(now.dir & PRESENT))
		now.dir = h->from.dir;
	if (is_large(&s->paging, now.dir))
		now.leaf = now.dir;
	else if (now.dir & PRESENT)
		now.leaf = s->ops.read(s->ctx, (now.dir & FRAME) + (lin >> 12 & 1023) * 4);
	return now;
}

static void mark(struct stale *s, const struct held *h, bool on)
{
	const uint32_t page = page_of(s, h) >> 12;
	unsigned int i;

	if (is_small(s, h)) {
		bit_put(s->pages, page,
			on || (s->large[page >> 10].index != NO_INDEX &&
			       valid(s, &s->large[page >> 10])));
		return;
	}
	for (i = 0; i < 1024; i++)
		bit_put(s->pages, page + i,
			on || (s->small[page + i].index != NO_INDEX &&
			       valid(s, &s->small[page + i])));
}

static void forget_suspect(struct stale *s, struct held *h)
{
	struct suspect *gone = &s->suspects[h->index];

	s->fetchable -= gone->fetchable;
	s->global -= h->global;
	*gone = s->suspects[--s->count];
	gone->held->index = h->index;
	h->index = NO_INDEX;
	mark(s, h, false);
}

static void suspect(struct stale *s, struct held *h, const struct stale_change *change)
{
	struct suspect *bigger;

	if (s->count == s->room) {
		bigger = realloc(s->suspects, (s->room + 1024) * sizeof(*bigger));
		if (!bigger)
			return; /* not noticed later, where the emulator has no memory either */
		s->suspects = bigger;
		s->room += 1024;
	}
	h->index = s->count;
	s->suspects[s->count++] = (struct suspect){
		.held = h,
		.change = *change,
		/* A fetch of the kernel's from what was only data is no use that a kernel has. */
		.fetchable = h->fetched || (h->from.dir & h->from.leaf & USER),
	};
	s->fetchable += s->suspects[h->index].fetchable;
	s->global += h->global;
	s->tally.suspects++;
	mark(s, h, true);
}

/* The entry goes, by a flush or because another one takes its place: *count of the tally. */
static void drop(struct stale *s, struct held *h, uint64_t *count)
{
	if (!valid(s, h))
		return;
	if (h->index != NO_INDEX) {
		forget_suspect(s, h);
		++*count;
	}
	h->stamp = 0;
}

static void hold(struct stale *s, struct held *h, const struct stale_pair *from, bool global,
		 bool fetched)
{
	drop(s, h, &s->tally.replaced);
	*h = (struct held){s->stamp[global], *from, NO_INDEX, global, fetched};
}

bool stale_suspect(const struct stale *s, uint32_t lin)
{
	return s->count && bit_test(s->pages, lin >> 12);
}

unsigned int stale_suspects(const struct stale *s)
{
	return s->count;
}

unsigned int stale_fetchable(const struct stale *s)
{
	return s->fetchable;
}

/* --- Uses --------------------------------------------------------------------------------------
 */

static void tell(struct stale *s, struct stale_report *report)
{
	s->tally.reports++;
	s->tally.by_bochs += report->holder == STALE_BOCHS;
	s->tally.unseen += !report->change.seen;
	s->ops.report(s->ctx, report);
}

/*
 * The access, if *h is valid and lets it through, by *h, where a walk finds *now. True if it does.
 * What has been reported is brought in line, so that it is reported once.
 */
static bool judge(struct stale *s, struct held *h, const struct stale_access *use,
		  const struct stale_pair *now, enum stale_holder holder)
{
	struct stale_report report = {.holder = holder, .use = *use};
	struct grant old, new;

	if (!valid(s, h))
		return false;
	old = grant_of(&s->paging, &h->from, use->lin);
	new = grant_of(&s->paging, now, use->lin);
	if (!grant_allows(&s->paging, &old, use))
		return false;
	if (!grant_differs(&s->paging, &old, &new, use, &report.kind))
		return true;
	if (h->index != NO_INDEX)
		report.change = s->suspects[h->index].change;
	/* Of the two entries the one that tells. */
	report.cached = h->from.leaf;
	report.memory = now->leaf;
	if (!(now->dir & PRESENT) || report.cached == report.memory) {
		report.cached = h->from.dir;
		report.memory = now->dir;
	}
	if (new.present && is_large(&s->paging, now->dir) == is_large(&s->paging, h->from.dir))
		hold(s, h, now, h->global, h->fetched);
	else
		drop(s, h, &s->tally.replaced);
	tell(s, &report);
	return true;
}

static struct stale_pair *own_entry(struct stale *s, enum tlb_id id, uint32_t lin)
{
	return &s->own[id][lin >> 12 & ((id == TLB_I ? ITLB_SIZE : DTLB_SIZE) - 1)];
}

static void judge_use(struct stale *s, struct held *h, struct stale_access use, bool in_bochs)
{
	struct stale_pair now, *own = own_entry(s, use.access == 'x' ? TLB_I : TLB_D, use.lin);
	struct grant old, new;
	enum stale_kind kind;

	if (!valid(s, h) || h->index == NO_INDEX)
		return;
	now = in_memory(s, use.lin, h);
	old = grant_of(&s->paging, own, use.lin);
	new = grant_of(&s->paging, &now, use.lin);
	/* What a program cannot touch, the processor does by itself, to deliver an interrupt, say.
	 */
	use.user &= !!(h->from.dir & h->from.leaf & USER);
	judge(s, h, &use, &now,
	      in_bochs && grant_differs(&s->paging, &old, &new, &use, &kind) ? STALE_BOCHS
									     : STALE_TLB);
}

void stale_use(struct stale *s, const struct stale_access *use, bool in_bochs)
{
	judge_use(s, &s->small[use->lin >> 12], *use, in_bochs);
	judge_use(s, &s->large[use->lin >> 22], *use, in_bochs);
}

/*
 * The walk that an ideal machine has to make, too, begins with what it has of the directory.
 * Another table is as good while it says the same.
 */
static bool dir_differs(const struct stale *s, uint32_t cached, const struct stale_access *use,
			const struct stale_pair *now, enum stale_kind *kind)
{
	const struct stale_pair from = {
		cached, s->ops.read(s->ctx, (cached & FRAME) + (use->lin >> 12 & 1023) * 4)};
	const struct grant old = grant_of(&s->paging, &from, use->lin);
	struct grant new = grant_of(&s->paging, now, use->lin);

	*kind = STALE_PRESENT;
	if (!(now->dir & PRESENT))
		return true;
	if (use->user && !old.user)
		return false;
	if (use->access == 'w' && !old.write && (use->user || s->paging.wp))
		return false;
	new.dirty = new.accessed = true; /* the walk sees to that */
	return (old.present || new.present) && grant_differs(&s->paging, &old, &new, use, kind);
}

static void judge_dir(struct stale *s, const struct stale_access *use, const struct stale_pair *now)
{
	struct cached_dir *d = &s->dirs[use->lin >> 22];
	struct stale_report report = {.holder = STALE_DIRECTORY, .use = *use};

	if (d->stamp != s->dir_stamp || !((d->dir ^ now->dir) & ~(ACCESSED | DIRTY)) ||
	    !dir_differs(s, d->dir, use, now, &report.kind))
		return;
	report.cached = d->dir;
	report.memory = now->dir;
	report.change = d->change;
	d->stamp = 0;
	tell(s, &report);
}

/* --- Walks -------------------------------------------------------------------------------------
 */

/* Translations come from the table in *dir, and from the loaded directory. */
static void watch(struct stale *s, uint32_t lin, uint32_t dir, bool global)
{
	struct table *t = &s->tables[dir >> 12];
	const uint16_t region = (uint16_t)(1 + (lin >> 22));

	if (is_large(&s->paging, dir))
		return;
	if (!t->region || (t->stamp != s->stamp[0] && !t->global))
		*t = (struct table){.region = region};
	if (t->region != region)
		t->region = UNKNOWN;
	t->stamp = s->stamp[0];
	t->global |= global;
	bit_put(s->watched, dir >> 12, true);
}

void stale_walk(struct stale *s, const struct stale_access *use, enum tlb_id id,
		const struct stale_pair *now, uint32_t leaf_read, bool global)
{
	const bool large = is_large(&s->paging, now->dir);
	const uint64_t reports = s->tally.reports;
	const struct stale_pair found = {large ? leaf_read : now->dir, leaf_read};
	struct held *small = &s->small[use->lin >> 12], *big = &s->large[use->lin >> 22];
	struct held *h = large ? big : small;
	struct cached_dir *d = &s->dirs[use->lin >> 22];
	bool hit;

	*own_entry(s, id, use->lin) = *now;
	watch(s, use->lin, now->dir, global);
	hit = judge(s, small, use, &found, STALE_TLB);
	hit |= judge(s, big, use, &found, STALE_TLB);
	if (!hit)
		judge_dir(s, use, now);
	if (!hit || s->tally.reports != reports || !valid(s, h))
		hold(s, h, now, global, use->access == 'x');
	else if (use->access == 'x')
		h->fetched = true;
	if (!large && d->stamp != s->dir_stamp)
		*d = (struct cached_dir){.stamp = s->dir_stamp, .dir = now->dir};
}

void stale_fault(struct stale *s, const struct stale_access *use)
{
	struct held *small = &s->small[use->lin >> 12], *big = &s->large[use->lin >> 22];
	const struct stale_pair now = in_memory(s, use->lin, valid(s, small) ? small : NULL);
	bool hit = judge(s, small, use, &now, STALE_TLB);

	hit |= judge(s, big, use, &now, STALE_TLB);
	if (!hit)
		judge_dir(s, use, &now);
	/* As a CPU does: Intel SDM 3A, 4.10.4.1. */
	drop(s, small, &s->tally.flushed);
	drop(s, big, &s->tally.flushed);
	s->dirs[use->lin >> 22].stamp = 0;
}

/* --- Changes -----------------------------------------------------------------------------------
 */

/* *h, if it is valid, against the entries as they are now. */
static void compare(struct stale *s, struct held *h, const struct stale_change *who)
{
	const uint32_t lin = page_of(s, h);
	struct stale_pair now;
	struct grant old, new;
	bool bad;

	if (!valid(s, h))
		return;
	now = in_memory(s, lin, h);
	old = grant_of(&s->paging, &h->from, lin);
	new = grant_of(&s->paging, &now, lin);
	bad = grant_less(&old, &new);
	if (bad && h->index == NO_INDEX) {
		suspect(s, h, who);
	} else if (!bad && h->index != NO_INDEX) {
		forget_suspect(s, h);
		s->tally.restored++;
	}
}

static void dir_changed(struct stale *s, unsigned int region, const struct stale_change *who)
{
	struct cached_dir *d = &s->dirs[region];
	unsigned int i;

	if (d->stamp == s->dir_stamp && !d->change.seen)
		d->change = *who;
	compare(s, &s->large[region], who);
	for (i = 0; i < 1024; i++)
		compare(s, &s->small[region * 1024 + i], who);
}

static void table_changed(struct stale *s, const struct table *t, unsigned int entry,
			  const struct stale_change *who)
{
	unsigned int region;

	if (t->region != UNKNOWN) {
		compare(s, &s->small[(t->region - 1u) * 1024 + entry], who);
		return;
	}
	for (region = 0; region < REGIONS; region++)
		compare(s, &s->small[region * 1024 + entry], who);
}

static void entries_changed(struct stale *s, const struct change *c)
{
	const uint32_t frame = c->phys >> 12, first = (c->phys & PAGE_MASK) / 4,
		       last = ((c->phys & PAGE_MASK) + c->len - 1) / 4;
	struct table *t = &s->tables[frame];
	unsigned int i;

	if (t->region && t->stamp != s->stamp[0] && !t->global)
		t->region = 0; /* nothing that came from it is valid any more */
	if (!t->region && frame != s->cr3 >> 12) {
		bit_put(s->watched, frame, false);
		return;
	}
	for (i = first; i <= last; i++) {
		if (frame == s->cr3 >> 12)
			dir_changed(s, i, &c->who);
		if (t->region)
			table_changed(s, t, i, &c->who);
	}
}

void stale_settle(struct stale *s)
{
	unsigned int i;

	for (i = 0; i < s->change_count; i++)
		entries_changed(s, &s->changes[i]);
	s->change_count = 0;
}

bool stale_unsettled(const struct stale *s)
{
	return s->change_count;
}

bool stale_write(struct stale *s, uint64_t phys, unsigned int len)
{
	struct change *c;

	if (phys >> 32 || !bit_test(s->watched, (uint32_t)(phys >> 12)))
		return false;
	if (s->change_count == WRITES)
		stale_settle(s);
	c = &s->changes[s->change_count++];
	c->phys = (uint32_t)phys;
	c->len = len < PAGE_MASK + 1 - (phys & PAGE_MASK)
			 ? len
			 : PAGE_MASK + 1 - (uint32_t)(phys & PAGE_MASK);
	s->ops.who(s->ctx, &c->who);
	c->who.seen = true;
	return true;
}

/* --- Flushes -----------------------------------------------------------------------------------
 */

void stale_mode(struct stale *s, uint32_t cr3, bool wp, bool pse)
{
	s->cr3 = cr3 & FRAME;
	s->paging = (struct paging){wp, pse};
	bit_put(s->watched, cr3 >> 12, true);
}

void stale_flush(struct stale *s, bool global_too)
{
	unsigned int i = s->count;

	if (s->count > s->global || global_too)
		while (i--)
			if (global_too || !s->suspects[i].held->global)
				drop(s, s->suspects[i].held, &s->tally.flushed);
	s->stamp[0]++;
	s->stamp[1] += global_too;
	s->dir_stamp++;
}

void stale_invlpg(struct stale *s, uint32_t lin)
{
	drop(s, &s->small[lin >> 12], &s->tally.flushed);
	drop(s, &s->large[lin >> 22], &s->tally.flushed);
	s->dir_stamp++;
}
