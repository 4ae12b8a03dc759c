/*
 * test_migrate.c - pages that move, against what must be in them.
 *
 * An owner in the test has pages with a pattern each, and a file has pages in the cache.
 * Any frame may be isolated, moved or put back at any time, while owners free,
 * pin, lock and write their pages, and memory runs out. Whatever moved where:
 * the owner's pages and the file hold what was written last, no reference is lost,
 * and no old frame is still in use (what is free is overwritten).
 */
#include "../../mm/area/internal.h"
#include "fake_file.h"
#include "machine.h"
#include "mm/highmem.h"
#include "mm/migrate.h"
#include "mm/vmstat.h"
#include "test.h"
#include "user.h"
#include <string.h>

#define OWN_PAGES  24u
#define SCRIBBLE   16u
#define FILE_PAGES 16u

static struct own {
	struct page *page; /* NULL: none */
	u32 seed;
	bool isolated, pinned, locked;
} own[OWN_PAGES];
static u8 file_model[FILE_PAGES]; /* byte that fills each page; 0: never written */
static struct page *file_pin;
static LIST_HEAD(isolated);
static struct input *in;
static bool no_new_pages;

/* --- the owner --- */

static void fill(struct page *page, u32 seed)
{
	u32 *words = (u32 *)host_frame(page_to_pfn(page));

	for (unsigned int i = 0; i < PAGE_SIZE / sizeof(u32); i++)
		words[i] = seed * 2654435761u + i;
}

static bool is_filled(const struct page *page, u32 seed)
{
	const u32 *words = (const u32 *)host_frame(page_to_pfn(page));

	for (unsigned int i = 0; i < PAGE_SIZE / sizeof(u32); i++)
		if (words[i] != seed * 2654435761u + i)
			return false;
	return true;
}

static bool own_isolate(struct page *page)
{
	struct own *o = &own[page->private];

	CHECK(PageLocked(page) && o->page == page && !o->isolated);
	if (input_below(in, 8) == 0)
		return false;
	o->isolated = true;
	return true;
}

static int own_migrate(struct page *to, struct page *from)
{
	struct own *o = &own[from->private];

	CHECK(PageLocked(to) && PageLocked(from) && PageIsolated(from) && !PageIsolated(to));
	CHECK(o->page == from && o->isolated);
	CHECK_EQ(page_count(to), 1);
	if (input_below(in, 8) == 0)
		return input_below(in, 2) ? -EAGAIN : -EBUSY;
	copy_highpage(to, from);
	to->private = from->private;
	o->page = to;
	o->isolated = false;
	return 0;
}

static void own_putback(struct page *page)
{
	struct own *o = &own[page->private];

	CHECK(PageLocked(page) && o->page == page && o->isolated);
	o->isolated = false;
}

static const struct movable_operations own_ops = {own_isolate, own_migrate, own_putback};

static void own_alloc(struct own *o)
{
	struct page *page = alloc_page(GFP_HIGHUSER_MOVABLE | __GFP_NOWARN);

	if (!page)
		return;
	*o = (struct own){.page = page, .seed = input_u8(in)};
	page->private = (unsigned long)(o - own);
	fill(page, o->seed);
	SetPageMovable(page, &own_ops);
}

/* Also while it is isolated, pinned or locked. */
static void own_free(struct own *o)
{
	struct page *page = o->page;

	if (!o->locked)
		CHECK(trylock_page(page));
	ClearPageMovable(page);
	unlock_page(page);
	if (o->pinned)
		put_page(page);
	put_page(page);
	*o = (struct own){NULL};
}

static void step_own(void)
{
	struct own *o = &own[input_below(in, OWN_PAGES)];

	if (!o->page)
		own_alloc(o);
	else if (input_below(in, 3) == 0)
		own_free(o);
}

static void step_pin(void)
{
	struct own *o = &own[input_below(in, OWN_PAGES)];

	if (!o->page)
		return;
	if (o->pinned)
		put_page(o->page);
	else
		get_page(o->page);
	o->pinned = !o->pinned;
}

