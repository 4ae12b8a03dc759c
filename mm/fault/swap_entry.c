/*
 * swap_entry.c - entries that name contents elsewhere: each goes to the owner of its type.
 *
 * The one place that fork (dup), zap (drop) and faults ask. Walkers that change
 * nothing but rights or dirty bits (mprotect, write-back) leave such an entry alone: the
 * rights come from its area when the page comes back, and no frame is dirty.
 */
#include "internal.h"

static const struct swap_type *owners[MAX_SWAP_TYPES];

int register_swap_type(unsigned int type, const struct swap_type *owner)
{
	BUG_ON(type >= MAX_SWAP_TYPES);
	if (owners[type])
		return -EBUSY;
	owners[type] = owner;
	return 0;
}

void unregister_swap_type(unsigned int type)
{
	BUG_ON(type >= MAX_SWAP_TYPES || !owners[type]);
	owners[type] = NULL;
}

static const struct swap_type *owner_of(swp_entry_t entry)
{
	const struct swap_type *owner = owners[swp_type(entry)];

	if (!owner)
		panic("page-table entry 0x%08x: nobody owns swap type %u", entry.val,
		      swp_type(entry));
	return owner;
}

/* Those of swap areas are counted: a page on its way to another frame is in none. */
static bool is_counted(swp_entry_t entry)
{
	return swp_type(entry) < SWP_MIGRATION;
}

void swap_entry_dup(struct mm_struct *mm, pte_t pte)
{
	swp_entry_t entry = pte_to_swp_entry(pte);

	mm->nr_swap += is_counted(entry);
	owner_of(entry)->dup(entry);
}

void swap_entry_drop(struct mm_struct *mm, pte_t pte)
{
	swp_entry_t entry = pte_to_swp_entry(pte);

	mm->nr_swap -= is_counted(entry);
	owner_of(entry)->drop(entry);
}

void swap_entry_check(pte_t pte)
{
	owner_of(pte_to_swp_entry(pte));
}

int fault_swap_entry(const struct fault *fault)
{
	swp_entry_t entry = pte_to_swp_entry(fault->entry);

	/* A page that PROT_NONE withholds: but rights and entries change together (mprotect.c). */
	BUG_ON(pte_mapped(fault->entry));
	return owner_of(entry)->fault(fault, entry);
}
