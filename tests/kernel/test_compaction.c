/*
 * test_compaction.c - suite `compaction`: large blocks out of fragmented memory, on the
 * booted kernel. ZONE_DMA is the one that is filled: every machine has it, and it is small.
 */
#include "kernel/compiler.h"
#include "kernel/fs_helpers.h"
#include "kernel/errno.h"
#include "kernel/movable.h"
#include "kernel/user_helpers.h"
#include "mm/compaction.h"
#include "mm/filemap.h"
#include "mm/migrate.h"
#include "mm/rmap.h"
#include "mm/vmstat.h"
#include "proc/task.h"

#define BIG_ORDER  9u
#define FILE_PAGES 200u
#define FILE_SIZE  (FILE_PAGES * PAGE_SIZE)
#define SEED	   23

static struct zone *dma_zone(void)
{
	return &NODE_DATA(0)->node_zones[ZONE_DMA];
}

/* Free blocks of 2^order frames and more. */
static unsigned long blocks_free(const struct zone *zone, unsigned int order)
{
	unsigned long n = 0;

	for (; order < MAX_ORDER; order++)
		n += zone->free_area[order].nr_free;
	return n;
}

/* Memory that was in large blocks is to be in large blocks again; with few the scanners may meet
 * before. */
static bool can_fragment(void)
{
	drain_local_pages();
	if (blocks_free(dma_zone(), MAX_ORDER - 1) >= 2)
		return true;
	ktap_skip("ZONE_DMA has no two free blocks of 4 MiB");
	return false;
}

/* Fills ZONE_DMA with movable pages down to the watermark. */
static unsigned long fill_zone(void)
{
	while (movable_take(GFP_DMA | __GFP_MOVABLE | __GFP_NOWARN))
		;
	return movable_count();
}

/* Every second page of a full zone goes: nothing large is free, much is. */
static bool fragment_zone(void)
{
	fill_zone();
	movable_thin_out(2);
	drain_local_pages();
	return EXPECT_EQ(blocks_free(dma_zone(), BIG_ORDER), 0) &&
	       EXPECT(dma_zone()->free_pages > 3u << BIG_ORDER);
}

static void test_large_block(void)
{
	u32 stalls = vm_event_sum(VM_COMPACTSTALL), successes = vm_event_sum(VM_COMPACTSUCCESS);
	u32 moved = vm_event_sum(VM_PGMIGRATE_SUCCESS);
	u32 seen = vm_event_sum(VM_COMPACTMIGRATE_SCANNED) + vm_event_sum(VM_COMPACTFREE_SCANNED);
	struct page *page;

	if (!can_fragment())
		return;
	if (fragment_zone()) {
		page = alloc_pages(GFP_DMA | __GFP_WAIT, BIG_ORDER);
		if (EXPECT(page))
			__free_pages(page, BIG_ORDER);
		EXPECT_EQ(vm_event_sum(VM_COMPACTSTALL) - stalls, 1);
		EXPECT_EQ(vm_event_sum(VM_COMPACTSUCCESS) - successes, 1);
		moved = vm_event_sum(VM_PGMIGRATE_SUCCESS) - moved;
		seen = vm_event_sum(VM_COMPACTMIGRATE_SCANNED) +
		       vm_event_sum(VM_COMPACTFREE_SCANNED) - seen;
		EXPECT(moved >= 64 && seen < 3 * dma_zone()->spanned_pages);
		ktap_info("%u pages moved, %u frames looked at", moved, seen);
	}
	EXPECT(movable_verify());
	movable_drop_all();
}

/* Who may not wait does not get it this way. */
static void test_atomic(void)
{
	u32 stalls = vm_event_sum(VM_COMPACTSTALL);

	if (!can_fragment())
		return;
	if (fragment_zone())
		EXPECT(!alloc_pages(GFP_DMA | GFP_ATOMIC | __GFP_NOWARN, BIG_ORDER));
	EXPECT_EQ(vm_event_sum(VM_COMPACTSTALL), stalls);
	movable_drop_all();
}

