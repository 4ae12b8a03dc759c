/*
 * file.c - contents of files: pages from and to the disk, write, truncate, symlinks.
 *
 * A block is a page, so a page moves in one transfer. Blocks are found or
 * made before a page becomes dirty (prepare_write), so that a full disk is the
 * writer's error and never a lost page. A cached page keeps its block's number in
 * `private`, 0 while it has none; blocks are freed only after their pages have left the cache.
 */
#include "fs/ext2/ext2.h"
#include "fs/vfs/mpage.h"
#include "kernel/string.h"
#include "mm/highmem.h"

/* Bytes of the page that lie before the end of the file. */
static u32 valid_bytes(const struct address_space *mapping, const struct page *page)
{
	loff_t start = (loff_t)page->index << FS_BLOCK_SHIFT;

	if (mapping->size <= start)
		return 0;
	return mapping->size - start < FS_BLOCK_SIZE ? (u32)(mapping->size - start) : FS_BLOCK_SIZE;
}

static void zero_tail(struct page *page, u32 from)
{
	char *addr;

	if (from == FS_BLOCK_SIZE)
		return;
	addr = kmap_atomic(page);
	memset(addr + from, 0, FS_BLOCK_SIZE - from);
	kunmap_atomic(addr);
}

void ext2_fill_page(struct page *page, const void *data, size_t len)
{
	char *addr = kmap_atomic(page);

	memcpy(addr, data, len);
	memset(addr + len, 0, FS_BLOCK_SIZE - len);
	kunmap_atomic(addr);
}

static int move_page(const struct inode *inode, u32 block, struct page *page, bool write)
{
	return blkdev_rw_why(ext2_fs(inode)->cache.bdev, block * SECTORS_PER_BLOCK, page, 0,
			     SECTORS_PER_BLOCK, write, write ? TRACE_IO_WRITEBACK : TRACE_IO_READ);
}

static int ext2_readpage(struct address_space *mapping, struct page *page)
{
	struct inode *inode = mapping->host;
	u32 valid = valid_bytes(mapping, page), block = 0;
	int err;

	if (valid) {
		err = ext2_map_block(inode, page->index, false, &block);
		if (err)
			return err;
	}
	page->private = block;
	if (block == 0) {
		if (valid && S_ISDIR(inode->mode))
			return ext2_error(ext2_fs(inode), "hole in directory", inode->ino);
		clear_highpage(page);
		return 0;
	}
	err = move_page(inode, block, page, false);
	if (err)
		return err;
	zero_tail(page, valid);
	return S_ISDIR(inode->mode) ? ext2_check_dir_block(inode, page) : 0;
}

/* Of regular files only: a directory's blocks are checked when they have come. */
static void ext2_readpages(struct address_space *mapping, struct page **pages, unsigned int nr,
			   unsigned int first, unsigned int wanted)
{
	struct inode *inode = mapping->host;
	struct mpage read;
	unsigned int i;

	mpage_begin(&read, ext2_fs(inode)->cache.bdev);
	for (i = 0; i < nr; i++) {
		struct page *page = pages[i];
		u32 block = 0;
		int err = 0;

		if (valid_bytes(mapping, page))
			err = ext2_find_block(inode, page->index, &block);
		if (err == -EINTR) {
			unlock_page(page); /* who needs it reads it himself */
			continue;
		}
		page->private = block;
		if (block && !err) {
			mpage_read(&read, page, block,
				   i >= first && i - first < wanted ? TRACE_IO_READ
								    : TRACE_IO_READAHEAD);
			continue;
		}
		if (!err)
			clear_highpage(page);
		end_page_read(page, err);
	}
	mpage_end(&read);
}

/* Finds the block of a locked page, or makes it and notes it in the inode: page->private. */
static int make_block(struct inode *inode, struct page *page)
{
	u32 before = inode->blocks, block = 0;
	int err = ext2_begin_change(ext2_fs(inode));

	if (err || page->private)
		return err;
	err = ext2_map_block(inode, page->index, true, &block);
	page->private = block;
	if (inode->blocks != before) {
		int write_err = ext2_write_inode(inode);

		if (!err)
			err = write_err;
	}
	return err;
}

