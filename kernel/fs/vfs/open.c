/*
 * open.c - open files: making them, opening paths, and the last close.
 *
 * A struct file is what a descriptor, a mapping or the kernel itself holds; its
 * count lives in the part that mm/ sees (struct mapped_file). It owns a
 * reference on its inode and a copy of its canonical path.
 */
#include "fs/vfs/internal.h"
#include "kernel/string.h"
#include "mm/slab.h"
#include "proc/task.h"

#define OPEN_ATTEMPTS 3 /* the name may come and go between looking and making */
#define FILE_FLAGS \
	(O_ACCMODE | O_APPEND | O_NONBLOCK | O_LARGEFILE | O_DIRECTORY | O_NOFOLLOW | O_PATH)

static struct kmem_cache *file_cache;
static DEFINE_SPINLOCK(access_lock); /* who writes or runs an inode */

void file_cache_init(void)
{
	file_cache = kmem_cache_create("file", sizeof(struct file), 0, SLAB_PANIC, NULL);
}

int inode_get_write(struct inode *inode)
{
	bool ok;

	spin_lock(&access_lock);
	ok = inode->writers >= 0;
	inode->writers += ok;
	spin_unlock(&access_lock);
	return ok ? 0 : -ETXTBSY;
}

void inode_put_write(struct inode *inode)
{
	spin_lock(&access_lock);
	BUG_ON(inode->writers <= 0);
	inode->writers--;
	spin_unlock(&access_lock);
}

int inode_deny_write(struct inode *inode)
{
	bool ok;

	spin_lock(&access_lock);
	ok = inode->writers <= 0;
	inode->writers -= ok;
	spin_unlock(&access_lock);
	return ok ? 0 : -ETXTBSY;
}

void inode_allow_write(struct inode *inode)
{
	spin_lock(&access_lock);
	BUG_ON(inode->writers >= 0);
	inode->writers++;
	spin_unlock(&access_lock);
}

int file_deny_write(struct file *file)
{
	int err = inode_deny_write(file->inode);

	if (!err)
		file->access = FILE_RUNS;
	return err;
}

void file_allow_write(struct file *file)
{
	if (file->access == FILE_RUNS) {
		file->access = FILE_READS;
		inode_allow_write(file->inode);
	}
}

static void file_release(struct mapped_file *mf)
{
	struct file *file = file_of(mf);

	if (file->ops->release)
		file->ops->release(file);
	if (file->access == FILE_WRITES)
		inode_put_write(file->inode);
	file_allow_write(file);
	locks_remove(file->inode, file);
	iput(file->inode);
	kfree(mf->path);
	kmem_cache_free(file_cache, file);
}

static const struct mapped_file_ops file_mapped_ops = {.release = file_release};
static const struct file_ops path_only_ops; /* O_PATH: a place, not its contents */
static const struct file_ops no_ops;	    /* released before it was opened */

struct file *file_from_mapped(struct mapped_file *mf)
{
	return mf->ops == &file_mapped_ops ? file_of(mf) : NULL;
}

struct file *get_file(struct file *file)
{
	get_mapped_file(&file->mf);
	return file;
}

void fput(struct file *file)
{
	put_mapped_file(&file->mf);
}

static void set_access(struct file *file)
{
	unsigned int mode = file->flags & O_ACCMODE;

	if (file->flags & O_PATH)
		return;
	file->mf.readable = mode == O_RDONLY || mode == O_RDWR;
	file->mf.writable = mode == O_WRONLY || mode == O_RDWR;
}

/* Which operations an inode's kind calls for; NULL: there is nothing behind it. */
static const struct file_ops *ops_of(const struct inode *inode, unsigned int flags)
{
	if (flags & O_PATH)
		return &path_only_ops;
	if (S_ISCHR(inode->mode))
		return chrdev_ops(inode->rdev);
	if (S_ISBLK(inode->mode))
		return &block_file_ops;
	return inode->f_op;
}

struct file *file_make(struct inode *inode, const char *path, unsigned int flags)
{
	struct file *file = kmem_cache_alloc(file_cache, GFP_KERNEL);
	int err = -ENOMEM;

	if (!file)
		goto out_iput;
	memset(file, 0, sizeof(*file));
	atomic_set(&file->mf.count, 1);
	mutex_init(&file->pos_lock, "file_pos");
	file->mf.ops = &file_mapped_ops;
	file->mf.path = kstrdup(path, GFP_KERNEL);
	file->inode = inode;
	file->flags = flags & FILE_FLAGS;
	set_access(file);
	if (S_ISREG(inode->mode) && inode->mapping.a_ops && !(flags & O_PATH))
		file->mf.mapping = &inode->mapping;
	file->ops = ops_of(inode, flags);
	if (!file->mf.path)
		goto out_free;
	if (S_ISREG(inode->mode) && file->mf.writable) {
		err = inode_get_write(inode);
		if (err)
			goto out_free;
		file->access = FILE_WRITES;
	}
	err = -ENXIO;
	if (!file->ops)
		goto out_free;
	err = file->ops->open ? file->ops->open(inode, file) : 0;
	if (!err)
		return file;
out_free:
	file->ops = &no_ops;
	fput(file);
	return ERR_PTR(err);
out_iput:
	iput(inode);
	return ERR_PTR(err);
}

