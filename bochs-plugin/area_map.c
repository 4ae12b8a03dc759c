/* area_map.c - the areas of each process, as the guest's hints tell. See area_map.h. */
#include "area_map.h"

#include <stdlib.h>
#include <string.h>

static struct process_areas *find(const struct area_map *m, uint32_t tgid)
{
	struct process_areas *p = m->bucket[tgid % AREA_BUCKETS];

	while (p && p->tgid != tgid)
		p = p->next;
	return p;
}

static struct process_areas *find_or_add(struct area_map *m, uint32_t tgid)
{
	struct process_areas *p = find(m, tgid);

	if (p)
		return p;
	p = calloc(1, sizeof(*p));
	if (!p)
		return NULL;
	p->tgid = tgid;
	p->next = m->bucket[tgid % AREA_BUCKETS];
	m->bucket[tgid % AREA_BUCKETS] = p;
	return p;
}

/* How many areas lie wholly below @addr. */
static uint32_t below(const struct process_areas *p, uint32_t addr)
{
	uint32_t low = 0, high = p->count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (p->list[middle].last < addr)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool insert(struct process_areas *p, uint32_t at, struct mapped one)
{
	struct mapped *list = p->list;

	if (p->count == p->room) {
		list = realloc(list, (p->room ? 2 * p->room : 16) * sizeof(*list));
		if (!list)
			return false;
		p->list = list;
		p->room = p->room ? 2 * p->room : 16;
	}
	memmove(list + at + 1, list + at, (p->count - at) * sizeof(*list));
	list[at] = one;
	p->count++;
	return true;
}

static void take_out(struct process_areas *p, uint32_t at)
{
	memmove(p->list + at, p->list + at + 1, (p->count - at - 1) * sizeof(*p->list));
	p->count--;
}

/* What lies in [from, last] goes; an area around it falls in two. */
static bool carve(struct process_areas *p, uint32_t from, uint32_t last)
{
	uint32_t i = below(p, from);

	while (i < p->count && p->list[i].from <= last) {
		struct mapped *one = &p->list[i], rest = *one;

		if (one->from < from) {
			one->last = from - 1;
			rest.from = last + 1;
			i++;
			if (rest.last > last)
				return insert(p, i, rest);
		} else if (one->last > last) {
			one->from = last + 1;
			return true;
		} else {
			take_out(p, i);
		}
	}
	return true;
}

bool area_map_clear(struct area_map *m, uint32_t tgid, uint32_t from, uint32_t last, bool whole)
{
	struct process_areas *p = find(m, tgid);
	uint32_t i;

	if (!p)
		return true;
	i = below(p, from);
	if (whole && i < p->count && p->list[i].from <= from)
		take_out(p, i);
	return carve(p, from, last);
}

bool area_map_set(struct area_map *m, uint32_t tgid, uint32_t from, uint32_t last, uint32_t area)
{
	struct process_areas *p = find_or_add(m, tgid);

	return p && carve(p, from, last) &&
	       insert(p, below(p, from), (struct mapped){from, last, area});
}

uint32_t area_map_find(const struct area_map *m, uint32_t tgid, uint32_t addr, uint32_t none)
{
	const struct process_areas *p = find(m, tgid);
	uint32_t i = p ? below(p, addr) : 0;

	return p && i < p->count && p->list[i].from <= addr ? p->list[i].area : none;
}

void area_map_free(struct area_map *m)
{
	struct process_areas *p;
	unsigned int i;

	for (i = 0; i < AREA_BUCKETS; i++) {
		while ((p = m->bucket[i])) {
			m->bucket[i] = p->next;
			free(p->list);
			free(p);
		}
	}
}
