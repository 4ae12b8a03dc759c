/*
 * rmap_validate.c - checks that from each mapped page all entries are found that map it. For
 * tests: it visits every entry, and from each page all areas that may map it.
 */
#include "mm/rmap.h"
#include "internal.h"

/* What a walk from a page found. */
struct found {
	const struct mm_struct *mm; /* the entry that is looked for */
	unsigned long addr;
	unsigned int times;   /* it was found */
	unsigned int entries; /* all that map the page */
};

static bool find_one(struct page *page, struct vm_area_struct *vma, unsigned long addr, void *arg)
{
	struct found *found = arg;

	BUG_ON(addr < vma->vm_start || addr >= vma->vm_end || (addr & ~PAGE_MASK));
	if (!page_entry(page, vma->vm_mm, addr))
		return true;
	found->entries++;
	if (vma->vm_mm == found->mm && addr == found->addr)
		found->times++;
	return true;
}

/* A locked page is being moved or read at this moment; its owner knows of the walk no more than we
 * of him, and neither sleeps. */
static void walk_page(struct page *page, struct found *found)
{
	bool locked = trylock_page(page);

	rmap_walk(page, find_one, found);
	if (locked)
		unlock_page(page);
}

static void check_entry(struct mm_struct *mm, unsigned long addr, pte_t entry)
{
	struct page *page = pfn_to_page(pte_pfn(entry));
	struct found found = {.mm = mm, .addr = addr};

	walk_page(page, &found);
	if (found.times == 1 && found.entries == (unsigned int)page_mapcount(page))
		return;
	dump_page(page, "has another reverse map than entries");
	panic("address 0x%08lx is found %u times, and %u entries in all", addr, found.times,
	      found.entries);
}

static unsigned long check_table(struct mm_struct *mm, const pte_t *ptep, unsigned long addr)
{
	unsigned long entries = 0;

	for (unsigned int i = 0; i < PTRS_PER_PTE; i++, addr += PAGE_SIZE) {
		if (!pte_mapped(ptep[i]) || pte_pfn(ptep[i]) == zero_pfn)
			continue;
		check_entry(mm, addr, ptep[i]);
		entries++;
	}
	return entries;
}

unsigned long rmap_validate(void)
{
	unsigned long entries = 0;
	struct mm_struct *mm;

	list_for_each_entry (mm, &mmlist, mmlist)
		for (unsigned long i = 0; i < USER_PGDS; i++) {
			const pte_t *ptep = user_pte(mm, i << PGDIR_SHIFT);

			if (ptep)
				entries += check_table(mm, ptep, i << PGDIR_SHIFT);
		}
	return entries;
}
