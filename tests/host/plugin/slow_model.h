/*
 * slow_model.h - what-if TLBs that are slow and plainly right, for test_model.c.
 *
 * A slow TLB is a list of what each set holds, with times of coming and last use; everything is
 * found by looking at all of it, and reasons by counting the pages used since.
 */
#ifndef PLUGIN_SLOW_MODEL_H
#define PLUGIN_SLOW_MODEL_H

#include "model.h"

#include <stdlib.h>

#define KEYS (1u << 11)

struct slow_entry {
	bool used;
	uint32_t key;
	uint64_t came, last;
	uint8_t allowed;
};

struct slow_page {
	bool seen, flushed;
	uint64_t last;
	bool evicted;
};

struct slow_tlb {
	const struct model_tlb *like;
	struct slow_entry *entries;
	bool upper_used[512];	 /* PLRU, a tree for each set: the upper half was used last */
	struct slow_page *pages; /* by key */
	uint32_t random;
	struct counts counts;
};

struct slow_model {
	const struct model *like;
	struct slow_tlb tlbs[MODEL_TLBS_MAX], caches[MODEL_CACHES_MAX];
	struct counts whole;
};

static uint64_t now;

/* Space (1 is that of global pages), size, region and number of a page in 11 bits. */
static uint32_t slow_key(uint32_t space, bool large, uint32_t page)
{
	return space << 8 | (large ? 1u << 7 | page >> 22 : (page >> 22) << 4 | (page >> 12 & 15));
}

static uint32_t unit(const struct model_ref *ref, bool whole)
{
	return whole ? ref->page >> 22 : ref->page >> 12;
}

static bool *tree_of(struct slow_tlb *t, uint32_t set)
{
	return t->upper_used + set * t->like->sim.ways;
}

static void slow_use(struct slow_tlb *t, struct slow_entry *e)
{
	const uint32_t ways = t->like->sim.ways;
	const uint32_t at = (uint32_t)(e - t->entries), leaf = at % ways + ways;
	uint32_t node;

	e->last = now;
	for (node = leaf; node > 1 && t->like->sim.replace == REPLACE_PLRU; node /= 2)
		tree_of(t, at / ways)[node / 2] = node % 2;
}

static struct slow_entry *slow_victim(struct slow_tlb *t, uint32_t set)
{
	const struct tlb_sim *sim = &t->like->sim;
	struct slow_entry *e = t->entries + set * sim->ways, *best = e;
	uint32_t i, node = 1;

	for (i = 0; i < sim->ways; i++)
		if (!e[i].used)
			return &e[i];
	if (sim->replace == REPLACE_RANDOM) {
		t->random ^= t->random << 13;
		t->random ^= t->random >> 17;
		t->random ^= t->random << 5;
		return &e[t->random % sim->ways];
	}
	if (sim->replace == REPLACE_PLRU) {
		while (node < sim->ways)
			node = 2 * node + !tree_of(t, set)[node];
		return &e[node - sim->ways];
	}
	for (i = 1; i < sim->ways; i++)
		if (sim->replace == REPLACE_LRU ? e[i].last < best->last : e[i].came < best->came)
			best = &e[i];
	return best;
}

static struct slow_entry *slow_find(struct slow_tlb *t, uint32_t key)
{
	uint32_t i;

	for (i = 0; i < t->like->sim.entries; i++)
		if (t->entries[i].used && t->entries[i].key == key)
			return &t->entries[i];
	return NULL;
}

static enum outcome slow_reason(const struct slow_tlb *t, uint32_t key)
{
	const struct slow_page *p = &t->pages[key];
	uint32_t i, since = 0;

	if (!p->seen)
		return TLB_COLD;
	if (t->like->sim.left)
		return p->evicted ? TLB_CONFLICT : TLB_FLUSHED;
	for (i = 0; i < KEYS; i++)
		since += t->pages[i].last > p->last;
	if (since >= t->like->sim.entries)
		return TLB_CAPACITY;
	return p->flushed ? TLB_FLUSHED : TLB_CONFLICT;
}

static enum outcome slow_look(struct slow_tlb *t, uint32_t key, uint8_t need, uint8_t *allowed)
{
	struct slow_entry *e = slow_find(t, key);
	enum outcome outcome = e ? TLB_UPGRADE : slow_reason(t, key);

	if (e && e->allowed & need)
		outcome = TLB_HIT;
	t->pages[key] = (struct slow_page){true, false, now, t->pages[key].evicted};
	if (e) {
		slow_use(t, e);
		*allowed = e->allowed;
	}
	t->counts.n[outcome]++;
	return outcome;
}

