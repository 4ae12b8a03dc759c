/*
 * test_swap.c - suite `swap`: pages of a process leave memory for a disk of memory and come back by
 * faults of the real CPU; areas come and go; headers and a disk that are damaged.
 */
#include "../../mm/swap/internal.h"
#include "../../mm/swap/swap_header.h"
#include "fs/vfs/internal.h"
#include "kernel/errno.h"
#include "kernel/fs_helpers.h"
#include "kernel/ktap.h"
#include "kernel/ramdisk.h"
#include "kernel/suites.h"
#include "kernel/swap_helpers.h"
#include "kernel/user_helpers.h"
#include "mm/filemap.h"
#include "mm/rmap.h"
#include "mm/slab.h"
#include "mm/vmalloc.h"
#include "mm/vmstat.h"
#include "proc/task.h"
#include "sched/sched.h"

#define BASE  0x20000000ul
#define PAGES 32u

static unsigned long page_addr(unsigned int page)
{
	return BASE + page * PAGE_SIZE;
}

/* An area of the highest priority, and an address space with PAGES pages, numbered. */
static bool begin(void)
{
	if (!test_swap_begin() || !test_mm_begin() ||
	    !test_map_anon(BASE, PAGES * PAGE_SIZE, MAP_PRIVATE))
		return false;
	for (unsigned int i = 0; i < PAGES; i++)
		EXPECT_EQ(test_poke(page_addr(i), 1000 + i), 0);
	return true;
}

static void end(void)
{
	rmap_validate();
	vmstat_validate();
	test_mm_end();
	test_swap_end();
}

/* The page at an address leaves memory. False: it is still there. */
static bool out(unsigned long addr)
{
	struct page *page = get_user_page(current->mm, addr, true);
	bool written = false;

	if (!EXPECT(!IS_ERR(page)))
		return false;
	lock_page(page);
	if (PageSwapCache(page) || add_to_swap(page)) {
		EXPECT_EQ(try_to_unmap(page, TTU_SWAP), UNMAP_DONE);
		swap_write_pages(&page, 1, &written);
		if (written)
			delete_from_swap_cache(page);
	}
	unlock_page(page);
	put_page(page);
	return written;
}

static void all_out(void)
{
	for (unsigned int i = 0; i < PAGES; i++)
		EXPECT(out(page_addr(i)));
	EXPECT_EQ(current->mm->nr_swap, PAGES);
	test_swap_disk->transfers = 0;
}

static bool sees_all(u32 first)
{
	for (unsigned int i = 0; i < PAGES; i++)
		if (!test_sees(page_addr(i), first + i))
			return false;
	return true;
}

/* Out and back; what is only read keeps its slot, what is written does not. */
static void test_there_and_back(void)
{
	unsigned long free;

	if (!begin())
		return;
	free = nr_swap_pages();
	all_out();
	EXPECT_EQ(free - nr_swap_pages(), PAGES);
	EXPECT_EQ(current->mm->rss_anon, 0);
	EXPECT(sees_all(1000));
	EXPECT_EQ(test_swap_disk->transfers, PAGES);
	EXPECT_EQ(nr_swapcache_pages, PAGES);
	EXPECT_EQ(free - nr_swap_pages(), PAGES);
	for (unsigned int i = 0; i < PAGES; i++)
		EXPECT_EQ(test_poke(page_addr(i), 2000 + i), 0);
	EXPECT_EQ(nr_swap_pages(), free);
	EXPECT_EQ(nr_swapcache_pages, 0);
	all_out();
	EXPECT(sees_all(2000));
	end();
}

/* Pages that come back in order come a window at a time. */
static void test_readahead(void)
{
	u32 ahead = vm_event_sum(VM_SWAP_RA), hits = vm_event_sum(VM_SWAP_RA_HIT);

	if (!begin())
		return;
	all_out();
	EXPECT(sees_all(1000));
	EXPECT_EQ(test_swap_disk->transfers, PAGES);
	EXPECT(vm_event_sum(VM_SWAP_RA) - ahead >= PAGES / 2);
	EXPECT_EQ(vm_event_sum(VM_SWAP_RA_HIT) - hits, vm_event_sum(VM_SWAP_RA) - ahead);
	end();
}

/* Parent and child have the same slots, which are read once; then each writes its own. */
static void test_swapoff(void)
{
	struct mm_struct *parent, *child;

	if (!begin())
		return;
	all_out();
	parent = current->mm;
	child = dup_mm(parent, 0);
	if (EXPECT(child)) {
		EXPECT_EQ(child->nr_swap, PAGES);
		EXPECT_EQ(test_swap_off(), 0);
		EXPECT_EQ(test_swap_disk->transfers, PAGES);
		EXPECT_EQ(parent->nr_swap + child->nr_swap, 0);
		EXPECT_EQ(test_swap_off(), -EINVAL);
		rmap_validate();
		test_mm_switch(child);
		EXPECT(sees_all(1000));
		EXPECT_EQ(test_poke(BASE, 7), 0);
		test_mm_switch(parent);
		EXPECT(sees_all(1000));
		mmput(child);
	}
	end();
}

static int turn_off(void *done)
{
	EXPECT_EQ(test_swap_off(), 0);
	*(bool *)done = true;
	return 0;
}