/* The whole zone: what is in use lies together afterwards, and as much is free as before. */
static void test_whole_zone(void)
{
	unsigned long free, large;

	if (!can_fragment())
		return;
	if (fragment_zone()) {
		free = zone_free_pages(dma_zone());
		EXPECT_EQ(compact_zone_order(dma_zone(), COMPACT_WHOLE_ZONE), COMPACT_COMPLETE);
		EXPECT_EQ(zone_free_pages(dma_zone()), free);
		large = blocks_free(dma_zone(), BIG_ORDER);
		EXPECT(large > 0);
		EXPECT_EQ(compact_zone_order(dma_zone(), BIG_ORDER), COMPACT_SUCCESS);
		EXPECT_EQ(blocks_free(dma_zone(), BIG_ORDER), large);
	}
	buddy_check();
	EXPECT(movable_verify());
	movable_drop_all();
}

/* Somebody holds one page in each block of 2^order frames: none of them can become free. */
static unsigned int hold_pages(struct page **stuck, unsigned int most, unsigned int order)
{
	unsigned long end = dma_zone()->start_pfn + dma_zone()->spanned_pages;
	unsigned int n = 0;

	for (pfn_t pfn = 0; pfn < end && n < most; pfn += 1ul << order) {
		struct page *page = movable_in(pfn, pfn + (1ul << order));

		if (!page)
			continue;
		get_page(page);
		stuck[n++] = page;
	}
	return n;
}

/* In vain: it is tried, then not tried for a while, and nothing is lost. */
static void test_in_vain(void)
{
	u32 fails = vm_event_sum(VM_COMPACTFAIL), stalls = vm_event_sum(VM_COMPACTSTALL);
	struct page *stuck[32];
	unsigned int n;

	if (!can_fragment())
		return;
	if (fragment_zone()) {
		n = hold_pages(stuck, ARRAY_SIZE(stuck), BIG_ORDER);
		for (unsigned int i = 0; i < 3; i++)
			EXPECT(!alloc_pages(GFP_DMA | __GFP_WAIT | __GFP_NOWARN, BIG_ORDER));
		EXPECT(vm_event_sum(VM_COMPACTFAIL) > fails);
		EXPECT(vm_event_sum(VM_COMPACTSTALL) - stalls < 3);
		while (n)
			put_page(stuck[--n]);
	}
	EXPECT(movable_verify());
	movable_drop_all();
	EXPECT_EQ(compact_zone_order(dma_zone(), BIG_ORDER), COMPACT_SUCCESS);
}

static void test_nothing_free(void)
{
	if (!can_fragment())
		return;
	fill_zone();
	drain_local_pages();
	EXPECT_EQ(compact_zone_order(dma_zone(), BIG_ORDER), COMPACT_SKIPPED);
	movable_drop_all();
}

/* Makes the lowest frames of ZONE_DMA the free ones; the others are full of movable pages. */
static void free_low_frames(unsigned int n)
{
	pfn_t pfn = dma_zone()->start_pfn;
	struct page *page;

	for (fill_zone(); n && pfn < ZONE_DMA_END_PFN; pfn += 64)
		while (n && (page = movable_in(pfn, pfn + 64)) != NULL) {
			movable_drop(page);
			n--;
		}
}

static struct page *low_frame(struct page *from, unsigned long private)
{
	(void)from;
	(void)private;
	return alloc_page(GFP_DMA | __GFP_MOVABLE);
}

/* The frames of all cached pages of the file; with a list, isolated onto it. */
static void find_frames(struct file *file, struct page **frames, struct list_head *list)
{
	for (unsigned int i = 0; i < FILE_PAGES; i++) {
		frames[i] = find_get_page(&file->inode->mapping, i);
		if (!EXPECT(frames[i]))
			continue;
		put_page(frames[i]);
		if (list)
			EXPECT_EQ(isolate_page(frames[i], list), 0);
	}
}

