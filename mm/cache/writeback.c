/*
 * writeback.c - dirty pages, and bringing them to the disk.
 *
 * A page is dirty when its flag says so; its tag in the tree says that it is
 * dirty or just being written (PG_writeback). Both change under tree_lock. The page
 * is locked while it is written: who changes it or takes it out of the file has to
 * have the lock, and so waits for the end; so does a second sync, which finds the tag.
 *
 * For pages that processes map shared, the flag must
 * also cover what they write through their mappings. The rule for that: a
 * writable entry for a file's page exists only while the page is dirty. The
 * first write faults, the owner of the file is told (prepare_write: are there
 * disk blocks?) and the page is marked. Write-back takes write permission away
 * from all entries before it clears the mark, so the next write faults again.
 */
#include "area/internal.h"
#include "mm/rmap.h"
#include "internal.h"

#define SYNC_BATCH PAGES_AT_ONCE

unsigned long nr_dirty_pages(void)
{
	return global_page_state(NR_FILE_DIRTY);
}

/* Shared anonymous memory has no disk behind it: its pages are never "to be written". */
static bool has_disk(const struct address_space *mapping)
{
	return mapping && mapping->a_ops->writepage;
}

void set_page_dirty(struct page *page)
{
	struct address_space *mapping = page->mapping;

	if (PageDirty(page))
		return;
	if (!has_disk(mapping)) {
		SetPageDirty(page);
		return;
	}
	spin_lock(&mapping->tree_lock);
	if (page->mapping == mapping) {
		SetPageDirty(page);
		radix_tree_tag_set(&mapping->page_tree, page->index, PAGECACHE_TAG_DIRTY);
		inc_zone_page_state(page, NR_FILE_DIRTY);
		inc_zone_page_state(page, NR_DIRTIED);
	}
	spin_unlock(&mapping->tree_lock);
}

bool clear_page_dirty(struct page *page)
{
	struct address_space *mapping = page->mapping;

	BUG_ON(!PageLocked(page));
	if (!PageDirty(page))
		return false;
	if (!has_disk(mapping)) {
		ClearPageDirty(page);
		return true;
	}
	spin_lock(&mapping->tree_lock);
	ClearPageDirty(page);
	radix_tree_tag_clear(&mapping->page_tree, page->index, PAGECACHE_TAG_DIRTY);
	dec_zone_page_state(page, NR_FILE_DIRTY);
	spin_unlock(&mapping->tree_lock);
	return true;
}

void page_note_dirty_pte(struct page *page)
{
	set_page_dirty(page);
}

/* The page is about to be written: no longer dirty, but the tag stays. Page locked. */
static void begin_writeback(struct address_space *mapping, struct page *page)
{
	loff_t start = (loff_t)page->index << PAGE_SHIFT;

	page_mkclean(page);
	spin_lock(&mapping->tree_lock);
	ClearPageDirty(page);
	ClearPageError(page);
	dec_zone_page_state(page, NR_FILE_DIRTY);
	SetPageWriteback(page);
	inc_zone_page_state(page, NR_WRITEBACK);
	spin_unlock(&mapping->tree_lock);
	/* What a mapping wrote behind the end of the file stays off the disk. */
	if (start < mapping->size && mapping->size - start < (loff_t)PAGE_SIZE)
		zero_page_tail(page, (unsigned int)(mapping->size - start));
}

/* The tag goes, unless somebody wrote to the page meanwhile. */
static void end_writeback(struct address_space *mapping, struct page *page, int err)
{
	if (err) {
		SetPageError(page);
		set_page_dirty(page);
	} else {
		inc_zone_page_state(page, NR_WRITTEN);
	}
	spin_lock(&mapping->tree_lock);
	ClearPageWriteback(page);
	dec_zone_page_state(page, NR_WRITEBACK);
	if (!PageDirty(page))
		radix_tree_tag_clear(&mapping->page_tree, page->index, PAGECACHE_TAG_DIRTY);
	spin_unlock(&mapping->tree_lock);
}

/* Locks a page and marks it as being written, if it is still the file's and dirty. */
static bool take_dirty_page(struct address_space *mapping, struct page *page)
{
	lock_page(page);
	if (page->mapping != mapping || !PageDirty(page)) {
		unlock_page(page);
		return false;
	}
	begin_writeback(mapping, page);
	return true;
}

static void write_pages(struct address_space *mapping, struct page **pages, unsigned int nr,
			int *errors)
{
	unsigned int i;

	if (mapping->a_ops->writepages) {
		mapping->a_ops->writepages(mapping, pages, nr, errors);
		return;
	}
	for (i = 0; i < nr; i++)
		errors[i] = mapping->a_ops->writepage(mapping, pages[i]);
}

