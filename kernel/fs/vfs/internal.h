/* internal.h - what the files of kernel/fs share and nobody else sees. */
#ifndef FS_INTERNAL_H
#define FS_INTERNAL_H

#include "fs/vfs/vfs.h"
#include "kernel/errno.h"

#define AT_FDCWD	    (-100)
#define AT_SYMLINK_NOFOLLOW 0x100u
#define AT_REMOVEDIR	    0x200u
#define AT_EACCESS	    0x200u
#define AT_SYMLINK_FOLLOW   0x400u
#define AT_NO_AUTOMOUNT	    0x800u
#define AT_EMPTY_PATH	    0x1000u

#define SEEK_SET 0
#define SEEK_CUR 1
#define SEEK_END 2

#define S_ISUID	  0004000
#define S_ISGID	  0002000
#define S_IXUGO	  0000111
#define S_IALLUGO 0007777

#define POLLIN	   0x0001u
#define POLLPRI	   0x0002u
#define POLLOUT	   0x0004u
#define POLLERR	   0x0008u
#define POLLHUP	   0x0010u
#define POLLNVAL   0x0020u
#define POLLRDNORM 0x0040u
#define POLLWRNORM 0x0100u

#define MAX_RW_COUNT 0x7ffff000u  /* one read or write moves at most this, as on Linux */
#define MAX_NON_LFS  0x7fffffffll /* sizes that a 32-bit off_t holds */

/* Directory entry types (Linux DT_*): the file type of the mode. */
#define mode_to_dtype(mode) ((u8)(((mode) & S_IFMT) >> 12))

struct swap_backing;

/* namei.c */

enum last_type {
	LAST_NAME,
	LAST_DOT, /* "." or ".." or a path of slashes: no entry that could be changed */
	LAST_DOTDOT,
	LAST_ROOT,
};

/*
 * A path being resolved. After path_walk(): `at` is the directory of the last
 * component (or, for LAST_DOT and its kin, the thing itself), `name` the
 * component, and `found` what it names, or NULL when there is no such entry.
 */
struct path_walk {
	struct inode *at;
	struct inode *found;
	const char *name;
	unsigned int len;
	enum last_type type;
	bool slash;	    /* the path ended in a slash: must be a directory */
	const char *rest;   /* what is still to be walked */
	char *link;	    /* text of an expanded symlink and the path behind it, or NULL */
	char *abs;	    /* canonical path of `at`, PATH_MAX bytes, or NULL: not wanted */
	unsigned int links; /* symlinks followed so far */
};

#define WALK_FOLLOW 1u /* follow a symlink in the last place */
#define WALK_ABS    2u /* find the canonical path */

/*
 * Resolves `path` from directory `dfd` (AT_FDCWD, or a descriptor). Returns 0
 * even when the last component does not exist (found is NULL), else errno.
 * End with path_walk_end() in any case. May sleep; no lock held.
 */
int path_walk(struct path_walk *walk, int dfd, const char *path, unsigned int flags);
void path_walk_end(struct path_walk *walk);
/* After a walk with WALK_ABS: appends the last component to abs. 0 or -ENAMETOOLONG. */
int path_walk_abs(struct path_walk *walk);
/* The inode of a path, referenced, or ERR_PTR. */
struct inode *path_inode(int dfd, const char *path, bool follow);
/* The same for a path in user memory; AT_EMPTY_PATH, AT_SYMLINK_NOFOLLOW count in `flags`. */
struct inode *user_path_inode(int dfd, const char __user *path, unsigned int flags);
/* The inode behind a descriptor, referenced, or ERR_PTR(-EBADF). */
struct inode *fd_inode(int fd);
/* One component of a directory, with the grafts. Takes dir->lock. ERR_PTR(-ENOENT ...). */
struct inode *dir_lookup(struct inode *dir, const char *name, unsigned int len);

/* A path from user memory in a buffer of PATH_MAX, or ERR_PTR(-EFAULT, -ENAMETOOLONG, -ENOENT
 * for an empty one unless `empty_ok`). */
char *getname(const char __user *path, bool empty_ok);
void putname(char *name);

/* mount.c */

/* Shows the root of `sb` in place of entry `name` of the root directory. */
void vfs_graft(const char *name, struct fs_super *sb);
struct inode *vfs_root(void); /* NULL before the root is mounted */
/* The graft at this name of the root directory, or NULL. Not referenced. */
struct inode *graft_lookup(const char *name, unsigned int len);
bool is_graft_root(const struct inode *inode);
/* Calls fn for the root and the grafts, with the mount point. */
void vfs_for_each_mount(void (*fn)(void *arg, const struct fs_super *sb, const char *point),
			void *arg);

/* inode.c */
void inode_cache_init(void);
int inodes_sync(struct fs_super *sb); /* writes all dirty file and directory pages */
/* Gives back the clean, unused pages of all cached files of a file system: how many. May sleep. */
unsigned long inodes_drop_clean(struct fs_super *sb);
/* Evicts the files that have no name any more and are still open, while they are: for the end. */
int inodes_drop_nameless(struct fs_super *sb);
int inode_setattr(struct inode *inode); /* writes changed attributes back; 0, -EROFS, -EIO */
u32 now_seconds(void);

