/*
 * grant.h - what the entries of a translation grant, and what a newer pair of them does not.
 *
 * Intel SDM 3A, 4.3 and 4.6: 32-bit paging.
 */
#ifndef TLBTRACE_GRANT_H
#define TLBTRACE_GRANT_H

#include "stale.h"

#define PRESENT	 0x01u
#define WRITE	 0x02u
#define USER	 0x04u
#define ACCESSED 0x20u
#define DIRTY	 0x40u
#define LARGE	 0x80u
#define FRAME	 0xfffff000u

/* The control bits that matter: CR0.WP, CR4.PSE. */
struct paging {
	bool wp, pse;
};

struct grant {
	bool present, user, write, dirty, accessed;
	uint64_t frame; /* of the 4 KiB page */
};

static inline bool is_large(const struct paging *p, uint32_t dir)
{
	return p->pse && (dir & LARGE);
}

/* grant_of - what *from grants at linear address @lin. */
struct grant grant_of(const struct paging *p, const struct stale_pair *from, uint32_t lin);

/* grant_allows - the access needs no walk, and a write no dirty bit set. */
bool grant_allows(const struct paging *p, const struct grant *g, const struct stale_access *use);

/*
 * grant_differs - the access, which *old lets through, would not be let through by *now, or would
 * set a bit there: *kind.
 */
bool grant_differs(const struct paging *p, const struct grant *old, const struct grant *now,
		   const struct stale_access *use, enum stale_kind *kind);

/* grant_less - some access would be such a one. */
bool grant_less(const struct grant *old, const struct grant *now);

#endif
