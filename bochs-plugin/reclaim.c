/* reclaim.c - hints of what became of page frames. See reclaim.h. */
#include "reclaim.h"
#include "rows.h"

#include <stdlib.h>

#define FRAMES	       (1u << 20) /* of 32-bit addresses */
#define NODES	       64u
#define COUNT(strings) (sizeof(strings) / sizeof((strings)[0]))

static const char *const events[] = TRACE_RECLAIM_EVENT_NAMES;
static const char *const reasons[] = TRACE_RECLAIM_WHY_NAMES;
static const char *const kinds[] = TRACE_PAGE_KIND_NAMES;
static const char *const zones[] = TRACE_ZONE_NAMES;

_Static_assert(COUNT(events) == TRACE_RECLAIM_EVENT_END, "a name for each event");
_Static_assert(COUNT(reasons) == TRACE_RECLAIM_WHY_END, "a name for each reason");
_Static_assert(COUNT(kinds) == TRACE_PAGE_KIND_END, "a name for each kind");

/* The owner of the page's frame: as it is said, or as it was said last. */
static bool fill_owner(struct recorder *r, enum trace_reclaim_event event, struct trace_page *page)
{
	struct frame_owner *owner;

	if (!r->frame_owners)
		r->frame_owners = calloc(FRAMES, sizeof(*r->frame_owners));
	if (!r->frame_owners) {
		recorder_trouble(r, "out of memory for owners of frames");
		return false;
	}
	owner = &r->frame_owners[page->frame];
	if (page->owner || event == TRACE_RECLAIM_SWAP_IN || event == TRACE_RECLAIM_REFAULT)
		*owner = (struct frame_owner){page->owner, page->address};
	page->owner = owner->pid;
	page->address = owner->address;
	if (event == TRACE_RECLAIM_DROP)
		*owner = (struct frame_owner){0, 0};
	return true;
}

static bool page_hint(struct recorder *r, const struct reclaim_row *row, uint32_t address)
{
	struct trace_page page;

	if (r->m.read_linear(r->m.ctx, address, &page, sizeof(page)) != sizeof(page) ||
	    page.node >= NODES)
		return false;
	if (row->event < TRACE_RECLAIM_PAGE_EVENTS) {
		if (page.zone >= COUNT(zones) || page.frame >= FRAMES ||
		    page.kind >= TRACE_PAGE_KIND_END || page.address % (PAGE_MASK + 1))
			return false;
		if (!fill_owner(r, row->event, &page))
			return true;
	}
	row_reclaim(r, row, &page);
	return true;
}

bool reclaim_hint(struct recorder *r, uint64_t icount, const struct hint *h)
{
	const struct reclaim_row row = {icount, (enum trace_reclaim_event)h->ebx,
					(enum trace_reclaim_why)h->ecx, h->edi};
	struct trace_zone zone;

	if (h->ebx >= TRACE_RECLAIM_EVENT_END || h->ecx >= TRACE_RECLAIM_WHY_END)
		return false;
	if (h->ebx != TRACE_RECLAIM_STATE)
		return page_hint(r, &row, h->esi);
	if (r->m.read_linear(r->m.ctx, h->esi, &zone, sizeof(zone)) != sizeof(zone) ||
	    zone.node >= NODES || zone.zone >= COUNT(zones))
		return false;
	row_zone(r, icount, &zone);
	return true;
}

void reclaim_free(struct recorder *r)
{
	free(r->frame_owners);
	r->frame_owners = NULL;
}
