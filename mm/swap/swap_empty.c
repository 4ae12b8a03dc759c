/*
 * swap_empty.c - swapoff: all that has a slot of one area comes back to memory.
 *
 *   page tables      of one address space after the other, as if each page had been touched
 *   shared memory    by shmem_unuse()
 *   swap cache       what nobody's entry names any more
 *
 * The area gives out no slots meanwhile, and a page that is back keeps none (swap_fault.c). But
 * fork copies entries, reclaim may send a page away again whose slot others still name, a fault or
 * a migration may hold one: so it goes round until no slot is in use.
 */
#include "cache/internal.h"
#include "fault/internal.h"
#include "internal.h"
#include "mm/migrate.h"

static bool is_of(pte_t entry, unsigned int type)
{
	return is_swap_pte(entry) && swp_type(pte_to_swp_entry(entry)) == type;
}

/* Between two steps: others may run. -EINTR: the caller shall stop. */
static int give_way(void)
{
	cond_resched();
	return signal_pending_current() ? -EINTR : 0;
}

/* One entry; it may change at any sleep. mmap_sem held, so that its table and area stay. */
static int empty_entry(struct vm_area_struct *vma, unsigned long addr, pte_t *ptep,
		       unsigned int type)
{
	struct fault_info info = {.cause = TRACE_CAUSE_NONE};
	struct fault fault = {
		.mm = vma->vm_mm, .vma = vma, .addr = addr, .ptep = ptep, .info = &info};
	int err = 0;

	do {
		fault.entry = *ptep;
		if (!is_of(fault.entry, type))
			return 0;
		err = swap_area_entries.fault(&fault, pte_to_swp_entry(fault.entry));
	} while (err == FAULT_AGAIN && !(err = give_way()));
	return err;
}

/* Entries of [addr, end), which lies within one table. */
static int empty_table(struct vm_area_struct *vma, unsigned long addr, unsigned long end,
		       unsigned int type)
{
	pte_t *ptep = user_pte(vma->vm_mm, addr);
	int err = 0;

	for (; addr < end && !err; addr += PAGE_SIZE, ptep++) {
		if (!is_of(*ptep, type))
			continue;
		err = empty_entry(vma, addr, ptep, type);
		if (!err)
			err = give_way();
	}
	return err;
}

static int empty_vma(struct vm_area_struct *vma, unsigned int type)
{
	unsigned long addr, next;
	int err = 0;

	for (addr = vma->vm_start; addr < vma->vm_end && !err; addr = next) {
		next = table_end(addr, vma->vm_end);
		if (user_pte(vma->vm_mm, addr))
			err = empty_table(vma, addr, next, type);
	}
	return err;
}

/* A child that fork is still filling is on the list, too: its areas are added one by one, and none
 * goes as long as it has a user. */
static int empty_mm(struct mm_struct *mm, unsigned int type)
{
	struct vm_area_struct *vma;
	int err = give_way();

	down_read(&mm->mmap_sem);
	for (vma = mm->mmap; vma && !err; vma = vma->vm_next)
		if (vma->anon_chain)
			err = empty_vma(vma, type);
	up_read(&mm->mmap_sem);
	return err;
}

static int empty_all_mms(unsigned int type)
{
	struct mm_struct *mm = NULL;
	int err = 0;

	while (!err && (mm = mm_next(mm)) != NULL)
		err = empty_mm(mm, type);
	if (mm)
		mmput(mm);
	return err;
}

/* The page of a slot, if no entry names that any more. May sleep. */
static void empty_slot(swp_entry_t entry)
{
	struct page *page = swap_cache_find(entry);

	if (!page)
		return;
	lock_page(page);
	if (PageSwapCache(page) && page_swap_entry(page).val == entry.val)
		try_to_free_swap(page);
	unlock_page(page);
	put_page(page);
}

static int empty_cache(struct swap_area *area)
{
	int err = 0;

	for (unsigned long slot = 1; slot < area->map.slots && !err; slot++) {
		if (swap_map_used(&area->map, slot))
			empty_slot(swp_entry(area->type, slot));
		if (slot % 256 == 0)
			err = give_way();
	}
	return err;
}

int swap_area_empty(struct swap_area *area)
{
	unsigned long before;
	int err = 0;

	while (!err && area->map.used) {
		before = area->map.used;
		err = empty_all_mms(area->type);
		if (!err)
			err = shmem_unuse(area->type);
		if (!err)
			err = empty_cache(area);
		/* What is left, others are at: let them. */
		if (!err && area->map.used == before)
			wait_for_holders();
	}
	return err;
}
