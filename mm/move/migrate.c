/*
 * migrate.c - moving what is in a page frame to another one.
 *
 *                 isolate_page()                migrate_pages()
 *   owner's page ───────────────> PG_isolated ──────────────────> owner has the new page,
 *        ^                        on a list of the mover's         the old one is free
 *        └──────────────────────────────┘
 *             putback_movable_pages()
 *
 * A page that programs map leaves their page tables first and comes back to them at the end
 * (fault/unmap.c); each entry holds a reference, which goes and comes with it.
 *
 * Nobody may be looking at the page while it moves. The count of references tells:
 * one is the owner's (or the page cache's), one the mover's, and any more than those
 * of entries belong to somebody who has found the page and relies on it. The lock of the
 * page keeps its owner away; a new holder comes only through the owner:
 *
 *   page cache    through the tree, under tree_lock. So the count is looked at and the
 *                 new page put in the old one's place under that lock. From there
 *                 on the new page is found; it is locked and not uptodate until the
 *                 contents have arrived, so whoever finds it waits.
 *   kernel's own  through the owner, which does both in its migrate_page().
 *   anonymous     through an entry. None is left, so one reference is the mover's, and any more
 *                 belong to somebody else.
 *   swap cache    through the slot, under swap_lock: as in the page cache. It may be anonymous,
 *                 too.
 *
 * An address_space cannot go away while one of its pages is locked, so the page's
 * lock is taken before ->mapping is used.
 *
 * A page that somebody holds is tried again, PASSES times in all; a MIGRATE_SYNC mover
 * waits for locks, and sleeps between the later passes so that holders can go on.
 */
#include "mm/migrate.h"
#include "kernel/errno.h"
#include "kernel/wait.h"
#include "mm/filemap.h"
#include "mm/highmem.h"
#include "mm/rmap.h"
#include "mm/vmstat.h"
#include "area/anon_vma.h"
#include "page/internal.h"
#include "reclaim/lru.h"
#include "swap/internal.h"

#define PASSES	     10 /* Linux's */
#define ASYNC_PASSES 3	/* nobody is waited for: more would only find the same */

/* References on a page of an owner or the cache that can move: his and the mover's. */
#define HOLDERS_TO_MOVE 2

/* Pages with one of these are never moved, whatever their other fields say. */
#define FLAGS_STAY                                                                        \
	(BIT(PG_reserved) | BIT(PG_buddy) | BIT(PG_slab) | BIT(PG_table) | BIT(PG_head) | \
	 BIT(PG_tail))

struct mover {
	new_page_t get_new;
	free_page_t put_new;
	unsigned long private;
};

void SetPageMovable(struct page *page, const struct movable_operations *ops)
{
	BUG_ON((unsigned long)ops & PAGE_MAPPING_FLAGS || page->mapping || page_mapcount(page));
	page->mapping = (void *)((unsigned long)ops | PAGE_MAPPING_MOVABLE);
}

void ClearPageMovable(struct page *page)
{
	BUG_ON(!PageLocked(page) || !PageMovable(page));
	page->mapping = NULL;
}

/* A page of private memory, or one that was, and may be again: only its slot knows it. */
static bool is_swap_kind(const struct page *page)
{
	return PageAnon(page) || PageSwapCache(page);
}

bool page_is_movable(const struct page *page)
{
	if (page->flags & FLAGS_STAY)
		return false;
	return PageMovable(page) || page_mapping(page) || is_swap_kind(page);
}

static enum zone_stat_item isolated_item(const struct page *page)
{
	return is_swap_kind(page) ? NR_ISOLATED_ANON : NR_ISOLATED_FILE;
}

/* Referenced and locked: nobody frees it, and ->mapping stays. */
static int isolate_locked(struct page *page, struct list_head *list)
{
	if (!page_is_movable(page))
		return -EBUSY;
	if (PageIsolated(page) || PageWriteback(page))
		return -EAGAIN;
	if (PageMovable(page) && !page_movable_ops(page)->isolate_page(page))
		return -EAGAIN;
	if (!PageMovable(page) && !lru_isolate(page))
		return -EAGAIN;
	get_page(page);
	SetPageIsolated(page);
	if (!PageMovable(page))
		inc_zone_page_state(page, isolated_item(page));
	list_add_tail(&page->lru, list);
	return 0;
}

