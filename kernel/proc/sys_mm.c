/*
 * sys_mm.c - memory system calls: from register arguments to mm/'s functions.
 */
#include "i386/uaccess.h"
#include "fs/vfs/vfs.h"
#include "kernel/errno.h"
#include "mm/mmap.h"
#include "proc/syscall.h"
#include "proc/task.h"

static long map(u32 addr, u32 len, u32 prot, u32 flags, u32 fd, u32 pgoff)
{
	struct file *file;
	long ret;

	if (flags & MAP_ANONYMOUS)
		return mm_mmap(current->mm, NULL, addr, len, prot, flags, pgoff);
	file = fget((int)fd);
	if (!file)
		return -EBADF;
	ret = mm_mmap(current->mm, &file->mf, addr, len, prot, flags, pgoff);
	fput(file);
	return ret;
}

/* mmap2(addr, len, prot, flags, fd, page offset) */
SYSCALL(mmap2)
{
	return map(a, b, c, d, e, f);
}

/* mmap(args): the same six in memory, with the offset in bytes */
SYSCALL(mmap)
{
	u32 args[6];

	if (copy_from_user(args, (void __user *)a, sizeof(args)))
		return -EFAULT;
	if (args[5] % PAGE_SIZE)
		return -EINVAL;
	return map(args[0], args[1], args[2], args[3], args[4], args[5] >> PAGE_SHIFT);
}

SYSCALL(munmap)
{
	return mm_munmap(current->mm, a, b);
}

SYSCALL(brk)
{
	return mm_brk(current->mm, a);
}

/* mprotect(addr, len, prot) */
SYSCALL(mprotect)
{
	return mm_mprotect(current->mm, a, b, c);
}

/* madvise(addr, len, advice) */
SYSCALL(madvise)
{
	return mm_madvise(current->mm, a, b, (int)c);
}

SYSCALL(mlock)
{
	return mm_mlock(current->mm, a, b, 0);
}

/* mlock2(addr, len, flags) */
SYSCALL(mlock2)
{
	return mm_mlock(current->mm, a, b, c);
}

SYSCALL(munlock)
{
	return mm_munlock(current->mm, a, b);
}

SYSCALL(mlockall)
{
	return mm_mlockall(current->mm, a);
}

SYSCALL(munlockall)
{
	return mm_munlockall(current->mm);
}
