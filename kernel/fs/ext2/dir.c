/*
 * dir.c - entries of a directory.
 *
 * A directory is a file of 4 KiB blocks, read and written through its page cache.
 * The entries of a block fill it exactly; an entry owns the unused space behind its
 * name:
 *
 *   | a....... | bcd... | (unused, inode 0) .. | e.............. |
 *     rec_len -> next entry; none crosses the end of the block
 *
 * A new entry takes the slack of another one, or an unused one. A removed entry is
 * swallowed by the one before it, or, first in its block, becomes unused. Lengths
 * are checked once, when a block is read from the disk (a damaged one is -EIO); what is in
 * the cache can be trusted, so that a search is short.
 */
#include "fs/ext2/ext2.h"
#include "kernel/string.h"
#include "mm/highmem.h"

static u32 dir_blocks(const struct inode *dir)
{
	return (u32)(dir->mapping.size >> FS_BLOCK_SHIFT);
}

static u8 entry_type(const struct inode *dir, u32 mode)
{
	static const u8 types[16] = {
		[S_IFREG >> 12] = 1, [S_IFDIR >> 12] = 2,  [S_IFCHR >> 12] = 3, [S_IFBLK >> 12] = 4,
		[S_IFIFO >> 12] = 5, [S_IFSOCK >> 12] = 6, [S_IFLNK >> 12] = 7,
	};

	return ext2_fs(dir)->filetype ? types[(mode & S_IFMT) >> 12] : 0;
}

/* The DT_* value of an entry's type byte; 0: unknown. */
static u8 dirent_dtype(const struct inode *dir, const struct ext2_dir_entry *entry)
{
	static const u32 modes[8] = {0,	      S_IFREG, S_IFDIR,	 S_IFCHR,
				     S_IFBLK, S_IFIFO, S_IFSOCK, S_IFLNK};

	if (!ext2_fs(dir)->filetype || entry->file_type >= 8)
		return 0;
	return mode_to_dtype(modes[entry->file_type]);
}

/* Opens block `index` of the directory: slot->page, slot->base. */
static int open_block(struct inode *dir, u32 index, struct ext2_slot *slot)
{
	struct page *page = read_cache_page(&dir->mapping, index, NULL);

	if (IS_ERR(page))
		return (int)PTR_ERR(page);
	slot->page = page;
	slot->base = kmap(page);
	slot->prev = NULL;
	slot->entry = (struct ext2_dir_entry *)slot->base;
	return 0;
}

void ext2_put_entry(struct ext2_slot *slot)
{
	kunmap(slot->page);
	put_page(slot->page);
}

static u32 slot_offset(const struct ext2_slot *slot)
{
	return (u32)((char *)slot->entry - slot->base);
}

int ext2_check_dir_block(const struct inode *dir, struct page *page)
{
	const char *base = kmap_atomic(page);
	u32 at = 0, len;

	while (at <= FS_BLOCK_SIZE - EXT2_DIRENT_HEAD) {
		const struct ext2_dir_entry *entry = (const void *)(base + at);

		len = entry->rec_len;
		if (len < EXT2_DIRENT_SIZE(entry->name_len) || len % 4 || len > FS_BLOCK_SIZE - at)
			break;
		at += len;
	}
	kunmap_atomic((void *)base);
	return at == FS_BLOCK_SIZE ? 0
				   : ext2_error(ext2_fs(dir), "bad entry in directory", dir->ino);
}

/* Is the slot at an entry, or behind the last one of the block? */
static bool have_entry(const struct ext2_slot *slot)
{
	return slot_offset(slot) < FS_BLOCK_SIZE;
}

static void next_entry(struct ext2_slot *slot)
{
	slot->prev = slot->entry;
	slot->entry = (struct ext2_dir_entry *)((char *)slot->entry + slot->entry->rec_len);
}

/* Searches one open block. */
static bool find_in_block(const char *name, unsigned int len, struct ext2_slot *slot)
{
	struct ext2_dir_entry *entry = slot->entry, *prev = NULL;
	char *end = slot->base + FS_BLOCK_SIZE;

	while ((char *)entry < end) {
		if (entry->name_len == len && entry->name[0] == name[0] && entry->inode &&
		    memcmp(entry->name, name, len) == 0) {
			slot->entry = entry;
			slot->prev = prev;
			return true;
		}
		prev = entry;
		entry = (struct ext2_dir_entry *)((char *)entry + entry->rec_len);
	}
	return false;
}

int ext2_find_entry(struct inode *dir, const char *name, unsigned int len, struct ext2_slot *slot)
{
	u32 index;
	int ret;

	for (index = 0; index < dir_blocks(dir); index++) {
		ret = open_block(dir, index, slot);
		if (ret)
			return ret;
		if (find_in_block(name, len, slot))
			return 0;
		ext2_put_entry(slot);
		cond_resched();
	}
	return -ENOENT;
}

/* An entry changed: the page is dirty, and so is the directory's inode. */
static int commit_change(struct inode *dir, struct ext2_slot *slot)
{
	set_page_dirty(slot->page);
	ext2_put_entry(slot);
	dir->mtime = dir->ctime = now_seconds();
	ext2_i(dir)->flags &= ~(u32)EXT2_INDEX_FL; /* an index would be stale now */
	return ext2_write_inode(dir);
}

static void fill_entry(struct inode *dir, struct ext2_dir_entry *entry, const char *name,
		       unsigned int len, const struct inode *inode)
{
	entry->inode = inode->ino;
	entry->name_len = (u8)len;
	entry->file_type = entry_type(dir, inode->mode);
	memcpy(entry->name, name, len);
}

