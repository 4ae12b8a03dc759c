/*
 * fs_struct.c - where a process stands: working directory and umask.
 *
 * The working directory is an inode and, for getcwd(), its canonical path: together a place, which
 * is counted, as other threads may leave it while one that sleeps still looks at it. A rename
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

/* A place with one reference; takes over that on `inode`. NULL: out of memory, and it is dropped.
 */
static struct fs_place *make_place(struct inode *inode, const char *path)
{
	size_t size = strlen(path) + 1;
	struct fs_place *place = kmalloc(sizeof(*place) + size, GFP_KERNEL);

	if (!place) {
		iput(inode);
		return NULL;
	}
	atomic_set(&place->count, 1);
	place->inode = inode;
	memcpy(place->path, path, size);
	return place;
}

struct fs_place *fs_get_cwd(struct fs_struct *fs)
{
	struct fs_place *place;

	spin_lock(&fs->lock);
	place = fs->cwd;
	atomic_inc(&place->count);
	spin_unlock(&fs->lock);
	return place;
}

void fs_put_place(struct fs_place *place)
{
	if (!atomic_dec_and_test(&place->count))
		return;
	iput(place->inode);
	kfree(place);
}

/*
 * Stands at `place`, whose reference is taken over; with `from`, only if nobody has moved from
 * there meanwhile.
 */
static void set_place(struct fs_struct *fs, struct fs_place *place, const struct fs_place *from)
{
	struct fs_place *out = place;

	spin_lock(&fs->lock);
	if (!from || fs->cwd == from) {
		out = fs->cwd;
		fs->cwd = place;
	}
	spin_unlock(&fs->lock);
	fs_put_place(out);
}

/* fork: a copy. NULL as `old`: the root directory. */
struct fs_struct *fs_dup(struct fs_struct *old)
{
	struct fs_struct *fs = kmalloc(sizeof(*fs), GFP_KERNEL);
	struct inode *root = vfs_root();

	if (!fs)
		return NULL;
	if (old)
		fs->cwd = fs_get_cwd(old);
	else
		fs->cwd = root ? make_place(iget_ref(root), "/") : NULL;
	if (!fs->cwd) {
		kfree(fs);
		return NULL;
	}
	atomic_set(&fs->count, 1);
	spin_lock_init(&fs->lock, "fs_struct");
	fs->umask = old ? old->umask : DEFAULT_UMASK;
	return fs;
}

void fs_put(struct fs_struct *fs)
{
	if (!fs || !atomic_dec_and_test(&fs->count))
		return;
	fs_put_place(fs->cwd);
	kfree(fs);
}

/* Takes over the reference on `dir`. 0 or -ENOMEM (the reference is dropped). */
static int set_cwd(struct inode *dir, const char *path)
{
	struct fs_place *place = make_place(dir, *path ? path : "/");

	if (!place)
		return -ENOMEM;
	set_place(current->fs, place, NULL);
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

/* The working directory under the path that leads to it now: referenced, or ERR_PTR. */
static struct fs_place *current_place(struct fs_struct *fs)
{
	struct fs_place *old = fs_get_cwd(fs), *place = old;
	struct inode *there = path_lookup(old->path, true);
	bool stale = there != old->inode && old->inode->sb == vfs_root()->sb && old->inode->nlink;
	char *buf, *path;

	if (!IS_ERR(there))
		iput(there);
	if (!stale)
		return old;
	buf = kmalloc(PATH_MAX + NAME_MAX + 1, GFP_KERNEL);
	path = buf ? climb(old->inode, buf, buf + PATH_MAX) : ERR_PTR(-ENOMEM);
	if (IS_ERR(path))
		place = (struct fs_place *)path;
	else
		place = make_place(iget_ref(old->inode), path);
	kfree(buf);
	if (!place)
		place = ERR_PTR(-ENOMEM);
	if (!IS_ERR(place)) {
		atomic_inc(&place->count);
		set_place(fs, place, old);
	}
	fs_put_place(old);
	return place;
}

/* a: buffer, b: its size. Bytes stored, with the NUL. */
SYSCALL(getcwd)
{
	struct fs_place *place = current_place(current->fs);
	size_t len;
	long ret;

	if (IS_ERR(place))
		return PTR_ERR(place);
	len = strlen(place->path) + 1;
	if (place->inode->nlink == 0)
		ret = -ENOENT;
	else if (len > b)
		ret = -ERANGE;
	else
		ret = copy_to_user((char __user *)a, place->path, len) ? -EFAULT : (long)len;
	fs_put_place(place);
	return ret;
}

SYSCALL(umask)
{
	u32 old = current->fs->umask;

	current->fs->umask = a & 0777;
	return (long)old;
}
