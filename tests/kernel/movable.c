/*
 * movable.c - an owner of movable pages, for tests.
 *
 * Contents are a word at each 256 bytes, made from the page's number and the place:
 * enough to see a page that is stale, swapped with another or cut, and cheap for
 * very many pages.
 */
#include "kernel/movable.h"
#include "kernel/ktap.h"
#include "mm/filemap.h"
#include "mm/highmem.h"
#include "mm/migrate.h"

#define STRIDE (256 / sizeof(u32))

static LIST_HEAD(pages);
static unsigned long count;
static u32 last_number;

static u32 word_at(unsigned long number, unsigned int i)
{
	return (u32)number * 2654435761u + i;
}

static void fill(struct page *page)
{
	u32 *words = kmap_atomic(page);

	for (unsigned int i = 0; i < PAGE_SIZE / sizeof(u32); i += STRIDE)
		words[i] = word_at(page->index, i);
	kunmap_atomic(words);
}

static bool is_filled(struct page *page)
{
	u32 *words = kmap_atomic(page);
	bool ok = true;

	for (unsigned int i = 0; i < PAGE_SIZE / sizeof(u32); i += STRIDE)
		ok &= words[i] == word_at(page->index, i);
	kunmap_atomic(words);
	return ok;
}

static void enter(struct page *page)
{
	list_add_tail(&page->lru, &pages);
	count++;
}

static void leave(struct page *page)
{
	list_del(&page->lru);
	count--;
}

static bool isolate(struct page *page)
{
	leave(page);
	return true;
}

static int migrate(struct page *to, struct page *from)
{
	copy_highpage(to, from);
	to->index = from->index;
	enter(to);
	return 0;
}

static const struct movable_operations ops = {isolate, migrate, enter};

struct page *movable_take(gfp_t gfp)
{
	struct page *page = alloc_page(gfp);

	if (!page)
		return NULL;
	page->index = ++last_number;
	fill(page);
	SetPageMovable(page, &ops);
	enter(page);
	return page;
}

void movable_drop(struct page *page)
{
	lock_page(page);
	leave(page);
	ClearPageMovable(page);
	unlock_page(page);
	put_page(page);
}

void movable_drop_all(void)
{
	while (!list_empty(&pages))
		movable_drop(list_first_entry(&pages, struct page, lru));
}

void movable_thin_out(unsigned int nth)
{
	struct page *page, *next;
	unsigned int i = 0;

	list_for_each_entry_safe (page, next, &pages, lru)
		if (i++ % nth == 0)
			movable_drop(page);
}

static bool is_as_left(struct page *page)
{
	return PageMovable(page) && !PageIsolated(page) && page_count(page) == 1 && is_filled(page);
}

bool movable_verify(void)
{
	struct page *page;
	unsigned long seen = 0;

	list_for_each_entry (page, &pages, lru) {
		seen++;
		if (!EXPECT(is_as_left(page))) {
			dump_page(page, "is not as its owner left it");
			return false;
		}
	}
	return EXPECT_EQ(seen, count);
}

unsigned long movable_count(void)
{
	return count;
}

struct page *movable_in(pfn_t start, pfn_t end)
{
	struct page *page;

	list_for_each_entry (page, &pages, lru)
		if (page_to_pfn(page) >= start && page_to_pfn(page) < end)
			return page;
	return NULL;
}
