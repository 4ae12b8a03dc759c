/* test_workingset.c - pages of a file that left memory come back, sooner or later. */
#include "../../mm/cache/internal.h"
#include "../../mm/reclaim/internal.h"
#include "../../mm/reclaim/lru.h"
#include "fake_file.h"
#include "machine.h"
#include "mm/reclaim.h"
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

static const struct test tests[] = {
	{"near: active at once; far: not", test_distance},
	{"a shadow serves once", test_once},
	{"as many shadows as memory has frames", test_bounded},
};

TEST_MAIN(tests)