int inode_truncate(struct inode *inode, loff_t size)
{
	int err;

	if (size < 0)
		return -EINVAL;
	if (S_ISDIR(inode->mode))
		return -EISDIR;
	if (!S_ISREG(inode->mode) || !inode->i_op->truncate)
		return -EINVAL;
	if (inode->sb->read_only)
		return -EROFS;
	mutex_lock(&inode->lock);
	err = size > inode->mapping.size ? check_file_size(size) : 0;
	if (!err)
		err = inode->i_op->truncate(inode, size);
	mutex_unlock(&inode->lock);
	return err;
}

/* May what the walk found be opened so? 0 or errno. */
static int check_open(struct inode *inode, unsigned int flags)
{
	unsigned int mode = flags & O_ACCMODE;
	bool write = mode == O_WRONLY || mode == O_RDWR || flags & O_TRUNC;

	if (flags & O_DIRECTORY && !S_ISDIR(inode->mode))
		return -ENOTDIR;
	if (flags & O_PATH)
		return 0;
	if (S_ISLNK(inode->mode))
		return -ELOOP;
	if (S_ISDIR(inode->mode))
		return write || flags & O_CREAT ? -EISDIR : 0;
	if (!S_ISREG(inode->mode))
		return 0;
	if (write && inode->sb->read_only)
		return -EROFS;
	if (!(flags & O_LARGEFILE) && inode->mapping.size > MAX_NON_LFS)
		return -EOVERFLOW;
	return 0;
}

/* O_TRUNC, once the file is open, which may be for reading only: 0 or errno. */
static int truncate_opened(struct file *file)
{
	struct inode *inode = file->inode;
	int err;

	if (!S_ISREG(inode->mode) || !inode->mapping.size)
		return 0;
	err = inode_get_write(inode);
	if (err)
		return err;
	err = inode_truncate(inode, 0);
	inode_put_write(inode);
	return err;
}

/* The inode to open: found, or made. -EEXIST with O_EXCL, or when somebody else was faster. */
static int found_or_created(struct path_walk *walk, unsigned int flags, u32 mode)
{
	if (walk->found)
		return flags & O_CREAT && flags & O_EXCL ? -EEXIST : 0;
	if (!(flags & O_CREAT))
		return -ENOENT;
	if (walk->slash)
		return -EISDIR;
	if (current->fs)
		mode &= ~current->fs->umask;
	return vfs_create(walk->at, walk->name, walk->len, S_IFREG | (mode & S_IALLUGO),
			  &walk->found);
}

static struct file *open_once(int dfd, const char *path, unsigned int flags, u32 mode)
{
	bool follow = !(flags & O_NOFOLLOW) && !(flags & O_CREAT && flags & O_EXCL);
	struct path_walk walk;
	struct file *file;
	bool created;
	int err;

	err = path_walk(&walk, dfd, path, WALK_ABS | (follow ? WALK_FOLLOW : 0));
	created = !err && !walk.found;
	if (!err)
		err = found_or_created(&walk, flags, mode);
	if (!err)
		err = check_open(walk.found, flags);
	if (!err)
		err = path_walk_abs(&walk);
	if (err)
		file = ERR_PTR(err);
	else
		file = file_make(iget_ref(walk.found), *walk.abs ? walk.abs : "/", flags);
	if (!IS_ERR(file) && flags & O_TRUNC && !created) {
		err = truncate_opened(file);
		if (err) {
			fput(file);
			file = ERR_PTR(err);
		}
	}
	path_walk_end(&walk);
	return file;
}

struct file *do_open(int dfd, const char *path, unsigned int flags, u32 mode)
{
	struct file *file;
	int attempt;

	if (flags & O_PATH)
		flags &= O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	for (attempt = 0; attempt < OPEN_ATTEMPTS; attempt++) {
		file = open_once(dfd, path, flags, mode);
		if (!IS_ERR(file) || PTR_ERR(file) != -EEXIST || flags & O_EXCL)
			break;
	}
	return file;
}

struct file *filp_open(const char *path, unsigned int flags, u32 mode)
{
	return *path ? do_open(AT_FDCWD, path, flags | O_LARGEFILE, mode) : ERR_PTR(-ENOENT);
}

ssize_t kernel_read(struct file *file, loff_t pos, void *buf, size_t count)
{
	if (!file->mf.mapping)
		return -EINVAL;
	return filemap_read(file->mf.mapping, pos, buf, count, page_to_kernel);
}
