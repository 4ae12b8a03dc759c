/*
 * model_cache.c - caches of what-if models: references to lines of physical memory.
 *
 * A cache is a TLB whose pages are lines, that nothing flushes: its tags are physical, and what a
 * device writes is not seen here. The set may go by the linear address; a line that two linear
 * addresses with different sets lead to is two lines then, as in such a cache.
 */
#include "model.h"

static uint64_t key_of(const struct model_tlb *c, const struct model_line *ref)
{
	const uint64_t line = ref->phys >> c->line_shift;
	const uint64_t index = c->by_linear ? ref->lin >> c->line_shift : line;

	return TLB_KEY(line + SPACE_GLOBAL + 1, 0, index % c->sim.sets);
}

static void line_in(struct models *m, const struct model *model, const struct model_line *ref)
{
	unsigned int level, i;
	uint8_t allowed;
	int outcome;

	for (level = 0; level < MODEL_LEVELS; level++) {
		struct model_tlb *c = model->cache_route[level][ref->code];

		if (!c)
			continue;
		outcome = tlb_sim_look(&c->sim, key_of(c, ref), 1, &allowed);
		if (outcome < 0) {
			m->no_memory = true;
			return;
		}
		if (m->counting) {
			c->total.n[outcome]++;
			c->area[ref->area].n[outcome]++;
		}
		if (outcome == TLB_HIT)
			break;
	}
	for (i = 0; i < level; i++)
		if (model->cache_route[i][ref->code])
			tlb_sim_fill(&model->cache_route[i][ref->code]->sim,
				     key_of(model->cache_route[i][ref->code], ref), 1);
}

void models_settle_lines(struct models *m)
{
	unsigned int code;

	for (code = 0; code < 2; code++) {
		struct recent_line *r = &m->recent_lines[code];

		if (m->counting && r->again) {
			m->again_total[REF_CLASS_LINE + code] += r->again;
			m->again_area[REF_CLASS_LINE + code][r->area] += r->again;
		}
		r->again = 0;
	}
}

void models_line(struct models *m, const struct model_line *ref)
{
	unsigned int i;

	models_settle_lines(m);
	for (i = 0; i < m->count; i++)
		line_in(m, m->list[i], ref);
	if (m->caches_unified)
		m->recent_lines[!ref->code].valid = false;
	m->recent_lines[ref->code] = (struct recent_line){
		.line = ref->lin >> m->line_shift,
		.area = ref->area,
		.valid = true,
	};
}
