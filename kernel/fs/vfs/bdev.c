/*
 * bdev.c - the page cache of a block device, for file-system metadata.
 *
 * A page's `private` is 1 when its block was freed: writing such a page does nothing,
 * since the block may belong to a file now, whose own cache writes it. The
 * mark goes when the block is allocated as metadata again.
 */
#include "fs/vfs/bdev.h"
#include "fs/vfs/mpage.h"
#include "kernel/errno.h"
#include "mm/highmem.h"

#define BLOCK_LIVE  0ul
#define BLOCK_FREED 1ul

static DEFINE_MUTEX(caches_lock); /* protects the list; taken before any page lock */
static LIST_HEAD(caches);

static int bdev_readpage(struct address_space *mapping, struct page *page)
{
	struct bdev_cache *cache = mapping->host;

	page->private = BLOCK_LIVE;
	return blkdev_rw_why(cache->bdev, page->index * SECTORS_PER_BLOCK, page, 0,
			     SECTORS_PER_BLOCK, false, TRACE_IO_METADATA);
}

static void bdev_writepages(struct address_space *mapping, struct page **pages, unsigned int nr,
			    int *errors)
{
	struct bdev_cache *cache = mapping->host;
	u32 blocks[PAGES_AT_ONCE];
	unsigned int i;

	for (i = 0; i < nr; i++) {
		errors[i] = 0;
		blocks[i] = pages[i]->private == BLOCK_FREED ? NO_BLOCK : (u32)pages[i]->index;
	}
	mpage_write(cache->bdev, pages, blocks, nr, errors, TRACE_IO_METADATA);
}

static int bdev_writepage(struct address_space *mapping, struct page *page)
{
	int error = 0;

	bdev_writepages(mapping, &page, 1, &error);
	return error;
}

static const struct address_space_ops bdev_aops = {
	.readpage = bdev_readpage,
	.writepage = bdev_writepage,
	.writepages = bdev_writepages,
};

void bdev_cache_init(struct bdev_cache *cache, struct block_device *bdev)
{
	cache->bdev = bdev;
	address_space_init(&cache->mapping, cache, &bdev_aops);
	cache->mapping.size = (loff_t)bdev->sectors << SECTOR_SHIFT;
	mutex_lock(&caches_lock);
	list_add_tail(&cache->node, &caches);
	mutex_unlock(&caches_lock);
}

void bdev_cache_drop(struct bdev_cache *cache)
{
	mutex_lock(&caches_lock);
	list_del(&cache->node);
	mutex_unlock(&caches_lock);
	truncate_inode_pages(&cache->mapping, 0);
}

unsigned long nr_buffer_pages(void)
{
	const struct bdev_cache *cache;
	unsigned long pages = 0;

	mutex_lock(&caches_lock);
	list_for_each_entry (cache, &caches, node)
		pages += cache->mapping.nrpages;
	mutex_unlock(&caches_lock);
	return pages;
}

unsigned long bdev_drop_clean(void)
{
	struct bdev_cache *cache;
	unsigned long pages = 0;

	mutex_lock(&caches_lock);
	list_for_each_entry (cache, &caches, node)
		pages += drop_clean_pages(&cache->mapping);
	mutex_unlock(&caches_lock);
	return pages;
}

int bdev_cache_sync(struct bdev_cache *cache)
{
	return filemap_sync(&cache->mapping);
}

int buf_read(struct bdev_cache *cache, u32 block, struct buf *buf)
{
	struct page *page = read_cache_page(&cache->mapping, block, NULL);

	if (IS_ERR(page))
		return (int)PTR_ERR(page);
	buf->page = page;
	buf->data = kmap(page);
	return 0;
}

int buf_new(struct bdev_cache *cache, u32 block, struct buf *buf)
{
	struct page *page = find_or_create_page(&cache->mapping, block);

	if (IS_ERR(page))
		return (int)PTR_ERR(page);
	page->private = BLOCK_LIVE;
	clear_highpage(page);
	SetPageUptodate(page);
	set_page_dirty(page);
	unlock_page(page);
	buf->page = page;
	buf->data = kmap(page);
	return 0;
}

void buf_dirty(struct buf *buf)
{
	set_page_dirty(buf->page);
}

void buf_put(struct buf *buf)
{
	kunmap(buf->page);
	put_page(buf->page);
}

void buf_forget(struct buf *buf)
{
	buf->page->private = BLOCK_FREED;
	buf_put(buf);
}
