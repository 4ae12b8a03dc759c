/*
 * model_count.c - what the models have counted: by area, phase, task and instruction; rows of
 * model.csv.
 *
 * Areas and instructions are counted one by one. A phase or a task gets the difference of the
 * totals between its beginning and its end.
 */
#include "model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_ROOM 16u /* areas, shares */
#define CODE_ROOM  1024u

static uint64_t counts_sum(const struct counts *c)
{
	uint64_t all = 0;
	int i;

	for (i = 0; i < OUTCOMES; i++)
		all += c->n[i];
	return all;
}

/* Calls @act for each TLB of each model, and for the model as a whole, in order. */
static void each(struct models *m,
		 void (*act)(void *ctx, struct model *model, struct model_tlb *t,
			     unsigned int index),
		 void *ctx)
{
	unsigned int i, k, index = 0;

	for (i = 0; i < m->count; i++) {
		act(ctx, m->list[i], &m->list[i]->whole, index++);
		for (k = 0; k < m->list[i]->tlb_count; k++)
			act(ctx, m->list[i], &m->list[i]->tlbs[k], index++);
		for (k = 0; k < m->list[i]->cache_count; k++)
			act(ctx, m->list[i], &m->list[i]->caches[k], index++);
	}
}

/* --- areas --------------------------------------------------------------------------------------
 */

static void *grown(void *old, size_t before, size_t after, size_t size, bool *failed)
{
	char *p = realloc(old, after * size);

	if (!p) {
		*failed = true;
		return old;
	}
	memset(p + before * size, 0, (after - before) * size);
	return p;
}

struct growth {
	struct models *m;
	uint32_t room;
};

static void grow_area(void *ctx, struct model *model, struct model_tlb *t, unsigned int index)
{
	struct growth *g = ctx;

	(void)model;
	(void)index;
	t->area = grown(t->area, g->m->area_room, g->room, sizeof(*t->area), &g->m->no_memory);
}

static bool grow_areas(struct models *m)
{
	struct growth g = {m, m->area_room ? 2 * m->area_room : FIRST_ROOM};
	int group;

	m->areas = grown(m->areas, m->area_room, g.room, sizeof(*m->areas), &m->no_memory);
	for (group = 0; group < (int)REF_CLASSES; group++)
		m->again_area[group] = grown(m->again_area[group], m->area_room, g.room,
					     sizeof(*m->again_area[group]), &m->no_memory);
	each(m, grow_area, &g);
	if (!m->no_memory)
		m->area_room = g.room;
	return !m->no_memory;
}

uint32_t models_area(struct models *m, const char *name)
{
	uint32_t i;

	for (i = 0; i < m->area_count; i++)
		if (!strcmp(m->areas[i], name))
			return i;
	if (m->area_count == m->area_room && !grow_areas(m))
		return 0;
	m->areas[m->area_count] = strdup(name);
	if (!m->areas[m->area_count]) {
		m->no_memory = true;
		return 0;
	}
	return m->area_count++;
}

/* --- instructions -------------------------------------------------------------------------------
 */

static struct code_counts *code_slot(const struct model *model, uint64_t key)
{
	uint32_t n = (uint32_t)(key * 0x9e3779b97f4a7c15ull >> 32);

	while (model->code[n & (model->code_room - 1)].used &&
	       model->code[n & (model->code_room - 1)].key != key)
		n++;
	return &model->code[n & (model->code_room - 1)];
}

static bool grow_code(struct model *model)
{
	struct code_counts *old = model->code;
	uint32_t i, room = model->code_room;

	model->code_room = room ? 2 * room : CODE_ROOM;
	model->code = calloc(model->code_room, sizeof(*model->code));
	if (!model->code) {
		model->code = old;
		model->code_room = room;
		return false;
	}
	for (i = 0; i < room; i++)
		if (old[i].used)
			*code_slot(model, old[i].key) = old[i];
	free(old);
	return true;
}

struct counts *model_code(struct model *model, uint32_t pid, uint32_t eip)
{
	const uint64_t key = (uint64_t)pid << 32 | eip;
	struct code_counts *c;

	if (2 * model->code_used >= model->code_room && !grow_code(model))
		return NULL;
	c = code_slot(model, key);
	if (!c->used) {
		c->used = true;
		c->key = key;
		model->code_used++;
	}
	return &c->counts;
}

