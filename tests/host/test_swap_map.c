/* test_swap_map.c - slots of a swap area against a plain array of what is in use. */
#include <string.h>
#include "machine.h"
#include "kernel/errno.h"
#include "mm/vmstat.h"
#include "swap/swap_map.h"
#include "test.h"

#define MAX_SLOTS 400u

static struct swap_map map;
static unsigned int entries[MAX_SLOTS];
static bool cached[MAX_SLOTS], bad[MAX_SLOTS], failed[MAX_SLOTS];

static void boot_once(void)
{
	static bool booted;

	if (!booted)
		host_boot();
	booted = true;
}

static bool in_use(unsigned long slot)
{
	return entries[slot] || cached[slot];
}

/* A slot in use that is not below `from`, or 0. */
static unsigned long some_used(unsigned long from)
{
	for (unsigned long i = 0; i < map.slots; i++) {
		unsigned long slot = (from + i) % map.slots;

		if (in_use(slot))
			return slot;
	}
	return 0;
}

static void take(void)
{
	unsigned long slot = swap_map_alloc(&map), free = 0;

	for (unsigned long i = 1; i < map.slots; i++)
		free += !bad[i] && !in_use(i);
	if (!CHECK_EQ(!slot, !free) || !slot)
		return;
	CHECK(slot < map.slots && !bad[slot] && !in_use(slot));
	cached[slot] = true;
}

/* Nobody has a slot any more that the disk cannot write. */
static void note_bad(unsigned long slot)
{
	bad[slot] = failed[slot] && !in_use(slot);
}

static void change(u8 what, unsigned long slot)
{
	if (what < 1) {
		swap_map_dup(&map, slot);
		entries[slot]++;
	} else if (what < 2 && entries[slot]) {
		entries[slot]--;
		CHECK_EQ(swap_map_put(&map, slot), !in_use(slot));
		note_bad(slot);
	} else if (what < 3 && cached[slot]) {
		cached[slot] = false;
		CHECK_EQ(swap_map_uncache(&map, slot), !in_use(slot));
		note_bad(slot);
	} else if (what < 3) {
		CHECK_EQ(swap_map_fail(&map, slot), !failed[slot]);
		failed[slot] = true;
		CHECK(swap_map_failed(&map, slot));
	} else {
		CHECK_EQ(swap_map_cache(&map, slot), !cached[slot]);
		cached[slot] = true;
	}
}

static int map_input(const u8 *data, size_t n)
{
	struct input in = {data, n};
	unsigned long slots = 2 + input_below(&in, MAX_SLOTS - 2), used = 0;

	memset(entries, 0, sizeof(entries));
	memset(cached, 0, sizeof(cached));
	memset(bad, 0, sizeof(bad));
	memset(failed, 0, sizeof(failed));
	if (!CHECK_EQ(swap_map_init(&map, slots), 0))
		return 0;
	bad[0] = true;
	for (unsigned int i = input_below(&in, 8); i; i--) {
		unsigned long slot = input_below(&in, MAX_SLOTS);

		CHECK_EQ(swap_map_set_bad(&map, slot), slot >= slots || bad[slot] ? -EINVAL : 0);
		if (slot < slots)
			bad[slot] = true;
	}
	while (in.left && !test_failures()) {
		u8 what = input_u8(&in) % 8;
		unsigned long slot = some_used(input_below(&in, (unsigned int)slots));

		if (what >= 4 || !slot)
			take();
		else
			change(what, slot);
		swap_map_validate(&map);
	}
	for (unsigned long i = 0; i < slots; i++) {
		used += in_use(i);
		CHECK_EQ(swap_map_entries(&map, i), bad[i] ? SLOT_BAD : entries[i]);
	}
	CHECK_EQ(map.used, used);
	swap_map_destroy(&map);
	return 0;
}

static void test_map(void)
{
	struct mm_ledger before, after;

	boot_once();
	mm_ledger_take(&before);
	check_property(map_input, 2000);
	mm_ledger_take(&after);
	CHECK(memcmp(&before, &after, sizeof(before)) == 0);
}

/* Pages that leave together lie together: free clusters are filled in order, before any gap. */
static void test_clusters(void)
{
	boot_once();
	CHECK_EQ(swap_map_init(&map, 4 * SWAP_CLUSTER), 0);
	/* The first cluster has the header, so it is no free one. */
	for (unsigned long i = 0; i < 3 * SWAP_CLUSTER; i++)
		CHECK_EQ(swap_map_alloc(&map), SWAP_CLUSTER + i);
	CHECK_EQ(swap_map_alloc(&map), 1);
	for (unsigned long i = 0; i < SWAP_CLUSTER; i += 2)
		CHECK(swap_map_uncache(&map, 2 * SWAP_CLUSTER + i));
	for (unsigned long i = 2; i < SWAP_CLUSTER; i++)
		CHECK_EQ(swap_map_alloc(&map), i);
	for (unsigned long i = 0; i < SWAP_CLUSTER; i += 2)
		CHECK_EQ(swap_map_alloc(&map), 2 * SWAP_CLUSTER + i);
	CHECK_EQ(swap_map_alloc(&map), 0);
	swap_map_validate(&map);
	swap_map_destroy(&map);
}

static void test_misuse(void)
{
	unsigned long slot;

	boot_once();
	CHECK_EQ(swap_map_init(&map, 10), 0);
	slot = swap_map_alloc(&map);
	CHECK_PANICS("BUG", swap_map_dup(&map, 0));
	CHECK_PANICS("BUG", swap_map_dup(&map, 10));
	CHECK_PANICS("BUG", swap_map_put(&map, slot));
	CHECK_PANICS("BUG", swap_map_put(&map, slot + 1));
	for (unsigned int i = 0; i < SLOT_COUNT_MAX; i++)
		swap_map_dup(&map, slot);
	CHECK_PANICS("BUG", swap_map_dup(&map, slot));
	CHECK(!swap_map_uncache(&map, slot));
	CHECK_PANICS("BUG", swap_map_uncache(&map, slot));
	for (unsigned int i = 0; i < SLOT_COUNT_MAX; i++)
		CHECK_EQ(swap_map_put(&map, slot), i + 1 == SLOT_COUNT_MAX);
	swap_map_validate(&map);
	swap_map_destroy(&map);
	for (long n = 0; n < 3; n++) {
		host_fail_after(n);
		CHECK_EQ(swap_map_init(&map, 10), -ENOMEM);
		host_fail_after(-1);
	}
}

static const struct test tests[] = {
	{"against an array", test_map},
	{"clusters", test_clusters},
	{"misuse is seen", test_misuse},
};
TEST_MAIN(tests)
