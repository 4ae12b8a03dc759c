/*
 * model.c - what-if TLBs: references and flushes, as each model takes them. See model.h.
 *
 * Most references are to a page that was referred to just now. models_again counts them for all
 * models at once: such a page is in the first TLB that it is looked up in, and all that changes
 * there is the order of use. Before the next reference that may change more, the models are told
 * the order.
 */
#include "model.h"

#include <stdlib.h>
#include <string.h>

static uint32_t space_in(const struct model *model, uint32_t space, unsigned int kind)
{
	return kind & REF_GLOBAL && model->global ? SPACE_GLOBAL : space;
}

static uint64_t key_in(const struct model *model, const struct model_tlb *t, uint32_t space,
		       uint32_t page, unsigned int kind)
{
	space = space_in(model, space, kind);
	if (kind & REF_LARGE && !t->pieces)
		return TLB_KEY(space, 1, page >> 22);
	return TLB_KEY(space, 0, page >> 12);
}

static struct model_tlb *route(const struct model *model, unsigned int level, unsigned int kind)
{
	return model->route[level][(kind & REF_CODE ? 1 : 0) + (kind & REF_LARGE ? 2 : 0)];
}

/* The bits of an entry, one of which the reference needs. */
static uint8_t needed(unsigned int kind)
{
	if (kind & REF_CODE)
		return kind & REF_USER ? TLB_USER_X : TLB_SYS_X;
	if (kind & REF_WRITE)
		return kind & REF_USER ? TLB_USER_W : TLB_SYS_W;
	return kind & REF_USER ? TLB_USER_R : TLB_SYS_R;
}

/* What Bochs's entry lets through: this kind of access, and what it includes. */
static uint8_t own_kinds(unsigned int kind)
{
	uint8_t bits = TLB_SYS_R;

	if (kind & REF_CODE)
		return kind & REF_USER ? TLB_SYS_X | TLB_USER_X : TLB_SYS_X;
	if (kind & REF_WRITE)
		bits |= TLB_SYS_W;
	return kind & REF_USER ? (uint8_t)(bits | bits << 1) : bits;
}

static void count(struct models *m, struct model_tlb *t, uint32_t area, int outcome)
{
	if (!m->counting)
		return;
	t->total.n[outcome]++;
	t->area[area].n[outcome]++;
}

/* Looks one TLB up. Returns what came of it, or -1 without memory. */
static int ask(struct models *m, struct model *model, struct model_tlb *t,
	       const struct model_ref *ref, uint8_t *allowed)
{
	const uint64_t key = key_in(model, t, ref->space, ref->page, ref->kind);
	const int outcome = tlb_sim_look(&t->sim, key, needed(ref->kind), allowed);

	if (outcome >= 0)
		count(m, t, ref->area, outcome);
	if (outcome == TLB_COLD && t->pieces && ref->kind & REF_LARGE)
		t->had_pieces[ref->page >> 27] |= 1u << (ref->page >> 22 & 31);
	return outcome;
}

/* The walk of a page of 4 KiB looks for its directory entry. */
static void walk(struct models *m, struct model *model, const struct model_ref *ref)
{
	const uint64_t key = TLB_KEY(ref->space, 0, ref->page >> 22);
	struct model_tlb *t = model->walks;
	uint8_t allowed;
	int outcome;

	if (!t || ref->kind & REF_LARGE)
		return;
	outcome = tlb_sim_look(&t->sim, key, 0xff, &allowed);
	if (outcome < 0) {
		m->no_memory = true;
		return;
	}
	count(m, t, ref->area, outcome);
	if (outcome != TLB_HIT)
		tlb_sim_fill(&t->sim, key, 0xff);
}

/* All TLBs that the reference has asked in vain, up to @level, get the entry. */
static void fill(struct models *m, const struct model *model, const struct model_ref *ref,
		 unsigned int level, uint8_t allowed)
{
	unsigned int i;

	m->filled |= level != 0;
	for (i = 0; i < level; i++) {
		struct model_tlb *t = route(model, i, ref->kind);

		if (t)
			tlb_sim_fill(&t->sim, key_in(model, t, ref->space, ref->page, ref->kind),
				     allowed);
	}
}

/* Returns the outcome in the last TLB that was asked. */
static int look(struct models *m, struct model *model, const struct model_ref *ref)
{
	unsigned int level = 0;
	int outcome = TLB_COLD;
	uint8_t allowed = 0;

	for (; level < MODEL_LEVELS; level++) {
		struct model_tlb *t = route(model, level, ref->kind);

		if (!t)
			continue;
		outcome = ask(m, model, t, ref, &allowed);
		if (outcome < 0)
			return outcome;
		if (outcome == TLB_UPGRADE)
			break;
		if (outcome == TLB_HIT) {
			fill(m, model, ref, level, allowed);
			return outcome;
		}
	}
	walk(m, model, ref);
	allowed = model->accesses ? own_kinds(ref->kind) : ref->allowed | needed(ref->kind);
	fill(m, model, ref, MODEL_LEVELS, allowed);
	return outcome;
}