static void slow_fill(struct slow_tlb *t, uint32_t key, uint32_t number, uint8_t allowed)
{
	struct slow_entry *e = slow_find(t, key);

	if (!e) {
		e = slow_victim(t, number % t->like->sim.sets);
		if (e->used)
			t->pages[e->key].evicted = true;
		*e = (struct slow_entry){true, key, now, now, 0};
		t->pages[key].evicted = false;
		slow_use(t, e);
	}
	e->allowed = allowed;
}

/* Everything that @hit says goes. */
static void slow_drop(struct slow_tlb *t, bool (*hit)(uint32_t key, const uint32_t *arg),
		      const uint32_t *arg)
{
	uint32_t i;

	for (i = 0; i < t->like->sim.entries; i++)
		if (hit(t->entries[i].key, arg))
			t->entries[i].used = false;
	for (i = 0; i < KEYS; i++)
		if (hit(i, arg))
			t->pages[i].flushed = true;
}

static uint8_t slow_need(const struct model_ref *ref)
{
	const bool user = ref->kind & REF_USER;

	if (ref->kind & REF_CODE)
		return user ? TLB_USER_X : TLB_SYS_X;
	return (uint8_t)((ref->kind & REF_WRITE ? TLB_SYS_W : TLB_SYS_R) << user);
}

static uint8_t slow_allowed(const struct slow_model *m, const struct model_ref *ref)
{
	static const uint8_t data[2][2] = {{1, 1 | 4}, {1 | 2, 15}};
	const int user = !!(ref->kind & REF_USER);

	if (!m->like->accesses)
		return ref->allowed | slow_need(ref);
	return ref->kind & REF_CODE ? data[user][0] : data[user][ref->kind & REF_WRITE];
}

/* The TLBs of a model that take this reference, in order of their levels. */
static unsigned int slow_route(struct slow_model *m, const struct model_ref *ref,
			       struct slow_tlb *path[MODEL_LEVELS])
{
	unsigned int level, i, n = 0;

	for (level = 1; level <= MODEL_LEVELS; level++) {
		for (i = 0; i < m->like->tlb_count; i++) {
			const struct model_tlb *t = &m->like->tlbs[i];

			if (t->of != OF_WALKS && t->level == level &&
			    t->of & (ref->kind & REF_CODE ? OF_CODE : OF_DATA) &&
			    (ref->kind & REF_LARGE ? t->large || t->pieces : t->small))
				path[n++] = &m->tlbs[i];
		}
	}
	return n;
}

static void slow_walk(struct slow_model *m, const struct model_ref *ref)
{
	const uint32_t key = slow_key(ref->space, false, ref->page & ~0x3fffffu);
	uint8_t allowed;
	unsigned int i;

	for (i = 0; i < m->like->tlb_count; i++)
		if (m->like->tlbs[i].of == OF_WALKS && !(ref->kind & REF_LARGE) &&
		    slow_look(&m->tlbs[i], key, 1, &allowed) != TLB_HIT)
			slow_fill(&m->tlbs[i], key, ref->page >> 22, 1);
}

static void slow_ref(struct slow_model *m, const struct model_ref *ref)
{
	const bool global = ref->kind & REF_GLOBAL && m->like->global;
	struct slow_tlb *path[MODEL_LEVELS];
	uint32_t keys[MODEL_LEVELS], numbers[MODEL_LEVELS];
	unsigned int i, n = slow_route(m, ref, path), asked;
	enum outcome outcome = TLB_COLD;
	uint8_t allowed = 0;

	if (m->like->bochs && ref->kind & REF_WINDOW)
		return;
	for (i = 0; i < n; i++) {
		const bool whole = ref->kind & REF_LARGE && !path[i]->like->pieces;

		keys[i] = slow_key(global ? SPACE_GLOBAL : ref->space, whole, ref->page);
		numbers[i] = unit(ref, whole);
	}
	for (asked = 0; asked < n; asked++) {
		outcome = slow_look(path[asked], keys[asked], slow_need(ref), &allowed);
		if (outcome == TLB_HIT || outcome == TLB_UPGRADE)
			break;
	}
	m->whole.n[outcome]++;
	if (outcome != TLB_HIT) {
		slow_walk(m, ref);
		allowed = slow_allowed(m, ref);
		asked = n;
	}
	/* An upgrade reaches lower levels only where they were asked, or have the page. */
	for (i = 0; i < asked; i++)
		if (path[i]->pages[keys[i]].seen)
			slow_fill(path[i], keys[i], numbers[i], allowed);
}