/*
 * The file's pages lie at the low end of an empty zone: they must go to its high end. Where the two
 * scanners meet depends on what else lies in the zone: with 16 MiB, half of the pages stay.
 */
static void compact_file(struct file *file)
{
	static struct page *before[FILE_PAGES], *after[FILE_PAGES];
	unsigned int moved = 0;
	LIST_HEAD(list);

	free_low_frames(FILE_PAGES + 50);
	find_frames(file, before, &list);
	EXPECT_EQ(migrate_pages(&list, low_frame, NULL, 0, MIGRATE_SYNC), 0);
	movable_drop_all();
	find_frames(file, before, NULL);
	compact_memory();
	find_frames(file, after, NULL);
	for (unsigned int i = 0; i < FILE_PAGES; i++)
		moved += after[i] > before[i];
	EXPECT(moved > FILE_PAGES / 4);
	ktap_info("%u of %u cached pages moved up", moved, FILE_PAGES);
}

/* Dirty pages of the cache make room too, and reach the disk from where they are now. */
static void test_file(void)
{
	struct file *file;

	if (!can_fragment() || !test_fs_begin())
		return;
	EXPECT_EQ(test_make_file("/f", FILE_SIZE, SEED), 0);
	file = filp_open("/f", O_RDWR, 0);
	if (EXPECT(!IS_ERR(file))) {
		compact_file(file);
		EXPECT(test_verify(file, 0, FILE_SIZE, SEED));
		fput(file);
		test_fs_remount();
		EXPECT(test_check_file("/f", FILE_SIZE, SEED));
	}
	test_fs_end();
	buddy_check();
}

#define USER_BASE  0x20000000ul
#define USER_PAGES 200u

/* The frames of a program's pages; with a list, isolated onto it. */
static void find_user_frames(struct page **frames, struct list_head *list)
{
	for (unsigned int i = 0; i < USER_PAGES; i++) {
		frames[i] = get_user_page(current->mm, USER_BASE + i * PAGE_SIZE, false);
		if (!EXPECT(!IS_ERR(frames[i])))
			continue;
		put_page(frames[i]);
		if (list)
			EXPECT_EQ(isolate_page(frames[i], list), 0);
	}
}

/* A program's pages at the low end of the zone go up, and it sees the same. */
static void test_user_pages(void)
{
	static struct page *before[USER_PAGES], *after[USER_PAGES];
	unsigned int moved = 0;
	LIST_HEAD(list);

	if (!can_fragment() || !test_mm_begin() ||
	    !test_map_anon(USER_BASE, USER_PAGES * PAGE_SIZE, MAP_PRIVATE))
		return;
	for (unsigned int i = 0; i < USER_PAGES; i++)
		EXPECT_EQ(test_poke(USER_BASE + i * PAGE_SIZE, SEED + i), 0);
	free_low_frames(USER_PAGES + 50);
	find_user_frames(before, &list);
	EXPECT_EQ(migrate_pages(&list, low_frame, NULL, 0, MIGRATE_SYNC), 0);
	movable_drop_all();
	find_user_frames(before, NULL);
	compact_memory();
	find_user_frames(after, NULL);
	for (unsigned int i = 0; i < USER_PAGES; i++) {
		moved += after[i] > before[i];
		EXPECT(test_sees(USER_BASE + i * PAGE_SIZE, SEED + i));
	}
	EXPECT(moved > USER_PAGES / 4);
	ktap_info("%u of %u pages of a program moved up", moved, USER_PAGES);
	rmap_validate();
	test_mm_end();
	buddy_check();
}

static const struct ktap_case cases[] = {
	{"large_block_out_of_fragments", test_large_block},
	{"not_for_who_may_not_wait", test_atomic},
	{"whole_zone", test_whole_zone},
	{"in_vain_and_deferred", test_in_vain},
	{"too_little_free", test_nothing_free},
	{"cached_pages_of_a_file", test_file},
	{"pages_of_a_program", test_user_pages},
	{NULL, NULL},
};

const struct ktap_suite compaction_suite = {"compaction", cases};
