/*
 * ext2.h - the second extended file system: disk format and the functions that
 * its files share. Format: "The Second Extended File System" (D. Poirier),
 * chapters 3 and 4. All fields are little-endian, as i386 is.
 *
 * Supported: revision 1, blocks of 4 KiB (a block is a page), incompatible
 * feature `filetype`, read-only-compatible `sparse_super` and `large_file`.
 */
#ifndef FS_EXT2_EXT2_H
#define FS_EXT2_EXT2_H

#include "fs/vfs/bdev.h"
#include "fs/vfs/internal.h"
#include "kernel/lock.h"

#define EXT2_MAGIC	  0xef53
#define EXT2_SUPER_OFFSET 1024
#define EXT2_ROOT_INO	  2
#define EXT2_FIRST_INO	  11 /* smallest number of an ordinary inode */
#define EXT2_VALID_FS	  1
#define EXT2_REV_DYNAMIC  1
#define EXT2_LOG_4K	  2 /* 1024 << 2 */
#define EXT2_LINK_MAX	  32000
#define EXT2_SYMLINK_FAST 60 /* shorter ones live in i_block */

#define EXT2_COMPAT_EXT_ATTR	  0x0008
#define EXT2_INCOMPAT_FILETYPE	  0x0002
#define EXT2_RO_COMPAT_SPARSE	  0x0001
#define EXT2_RO_COMPAT_LARGE_FILE 0x0002
#define EXT2_RO_COMPAT_KNOWN	  (EXT2_RO_COMPAT_SPARSE | EXT2_RO_COMPAT_LARGE_FILE)

#define EXT2_INDEX_FL 0x1000 /* a hashed directory; its blocks read as plain entries */

#define EXT2_NDIR_BLOCKS 12
#define EXT2_N_BLOCKS	 15
#define EXT2_ADDR_BITS	 10 /* a block holds 1,024 block numbers */
#define EXT2_ADDRS	 (1u << EXT2_ADDR_BITS)
/* i_blocks counts sectors in 32 bits, so a file has at most 2^29 blocks (less its indirect ones).
 */
#define EXT2_MAX_SIZE (((loff_t)1 << 41) - ((loff_t)1 << 32))

struct ext2_super_block {
	u32 s_inodes_count, s_blocks_count, s_r_blocks_count, s_free_blocks_count;
	u32 s_free_inodes_count, s_first_data_block, s_log_block_size, s_log_frag_size;
	u32 s_blocks_per_group, s_frags_per_group, s_inodes_per_group, s_mtime, s_wtime;
	u16 s_mnt_count, s_max_mnt_count, s_magic, s_state, s_errors, s_minor_rev_level;
	u32 s_lastcheck, s_checkinterval, s_creator_os, s_rev_level;
	u16 s_def_resuid, s_def_resgid;
	u32 s_first_ino;
	u16 s_inode_size, s_block_group_nr;
	u32 s_feature_compat, s_feature_incompat, s_feature_ro_compat;
	u8 s_uuid[16], s_volume_name[16], s_last_mounted[64];
	u8 s_unused[824];
};
_Static_assert(sizeof(struct ext2_super_block) == 1024, "superblock layout");

struct ext2_group_desc {
	u32 bg_block_bitmap, bg_inode_bitmap, bg_inode_table;
	u16 bg_free_blocks_count, bg_free_inodes_count, bg_used_dirs_count, bg_pad;
	u32 bg_reserved[3];
};
_Static_assert(sizeof(struct ext2_group_desc) == 32, "group descriptor layout");

struct ext2_disk_inode {
	u16 i_mode, i_uid;
	u32 i_size, i_atime, i_ctime, i_mtime, i_dtime;
	u16 i_gid, i_links_count;
	u32 i_blocks, i_flags, i_osd1, i_block[EXT2_N_BLOCKS];
	u32 i_generation, i_file_acl, i_size_high, i_faddr;
	u16 i_frag, i_pad, i_uid_high, i_gid_high;
	u32 i_reserved;
};
_Static_assert(sizeof(struct ext2_disk_inode) == 128, "inode layout");

struct ext2_dir_entry {
	u32 inode; /* 0: unused */
	u16 rec_len;
	u8 name_len, file_type;
	char name[];
};
#define EXT2_DIRENT_HEAD      8u
#define EXT2_DIRENT_SIZE(len) ((EXT2_DIRENT_HEAD + (len) + 3u) & ~3u)

/* A mounted ext2. `lock` protects all but the constants: allocation, block trees, counters. */
struct ext2_fs {
	struct fs_super sb;
	struct bdev_cache cache;
	struct mutex lock;
	struct ext2_super_block *super; /* copies in memory; written back by ext2_sync() */
	struct ext2_group_desc *groups;
	u32 nr_groups, desc_blocks;
	u32 blocks_count, inodes_count; /* constants from the superblock */
	u32 blocks_per_group, inodes_per_group, inode_size, table_blocks;
	bool filetype;
	bool clean;	 /* no change since the last sync */
	u16 mount_state; /* s_state found at mount, and put back by a sync */
	u32 changes;	 /* counts ext2_begin_change() */
};

