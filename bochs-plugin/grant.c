/* grant.c - what the entries of a translation grant, and what a newer pair of them does not. */
#include "grant.h"

struct grant grant_of(const struct paging *p, const struct stale_pair *from, uint32_t lin)
{
	const uint32_t both = from->dir & from->leaf;
	struct grant g = {
		.present = both & PRESENT,
		.user = both & USER,
		.write = both & WRITE,
		.dirty = from->leaf & DIRTY,
		.accessed = from->leaf & ACCESSED,
	};

	if (!is_large(p, from->dir))
		g.frame = from->leaf & FRAME;
	else /* PSE-36: bits 20-13 are bits 39-32 of the frame */
		g.frame = (from->dir & 0xffc00000u) | (lin & 0x3ff000u) |
			  (uint64_t)(from->dir & 0x1fe000u) << 19;
	return g;
}

bool grant_allows(const struct paging *p, const struct grant *g, const struct stale_access *use)
{
	if (!g->present || (use->user && !g->user))
		return false;
	return use->access != 'w' || (g->dirty && (g->write || (!use->user && !p->wp)));
}

bool grant_differs(const struct paging *p, const struct grant *old, const struct grant *now,
		   const struct stale_access *use, enum stale_kind *kind)
{
	const bool write = use->access == 'w';

	if (!now->present)
		*kind = STALE_PRESENT;
	else if (old->frame != now->frame)
		*kind = STALE_FRAME;
	else if (use->user && !now->user)
		*kind = STALE_USER;
	else if (write && !now->write && (use->user || p->wp))
		*kind = STALE_WRITE;
	else if (write && !now->dirty)
		*kind = STALE_DIRTY;
	else if (old->accessed && !now->accessed)
		*kind = STALE_ACCESSED;
	else
		return false;
	return true;
}

bool grant_less(const struct grant *old, const struct grant *now)
{
	return !now->present || old->frame != now->frame || (old->user && !now->user) ||
	       (old->write && !now->write) || (old->dirty && !now->dirty) ||
	       (old->accessed && !now->accessed);
}
