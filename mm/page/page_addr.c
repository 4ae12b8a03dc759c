/*
 * page_addr.c - page frames by their address in the direct map; odd numbers of frames.
 *
 * alloc_pages_exact(): blocks come in powers of two only, so the next larger
 * one is taken, made into single frames, and those behind the end go back:
 *
 *   5 pages:  [0 1 2 3 4 5 6 7]  order 3
 *             [0][1][2][3][4]    the caller's, each _refcount 1
 *                        [5][6][7] freed at once
 */
#include "mm/gfp.h"

unsigned long __get_free_pages(gfp_t gfp, unsigned int order)
{
	struct page *page;

	/* An address is wanted, and a highmem page has none. */
	BUG_ON(gfp & __GFP_HIGHMEM);
	page = alloc_pages(gfp, order);
	return page ? (unsigned long)page_address(page) : 0;
}

unsigned long get_zeroed_page(gfp_t gfp)
{
	return __get_free_pages(gfp | __GFP_ZERO, 0);
}

void free_pages(unsigned long addr, unsigned int order)
{
	if (!addr)
		return;
	BUG_ON(virt_to_pfn(addr) >= max_low_pfn || (addr & ~PAGE_MASK));
	__free_pages(virt_to_page(addr), order);
}

void split_page(struct page *page, unsigned int order)
{
	BUG_ON(PageHead(page) || PageTail(page) || page_count(page) != 1);
	for (unsigned long i = 1; i < BIT(order); i++)
		atomic_set(&page[i]._refcount, 1);
}

void *alloc_pages_exact(size_t size, gfp_t gfp)
{
	const unsigned int order = get_order(size);
	unsigned long addr, end;

	if (!size)
		return NULL;
	addr = __get_free_pages(gfp & ~__GFP_COMP, order);
	if (!addr)
		return NULL;
	split_page(virt_to_page(addr), order);
	end = addr + (PAGE_SIZE << order);
	for (unsigned long rest = PAGE_ALIGN(addr + size); rest < end; rest += PAGE_SIZE)
		free_page(rest);
	return (void *)addr;
}

void free_pages_exact(void *start, size_t size)
{
	unsigned long addr = (unsigned long)start;

	for (unsigned long at = addr; at < addr + size; at += PAGE_SIZE)
		free_page(at);
}
