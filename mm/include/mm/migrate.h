/*
 * migrate.h - moving what is in a page frame to another one.
 *
 * Three kinds of page can be moved: pages of the page cache and anonymous ones, in whatever
 * page tables they are, and pages of an owner in the kernel who says how (movable_operations).
 * A page that is to be moved is isolated first: taken off its owner's lists and
 * onto the mover's, linked by ->lru, PG_isolated, with a reference.
 */
#ifndef MM_MIGRATE_H
#define MM_MIGRATE_H

#include "kernel/compiler.h"
#include "kernel/list.h"
#include "mm/page.h"

/*
 * How an owner lets its pages be moved. All are called with the page locked and
 * may not sleep. The owner has one reference on each of its movable pages; one
 * more, of anybody's, and the page stays for the time being.
 */
struct movable_operations {
	/* Takes the page off the owner's lists, so that its ->lru is the mover's. False: not now.
	 */
	bool (*isolate_page)(struct page *page);
	/*
	 * Moves contents and the owner's fields from an isolated page to a fresh one (both
	 * locked) and makes the owner's pointers lead there, as a page that is not isolated.
	 * 0, -EAGAIN (later, perhaps) or -EBUSY (not at all); then nothing has changed.
	 * The mover takes care of ->mapping and of the owner's reference.
	 */
	int (*migrate_page)(struct page *to, struct page *from);
	/* Takes an isolated page back into the owner's lists: it was not moved. */
	void (*putback_page)(struct page *page);
};

static inline bool PageMovable(const struct page *page)
{
	return ((unsigned long)page->mapping & PAGE_MAPPING_FLAGS) == PAGE_MAPPING_MOVABLE;
}

static inline const struct movable_operations *page_movable_ops(const struct page *page)
{
	return (const void *)((unsigned long)page->mapping & ~PAGE_MAPPING_FLAGS);
}

/*
 * Says that an allocated page (order 0, of the caller's own, not mapped by any page
 * table) may be moved from now on. `ops` must be aligned to 4 and stay.
 */
void SetPageMovable(struct page *page, const struct movable_operations *ops);
/*
 * The reverse, before the owner frees its page; page locked. The page may be isolated
 * at this moment: its mover sees that the owner is gone, and lets it go.
 */
void ClearPageMovable(struct page *page);

enum migrate_mode {
	MIGRATE_ASYNC, /* waits for nobody: the caller may hold locks of pages */
	MIGRATE_SYNC,  /* waits for page locks and for others to let go; may sleep */
};

/* Is it a page in use of one of the three kinds? As far as can be seen: it may be held, and nothing
 * keeps it. */
bool page_is_movable(const struct page *page);

/*
 * Isolates a page in whatever state it may be, without waiting, and puts it at the end of
 * `list`. 0; -EAGAIN: free, locked or being moved by somebody; -EBUSY: cannot be moved (anything
 * but the three kinds above). Process context, no spinlock held.
 */
int isolate_page(struct page *page, struct list_head *list);
/* Gives isolated pages back to their owners; the list is empty then. May sleep. */
void putback_movable_pages(struct list_head *list);

/* Gives a page to move `from` to: order 0, one reference, no flags, unlocked; or NULL. */
typedef struct page *(*new_page_t)(struct page *from, unsigned long private);
/* Takes one back that was not used. NULL for put_page(). */
typedef void (*free_page_t)(struct page *page, unsigned long private);

/*
 * Moves the isolated pages of a list; each that has moved, or whose owner has let go of
 * it, leaves the list and is free. Returns how many did not move: those are still in the list,
 * for putback_movable_pages(). Stops early when get_new() has no more pages. May sleep if
 * get_new() may, or with MIGRATE_SYNC; no spinlock held.
 */
unsigned int __must_check migrate_pages(struct list_head *from, new_page_t get_new,
					free_page_t put_new, unsigned long private,
					enum migrate_mode mode);

/* Sleeps a tick: time for those who hold pages that are to be moved, or brought back. */
void wait_for_holders(void);

#endif
