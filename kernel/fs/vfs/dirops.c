/*
 * dirops.c - changing directories by name: the rules that hold for any file
 * system. What an entry looks like is the file system's business.
 *
 * A directory's lock is held while one of its entries changes. Only rmdir and
 * rename hold more than one; both first take tree_lock, so they cannot wait for each
 * other crosswise, and nobody moves a directory while its ancestors are looked at.
 * An inode that loses its last name here goes when its last user lets go of it:
 * outside the locks, as that takes disk accesses.
 */
#include "fs/vfs/internal.h"
#include "kernel/string.h"
#include "proc/task.h"

#define RENAME_NOREPLACE 1u
#define MAX_TREE_DEPTH	 4096 /* a damaged disk could make ".." run in circles */

static DEFINE_MUTEX(tree_lock);

/* May entries of `dir` change? It may have been removed while the caller held it. */
static int check_dir_writable(const struct inode *dir)
{
	if (!S_ISDIR(dir->mode))
		return -ENOTDIR;
	if (dir->sb->read_only)
		return -EROFS;
	return dir->nlink == 0 ? -ENOENT : 0;
}

/* The same for a new entry of this name. The directory's lock is held. */
static int check_new_entry(struct inode *dir, const char *name, unsigned int len)
{
	struct inode *there;
	int err = check_dir_writable(dir);

	if (err)
		return err;
	there = dir->i_op->lookup(dir, name, len);
	if (!IS_ERR(there)) {
		iput(there);
		return -EEXIST;
	}
	return PTR_ERR(there) == -ENOENT ? 0 : (int)PTR_ERR(there);
}

int vfs_create(struct inode *dir, const char *name, unsigned int len, u32 mode, struct inode **out)
{
	int err;

	mutex_lock(&dir->lock);
	err = check_new_entry(dir, name, len);
	if (!err)
		err = dir->i_op->create ? dir->i_op->create(dir, name, len, mode, out) : -EACCES;
	mutex_unlock(&dir->lock);
	return err;
}

/*
 * Walks to where a new entry is to be made. 0, -EEXIST when something is there, or
 * another errno; path_walk_end() in any case. Only a directory's name may end in a slash.
 */
static int walk_to_new(struct path_walk *walk, int dfd, const char *path, bool directory)
{
	int err = path_walk(walk, dfd, path, 0);

	if (err)
		return err;
	if (walk->found)
		return -EEXIST;
	if (walk->slash && !directory)
		return -ENOENT;
	return check_dir_writable(walk->at);
}

int vfs_mkdir(int dfd, const char *path, u32 mode)
{
	struct path_walk walk;
	struct inode *dir;
	int err = walk_to_new(&walk, dfd, path, true);

	if (err)
		goto out_end;
	dir = walk.at;
	if (current->fs)
		mode &= ~current->fs->umask;
	mutex_lock(&dir->lock);
	err = check_new_entry(dir, walk.name, walk.len);
	if (!err)
		err = dir->i_op->mkdir
			      ? dir->i_op->mkdir(dir, walk.name, walk.len, S_IFDIR | (mode & 01777))
			      : -EPERM;
	mutex_unlock(&dir->lock);
out_end:
	path_walk_end(&walk);
	return err;
}

int vfs_symlink(const char *target, int dfd, const char *path)
{
	struct path_walk walk;
	struct inode *dir;
	int err;

	if (!*target)
		return -ENOENT;
	err = walk_to_new(&walk, dfd, path, false);
	if (err)
		goto out_end;
	dir = walk.at;
	mutex_lock(&dir->lock);
	err = check_new_entry(dir, walk.name, walk.len);
	if (!err)
		err = dir->i_op->symlink ? dir->i_op->symlink(dir, walk.name, walk.len, target)
					 : -EPERM;
	mutex_unlock(&dir->lock);
out_end:
	path_walk_end(&walk);
	return err;
}

