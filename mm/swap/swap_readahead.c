/*
 * swap_readahead.c - with a page that is wanted back come those whose slots lie around its own.
 *
 *        aligned window of 1, 2, 4 ... 2^page_cluster slots
 *   ────┬────┬────┬────┬────┬────
 *       │ in │free│want│has │        `in` is read with it; `has` is in the swap cache already
 *   ────┴────┴────┴────┴────┴────
 *
 * Pages that left memory together lie side by side, and are often wanted together. If they are, is
 * seen by the hits: pages read ahead that somebody came for. The more of them there were since the
 * last window, the larger is the next one; without any it becomes half as large, down to the one
 * page, unless the slots are asked for one after the other.
 *
 * It is a favour: memory is not made free for it, and it waits for nothing. Slots that lie side by
 * side are one bio. What fails is left in the cache, not uptodate, for whoever needs it to try.
 */
#include "cache/internal.h"
#include "internal.h"
#include "kernel/bio.h"
#include "mm/mempolicy.h"
#include "mm/reclaim_trace.h"

#define AHEAD_GFP	 ((GFP_HIGHUSER_MOVABLE & ~__GFP_WAIT) | __GFP_COLD | __GFP_NORETRY | __GFP_NOWARN)
#define WINDOW_MOST_LOG2 5u
#define WINDOW_MOST	 (1u << WINDOW_MOST_LOG2)
#define SECTORS_PER_PAGE (PAGE_SIZE / SECTOR_SIZE)

_Static_assert(WINDOW_MOST <= BIO_MAX_VECS, "a window of slots is more than a bio holds");

unsigned int page_cluster = 3;

/* One of all areas, as whoever asks asks for what left last. */
static unsigned int hits = 4; /* since the last window; at first it is worth a try */
static unsigned int last_window;
static u32 last_entry;

void swap_readahead_hit(void)
{
	hits++;
	count_vm_event(VM_SWAP_RA_HIT);
}

static bool in_order(swp_entry_t entry)
{
	return entry.val == last_entry + PAGE_SIZE || entry.val == last_entry - PAGE_SIZE;
}

/* Slots to look at, a power of two. */
static unsigned int next_window(swp_entry_t entry)
{
	const unsigned int most = 1u << min(page_cluster, WINDOW_MOST_LOG2);
	unsigned int window = 1;

	if (hits)
		window = 1u << min(order_base_2(hits + 2), WINDOW_MOST_LOG2);
	else if (in_order(entry))
		window = 2;
	window = min(max(window, last_window / 2), most);
	hits = 0;
	last_window = window;
	last_entry = entry.val;
	return window;
}

/* Pages on their way together, locked and in the cache, in the order of their slots. */
struct cluster {
	struct page *pages[WINDOW_MOST];
	unsigned int nr;
};

/* Is it used, and not in the cache? */
static bool worth_reading(swp_entry_t entry)
{
	struct swap_area *area;
	bool worth;

	spin_lock(&swap_lock);
	area = swap_area_find(entry);
	worth = area && swap_map_used(&area->map, swp_offset(entry)) &&
		!(area->map.slot[swp_offset(entry)] & SLOT_CACHED);
	spin_unlock(&swap_lock);
	return worth;
}

/* A slot that nobody has asked for. False: no memory. */
static bool add_slot(struct cluster *cluster, swp_entry_t entry)
{
	struct page *page;

	if (!worth_reading(entry))
		return true;
	page = alloc_user_page(AHEAD_GFP);
	if (!page)
		return false;
	if (!trylock_page(page))
		BUG();
	if (swap_cache_claim(page, entry)) {
		unlock_page(page);
		put_page(page);
		return false;
	}
	put_page(page); /* locked, it stays in the cache */
	cluster->pages[cluster->nr++] = page;
	return true;
}

static void collect(struct cluster *cluster, struct page *page)
{
	const swp_entry_t own = page_swap_entry(page);
	const unsigned long window = next_window(own);
	unsigned long slot = swp_offset(own) & ~(window - 1), end = slot + window;
	bool memory = true;

	for (cluster->nr = 0; slot < end && slot < SWAP_OFFSET_LIMIT; slot++) {
		if (slot == swp_offset(own))
			cluster->pages[cluster->nr++] = page;
		else if (memory)
			memory = add_slot(cluster, swp_entry(swp_type(own), slot));
	}
}

/* By the disk's interrupt: the pages are unlocked, and belong to whoever comes for them. */
static void end_read(struct bio *bio)
{
	for (unsigned int i = 0; i < bio->nr_vecs; i++) {
		struct page *page = bio->vecs[i].page;

		if (bio->error)
			SetPageError(page);
		else
			SetPageUptodate(page);
		unlock_page(page);
	}
	bio_put(bio);
}

/* A bio that begins with the page, or NULL. */
static struct bio *begin_bio(struct block_device *bdev, sector_t sector)
{
	struct bio *bio = bio_alloc(GFP_AHEAD_BIO);

	if (bio) {
		bio->bdev = bdev;
		bio->sector = sector;
		bio->why = TRACE_IO_SWAP_IN;
		bio->end_io = end_read;
	}
	return bio;
}

static bool continues(const struct bio *bio, const struct block_device *bdev, sector_t sector)
{
	return bio->bdev == bdev && bio->sector + bio->nr_vecs * SECTORS_PER_PAGE == sector;
}

/* The page cannot be read now: as if nobody had tried; but what is wanted waits for its turn. */
static void give_up(struct page *page, const struct page *wanted)
{
	if (page == wanted) {
		swap_read_alone(page);
		unlock_page(page);
		return;
	}
	get_page(page);
	delete_from_swap_cache(page);
	unlock_page(page);
	put_page(page);
}

static void read_cluster(const struct cluster *cluster, const struct page *wanted)
{
	struct bio *bio = NULL;

	for (unsigned int i = 0; i < cluster->nr; i++) {
		struct page *page = cluster->pages[i];
		struct block_device *bdev;
		sector_t sector = swap_page_sector(page, &bdev);

		if (bio && !continues(bio, bdev, sector)) {
			submit_bio(bio);
			bio = NULL;
		}
		if (!bio)
			bio = begin_bio(bdev, sector);
		if (!bio) {
			give_up(page, wanted);
			continue;
		}
		BUG_ON(!bio_add_page(bio, page, 0, PAGE_SIZE));
		if (page != wanted)
			count_vm_event(VM_SWAP_RA);
		reclaim_note(TRACE_RECLAIM_SWAP_IN, page,
			     page == wanted ? TRACE_WHY_NONE : TRACE_WHY_AHEAD);
	}
	if (bio)
		submit_bio(bio);
}

unsigned int swap_read_around(struct page *page)
{
	struct cluster cluster;
	struct blk_plug plug;

	collect(&cluster, page);
	blk_start_plug(&plug);
	read_cluster(&cluster, page);
	blk_finish_plug(&plug);
	return cluster.nr;
}
