/*
 * dir_calls.c - system calls that change directories: they fetch the paths and
 * leave the rest to dirops.c.
 */
#include "i386/uaccess.h"
#include "proc/syscall.h"
#include "fs/vfs/internal.h"

static long do_mkdir(int dfd, u32 path, u32 mode)
{
	char *name = getname((const char __user *)path, false);
	long ret;

	if (IS_ERR(name))
		return PTR_ERR(name);
	ret = vfs_mkdir(dfd, name, mode);
	putname(name);
	return ret;
}

/* a: path, b: mode. */
SYSCALL(mkdir)
{
	return do_mkdir(AT_FDCWD, a, b);
}

/* a: directory, b: path, c: mode. */
SYSCALL(mkdirat)
{
	return do_mkdir((int)a, b, c);
}

static long do_remove(int dfd, u32 path, bool directory)
{
	char *name = getname((const char __user *)path, false);
	long ret;

	if (IS_ERR(name))
		return PTR_ERR(name);
	ret = directory ? vfs_rmdir(dfd, name) : vfs_unlink(dfd, name);
	putname(name);
	return ret;
}

/* a: path. */
SYSCALL(rmdir)
{
	return do_remove(AT_FDCWD, a, true);
}

SYSCALL(unlink)
{
	return do_remove(AT_FDCWD, a, false);
}

/* a: directory, b: path, c: AT_REMOVEDIR or 0. */
SYSCALL(unlinkat)
{
	if (c & ~AT_REMOVEDIR)
		return -EINVAL;
	return do_remove((int)a, b, c & AT_REMOVEDIR);
}

/* Fetches two paths: 0, or errno and nothing to give back. */
static int get_two_names(u32 first, u32 second, char *names[2])
{
	names[0] = getname((const char __user *)first, false);
	if (IS_ERR(names[0]))
		return (int)PTR_ERR(names[0]);
	names[1] = getname((const char __user *)second, false);
	if (!IS_ERR(names[1]))
		return 0;
	putname(names[0]);
	return (int)PTR_ERR(names[1]);
}

static void put_two_names(char *names[2])
{
	putname(names[0]);
	putname(names[1]);
}

static long do_rename(int old_dfd, u32 old_path, int new_dfd, u32 new_path, u32 flags)
{
	char *names[2];
	long ret = get_two_names(old_path, new_path, names);

	if (ret)
		return ret;
	ret = vfs_rename(old_dfd, names[0], new_dfd, names[1], flags);
	put_two_names(names);
	return ret;
}

/* a: old path, b: new path. */
SYSCALL(rename)
{
	return do_rename(AT_FDCWD, a, AT_FDCWD, b, 0);
}

/* a, b: old directory and path, c, d: new ones. */
SYSCALL(renameat)
{
	return do_rename((int)a, b, (int)c, d, 0);
}

/* e: flags. */
SYSCALL(renameat2)
{
	return do_rename((int)a, b, (int)c, d, e);
}

static long do_link(int old_dfd, u32 old_path, int new_dfd, u32 new_path, u32 flags)
{
	char *names[2];
	long ret;

	if (flags & ~AT_SYMLINK_FOLLOW)
		return -EINVAL;
	ret = get_two_names(old_path, new_path, names);
	if (ret)
		return ret;
	ret = vfs_link(old_dfd, names[0], new_dfd, names[1], flags & AT_SYMLINK_FOLLOW);
	put_two_names(names);
	return ret;
}

/* a: existing path, b: new path. */
SYSCALL(link)
{
	return do_link(AT_FDCWD, a, AT_FDCWD, b, 0);
}

/* a, b: existing directory and path, c, d: new ones, e: flags. */
SYSCALL(linkat)
{
	return do_link((int)a, b, (int)c, d, e);
}

static long do_symlink(u32 target, int dfd, u32 path)
{
	char *names[2];
	long ret = get_two_names(target, path, names);

	if (ret)
		return ret;
	ret = vfs_symlink(names[0], dfd, names[1]);
	put_two_names(names);
	return ret;
}

/* a: target, b: path of the link. */
SYSCALL(symlink)
{
	return do_symlink(a, AT_FDCWD, b);
}

/* a: target, b: directory, c: path of the link. */
SYSCALL(symlinkat)
{
	return do_symlink(a, (int)b, c);
}
