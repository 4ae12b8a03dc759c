/*
 * file_rw.c - read() and write() through the page cache.
 *
 * The caller's copy function may fault, and a fault may need a page lock or
 * mmap_sem, which comes before page locks; the buffer may even be a mapping of
 * the very page being copied. So no page is locked while it runs. Reading
 * needs no lock: a page that is uptodate stays valid while we hold it.
 * Writing copies twice, into a page of our own and then, locked, into the
 * file's page. That page comes from a pool: when memory is out, a program must
 * still get its data into pages that the cache has.
 */
#include "kernel/string.h"
#include "mm/highmem.h"
#include "mm/mempool.h"
#include "internal.h"
#include "kernel/errno.h"

/* One call moves at most this many bytes, as on Linux: the count fits the result. */
#define MAX_RW_COUNT ((size_t)(0x7fffffff & PAGE_MASK))
#define BOUNCE_PAGES 2u /* writers that go on without memory */

static mempool_t *bounce_pool;

static unsigned long page_index(loff_t pos)
{
	return (unsigned long)(pos >> PAGE_SHIFT);
}

static unsigned int page_offset(loff_t pos)
{
	return (unsigned int)pos & ~PAGE_MASK;
}

/* Bytes of [pos, pos + count) that lie in pos's page. */
static size_t within_page(loff_t pos, size_t count)
{
	return min(count, (size_t)(PAGE_SIZE - page_offset(pos)));
}

/* The pages of a file must have an index: 2^32 of them. */
static bool beyond_index(loff_t pos)
{
	return pos >> PAGE_SHIFT > (loff_t)~0ul;
}

void zero_page_tail(struct page *page, unsigned int from)
{
	char *addr = kmap_atomic(page);

	memset(addr + from, 0, PAGE_SIZE - from);
	kunmap_atomic(addr);
}

/* Bytes from pos on that one step may read: within the page, the request and the file. */
static size_t readable_bytes(const struct address_space *mapping, loff_t pos, size_t count)
{
	size_t n = within_page(pos, count);

	if (pos >= mapping->size)
		return 0;
	return mapping->size - pos < (loff_t)n ? (size_t)(mapping->size - pos) : n;
}

ssize_t filemap_read(struct address_space *mapping, loff_t pos, void *buf, size_t count,
		     page_copy_fn to_buf)
{
	size_t done = 0, n, left = 0;
	struct page *page;
	char *addr;

	if (pos < 0)
		return -EINVAL;
	count = min(count, MAX_RW_COUNT);
	while (!left && readable_bytes(mapping, pos, count - done)) {
		page = page_to_read(mapping, page_index(pos),
				    ((page_offset(pos) + count - done - 1) >> PAGE_SHIFT) + 1);
		if (IS_ERR(page))
			return done ? (ssize_t)done : (ssize_t)PTR_ERR(page);
		mark_page_accessed(page);
		addr = kmap(page);
		/* Asked again: the file may have become shorter while we slept. */
		n = readable_bytes(mapping, pos, count - done);
		if (n)
			left = to_buf(addr + page_offset(pos), (char *)buf + done, n);
		kunmap(page);
		put_page(page);
		done += n - left;
		pos += (loff_t)(n - left);
		if (done < count && !may_go_on())
			break;
	}
	return left && !done ? -EFAULT : (ssize_t)done;
}

/*
 * Makes the part of a locked page that will not be overwritten valid: from the
 * disk, or zeroes when all of it lies beyond the end of the file.
 */
static int complete_page(struct address_space *mapping, struct page *page, size_t n)
{
	if (PageUptodate(page) || n == PAGE_SIZE)
		return 0;
	if (page->index >= mapping_pages(mapping)) {
		zero_page_tail(page, 0);
		SetPageUptodate(page);
		return 0;
	}
	return fill_page(mapping, page);
}

/* Copies n bytes from a kernel buffer into pos's page: 0 or -errno. */
static int write_page(struct address_space *mapping, loff_t pos, const void *from, size_t n)
{
	struct page *page = find_or_create_page(mapping, page_index(pos));
	unsigned int offset = page_offset(pos);
	char *addr;
	int err;

	if (IS_ERR(page))
		return (int)PTR_ERR(page);
	err = complete_page(mapping, page, n);
	if (!err && mapping->a_ops->prepare_write)
		err = mapping->a_ops->prepare_write(mapping, page, offset,
						    offset + (unsigned int)n);
	if (!err) {
		addr = kmap_atomic(page);
		memcpy(addr + offset, from, n);
		kunmap_atomic(addr);
		SetPageUptodate(page);
		mark_page_accessed(page);
		set_page_dirty(page);
		if (pos + (loff_t)n > mapping->size)
			mapping->size = pos + (loff_t)n;
	}
	unlock_page(page);
	put_page(page);
	return err;
}

/*
 * A write behind the end of the file leaves a hole. What a mapping may have
 * written behind the end, in the last page, must read as zeroes in it.
 */
static void zero_old_tail(struct address_space *mapping, loff_t pos)
{
	unsigned int from = page_offset(mapping->size);
	struct page *page;

	if (pos <= mapping->size || !from)
		return;
	page = find_get_page(mapping, page_index(mapping->size));
	if (!page)
		return;
	lock_page(page);
	if (page->mapping == mapping && PageUptodate(page))
		zero_page_tail(page, from);
	unlock_page(page);
	put_page(page);
}

void filemap_rw_init(void)
{
	bounce_pool = mempool_create_page_pool(BOUNCE_PAGES, 0);
	if (!bounce_pool)
		panic("no memory for the page cache");
}

ssize_t filemap_write(struct address_space *mapping, loff_t pos, void *buf, size_t count,
		      page_copy_fn from_buf)
{
	size_t done = 0, n, left = 0;
	struct page *page;
	void *bounce;
	int err = 0;

	count = min(count, MAX_RW_COUNT);
	if (pos < 0)
		return -EINVAL;
	if (!count)
		return 0;
	if (beyond_index(pos + (loff_t)count))
		return -EFBIG;
	page = mempool_alloc(bounce_pool, GFP_KERNEL);
	bounce = page_address(page);
	zero_old_tail(mapping, pos);
	while (done < count && !left && !err) {
		n = within_page(pos, count - done);
		left = from_buf(bounce, (char *)buf + done, n);
		n -= left;
		if (n)
			err = write_page(mapping, pos, bounce, n);
		if (!err) {
			done += n;
			pos += (loff_t)n;
		}
		if (done < count && !may_go_on())
			break;
	}
	mempool_free(page, bounce_pool);
	if (done)
		return (ssize_t)done;
	return err ? err : -EFAULT;
}
