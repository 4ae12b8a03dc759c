/* fill_reason.h - why an entry is filled: which pages were ever in a TLB, and how they left it. */
#ifndef TLBTRACE_FILL_REASON_H
#define TLBTRACE_FILL_REASON_H

#include "machine.h"

#define SPACE_GLOBAL 1u /* address-space number of global pages; others are above */

enum fill_reason {
	REASON_NONE,
	REASON_COLD,
	REASON_CONFLICT,
	REASON_FLUSHED
};

/* What drops entries. The first six are those of enum flush_reason, in its order. */
enum drop {
	DROP_NONE,
	DROP_CR3,
	DROP_CR4,
	DROP_CR0,
	DROP_TASK,
	DROP_EMULATOR,
	DROP_INVLPG,
	DROP_FAULT, /* the page fault itself: Bochs gives a too weak entry up before it walks */
	DROP_END
};

#define DROP_NAMES {"", "cr3", "cr4", "cr0", "task", "emulator", "invlpg", "fault"}

/* One page of one address space. */
struct seen_page {
	uint64_t key;	   /* with flags below, see fill_reason.c; 0: free */
	uint32_t since[2]; /* per TLB: flushes of its kind before it last came in */
};

/* All flushes that hit entries of one kind, in order. */
struct flush_log {
	uint8_t *drops; /* enum drop of each */
	uint32_t count, room;
};

struct seen {
	struct seen_page *slots; /* open addressing, a power of two of them, at most half full */
	uint64_t mask;
	uint64_t used;
	struct flush_log flushes[2]; /* [0] hit ordinary entries, [1] global ones as well */
	bool no_memory;
};

/* seen_init - an empty set. Returns false when there is no memory. */
bool seen_init(struct seen *s);

/* seen_free - gives the memory back. */
void seen_free(struct seen *s);

/* seen_prefetch - seen_fill of this page is soon to come. */
void seen_prefetch(const struct seen *s, uint32_t space, uint32_t page);

/*
 * seen_fill - notes that @page of address space @space came into TLB @id.
 * @mask: size of the page that it is a piece of, - 1
 * @drop: out: what first dropped its entry since it last came in, or would have had it still been
 *        there; DROP_NONE for a page that is new or only lost its place
 *
 * Returns why it had not been there, REASON_NONE when out of memory.
 */
enum fill_reason seen_fill(struct seen *s, uint32_t space, uint32_t page, uint32_t mask,
			   enum tlb_id id, enum drop *drop);

/* seen_evict - notes that another page took its place in TLB @id. */
void seen_evict(struct seen *s, uint32_t space, uint32_t page, enum tlb_id id);

/* seen_drop - the entry of @page in TLB @id is dropped, or would be if it were still there. */
void seen_drop(struct seen *s, uint32_t space, uint32_t page, enum tlb_id id, enum drop drop);

/*
 * seen_invlpg - INVLPG of @page, in both TLBs and with all pieces of the large page it is in.
 * @large: size of large pages - 1, as the processor has them at the moment
 */
void seen_invlpg(struct seen *s, uint32_t space, uint32_t page, uint32_t large);

/*
 * seen_flush - all ordinary entries are dropped, or @global_too all. No memory is reported by the
 * next seen_fill.
 */
void seen_flush(struct seen *s, enum drop drop, bool global_too);

#endif