int isolate_page(struct page *page, struct list_head *list)
{
	int err = -EAGAIN;

	if (page_count(page) && !page_is_movable(page))
		return -EBUSY;
	if (!get_page_unless_zero(page))
		return -EAGAIN;
	if (trylock_page(page)) {
		err = isolate_locked(page, list);
		unlock_page(page);
	}
	put_page(page);
	return err;
}

/* The mover's mark, place in its list and reference go; the last of these frees the page. */
static void let_go(struct page *page)
{
	list_del(&page->lru);
	ClearPageIsolated(page);
	if (is_swap_kind(page))
		dec_zone_page_state(page, NR_ISOLATED_ANON);
	put_page(page);
}

void putback_movable_pages(struct list_head *list)
{
	struct page *page, *next;

	list_for_each_entry_safe (page, next, list, lru) {
		lock_page(page);
		list_del_init(&page->lru);
		if (PageMovable(page))
			page_movable_ops(page)->putback_page(page);
		ClearPageIsolated(page);
		if (is_swap_kind(page) || page_mapping(page)) {
			dec_zone_page_state(page, isolated_item(page));
			lru_add(page);
		}
		unlock_page(page);
		put_page(page);
	}
}

static int move_own(struct page *to, struct page *from)
{
	const struct movable_operations *ops = page_movable_ops(from);
	int err;

	if (page_count(from) != HOLDERS_TO_MOVE)
		return -EAGAIN;
	err = ops->migrate_page(to, from);
	if (err)
		return err;
	ClearPageMovable(from);
	SetPageMovable(to, ops);
	return 0;
}

/* What the cache knows of its page; PG_uptodate, last, lets readers in. */
static void copy_state(struct page *to, const struct page *from)
{
	lru_copy_marks(to, from);
	if (PageError(from))
		SetPageError(to);
	if (PageReferenced(from))
		SetPageReferenced(to);
	if (PageUptodate(from))
		SetPageUptodate(to);
}

/* The cache has `to` instead of `from`, perhaps of another zone. */
static void account_moved(const struct page *to, const struct page *from)
{
	static const enum zone_stat_item items[] = {NR_FILE_PAGES, NR_SHMEM, NR_FILE_DIRTY};
	const bool counted[] = {true, mapping_is_shmem(to->mapping),
				PageDirty(from) && to->mapping->a_ops->writepage};

	for (unsigned int i = 0; i < ARRAY_SIZE(items); i++) {
		if (!counted[i])
			continue;
		dec_zone_page_state(from, items[i]);
		inc_zone_page_state(to, items[i]);
	}
	dec_zone_page_state(from, NR_ISOLATED_FILE);
}

static int move_cached(struct page *to, struct page *from)
{
	struct address_space *mapping = from->mapping;

	if (PageWriteback(from))
		return -EAGAIN;
	spin_lock(&mapping->tree_lock);
	if (page_count(from) != HOLDERS_TO_MOVE || page_mapcount(from)) {
		spin_unlock(&mapping->tree_lock);
		return -EAGAIN;
	}
	to->mapping = mapping;
	to->index = from->index;
	to->private = from->private;
	if (radix_tree_replace(&mapping->page_tree, from->index, to) != from)
		bad_page(from, "is not in its file's tree");
	from->mapping = NULL;
	account_moved(to, from);
	/* Counted as dirty: so it is marked before anybody can look. */
	if (PageDirty(from))
		SetPageDirty(to);
	spin_unlock(&mapping->tree_lock);
	copy_highpage(to, from);
	copy_state(to, from);
	/* The cache's reference. */
	get_page(to);
	put_page(from);
	return 0;
}

/* No entry leads to it any more, and so only who has found it before can still be there. */
static int move_anon(struct page *to, struct page *from)
{
	if (page_count(from) != 1 || page_mapcount(from))
		return -EAGAIN;
	to->mapping = from->mapping;
	to->index = from->index;
	copy_highpage(to, from);
	copy_state(to, from);
	return 0;
}

/* Whoever finds `to` through its slot waits until it is unlocked. */
static int move_swap_cached(struct page *to, struct page *from)
{
	if (page_count(from) != HOLDERS_TO_MOVE || page_mapcount(from))
		return -EAGAIN;
	to->mapping = from->mapping;
	to->index = from->index;
	swap_cache_replace(to, from);
	copy_highpage(to, from);
	copy_state(to, from);
	get_page(to);
	put_page(from);
	return 0;
}

static int move_unmapped(struct page *to, struct page *from)
{
	if (PageSwapCache(from))
		return move_swap_cached(to, from);
	if (PageAnon(from))
		return move_anon(to, from);
	return page_mapping(from) ? move_cached(to, from) : -EBUSY;
}