static int ext2_writepage(struct address_space *mapping, struct page *page)
{
	struct inode *inode = mapping->host;
	int err;

	if (valid_bytes(mapping, page) == 0)
		return 0; /* the file became shorter: nobody wants it any more */
	err = make_block(inode, page);
	return err ? err : move_page(inode, (u32)page->private, page, true);
}

static void ext2_writepages(struct address_space *mapping, struct page **pages, unsigned int nr,
			    int *errors)
{
	struct inode *inode = mapping->host;
	u32 blocks[PAGES_AT_ONCE];
	unsigned int i;

	for (i = 0; i < nr; i++) {
		bool gone = valid_bytes(mapping, pages[i]) == 0;

		errors[i] = gone ? 0 : make_block(inode, pages[i]);
		blocks[i] = gone ? NO_BLOCK : (u32)pages[i]->private;
	}
	mpage_write(ext2_fs(inode)->cache.bdev, pages, blocks, nr, errors, TRACE_IO_WRITEBACK);
}

/* A write through a mapping changes the file's times too, and nobody else is told of it. */
static int ext2_prepare_write(struct address_space *mapping, struct page *page, unsigned int from,
			      unsigned int to)
{
	struct inode *inode = mapping->host;
	int err = make_block(inode, page);

	(void)from;
	(void)to;
	if (err || inode->mtime == now_seconds())
		return err;
	inode->mtime = inode->ctime = now_seconds();
	return ext2_write_inode(inode);
}

const struct address_space_ops ext2_aops = {
	.readpage = ext2_readpage,
	.writepage = ext2_writepage,
	.readpages = ext2_readpages,
	.writepages = ext2_writepages,
	.prepare_write = ext2_prepare_write,
};

static u32 blocks_for(loff_t size)
{
	return (u32)((size + FS_BLOCK_SIZE - 1) >> FS_BLOCK_SHIFT);
}

/* How much may be written at pos: the largest file bounds it. -EFBIG at or beyond the bound. */
static ssize_t bound_write(const struct file *file, loff_t pos, size_t count)
{
	loff_t limit = file->flags & O_LARGEFILE ? EXT2_MAX_SIZE : MAX_NON_LFS;
	ssize_t ret = bound_file_write(pos, count);

	if (ret < 0)
		return ret;
	count = (size_t)ret;
	if (pos >= limit)
		return -EFBIG;
	return (loff_t)count > limit - pos ? (ssize_t)(limit - pos) : (ssize_t)count;
}

static ssize_t write_step(struct file *file, char *buf, size_t count, loff_t *pos,
			  page_copy_fn from_buf)
{
	ssize_t ret = filemap_write(&file->inode->mapping, *pos, buf, count, from_buf);

	if (ret > 0)
		*pos += ret;
	return ret;
}

static ssize_t write_user_step(struct file *file, char *buf, size_t count, loff_t *pos)
{
	return write_step(file, buf, count, pos, page_from_user);
}

static ssize_t write_kernel_step(struct file *file, char *buf, size_t count, loff_t *pos)
{
	return write_step(file, buf, count, pos, page_from_kernel);
}

static ssize_t write_locked(struct file *file, const void *buf, size_t count, loff_t *pos,
			    page_copy_fn from_buf)
{
	struct inode *inode = file->inode;
	ssize_t ret, moved;

	if (file->flags & O_APPEND)
		*pos = inode->mapping.size;
	ret = bound_write(file, *pos, count);
	if (ret < 0)
		return ret;
	count = (size_t)ret;
	ret = ext2_begin_change(ext2_fs(inode));
	if (ret)
		return ret;
	moved = move_in_steps(file, (char *)buf, count, pos,
			      from_buf == page_from_user ? write_user_step : write_kernel_step);
	if (moved < (ssize_t)count) { /* blocks may have been made in vain behind the end */
		truncate_inode_pages(&inode->mapping, inode->mapping.size);
		ret = ext2_free_from(inode, blocks_for(inode->mapping.size));
	}
	inode->mtime = inode->ctime = now_seconds();
	if (!ret)
		ret = ext2_write_inode(inode);
	return ret ? ret : moved;
}