static void ref_in(struct models *m, struct model *model, const struct model_ref *ref)
{
	struct counts *code;
	int outcome;

	if (model->bochs && ref->kind & REF_WINDOW)
		return;
	outcome = look(m, model, ref);
	if (outcome < 0) {
		m->no_memory = true;
		return;
	}
	count(m, &model->whole, ref->area, outcome);
	if (outcome == TLB_HIT || !m->counting)
		return;
	code = model_code(model, ref->pid, ref->eip);
	if (code)
		code->n[outcome]++;
	else
		m->no_memory = true;
}

/* The page was used by references that the models were not told of. */
static void touch(struct models *m, const struct model_ref *ref)
{
	unsigned int i;

	for (i = 0; i < m->count; i++) {
		const struct model *model = m->list[i];
		struct model_tlb *t = route(model, 0, ref->kind);

		if (t && !(model->bochs && ref->kind & REF_WINDOW))
			tlb_sim_touch(&t->sim, key_in(model, t, ref->space, ref->page, ref->kind));
	}
}

/* Recent pages in the order of their last use; returns how many. */
static unsigned int sort_recent(struct recent_page *all, unsigned int count,
				struct recent_page **sorted)
{
	unsigned int i, k, n = 0;

	for (i = 0; i < count; i++) {
		if (!all[i].kinds)
			continue;
		for (k = n++; k && sorted[k - 1]->used > all[i].used; k--)
			sorted[k] = sorted[k - 1];
		sorted[k] = &all[i];
	}
	return n;
}

/* Tells the models the order in which these pages were used, as far as theirs is another one. */
static void tell_order(struct models *m, struct recent_page *all, unsigned int count)
{
	struct recent_page *sorted[2 * RECENT_PAGES];
	unsigned int i, n = sort_recent(all, count, sorted);

	/* From the first one that is out of order on, each comes in front of the one before. */
	for (i = 1; i < n && sorted[i]->told > sorted[i - 1]->told; i++)
		;
	for (; i < n; i++)
		touch(m, &sorted[i]->ref);
	for (i = 0; i < n; i++)
		sorted[i]->told = sorted[i]->used;
}

void models_settle(struct models *m)
{
	struct recent_page *r = m->recent[0];
	unsigned int i;

	if (m->unified) {
		tell_order(m, r, 2 * RECENT_PAGES);
	} else {
		tell_order(m, m->recent[0], RECENT_PAGES);
		tell_order(m, m->recent[1], RECENT_PAGES);
	}
	for (i = 0; i < 2 * RECENT_PAGES; i++, r++) {
		if (m->counting && r->again) {
			m->again_total[REF_CLASS(r->ref.kind)] += r->again;
			m->again_area[REF_CLASS(r->ref.kind)][r->ref.area] += r->again;
		}
		r->again = 0;
	}
	models_settle_lines(m);
}

static void forget_stream(struct models *m, unsigned int stream)
{
	unsigned int i;

	for (i = 0; i < RECENT_PAGES; i++)
		m->recent[stream][i].kinds = 0;
}

void models_forget(struct models *m)
{
	models_settle(m);
	forget_stream(m, 0);
	forget_stream(m, 1);
	m->recent_lines[0].valid = m->recent_lines[1].valid = false; /* another line may be there */
}

/* The place of the page among the recent ones of its stream, or the one used longest ago. */
static struct recent_page *recent_place(struct models *m, const struct model_ref *ref)
{
	struct recent_page *r = m->recent[ref->kind & REF_CODE ? 1 : 0], *oldest = r;
	unsigned int i;

	for (i = 0; i < RECENT_PAGES; i++) {
		if (r[i].kinds && r[i].ref.page == ref->page)
			return &r[i];
		if (!r[i].kinds || (oldest->kinds && r[i].used < oldest->used))
			oldest = &r[i];
	}
	oldest->kinds = 0;
	return oldest;
}

void models_ref(struct models *m, const struct model_ref *ref)
{
	const unsigned int stream = ref->kind & REF_CODE ? 1 : 0;
	struct recent_page *recent;
	unsigned int i;

	models_settle(m);
	m->filled = false;
	for (i = 0; i < m->count; i++)
		ref_in(m, m->list[i], ref);
	if (m->filled) { /* any of the others may have lost its place, or let other accesses in */
		forget_stream(m, stream);
		if (m->unified)
			forget_stream(m, !stream);
	}
	recent = recent_place(m, ref);
	if (recent->ref.area != ref->area || REF_CLASS(recent->ref.kind) != REF_CLASS(ref->kind))
		recent->kinds = 0;
	recent->ref = *ref;
	recent->kinds |= 1u << (ref->kind & 7);
	recent->used = recent->told = ++m->clock;
}

void models_repeat(struct models *m, uint32_t page, unsigned int kind, uint32_t count)
{
	struct recent_page *r = m->recent[kind & REF_CODE ? 1 : 0];
	unsigned int i;

	for (i = 0; i < RECENT_PAGES; i++)
		if (r[i].kinds && r[i].ref.page == page)
			r[i].again += count;
}

