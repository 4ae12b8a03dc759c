/*
 * page.c - struct page: compound blocks, and reports about single pages.
 *
 * A compound block is one allocation of order > 0 whose pages know it: the head
 * has PG_head, each other page PG_tail and the head's address in ->private, and
 * the first tail keeps the order in ->index. A reference to any of them is one
 * to the head.
 */
#include "kernel/printk.h"
#include "internal.h"

/* Attempts to free reserved pages that are reported; later ones are refused in silence. */
#define REFUSALS_SHOWN 5

static const char *const flag_names[NR_PAGEFLAGS] = {
	[PG_locked] = "locked",
	[PG_uptodate] = "uptodate",
	[PG_dirty] = "dirty",
	[PG_error] = "error",
	[PG_referenced] = "referenced",
	[PG_reserved] = "reserved",
	[PG_buddy] = "buddy",
	[PG_slab] = "slab",
	[PG_lru] = "lru",
	[PG_active] = "active",
	[PG_head] = "head",
	[PG_tail] = "tail",
	[PG_waiters] = "waiters",
	[PG_writeback] = "writeback",
	[PG_swapcache] = "swapcache",
	[PG_table] = "table",
	[PG_swapbacked] = "swapbacked",
	[PG_unevictable] = "unevictable",
	[PG_isolated] = "isolated",
};

void compound_make(struct page *head, unsigned int order)
{
	head->flags |= BIT(PG_head);
	for (unsigned long i = 1; i < BIT(order); i++) {
		head[i].flags |= BIT(PG_tail);
		head[i].private = (unsigned long)head;
	}
	head[1].index = order;
}

void compound_check(const struct page *head, unsigned int order)
{
	if (compound_order(head) != order)
		bad_page(head, "compound block freed with another order");
	for (unsigned long i = 1; i < BIT(order); i++)
		if (!PageTail(head + i) || head[i].private != (unsigned long)head)
			bad_page(head + i, "is no tail of its compound block");
}

void dump_page(const struct page *page, const char *why)
{
	char flags[160];
	int n = 0;

	flags[0] = '\0';
	for (unsigned int i = 0; i < NR_PAGEFLAGS; i++)
		if (page->flags & BIT(i))
			n += scnprintf(flags + n, sizeof(flags) - (size_t)n, " %s", flag_names[i]);
	pr_err("page %p (frame 0x%lx, zone %s): %s\n", page, page_to_pfn(page),
	       page_zone(page)->name, why);
	pr_err(" refcount %d mapcount %d mapping %p index 0x%lx private 0x%lx flags 0x%lx:%s\n",
	       page_count(page), page_mapcount(page), page->mapping, page->index, page->private,
	       page->flags, flags);
}

void bad_page(const struct page *page, const char *why)
{
	dump_page(page, why);
	panic("bad page: frame 0x%lx %s", page_to_pfn(page), why);
}

void refuse_reserved(const struct page *page)
{
	static unsigned int shown;

	if (shown++ < REFUSALS_SHOWN)
		dump_page(page, "is reserved: not freed");
}