static ssize_t write_from(struct file *file, const void *buf, size_t count, loff_t *pos,
			  page_copy_fn from_buf)
{
	ssize_t ret;

	if (count == 0)
		return 0;
	mutex_lock(&file->inode->lock);
	ret = write_locked(file, buf, count, pos, from_buf);
	mutex_unlock(&file->inode->lock);
	return ret;
}

static ssize_t ext2_file_write(struct file *file, const void __user *buf, size_t count, loff_t *pos)
{
	return write_from(file, buf, count, pos, page_from_user);
}

static ssize_t ext2_file_kwrite(struct file *file, const void *buf, size_t count, loff_t *pos)
{
	return write_from(file, buf, count, pos, page_from_kernel);
}

/* The file grows: what a mapping wrote behind its end must not appear in it. */
static void zero_old_tail(struct inode *inode)
{
	u32 index = (u32)(inode->mapping.size >> FS_BLOCK_SHIFT);
	struct page *page = find_get_page(&inode->mapping, index);

	if (!page)
		return;
	lock_page(page);
	if (page->mapping == &inode->mapping && PageUptodate(page))
		zero_tail(page, valid_bytes(&inode->mapping, page));
	unlock_page(page);
	put_page(page);
}

int ext2_truncate(struct inode *inode, loff_t size)
{
	int err;

	if (size > EXT2_MAX_SIZE)
		return -EFBIG;
	err = ext2_begin_change(ext2_fs(inode));
	if (err)
		return err;
	if (size < inode->mapping.size) {
		truncate_inode_pages(&inode->mapping, size);
		err = ext2_free_from(inode, blocks_for(size));
	} else if (size > inode->mapping.size) {
		zero_old_tail(inode);
		inode->mapping.size = size;
	}
	inode->mtime = inode->ctime = now_seconds();
	return err ? err : ext2_write_inode(inode);
}

int ext2_setattr(struct inode *inode)
{
	int err = ext2_begin_change(ext2_fs(inode));

	return err ? err : ext2_write_inode(inode);
}

int ext2_fsync(struct file *file)
{
	struct fs_super *sb = file->inode->sb;
	int err = filemap_sync(&file->inode->mapping);

	return err || sb->read_only ? err : sb->ops->sync(sb, false);
}

static int ext2_readlink(struct inode *inode, char *buf, size_t size)
{
	size_t len = min((size_t)inode->mapping.size, size);

	if (ext2_has_blocks(inode))
		return (int)filemap_read(&inode->mapping, 0, buf, len, page_to_kernel);
	memcpy(buf, ext2_i(inode)->block, len);
	return (int)len;
}

static int ext2_bmap(struct inode *inode, u32 index, struct block_device **bdev, sector_t *sector)
{
	u32 block = 0;
	int err = ext2_map_block(inode, index, false, &block);

	*bdev = ext2_fs(inode)->cache.bdev;
	*sector = (sector_t)block * SECTORS_PER_BLOCK;
	return err;
}

const struct inode_ops ext2_file_iops = {
	.truncate = ext2_truncate,
	.setattr = ext2_setattr,
	.bmap = ext2_bmap,
	.evict = ext2_evict,
};

const struct inode_ops ext2_symlink_iops = {
	.readlink = ext2_readlink,
	.setattr = ext2_setattr,
	.evict = ext2_evict,
};

const struct inode_ops ext2_special_iops = {
	.setattr = ext2_setattr,
	.evict = ext2_evict,
};

const struct file_ops ext2_file_fops = {
	.read = generic_read,
	.write = ext2_file_write,
	.kwrite = ext2_file_kwrite,
	.llseek = generic_llseek,
	.fsync = ext2_fsync,
};
