/*
 * statfs.c - system calls: statfs64, access, sync.
 */
#include "i386/uaccess.h"
#include "proc/syscall.h"
#include "fs/vfs/internal.h"

struct statfs64 {
	u32 f_type, f_bsize;
	u64 f_blocks, f_bfree, f_bavail, f_files, f_ffree;
	u32 f_fsid[2];
	u32 f_namelen, f_frsize, f_flags, f_spare[4];
} __packed;
_Static_assert(sizeof(struct statfs64) == 84, "struct statfs64");

#define ST_RDONLY  0x0001u
#define ST_NOATIME 0x0400u
#define ST_VALID   0x0020u

#define ACCESS_MODES 7u /* R_OK | W_OK | X_OK */
#define ACCESS_EXEC  1u
#define ACCESS_WRITE 2u

static long give_statfs(struct fs_super *sb, u32 size, u32 where)
{
	struct kstatfs kst = {0};
	struct statfs64 st;

	if (size != sizeof(st))
		return -EINVAL;
	sb->ops->statfs(sb, &kst);
	st = (struct statfs64){
		.f_type = kst.type,
		.f_bsize = kst.bsize,
		.f_blocks = kst.blocks,
		.f_bfree = kst.bfree,
		.f_bavail = kst.bfree,
		.f_files = kst.files,
		.f_ffree = kst.ffree,
		.f_fsid = {sb->dev, 0},
		.f_namelen = kst.namelen,
		.f_frsize = kst.bsize,
		.f_flags = ST_VALID | ST_NOATIME | (sb->read_only ? ST_RDONLY : 0),
	};
	return copy_to_user((void __user *)where, &st, sizeof(st)) ? -EFAULT : 0;
}

/* a: path, b: size of the result, c: result. */
SYSCALL(statfs64)
{
	struct inode *inode = user_path_inode(AT_FDCWD, (const char __user *)a, 0);
	long ret;

	if (IS_ERR(inode))
		return PTR_ERR(inode);
	ret = give_statfs(inode->sb, b, c);
	iput(inode);
	return ret;
}

/* a: descriptor, b: size of the result, c: result. */
SYSCALL(fstatfs64)
{
	struct file *file = fget((int)a);
	long ret;

	if (!file)
		return -EBADF;
	ret = give_statfs(file->inode->sb, b, c);
	fput(file);
	return ret;
}

/* Everybody is root here: all may be read and written, but only what is marked so be executed. */
static long do_access(int dfd, u32 path, u32 mode, u32 flags)
{
	struct inode *inode;
	long ret = 0;

	if (mode & ~ACCESS_MODES || flags & ~(AT_SYMLINK_NOFOLLOW | AT_EACCESS | AT_EMPTY_PATH))
		return -EINVAL;
	inode = user_path_inode(dfd, (const char __user *)path, flags);
	if (IS_ERR(inode))
		return PTR_ERR(inode);
	if (mode & ACCESS_EXEC && S_ISREG(inode->mode) && !(inode->mode & S_IXUGO))
		ret = -EACCES;
	if (mode & ACCESS_WRITE && inode->sb->read_only &&
	    (S_ISREG(inode->mode) || S_ISDIR(inode->mode)))
		ret = -EROFS;
	iput(inode);
	return ret;
}

/* a: path, b: mode. */
SYSCALL(access)
{
	return do_access(AT_FDCWD, a, b, 0);
}

/* a: directory, b: path, c: mode. */
SYSCALL(faccessat)
{
	return do_access((int)a, b, c, 0);
}

/* a: directory, b: path, c: mode, d: flags. */
SYSCALL(faccessat2)
{
	return do_access((int)a, b, c, d);
}

SYSCALL(sync)
{
	vfs_sync(); /* sync(2) reports no errors; they stand on the console */
	return 0;
}

static long do_fsync(u32 fd)
{
	struct file *file = fget((int)fd);
	long ret;

	if (!file)
		return -EBADF;
	ret = file->ops->fsync ? file->ops->fsync(file) : -EINVAL;
	fput(file);
	return ret;
}

/* a: descriptor. */
SYSCALL(fsync)
{
	return do_fsync(a);
}

SYSCALL(fdatasync)
{
	return do_fsync(a);
}

/* a: a descriptor on the file system. */
SYSCALL(syncfs)
{
	struct file *file = fget((int)a);
	long ret = 0;

	if (!file)
		return -EBADF;
	if (file->inode->sb->ops->sync)
		ret = vfs_sync_super(file->inode->sb);
	fput(file);
	return ret;
}