void writeback_pages(struct address_space *mapping, struct page **pages, unsigned int nr,
		     int *errors)
{
	unsigned int n;

	for (n = 0; n < nr; n++) {
		BUG_ON(!PageLocked(pages[n]) || !PageDirty(pages[n]));
		begin_writeback(mapping, pages[n]);
	}
	write_pages(mapping, pages, nr, errors);
	for (n = 0; n < nr; n++)
		end_writeback(mapping, pages[n], errors[n]);
}

/*
 * Writes those of some pages that are dirty, all at once: they are locked in the order of their
 * indices, as everybody does who locks several. Drops the references. A page that fails stays
 * dirty. The first error, or 0.
 */
static int write_dirty_pages(struct address_space *mapping, struct page **pages, unsigned int found)
{
	int errors[SYNC_BATCH], first_err = 0;
	unsigned int nr = 0, i;

	for (i = 0; i < found; i++) {
		if (take_dirty_page(mapping, pages[i]))
			pages[nr++] = pages[i];
		else
			put_page(pages[i]);
	}
	if (nr)
		write_pages(mapping, pages, nr, errors);
	for (i = 0; i < nr; i++) {
		end_writeback(mapping, pages[i], errors[i]);
		unlock_page(pages[i]);
		put_page(pages[i]);
		if (errors[i] && !first_err)
			first_err = errors[i];
	}
	return first_err;
}

/* Up to SYNC_BATCH dirty pages with index >= first, each with a reference. */
static unsigned int find_dirty_pages(struct address_space *mapping, struct page **pages,
				     unsigned long first)
{
	unsigned int found, i;

	spin_lock(&mapping->tree_lock);
	found = radix_tree_gang_lookup_tag(&mapping->page_tree, (void **)pages, first, SYNC_BATCH,
					   PAGECACHE_TAG_DIRTY);
	for (i = 0; i < found; i++)
		get_page(pages[i]);
	spin_unlock(&mapping->tree_lock);
	return found;
}

int filemap_sync(struct address_space *mapping)
{
	struct page *pages[SYNC_BATCH];
	unsigned long next = 0;
	unsigned int found;
	int err, first_err = 0;

	might_sleep();
	/* Each index is visited once, so writers cannot keep us here for ever. */
	while ((found = find_dirty_pages(mapping, pages, next))) {
		next = pages[found - 1]->index + 1;
		err = write_dirty_pages(mapping, pages, found);
		if (err && !first_err)
			first_err = err;
		cond_resched();
		if (!next)
			break; /* the last index of all */
	}
	return first_err;
}

bool mapping_dirty(struct address_space *mapping)
{
	unsigned int found;
	void *page;

	spin_lock(&mapping->tree_lock);
	found = radix_tree_gang_lookup_tag(&mapping->page_tree, &page, 0, 1, PAGECACHE_TAG_DIRTY);
	spin_unlock(&mapping->tree_lock);
	return found;
}

/* Prepares a clean page, locked, for the disk, and marks it. */
static __noinline int make_dirty(struct address_space *mapping, struct page *page)
{
	loff_t start = (loff_t)page->index << PAGE_SHIFT;
	unsigned int bytes;
	int err = 0;

	lock_page(page);
	if (page->mapping != mapping || start >= mapping->size) {
		unlock_page(page);
		return -EAGAIN;
	}
	bytes = (unsigned int)min((loff_t)PAGE_SIZE, mapping->size - start);
	if (!PageDirty(page) && mapping->a_ops->prepare_write)
		err = mapping->a_ops->prepare_write(mapping, page, 0, bytes);
	if (!err)
		set_page_dirty(page);
	unlock_page(page);
	return err;
}

/*
 * One that is dirty has its blocks, and needs no lock: should write-back be about to clear the
 * mark, the fault sees that when it enters the page.
 */
static int filemap_page_mkwrite(struct vm_area_struct *vma, struct page *page)
{
	struct address_space *mapping = vma->vm_file->mapping;

	return PageDirty(page) && page->mapping == mapping ? 0 : make_dirty(mapping, page);
}

const struct vm_ops file_vm_ops = {
	.name = "file",
	.fault = filemap_fault,
	.map_pages = filemap_map_pages,
};

const struct vm_ops shared_file_vm_ops = {
	.name = "shared file",
	.fault = filemap_fault,
	.page_mkwrite = filemap_page_mkwrite,
	.map_pages = filemap_map_pages,
};
