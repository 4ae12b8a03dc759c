/* test_workingset.c - pages of a file that left memory come back, sooner or later. */
#include "../../mm/cache/internal.h"
#include "../../mm/reclaim/internal.h"
#include "../../mm/reclaim/lru.h"
#include "fake_file.h"
#include "machine.h"
#include "mm/reclaim.h"
#include "mm/swap.h"
#include "test.h"
#include "user.h"

#define ACTIVE 10ul /* pages of the file that are active throughout */
#define MANY   100000ul
#define NEWEST 2000ul

static u32 refaults, reactivated;

static bool come(unsigned long index)
{
	struct page *page = add_new_page(&fake_mapping, index, GFP_KERNEL);
	bool active = PageActive(page);

	unlock_page(page);
	put_page(page);
	return active;
}

static void leave(unsigned long index, bool shadow)
{
	struct page *page = find_get_page(&fake_mapping, index);

	lock_page(page);
	if (shadow)
		workingset_eviction(page);
	remove_from_page_cache(page);
	unlock_page(page);
	put_page(page);
}

static void activate(unsigned long index)
{
	struct page *page = find_get_page(&fake_mapping, index);

	CHECK(lru_isolate(page));
	SetPageActive(page);
	lru_add(page);
	put_page(page);
}

static void begin(void)
{
	static bool started;

	if (!started) {
		user_boot();
		reclaim_policy_start();
	}
	started = true;
	user_ledger_open();
	fake_file_reset((MANY + 2 * ACTIVE) * PAGE_SIZE);
	for (unsigned long i = 0; i < ACTIVE; i++) {
		come(i);
		activate(i);
	}
	refaults = vm_event_sum(VM_REFAULT_FILE);
	reactivated = vm_event_sum(VM_REACTIVATE_FILE);
}

static void end(u32 more_refaults, u32 more_active)
{
	CHECK_EQ(vm_event_sum(VM_REFAULT_FILE) - refaults, more_refaults);
	CHECK_EQ(vm_event_sum(VM_REACTIVATE_FILE) - reactivated, more_active);
	CHECK_EQ(vm_event_sum(VM_REFAULT_ANON), 0);
	truncate_inode_pages(&fake_mapping, 0);
	user_ledger_close();
}

/* `between` other pages leave while page 10 is away: is it active when it is back? */
static bool active_after(unsigned long between)
{
	unsigned long other = ACTIVE + 1;
	bool active;

	come(ACTIVE);
	leave(ACTIVE, true);
	for (unsigned long i = 0; i < between; i++) {
		come(other + i);
		leave(other + i, true);
	}
	active = come(ACTIVE);
	leave(ACTIVE, false);
	return active;
}

/* As many as are active, and no more. */
static void test_distance(void)
{
	begin();
	CHECK(active_after(0));
	end(1, 1);
	begin();
	CHECK(active_after(ACTIVE));
	end(1, 1);
	begin();
	/* The others have shadows of the last time, and come back from not farther. */
	CHECK(!active_after(ACTIVE + 100));
	CHECK_EQ(vm_event_sum(VM_REFAULT_FILE) - refaults, ACTIVE + 1);
	refaults += ACTIVE;
	reactivated = vm_event_sum(VM_REACTIVATE_FILE);
	end(1, 0);
}

/* A page that is dropped or was never here has no shadow, and one shadow serves once. */
static void test_once(void)
{
	begin();
	CHECK(!come(MANY));
	leave(MANY, true);
	CHECK(come(MANY));
	leave(MANY, false);
	CHECK(!come(MANY));
	end(1, 1);
}

/* Any number of pages leaves: shadows stay as many as there is room for, and the newest are there.
 */
static void test_bounded(void)
{
	begin();
	for (unsigned long i = 0; i < MANY; i++) {
		come(ACTIVE + i);
		leave(ACTIVE + i, true);
	}
	CHECK(nr_shadows <= HOST_RAM_BYTES / PAGE_SIZE);
	CHECK(nr_shadows > HOST_RAM_BYTES / PAGE_SIZE / 4);
	for (unsigned long i = MANY - NEWEST; i < MANY; i++)
		come(ACTIVE + i);
	CHECK(vm_event_sum(VM_REFAULT_FILE) - refaults > NEWEST - NEWEST / 100);
	refaults = vm_event_sum(VM_REFAULT_FILE);
	reactivated = vm_event_sum(VM_REACTIVATE_FILE);
	end(0, 0);
}

/* Who becomes active when he is back has taken an active one's place: for the others that is as if
 * one had left. */
static void test_return_counts(void)
{
	const unsigned long others = ACTIVE / 2, first = MANY + ACTIVE;

	begin();
	for (unsigned long i = 0; i < others; i++) {
		come(first + i);
		leave(first + i, true);
	}
	come(ACTIVE);
	leave(ACTIVE, true);
	for (unsigned long i = 0; i < others; i++) {
		CHECK(come(first + i));
		leave(first + i, false);
	}
	for (unsigned long i = others; i <= ACTIVE; i++) {
		come(first + i);
		leave(first + i, true);
	}
	CHECK(!come(ACTIVE));
	end(others + 1, others);
}

/* Pages of programs, which cannot leave without swap, are none that it competes with. */
static void test_programs_without_swap(void)
{
	struct page *pages[2 * ACTIVE];

	begin();
	for (unsigned int i = 0; i < 2 * ACTIVE; i++) {
		pages[i] = alloc_page(GFP_HIGHUSER);
		SetPageSwapBacked(pages[i]);
		SetPageActive(pages[i]);
		lru_add(pages[i]);
	}
	CHECK_EQ(nr_swap_pages(), 0);
	come(MANY);
	leave(MANY, true);
	for (unsigned long i = 1; i <= ACTIVE + 1; i++) {
		come(MANY + 10 * ACTIVE + i);
		leave(MANY + 10 * ACTIVE + i, true);
	}
	CHECK(!come(MANY));
	for (unsigned int i = 0; i < 2 * ACTIVE; i++) {
		lru_isolate(pages[i]);
		ClearPageActive(pages[i]);
		ClearPageSwapBacked(pages[i]);
		put_page(pages[i]);
	}
	refaults = vm_event_sum(VM_REFAULT_FILE);
	reactivated = vm_event_sum(VM_REACTIVATE_FILE);
	end(0, 0);
}

/* The same place of another file has not left. */
static void test_other_file(void)
{
	struct address_space other;
	struct page *page;

	begin();
	come(MANY);
	leave(MANY, true);
	address_space_init(&other, NULL, fake_mapping.a_ops);
	page = alloc_page(GFP_HIGHUSER);
	page->mapping = &other;
	page->index = MANY;
	lru_add(page);
	workingset_came_back(page);
	CHECK(!PageActive(page) && vm_event_sum(VM_REFAULT_FILE) == refaults);
	lru_isolate(page);
	page->mapping = NULL;
	put_page(page);
	CHECK(come(MANY));
	end(1, 1);
}

static const struct test tests[] = {
	{"near: active at once; far: not", test_distance},
	{"a shadow serves once", test_once},
	{"who comes back counts", test_return_counts},
	{"without swap programs do not count", test_programs_without_swap},
	{"the same place of another file", test_other_file},
	{"as many shadows as memory has frames", test_bounded},
};

TEST_MAIN(tests)
