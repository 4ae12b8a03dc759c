/*
 * test_swap_readahead.c - what is read with a page that is wanted back: how much, of which slots,
 * and what becomes of it without memory and with a disk that fails.
 */
#include "../../mm/area/internal.h"
#include "../../mm/cache/internal.h"
#include "../../mm/fault/internal.h"
#include "kernel/bio.h"
#include "machine.h"
#include "mm/vmstat.h"
#include "swap_disk.h"
#include "test.h"
#include "user.h"

#define BASE  0x20000000ul
#define PAGES 64u
#define RW    (PROT_READ | PROT_WRITE)
#define ANON  (MAP_PRIVATE | MAP_ANONYMOUS)

static struct mm_struct *mm;

static unsigned long page_addr(unsigned int page)
{
	return BASE + (unsigned long)page * PAGE_SIZE;
}

static unsigned long slot_of(unsigned int page)
{
	pte_t entry = user_entry(mm, page_addr(page));

	return is_swap_pte(entry) ? swp_offset(pte_to_swp_entry(entry)) : 0;
}

/* Pages 0 to 63 have left memory, to slots 64 to 127. */
static void begin(unsigned int cluster)
{
	user_ledger_open();
	CHECK_EQ(swap_disk_on(0, AREA_PAGES, 0), 0);
	mm = mm_alloc();
	CHECK_EQ(mm_mmap(mm, NULL, BASE, PAGES * PAGE_SIZE, RW, ANON | MAP_FIXED, 0), (long)BASE);
	for (unsigned int i = 0; i < PAGES; i++) {
		CHECK_EQ(user_write(mm, page_addr(i), (u8)(i + 1)), 0);
		CHECK(swap_disk_out(mm, page_addr(i), false));
		CHECK_EQ(slot_of(i), 64 + i);
	}
	page_cluster = cluster;
	swap_disk_reads = 0;
}

static void end(void)
{
	user_check_counts();
	mmput(mm);
	CHECK_EQ(swap_disk_off(0, AREA_PAGES), 0);
	CHECK_EQ(nr_swapcache_pages, 0);
	user_ledger_close();
}

/* The page comes back right: true if the disk was waited for. */
static bool touch(unsigned int page)
{
	u8 value = 0;

	CHECK(!user_read(mm, page_addr(page), &value) && value == page + 1);
	return user_last_fault.major;
}

static bool cached(unsigned long slot)
{
	struct page *page = swap_cache_find(swp_entry(0, slot));

	if (page)
		put_page(page);
	return page;
}

/* Touches pages of one window until the next window is the largest. */
static void warm_up(void)
{
	for (unsigned int i = 0; i < 16; i++)
		touch(i);
}

/* In order: the windows become larger, and each is one wait. */
static void test_in_order(void)
{
	unsigned int waits = 0;
	u32 ahead = vm_event_sum(VM_SWAP_RA), hit = vm_event_sum(VM_SWAP_RA_HIT);

	begin(3);
	for (unsigned int i = 0; i < PAGES; i++)
		waits += touch(i);
	CHECK(waits >= PAGES / 8 && waits <= PAGES / 8 + 4);
	CHECK_EQ(swap_disk_reads, PAGES);
	CHECK_EQ(vm_event_sum(VM_SWAP_RA) - ahead, PAGES - waits);
	CHECK_EQ(vm_event_sum(VM_SWAP_RA_HIT) - hit, PAGES - waits);
	end();
}

/* Here and there: after a few that nobody comes for, nothing is read ahead. */
static void test_here_and_there(void)
{
	begin(3);
	warm_up();
	swap_disk_reads = 0;
	for (unsigned int i = 16; i < 48; i += 8)
		touch(i);
	CHECK_EQ(swap_disk_reads, 8 + 4 + 2 + 1);
	touch(48);
	touch(56);
	swap_disk_reads = 0;
	touch(59);
	touch(35);
	CHECK_EQ(swap_disk_reads, 2);
	/* Neighbours: that may become more. */
	touch(36);
	CHECK_EQ(swap_disk_reads, 4);
	touch(52);
	touch(51);
	CHECK_EQ(swap_disk_reads, 4 + 1 + 2);
	end();
}

