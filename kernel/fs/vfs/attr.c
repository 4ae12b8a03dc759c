/*
 * attr.c - system calls that change what is stored about a file: size, mode,
 * owner, times.
 */
#include "i386/uaccess.h"
#include "proc/syscall.h"
#include "fs/vfs/internal.h"
#include "kernel/string.h"
#include "kernel/time.h"

#define UTIME_NOW    0x3fffffffu
#define UTIME_OMIT   0x3ffffffeu
#define NSEC_PER_SEC 1000000000u
#define USEC_PER_SEC 1000000u
#define KEEP_OWNER   (~0u)

static loff_t join_halves(u32 low, u32 high)
{
	return (loff_t)((u64)high << 32 | low);
}

static long truncate_path(u32 path, loff_t size)
{
	struct inode *inode;
	long ret;

	if (size < 0)
		return -EINVAL;
	inode = user_path_inode(AT_FDCWD, (const char __user *)path, 0);
	if (IS_ERR(inode))
		return PTR_ERR(inode);
	ret = S_ISREG(inode->mode) ? inode_get_write(inode) : 0;
	if (!ret) {
		ret = inode_truncate(inode, size);
		if (S_ISREG(inode->mode))
			inode_put_write(inode);
	}
	iput(inode);
	return ret;
}

static long truncate_fd(u32 fd, loff_t size)
{
	struct file *file;
	long ret;

	if (size < 0)
		return -EINVAL;
	file = fget((int)fd);
	if (!file)
		return -EBADF;
	ret = file->mf.writable && S_ISREG(file->inode->mode) ? inode_truncate(file->inode, size)
							      : -EINVAL;
	fput(file);
	return ret;
}

/* a: path, b: size. */
SYSCALL(truncate)
{
	return truncate_path(a, (s32)b);
}

/* a: path, b, c: size in halves. */
SYSCALL(truncate64)
{
	return truncate_path(a, join_halves(b, c));
}

/* a: descriptor, b: size. */
SYSCALL(ftruncate)
{
	return truncate_fd(a, (s32)b);
}

/* a: descriptor, b, c: size in halves. */
SYSCALL(ftruncate64)
{
	return truncate_fd(a, join_halves(b, c));
}

/* The end of a change of attributes: writes it back, drops the inode's lock and reference. */
static long end_change(struct inode *inode)
{
	long ret;

	inode->ctime = now_seconds();
	ret = inode_setattr(inode);
	mutex_unlock(&inode->lock);
	iput(inode);
	return ret;
}

/* Drops the inode's reference. */
static long change_mode(struct inode *inode, u32 mode)
{
	if (IS_ERR(inode))
		return PTR_ERR(inode);
	mutex_lock(&inode->lock);
	inode->mode = (inode->mode & S_IFMT) | (mode & S_IALLUGO);
	return end_change(inode);
}

/* Drops the inode's reference. A change of owner takes the set-id bits of a program away. */
static long change_owner(struct inode *inode, u32 uid, u32 gid)
{
	if (IS_ERR(inode))
		return PTR_ERR(inode);
	mutex_lock(&inode->lock);
	if (uid != KEEP_OWNER)
		inode->uid = uid;
	if (gid != KEEP_OWNER)
		inode->gid = gid;
	if (S_ISREG(inode->mode))
		inode->mode &= ~(u32)(S_ISUID | S_ISGID);
	return end_change(inode);
}

/* a: path, b: mode. */
SYSCALL(chmod)
{
	return change_mode(user_path_inode(AT_FDCWD, (const char __user *)a, 0), b);
}

/* a: descriptor, b: mode. */
SYSCALL(fchmod)
{
	return change_mode(fd_inode((int)a), b);
}

/* a: directory, b: path, c: mode. */
SYSCALL(fchmodat)
{
	return change_mode(user_path_inode((int)a, (const char __user *)b, 0), c);
}

/* a: path, b: user, c: group. */
SYSCALL(chown32)
{
	return change_owner(user_path_inode(AT_FDCWD, (const char __user *)a, 0), b, c);
}

SYSCALL(lchown32)
{
	return change_owner(user_path_inode(AT_FDCWD, (const char __user *)a, AT_SYMLINK_NOFOLLOW),
			    b, c);
}