struct ext2_inode {
	struct inode vfs;	  /* first */
	u32 block[EXT2_N_BLOCKS]; /* block numbers, or the text of a fast symlink (fs->lock) */
	u32 flags, generation, file_acl;
	u32 next_goal; /* block behind the last one allocated: keeps files in one piece */
};

static inline struct ext2_fs *ext2_fs(const struct inode *inode)
{
	return inode->sb->private;
}

static inline struct ext2_inode *ext2_i(struct inode *inode)
{
	return container_of(inode, struct ext2_inode, vfs);
}

/* Reports damage found on the disk; returns -EIO. */
int ext2_error(const struct ext2_fs *fs, const char *what, u32 where);

/* super.c */
struct fs_super *ext2_mount(struct block_device *bdev, bool read_only);
/* Syncs and lets go. All files must be closed: else -EBUSY and it stays mounted. */
int ext2_umount(struct fs_super *sb);
/* Before the first change since a sync: notes on the disk that it is not clean. 0, -EROFS, -EIO. */
int __must_check ext2_begin_change(struct ext2_fs *fs);
void ext2_cache_init(void); /* once, before the first mount */
struct inode *ext2_alloc_inode(struct fs_super *sb);
void ext2_free_inode_struct(struct inode *inode);

/* balloc.c; fs->lock held */
bool ext2_block_valid(const struct ext2_fs *fs, u32 block);
/* A free block near `goal`, marked used. 0, -ENOSPC, -EIO, -ENOMEM. */
int ext2_new_block(struct ext2_fs *fs, u32 goal, u32 *block);
int ext2_free_block(struct ext2_fs *fs, u32 block);

/* ialloc.c; takes fs->lock */
int ext2_new_ino(struct ext2_fs *fs, u32 parent_ino, bool directory, u32 *ino);
int ext2_free_ino(struct ext2_fs *fs, u32 ino, bool directory);
u32 ext2_inode_goal(const struct ext2_fs *fs, u32 ino); /* first block of the inode's group */

/* map.c */
/* Block of the file's page `index` (0: a hole). With `create` holes are filled. Takes fs->lock. */
int ext2_map_block(struct inode *inode, u32 index, bool create, u32 *block);
/* The same without `create`, for what may be given up. -EINTR: who waited for fs->lock is killed.
 */
int ext2_find_block(struct inode *inode, u32 index, u32 *block);
/* Frees all blocks from page `first` on. Takes fs->lock. */
int ext2_free_from(struct inode *inode, u32 first);

/* inode.c */
int ext2_read_inode(struct inode *inode);
int ext2_write_inode(struct inode *inode); /* into the cached inode table */
/* A new inode in the cache, on disk, with one link: ERR_PTR. */
struct inode *ext2_new_inode(struct inode *dir, u32 mode);
int ext2_evict(struct inode *inode, bool last);
/* Are the numbers in `block` blocks? In fast symlinks and device nodes they are not. */
bool ext2_has_blocks(const struct inode *inode);
void ext2_set_ops(struct inode *inode);

/* dir.c; the directory's lock is held */

/* Where an entry lies. The page stays mapped until ext2_put_entry(). */
struct ext2_slot {
	struct page *page;
	char *base; /* its address */
	struct ext2_dir_entry *entry;
	struct ext2_dir_entry *prev; /* the one before it in the block, or NULL */
};

int ext2_find_entry(struct inode *dir, const char *name, unsigned int len, struct ext2_slot *slot);
void ext2_put_entry(struct ext2_slot *slot);
int ext2_add_entry(struct inode *dir, const char *name, unsigned int len,
		   const struct inode *inode);
int ext2_delete_entry(struct inode *dir, struct ext2_slot *slot); /* ends with put */
/* The entry shall name another inode. Ends with put. */
int ext2_set_entry(struct inode *dir, struct ext2_slot *slot, const struct inode *inode);
int ext2_make_empty(struct inode *dir, const struct inode *parent);
int ext2_is_empty(struct inode *dir); /* 1, 0 or errno */
/* Checks a block just read from the disk: 0 or -EIO. */
int ext2_check_dir_block(const struct inode *dir, struct page *page);
int ext2_readdir(struct file *file, void *arg, filldir_fn fill);

extern const struct inode_ops ext2_dir_iops, ext2_file_iops, ext2_symlink_iops, ext2_special_iops;
extern const struct file_ops ext2_dir_fops, ext2_file_fops;
extern const struct address_space_ops ext2_aops;

/* file.c */
int ext2_truncate(struct inode *inode, loff_t size);
int ext2_setattr(struct inode *inode);
int ext2_fsync(struct file *file);
/* Fills a page with `len` bytes and zeroes behind them. */
void ext2_fill_page(struct page *page, const void *data, size_t len);

#endif
