/*
 * namei.c - from a path to an inode.
 *
 * A walk stands in a directory (`at`) and takes one component after the other
 * from the rest of the path. A symlink puts its text in front of what is left:
 *
 *   at = /usr, rest = "lib/x", usr/lib -> "../lib32"   =>   at = /usr, rest = "../lib32/x"
 *
 * so the walk is a loop, with the 40 symlinks that Linux allows as its bound. On the way it
 * keeps, when asked, the canonical path of `at`: without symlinks, "." and "..".
 * There is no dentry cache; each component is one search of a directory.
 */
#include "i386/uaccess.h"
#include "fs/vfs/internal.h"
#include "kernel/string.h"
#include "mm/slab.h"
#include "proc/task.h"

#define MAX_SYMLINKS 40 /* Linux's MAXSYMLINKS */

char *getname(const char __user *path, bool empty_ok)
{
	char *name = kmalloc(PATH_MAX, GFP_KERNEL);
	long len;

	if (!name)
		return ERR_PTR(-ENOMEM);
	len = strncpy_from_user(name, path, PATH_MAX);
	if (len == PATH_MAX)
		len = -ENAMETOOLONG;
	else if (len == 0 && !empty_ok)
		len = -ENOENT;
	if (len < 0) {
		kfree(name);
		return ERR_PTR(len);
	}
	return name;
}

void putname(char *name)
{
	kfree(name);
}

struct inode *dir_lookup(struct inode *dir, const char *name, unsigned int len)
{
	struct inode *inode;

	if (!S_ISDIR(dir->mode))
		return ERR_PTR(-ENOTDIR);
	if (len > NAME_MAX)
		return ERR_PTR(-ENAMETOOLONG);
	if (dir == vfs_root()) {
		inode = graft_lookup(name, len);
		if (inode)
			return iget_ref(inode);
	}
	mutex_lock(&dir->lock);
	inode = dir->i_op->lookup(dir, name, len);
	mutex_unlock(&dir->lock);
	return inode;
}

/* The directory above `dir`: the root is its own, and the root of a graft lies in the root. */
static struct inode *dir_parent(struct inode *dir)
{
	if (dir == vfs_root() || is_graft_root(dir))
		return iget_ref(vfs_root());
	return dir_lookup(dir, "..", 2);
}

/* Canonical path: one component more, or one less. "" stands for the root. */
static int abs_append(char *abs, const char *name, unsigned int len)
{
	size_t end = strlen(abs);

	if (end + 1 + len >= PATH_MAX)
		return -ENAMETOOLONG;
	abs[end] = '/';
	memcpy(abs + end + 1, name, len);
	abs[end + 1 + len] = '\0';
	return 0;
}

static void abs_strip(char *abs)
{
	char *slash = strrchr(abs, '/');

	if (slash)
		*slash = '\0';
}

static void abs_set(struct path_walk *walk, const char *path)
{
	if (walk->abs)
		strlcpy(walk->abs, path[0] == '/' && path[1] == '\0' ? "" : path, PATH_MAX);
}

/* Moves the walk to `inode`, whose reference it takes over. */
static void walk_to(struct path_walk *walk, struct inode *inode)
{
	iput(walk->at);
	walk->at = inode;
}

static int start_at_root(struct path_walk *walk)
{
	struct inode *root = vfs_root();

	if (!root)
		return -ENOENT;
	walk_to(walk, iget_ref(root));
	abs_set(walk, "");
	return 0;
}

static int start_at_fd(struct path_walk *walk, int dfd)
{
	struct file *file = fget(dfd);
	int err = 0;

	if (!file)
		return -EBADF;
	if (S_ISDIR(file->inode->mode) || !*walk->rest) {
		walk_to(walk, iget_ref(file->inode));
		abs_set(walk, file->mf.path);
	} else {
		err = -ENOTDIR;
	}
	fput(file);
	return err;
}

static void start_at_place(struct path_walk *walk, struct fs_struct *fs)
{
	struct fs_place *place = fs_get_cwd(fs);

	walk_to(walk, iget_ref(place->inode));
	abs_set(walk, place->path);
	fs_put_place(place);
}

