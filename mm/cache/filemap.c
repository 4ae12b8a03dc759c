/*
 * filemap.c - the page cache: which frames hold which pages of a file.
 *
 *   mapping->page_tree    index -> page, with a tag on the dirty ones
 *   the cache holds one reference on each of its pages
 *
 * A page is entered locked and not uptodate; whoever locked it reads it in
 * (fill_page) and unlocks it. Others that want it sleep for the lock, then
 * look again: the page may have left the file meanwhile (truncate.c), which
 * shows in page->mapping. A page that is uptodate may be read without lock.
 *
 * Sleepers for a page lock share a few wait queues, chosen by the page's
 * address. PG_waiters says that somebody sleeps, so that most unlocks wake nobody.
 */
#include "kernel/wait.h"
#include "mm/slab.h"
#include "fault/rmap.h"
#include "internal.h"
#include "kernel/errno.h"
#include "mm/mempolicy.h"
#include "page/internal.h"

#define PAGE_WAIT_QUEUES 64 /* power of two */

static wait_queue_head_t page_wait[PAGE_WAIT_QUEUES];

void address_space_init(struct address_space *mapping, void *host,
			const struct address_space_ops *ops)
{
	static u32 made;

	*mapping = (struct address_space){.host = host, .a_ops = ops, .ino = ++made};
	mapping->ra.start = NO_READAHEAD;
	spin_lock_init(&mapping->tree_lock, "tree_lock");
	spin_lock_init(&mapping->i_mmap_lock, "i_mmap_lock");
	mapping->i_mmap = RB_ROOT;
}

wait_queue_head_t *page_wait_queue(const struct page *page)
{
	return &page_wait[(unsigned long)page / sizeof(*page) % PAGE_WAIT_QUEUES];
}

bool trylock_page(struct page *page)
{
	return !test_and_set_bit(PG_locked, &page->flags);
}

/* For the sleep: leaves word that somebody waits before it looks. */
static bool trylock_or_note(struct page *page)
{
	SetPageWaiters(page);
	return trylock_page(page);
}

void lock_page(struct page *page)
{
	might_sleep();
	if (!trylock_page(page))
		wait_event(*page_wait_queue(page), trylock_or_note(page));
}

int lock_page_killable(struct page *page)
{
	if (exiting_current()) {
		lock_page(page);
		return 0;
	}
	might_sleep();
	if (trylock_page(page))
		return 0;
	return wait_event_killable(*page_wait_queue(page), trylock_or_note(page));
}

void unlock_page(struct page *page)
{
	BUG_ON(!PageLocked(page));
	ClearPageLocked(page);
	if (unlikely(PageWaiters(page))) {
		ClearPageWaiters(page);
		wake_up_all(page_wait_queue(page));
	}
}

static __always_inline struct page *find_page(struct address_space *mapping, unsigned long index)
{
	struct page *page;

	spin_lock(&mapping->tree_lock);
	page = radix_tree_lookup(&mapping->page_tree, index);
	if (likely(page))
		get_page(page);
	spin_unlock(&mapping->tree_lock);
	return page;
}

struct page *find_get_page(struct address_space *mapping, unsigned long index)
{
	return find_page(mapping, index);
}

unsigned int find_get_pages(struct address_space *mapping, struct page **pages, unsigned long first,
			    unsigned int most)
{
	unsigned int found, i;

	spin_lock(&mapping->tree_lock);
	found = radix_tree_gang_lookup(&mapping->page_tree, (void **)pages, first, most);
	for (i = 0; i < found; i++)
		get_page(pages[i]);
	spin_unlock(&mapping->tree_lock);
	return found;
}

/* A page more (1) or less (-1) in the cache. */
static void account_cached(const struct page *page, const struct address_space *mapping, int pages)
{
	mod_page_state(page, NR_FILE_PAGES, pages);
	if (mapping_is_shmem(mapping))
		mod_page_state(page, NR_SHMEM, pages);
}

