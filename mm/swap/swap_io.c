/* swap_io.c - moves a page between memory and its slot. */
#include "internal.h"
#include "kernel/bio.h"
#include "kernel/errno.h"
#include "kernel/printk.h"
#include "kernel/ratelimit.h"
#include "mm/gfp.h"
#include "mm/reclaim_trace.h"

#define SECTORS_PER_PAGE (PAGE_SIZE / SECTOR_SIZE)

/* Where a slot lies: extents are few, and in order. */
static sector_t slot_sector(const struct swap_backing *backing, unsigned long slot)
{
	unsigned int low = 0, high = backing->nr_extents;

	while (high - low > 1) {
		unsigned int mid = low + (high - low) / 2;

		if (backing->extents[mid].first <= slot)
			low = mid;
		else
			high = mid;
	}
	slot -= backing->extents[low].first;
	BUG_ON(slot >= backing->extents[low].pages);
	return backing->extents[low].sector + (sector_t)slot * SECTORS_PER_PAGE;
}

sector_t swap_page_sector(const struct page *page, struct block_device **bdev)
{
	swp_entry_t entry = page_swap_entry(page);
	const struct swap_backing *backing = &swap_area_of(entry)->backing;

	BUG_ON(!PageLocked(page) || !PageSwapCache(page));
	*bdev = backing->bdev;
	return slot_sector(backing, swp_offset(entry));
}

static void fill_bio(struct bio *bio, struct page *page, bool write)
{
	bio->sector = swap_page_sector(page, &bio->bdev);
	bio->write = write;
	bio->why = write ? TRACE_IO_SWAP_OUT : TRACE_IO_SWAP_IN;
	BUG_ON(!bio_add_page(bio, page, 0, PAGE_SIZE));
}

/* Pages that go out by themselves: on the stack, as there may be no memory for more. */
static int move_page(struct page *page, bool write)
{
	struct bio_vec vec;
	struct bio bio;

	bio_init(&bio, &vec, 1);
	fill_bio(&bio, page, write);
	return submit_bio_wait(&bio) ? -EIO : 0;
}

int swap_readpage(struct page *page)
{
	reclaim_note(TRACE_RECLAIM_SWAP_IN, page, TRACE_WHY_NONE);
	return move_page(page, false);
}

bool swap_read_alone(struct page *page)
{
	if (swap_readpage(page)) {
		SetPageError(page);
		return false;
	}
	ClearPageError(page);
	SetPageUptodate(page);
	return true;
}

int swap_writepage(struct page *page)
{
	reclaim_note(TRACE_RECLAIM_WRITE, page, TRACE_WHY_NONE);
	return move_page(page, true);
}

static bool slot_failed(const struct page *page)
{
	swp_entry_t entry = page_swap_entry(page);

	return swap_map_failed(&swap_area_of(entry)->map, swp_offset(entry));
}

/* By itself. False: the disk cannot write the slot, and that is noted. */
static bool write_alone(struct page *page)
{
	static struct ratelimit reports;
	swp_entry_t entry = page_swap_entry(page);
	struct swap_area *area = swap_area_of(entry);

	if (slot_failed(page))
		return false;
	if (!swap_writepage(page))
		return true;
	spin_lock(&swap_lock);
	swap_map_fail(&area->map, swp_offset(entry));
	spin_unlock(&swap_lock);
	if (ratelimit(&reports))
		pr_err("swap: %s: slot %lu cannot be written\n", area->backing.name,
		       swp_offset(entry));
	return false;
}

/* All at once; neighbours become one command. The first error: it does not say which page's. */
static int write_together(struct page **pages, unsigned int nr)
{
	struct bio_batch batch = {0};
	struct blk_plug plug;

	blk_start_plug(&plug);
	for (unsigned int i = 0; i < nr; i++) {
		struct bio *bio;

		if (!PageSwapCache(pages[i]) || slot_failed(pages[i]))
			continue;
		bio = bio_alloc(GFP_NOIO);
		fill_bio(bio, pages[i], true);
		bio_batch_submit(&batch, bio);
		reclaim_note(TRACE_RECLAIM_WRITE, pages[i], TRACE_WHY_NONE);
	}
	blk_finish_plug(&plug);
	return bio_batch_wait(&batch);
}

void swap_write_pages(struct page **pages, unsigned int nr, bool *written)
{
	int err = write_together(pages, nr);

	for (unsigned int i = 0; i < nr; i++) {
		written[i] = PageSwapCache(pages[i]) &&
			     (err ? write_alone(pages[i]) : !slot_failed(pages[i]));
		if (written[i])
			ClearPageDirty(pages[i]);
	}
}