static int walk_start(struct path_walk *walk, int dfd)
{
	if (*walk->rest == '/' || (dfd == AT_FDCWD && !current->fs))
		return start_at_root(walk);
	if (dfd != AT_FDCWD)
		return start_at_fd(walk, dfd);
	start_at_place(walk, current->fs);
	return 0;
}

/* Cuts the next component off the rest. False when there is none left. */
static bool next_component(struct path_walk *walk)
{
	const char *s = walk->rest;

	while (*s == '/')
		s++;
	walk->name = s;
	while (*s && *s != '/')
		s++;
	walk->len = (unsigned int)(s - walk->name);
	walk->slash = *s == '/';
	while (*s == '/')
		s++;
	walk->rest = s;
	if (walk->len == 1 && walk->name[0] == '.')
		walk->type = LAST_DOT;
	else if (walk->len == 2 && walk->name[0] == '.' && walk->name[1] == '.')
		walk->type = LAST_DOTDOT;
	else
		walk->type = LAST_NAME;
	return walk->len > 0;
}

/* "." or "..": stands still or goes up. */
static int step_dot(struct path_walk *walk)
{
	struct inode *parent;

	if (!S_ISDIR(walk->at->mode))
		return -ENOTDIR;
	if (walk->type == LAST_DOT)
		return 0;
	parent = dir_parent(walk->at);
	if (IS_ERR(parent))
		return (int)PTR_ERR(parent);
	walk_to(walk, parent);
	if (walk->abs)
		abs_strip(walk->abs);
	return 0;
}

int inode_readlink(struct inode *inode, char *buf)
{
	int len;

	if (!inode->i_op->readlink)
		return -EINVAL;
	len = inode->i_op->readlink(inode, buf, PATH_MAX - 1);
	if (len >= 0)
		buf[len] = '\0';
	return len;
}

/* Puts the text of a symlink in front of the rest of the path. */
static int expand_symlink(struct path_walk *walk, struct inode *inode)
{
	size_t rest_len = strlen(walk->rest) + (walk->slash ? 1 : 0);
	char *text = kmalloc(PATH_MAX, GFP_KERNEL);
	int len;

	if (!text)
		return -ENOMEM;
	len = inode_readlink(inode, text);
	if (len == 0)
		len = -ENOENT;
	else if (len > 0 && (size_t)len + rest_len >= PATH_MAX)
		len = -ENAMETOOLONG;
	if (len < 0) {
		kfree(text);
		return len;
	}
	if (walk->slash) {
		text[len] = '/';
		strlcpy(text + len + 1, walk->rest, PATH_MAX - (size_t)len - 1);
	}
	kfree(walk->link);
	walk->link = text;
	walk->rest = text;
	return *text == '/' ? start_at_root(walk) : 0;
}

/*
 * Follows the link `inode` at the current component. A link in /proc may lead to its
 * target directly: then 1 is returned, *target is it, and its text is the canonical path.
 * Else 0 or errno.
 */
static int follow_symlink(struct path_walk *walk, struct inode *inode, struct inode **target)
{
	if (++walk->links > MAX_SYMLINKS)
		return -ELOOP;
	if (inode->i_op->follow) {
		*target = inode->i_op->follow(inode);
		if (IS_ERR(*target))
			return (int)PTR_ERR(*target);
		if (*target && walk->abs)
			inode_readlink(inode, walk->abs);
		if (*target)
			return 1;
	}
	return expand_symlink(walk, inode);
}

/* A component that is not the last one: goes into it. */
static int step_into(struct path_walk *walk)
{
	struct inode *inode, *target = NULL;
	int ret;

	if (walk->type != LAST_NAME)
		return step_dot(walk);
	inode = dir_lookup(walk->at, walk->name, walk->len);
	if (IS_ERR(inode))
		return (int)PTR_ERR(inode);
	if (S_ISLNK(inode->mode)) {
		ret = follow_symlink(walk, inode, &target);
		iput(inode);
		if (ret <= 0)
			return ret;
		inode = target;
	}
	if (!S_ISDIR(inode->mode)) {
		iput(inode);
		return -ENOTDIR;
	}
	ret = walk->abs && !target ? abs_append(walk->abs, walk->name, walk->len) : 0;
	walk_to(walk, inode);
	return ret;
}

/*
 * The last component: 0 when it was settled (found or not), 1 when it was a
 * symlink and the walk goes on along its text, else errno.
 */
