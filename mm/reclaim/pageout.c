/*
 * pageout.c - a few pages leave memory, if nothing speaks against it.
 *
 *                       ┌─ used since the last look ──────────> active list, or once more round
 *   page, locked ───────┼─ mlocked ───────────────────────────> unevictable list
 *                       │
 *                       └─> slot (add_to_swap) ─> out of all page tables (try_to_unmap)
 *                                  │ dirty: written, all pages of the batch together
 *                                  v
 *                            nobody holds it ─> out of the cache ─> free
 *
 * The pages of a batch stay locked until all are written: who faults on one meanwhile waits, then
 * takes it back from the swap cache. Locks are tried, never waited for, so that whoever needs
 * memory may hold some.
 */
#include "cache/internal.h"
#include "internal.h"
#include "kernel/bio.h"
#include "mm/reclaim_trace.h"
#include "mm/rmap.h"
#include "page/internal.h"
#include "reclaim/lru.h"
#include "swap/internal.h"

enum verdict {
	KEEP, /* looked at again when the list has gone round */
	ACTIVATE,
	DEACTIVATE,
	UNEVICTABLE,
	OLDEST, /* leaves next */
	WRITE,	/* nobody maps it; its contents are nowhere else */
	FREE
};

/* That is what becomes of the page, and the recording is told why. */
static enum verdict because(enum verdict verdict, enum trace_reclaim_why why,
			    struct scan_control *sc)
{
	sc->why = why;
	return verdict;
}

/* Is it used? Clears the marks that say so. FREE or WRITE: it may leave, or just be written. */
static enum verdict check_references(struct page *page, struct scan_control *sc)
{
	unsigned int vm_flags = 0, young;

	if (sc->forced) /* that it is mlocked, try_to_unmap() finds, too */
		return FREE;
	young = page_referenced(page, &vm_flags);
	if (vm_flags & VM_LOCKED)
		return because(UNEVICTABLE, TRACE_WHY_MLOCKED, sc);
	sc->why = young || PageReferenced(page) ? TRACE_WHY_REFERENCED : TRACE_WHY_POLICY;
	switch (ask_policy(page, young)) {
	case POLICY_EVICT:
		return FREE;
	case POLICY_CLEAN:
		return WRITE;
	case POLICY_TO_ACTIVE:
		return ACTIVATE;
	default:
		return DEACTIVATE;
	}
}

/* Of shared memory, which has no file: it gets a slot when all others are done with. */
static bool is_shmem(const struct page *page)
{
	return page_mapping(page) && mapping_is_shmem(page->mapping);
}

/* A place on a disk for a page of no file. */
static bool has_place(struct page *page, const struct scan_control *sc)
{
	if (!PageAnon(page))
		return !is_shmem(page) || (sc->may_io && swap_has_room());
	return PageSwapCache(page) || (sc->may_io && add_to_swap(page));
}

/* *after: what becomes of the page when it is on the disk. */
static enum verdict judge(struct page *page, struct scan_control *sc, enum verdict *after)
{
	enum verdict verdict, no_place = sc->forced ? KEEP : ACTIVATE;

	if (PageWriteback(page))
		return because(KEEP, TRACE_WHY_WRITEBACK, sc);
	if (!PageSwapCache(page) && !PageAnon(page) && !page_mapping(page))
		return because(KEEP, TRACE_WHY_GONE, sc);
	verdict = check_references(page, sc);
	if (verdict != FREE && verdict != WRITE)
		return verdict;
	*after = verdict == WRITE ? DEACTIVATE : sc->ahead ? OLDEST : FREE;
	if (sc->ahead && PageSwapCache(page) && !PageDirty(page))
		return because(OLDEST, TRACE_WHY_POLICY, sc); /* no writable entry has it */
	/* A file's page that entries may write to is dirty. */
	if (PageDirty(page) && page_mapping(page) && !is_shmem(page) && !sc->may_write_files) {
		sc->unwritten = true;
		return because(KEEP, TRACE_WHY_DIRTY, sc);
	}
	if (!has_place(page, sc))
		return because(no_place, TRACE_WHY_NO_SLOT, sc);
	switch (try_to_unmap(page, TTU_SWAP)) {
	case UNMAP_DONE:
		break;
	case UNMAP_MLOCK:
		return because(UNEVICTABLE, TRACE_WHY_MLOCKED, sc);
	default: /* not for ever */
		return because(KEEP, TRACE_WHY_MAPPED, sc);
	}
	if (!PageDirty(page))
		return because(*after, TRACE_WHY_POLICY, sc);
	if (is_shmem(page) && !shmem_swap_out(page))
		return because(no_place, TRACE_WHY_NO_SLOT, sc);
	return page_mapping(page) || sc->may_io ? WRITE : because(KEEP, TRACE_WHY_DIRTY, sc);
}

/* What keeps a page that was to be freed; TRACE_WHY_NONE: nothing. Page locked. */
static enum trace_reclaim_why still_in_use(const struct page *page)
{
	if (PageDirty(page))
		return TRACE_WHY_DIRTY;
	if (PageWriteback(page))
		return TRACE_WHY_WRITEBACK;
	if (page_mapcount(page))
		return TRACE_WHY_MAPPED;
	if (page_count(page) != 2)
		return TRACE_WHY_BUSY;
	return PageSwapCache(page) || page_mapping(page) ? TRACE_WHY_NONE : TRACE_WHY_GONE;
}