int vfs_link(int old_dfd, const char *old_path, int new_dfd, const char *new_path, bool follow)
{
	struct inode *target = path_inode(old_dfd, old_path, follow);
	struct path_walk walk;
	struct inode *dir;
	int err;

	if (IS_ERR(target))
		return (int)PTR_ERR(target);
	err = walk_to_new(&walk, new_dfd, new_path, false);
	if (err)
		goto out_end;
	dir = walk.at;
	err = -EPERM;
	if (S_ISDIR(target->mode))
		goto out_end;
	err = -EXDEV;
	if (target->sb != dir->sb)
		goto out_end;
	mutex_lock(&dir->lock);
	err = check_new_entry(dir, walk.name, walk.len);
	if (!err && target->nlink == 0)
		err = -ENOENT;
	if (!err)
		err = dir->i_op->link ? dir->i_op->link(dir, walk.name, walk.len, target) : -EPERM;
	mutex_unlock(&dir->lock);
out_end:
	path_walk_end(&walk);
	iput(target);
	return err;
}

/* Is the thing found the top of a file system, and so not to be removed or renamed? */
static bool is_mount_point(const struct inode *inode)
{
	return inode == vfs_root() || is_graft_root(inode);
}

int vfs_unlink(int dfd, const char *path)
{
	struct path_walk walk;
	struct inode *dir;
	int err = path_walk(&walk, dfd, path, 0);

	if (!err && !walk.found)
		err = -ENOENT;
	if (err)
		goto out_end;
	err = -EISDIR;
	if (walk.type != LAST_NAME || S_ISDIR(walk.found->mode))
		goto out_end;
	err = -EPERM;
	if (walk.found->swapfile)
		goto out_end;
	dir = walk.at;
	mutex_lock(&dir->lock);
	err = check_dir_writable(dir);
	if (!err)
		err = dir->i_op->unlink ? dir->i_op->unlink(dir, walk.name, walk.len) : -EPERM;
	mutex_unlock(&dir->lock);
out_end:
	path_walk_end(&walk);
	return err;
}

/* Does the name still stand for what the walk found? The directory's lock is held. */
static int recheck_entry(const struct path_walk *walk)
{
	struct inode *now = walk->at->i_op->lookup(walk->at, walk->name, walk->len);
	int err = 0;

	if (IS_ERR(now)) {
		err = (int)PTR_ERR(now);
		return err == -ENOENT && !walk->found ? 0 : err;
	}
	if (now != walk->found)
		err = walk->found ? -ENOENT : -EEXIST;
	iput(now);
	return err;
}

/* A damaged disk: the entry found leads to the directory that it stands in. */
static bool names_itself(const struct path_walk *walk)
{
	return walk->type == LAST_NAME && walk->found == walk->at;
}

static int check_rmdir(const struct path_walk *walk)
{
	if (!walk->found)
		return -ENOENT;
	if (walk->type == LAST_DOT)
		return -EINVAL;
	if (walk->type == LAST_DOTDOT)
		return -ENOTEMPTY;
	if (!S_ISDIR(walk->found->mode))
		return -ENOTDIR;
	if (is_mount_point(walk->found))
		return -EBUSY;
	return names_itself(walk) ? -EIO : 0;
}

int vfs_rmdir(int dfd, const char *path)
{
	struct path_walk walk;
	struct inode *dir, *victim;
	int err = path_walk(&walk, dfd, path, 0);

	if (!err)
		err = check_rmdir(&walk);
	if (err)
		goto out_end;
	dir = walk.at;
	victim = walk.found;
	mutex_lock(&tree_lock);
	mutex_lock(&dir->lock);
	mutex_lock(&victim->lock);
	err = check_dir_writable(dir);
	if (!err)
		err = recheck_entry(&walk);
	if (!err)
		err = dir->i_op->rmdir ? dir->i_op->rmdir(dir, walk.name, walk.len) : -EPERM;
	mutex_unlock(&victim->lock);
	mutex_unlock(&dir->lock);
	mutex_unlock(&tree_lock);
out_end:
	path_walk_end(&walk);
	return err;
}

