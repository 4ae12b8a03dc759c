/*
 * test_swap_disk.c - suite `swap_disk`: pages leave memory for the swap partition of the real disk
 * while that does not answer, answers too late or has a bad sector: who needs a page waits or has
 * an error, all others go on, and what could be saved comes back.
 */
#include "../../mm/fault/internal.h"
#include "../../mm/swap/internal.h"
#include "drivers/ide.h"
#include "kernel/blkdev.h"
#include "kernel/errno.h"
#include "kernel/ktap.h"
#include "kernel/printk.h"
#include "kernel/string.h"
#include "kernel/suites.h"
#include "kernel/swap_helpers.h"
#include "kernel/time.h"
#include "kernel/user_helpers.h"
#include "mm/rmap.h"
#include "mm/slab.h"
#include "proc/task.h"
#include "sched/sched.h"

#define BASE	 0x20000000ul
#define PAGES	 32u
#define SECTORS	 (PAGE_SIZE / SECTOR_SIZE)
#define PATIENCE (HZ / 5) /* as in test_ide_dma.c */

static struct block_device *partition;
static int old_loglevel;

static unsigned long page_addr(unsigned int page)
{
	return BASE + page * PAGE_SIZE;
}

/* The area that init would use; false: there is none. */
static bool partition_on(void)
{
	static char name[] = "hda2";
	struct swap_backing backing = {.name = name};

	partition = blkdev_find("hda2");
	if (!partition)
		return false;
	backing.bdev = partition;
	backing.pages = (unsigned long)(partition->sectors / SECTORS);
	backing.extents = kmalloc(sizeof(*backing.extents), GFP_KERNEL);
	if (!EXPECT(backing.extents))
		return false;
	*backing.extents = (struct swap_extent){0, backing.pages, 0};
	backing.nr_extents = 1;
	if (!swap_area_on(&backing, SWAP_FLAG_PREFER | SWAP_FLAG_PRIO_MASK))
		return true;
	kfree(backing.extents);
	return false;
}

static void write_all(u32 value)
{
	for (unsigned int i = 0; i < PAGES; i++)
		EXPECT_EQ(test_poke(page_addr(i), value + i), 0);
}

static bool sees_all(u32 value)
{
	for (unsigned int i = 0; i < PAGES; i++)
		if (!test_sees(page_addr(i), value + i))
			return false;
	return true;
}

/* The area, and PAGES pages, numbered from 1000 on. False: the case is skipped, or has failed. */
static bool begin(void)
{
	old_loglevel = console_loglevel;
	console_loglevel = 0;
	memset(&ide_inject, 0, sizeof(ide_inject));
	if (!partition_on()) {
		console_loglevel = old_loglevel;
		ktap_skip("no swap partition");
		return false;
	}
	ide_inject.patience = PATIENCE;
	if (!test_mm_begin() || !test_map_anon(BASE, PAGES * PAGE_SIZE, MAP_PRIVATE))
		return false;
	write_all(1000);
	return true;
}

static void end(void)
{
	struct swap_backing backing;

	memset(&ide_inject, 0, sizeof(ide_inject));
	rmap_validate();
	test_mm_end();
	if (EXPECT_EQ(swap_area_off(partition, 0, &backing), 0))
		kfree(backing.extents);
	EXPECT_EQ(nr_swapcache_pages, 0);
	console_loglevel = old_loglevel;
}

/* --- another task, which needs no disk -------------------------------------------------------- */

static volatile bool stop, stopped;
static volatile unsigned int turns;

static int goes_on(void *arg)
{
	(void)arg;
	for (turns = 0; !stop; turns++)
		schedule_timeout(1);
	stopped = true;
	return 0;
}

static bool other_begins(void)
{
	stop = stopped = false;
	return EXPECT(!IS_ERR(kthread_run(goes_on, NULL, "goes_on")));
}

static void other_ends(void)
{
	stop = true;
	while (!stopped)
		schedule_timeout(1);
}

/* --- cases ------------------------------------------------------------------------------------ */

/* Time is lost, and nothing else: of one write, and of one read. */
static void test_lost_irq(void)
{
	unsigned long lost = ide_counts.lost_irqs, resets = ide_counts.resets;

	if (!begin())
		return;
	if (other_begins()) {
		ide_inject.lost_irqs = 1;
		EXPECT_EQ(test_push_out(BASE, PAGES), PAGES);
		EXPECT_EQ(ide_inject.lost_irqs, 0);
		EXPECT_EQ(ide_counts.lost_irqs, lost + 1);
		EXPECT(turns >= PATIENCE / 4);
		turns = 0;
		ide_inject.lost_irqs = 1;
		EXPECT(sees_all(1000));
		EXPECT_EQ(ide_inject.lost_irqs, 0);
		EXPECT_EQ(ide_counts.lost_irqs, lost + 2);
		EXPECT(turns >= PATIENCE / 4);
		EXPECT_EQ(ide_counts.resets, resets);
		other_ends();
	}
	end();
}

/* A command that the drive never had is given again after a reset. */
static void test_hang(void)
{
	unsigned long resets = ide_counts.resets;

	if (!begin())
		return;
	if (other_begins()) {
		ide_inject.hangs = 1;
		EXPECT_EQ(test_push_out(BASE, PAGES), PAGES);
		ide_inject.hangs = 1;
		EXPECT(sees_all(1000));
		EXPECT_EQ(ide_counts.resets, resets + 2);
		other_ends();
	}
	end();
}

/* The disk is away: pages stay. It is back: they leave, and what was written since is not lost. */
static void test_away(void)
{
	if (!begin())
		return;
	ide_inject.drive_errors = ~0u;
	EXPECT_EQ(test_push_out(BASE, PAGES), 0);
	EXPECT(sees_all(1000));
	write_all(2000);
	ide_inject.drive_errors = 0;
	EXPECT_EQ(test_push_out(BASE, PAGES), PAGES);
	EXPECT_EQ(current->mm->nr_swap, PAGES);
	ide_inject.drive_errors = ~0u;
	for (unsigned int i = 0; i < PAGES; i += 7) {
		u32 value;

		EXPECT_EQ(test_peek(page_addr(i), &value), -EFAULT);
	}
	ide_inject.drive_errors = 0;
	EXPECT(sees_all(2000));
	end();
}

static u32 sector_of(unsigned int page)
{
	const swp_entry_t entry = pte_to_swp_entry(*user_pte(current->mm, page_addr(page)));

	return (u32)(partition->start + (sector_t)swp_offset(entry) * SECTORS);
}

/* One sector cannot be read: its page alone is an error, though all were to be read together. */
static void test_bad_sector(void)
{
	u32 value;

	if (!begin())
		return;
	EXPECT_EQ(test_push_out(BASE, PAGES), PAGES);
	ide_inject.bad_sector = sector_of(9) + 3;
	ide_inject.bad_requests = ~0u;
	for (unsigned int i = 0; i < PAGES; i++)
		if (i == 9)
			EXPECT_EQ(test_peek(page_addr(i), &value), -EFAULT);
		else
			EXPECT(test_sees(page_addr(i), 1000 + i));
	ide_inject.bad_requests = 0;
	EXPECT(sees_all(1000));
	end();
}

static const struct ktap_case cases[] = {
	{"lost_irq", test_lost_irq},	 {"hang", test_hang}, {"away", test_away},
	{"bad_sector", test_bad_sector}, {NULL, NULL},
};

const struct ktap_suite swap_disk_suite = {"swap_disk", cases};