static void step_lock(void)
{
	struct own *o = &own[input_below(in, OWN_PAGES)];

	if (!o->page)
		return;
	if (o->locked)
		unlock_page(o->page);
	else
		CHECK(trylock_page(o->page));
	o->locked = !o->locked;
}

/* --- the file --- */

static unsigned long copy_in(void *page_addr, void *buf, unsigned long n)
{
	memcpy(page_addr, buf, n);
	return 0;
}

static void step_file_write(void)
{
	unsigned int page = input_below(in, FILE_PAGES);
	u8 bytes[PAGE_SIZE];

	memset(bytes, input_u8(in), sizeof(bytes));
	if (filemap_write(&fake_mapping, (loff_t)page * (loff_t)PAGE_SIZE, bytes, sizeof(bytes),
			  copy_in) == (ssize_t)sizeof(bytes))
		file_model[page] = bytes[0];
}

static void step_file_sync(void)
{
	CHECK_EQ(filemap_sync(&fake_mapping), 0);
	CHECK_EQ(nr_dirty_pages(), 0);
}

/* Pages leave the cache, perhaps while they are isolated. */
static void step_file_truncate(void)
{
	unsigned int pages = input_below(in, FILE_PAGES);

	if (file_pin)
		return;
	truncate_inode_pages(&fake_mapping, (loff_t)pages * (loff_t)PAGE_SIZE);
	memset(file_model + pages, 0, FILE_PAGES - pages);
	memset(fake_disk[pages], 0, (FILE_PAGES - pages) * PAGE_SIZE);
}

static void step_file_pin(void)
{
	if (file_pin)
		put_page(file_pin);
	file_pin = file_pin ? NULL : find_get_page(&fake_mapping, input_below(in, FILE_PAGES));
}

static void check_file(void)
{
	for (unsigned int i = 0; i < FILE_PAGES; i++) {
		struct page *page = find_get_page(&fake_mapping, i);

		if (!page)
			continue;
		if (PageUptodate(page)) {
			const u8 *bytes = host_frame(page_to_pfn(page));

			CHECK(bytes[0] == file_model[i] &&
			      !memcmp(bytes, bytes + 1, PAGE_SIZE - 1));
			CHECK(PageDirty(page) || bytes[0] == fake_disk[i][0]);
		}
		CHECK(page->mapping == &fake_mapping && page->index == i);
		CHECK_EQ(radix_tree_tag_get(&fake_mapping.page_tree, i, PAGECACHE_TAG_DIRTY),
			 PageDirty(page));
		put_page(page);
	}
	/* Whoever has found a page of the file may rely on it. */
	if (file_pin)
		CHECK(file_pin->mapping == &fake_mapping &&
		      radix_tree_lookup(&fake_mapping.page_tree, file_pin->index) == file_pin);
}

/* --- the mover --- */

static struct page *new_page(struct page *from, unsigned long private)
{
	CHECK_EQ(private, 77);
	CHECK(PageIsolated(from));
	return no_new_pages ? NULL : alloc_page(GFP_HIGHUSER | __GFP_NOWARN);
}

static unsigned int came_back;

static void put_unused(struct page *page, unsigned long private)
{
	CHECK_EQ(private, 77);
	CHECK_EQ(page_count(page), 1);
	came_back++;
	put_page(page);
}

static void step_isolate(void)
{
	unsigned int n = 1 + input_below(in, 8), o;
	struct page *page;

	while (n--) {
		o = input_below(in, OWN_PAGES + FILE_PAGES + 1);
		if (o < OWN_PAGES)
			page = own[o].page;
		else if (o < OWN_PAGES + FILE_PAGES)
			page = radix_tree_lookup(&fake_mapping.page_tree, o - OWN_PAGES);
		else /* whatever is there: free, the kernel's, reserved */
			page = pfn_to_page(1 + input_u32(in) % (max_pfn - 1));
		if (page && isolate_page(page, &isolated) == 0)
			CHECK(PageIsolated(page) && page->mapping && page_count(page) >= 2);
	}
}