/* All TLBs of all models, with the cache of walks. */
static void each_tlb(struct models *m, void (*act)(struct tlb_sim *sim, const void *arg),
		     const void *arg, bool (*wanted)(const struct model *model, const void *arg))
{
	unsigned int i, k;

	for (i = 0; i < m->count; i++)
		for (k = 0; (!wanted || wanted(m->list[i], arg)) && k < m->list[i]->tlb_count; k++)
			act(&m->list[i]->tlbs[k].sim, arg);
}

static void flush_all(struct tlb_sim *sim, const void *arg)
{
	(void)arg;
	tlb_sim_flush(sim, true);
}

static bool is_bochs(const struct model *model, const void *arg)
{
	(void)arg;
	return model->bochs;
}

static void flush_cr3(struct model *model, bool global_too, uint32_t from, uint32_t to)
{
	unsigned int k;

	for (k = 0; k < model->tlb_count; k++) {
		struct model_tlb *t = &model->tlbs[k];

		if (!model->tags)
			tlb_sim_flush(&t->sim, global_too || !model->global);
		else if (from == to)
			tlb_sim_flush_space(&t->sim, to);
	}
}

/* A tag counts the flushes of its address space. */
static void raise_stamp(struct models *m, uint32_t space)
{
	uint32_t room = m->stamps.room ? m->stamps.room : 256;
	uint64_t *flushes;

	while (room <= space)
		room *= 2;
	if (room != m->stamps.room) {
		flushes = realloc(m->stamps.flushes, room * sizeof(*flushes));
		if (!flushes) {
			m->no_memory = true;
			return;
		}
		memset(flushes + m->stamps.room, 0, (room - m->stamps.room) * sizeof(*flushes));
		m->stamps.flushes = flushes;
		m->stamps.room = room;
	}
	m->stamps.flushes[space]++;
}

void models_flush(struct models *m, enum models_flush what, bool global_too, uint32_t from,
		  uint32_t to)
{
	unsigned int i;

	models_forget(m);
	if (what == MODELS_GLOBAL) {
		each_tlb(m, flush_all, NULL, NULL);
		return;
	}
	if (what == MODELS_EMULATOR) {
		each_tlb(m, flush_all, NULL, is_bochs);
		return;
	}
	if (from == to)
		raise_stamp(m, to);
	for (i = 0; i < m->count; i++)
		flush_cr3(m->list[i], global_too, from, to);
}

void models_rename(struct models *m, uint32_t from, uint32_t to)
{
	unsigned int i, k;

	models_forget(m);
	for (i = 0; i < m->count; i++)
		for (k = 0; k < m->list[i]->tlb_count; k++)
			if (!tlb_sim_rename(&m->list[i]->tlbs[k].sim, from, to))
				m->no_memory = true;
}

/* Every entry that @page may have in this TLB. */
static void drop_page(struct model_tlb *t, uint32_t space, uint32_t page)
{
	if (t->small || t->pieces)
		tlb_sim_drop(&t->sim, TLB_KEY(space, 0, page >> 12));
	if (t->large)
		tlb_sim_drop(&t->sim, TLB_KEY(space, 1, page >> 22));
}

/* INVLPG drops all pieces of a large page, and all that the walks have kept of this space. */
static void invlpg_in(struct model_tlb *t, uint32_t space, uint32_t page)
{
	const uint32_t first = page >> 22 << 10;
	uint32_t i;

	drop_page(t, space, page);
	for (i = 0; t->had_pieces[page >> 27] >> (page >> 22 & 31) & 1 && i < 1024; i++)
		tlb_sim_drop(&t->sim, TLB_KEY(space, 0, first + i));
}

void models_invlpg(struct models *m, uint32_t space, uint32_t page)
{
	unsigned int i, k;

	models_forget(m);
	for (i = 0; i < m->count; i++) {
		for (k = 0; k < m->list[i]->tlb_count; k++) {
			struct model_tlb *t = &m->list[i]->tlbs[k];

			if (t->of == OF_WALKS) {
				tlb_sim_flush(&t->sim, true);
				continue;
			}
			invlpg_in(t, space, page);
			invlpg_in(t, SPACE_GLOBAL, page);
		}
	}
}

void models_fault(struct models *m, uint32_t space, uint32_t page, bool code)
{
	unsigned int i, k;

	models_forget(m);
	for (i = 0; i < m->count; i++) {
		for (k = 0; k < m->list[i]->tlb_count; k++) {
			struct model_tlb *t = &m->list[i]->tlbs[k];

			if (t->of == OF_WALKS)
				tlb_sim_drop(&t->sim, TLB_KEY(space, 0, page >> 22));
			else if (t->of & (code ? OF_CODE : OF_DATA) &&
				 !(code && m->list[i]->bochs)) {
				drop_page(t, space, page);
				drop_page(t, SPACE_GLOBAL, page);
			}
		}
	}
}
