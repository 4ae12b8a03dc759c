/*
 * stat.c - system calls that tell what is known of a file: stat64 and its kin, statx,
 * readlink.
 */
#include "i386/uaccess.h"
#include "proc/syscall.h"
#include "fs/vfs/internal.h"
#include "kernel/string.h"
#include "mm/slab.h"

#define BLOCK_SIZE_HINT 4096u

/* Linux i386's struct stat64: 64-bit fields are aligned to 4. */
struct stat64 {
	u64 st_dev;
	u32 pad0, ino32, st_mode, st_nlink, st_uid, st_gid;
	u64 st_rdev;
	u32 pad3;
	s64 st_size;
	u32 st_blksize;
	u64 st_blocks;
	u32 st_atime, st_atime_nsec, st_mtime, st_mtime_nsec, st_ctime, st_ctime_nsec;
	u64 st_ino;
} __packed;
_Static_assert(sizeof(struct stat64) == 96, "struct stat64");

struct statx_timestamp {
	s64 tv_sec;
	u32 tv_nsec;
	s32 reserved;
};

struct statx {
	u32 stx_mask, stx_blksize;
	u64 stx_attributes;
	u32 stx_nlink, stx_uid, stx_gid;
	u16 stx_mode, pad1;
	u64 stx_ino, stx_size, stx_blocks, stx_attributes_mask;
	struct statx_timestamp stx_atime, stx_btime, stx_ctime, stx_mtime;
	u32 stx_rdev_major, stx_rdev_minor, stx_dev_major, stx_dev_minor;
	u64 stx_mnt_id;
	u64 spare[13];
};
_Static_assert(sizeof(struct statx) == 256, "struct statx");

#define STATX_BASIC_STATS 0x07ffu
#define STATX_RESERVED	  0x80000000u
#define AT_STATX_SYNC	  0x6000u

static void fill_stat64(struct stat64 *st, const struct inode *inode)
{
	*st = (struct stat64){
		.st_dev = inode->dev,
		.ino32 = inode->ino,
		.st_mode = inode->mode,
		.st_nlink = inode->nlink,
		.st_uid = inode->uid,
		.st_gid = inode->gid,
		.st_rdev = inode->rdev,
		.st_size = inode->mapping.size,
		.st_blksize = BLOCK_SIZE_HINT,
		.st_blocks = inode->blocks,
		.st_atime = inode->atime,
		.st_mtime = inode->mtime,
		.st_ctime = inode->ctime,
		.st_ino = inode->ino,
	};
}

/* Drops the inode's reference. */
static long give_stat64(struct inode *inode, u32 where)
{
	struct stat64 st;

	if (IS_ERR(inode))
		return PTR_ERR(inode);
	fill_stat64(&st, inode);
	iput(inode);
	return copy_to_user((void __user *)where, &st, sizeof(st)) ? -EFAULT : 0;
}

/* a: path, b: result. */
SYSCALL(stat64)
{
	return give_stat64(user_path_inode(AT_FDCWD, (const char __user *)a, 0), b);
}

SYSCALL(lstat64)
{
	return give_stat64(user_path_inode(AT_FDCWD, (const char __user *)a, AT_SYMLINK_NOFOLLOW),
			   b);
}

/* a: descriptor, b: result. */
SYSCALL(fstat64)
{
	return give_stat64(fd_inode((int)a), b);
}

/* a: directory, b: path, c: result, d: flags. */
SYSCALL(fstatat64)
{
	if (d & ~(AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH))
		return -EINVAL;
	return give_stat64(user_path_inode((int)a, (const char __user *)b, d), c);
}

static void fill_statx(struct statx *st, const struct inode *inode)
{
	*st = (struct statx){
		.stx_mask = STATX_BASIC_STATS,
		.stx_blksize = BLOCK_SIZE_HINT,
		.stx_nlink = inode->nlink,
		.stx_uid = inode->uid,
		.stx_gid = inode->gid,
		.stx_mode = (u16)inode->mode,
		.stx_ino = inode->ino,
		.stx_size = (u64)inode->mapping.size,
		.stx_blocks = inode->blocks,
		.stx_atime = {.tv_sec = inode->atime},
		.stx_ctime = {.tv_sec = inode->ctime},
		.stx_mtime = {.tv_sec = inode->mtime},
		.stx_rdev_major = inode->rdev >> 8,
		.stx_rdev_minor = inode->rdev & 0xff,
		.stx_dev_major = inode->dev >> 8,
		.stx_dev_minor = inode->dev & 0xff,
	};
}

/* a: directory, b: path, c: flags, d: wanted fields, e: result. */
SYSCALL(statx)
{
	struct inode *inode;
	struct statx st;

	if (d & STATX_RESERVED || (c & AT_STATX_SYNC) == AT_STATX_SYNC ||
	    c & ~(AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH | AT_STATX_SYNC))
		return -EINVAL;
	inode = user_path_inode((int)a, (const char __user *)b, c);
	if (IS_ERR(inode))
		return PTR_ERR(inode);
	fill_statx(&st, inode);
	iput(inode);
	return copy_to_user((void __user *)e, &st, sizeof(st)) ? -EFAULT : 0;
}

static long do_readlink(int dfd, u32 path, u32 buf, u32 size)
{
	struct inode *inode;
	char *text;
	long len;

	if ((s32)size <= 0)
		return -EINVAL;
	inode = user_path_inode(dfd, (const char __user *)path,
				AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH);
	if (IS_ERR(inode))
		return PTR_ERR(inode);
	text = kmalloc(PATH_MAX, GFP_KERNEL);
	len = -ENOMEM;
	if (text)
		len = S_ISLNK(inode->mode) ? inode_readlink(inode, text) : -EINVAL;
	if (len > 0) {
		len = min(len, (long)size);
		if (copy_to_user((char __user *)buf, text, (unsigned long)len))
			len = -EFAULT;
	}
	kfree(text);
	iput(inode);
	return len;
}

/* a: path, b: buffer, c: its size. */
SYSCALL(readlink)
{
	return do_readlink(AT_FDCWD, a, b, c);
}

/* a: directory, b: path, c: buffer, d: its size. */
SYSCALL(readlinkat)
{
	return do_readlink((int)a, b, c, d);
}