/* Does `dir` lie in or below `top`? 1, 0 or errno. tree_lock held, no directory's. */
static int lies_below(struct inode *dir, const struct inode *top)
{
	struct inode *at = iget_ref(dir), *parent;
	int depth;

	for (depth = 0; depth < MAX_TREE_DEPTH; depth++) {
		if (at == top || at == vfs_root()) {
			iput(at);
			return at == top;
		}
		parent = dir_lookup(at, "..", 2);
		iput(at);
		cond_resched();
		if (IS_ERR(parent))
			return (int)PTR_ERR(parent);
		at = parent;
	}
	iput(at);
	return -EIO;
}

/* May the source go to the target? What both walks found is checked, and the tree above. */
static int check_rename(const struct path_walk *from, const struct path_walk *to, bool replace)
{
	const struct inode *source = from->found, *victim = to->found;
	int ret;

	if (!source)
		return -ENOENT;
	if (from->type != LAST_NAME || to->type != LAST_NAME || is_mount_point(source) ||
	    (victim && is_mount_point(victim)))
		return -EBUSY;
	if (from->at->sb != to->at->sb)
		return -EXDEV;
	if (names_itself(from) || names_itself(to))
		return -EIO;
	if (victim && !replace)
		return -EEXIST;
	if (source->swapfile || (victim && victim->swapfile))
		return -EPERM;
	if (!S_ISDIR(source->mode)) {
		if (from->slash || to->slash)
			return -ENOTDIR;
		return victim && S_ISDIR(victim->mode) ? -EISDIR : 0;
	}
	if (victim && !S_ISDIR(victim->mode))
		return -ENOTDIR;
	ret = lies_below(to->at, source);
	if (ret)
		return ret < 0 ? ret : -EINVAL;
	if (!victim)
		return 0;
	ret = lies_below(from->at, victim);
	return ret > 0 ? -ENOTEMPTY : ret;
}

/* The change itself, with up to three directories locked. tree_lock held. */
static int rename_locked(struct path_walk *from, struct path_walk *to)
{
	struct inode *from_dir = from->at, *to_dir = to->at;
	struct inode *victim = to->found && S_ISDIR(to->found->mode) ? to->found : NULL;
	int err;

	mutex_lock(&from_dir->lock);
	if (to_dir != from_dir)
		mutex_lock(&to_dir->lock);
	if (victim)
		mutex_lock(&victim->lock);
	err = check_dir_writable(from_dir);
	if (!err)
		err = check_dir_writable(to_dir);
	if (!err)
		err = recheck_entry(from);
	if (!err)
		err = recheck_entry(to);
	if (!err)
		err = from_dir->i_op->rename
			      ? from_dir->i_op->rename(from_dir, from->name, from->len, to_dir,
						       to->name, to->len)
			      : -EPERM;
	if (victim)
		mutex_unlock(&victim->lock);
	if (to_dir != from_dir)
		mutex_unlock(&to_dir->lock);
	mutex_unlock(&from_dir->lock);
	return err;
}

int vfs_rename(int old_dfd, const char *old_path, int new_dfd, const char *new_path,
	       unsigned int flags)
{
	struct path_walk from, to;
	int err;

	if (flags & ~RENAME_NOREPLACE)
		return -EINVAL;
	err = path_walk(&from, old_dfd, old_path, 0);
	if (err)
		goto out_end_from;
	err = path_walk(&to, new_dfd, new_path, 0);
	if (err)
		goto out_end_to;
	mutex_lock(&tree_lock);
	err = check_rename(&from, &to, !(flags & RENAME_NOREPLACE));
	if (!err && from.found != to.found) /* two names of one file: nothing to do */
		err = rename_locked(&from, &to);
	mutex_unlock(&tree_lock);
out_end_to:
	path_walk_end(&to);
out_end_from:
	path_walk_end(&from);
	return err;
}