/* A line has the number of its physical address and the set that it is in as its key. */
static void slow_line(struct slow_model *m, const struct model_line *ref)
{
	uint32_t keys[MODEL_CACHES_MAX], sets[MODEL_CACHES_MAX];
	struct slow_tlb *path[MODEL_CACHES_MAX];
	unsigned int level, i, n = 0;
	uint8_t allowed;

	for (level = 1; level <= MODEL_LEVELS; level++) {
		for (i = 0; i < m->like->cache_count; i++) {
			const struct model_tlb *c = &m->like->caches[i];
			const uint64_t addr = c->by_linear ? ref->lin : ref->phys;

			if (c->level != level || !(c->of & (ref->code ? OF_CODE : OF_DATA)))
				continue;
			sets[n] = (uint32_t)(addr >> c->line_shift) % c->sim.sets;
			keys[n] = (uint32_t)(ref->phys >> c->line_shift) << 3 | sets[n];
			path[n++] = &m->caches[i];
		}
	}
	for (i = 0; i < n; i++)
		if (slow_look(path[i], keys[i], 1, &allowed) == TLB_HIT)
			break;
	while (i--)
		slow_fill(path[i], keys[i], sets[i], 1);
}

/* --- flushes ------------------------------------------------------------------------------ */

static bool every(uint32_t key, const uint32_t *arg)
{
	(void)key;
	(void)arg;
	return true;
}

static bool not_global(uint32_t key, const uint32_t *arg)
{
	(void)arg;
	return key >> 8 != SPACE_GLOBAL;
}

static bool of_space(uint32_t key, const uint32_t *arg)
{
	return key >> 8 == arg[0];
}

static bool is_key(uint32_t key, const uint32_t *arg)
{
	return key == arg[0];
}

/* arg: space, whole region of the large page */
static bool in_region(uint32_t key, const uint32_t *arg)
{
	return key >> 8 == arg[0] &&
	       (key & 1u << 7 ? (key & 15) == arg[1] : (key >> 4 & 7) == arg[1]);
}

static void slow_flush(struct slow_model *m, enum models_flush what, bool global_too, uint32_t from,
		       uint32_t to)
{
	unsigned int i;

	for (i = 0; i < m->like->tlb_count; i++) {
		struct slow_tlb *t = &m->tlbs[i];

		if (what == MODELS_GLOBAL || (what == MODELS_EMULATOR && m->like->bochs))
			slow_drop(t, every, NULL);
		else if (what == MODELS_EMULATOR)
			continue;
		else if (m->like->tags && from == to)
			slow_drop(t, of_space, &to);
		else if (!m->like->tags)
			slow_drop(t,
				  global_too || !m->like->global || t->like->of == OF_WALKS
					  ? every
					  : not_global,
				  NULL);
	}
}

static void slow_forget_page(struct slow_tlb *t, uint32_t space, uint32_t page)
{
	uint32_t key = slow_key(space, false, page);

	if (t->like->small)
		slow_drop(t, is_key, &key);
	key = slow_key(space, true, page);
	if (t->like->large)
		slow_drop(t, is_key, &key);
}

static void slow_invlpg(struct slow_model *m, uint32_t space, uint32_t page, bool large)
{
	const uint32_t here[2] = {space, page >> 22}, global[2] = {SPACE_GLOBAL, page >> 22};
	unsigned int i;

	for (i = 0; i < m->like->tlb_count; i++) {
		struct slow_tlb *t = &m->tlbs[i];

		if (t->like->of == OF_WALKS) {
			slow_drop(t, every, NULL);
		} else if (large) {
			slow_drop(t, in_region, here);
			slow_drop(t, in_region, global);
		} else {
			slow_forget_page(t, space, page);
			slow_forget_page(t, SPACE_GLOBAL, page);
		}
	}
}

static void slow_fault(struct slow_model *m, uint32_t space, uint32_t page, bool code)
{
	uint32_t key = slow_key(space, false, page & ~0x3fffffu);
	unsigned int i;

	for (i = 0; i < m->like->tlb_count; i++) {
		struct slow_tlb *t = &m->tlbs[i];

		if (t->like->of == OF_WALKS) {
			slow_drop(t, is_key, &key);
		} else if (t->like->of & (code ? OF_CODE : OF_DATA) && !(code && m->like->bochs)) {
			slow_forget_page(t, space, page);
			slow_forget_page(t, SPACE_GLOBAL, page);
		}
	}
}

#endif