/* Looks in one open block for an entry with room for `need` bytes. */
static bool find_room(u32 need, struct ext2_slot *slot)
{
	for (; have_entry(slot); next_entry(slot)) {
		u32 used = slot->entry->inode ? EXT2_DIRENT_SIZE(slot->entry->name_len) : 0;

		if (slot->entry->rec_len - used >= need)
			return true;
	}
	return false;
}

/* Adds a block with one unused entry to the directory and opens it. */
static int grow_dir(struct inode *dir, struct ext2_slot *slot)
{
	u32 index = dir_blocks(dir), block;
	struct page *page = find_or_create_page(&dir->mapping, index);
	int err;

	if (IS_ERR(page))
		return (int)PTR_ERR(page);
	err = ext2_map_block(dir, index, true, &block);
	if (err) {
		unlock_page(page);
		put_page(page);
		return err;
	}
	page->private = block;
	clear_highpage(page);
	slot->page = page;
	slot->base = kmap(page);
	slot->prev = NULL;
	slot->entry = (struct ext2_dir_entry *)slot->base;
	slot->entry->rec_len = FS_BLOCK_SIZE;
	SetPageUptodate(page);
	set_page_dirty(page);
	unlock_page(page);
	dir->mapping.size += FS_BLOCK_SIZE;
	return 0;
}

int ext2_add_entry(struct inode *dir, const char *name, unsigned int len, const struct inode *inode)
{
	u32 need = EXT2_DIRENT_SIZE(len), used, index;
	struct ext2_dir_entry *entry;
	struct ext2_slot slot;
	bool found = false;
	int err;

	for (index = 0; index < dir_blocks(dir); index++) {
		err = open_block(dir, index, &slot);
		if (err)
			return err;
		found = find_room(need, &slot);
		if (found)
			break;
		ext2_put_entry(&slot);
		cond_resched();
	}
	if (!found) {
		err = grow_dir(dir, &slot);
		if (err)
			return err;
	}
	entry = slot.entry;
	if (entry->inode) {
		used = EXT2_DIRENT_SIZE(entry->name_len);
		next_entry(&slot);
		slot.entry = (struct ext2_dir_entry *)((char *)entry + used);
		slot.entry->rec_len = (u16)(entry->rec_len - used);
		entry->rec_len = (u16)used;
	}
	fill_entry(dir, slot.entry, name, len, inode);
	return commit_change(dir, &slot);
}

int ext2_delete_entry(struct inode *dir, struct ext2_slot *slot)
{
	if (slot->prev)
		slot->prev->rec_len += slot->entry->rec_len;
	else
		slot->entry->inode = 0;
	return commit_change(dir, slot);
}

int ext2_set_entry(struct inode *dir, struct ext2_slot *slot, const struct inode *inode)
{
	slot->entry->inode = inode->ino;
	slot->entry->file_type = entry_type(dir, inode->mode);
	return commit_change(dir, slot);
}

/* The first block of a new directory: "." and "..". */
int ext2_make_empty(struct inode *dir, const struct inode *parent)
{
	struct ext2_slot slot;
	int err = grow_dir(dir, &slot);

	if (err)
		return err;
	fill_entry(dir, slot.entry, ".", 1, dir);
	slot.entry->rec_len = EXT2_DIRENT_SIZE(1);
	next_entry(&slot);
	slot.entry->rec_len = (u16)(FS_BLOCK_SIZE - EXT2_DIRENT_SIZE(1));
	fill_entry(dir, slot.entry, "..", 2, parent);
	return commit_change(dir, &slot);
}

static bool is_dot_name(const struct ext2_dir_entry *entry)
{
	return entry->name[0] == '.' &&
	       (entry->name_len == 1 || (entry->name_len == 2 && entry->name[1] == '.'));
}

int ext2_is_empty(struct inode *dir)
{
	struct ext2_slot slot;
	bool empty = true;
	u32 index;
	int err;

	for (index = 0; empty && index < dir_blocks(dir); index++) {
		err = open_block(dir, index, &slot);
		if (err)
			return err;
		for (; empty && have_entry(&slot); next_entry(&slot))
			empty = !slot.entry->inode || is_dot_name(slot.entry);
		ext2_put_entry(&slot);
		cond_resched();
	}
	return empty;
}

/*
 * Hands the entries of one open block from byte `from` on to `fill`, keeping file->pos at the
 * first that was not taken. True: go on with the next block. An entry may have been
 * swallowed since the last call, so the block is walked from its start.
 */
static bool read_block(struct file *file, struct ext2_slot *slot, u32 from, void *arg,
		       filldir_fn fill)
{
	const struct inode *dir = file->inode;
	loff_t block_start = file->pos - from;

	while (have_entry(slot)) {
		const struct ext2_dir_entry *entry = slot->entry;
		u32 offset = slot_offset(slot);

		next_entry(slot);
		if (offset < from || !entry->inode)
			continue;
		file->pos = block_start + offset;
		if (!fill(arg, entry->name, entry->name_len, block_start + slot_offset(slot),
			  entry->inode, dirent_dtype(dir, entry)))
			return false;
	}
	file->pos = block_start + FS_BLOCK_SIZE;
	return true;
}

int ext2_readdir(struct file *file, void *arg, filldir_fn fill)
{
	struct inode *dir = file->inode;
	struct ext2_slot slot;
	bool more = true;
	int err;

	while (more && file->pos < dir->mapping.size) {
		err = open_block(dir, (u32)(file->pos >> FS_BLOCK_SHIFT), &slot);
		if (err)
			return err;
		more = read_block(file, &slot, (u32)file->pos & (FS_BLOCK_SIZE - 1), arg, fill);
		ext2_put_entry(&slot);
		cond_resched();
		if (fatal_signal_pending_current())
			return -EINTR;
	}
	return 0;
}