/* --- phases and tasks ---------------------------------------------------------------------------
 */

struct handover {
	struct models *m;
	struct counts *to;
};

static void hand_over(void *ctx, struct model *model, struct model_tlb *t, unsigned int index)
{
	struct handover *h = ctx;
	int i;

	(void)model;
	for (i = 0; i < OUTCOMES; i++)
		h->to[index].n[i] += t->total.n[i] - h->m->taken[index].n[i];
}

static void note_taken(void *ctx, struct model *model, struct model_tlb *t, unsigned int index)
{
	(void)model;
	((struct models *)ctx)->taken[index] = t->total;
}

/* Gives what was counted since the last time to the running phase and task. */
static void share_out(struct models *m)
{
	struct share_list *lists[2] = {&m->phases, &m->tasks};
	unsigned int i, group;

	models_settle(m);
	for (i = 0; i < 2; i++) {
		struct share *s = &lists[i]->shares[lists[i]->current];
		struct handover h = {m, s->counts};

		each(m, hand_over, &h);
		for (group = 0; group < REF_CLASSES; group++)
			s->again[group] += m->again_total[group] - m->again_taken[group];
	}
	each(m, note_taken, m);
	memcpy(m->again_taken, m->again_total, sizeof(m->again_taken));
}

/* The share called @name is the current one from now on. */
static void enter_share(struct models *m, struct share_list *l, uint64_t key, const char *name)
{
	uint32_t i;

	for (i = 0; i < l->count; i++) {
		if (l->shares[i].key == key && !strcmp(l->shares[i].name, name)) {
			l->current = i;
			return;
		}
	}
	if (l->count == l->room) {
		l->shares = grown(l->shares, l->room, l->room ? 2 * l->room : FIRST_ROOM,
				  sizeof(*l->shares), &m->no_memory);
		if (m->no_memory)
			return;
		l->room = l->room ? 2 * l->room : FIRST_ROOM;
	}
	l->shares[i] = (struct share){
		.name = strdup(name),
		.key = key,
		.counts = calloc(m->tlb_count, sizeof(struct counts)),
	};
	if (!l->shares[i].name || !l->shares[i].counts) {
		m->no_memory = true;
		return;
	}
	l->current = l->count++;
}

void models_phase(struct models *m, const char *label)
{
	share_out(m);
	enter_share(m, &m->phases, 0, label);
}

void models_task(struct models *m, uint32_t pid, const char *name)
{
	char key[300];

	share_out(m);
	snprintf(key, sizeof(key), "%u %s", pid, name);
	enter_share(m, &m->tasks, pid, name[0] ? key : strtok(key, " "));
}

void models_count(struct models *m, bool counting)
{
	models_settle(m);
	m->counting = counting;
}

/* --- rows ---------------------------------------------------------------------------------------
 */

struct printing {
	struct models *m;
	void (*emit)(void *ctx, const struct model_row *row);
	void *ctx;
};

/* Hits that models_again counted belong to the TLB of level 1 that such references look up. */
static void add_again(const struct model *model, const struct model_tlb *t, struct counts *c,
		      const uint64_t again[REF_CLASSES])
{
	unsigned int group;

	for (group = REF_CLASS_LINE; t->line_shift && group < REF_CLASSES; group++)
		if (t == model->cache_route[0][group - REF_CLASS_LINE])
			c->n[TLB_HIT] += again[group];
	for (group = 0; !t->line_shift && group < REF_CLASS_LINE; group++) {
		const unsigned int kind = group << 2;
		const unsigned int which = (kind & REF_CODE ? 1 : 0) + (kind & REF_LARGE ? 2 : 0);

		if (model->bochs && kind & REF_WINDOW)
			continue;
		if (t == &model->whole || t == model->route[0][which])
			c->n[TLB_HIT] += again[group];
	}
}

static void put(struct printing *p, const struct model *model, const struct model_tlb *t,
		const char *dimension, const char *key, struct counts counts,
		const uint64_t again[REF_CLASSES])
{
	const struct model_row row = {model->name, t->name, t->level, dimension, key, &counts};

	if (again)
		add_again(model, t, &counts, again);
	if (again == p->m->again_total || counts_sum(&counts))
		p->emit(p->ctx, &row);
}

