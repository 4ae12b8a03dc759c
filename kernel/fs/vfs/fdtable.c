/*
 * fdtable.c - file descriptors: the table that the tasks of a process share, and
 * the calls that only move descriptors about.
 *
 * A slot holds one reference on its file. Slots change without sleeping, and the
 * kernel is not preempted, so the table needs no lock. Only the first `nr` slots hold
 * anything, valid or NULL; the rest of the table is not even cleared, as fork and exit
 * would pay for it.
 */
#include "proc/syscall.h"
#include "fs/vfs/internal.h"
#include "kernel/string.h"
#include "mm/slab.h"
#include "proc/task.h"

#define RLIMIT_NOFILE 7

#define F_DUPFD		0
#define F_GETFD		1
#define F_SETFD		2
#define F_GETFL		3
#define F_SETFL		4
#define F_DUPFD_CLOEXEC 1030
#define FD_CLOEXEC	1u
#define SETFL_MASK	(O_APPEND | O_NONBLOCK)

static void set_cloexec(struct files_struct *files, int fd, bool on)
{
	u32 bit = 1u << (fd % 32);

	if (on)
		files->close_on_exec[fd / 32] |= bit;
	else
		files->close_on_exec[fd / 32] &= ~bit;
}

static bool get_cloexec(const struct files_struct *files, int fd)
{
	return files->close_on_exec[fd / 32] >> (fd % 32) & 1;
}

struct file *fget(int fd)
{
	struct files_struct *files = current->files;
	struct file *file = files ? files_slot(files, (unsigned int)fd) : NULL;

	return file ? get_file(file) : NULL;
}

/* Makes slot `fd` one of the valid ones. */
static void open_slot(struct files_struct *files, unsigned int fd)
{
	while (files->nr <= fd)
		files->fd[files->nr++] = NULL;
}

/* First descriptor that may not be used. */
static int fd_limit(void)
{
	u64 limit = current->rlim[RLIMIT_NOFILE].cur;

	return limit < NR_OPEN ? (int)limit : NR_OPEN;
}

int fd_install(struct file *file, int from, bool cloexec)
{
	struct files_struct *files = current->files;
	int fd, limit = fd_limit();

	for (fd = from; fd < limit; fd++) {
		if (files_slot(files, (unsigned int)fd))
			continue;
		open_slot(files, (unsigned int)fd);
		files->fd[fd] = file;
		set_cloexec(files, fd, cloexec);
		return fd;
	}
	return -EMFILE;
}

/* fork: a table of its own with the same files. NULL as `old`: an empty table. */
struct files_struct *files_dup(struct files_struct *old)
{
	struct files_struct *files = kmalloc(sizeof(*files), GFP_KERNEL);
	unsigned int fd;

	if (!files)
		return NULL;
	atomic_set(&files->count, 1);
	files->nr = old ? old->nr : 0;
	if (!old) {
		memset(files->close_on_exec, 0, sizeof(files->close_on_exec));
		return files;
	}
	memcpy(files->close_on_exec, old->close_on_exec, sizeof(files->close_on_exec));
	for (fd = 0; fd < files->nr; fd++)
		files->fd[fd] = old->fd[fd] ? get_file(old->fd[fd]) : NULL;
	return files;
}

/* A descriptor is gone: the record locks that the process has on the file go, then the reference.
 */
static void filp_close(struct files_struct *files, struct file *file)
{
	locks_remove(file->inode, files);
	fput(file);
}

void files_put(struct files_struct *files)
{
	unsigned int fd;

	if (!files || !atomic_dec_and_test(&files->count))
		return;
	for (fd = 0; fd < files->nr; fd++) {
		if (files->fd[fd])
			filp_close(files, files->fd[fd]);
	}
	kfree(files);
}

/* Empties a slot and drops its file. 0 or -EBADF. */
static int close_fd(struct files_struct *files, unsigned int fd)
{
	struct file *file = files_slot(files, fd);

	if (!file)
		return -EBADF;
	files->fd[fd] = NULL;
	set_cloexec(files, (int)fd, false);
	filp_close(files, file);
	return 0;
}

void files_close_on_exec(struct files_struct *files)
{
	unsigned int word;

	for (word = 0; word < NR_OPEN / 32; word++) {
		while (files->close_on_exec[word])
			close_fd(files, word * 32 + __ffs(files->close_on_exec[word]));
	}
}

SYSCALL(close)
{
	return close_fd(current->files, a);
}

/* Puts the file of `old` at `fd`, closing what is there. */
static long dup_to(u32 old, u32 fd, bool cloexec)
{
	struct file *file = fget((int)old), *replaced;

	if (!file)
		return -EBADF;
	if (fd >= (u32)fd_limit()) {
		fput(file);
		return -EBADF;
	}
	open_slot(current->files, fd);
	replaced = current->files->fd[fd];
	current->files->fd[fd] = file;
	set_cloexec(current->files, (int)fd, cloexec);
	if (replaced)
		filp_close(current->files, replaced);
	return (long)fd;
}

/* Another descriptor, `from` or above, for the same file. */
static long dup_from(u32 old, u32 from, bool cloexec)
{
	struct file *file = fget((int)old);
	int fd;

	if (!file)
		return -EBADF;
	fd = from >= (u32)fd_limit() ? -EINVAL : fd_install(file, (int)from, cloexec);
	if (fd < 0)
		fput(file);
	return fd;
}

SYSCALL(dup)
{
	return dup_from(a, 0, false);
}

SYSCALL(dup2)
{
	struct file *file;

	if (a != b)
		return dup_to(a, b, false);
	file = fget((int)a);
	if (!file)
		return -EBADF;
	fput(file);
	return (long)b;
}

SYSCALL(dup3)
{
	if (c & ~O_CLOEXEC || a == b)
		return -EINVAL;
	return dup_to(a, b, c & O_CLOEXEC);
}

static long set_flags(struct file *file, u32 flags)
{
	file->flags = (file->flags & ~SETFL_MASK) | (flags & SETFL_MASK);
	return 0;
}

/* a: descriptor, b: command, c: argument. */
SYSCALL(fcntl64)
{
	struct file *file = fget((int)a);
	long ret = 0;

	if (!file)
		return -EBADF;
	switch (b) {
	case F_DUPFD:
	case F_DUPFD_CLOEXEC:
		ret = dup_from(a, c, b == F_DUPFD_CLOEXEC);
		break;
	case F_GETFD:
		ret = get_cloexec(current->files, (int)a) ? FD_CLOEXEC : 0;
		break;
	case F_SETFD:
		set_cloexec(current->files, (int)a, c & FD_CLOEXEC);
		break;
	case F_GETFL:
		ret = (long)file->flags;
		break;
	case F_SETFL:
		ret = set_flags(file, c);
		break;
	default:
		ret = fcntl_lock((int)a, file, b, (void __user *)c);
	}
	fput(file);
	return ret;
}
