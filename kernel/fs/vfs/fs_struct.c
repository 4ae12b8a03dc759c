/*
 * fs_struct.c - where a process stands: working directory and umask.
 *
 * The working directory is an inode and, for getcwd(), its canonical path. A rename
 * above it makes the path stale; getcwd() notices, as the path then leads elsewhere,
 * and finds the name anew by climbing to the root.
 */
#include "i386/uaccess.h"
#include "proc/syscall.h"
#include "fs/vfs/internal.h"
#include "kernel/string.h"
#include "mm/slab.h"
#include "proc/task.h"

#define DEFAULT_UMASK 022u
#define MAX_DEPTH     (PATH_MAX / 2) /* directories on the longest path */

/* fork: a copy. NULL as `old`: the root directory. */
struct fs_struct *fs_dup(struct fs_struct *old)
{
	struct fs_struct *fs = kzalloc(sizeof(*fs), GFP_KERNEL);
	struct inode *cwd = old ? old->cwd : vfs_root();

	if (!fs)
		return NULL;
	fs->cwd_path = kstrdup(old ? old->cwd_path : "/", GFP_KERNEL);
	if (!fs->cwd_path || !cwd) {
		kfree(fs->cwd_path);
		kfree(fs);
		return NULL;
	}
	atomic_set(&fs->count, 1);
	fs->cwd = iget_ref(cwd);
	fs->umask = old ? old->umask : DEFAULT_UMASK;
	return fs;
}

void fs_put(struct fs_struct *fs)
{
	if (!fs || !atomic_dec_and_test(&fs->count))
		return;
	iput(fs->cwd);
	kfree(fs->cwd_path);
	kfree(fs);
}

/* Takes over the reference on `dir`. 0 or -ENOMEM (the reference is dropped). */
static int set_cwd(struct inode *dir, const char *path)
{
	struct fs_struct *fs = current->fs;
	char *copy = kstrdup(*path ? path : "/", GFP_KERNEL);
	struct inode *old = fs->cwd;

	if (!copy) {
		iput(dir);
		return -ENOMEM;
	}
	kfree(fs->cwd_path);
	fs->cwd_path = copy;
	fs->cwd = dir;
	iput(old);
	return 0;
}

SYSCALL(chdir)
{
	char *path = getname((const char __user *)a, false);
	struct path_walk walk;
	int err;

	if (IS_ERR(path))
		return PTR_ERR(path);
	err = path_walk(&walk, AT_FDCWD, path, WALK_FOLLOW | WALK_ABS);
	if (!err && !walk.found)
		err = -ENOENT;
	if (!err && !S_ISDIR(walk.found->mode))
		err = -ENOTDIR;
	if (!err)
		err = path_walk_abs(&walk);
	if (!err)
		err = set_cwd(iget_ref(walk.found), walk.abs);
	path_walk_end(&walk);
	putname(path);
	return err;
}

SYSCALL(fchdir)
{
	struct file *file = fget((int)a);
	int err = -ENOTDIR;

	if (!file)
		return -EBADF;
	if (S_ISDIR(file->inode->mode))
		err = set_cwd(iget_ref(file->inode), file->mf.path);
	fput(file);
	return err;
}

struct find_name {
	u32 ino;
	char *name; /* NAME_MAX + 1 bytes */
	bool found;
};

static bool match_ino(void *arg, const char *name, unsigned int len, loff_t next_pos, u32 ino,
		      u8 type)
{
	struct find_name *find = arg;

	(void)next_pos;
	(void)type;
	if (ino != find->ino || (len == 1 && name[0] == '.') ||
	    (len == 2 && name[0] == '.' && name[1] == '.') || len > NAME_MAX)
		return true;
	memcpy(find->name, name, len);
	find->name[len] = '\0';
	find->found = true;
	return false;
}

/* The name under which `dir` stands in `parent`: 0 or -ENOENT, ... */
static int name_in_parent(struct inode *parent, const struct inode *dir, char *name)
{
	struct find_name find = {.ino = dir->ino, .name = name};
	struct file *file = file_make(iget_ref(parent), "/", O_RDONLY);
	int err;

	if (IS_ERR(file))
		return (int)PTR_ERR(file);
	err = file_readdir(file, &find, match_ino);
	fput(file);
	return err ? err : find.found ? 0 : -ENOENT;
}

/* Builds the path of the disk directory `dir` backwards from the end of buf. Start or ERR_PTR. */
static char *climb(struct inode *dir, char *buf, char *name)
{
	char *start = buf + PATH_MAX - 1;
	struct inode *at = iget_ref(dir), *parent;
	int depth, err = 0;
	size_t len;

	*start = '\0';
	for (depth = 0; at != vfs_root(); depth++) {
		parent = depth < MAX_DEPTH ? dir_lookup(at, "..", 2) : ERR_PTR(-ELOOP);
		err = IS_ERR(parent) ? (int)PTR_ERR(parent) : name_in_parent(parent, at, name);
		iput(at);
		at = IS_ERR(parent) ? NULL : parent;
		if (err)
			break;
		len = strlen(name) + 1;
		if (len > (size_t)(start - buf)) {
			err = -ENAMETOOLONG;
			break;
		}
		start -= len;
		*start = '/';
		memcpy(start + 1, name, len - 1);
	}
	iput(at);
	if (err)
		return ERR_PTR(err);
	return *start ? start : (char *)"/";
}

/* Puts a fresh path in place of one that does not lead to the working directory any more. */
static int refresh_cwd_path(struct fs_struct *fs)
{
	struct inode *there = path_lookup(fs->cwd_path, true);
	bool stale = there != fs->cwd;
	char *buf, *path, *copy;

	if (!IS_ERR(there))
		iput(there);
	if (!stale || fs->cwd->sb != vfs_root()->sb)
		return 0;
	buf = kmalloc(PATH_MAX + NAME_MAX + 1, GFP_KERNEL);
	if (!buf)
		return -ENOMEM;
	path = climb(fs->cwd, buf, buf + PATH_MAX);
	copy = IS_ERR(path) ? NULL : kstrdup(path, GFP_KERNEL);
	kfree(buf);
	if (IS_ERR(path))
		return (int)PTR_ERR(path);
	if (!copy)
		return -ENOMEM;
	kfree(fs->cwd_path);
	fs->cwd_path = copy;
	return 0;
}

/* a: buffer, b: its size. Bytes stored, with the NUL. */
SYSCALL(getcwd)
{
	struct fs_struct *fs = current->fs;
	size_t len;
	int err;

	if (fs->cwd->nlink == 0)
		return -ENOENT;
	err = refresh_cwd_path(fs);
	if (err)
		return err;
	len = strlen(fs->cwd_path) + 1;
	if (len > b)
		return -ERANGE;
	return copy_to_user((char __user *)a, fs->cwd_path, len) ? -EFAULT : (long)len;
}

SYSCALL(umask)
{
	u32 old = current->fs->umask;

	current->fs->umask = a & 0777;
	return (long)old;
}