static void put_shares(struct printing *p, const struct model *model, const struct model_tlb *t,
		       const char *dimension, const struct share_list *l, unsigned int index)
{
	uint32_t i;

	for (i = 0; i < l->count; i++)
		put(p, model, t, dimension, l->shares[i].name, l->shares[i].counts[index],
		    l->shares[i].again);
}

static void put_areas(struct printing *p, const struct model *model, const struct model_tlb *t)
{
	uint64_t again[REF_CLASSES];
	unsigned int group;
	uint32_t i;

	for (i = 0; i < p->m->area_count; i++) {
		for (group = 0; group < REF_CLASSES; group++)
			again[group] = p->m->again_area[group][i];
		put(p, model, t, "area", p->m->areas[i], t->area[i], again);
	}
}

static int by_key(const void *a, const void *b)
{
	const struct code_counts *x = a, *y = b;

	if (x->used != y->used)
		return x->used ? -1 : 1;
	return x->key < y->key ? -1 : x->key > y->key;
}

static void put_code(struct printing *p, struct model *model)
{
	char key[32];
	uint32_t i, pid;
	int at;

	if (!model->code)
		return;
	qsort(model->code, model->code_room, sizeof(*model->code), by_key);
	for (i = 0; i < model->code_used; i++) {
		pid = (uint32_t)(model->code[i].key >> 32);
		at = pid ? snprintf(key, sizeof(key), "%u ", pid) : 0;
		snprintf(key + at, sizeof(key) - (size_t)at, "0x%08x",
			 (uint32_t)model->code[i].key);
		put(p, model, &model->whole, "code", key, model->code[i].counts, NULL);
	}
}

static void put_all(void *ctx, struct model *model, struct model_tlb *t, unsigned int index)
{
	struct printing *p = ctx;

	put(p, model, t, "all", "", t->total, p->m->again_total);
	put_shares(p, model, t, "phase", &p->m->phases, index);
	put_shares(p, model, t, "task", &p->m->tasks, index);
	put_areas(p, model, t);
	if (t == &model->whole)
		put_code(p, model);
}

void models_rows(struct models *m, void (*emit)(void *ctx, const struct model_row *row), void *ctx)
{
	struct printing p = {m, emit, ctx};

	share_out(m);
	each(m, put_all, &p);
}

/* --- beginning and end --------------------------------------------------------------------------
 */

bool models_init(struct models *m)
{
	*m = (struct models){.counting = true};
	return true;
}

/* Is there a TLB of code and data, that is the first one to be asked? */
static void note_unified(void *ctx, struct model *model, struct model_tlb *t, unsigned int index)
{
	struct models *m = ctx;

	(void)index;
	m->tlb_count++;
	if (t->line_shift && (!m->line_shift || t->line_shift < m->line_shift))
		m->line_shift = t->line_shift;
	*(t->line_shift ? &m->caches_unified : &m->unified) |=
		t != &model->whole && t->of == OF_BOTH && t->level == 1;
	m->windows |= model->bochs;
}

bool models_start(struct models *m)
{
	each(m, note_unified, m);
	m->taken = calloc(m->tlb_count + 1, sizeof(*m->taken));
	if (!m->taken || !grow_areas(m))
		return false;
	enter_share(m, &m->phases, 0, "");
	enter_share(m, &m->tasks, 0, "");
	return !m->no_memory;
}

static void free_shares(struct share_list *l)
{
	uint32_t i;

	for (i = 0; i < l->count; i++) {
		free(l->shares[i].name);
		free(l->shares[i].counts);
	}
	free(l->shares);
}

static void free_tlb(void *ctx, struct model *model, struct model_tlb *t, unsigned int index)
{
	(void)ctx;
	(void)model;
	(void)index;
	free(t->area);
	tlb_sim_free(&t->sim);
}

void models_free(struct models *m)
{
	uint32_t i;

	each(m, free_tlb, NULL);
	for (i = 0; i < m->count; i++) {
		free(m->list[i]->code);
		free(m->list[i]);
	}
	for (i = 0; i < m->area_count; i++)
		free(m->areas[i]);
	for (i = 0; i < REF_CLASSES; i++)
		free(m->again_area[i]);
	free(m->areas);
	free(m->taken);
	free(m->stamps.flushes);
	free_shares(&m->phases);
	free_shares(&m->tasks);
	*m = (struct models){0};
}
