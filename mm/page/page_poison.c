/*
 * page_poison.c - page_poison=1: who writes to a page that is free?
 *
 *   __free_pages()                              alloc_pages()
 *     fill with 0xaa, index = mark   ...free...   marked? every byte still 0xaa?
 *                                                 no: report, panic
 *
 * Both happen on the allocator's long ways, and the short ones are closed while
 * poisoning is on; without it nothing costs anything. Frames that have been
 * free since boot have no mark and are not looked at: filling all of memory
 * would take longer than the boot. Each time that poisoning is switched on has
 * a mark of its own, so that frames freed before and used meanwhile do not count.
 */
#include "mm/page_poison.h"
#include "kernel/cmdline.h"
#include "kernel/printk.h"
#include "kernel/string.h"
#include "mm/highmem.h"
#include "internal.h"

#define POISON_WORD 0xaaaaaaaaul
#define FIRST_MARK  0xaaaa0000ul /* no page of a file has such an index */
#define BYTES_SHOWN 16

bool page_poisoning;
static unsigned long mark = FIRST_MARK;

void page_poison_enable(bool on)
{
	if (on == page_poisoning)
		return;
	if (on) {
		page_alloc_shortcuts(false);
		mark++;
		page_poisoning = true;
	} else {
		page_poisoning = false;
		page_alloc_shortcuts(true);
	}
}

void page_poison_init(void)
{
	if (cmdline_get_size("page_poison", 0) == 0)
		return;
	page_poison_enable(true);
	pr_info("Page poisoning: free pages are filled with 0x%02x\n", PAGE_POISON);
}

void page_poison(struct page *page, unsigned int order)
{
	for (unsigned long i = 0; i < BIT(order); i++) {
		void *addr = kmap_atomic(page + i);

		memset(addr, PAGE_POISON, PAGE_SIZE);
		kunmap_atomic(addr);
		page[i].index = mark;
	}
}

/* Prints the damage from the first wrong byte on and panics. */
static void __noreturn report_damage(const struct page *page, const u8 *bytes)
{
	char text[BYTES_SHOWN * 3 + 1];
	unsigned int at = 0;
	int n = 0;

	while (at < PAGE_SIZE - 1 && bytes[at] == PAGE_POISON)
		at++;
	for (unsigned int i = at; i < PAGE_SIZE && i < at + BYTES_SHOWN; i++)
		n += scnprintf(text + n, sizeof(text) - (size_t)n, " %02x", bytes[i]);
	pr_err("page_poison: frame 0x%lx was written to while it was free, offset 0x%x:%s\n",
	       page_to_pfn(page), at, text);
	bad_page(page, "was written to while it was free");
}

void page_poison_check(struct page *page, unsigned int order)
{
	for (unsigned long i = 0; i < BIT(order); i++) {
		const unsigned long *words;

		if (page[i].index != mark)
			continue;
		words = kmap_atomic(page + i);
		for (unsigned int w = 0; w < PAGE_SIZE / sizeof(*words); w++)
			if (unlikely(words[w] != POISON_WORD))
				report_damage(page + i, (const u8 *)words);
		kunmap_atomic((void *)words);
		page[i].index = 0;
	}
}
