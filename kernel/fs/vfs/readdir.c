/*
 * readdir.c - reading directories: getdents and getdents64.
 *
 * The directory's entries come one by one through a callback, which stores each
 * behind the one before it in the program's buffer. It says no to the first that does not
 * fit; the file's position then stands there.
 */
#include "i386/uaccess.h"
#include "proc/syscall.h"
#include "fs/vfs/internal.h"

/* Fixed parts of Linux's records; the name follows, with a NUL. */
struct dirent64 {
	u64 d_ino;
	s64 d_off;
	u16 d_reclen;
	u8 d_type;
	char d_name[];
} __packed;
#define DIRENT64_HEAD 19u
_Static_assert(offsetof(struct dirent64, d_name) == DIRENT64_HEAD, "struct dirent64");

struct dirent32 {
	u32 d_ino, d_off;
	u16 d_reclen;
	char d_name[]; /* the type stands in the record's last byte */
} __packed;
#define DIRENT32_HEAD 10u
_Static_assert(offsetof(struct dirent32, d_name) == DIRENT32_HEAD, "struct dirent32");

struct getdents {
	char __user *buf;
	u32 left, done;
	bool wide; /* getdents64 */
	int err;   /* of the entry that was refused */
};

int file_readdir(struct file *file, void *arg, filldir_fn fill)
{
	struct inode *dir = file->inode;
	int err;

	if (!S_ISDIR(dir->mode) || !file->ops->readdir)
		return -ENOTDIR;
	mutex_lock(&dir->lock);
	err = dir->nlink ? file->ops->readdir(file, arg, fill) : -ENOENT;
	mutex_unlock(&dir->lock);
	return err;
}

static bool put_head64(struct getdents *get, u32 size, loff_t next_pos, u32 ino, u8 type)
{
	struct dirent64 head = {ino, next_pos, (u16)size, type};

	return !copy_to_user(get->buf, &head, DIRENT64_HEAD);
}

static bool put_head32(struct getdents *get, u32 size, loff_t next_pos, u32 ino, u8 type)
{
	struct dirent32 head = {ino, (u32)next_pos, (u16)size};

	return !copy_to_user(get->buf, &head, DIRENT32_HEAD) &&
	       !copy_to_user(get->buf + size - 1, &type, 1);
}

/* Zeroes, so that no kernel memory shows between the name and the next record. */
static bool put_name(struct getdents *get, u32 head, u32 size, const char *name, u32 len)
{
	return !clear_user(get->buf + head + len, size - head - len) &&
	       !copy_to_user(get->buf + head, name, len);
}

static bool put_entry(void *arg, const char *name, unsigned int len, loff_t next_pos, u32 ino,
		      u8 type)
{
	struct getdents *get = arg;
	u32 size;
	bool ok;

	if (get->wide)
		size = round_up(DIRENT64_HEAD + len + 1, 8u);
	else
		size = round_up(DIRENT32_HEAD + len + 2, 4u);
	if (size > get->left) {
		get->err = -EINVAL;
		return false;
	}
	if (get->wide)
		ok = put_name(get, DIRENT64_HEAD, size, name, len) &&
		     put_head64(get, size, next_pos, ino, type);
	else
		ok = put_name(get, DIRENT32_HEAD, size, name, len) &&
		     put_head32(get, size, next_pos, ino, type);
	if (!ok) {
		get->err = -EFAULT;
		return false;
	}
	get->buf += size;
	get->left -= size;
	get->done += size;
	return true;
}

static long do_getdents(u32 fd, u32 buf, u32 size, bool wide)
{
	struct getdents get = {.buf = (char __user *)buf, .left = size, .wide = wide};
	struct file *file = fget((int)fd);
	bool locked;
	long err;

	if (!file)
		return -EBADF;
	locked = file_lock_pos(file);
	err = file->mf.readable ? file_readdir(file, &get, put_entry) : -EBADF;
	file_unlock_pos(file, locked);
	fput(file);
	if (get.done)
		return (long)get.done;
	return err ? err : get.err;
}

/* a: descriptor, b: buffer, c: its size. Bytes stored, 0 at the end. */
SYSCALL(getdents)
{
	return do_getdents(a, b, c, false);
}

SYSCALL(getdents64)
{
	return do_getdents(a, b, c, true);
}
