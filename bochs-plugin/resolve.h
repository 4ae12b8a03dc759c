/* resolve.h - which TLB entry a finished walk has put in. */
#ifndef TLBTRACE_RESOLVE_H
#define TLBTRACE_RESOLVE_H

#include "tlb_shadow.h"
#include "walk.h"

struct arrival {
	enum tlb_id id;
	struct tlb_slot slot;
	bool hidden; /* the same entry was there before: dropped without a hook */
};

/*
 * resolve - finds the entry that walk @w (state LEAF) has put into the TLBs of
 * @m, given the shadow @t from before it.
 * @flushed: the TLBs have been flushed since, in the middle of an instruction
 *
 * Returns false if there is none.
 */
bool resolve(const struct walk *w, struct tlb *t, const struct machine *m, bool flushed,
	     struct arrival *a);

#endif
