/*
 * internal.h - a swap area and the swap cache.
 *
 *                    swp_entry (area, slot)
 *   page tables  ──────────────────────────┐
 *                                          v
 *   area->map    slot: entries, cached     area->cache    slot -> page
 *                                          page->private = entry, PG_swapcache
 *
 * The swap cache has one page for all who share a slot: from the moment that a page gets a slot
 * until nothing but the slot is left of it, and again from the moment that it is read back. It
 * holds one reference. The page stays anonymous: ->mapping and ->index are its owner's.
 *
 * Locks: swapon_mutex over the list of areas (sleeps); swap_lock over maps and caches, inside
 * page_table_lock. Entering and leaving the cache needs the page's lock.
 */
#ifndef MM_SWAP_INTERNAL_H
#define MM_SWAP_INTERNAL_H

#include "kernel/lock.h"
#include "kernel/radix_tree.h"
#include "mm/swap.h"
#include "swap/swap_map.h"

struct swap_area {
	struct swap_backing backing;
	unsigned int type;
	int prio;
	bool writable; /* gives out slots: not while it is being emptied */
	bool emptying; /* swapoff is at work */
	struct list_head by_prio;
	struct swap_map map;
	struct radix_tree_root cache;
	unsigned long nrcached;
};

extern spinlock_t swap_lock;

/*
 * The area of an entry that a page table or the swap cache names. It stays as long as they do: an
 * area goes when none of its slots is in use.
 */
struct swap_area *swap_area_of(swp_entry_t entry);
/* The area of a number, or NULL. */
struct swap_area *swap_area_by_type(unsigned int type);
/*
 * The same of an entry that was read from a page table some sleep ago: NULL when there is no such
 * slot any more. Another area may have got the number meanwhile. swap_lock held.
 */
struct swap_area *swap_area_find(swp_entry_t entry);
/* A slot, cached and without entries; false: none is free. swap_lock held. */
bool swap_slot_alloc(swp_entry_t *entry);
/*
 * When no slot is free: some page of the swap cache, with a reference, whose slot no entry names,
 * so that it can do without. NULL: none was found near where the last one was.
 */
struct page *swap_page_without_entries(void);
/* The area gives out slots from now on / no longer, and counts or not. swap_lock held. */
void swap_area_set_writable(struct swap_area *area, bool writable);
/* One entry less / the cache has it no longer. True: the slot is free now. swap_lock held. */
bool swap_slot_put(swp_entry_t entry);
bool swap_slot_uncache(swp_entry_t entry);
/* Free slots are few, the area is being emptied, or the slot cannot be written: a page that is back
 * keeps none. Of a slot in use. */
bool swap_slot_unwelcome(swp_entry_t entry);

/*
 * swap_empty.c: brings back all that has a slot of the area, which gives out none meanwhile. 0: no
 * slot is in use; -EINTR: a signal came; -ENOMEM, -EIO: of a page. May sleep.
 */
int __must_check swap_area_empty(struct swap_area *area);

/* swap_io.c: where the slot of a locked page lies: the sector; *bdev: on that. */
sector_t swap_page_sector(const struct page *page, struct block_device **bdev);
/* One page of a slot; page locked. 0 or -EIO. May sleep. */
int __must_check swap_readpage(struct page *page);
/* The same, and notes in the page's flags how it went. True: it is uptodate. */
bool swap_read_alone(struct page *page);
int __must_check swap_writepage(struct page *page);
/*
 * Writes those of `nr` locked pages that are in the swap cache, all together, and says of each
 * whether its slot has what it has: then it is clean. A slot that cannot be written is not tried
 * again; its page stays in memory, and gets another slot when all who name this one have come for
 * it. May sleep.
 */
void swap_write_pages(struct page **pages, unsigned int nr, bool *written);

/* swap_cache.c */
/* The page of the slot, with a reference, or NULL. Does not sleep. */
struct page *swap_cache_find(swp_entry_t entry);
/*
 * The page of the slot, with a reference, unlocked; read when the cache has none: then *major is
 * set. Whether it is uptodate, the caller looks. NULL: the slot was given back. ERR_PTR(-ENOMEM).
 * May sleep.
 */
struct page *swap_cache_read(swp_entry_t entry, bool *major);
/*
 * A locked, fresh page becomes that of a slot in use: anonymous, and nobody's yet. 0: it is in the
 * cache, to be read; -ENOENT: the slot was given back; -EEXIST: there is a page; -ENOMEM.
 */
int __must_check swap_cache_claim(struct page *page, swp_entry_t entry);
/* Is a slot free, or that of a page which can do without, and so is free now? Does not sleep. */
bool swap_has_room(void);
/* Gives a locked page, anonymous or of shared memory, a slot. False: no slot, or no memory for the
 * tree. */
bool add_to_swap(struct page *page);
/* Takes a locked page out; the caller has a reference. Frees its slot unless entries name it. */
void delete_from_swap_cache(struct page *page);
/* The same, but only when no entry names the slot any more: then true. Page locked, referenced. */
bool try_to_free_swap(struct page *page);
/*
 * `to` is the page of the slot instead of `from`, dirty if that is. Both locked; the cache's
 * reference stays the caller's business.
 */
void swap_cache_replace(struct page *to, struct page *from);

/*
 * swap_readahead.c: has a page read that was just claimed, and with it those in use around its
 * slot. All are on their way when it returns, and are unlocked when they have come, uptodate or
 * not. How many. May sleep only for the page itself.
 */
unsigned int swap_read_around(struct page *page);
/* A page that was read ahead is wanted: the next ones are so, too. */
void swap_readahead_hit(void);

/* swap_fault.c: what owns the entries. */
extern const struct swap_type swap_area_entries;

#endif
