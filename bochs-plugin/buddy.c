/* buddy.c - free blocks of each order over time, read from the guest's memory. See buddy.h. */
#include "buddy.h"
#include "recorder.h"
#include "rows.h"

#include <string.h>

static const char *const zone_names[] = TRACE_ZONE_NAMES;

bool buddy_hint(struct recorder *r, const struct trace_frames *at)
{
	struct buddy *b = &r->buddy;
	struct trace_zone_at zones[BUDDY_ZONES];
	const uint32_t bytes = at->nr_zones * (uint32_t)sizeof(zones[0]);
	unsigned int i;

	if (!at->nr_zones)
		return true; /* it counts none */
	if (at->nr_zones > BUDDY_ZONES || at->nr_orders > BUDDY_ORDERS || at->area_size < 4 ||
	    at->area_size > PAGE_MASK ||
	    r->m.read_linear(r->m.ctx, at->zones, zones, bytes) != bytes)
		return false;
	for (i = 0; i < at->nr_zones; i++)
		if (zones[i].zone >= sizeof(zone_names) / sizeof(zone_names[0]))
			return false;
	memset(b, 0, sizeof(*b));
	for (i = 0; i < at->nr_zones; i++)
		b->zones[i].at = zones[i];
	b->count = at->nr_zones;
	b->interval = BUDDY_INTERVAL;
	buddy_look(r, *r->m.icount);
	return true;
}

/* Reads a zone's counts. False: they are not there. */
static bool read_counts(struct recorder *r, const struct trace_zone_at *zone,
			uint32_t free[BUDDY_ORDERS])
{
	const struct trace_frames *at = &r->use.at;

	memset(free, 0, BUDDY_ORDERS * sizeof(*free));
	for (unsigned int order = 0; order < at->nr_orders; order++)
		if (r->m.read_phys(r->m.ctx,
				   (uint32_t)(zone->free - at->page_offset + order * at->area_size),
				   &free[order], 4) != 4)
			return false;
	return true;
}

void buddy_look(struct recorder *r, uint64_t icount)
{
	struct buddy *b = &r->buddy;
	uint32_t free[BUDDY_ORDERS];

	if (!b->count)
		return; /* the guest has not said where */
	for (unsigned int i = 0; i < b->count; i++) {
		struct buddy_zone *zone = &b->zones[i];

		if (!read_counts(r, &zone->at, free) ||
		    (zone->written && !memcmp(free, zone->free, sizeof(free))))
			continue;
		zone->written = true;
		memcpy(zone->free, free, sizeof(free));
		row_buddy(r, icount, zone);
	}
	if (++b->looks == BUDDY_LOOKS) {
		b->looks = 0;
		b->interval *= 2;
	}
	b->next = icount + b->interval;
}