/* open.c */

/* A file on an inode: takes over the inode's reference and copies the path. ERR_PTR. */
struct file *file_make(struct inode *inode, const char *path, unsigned int flags);
/* The open file behind a mapping, or NULL: memory that only looks like one (shared anonymous). */
struct file *file_from_mapped(struct mapped_file *mf);
struct file *do_open(int dfd, const char *path, unsigned int flags, u32 mode);
int inode_truncate(struct inode *inode, loff_t size);
/* One more who may write the inode: 0, or -ETXTBSY: a program runs from it. / One less. */
int __must_check inode_get_write(struct inode *inode);
void inode_put_write(struct inode *inode);
/* Nobody may write the inode from now on: 0, or -ETXTBSY: somebody does. / One who says so less. */
int __must_check inode_deny_write(struct inode *inode);
void inode_allow_write(struct inode *inode);

/*
 * locks.c: fcntl()'s commands for record locks; -EINVAL for all others, -EBADF of a file that is
 * only a path. May sleep. / An owner has closed a descriptor (files_struct), or goes (file): its
 * locks go.
 */
long fcntl_lock(int fd, struct file *file, unsigned int cmd, void __user *arg);
void __locks_remove(struct inode *inode, const void *owner);
static inline void locks_remove(struct inode *inode, const void *owner)
{
	if (unlikely(inode->locks))
		__locks_remove(inode, owner);
}

/* readdir.c: entries from file->pos on, under the directory's lock. 0 or errno. */
int file_readdir(struct file *file, void *arg, filldir_fn fill);

/*
 * rw.c: RLIMIT_FSIZE for a regular file. How many of `count` bytes may be written at pos / whether
 * it may get this size; -EFBIG and SIGXFSZ: none.
 */
ssize_t bound_file_write(loff_t pos, size_t count);
int check_file_size(loff_t size);

/*
 * rw.c: takes the position of a file that has come from fget(), for a call that uses and moves it:
 * tasks that share the open file then read and write one after the other. Outermost of all
 * locks. Returns whether there was anything to lock, for file_unlock_pos(). May sleep.
 */
bool file_lock_pos(struct file *file);
void file_unlock_pos(struct file *file, bool locked);

/* rw.c: file_ops for regular files in the page cache */
ssize_t generic_read(struct file *file, void __user *buf, size_t count, loff_t *pos);
loff_t generic_llseek(struct file *file, loff_t offset, int whence);
/*
 * Moves `count` bytes by steps of at most RW_STEP; between two, others may run and SIGKILL ends it.
 * Bytes moved, or the errno of the first step. May sleep.
 */
#define RW_STEP ((size_t)64 << 10)
ssize_t move_in_steps(struct file *file, char *buf, size_t count, loff_t *pos,
		      ssize_t (*step)(struct file *file, char *buf, size_t count, loff_t *pos));
unsigned long page_to_user(void *page, void *buf, unsigned long n);
unsigned long page_from_user(void *page, void *buf, unsigned long n);
unsigned long page_to_kernel(void *page, void *buf, unsigned long n);
unsigned long page_from_kernel(void *page, void *buf, unsigned long n);
/* Reads the symlink of an inode into buf (size PATH_MAX) with a NUL: its length or errno. */
int inode_readlink(struct inode *inode, char *buf);

/* dirops.c: changes of directories by name. `fs` errors come through. */
int vfs_create(struct inode *dir, const char *name, unsigned int len, u32 mode, struct inode **out);
int vfs_mkdir(int dfd, const char *path, u32 mode);
int vfs_unlink(int dfd, const char *path);
int vfs_rmdir(int dfd, const char *path);
int vfs_link(int old_dfd, const char *old_path, int new_dfd, const char *new_path, bool follow);
int vfs_symlink(const char *target, int dfd, const char *path);
int vfs_rename(int old_dfd, const char *old_path, int new_dfd, const char *new_path,
	       unsigned int flags);

/* block_file.c: reading the device that the inode's rdev names */
extern const struct file_ops block_file_ops;

/* pipe.c, devices.c, tty.c, procfs.c, sysfs.c */
int pipe_open_pair(struct file *ends[2], unsigned int flags);
extern const struct file_ops tty_file_ops;
const struct file_ops *chrdev_ops(u32 rdev); /* NULL: no such device */
void devfs_init(void);
void procfs_init(void);
void sysfs_init(void);
void pipe_init(void);
void tty_init(void);
void file_cache_init(void);
/* Text for the console with the terminal's output processing. May sleep. */
void tty_put(const char *buf, size_t n);

/* swap_calls.c: where a file's blocks lie: pages, bdev and extents of *backing, which the caller
 * frees by vfree(), even after an error. 0; -EINVAL: empty, or it has a hole; -EIO; -ENOMEM.
 * inode->lock held; may sleep. */
int __must_check swap_file_extents(struct inode *inode, struct swap_backing *backing);

#endif