/* a: descriptor, b: user, c: group. */
SYSCALL(fchown32)
{
	return change_owner(fd_inode((int)a), b, c);
}

/* a: directory, b: path, c: user, d: group, e: flags. */
SYSCALL(fchownat)
{
	if (e & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	return change_owner(user_path_inode((int)a, (const char __user *)b, e), c, d);
}

/* One time to set: seconds since 1970, and nanoseconds or UTIME_NOW, UTIME_OMIT. */
struct new_time {
	s64 sec;
	u32 nsec;
};

static bool time_ok(const struct new_time *time)
{
	return time->nsec < NSEC_PER_SEC || time->nsec == UTIME_NOW || time->nsec == UTIME_OMIT;
}

/* What the disk can hold: 32 bits. */
static u32 stored_time(const struct new_time *time, u32 old)
{
	if (time->nsec == UTIME_OMIT)
		return old;
	if (time->nsec == UTIME_NOW)
		return now_seconds();
	return (u32)max(min(time->sec, (s64)0xffffffffu), (s64)0);
}

/* Drops the inode's reference. times[0]: access, times[1]: modification. */
static long change_times(struct inode *inode, const struct new_time times[2])
{
	if (IS_ERR(inode))
		return PTR_ERR(inode);
	if (!time_ok(&times[0]) || !time_ok(&times[1])) {
		iput(inode);
		return -EINVAL;
	}
	mutex_lock(&inode->lock);
	inode->atime = stored_time(&times[0], inode->atime);
	inode->mtime = stored_time(&times[1], inode->mtime);
	return end_change(inode);
}

static const struct new_time now_twice[2] = {{0, UTIME_NOW}, {0, UTIME_NOW}};

/* utimensat: a path of 0 means the descriptor itself. */
static long do_utimensat(u32 dfd, u32 path, const struct new_time times[2], u32 flags)
{
	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	if (!path)
		return change_times(fd_inode((int)dfd), times);
	return change_times(user_path_inode((int)dfd, (const char __user *)path, flags), times);
}

/* Two times from user memory, each two words of 32 bits: 0 or -EFAULT. Address 0: now. */
static long get_times(u32 user, struct new_time times[2])
{
	s32 raw[4];

	memcpy(times, now_twice, sizeof(now_twice));
	if (!user)
		return 0;
	if (copy_from_user(raw, (const void __user *)user, sizeof(raw)))
		return -EFAULT;
	times[0] = (struct new_time){raw[0], (u32)raw[1]};
	times[1] = (struct new_time){raw[2], (u32)raw[3]};
	return 0;
}

/* a: directory, b: path, c: two times of 32 bits or 0 for now, d: flags. */
SYSCALL(utimensat)
{
	struct new_time times[2];
	long err = get_times(c, times);

	return err ? err : do_utimensat(a, b, times, d);
}

/* The same with 64-bit times. */
SYSCALL(utimensat_time64)
{
	struct new_time times[2];
	s64 raw[4];

	if (!c)
		return do_utimensat(a, b, now_twice, d);
	if (copy_from_user(raw, (const void __user *)c, sizeof(raw)))
		return -EFAULT;
	times[0] = (struct new_time){raw[0], (u32)raw[1]};
	times[1] = (struct new_time){raw[2], (u32)raw[3]};
	return do_utimensat(a, b, times, d);
}

/* a: path, b: two times in seconds, or 0 for now. */
SYSCALL(utime)
{
	struct new_time times[2];
	s32 raw[2];

	if (!b)
		return do_utimensat((u32)AT_FDCWD, a, now_twice, 0);
	if (copy_from_user(raw, (const void __user *)b, sizeof(raw)))
		return -EFAULT;
	times[0] = (struct new_time){raw[0], 0};
	times[1] = (struct new_time){raw[1], 0};
	return do_utimensat((u32)AT_FDCWD, a, times, 0);
}

/* a: path, b: two times in seconds and microseconds, or 0 for now. */
SYSCALL(utimes)
{
	struct new_time times[2];
	long err = get_times(b, times);

	if (err)
		return err;
	for (int i = 0; b && i < 2; i++) {
		if (times[i].nsec >= USEC_PER_SEC)
			return -EINVAL;
		times[i].nsec *= 1000;
	}
	return do_utimensat((u32)AT_FDCWD, a, times, 0);
}
