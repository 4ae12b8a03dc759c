/*
 * open_calls.c - system calls: open and its kin, ioctl.
 */
#include "i386/uaccess.h"
#include "proc/syscall.h"
#include "fs/vfs/internal.h"
#include "fs/tty/ioctl.h"
#include "proc/task.h"

#define FILE_SIZE_LEFT_MAX 0x7fffffff

static long open_at(int dfd, u32 path, u32 flags, u32 mode)
{
	char *name = getname((const char __user *)path, false);
	struct file *file;
	int fd;

	if (IS_ERR(name))
		return PTR_ERR(name);
	file = do_open(dfd, name, flags, mode);
	putname(name);
	if (IS_ERR(file))
		return PTR_ERR(file);
	fd = fd_install(file, 0, flags & O_CLOEXEC);
	if (fd < 0)
		fput(file);
	return fd;
}

/* a: path, b: flags, c: mode. */
SYSCALL(open)
{
	return open_at(AT_FDCWD, a, b, c);
}

/* a: directory, b: path, c: flags, d: mode. */
SYSCALL(openat)
{
	return open_at((int)a, b, c, d);
}

/* a: path, b: mode. */
SYSCALL(creat)
{
	return open_at(AT_FDCWD, a, O_CREAT | O_WRONLY | O_TRUNC, b);
}

static long set_nonblock(struct file *file, u32 arg)
{
	u32 on;

	if (get_user_u32(&on, (const u32 __user *)arg))
		return -EFAULT;
	if (on)
		file->flags |= O_NONBLOCK;
	else
		file->flags &= ~(unsigned int)O_NONBLOCK;
	return 0;
}

/* FIONREAD on a regular file: bytes up to its end. */
static long bytes_left(struct file *file, u32 arg)
{
	loff_t left = file->inode->mapping.size - file->pos;

	if (left < 0)
		left = 0;
	return put_user_u32((u32)min(left, (loff_t)FILE_SIZE_LEFT_MAX), (u32 __user *)arg);
}

static long do_ioctl(struct file *file, u32 fd, u32 cmd, u32 arg)
{
	u32 bit = 1u << (fd % 32);

	switch (cmd) {
	case FIOCLEX:
		current->files->close_on_exec[fd / 32] |= bit;
		return 0;
	case FIONCLEX:
		current->files->close_on_exec[fd / 32] &= ~bit;
		return 0;
	case FIONBIO:
		return set_nonblock(file, arg);
	case FIONREAD:
		if (S_ISREG(file->inode->mode))
			return bytes_left(file, arg);
		break;
	default:
		break;
	}
	return file->ops->ioctl ? file->ops->ioctl(file, cmd, arg) : -ENOTTY;
}

/* a: descriptor, b: request, c: argument. */
SYSCALL(ioctl)
{
	struct file *file = fget((int)a);
	long ret;

	if (!file)
		return -EBADF;
	ret = file->flags & O_PATH ? -EBADF : do_ioctl(file, a, b, c);
	fput(file);
	return ret;
}