static int step_last(struct path_walk *walk, bool follow)
{
	struct inode *inode, *target = NULL;
	int ret;

	if (walk->type != LAST_NAME) {
		ret = step_dot(walk);
		if (!ret)
			walk->found = iget_ref(walk->at);
		return ret;
	}
	inode = dir_lookup(walk->at, walk->name, walk->len);
	if (IS_ERR(inode))
		return PTR_ERR(inode) == -ENOENT ? 0 : (int)PTR_ERR(inode);
	if (S_ISLNK(inode->mode) && (follow || walk->slash)) {
		ret = follow_symlink(walk, inode, &target);
		iput(inode);
		if (ret <= 0)
			return ret < 0 ? ret : 1;
		inode = target;
		walk->type = LAST_ROOT; /* `at` and `name` are not where it is */
	}
	if (walk->slash && !S_ISDIR(inode->mode)) {
		iput(inode);
		return -ENOTDIR;
	}
	walk->found = inode;
	return 0;
}

int path_walk(struct path_walk *walk, int dfd, const char *path, unsigned int flags)
{
	int ret;

	memset(walk, 0, sizeof(*walk));
	walk->rest = path;
	if (flags & WALK_ABS) {
		walk->abs = kmalloc(PATH_MAX, GFP_KERNEL);
		if (!walk->abs)
			return -ENOMEM;
		walk->abs[0] = '\0';
	}
	ret = walk_start(walk, dfd);
	if (ret)
		return ret;
	for (;; cond_resched()) {
		if (fatal_signal_pending_current())
			return -EINTR;
		if (!next_component(walk)) {
			walk->type = LAST_ROOT;
			walk->found = iget_ref(walk->at);
			return 0;
		}
		if (*walk->rest) {
			ret = step_into(walk);
			if (ret)
				return ret;
		} else {
			ret = step_last(walk, flags & WALK_FOLLOW);
			if (ret <= 0)
				return ret;
		}
	}
}

void path_walk_end(struct path_walk *walk)
{
	iput(walk->at);
	iput(walk->found);
	kfree(walk->link);
	kfree(walk->abs);
}

int path_walk_abs(struct path_walk *walk)
{
	if (walk->type == LAST_NAME)
		return abs_append(walk->abs, walk->name, walk->len);
	return 0;
}

struct inode *path_inode(int dfd, const char *path, bool follow)
{
	struct path_walk walk;
	struct inode *inode;
	int err = path_walk(&walk, dfd, path, follow ? WALK_FOLLOW : 0);

	if (!err && !walk.found)
		err = -ENOENT;
	inode = err ? ERR_PTR(err) : iget_ref(walk.found);
	path_walk_end(&walk);
	return inode;
}

/* fstat() in disguise: an empty path with AT_EMPTY_PATH, and a descriptor. */
static bool is_empty_path(int dfd, const char __user *path, unsigned int flags)
{
	char first;

	return flags & AT_EMPTY_PATH && dfd >= 0 && !copy_from_user(&first, path, 1) && !first;
}

struct inode *fd_inode(int fd)
{
	struct file *file = fget(fd);
	struct inode *inode;

	if (!file)
		return ERR_PTR(-EBADF);
	inode = iget_ref(file->inode);
	fput(file);
	return inode;
}

struct inode *user_path_inode(int dfd, const char __user *path, unsigned int flags)
{
	struct inode *inode;
	char *name;

	if (is_empty_path(dfd, path, flags))
		return fd_inode(dfd);
	name = getname(path, flags & AT_EMPTY_PATH);
	if (IS_ERR(name))
		return (struct inode *)name;
	inode = path_inode(dfd, name, !(flags & AT_SYMLINK_NOFOLLOW));
	putname(name);
	return inode;
}

struct inode *path_lookup(const char *path, bool follow)
{
	return *path ? path_inode(AT_FDCWD, path, follow) : ERR_PTR(-ENOENT);
}

int path_absolute(const char *path, char *buf)
{
	struct path_walk walk;
	int err = path_walk(&walk, AT_FDCWD, path, WALK_FOLLOW | WALK_ABS);

	if (!err)
		err = path_walk_abs(&walk);
	if (!err)
		strlcpy(buf, *walk.abs ? walk.abs : "/", PATH_MAX);
	path_walk_end(&walk);
	return err;
}