/*
 * Enters a locked page of the caller's; the cache takes a reference of its own.
 * 0, -EEXIST or -ENOMEM.
 */
int add_to_page_cache(struct page *page, struct address_space *mapping, unsigned long index)
{
	int err;

	BUG_ON(!PageLocked(page) || page->mapping);
	spin_lock(&mapping->tree_lock);
	err = radix_tree_insert(&mapping->page_tree, index, page);
	if (!err) {
		get_page(page);
		page->mapping = mapping;
		page->index = index;
		page->private = 0;
		mapping->nrpages++;
		account_cached(page, mapping, 1);
		lru_add_new(page, page_zone(page), mapping_is_shmem(mapping));
		workingset_refault(page);
	}
	spin_unlock(&mapping->tree_lock);
	return err;
}

/* Takes a locked page out, with the cache's reference. The caller has one, and nobody maps it. */
void remove_from_page_cache(struct page *page)
{
	struct address_space *mapping = page->mapping;

	BUG_ON(!PageLocked(page) || page_mapcount(page));
	clear_page_dirty(page);
	spin_lock(&mapping->tree_lock);
	radix_tree_delete(&mapping->page_tree, page->index);
	page->mapping = NULL;
	mapping->nrpages--;
	account_cached(page, mapping, -1);
	if (PageIsolated(page))
		dec_zone_page_state(page, NR_ISOLATED_FILE);
	spin_unlock(&mapping->tree_lock);
	put_single_page(page);
}

int fill_page(struct address_space *mapping, struct page *page)
{
	int err;

	if (PageUptodate(page))
		return 0;
	err = mapping->a_ops->readpage(mapping, page);
	if (err) {
		SetPageError(page);
		return err;
	}
	ClearPageError(page);
	SetPageUptodate(page);
	return 0;
}

void end_page_read(struct page *page, int error)
{
	const struct address_space *mapping = page->mapping;
	loff_t start = (loff_t)page->index << PAGE_SHIFT;

	if (error) {
		SetPageError(page);
	} else {
		if (mapping->size - start < (loff_t)PAGE_SIZE)
			zero_page_tail(page, mapping->size > start
						     ? (unsigned int)(mapping->size - start)
						     : 0);
		ClearPageError(page);
		SetPageUptodate(page);
	}
	unlock_page(page);
}

struct page *add_new_page(struct address_space *mapping, unsigned long index, gfp_t gfp)
{
	struct page *page = alloc_user_page(gfp);
	int err;

	if (!page)
		return ERR_PTR(-ENOMEM);
	if (!trylock_page(page))
		BUG();
	err = add_to_page_cache(page, mapping, index);
	if (unlikely(err == -ENOMEM) && tree_nodes_get(gfp)) {
		err = add_to_page_cache(page, mapping, index);
		tree_nodes_put();
	}
	if (!err)
		return page;
	ClearPageLocked(page);
	put_page(page);
	return ERR_PTR(err);
}

/*
 * Somebody may be at the page, and wait for memory that the dead would give back: so who is killed
 * waits no longer, where that does no harm (`killable`: ERR_PTR(-EINTR)).
 */
static struct page *find_or_add_page(struct address_space *mapping, unsigned long index, gfp_t gfp,
				     bool killable)
{
	struct page *page;

	for (;;) {
		page = find_get_page(mapping, index);
		if (page) {
			if (!killable) {
				lock_page(page);
			} else if (lock_page_killable(page)) {
				put_page(page);
				return ERR_PTR(-EINTR);
			}
			if (page->mapping == mapping)
				return page;
			unlock_page(page);
			put_page(page);
			continue;
		}
		page = add_new_page(mapping, index, gfp);
		if (PTR_ERR(page) != -EEXIST)
			return page;
	}
}

struct page *find_or_create_page(struct address_space *mapping, unsigned long index)
{
	return find_or_add_page(mapping, index, GFP_HIGHUSER_MOVABLE, false);
}

/*
 * The long way: the page is not there, not valid, or being worked on. The disk will fill a new
 * one: a cold frame will do, and leaves the warm ones to those who write.
 */