static void test_off(void)
{
	begin(0);
	for (unsigned int i = 0; i < PAGES; i++)
		CHECK(touch(i));
	CHECK_EQ(swap_disk_reads, PAGES);
	end();
}

/* The window is aligned; slots that are free, or in the cache, are left out. */
static void test_window(void)
{
	begin(3);
	warm_up();
	CHECK_EQ(mm_madvise(mm, page_addr(26), PAGE_SIZE, MADV_DONTNEED), 0);
	swap_disk_reads = 0;
	CHECK(touch(28));
	CHECK_EQ(swap_disk_reads, 7);
	for (unsigned int i = 0; i < 32; i++)
		CHECK_EQ(cached(64 + i), (i < 16 || i >= 24) && i != 26);
	CHECK(!cached(64 + 32) && !cached(64 + 23));
	CHECK(!touch(24) && !touch(31));
	end();
}

/* One of them is in the cache: the others come all the same. A page that was never away from its
 * owner is no hit. */
static void test_one_is_there(void)
{
	u32 hit;

	begin(0);
	CHECK(touch(25));
	page_cluster = 3;
	warm_up();
	swap_disk_reads = 0;
	CHECK(touch(28));
	CHECK_EQ(swap_disk_reads, 7);
	hit = vm_event_sum(VM_SWAP_RA_HIT);
	swap_disk_out(mm, page_addr(25), true);
	CHECK(!touch(25));
	CHECK_EQ(vm_event_sum(VM_SWAP_RA_HIT), hit);
	CHECK(!touch(31));
	CHECK_EQ(vm_event_sum(VM_SWAP_RA_HIT), hit + 1);
	end();
}

/* The n-th allocation fails, and all after it: the page itself needs one, and a node of the tree.
 */
static void test_no_memory(void)
{
	unsigned int all = 0, alone = 0;
	u8 value;

	for (unsigned int reserve = 0; reserve < 2; reserve++)
		for (long n = 0; n < 24; n++) {
			struct bio *bios[16];
			int err;

			begin(3);
			warm_up();
			host_fail_after(0);
			for (unsigned int i = 0; i < 16 && reserve; i++)
				bios[i] = bio_alloc(GFP_NOWAIT);
			CHECK(!reserve || (bios[15] && !bio_alloc(GFP_NOWAIT)));
			host_fail_after(n);
			swap_disk_reads = 0;
			err = user_read(mm, page_addr(29), &value);
			CHECK(err == 0 || (err == -ENOMEM && n < 3));
			host_fail_after(-1);
			/* For others than the page itself no bio of the reserve is taken. */
			all += swap_disk_reads == 8;
			alone += swap_disk_reads == 1;
			CHECK(swap_disk_reads == 8 || swap_disk_reads == !err);
			for (unsigned int i = 0; i < 16 && reserve; i++)
				bio_put(bios[i]);
			for (unsigned int i = 0; i < PAGES; i++)
				touch(i);
			end();
		}
	CHECK(all && alone);
}

/* A bad slot is the trouble of its page alone, and only as long as it is bad. */
static void test_errors(void)
{
	u8 value;

	begin(3);
	warm_up();
	/* The first 50 pages of the area lie at its end, the others in front. */
	swap_disk_bad = 64 + 27 - 50;
	CHECK(touch(28));
	CHECK_EQ(user_read(mm, page_addr(27), &value), -EIO);
	touch(24);
	CHECK_EQ(user_read(mm, page_addr(27), &value), -EIO);
	swap_disk_bad = 0;
	touch(27);
	swap_disk_fails = true;
	CHECK_EQ(user_read(mm, page_addr(40), &value), -EIO);
	swap_disk_fails = false;
	for (unsigned int i = 0; i < PAGES; i++)
		touch(i);
	end();
}

static const struct test tests[] = {
	{"in order", test_in_order},
	{"here and there", test_here_and_there},
	{"one page only", test_off},
	{"which slots", test_window},
	{"one is there already", test_one_is_there},
	{"without memory", test_no_memory},
	{"with errors", test_errors},
};

int main(void)
{
	user_boot();
	bio_cache_init();
	return test_main(tests, ARRAY_SIZE(tests));
}
