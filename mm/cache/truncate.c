/*
 * truncate.c - a file becomes shorter: its pages leave mappings and cache.
 *
 * In this order: the size, so that no fault finds the pages any more; the
 * entries in all address spaces, so that none is left that the cache does not
 * know; then the pages, each locked, so that none leaves while it is read or
 * written. Private copies of pages behind the new end go too.
 */
#include "area/internal.h"
#include "fault/internal.h"
#include "internal.h"

#define TRUNCATE_BATCH 16
#define UNMAP_STEP     256ul /* pages of the file; a power of two */

/* Takes pages [first, last] of the file out of an area that maps some of them. */
static void unmap_in_area(struct vm_area_struct *vma, unsigned long first, unsigned long last)
{
	unsigned long start = vma->vm_start, end = vma->vm_end;
	struct mmu_gather gather;

	if (first > vma->vm_pgoff)
		start += (first - vma->vm_pgoff) << PAGE_SHIFT;
	if (last - vma->vm_pgoff < vma_pages(vma) - 1)
		end = vma->vm_start + ((last - vma->vm_pgoff + 1) << PAGE_SHIFT);
	gather_begin(&gather, vma->vm_mm, false);
	gather.atomic = true; /* i_mmap_lock */
	zap_range(&gather, start, end);
	gather_end(&gather);
}

/* A piece of the file at a time, for others cannot run while the lock is held. */
void unmap_mapping_pages(struct address_space *mapping, unsigned long first)
{
	struct vm_area_struct *vma;
	unsigned long last;
	bool any;

	do {
		spin_lock(&mapping->i_mmap_lock);
		vma = interval_first(&mapping->i_mmap, first, ~0ul);
		any = vma;
		if (vma)
			first = max(first, vma->vm_pgoff);
		last = first | (UNMAP_STEP - 1);
		for (; vma; vma = interval_next(vma, first, last))
			unmap_in_area(vma, first, last);
		spin_unlock(&mapping->i_mmap_lock);
		cond_resched();
		first = last + 1;
	} while (any && first);
}

static void truncate_page(struct address_space *mapping, struct page *page)
{
	lock_page(page);
	if (page->mapping == mapping)
		remove_from_page_cache(page);
	unlock_page(page);
}

static void truncate_pages(struct address_space *mapping, unsigned long first)
{
	struct page *pages[TRUNCATE_BATCH];
	unsigned int found, i;

	while ((found = find_get_pages(mapping, pages, first, TRUNCATE_BATCH))) {
		for (i = 0; i < found; i++)
			truncate_page(mapping, pages[i]);
		/* Nobody will look at them again: cold. */
		release_pages(pages, found, true);
		cond_resched();
	}
}

/*
 * The last page keeps its head; the rest reads as zeroes should the file grow
 * again, also from the disk. A page that cannot be read or gets no block keeps
 * what the disk has: nothing of it is ours to lose.
 */
static void cut_last_page(struct address_space *mapping, loff_t size)
{
	unsigned int from = (unsigned int)size & ~PAGE_MASK;
	struct page *page;
	int err = 0;

	page = read_cache_page(mapping, (unsigned long)(size >> PAGE_SHIFT), NULL);
	if (IS_ERR(page))
		return;
	lock_page(page);
	if (page->mapping == mapping) {
		zero_page_tail(page, from);
		if (mapping->a_ops->prepare_write)
			err = mapping->a_ops->prepare_write(mapping, page, 0, from);
		if (!err)
			set_page_dirty(page);
	}
	unlock_page(page);
	put_page(page);
}

void truncate_inode_pages(struct address_space *mapping, loff_t size)
{
	bool shorter = mapping->size > size;
	unsigned long first;

	might_sleep();
	if (shorter)
		mapping->size = size;
	first = (unsigned long)((size + (loff_t)PAGE_SIZE - 1) >> PAGE_SHIFT);
	unmap_mapping_pages(mapping, first);
	truncate_pages(mapping, first);
	if (shorter && ((unsigned int)size & ~PAGE_MASK))
		cut_last_page(mapping, size);
}
