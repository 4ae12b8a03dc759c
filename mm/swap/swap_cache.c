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
#include "mm/reclaim_trace.h"
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

/* A page that is back in memory keeps its slot as long as there are others: no longer. */
static void free_some_slot(void)
{
	struct page *page = swap_page_without_entries();

	if (!page)
		return;
	if (trylock_page(page)) {
		try_to_free_swap(page);
		unlock_page(page);
	}
	put_page(page);
}

bool swap_has_room(void)
{
	if (unlikely(!nr_free_slots) && nr_swapcache_pages)
		free_some_slot();
	return nr_free_slots;
}

bool add_to_swap(struct page *page)
{
	swp_entry_t entry;
	bool added;

	BUG_ON(!PageLocked(page) || !page->mapping || PageSwapCache(page));
	if (!swap_has_room())
		return false;
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
		reclaim_note(TRACE_RECLAIM_SWAP_OUT, page, TRACE_WHY_NONE);
	}
	return added;
}

/* swap_lock held. */
static void no_longer_cached(struct page *page)
{
	ClearPageSwapCache(page);
	/* Without a slot an anonymous page is nowhere else: that it is dirty goes without saying.
	 */
	ClearPageDirty(page);
	page->private = 0;
	if (PageIsolated(page) && !PageAnon(page))
		dec_zone_page_state(page, NR_ISOLATED_ANON); /* counted as the cache's */
}

/* swap_lock held. */
static void leave(struct page *page)
{
	swp_entry_t entry = page_swap_entry(page);
	struct swap_area *area = swap_area_of(entry);

	if (radix_tree_delete(&area->cache, swp_offset(entry)) != page)
		bad_page(page, "is not in its area's swap cache");
	no_longer_cached(page);
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

void swap_cache_replace(struct page *to, struct page *from)
{
	swp_entry_t entry = page_swap_entry(from);

	BUG_ON(!PageLocked(to) || !PageLocked(from) || !PageSwapCache(from) || PageWriteback(from));
	spin_lock(&swap_lock);
	if (radix_tree_replace(&swap_area_of(entry)->cache, swp_offset(entry), to) != from)
		bad_page(from, "is not in its area's swap cache");
	to->private = entry.val;
	SetPageSwapCache(to);
	if (PageDirty(from))
		SetPageDirty(to);
	no_longer_cached(from);
	spin_unlock(&swap_lock);
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

int swap_cache_claim(struct page *page, swp_entry_t entry)
{
	struct swap_area *area;
	int err;

	BUG_ON(!PageLocked(page) || page->mapping);
	spin_lock(&swap_lock);
	area = swap_area_find(entry);
	if (!area || !swap_map_used(&area->map, swp_offset(entry))) {
		err = -ENOENT;
	} else if (!swap_map_cache(&area->map, swp_offset(entry))) {
		err = -EEXIST;
	} else {
		err = enter(page, entry);
		if (err)
			swap_slot_uncache(entry);
	}
	spin_unlock(&swap_lock);
	if (!err) {
		page->mapping = (struct address_space *)PAGE_MAPPING_ANON;
		lru_add_new(page, page_zone(page), true);
		workingset_refault(page);
	}
	return err;
}

/* Waits until the page has been read. The others that were read with it may be to blame if that
 * went wrong: then once more, alone. */
static void finish_reading(struct page *page, unsigned int together)
{
	lock_page(page);
	if (!PageUptodate(page) && together > 1 && PageSwapCache(page))
		swap_read_alone(page);
	unlock_page(page);
}

/* The same; what is wanted gets a node of the tree as it got its page. May sleep. */
static int claim(struct page *page, swp_entry_t entry, gfp_t gfp)
{
	int err = swap_cache_claim(page, entry);

	if (unlikely(err == -ENOMEM) && tree_nodes_get(gfp)) {
		err = swap_cache_claim(page, entry);
		tree_nodes_put();
	}
	return err;
}

struct page *swap_cache_read(swp_entry_t entry, bool *major)
{
	const gfp_t gfp = GFP_HIGHUSER_MOVABLE | __GFP_COLD;
	struct page *page, *fresh = NULL;
	int err = -EEXIST;

	while (!(page = swap_cache_find(entry)) && err == -EEXIST) {
		if (!fresh)
			fresh = alloc_user_page(gfp);
		if (!fresh)
			return ERR_PTR(-ENOMEM);
		lock_page(fresh);
		err = claim(fresh, entry, gfp);
		if (!err) {
			*major = true;
			finish_reading(fresh, swap_read_around(fresh));
			return fresh;
		}
		unlock_page(fresh);
	}
	if (fresh)
		put_page(fresh);
	return page || err == -ENOENT ? page : ERR_PTR(-ENOMEM);
}
