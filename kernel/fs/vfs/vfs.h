/*
 * vfs.h - inodes, open files, paths. As much as programs need and no more: one
 * root file system, with procfs and devices grafted on; no dentry cache.
 */
#ifndef FS_VFS_H
#define FS_VFS_H

#include "kernel/atomic.h"
#include "kernel/compiler.h"
#include "kernel/lock.h"
#include "kernel/types.h"
#include "kernel/wait.h"
#include "mm/filemap.h"

struct block_device;
struct inode;
struct file;
struct fs_super;
struct task_struct;

#define S_IFMT	    0170000
#define S_IFSOCK    0140000
#define S_IFLNK	    0120000
#define S_IFREG	    0100000
#define S_IFBLK	    0060000
#define S_IFDIR	    0040000
#define S_IFCHR	    0020000
#define S_IFIFO	    0010000
#define S_ISREG(m)  (((m) & S_IFMT) == S_IFREG)
#define S_ISDIR(m)  (((m) & S_IFMT) == S_IFDIR)
#define S_ISCHR(m)  (((m) & S_IFMT) == S_IFCHR)
#define S_ISLNK(m)  (((m) & S_IFMT) == S_IFLNK)
#define S_ISFIFO(m) (((m) & S_IFMT) == S_IFIFO)
#define S_ISBLK(m)  (((m) & S_IFMT) == S_IFBLK)

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
#define O_PATH	    010000000

#define PATH_MAX 4096
#define NAME_MAX 255
#define NR_OPEN	 256 /* file descriptors of a process */

/* Called for each directory entry; returns false to stop. */
typedef bool (*filldir_fn)(void *arg, const char *name, unsigned int len, loff_t next_pos, u32 ino,
			   u8 type);

/*
 * NULL: not supported. Those that take a directory are called with its lock held
 * (rename: the locks of both), after the caller has checked types, and for a
 * creating one that the name is not there yet. A rename replaces what stands at
 * the new name; the caller has checked that it may.
 */
struct inode_ops {
	struct inode *(*lookup)(struct inode *dir, const char *name,
				unsigned int len); /* ERR_PTR */
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
	/* The inode that a link in /proc stands for, referenced, or ERR_PTR; NULL: go by readlink.
	 */
	struct inode *(*follow)(struct inode *inode);
	int (*truncate)(struct inode *inode, loff_t size);
	int (*setattr)(struct inode *inode); /* mode, owner or times changed: write back */
	/*
	 * Where page `index` of a regular file lies: *sector of *bdev, which it fills as one piece;
	 * 0: in a hole. 0 or -EIO. May sleep.
	 */
	int (*bmap)(struct inode *inode, u32 index, struct block_device **bdev, sector_t *sector);
	/*
	 * The last reference is gone (and, for a cached inode, its time has come): writes what is
	 * dirty, or takes an inode with nlink 0 off the disk, and gives back all but the struct.
	 * 0, or errno: then the inode stays and is tried again, unless `last`: that may
	 * lose data but not fail. May sleep.
	 */
	int (*evict)(struct inode *inode, bool last);
};

struct file_ops {
	int (*open)(struct inode *inode, struct file *file);
	void (*release)(struct file *file);
	/* buf is a user address. Bytes moved or a negative errno; update *pos. */
	ssize_t (*read)(struct file *file, void __user *buf, size_t count, loff_t *pos);
	ssize_t (*write)(struct file *file, const void __user *buf, size_t count, loff_t *pos);
	/* write() from kernel memory, for sendfile(). */
	ssize_t (*kwrite)(struct file *file, const void *buf, size_t count, loff_t *pos);
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
	u32 blocks;  /* 512-byte units */
	u32 state;   /* I_* of inode.c (inode_lock) */
	int writers; /* open files that may write it; below 0: that run it (access_lock, open.c) */
	bool swapfile; /* pages of processes are in its blocks: it keeps them and its name (lock) */
	atomic_t count;
	struct mutex lock; /* directory contents, size changes */
	struct fs_super *sb;
	const struct inode_ops *i_op;
	const struct file_ops *f_op;
	struct file_lock *locks;      /* locks.c */
	struct address_space mapping; /* regular files; mapping.size is the file's size */
	struct list_head hash;	      /* inode cache, by sb and ino */
	struct list_head lru;	      /* unused ones, oldest first */
	struct list_head sb_node;     /* all cached ones of a file system */
	void *private;
};

struct kstatfs {
	u32 type, bsize, flags, namelen;
	u64 blocks, bfree, files, ffree;
};

struct super_ops { /* NULL: nothing to do */
	/* An empty inode of the file system's own size, zeroed; NULL when out of memory. */
	struct inode *(*alloc_inode)(struct fs_super *sb);
	void (*free_inode)(struct inode *inode);
	/* Fills a fresh inode from the disk: 0, -EIO; -ENOENT when it is free there. */
	int (*read_inode)(struct inode *inode);
	/* Writes metadata; file pages have been written, without error if `complete`. 0 or errno.
	 */
	int (*sync)(struct fs_super *sb, bool complete);
	void (*statfs)(struct fs_super *sb, struct kstatfs *st);
};

