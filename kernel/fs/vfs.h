/*
 * vfs.h - inodes, open files, paths. As much as programs need and no more: one
 * root file system, with procfs and devices grafted on; no dentry cache.
 */
#ifndef FS_VFS_H
#define FS_VFS_H

#include "kernel/atomic.h"
#include "kernel/lock.h"
#include "kernel/types.h"
#include "mm/filemap.h"

struct inode;
struct file;
struct poll_table;

#define S_IFMT	 0170000
#define S_IFSOCK 0140000
#define S_IFLNK	 0120000
#define S_IFREG	 0100000
#define S_IFBLK	 0060000
#define S_IFDIR	 0040000
#define S_IFCHR	 0020000
#define S_IFIFO	 0010000
#define S_ISREG(m) (((m) & S_IFMT) == S_IFREG)
#define S_ISDIR(m) (((m) & S_IFMT) == S_IFDIR)
#define S_ISCHR(m) (((m) & S_IFMT) == S_IFCHR)
#define S_ISLNK(m) (((m) & S_IFMT) == S_IFLNK)
#define S_ISFIFO(m) (((m) & S_IFMT) == S_IFIFO)

#define O_ACCMODE   00000003
#define O_RDONLY    00000000
#define O_WRONLY    00000001
#define O_RDWR	    00000002
#define O_CREAT	    00000100
#define O_EXCL	    00000200
#define O_NOCTTY    00000400
#define O_TRUNC	    00001000
#define O_APPEND    00002000
#define O_NONBLOCK  00004000
#define O_LARGEFILE 00100000
#define O_DIRECTORY 00200000
#define O_NOFOLLOW  00400000
#define O_CLOEXEC   02000000

#define PATH_MAX  4096
#define NAME_MAX  255
#define NR_OPEN	  256 /* file descriptors of a process */

/* Called for each directory entry; returns false to stop. */
typedef bool (*filldir_fn)(void *arg, const char *name, unsigned int len, loff_t next_pos, u32 ino,
			   u8 type);

struct inode_ops { /* NULL: not supported */
	struct inode *(*lookup)(struct inode *dir, const char *name, unsigned int len); /* ERR_PTR */
	int (*create)(struct inode *dir, const char *name, unsigned int len, u32 mode,
		      struct inode **out);
	int (*mkdir)(struct inode *dir, const char *name, unsigned int len, u32 mode);
	int (*unlink)(struct inode *dir, const char *name, unsigned int len);
	int (*rmdir)(struct inode *dir, const char *name, unsigned int len);
	int (*link)(struct inode *dir, const char *name, unsigned int len, struct inode *target);
	int (*symlink)(struct inode *dir, const char *name, unsigned int len, const char *target);
	int (*rename)(struct inode *old_dir, const char *old_name, unsigned int old_len,
		      struct inode *new_dir, const char *new_name, unsigned int new_len);
	int (*readlink)(struct inode *inode, char *buf, size_t size); /* bytes, no NUL */
	int (*truncate)(struct inode *inode, loff_t size);
	int (*setattr)(struct inode *inode); /* mode, owner or times changed: write back */
	void (*evict)(struct inode *inode); /* last reference gone */
};

struct file_ops {
	int (*open)(struct inode *inode, struct file *file);
	void (*release)(struct file *file);
	/* buf is a user address. Bytes moved or a negative errno; update *pos. */
	ssize_t (*read)(struct file *file, void __user *buf, size_t count, loff_t *pos);
	ssize_t (*write)(struct file *file, const void __user *buf, size_t count, loff_t *pos);
	loff_t (*llseek)(struct file *file, loff_t offset, int whence);
	int (*readdir)(struct file *file, void *arg, filldir_fn fill);
	int (*ioctl)(struct file *file, unsigned int cmd, unsigned long arg);
	/* POLLIN|POLLOUT|... ready now; *queue: where to sleep for a change (may stay NULL). */
	unsigned int (*poll)(struct file *file, wait_queue_head_t **queue);
	int (*fsync)(struct file *file);
};

struct inode {
	u32 ino;
	u32 dev;  /* (major << 8) | minor of the file system */
	u32 rdev; /* of a device node */
	u32 mode, nlink, uid, gid;
	u32 atime, mtime, ctime;
	u32 blocks; /* 512-byte units */
	atomic_t count;
	struct mutex lock; /* directory contents, size changes */
	const struct inode_ops *i_op;
	const struct file_ops *f_op;
	struct address_space mapping; /* regular files; mapping.size is the file's size */
	struct list_head hash;	      /* inode cache */
	void *private;
};

struct file {
	struct mapped_file mf; /* what mm/ sees; holds the reference count and the path */
	struct inode *inode;
	const struct file_ops *ops;
	unsigned int flags; /* O_* */
	loff_t pos;
	void *private;
};

static inline struct file *file_of(struct mapped_file *mf)
{
	return container_of(mf, struct file, mf);
}

struct fs_struct { /* what fork copies: where a process stands */
	atomic_t count;
	struct inode *cwd;
	char *cwd_path; /* absolute */
	u32 umask;
};

struct files_struct {
	atomic_t count;
	struct file *fd[NR_OPEN];
	u32 close_on_exec[NR_OPEN / 32];
};

struct inode *iget_ref(struct inode *inode);
void iput(struct inode *inode);

/* Finds the inode of a path (relative to the current task's cwd), following symlinks (the last one
 * only when `follow`). ERR_PTR(-ENOENT, -ENOTDIR, -ELOOP, ...). */
struct inode *path_lookup(const char *path, bool follow);
/* The directory that holds the last component, and that component. */
struct inode *path_parent(const char *path, const char **last, unsigned int *len);
/* Absolute, normalised form of a path in buf (PATH_MAX); 0 or -ENAMETOOLONG. */
int path_absolute(const char *path, char *buf);

/* Opens; ERR_PTR. The result has one reference. */
struct file *filp_open(const char *path, unsigned int flags, u32 mode);
struct file *get_file(struct file *file);
void fput(struct file *file);
/* Reads into a kernel buffer at pos: bytes or errno (exec, tests). */
ssize_t kernel_read(struct file *file, loff_t pos, void *buf, size_t count);

/* The current task's file for a descriptor, with a reference, or NULL. */
struct file *fget(int fd);
int fd_install(struct file *file, int from, bool cloexec); /* takes the reference: fd or -EMFILE */
struct files_struct *files_dup(struct files_struct *old); /* NULL: out of memory */
void files_put(struct files_struct *files);
void files_close_on_exec(struct files_struct *files);
struct fs_struct *fs_dup(struct fs_struct *old);
void fs_put(struct fs_struct *fs);

/* Mounts the root file system from a device ("hda1"), sets the current task's cwd. 0 or errno. */
int vfs_mount_root(const char *dev, bool read_only);
/* Writes everything dirty: data, then metadata. First error, or 0. */
int vfs_sync(void);
void vfs_init(void);

#endif