/* The faults of one task, while another one takes the area away. */
static void test_swapoff_and_faults(void)
{
	bool done = false;

	if (!begin())
		return;
	all_out();
	if (EXPECT(!IS_ERR(kthread_run(turn_off, &done, "swapoff"))))
		for (unsigned int i = PAGES; i-- > 0;) {
			EXPECT(test_sees(page_addr(i), 1000 + i));
			schedule();
		}
	while (!done)
		schedule_timeout(1);
	EXPECT(sees_all(1000));
	end();
}

/* What the area says of itself must be true, in each field. */
static void test_headers(void)
{
	if (!begin())
		return;
	EXPECT_EQ(test_swap_on(0), -EBUSY);
	EXPECT_EQ(test_swap_off(), 0);
	EXPECT_EQ(test_swap_on(0x80000), -EINVAL);
	for (unsigned int i = 0; i < SWAP_MAGIC_LEN; i++) {
		test_swap_format();
		((u8 *)test_swap_header())[SWAP_MAGIC_AT + i] ^= 0x20;
		EXPECT_EQ(test_swap_on(0), -EINVAL);
	}
	test_swap_format();
	test_swap_header()->version = 2;
	EXPECT_EQ(test_swap_on(0), -EINVAL);
	test_swap_format();
	test_swap_header()->last_page = TEST_SWAP_PAGES;
	EXPECT_EQ(test_swap_on(0), -EINVAL);
	test_swap_header()->last_page = 0;
	EXPECT_EQ(test_swap_on(0), -EINVAL);
	test_swap_format();
	test_swap_header()->nr_badpages = 2;
	test_swap_header()->badpages[0] = test_swap_header()->badpages[1] = 9;
	EXPECT_EQ(test_swap_on(0), -EINVAL);
	test_swap_header()->badpages[1] = TEST_SWAP_PAGES;
	EXPECT_EQ(test_swap_on(0), -EINVAL);
	test_swap_header()->badpages[1] = 10;
	test_swap_disk->fail_after = test_swap_disk->transfers;
	EXPECT_EQ(test_swap_on(0), -EIO);
	test_swap_disk->fail_after = RAMDISK_NO_FAULT;
	EXPECT_EQ(test_swap_on(0), 0);
	EXPECT(nr_swap_pages() >= TEST_SWAP_PAGES - 3);
	end();
}

/* A page that cannot be read is an error of who touches it, and of nobody else; nor is it for ever.
 */
static void test_read_errors(void)
{
	u32 value;

	if (!begin())
		return;
	all_out();
	test_swap_disk->fail_after = test_swap_disk->transfers;
	EXPECT_EQ(test_peek(page_addr(9), &value), -EFAULT);
	EXPECT_EQ(PTR_ERR(get_user_page(current->mm, page_addr(9), false)), -EIO);
	EXPECT_EQ(test_swap_off(), -EIO);
	test_swap_disk->fail_after = RAMDISK_NO_FAULT;
	EXPECT(sees_all(1000));
	EXPECT_EQ(test_swap_off(), 0);
	EXPECT(sees_all(1000));
	end();
}

/* A page whose slot cannot be written stays, and has another one the next time. */
static void test_write_errors(void)
{
	unsigned long total;

	if (!begin())
		return;
	total = total_swap_pages();
	test_swap_disk->fail_after = test_swap_disk->transfers;
	EXPECT(!out(BASE) && !out(page_addr(1)));
	EXPECT_EQ(nr_swapcache_pages, 2);
	EXPECT_EQ(current->mm->nr_swap, 2);
	test_swap_disk->fail_after = RAMDISK_NO_FAULT;
	EXPECT(sees_all(1000));
	EXPECT_EQ(nr_swapcache_pages, 0);
	EXPECT_EQ(total_swap_pages(), total - 2);
	all_out();
	EXPECT(sees_all(1000));
	end();
}

/* A file none of whose blocks lies behind the one before it. */
static int scattered(struct inode *inode, u32 index, struct block_device **bdev, sector_t *sector)
{
	*bdev = inode->private;
	*sector = (index + 1) * 2 * SECTORS_PER_BLOCK;
	return 0;
}

/* The list of its pieces is larger than any block of frames. */
static void test_file_in_pieces(void)
{
	static const struct inode_ops ops = {.bmap = scattered};
	const unsigned long pages = KMALLOC_MAX_SIZE / sizeof(struct swap_extent) + 1;
	struct swap_backing backing = {.file = true};
	struct inode *inode = kzalloc(sizeof(*inode), GFP_KERNEL);
	const struct swap_extent *last;

	if (!EXPECT(inode))
		return;
	inode->i_op = &ops;
	inode->mapping.size = (loff_t)pages << PAGE_SHIFT;
	if (nr_free_pages() > 2 * (KMALLOC_MAX_SIZE >> PAGE_SHIFT) &&
	    EXPECT_EQ(swap_file_extents(inode, &backing), 0)) {
		EXPECT_EQ(backing.nr_extents, pages);
		last = backing.extents + pages - 1;
		EXPECT(last->first == pages - 1 && last->pages == 1 &&
		       last->sector == pages * 2 * SECTORS_PER_BLOCK);
	}
	vfree(backing.extents);
	kfree(inode);
}

static const struct ktap_case cases[] = {
	{"there_and_back", test_there_and_back},
	{"readahead", test_readahead},
	{"swapoff", test_swapoff},
	{"swapoff_and_faults", test_swapoff_and_faults},
	{"headers", test_headers},
	{"read_errors", test_read_errors},
	{"write_errors", test_write_errors},
	{"file_in_pieces", test_file_in_pieces},
	{NULL, NULL},
};

const struct ktap_suite swap_suite = {"swap", cases};