static void step_migrate(void)
{
	unsigned int left, listed = 0;
	struct list_head *node;

	no_new_pages = input_below(in, 8) == 0;
	left = migrate_pages(&isolated, new_page, input_below(in, 2) ? put_unused : NULL, 77,
			     MIGRATE_ASYNC);
	no_new_pages = false;
	list_for_each (node, &isolated)
		listed++;
	CHECK_EQ(left, listed);
}

/* Waits for locks, which nobody here would give up. */
static void step_putback(void)
{
	for (unsigned int i = 0; i < OWN_PAGES; i++)
		if (own[i].locked) {
			unlock_page(own[i].page);
			own[i].locked = false;
		}
	putback_movable_pages(&isolated);
	CHECK(list_empty(&isolated));
}

/* Frames that are free hold nothing that anybody wants. */
static void step_scribble(void)
{
	struct page *page[SCRIBBLE];

	for (unsigned int i = 0; i < SCRIBBLE; i++) {
		page[i] = alloc_page(GFP_HIGHUSER | __GFP_NOWARN);
		if (page[i])
			fill(page[i], 0xdeadbeef);
	}
	for (unsigned int i = 0; i < SCRIBBLE; i++)
		if (page[i])
			put_page(page[i]);
}

static void (*const steps[])(void) = {
	step_own,      step_own,	   step_own,	    step_pin,
	step_lock,     step_file_write,	   step_file_write, step_file_sync,
	step_file_pin, step_file_truncate, step_isolate,    step_isolate,
	step_migrate,  step_migrate,	   step_putback,    step_scribble};

static void check_all(void)
{
	for (unsigned int i = 0; i < OWN_PAGES; i++) {
		struct page *page = own[i].page;

		if (!page)
			continue;
		CHECK(is_filled(page, own[i].seed));
		CHECK(PageMovable(page) && page_movable_ops(page) == &own_ops);
		CHECK_EQ(page->private, i);
		CHECK_EQ(PageIsolated(page), own[i].isolated);
		CHECK_EQ(page_count(page), 1 + own[i].isolated + own[i].pinned);
	}
	check_file();
}

static void begin(void)
{
	user_ledger_open();
	fake_file_reset(0);
	memset(file_model, 0, sizeof(file_model));
}

static void end(void)
{
	host_fail_after(-1);
	if (file_pin)
		put_page(file_pin);
	file_pin = NULL;
	step_putback();
	check_all();
	for (unsigned int i = 0; i < OWN_PAGES; i++)
		if (own[i].page)
			own_free(&own[i]);
	truncate_inode_pages(&fake_mapping, 0);
	CHECK_EQ(nr_dirty_pages(), 0);
	user_ledger_close();
}

static int one_input(const u8 *data, size_t n)
{
	struct input input = {data, n};
	bool failing;

	in = &input;
	begin();
	failing = input_below(in, 2);
	while (in->left && !test_failures()) {
		if (failing && input_below(in, 8) == 0)
			host_fail_after((long)input_below(in, 8) - 4);
		steps[input_below(in, ARRAY_SIZE(steps))]();
		check_all();
	}
	end();
	return 0;
}

static void test_random_moves(void)
{
	check_property(one_input, 600);
}

/* --- single cases --- */

static struct input quiet = {(const u8 *)"\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1", 16};

static void quiet_begin(void)
{
	static const u8 ones[64] = {[0 ... 63] = 1};

	quiet = (struct input){ones, sizeof(ones)};
	in = &quiet;
	begin();
}