/* A mounted file system. */
struct fs_super {
	const char *type;   /* "ext2" */
	const char *source; /* "hda1", or the type again */
	u32 dev;
	bool read_only;
	const struct task_struct
		*closing; /* vfs_shutdown() is at work: nobody else may change it */
	struct inode *root;
	const struct super_ops *ops;
	struct list_head inodes; /* cached ones, by sb_node */
	void *private;
};

/* What an open file means for others that want to write the inode, or run it. */
enum file_access {
	FILE_READS,
	FILE_WRITES, /* it cannot be run */
	FILE_RUNS,   /* it cannot be written */
};

struct file {
	struct mapped_file mf; /* what mm/ sees; holds the reference count and the path */
	struct inode *inode;
	const struct file_ops *ops;
	enum file_access access;
	unsigned int flags;    /* O_* */
	struct mutex pos_lock; /* `pos`, of a file that can be sought in: file_lock_pos() */
	loff_t pos;
	void *private;
};

static inline struct file *file_of(struct mapped_file *mf)
{
	return container_of(mf, struct file, mf);
}

/*
 * A directory that somebody stands in, and its absolute path. It never changes: who has a reference
 * may sleep and use both. A chdir() makes another one.
 */
struct fs_place {
	atomic_t count;
	struct inode *inode;
	char path[];
};

struct fs_struct { /* what fork copies: where a process stands */
	atomic_t count;
	spinlock_t lock; /* `cwd`: threads share this structure */
	struct fs_place *cwd;
	u32 umask;
};

struct files_struct {
	atomic_t count;
	unsigned int nr; /* slots in use at most: those behind are not even set (fork copies few) */
	u32 close_on_exec[NR_OPEN / 32];
	struct file *fd[NR_OPEN];
};

/* The file in a slot, without a reference, or NULL. */
static inline struct file *files_slot(const struct files_struct *files, unsigned int fd)
{
	return fd < files->nr ? files->fd[fd] : NULL;
}

/* One more reference / one less. iput() may sleep; NULL is ignored. */
struct inode *iget_ref(struct inode *inode);
void iput(struct inode *inode);

/* Makes an inode ready for use: one reference, not in the cache. */
void inode_init(struct inode *inode, struct fs_super *sb, u32 ino, u32 mode);
/* The cached inode, read in if need be; ERR_PTR(-ENOMEM, -EIO, ...). May sleep. */
struct inode *iget(struct fs_super *sb, u32 ino);
/* Puts a newly made inode (inode_init() done) into the cache: 0, or -EIO when its number is in use,
 * as on a damaged disk. May sleep. */
int __must_check inode_insert(struct inode *inode);
/* Evicts unused inodes with their pages, oldest first; returns how many. May sleep. */
unsigned int inode_shrink(unsigned int most);
/* Unmounting (the root's reference has been dropped): evicts all cached inodes; -EBUSY when one is
 * still in use. */
int inodes_evict_all(struct fs_super *sb);

/* Finds the inode of a path (relative to the current task's cwd), following symlinks (the last one
 * only when `follow`). ERR_PTR(-ENOENT, -ENOTDIR, -ELOOP, ...). */
struct inode *path_lookup(const char *path, bool follow);
/* Absolute, normalised form of a path in buf (PATH_MAX); 0 or -ENAMETOOLONG. */
int path_absolute(const char *path, char *buf);

/* Opens; ERR_PTR. The result has one reference. */
struct file *filp_open(const char *path, unsigned int flags, u32 mode);
struct file *get_file(struct file *file);
void fput(struct file *file);
/* A program is run from the file: until the last reference goes, or the second call, nobody may
 * open the inode for writing or cut it short (-ETXTBSY). 0, or -ETXTBSY: it is open for writing. */
int __must_check file_deny_write(struct file *file);
void file_allow_write(struct file *file);
/* Reads into a kernel buffer at pos: bytes or errno (exec, tests). */
ssize_t kernel_read(struct file *file, loff_t pos, void *buf, size_t count);

/* The current task's file for a descriptor, with a reference, or NULL. */
struct file *fget(int fd);
int fd_install(struct file *file, int from, bool cloexec); /* takes the reference: fd or -EMFILE */
struct files_struct *files_dup(struct files_struct *old);  /* NULL: out of memory */
void files_put(struct files_struct *files);
void files_close_on_exec(struct files_struct *files);
struct fs_struct *fs_dup(struct fs_struct *old);
void fs_put(struct fs_struct *fs);
/* The working directory, referenced: end with fs_put_place(), which may sleep. */
struct fs_place *fs_get_cwd(struct fs_struct *fs);
void fs_put_place(struct fs_place *place);

/* Mounts the root file system from a device ("hda1"), sets the current task's cwd. 0 or errno. */
int vfs_mount_root(const char *dev, bool read_only);
/* Makes `sb` the root of all paths; returns the one before (NULL: none). For tests too. */
struct fs_super *vfs_set_root(struct fs_super *sb);
/* Writes everything dirty: data, then metadata. First error, or 0. */
int vfs_sync(void);
int vfs_sync_super(struct fs_super *sb);
/* Gives back the clean pages of the page cache that nobody uses: how many. May sleep. */
unsigned long vfs_drop_clean(void);
/* Before the machine goes off: files without a name leave the disk although they are open, then
 * as vfs_sync(). Nothing can be changed after it. First error, or 0. */
int vfs_shutdown(void);
void vfs_init(void);

#endif
