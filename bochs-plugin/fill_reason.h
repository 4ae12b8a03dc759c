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

struct seen {
	uint64_t *slots; /* open addressing, a power of two of them, at most half full */
	uint64_t mask;
	uint64_t used;
};

/* seen_init - an empty set. Returns false when there is no memory. */
bool seen_init(struct seen *s);

/* seen_free - gives the memory back. */
void seen_free(struct seen *s);

/* seen_prefetch - seen_fill of this page is soon to come. */
void seen_prefetch(const struct seen *s, uint32_t space, uint32_t page);

/*
 * seen_fill - notes that @page of address space @space (1 to 2^40) came into
 * TLB @id. Returns why it had not been there, REASON_NONE when out of memory.
 */
enum fill_reason seen_fill(struct seen *s, uint32_t space, uint32_t page, enum tlb_id id);

/* seen_evict - notes that another page took its place in TLB @id. */
void seen_evict(struct seen *s, uint32_t space, uint32_t page, enum tlb_id id);

#endif
