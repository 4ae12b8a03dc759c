/*
 * swap_cache.c - which pages of memory have a slot of a swap area.
 *
 * A page gets there in one of two ways:
 *
 *   add_to_swap()       it is to leave memory: a fresh slot, and the page is dirty
 *   swap_cache_read()   somebody needs it back: read from its slot, and clean until it is written
 *
 * and leaves when it is reclaimed (the slot stays, for its entries), or when no entry names the
 * slot any more (the slot goes, the page stays with its owner).
 */
#include "cache/internal.h"
#include "internal.h"
#include "kernel/errno.h"
#include "mm/gfp.h"
#include "mm/mempolicy.h"
#include "mm/vmstat.h"
#include "page/internal.h"
#include "reclaim/lru.h"

unsigned long nr_swapcache_pages;

struct page *swap_cache_find(swp_entry_t entry)
{
	struct swap_area *area;
	struct page *page;

	spin_lock(&swap_lock);
	area = swap_area_find(entry);
	page = area ? radix_tree_lookup(&area->cache, swp_offset(entry)) : NULL;
	if (page)
		get_page(page);
	spin_unlock(&swap_lock);
	return page;
}

/* A locked page becomes that of a slot which is marked as cached. 0 or -ENOMEM. swap_lock held. */
static int enter(struct page *page, swp_entry_t entry)
{
	struct swap_area *area = swap_area_of(entry);
	int err = radix_tree_insert(&area->cache, swp_offset(entry), page);

	BUG_ON(err == -EEXIST);
	if (err)
		return err;
	get_page(page);
	SetPageSwapCache(page);
	page->private = entry.val;
	area->nrcached++;
	nr_swapcache_pages++;
	return 0;
}

bool add_to_swap(struct page *page)
{
	swp_entry_t entry;
	bool added;

	BUG_ON(!PageLocked(page) || !PageAnon(page) || PageSwapCache(page));
	spin_lock(&swap_lock);
	added = swap_slot_alloc(&entry);
	if (added && enter(page, entry)) {
		swap_slot_uncache(entry);
		added = false;
	}
	spin_unlock(&swap_lock);
	if (added) {
		SetPageUptodate(page);
		SetPageDirty(page);
	}
	return added;
}

/* swap_lock held. */
static void leave(struct page *page)
{
	swp_entry_t entry = page_swap_entry(page);
	struct swap_area *area = swap_area_of(entry);

	if (radix_tree_delete(&area->cache, swp_offset(entry)) != page)
		bad_page(page, "is not in its area's swap cache");
	ClearPageSwapCache(page);
	/* Without a slot an anonymous page is nowhere else: that it is dirty goes without saying.
	 */
	ClearPageDirty(page);
	page->private = 0;
	area->nrcached--;
	nr_swapcache_pages--;
	swap_slot_uncache(entry);
}

void delete_from_swap_cache(struct page *page)
{
	BUG_ON(!PageLocked(page) || !PageSwapCache(page) || PageWriteback(page));
	spin_lock(&swap_lock);
	leave(page);
	spin_unlock(&swap_lock);
	put_page(page);
}

bool try_to_free_swap(struct page *page)
{
	bool unused;

	BUG_ON(!PageLocked(page));
	if (!PageSwapCache(page) || PageWriteback(page))
		return false;
	spin_lock(&swap_lock);
	unused = !swap_map_entries(&swap_area_of(page_swap_entry(page))->map,
				   swp_offset(page_swap_entry(page)));
	if (unused)
		leave(page);
	spin_unlock(&swap_lock);
	if (unused)
		put_page(page);
	return unused;
}

void free_swap_cache(struct page *page)
{
	/* Whoever has the lock is at the slot, and whoever comes later looks again: reclaim at
	 * last. */
	if (!trylock_page(page))
		return;
	if (!page_mapcount(page))
		try_to_free_swap(page);
	unlock_page(page);
}

void give_slot_back(struct page *page)
{
	lock_page(page);
	if (page_mapcount(page) == 1)
		try_to_free_swap(page);
	unlock_page(page);
}

/* What became of the attempt to be the one who reads a slot. */
enum claim {
	CLAIM_OURS,  /* locked and in the cache */
	CLAIM_OTHER, /* somebody was faster: look in the cache */
	CLAIM_GONE,  /* the slot was given back */
	CLAIM_NO_MEM
};

static enum claim claim_slot(struct page *page, swp_entry_t entry)
{
	enum claim claim = CLAIM_OURS;
	struct swap_area *area;

	spin_lock(&swap_lock);
	area = swap_area_find(entry);
	if (!area || !swap_map_used(&area->map, swp_offset(entry)))
		claim = CLAIM_GONE;
	else if (!swap_map_cache(&area->map, swp_offset(entry)))
		claim = CLAIM_OTHER;
	else if (enter(page, entry)) {
		swap_slot_uncache(entry);
		claim = CLAIM_NO_MEM;
	}
	spin_unlock(&swap_lock);
	return claim;
}

/* Reads the slot into a page that is locked and in the cache. What fails stays not uptodate. */
static void fill(struct page *page)
{
	if (swap_readpage(page))
		SetPageError(page);
	else
		SetPageUptodate(page);
	unlock_page(page);
}

struct page *swap_cache_read(swp_entry_t entry, bool *major)
{
	struct page *page, *fresh = NULL;
	enum claim claim = CLAIM_OTHER;

	while (!(page = swap_cache_find(entry))) {
		if (!fresh)
			fresh = alloc_user_page(GFP_HIGHUSER_MOVABLE);
		if (!fresh)
			return ERR_PTR(-ENOMEM);
		lock_page(fresh);
		claim = claim_slot(fresh, entry);
		if (claim == CLAIM_OURS) {
			lru_add_new(fresh, page_zone(fresh), true);
			*major = true;
			fill(fresh);
			return fresh;
		}
		unlock_page(fresh);
		if (claim != CLAIM_OTHER)
			break;
		cond_resched();
	}
	if (fresh)
		put_page(fresh);
	return claim == CLAIM_NO_MEM ? ERR_PTR(-ENOMEM) : page;
}
