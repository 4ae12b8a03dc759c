/*
 * stale.h - is a translation used that the page tables in memory no longer give?
 *
 * The judge keeps what an ideal machine would hold: every translation since the last flush that
 * covers it, in a TLB that never loses an entry to another one, and the directory entries in its
 * paging-structure cache (Intel SDM 3A, 4.10). It is told of walks, flushes, writes to memory and
 * accesses, and reports each use of what the kernel has changed without a flush, once.
 *
 * 32-bit paging without PAE.
 */
#ifndef TLBTRACE_STALE_H
#define TLBTRACE_STALE_H

#include "machine.h"

/* What the entry in memory no longer allows, or no longer gets; the first that applies. */
enum stale_kind {
	STALE_PRESENT,	/* the page is not present */
	STALE_FRAME,	/* it is another frame */
	STALE_USER,	/* user mode may not access it */
	STALE_WRITE,	/* it may not be written */
	STALE_DIRTY,	/* the write sets no dirty bit */
	STALE_ACCESSED, /* the access sets no accessed bit */
};

#define STALE_KIND_NAMES {"present", "frame", "user", "write", "dirty", "accessed"}

/* Where the old value was. */
enum stale_holder {
	STALE_BOCHS,	 /* in Bochs's own TLB: the access went wrong here, too */
	STALE_TLB,	 /* in a TLB that had not lost it to another page */
	STALE_DIRECTORY, /* the directory entry, in a paging-structure cache */
};

#define STALE_HOLDER_NAMES {"bochs", "tlb", "directory"}

/* The write that made the entry differ. */
struct stale_change {
	uint64_t icount;
	uint32_t eip, pid;
	bool seen; /* false: nothing is known of it (a device's?) */
};

struct stale_access {
	uint32_t lin;
	char access; /* 'r', 'w', 'x' */
	bool user;
};

struct stale_report {
	enum stale_kind kind;
	enum stale_holder holder;
	struct stale_access use;
	uint32_t cached,
		memory; /* page-table entries, or of a large page or table directory entries */
	struct stale_change change;
};

/* The entries that a translation is made from; of a large page the same one twice. */
struct stale_pair {
	uint32_t dir, leaf;
};

/* What became of the entries that a change made worse than memory: suspects. */
struct stale_tally {
	uint64_t suspects; /* = flushed + restored + those that were reported + left */
	uint64_t flushed, restored, replaced;
	uint64_t reports, by_bochs; /* all, and those of STALE_BOCHS */
	uint64_t unseen;	    /* reports of changes that no write was seen for */
};

struct stale_ops {
	uint32_t (*read)(void *ctx, uint32_t phys);	     /* a page-table entry in memory */
	void (*who)(void *ctx, struct stale_change *change); /* works now */
	void (*report)(void *ctx, const struct stale_report *report);
};

struct stale;

/* stale_new - nothing is held yet. Returns NULL without memory. */
struct stale *stale_new(const struct stale_ops *ops, void *ctx);
void stale_free(struct stale *s);

/* stale_mode - the control bits that matter, as they are from now on. */
void stale_mode(struct stale *s, uint32_t cr3, bool wp, bool pse);

/*
 * stale_walk - a walk for @use has put an entry into Bochs's TLB (@id).
 * @now: the entries after the walk; @leaf_read: the leaf before it set its bits; @global: of the
 * entry
 */
void stale_walk(struct stale *s, const struct stale_access *use, enum tlb_id id,
		const struct stale_pair *now, uint32_t leaf_read, bool global);

/* stale_fault - the access was refused: the entries for its address are given up. */
void stale_fault(struct stale *s, const struct stale_access *use);

/* stale_suspect - a use of the page would have to be judged. */
bool stale_suspect(const struct stale *s, uint32_t lin);

/* stale_suspects, stale_fetchable - how many there are; of them, what fetches could use. */
unsigned int stale_suspects(const struct stale *s);
unsigned int stale_fetchable(const struct stale *s);

/* stale_use - an access without a walk. @in_bochs: by the entry that stale_walk was told of. */
void stale_use(struct stale *s, const struct stale_access *use, bool in_bochs);

/* stale_write - @len bytes are about to be written at @phys. True: into a page table, so that
 * stale_settle must be called when it is done. */
bool stale_write(struct stale *s, uint64_t phys, unsigned int len);
void stale_settle(struct stale *s);
bool stale_unsettled(const struct stale *s);

/* stale_flush - all entries go, or all but the global ones; stale_invlpg - those of one page. */
void stale_flush(struct stale *s, bool global_too);
void stale_invlpg(struct stale *s, uint32_t lin);

const struct stale_tally *stale_tally(const struct stale *s);

#endif