/* Nobody but the cache and we: gone. Page locked. */
static bool remove_page(struct page *page, struct scan_control *sc)
{
	sc->why = still_in_use(page);
	if (sc->why != TRACE_WHY_NONE)
		return false;
	reclaim_note_by(TRACE_RECLAIM_DROP, page, sc->forced ? TRACE_WHY_ADVISED : TRACE_WHY_NONE,
			sc->kswapd);
	workingset_eviction(page);
	if (PageSwapCache(page))
		delete_from_swap_cache(page);
	else
		remove_from_page_cache(page);
	return true;
}

/* The list that it belongs to from now on. */
static enum trace_reclaim_event mark_list(struct page *page, enum verdict verdict)
{
	bool active = PageActive(page);

	if (verdict == UNEVICTABLE) {
		SetPageUnevictable(page);
		return TRACE_RECLAIM_UNEVICTABLE;
	}
	if (verdict == ACTIVATE && !active) {
		SetPageActive(page);
		workingset_age();
		return TRACE_RECLAIM_ACTIVATE;
	}
	if ((verdict == DEACTIVATE || verdict == OLDEST) && active) {
		ClearPageActive(page);
		return TRACE_RECLAIM_DEACTIVATE;
	}
	return active ? TRACE_RECLAIM_ROTATE : TRACE_RECLAIM_KEEP;
}

/* The page stays in memory: on which list, and why. */
static void put_back(struct page *page, enum verdict verdict, const struct scan_control *sc)
{
	enum trace_reclaim_event event = mark_list(page, verdict);

	reclaim_note_by(event, page, event == TRACE_RECLAIM_DEACTIVATE ? TRACE_WHY_NONE : sc->why,
			sc->kswapd);
	lru_add(page);
	if (verdict == OLDEST)
		list_move_tail(&page->lru, &page_zone(page)->lru[page_lru(page)]);
}

/* The page is dealt with: free, or back on a list. */
static void finish(struct page *page, enum verdict verdict, struct scan_control *sc)
{
	bool gone = verdict == FREE && remove_page(page, sc);

	/* It will not go there; or whoever dropped the last entry meanwhile could not lock it. */
	if (!gone && (verdict == UNEVICTABLE || !page_mapcount(page)))
		try_to_free_swap(page);
	if (gone)
		policy_forget(page);
	else
		put_back(page, verdict, sc);
	unlock_page(page);
	put_single_page(page);
	sc->reclaimed += gone;
}

/* Pages of one file in the order of their places; from[k]: which of `pages` is the k-th. There are
 * few. */
static void sort_by_index(struct page *const *pages, unsigned int nr, struct page **sorted,
			  unsigned char *from)
{
	for (unsigned int i = 0; i < nr; i++) {
		unsigned int at = i;

		for (; at > 0 && sorted[at - 1]->index > pages[i]->index; at--) {
			sorted[at] = sorted[at - 1];
			from[at] = from[at - 1];
		}
		sorted[at] = pages[i];
		from[at] = (unsigned char)i;
	}
}

/* Writes pages of one file. */
static void write_to_file(struct address_space *mapping, struct page **pages, unsigned int nr,
			  bool *written)
{
	struct page *sorted[SWAP_CLUSTER_MAX];
	unsigned char from[SWAP_CLUSTER_MAX];
	int errors[SWAP_CLUSTER_MAX];

	for (unsigned int i = 0; i < nr; i++)
		reclaim_note(TRACE_RECLAIM_WRITE, pages[i], TRACE_WHY_NONE);
	sort_by_index(pages, nr, sorted, from);
	writeback_pages(mapping, sorted, nr, errors);
	for (unsigned int i = 0; i < nr; i++)
		written[from[i]] = !errors[i];
}

/* Pages of files go there, those of one file that stand side by side together. */
static void write_file_pages(struct page **pages, unsigned int nr, bool *written)
{
	for (unsigned int i = 0, end; i < nr; i = end) {
		struct address_space *mapping = page_mapping(pages[i]);

		for (end = i + 1; mapping && end < nr && page_mapping(pages[end]) == mapping;)
			end++;
		if (mapping)
			write_to_file(mapping, pages + i, end - i, written + i);
	}
}

/* Pages on their way to the disk. */
struct batch {
	struct page *pages[SWAP_CLUSTER_MAX];
	enum verdict after[SWAP_CLUSTER_MAX];
	unsigned int nr;
};

/* Writes what must be, and ends with all of them. */
static void write_pages(struct batch *batch, struct scan_control *sc)
{
	bool written[SWAP_CLUSTER_MAX];

	swap_write_pages(batch->pages, batch->nr, written);
	write_file_pages(batch->pages, batch->nr, written);
	for (unsigned int i = 0; i < batch->nr; i++) {
		enum verdict verdict = written[i] ? because(batch->after[i], TRACE_WHY_POLICY, sc)
						  : because(ACTIVATE, TRACE_WHY_IO_ERROR, sc);

		sc->written += written[i];
		finish(batch->pages[i], verdict, sc);
	}
	batch->nr = 0;
}

void shrink_page_list(struct list_head *list, struct scan_control *sc)
{
	struct page *page, *next;
	struct batch batch; /* an initializer would clear all of it */

	batch.nr = 0;
	list_for_each_entry_safe (page, next, list, lru) {
		enum verdict verdict;

		list_del(&page->lru);
		sc->scanned++;
		if (!trylock_page(page)) {
			put_back(page, because(KEEP, TRACE_WHY_LOCKED, sc), sc);
			put_page(page);
			continue;
		}
		verdict = judge(page, sc, &batch.after[batch.nr]);
		if (verdict == WRITE)
			batch.pages[batch.nr++] = page;
		else
			finish(page, verdict, sc);
		if (batch.nr == SWAP_CLUSTER_MAX)
			write_pages(&batch, sc);
	}
	if (batch.nr)
		write_pages(&batch, sc);
}
