/*
 * swap_entry.h - page-table entries that are neither empty nor a page: they name where the
 * page's contents are instead, as a type and an offset.
 *
 *   31            12 11    8  7   6        2  1   0
 *   +---------------+-------+---+-----------+---+---+
 *   |     offset    | 0     | 1 |   type    | 0 | 0 |     P (0) and PROTNONE (9) are clear
 *   +---------------+-------+---+-----------+---+---+
 *
 * Each type has an owner, who registers what fork, munmap and a fault do with an entry of
 * it (a swap area; a page on its way to another frame). An entry of a type that nobody owns
 * is an impossible state. All who walk page tables tell the four kinds of entry apart:
 *
 *   pte_none()      empty
 *   pte_mapped()    a page, counted in rss and _mapcount: pte_present(), or withheld by PROT_NONE
 *   is_swap_pte()   neither: this header
 */
#ifndef MM_SWAP_ENTRY_H
#define MM_SWAP_ENTRY_H

#include "arch/pgtable.h"
#include "kernel/bug.h"

/* A member, so that no number passes for an entry. */
typedef struct {
	u32 val;
} swp_entry_t;

#define MAX_SWAP_TYPES	  32u
#define SWAP_OFFSET_LIMIT (1ul << (32 - PAGE_SHIFT)) /* first offset that does not fit */
#define SWAP_TYPE_SHIFT	  2

/* The last four types are pages on their way to another frame (fault/unmap.c); the offset is the
 * frame that they leave. */
#define SWP_MIGRATION	    28u
#define SWP_MIGRATION_YOUNG 1u /* the entry had the accessed bit */
#define SWP_MIGRATION_DIRTY 2u /* ... the dirty bit */

static inline swp_entry_t swp_entry(unsigned int type, unsigned long offset)
{
	BUG_ON(type >= MAX_SWAP_TYPES || offset >= SWAP_OFFSET_LIMIT);
	return (swp_entry_t){(u32)offset << PAGE_SHIFT | type << SWAP_TYPE_SHIFT | _PAGE_SWAP};
}

static inline unsigned int swp_type(swp_entry_t entry)
{
	return entry.val >> SWAP_TYPE_SHIFT & (MAX_SWAP_TYPES - 1);
}

static inline unsigned long swp_offset(swp_entry_t entry)
{
	return entry.val >> PAGE_SHIFT;
}

_Static_assert(((MAX_SWAP_TYPES - 1) << SWAP_TYPE_SHIFT &
		(_PAGE_PRESENT | _PAGE_PROTNONE | _PAGE_SWAP)) == 0 &&
		       ((MAX_SWAP_TYPES - 1) << SWAP_TYPE_SHIFT) < PAGE_SIZE,
	       "a type runs into the bits that tell the kinds apart");
_Static_assert((_PAGE_SWAP & (_PAGE_PRESENT | _PAGE_PROTNONE)) == 0 && _PAGE_SWAP != 0 &&
		       _PAGE_SWAP < PAGE_SIZE,
	       "a swap entry holds no page and is not empty");

static inline pte_t swp_entry_to_pte(swp_entry_t entry)
{
	return (pte_t){entry.val};
}

/* The entry must be one: is_swap_pte(). */
static inline swp_entry_t pte_to_swp_entry(pte_t pte)
{
	return (swp_entry_t){pte.pte};
}

struct fault;

/* What the owner of a type does; fork, munmap and faults call it with mmap_sem held. */
struct swap_type {
	const char *name;
	/* Fork puts the entry in a second table / one table less has it. page_table_lock held. */
	void (*dup)(swp_entry_t entry);
	void (*drop)(swp_entry_t entry);
	/* Somebody touches the page: 0, -errno or FAULT_AGAIN, as any answer. May sleep. */
	int (*fault)(const struct fault *fault, swp_entry_t entry);
};

/* Entries of the type may be put into page tables from now on. -EBUSY: it has an owner. */
int __must_check register_swap_type(unsigned int type, const struct swap_type *owner);
/* No table has an entry of the type any more. */
void unregister_swap_type(unsigned int type);

#endif
