/* walk.h - one page walk, put together from the memory accesses it makes. */
#ifndef TLBTRACE_WALK_H
#define TLBTRACE_WALK_H

#include "machine.h"

enum walk_state {
	WALK_IDLE,
	WALK_TABLE,  /* directory entry read, table entry to come */
	WALK_ABSENT, /* an entry was not present: a page fault must follow */
	WALK_LEAF,   /* leaf entry read: a TLB entry or a page fault must follow */
};

struct walk {
	enum walk_state state;
	struct cpu_view at; /* when it began */
	uint32_t lin;	    /* the linear address walked for, as far as `known` */
	uint32_t known;	    /* which bits of lin the accesses tell */
	uint32_t mask;	    /* page size - 1, once the leaf is known */
	uint64_t dir_addr, leaf_addr;
	uint64_t dir, leaf; /* the entries, as they are now */
	uint64_t leaf_read; /* the leaf before the walk wrote to it */
	unsigned int reads, writes;
};

/*
 * walk_begin - the first read of a walk: an entry of a directory.
 * @addr, @len, @value: physical address, size in bytes and what was read
 *
 * w->at must have been filled in. Returns false, with the walk IDLE as before,
 * if that is no entry of a directory of this processor.
 */
bool walk_begin(struct walk *w, uint64_t addr, unsigned int len, uint64_t value);

/* walk_follow - the second read, in state TABLE. Returns false, with the walk as
 * it was, if that is no entry of the table. */
bool walk_follow(struct walk *w, uint64_t addr, unsigned int len, uint64_t value);

/* walk_write - the processor wrote an entry back with its A or D bit set.
 * Returns false if it is none of this walk's entries. */
bool walk_write(struct walk *w, uint64_t addr, uint64_t value);

/* walk_end - forgets the walk: it has become an entry or a fault. */
void walk_end(struct walk *w);

/* walk_allows - which data accesses (TLB_SYS_R and so on) or, in @id I, fetches the entries allow
 * without another walk: a write needs the dirty bit, too. */
uint32_t walk_allows(const struct walk *w, enum tlb_id id);

/* walk_frame - physical page of linear address @lin through the leaf. */
uint64_t walk_frame(const struct walk *w, uint32_t lin);

#endif