static void test_moves(void)
{
	struct page *old;

	quiet_begin();
	own_alloc(&own[3]);
	old = own[3].page;
	CHECK_EQ(isolate_page(old, &isolated), 0);
	CHECK_EQ(isolate_page(old, &isolated), -EAGAIN); /* twice */
	CHECK_EQ(migrate_pages(&isolated, new_page, NULL, 77, MIGRATE_ASYNC), 0);
	CHECK(own[3].page != old && list_empty(&isolated));
	CHECK_EQ(page_count(old), 0);
	CHECK(!old->mapping && is_filled(own[3].page, own[3].seed));
	end();
}

/* Pages that must stay: what isolate_page() says of each kind. */
static void test_stays(void)
{
	struct page *plain, *free;
	unsigned int before = came_back;
	u8 byte = 9;

	quiet_begin();
	plain = alloc_page(GFP_KERNEL);
	free = alloc_page(GFP_KERNEL);
	put_page(free);
	CHECK_EQ(isolate_page(plain, &isolated), -EBUSY);
	CHECK_EQ(isolate_page(free, &isolated), -EAGAIN);
	CHECK_EQ(isolate_page(pfn_to_page(0x100), &isolated), -EBUSY); /* the kernel image */
	CHECK_EQ(filemap_write(&fake_mapping, 0, &byte, 1, copy_in), 1);
	file_model[0] = 0;
	file_pin = find_get_page(&fake_mapping, 0);
	CHECK(trylock_page(file_pin));
	CHECK_EQ(isolate_page(file_pin, &isolated), -EAGAIN);
	unlock_page(file_pin);
	CHECK_EQ(isolate_page(file_pin, &isolated), 0);
	/* Somebody holds it: each new frame comes back. */
	CHECK_EQ(migrate_pages(&isolated, new_page, put_unused, 77, MIGRATE_ASYNC), 1);
	CHECK_EQ(came_back - before, 3);
	put_page(file_pin);
	file_pin = NULL;
	put_page(plain);
	putback_movable_pages(&isolated);
	truncate_inode_pages(&fake_mapping, 0);
	end();
}

static struct page *held;

static void let_go_of_held(void)
{
	host_sleeps = 0;
	if (held)
		put_page(held);
	held = NULL;
}

/* A synchronous mover sleeps until the holder has let go; an asynchronous one gives up. */
static void test_waits(void)
{
	unsigned long before = came_back;
	struct page *old;

	quiet_begin();
	own_alloc(&own[0]);
	old = own[0].page;
	CHECK_EQ(isolate_page(old, &isolated), 0);
	get_page(old);
	CHECK_EQ(migrate_pages(&isolated, new_page, put_unused, 77, MIGRATE_ASYNC), 1);
	CHECK_EQ(came_back - before, 3);
	CHECK(own[0].page == old);
	held = old;
	host_sleep_hook = let_go_of_held;
	CHECK_EQ(migrate_pages(&isolated, new_page, put_unused, 77, MIGRATE_SYNC), 0);
	host_sleep_hook = NULL;
	CHECK(own[0].page != old && !held);
	end();
}

static void test_misuse(void)
{
	struct page *page = alloc_page(GFP_KERNEL);

	SetPageMovable(page, &own_ops);
	CHECK_PANICS("freed while in use", put_page(page));
	CHECK_PANICS("BUG", SetPageMovable(page, &own_ops));
	CHECK_PANICS("BUG", ClearPageMovable(page)); /* not locked */
	CHECK(trylock_page(page));
	ClearPageMovable(page);
	CHECK_PANICS("BUG", ClearPageMovable(page));
	unlock_page(page);
	SetPageIsolated(page);
	CHECK_PANICS("freed while in use", put_page(page));
	ClearPageIsolated(page);
	put_page(page);
}

static const struct test tests[] = {
	{"an owner's page moves", test_moves},
	{"what cannot move stays", test_stays},
	{"waiting for a holder", test_waits},
	{"misuse", test_misuse},
	{"random moves agree with what was written", test_random_moves},
};

int main(void)
{
	user_boot();
	return test_main(tests, ARRAY_SIZE(tests));
}