/* Somebody holds the page: it would leave its tables in vain. */
static bool is_held(const struct page *page)
{
	const bool cached = page_mapping(page) || PageSwapCache(page);

	return page_count(page) > page_mapcount(page) + 1 + cached;
}

/*
 * Out of all tables, to the new frame, back into the tables. In between others may run: there
 * may be many tables. Who touches the page meanwhile waits.
 */
static int move_mapped(struct page *to, struct page *from)
{
	struct anon_vma *anon_vma = page_get_anon_vma(from);
	int err = -EAGAIN;

	if (try_to_unmap(from, TTU_MIGRATION) == UNMAP_DONE) {
		cond_resched();
		err = move_unmapped(to, from);
	}
	remove_migration_ptes(from, err ? from : to);
	if (unlikely(PageUnevictable(from)))
		munlock_moved_page(err ? from : to);
	put_anon_vma(anon_vma);
	return err;
}

/* Both locked. On success what references there were on `from` but the mover's are on `to`. */
static int move_locked(struct page *to, struct page *from)
{
	int err;

	if (PageMovable(from)) {
		err = move_own(to, from);
		if (!err) {
			get_page(to);
			put_page(from);
		}
		return err;
	}
	if (!page_mapcount(from))
		err = move_unmapped(to, from);
	else if (is_held(from) || PageWriteback(from))
		err = -EAGAIN;
	else
		err = move_mapped(to, from);
	if (!err)
		lru_add(to);
	return err;
}

/* Whoever dropped the last entry of the slot meanwhile could not lock the page. */
static void let_slot_go(struct page *page)
{
	if (unlikely(PageSwapCache(page)) && !page_mapcount(page))
		try_to_free_swap(page);
}

/* 0: has moved; else why not. */
static int move_page(struct page *from, const struct mover *mover, bool wait)
{
	struct page *to = mover->get_new(from, mover->private);
	int err = -EAGAIN;

	if (!to)
		return -ENOMEM;
	if (wait)
		lock_page(from);
	if (wait || trylock_page(from)) {
		if (!trylock_page(to))
			bad_page(to, "was given to move to, but is locked");
		err = move_locked(to, from);
		let_slot_go(err ? from : to);
		unlock_page(to);
		unlock_page(from);
	}
	if (err && mover->put_new)
		mover->put_new(to, mover->private);
	else
		put_page(to);
	return err;
}

/* Once through the list; pages that will never move go to `stay`. 0, -EAGAIN: some may yet, or
 * -ENOMEM. */
static int one_pass(struct list_head *from, struct list_head *stay, const struct mover *mover,
		    bool wait, unsigned int *moved)
{
	struct page *page, *next;
	int result = 0;

	list_for_each_entry_safe (page, next, from, lru) {
		/* Its owner freed it meanwhile: the reference is the last one. */
		bool gone = page_count(page) == 1;
		int err = gone ? 0 : move_page(page, mover, wait);

		cond_resched();
		if (!err) {
			let_go(page);
			*moved += 1;
		} else if (err == -EBUSY) {
			list_move_tail(&page->lru, stay);
		} else if (err == -ENOMEM) {
			return err;
		} else {
			result = err;
		}
	}
	return result;
}

void wait_for_holders(void)
{
	static DECLARE_WAIT_QUEUE_HEAD(nobody_wakes);

	wait_event_timeout(nobody_wakes, false, 1);
}

unsigned int migrate_pages(struct list_head *from, new_page_t get_new, free_page_t put_new,
			   unsigned long private, enum migrate_mode mode)
{
	const struct mover mover = {get_new, put_new, private};
	const bool sync = mode == MIGRATE_SYNC;
	unsigned int moved = 0, left = 0;
	struct list_head *node;
	LIST_HEAD(stay);
	int err = -EAGAIN;

	for (unsigned int pass = 0; err == -EAGAIN && pass < (sync ? PASSES : ASYNC_PASSES);
	     pass++) {
		if (sync && pass > ASYNC_PASSES)
			wait_for_holders();
		err = one_pass(from, &stay, &mover, sync && pass, &moved);
	}
	list_splice_init(&stay, from);
	list_for_each (node, from)
		left++;
	count_vm_events(VM_PGMIGRATE_SUCCESS, moved);
	count_vm_events(VM_PGMIGRATE_FAIL, left);
	return left;
}
