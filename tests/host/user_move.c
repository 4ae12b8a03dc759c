/*
 * user_move.c - the page under an access moves to another frame, or its accessed bits are
 * harvested, while other tasks use it. Nobody may notice.
 */
#include "kernel/bug.h"
#include "mm/filemap.h"
#include "mm/gfp.h"
#include "mm/migrate.h"
#include "mm/rmap.h"
#include "test.h"
#include "user.h"

bool user_pages_move;
unsigned long user_moves, user_migration_waits;

/* The page that is mapped there now, or NULL. */
static struct page *mapped_page(struct mm_struct *mm, unsigned long addr)
{
	pte_t entry = user_entry(mm, addr);
	bool mapped = pte_mapped(entry) && pte_pfn(entry) != page_to_pfn(zero_page);

	return mapped ? pfn_to_page(pte_pfn(entry)) : NULL;
}

static struct page *new_frame(struct page *from, unsigned long private)
{
	(void)from;
	(void)private;
	return alloc_page(GFP_HIGHUSER_MOVABLE);
}

static void move_page(struct page *page, enum migrate_mode mode)
{
	LIST_HEAD(list);

	if (isolate_page(page, &list))
		return;
	user_moves += !migrate_pages(&list, new_frame, NULL, 0, mode);
	putback_movable_pages(&list);
}

/* Entries of all address spaces that map the page and have the accessed bit. */
static unsigned int young_entries(const struct page *page)
{
	unsigned int young = 0;
	struct mm_struct *mm;

	list_for_each_entry (mm, &mmlist, mmlist)
		for (const struct vm_area_struct *vma = mm->mmap; vma; vma = vma->vm_next)
			for (unsigned long a = vma->vm_start; a < vma->vm_end; a += PAGE_SIZE) {
				pte_t entry = user_entry(mm, a);

				young += pte_mapped(entry) && pte_young(entry) &&
					 pte_pfn(entry) == page_to_pfn(page);
			}
	return young;
}

static void harvest(struct page *page)
{
	unsigned int vm_flags, young;

	if (!trylock_page(page))
		return;
	young = young_entries(page);
	CHECK_EQ(page_referenced(page, &vm_flags), young);
	CHECK(vm_flags & (VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC));
	CHECK_EQ(young_entries(page), 0);
	CHECK_EQ(page_referenced(page, &vm_flags), 0);
	unlock_page(page);
}

void user_disturb(struct mm_struct *mm, unsigned long addr)
{
	static unsigned int accesses;
	struct page *page = mapped_page(mm, addr);

	if (!page || ++accesses % 4)
		return;
	if (accesses % 16 == 0)
		harvest(page);
	else
		move_page(page, accesses % 8 ? MIGRATE_ASYNC : MIGRATE_SYNC);
}