static __noinline struct page *read_page(struct address_space *mapping, unsigned long index,
					 bool *major, bool killable)
{
	struct page *page;
	int err;

	might_sleep();
	page = find_or_add_page(mapping, index, GFP_HIGHUSER_MOVABLE | __GFP_COLD, killable);
	if (IS_ERR(page))
		return page;
	if (killable && fatal_signal_pending_current() && !exiting_current()) {
		err = -EINTR;
	} else {
		if (major)
			*major = true;
		err = fill_page(mapping, page);
	}
	unlock_page(page);
	if (!err)
		return page;
	put_page(page);
	return ERR_PTR(err);
}

static __always_inline struct page *get_valid_page(struct address_space *mapping,
						   unsigned long index, bool *major)
{
	struct page *page = find_page(mapping, index);

	if (likely(page && PageUptodate(page)))
		return page;
	if (page)
		put_page(page);
	return read_page(mapping, index, major, false);
}

struct page *page_to_read(struct address_space *mapping, unsigned long index, unsigned long count)
{
	struct page *page = find_page(mapping, index);

	if (likely(page && PageUptodate(page))) {
		if (unlikely(index == mapping->ra.start))
			readahead_next(mapping);
		return page;
	}
	if (page)
		put_page(page);
	else
		readahead_missing(mapping, index, count);
	return read_page(mapping, index, NULL, true);
}

struct page *read_cache_page(struct address_space *mapping, unsigned long index, bool *major)
{
	return get_valid_page(mapping, index, major);
}

/* vm_ops->fault of every area whose pages the cache holds. */
int filemap_fault(struct vm_area_struct *vma, struct vm_fault *vmf)
{
	struct address_space *mapping = vma->vm_file->mapping;
	struct page *page;

	if (unlikely(vmf->pgoff >= mapping_pages(mapping)))
		return -EIO;
	page = find_page(mapping, vmf->pgoff);
	if (unlikely(!page || !PageUptodate(page))) {
		if (page)
			put_page(page);
		else
			readahead_around(mapping, vmf->pgoff);
		page = read_page(mapping, vmf->pgoff, &vmf->major, true);
	}
	vmf->page = page;
	return unlikely(IS_ERR(vmf->page)) ? (int)PTR_ERR(vmf->page) : 0;
}

/* vm_ops->map_pages: what is cached, valid, inside the file and not being worked on. */
void filemap_map_pages(struct vm_area_struct *vma, unsigned long pgoff, unsigned int count,
		       pte_t *ptep)
{
	const unsigned long state = BIT(PG_uptodate) | BIT(PG_locked);
	struct address_space *mapping = vma->vm_file->mapping;
	struct page *pages[FAULT_AROUND_MAX], **next = pages, **last;
	unsigned long end = mapping_pages(mapping), mapped = 0;

	/* Under tree_lock each page has the cache's reference, and truncation waits. */
	spin_lock(&mapping->tree_lock);
	last = pages + radix_tree_lookup_run(&mapping->page_tree, (void **)pages, pgoff, count);
	while (next < last) {
		struct page *page = *next++;
		pte_t *entry = ptep + (page->index - pgoff);

		if ((page->flags & state) != BIT(PG_uptodate) || page->index >= end ||
		    !pte_none(*entry))
			continue;
		get_page(page);
		set_pte(entry, mk_pte_pfn(page_to_pfn(page), vma->vm_page_prot));
		page_add_file(page);
		mapped++;
	}
	rss_add_file(vma->vm_mm, mapping, mapped);
	spin_unlock(&mapping->tree_lock);
}

unsigned long nr_cached_pages(void)
{
	return global_page_state(NR_FILE_PAGES);
}

void filemap_init(void)
{
	unsigned int i;

	for (i = 0; i < PAGE_WAIT_QUEUES; i++)
		init_waitqueue_head(&page_wait[i]);
	tree_nodes_init();
	filemap_rw_init();
	shmem_init();
}
