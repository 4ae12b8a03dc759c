/*
 * devices.c - /dev: a fixed directory of devices and a few links.
 *
 * One table holds them all; the inodes are made at start-up and stay. The terminal
 * is tty.c's. progout and progerr take what a program under observation writes: the
 * bytes go to the console and, byte for byte, into the recording.
 */
#include "arch/hint.h"
#include "i386/uaccess.h"
#include "console.h"
#include "fs/vfs/internal.h"
#include "kernel/string.h"
#include "proc/random.h"
#include "sched/sched.h"

#define DEVFS_DEV   0x0005u
#define DEVFS_MAGIC 0x1373u

#define MKDEV(major, minor) ((major) << 8 | (minor))
#define DEV_NULL	    MKDEV(1, 3)
#define DEV_ZERO	    MKDEV(1, 5)
#define DEV_FULL	    MKDEV(1, 7)
#define DEV_RANDOM	    MKDEV(1, 8)
#define DEV_URANDOM	    MKDEV(1, 9)
#define DEV_FD0		    MKDEV(2, 0)
#define DEV_HDA		    MKDEV(3, 0)
#define DEV_HDB		    MKDEV(3, 64)
#define DEV_TTYS0	    MKDEV(4, 64)
#define DEV_TTY		    MKDEV(5, 0)
#define DEV_CONSOLE	    MKDEV(5, 1)
#define DEV_PROGOUT	    MKDEV(240, 1) /* 240: for local use */
#define DEV_PROGERR	    MKDEV(240, 2)

#define RANDOM_CHUNK 64u

static const struct {
	const char *name;
	u32 mode, rdev;
	const char *target; /* of a link */
} nodes[] = {
	{"null", S_IFCHR | 0666, DEV_NULL, NULL},
	{"zero", S_IFCHR | 0666, DEV_ZERO, NULL},
	{"full", S_IFCHR | 0666, DEV_FULL, NULL},
	{"random", S_IFCHR | 0666, DEV_RANDOM, NULL},
	{"urandom", S_IFCHR | 0666, DEV_URANDOM, NULL},
	{"console", S_IFCHR | 0600, DEV_CONSOLE, NULL},
	{"tty", S_IFCHR | 0666, DEV_TTY, NULL},
	{"ttyS0", S_IFCHR | 0660, DEV_TTYS0, NULL},
	{"progout", S_IFCHR | 0222, DEV_PROGOUT, NULL},
	{"progerr", S_IFCHR | 0222, DEV_PROGERR, NULL},
	{"fd0", S_IFBLK | 0440, DEV_FD0, NULL},
	{"hda", S_IFBLK | 0440, DEV_HDA, NULL},
	{"hda1", S_IFBLK | 0440, DEV_HDA + 1, NULL},
	{"hda2", S_IFBLK | 0440, DEV_HDA + 2, NULL},
	{"hdb", S_IFBLK | 0440, DEV_HDB, NULL},
	{"hdb1", S_IFBLK | 0440, DEV_HDB + 1, NULL},
	{"fd", S_IFLNK | 0777, 0, "/proc/self/fd"},
	{"stdin", S_IFLNK | 0777, 0, "/proc/self/fd/0"},
	{"stdout", S_IFLNK | 0777, 0, "/proc/self/fd/1"},
	{"stderr", S_IFLNK | 0777, 0, "/proc/self/fd/2"},
};

#define ROOT_INO  1u
#define FIRST_INO 2u /* of nodes[0] */

static struct inode dev_root, dev_inodes[ARRAY_SIZE(nodes)];
static DEFINE_MUTEX(bounce_lock);
static char bounce[PAGE_SIZE]; /* program output on its way: present and in low memory */

static ssize_t null_read(struct file *file, void __user *buf, size_t count, loff_t *pos)
{
	(void)file;
	(void)buf;
	(void)count;
	(void)pos;
	return 0;
}

static ssize_t null_write(struct file *file, const void __user *buf, size_t count, loff_t *pos)
{
	(void)file;
	(void)buf;
	(void)pos;
	return (ssize_t)count;
}

static ssize_t null_kwrite(struct file *file, const void *buf, size_t count, loff_t *pos)
{
	return null_write(file, buf, count, pos);
}

static ssize_t full_write(struct file *file, const void __user *buf, size_t count, loff_t *pos)
{
	(void)file;
	(void)buf;
	(void)count;
	(void)pos;
	return -ENOSPC;
}

static ssize_t zero_step(struct file *file, char *buf, size_t count, loff_t *pos)
{
	size_t left = clear_user(buf, count);

	(void)file;
	(void)pos;
	return left == count && count ? -EFAULT : (ssize_t)(count - left);
}

static ssize_t zero_read(struct file *file, void __user *buf, size_t count, loff_t *pos)
{
	return move_in_steps(file, buf, count, pos, zero_step);
}

static ssize_t random_read(struct file *file, void __user *buf, size_t count, loff_t *pos)
{
	u8 chunk[RANDOM_CHUNK];
	size_t done = 0, n;

	(void)file;
	(void)pos;
	while (done < count && !fatal_signal_pending_current()) {
		n = min(count - done, (size_t)RANDOM_CHUNK);
		get_random(chunk, n);
		if (copy_to_user((u8 __user *)buf + done, chunk, n))
			return done ? (ssize_t)done : -EFAULT;
		done += n;
		cond_resched();
	}
	return (ssize_t)done;
}

/* Memory devices have no place, but seeking in them is not an error. */
static loff_t null_llseek(struct file *file, loff_t offset, int whence)
{
	(void)offset;
	(void)whence;
	file->pos = 0;
	return 0;
}

/* From kernel memory that is present: a page of low memory or the bounce page. */
static ssize_t prog_kwrite(struct file *file, const void *buf, size_t count, loff_t *pos)
{
	u32 stream = file->inode->rdev == DEV_PROGOUT ? 1 : 2;

	(void)pos;
	BUG_ON(count > TRACE_OUTPUT_MAX);
	trace_hint(TRACE_OUTPUT, stream, count, (u32)buf, 0);
	console_wait_room();
	console_write(buf, count);
	return (ssize_t)count;
}

static ssize_t prog_write(struct file *file, const void __user *buf, size_t count, loff_t *pos)
{
	size_t done = 0, n;

	while (done < count && !fatal_signal_pending_current()) {
		n = min(count - done, sizeof(bounce));
		mutex_lock(&bounce_lock);
		if (copy_from_user(bounce, (const char __user *)buf + done, n)) {
			mutex_unlock(&bounce_lock);
			return done ? (ssize_t)done : -EFAULT;
		}
		prog_kwrite(file, bounce, n, pos);
		mutex_unlock(&bounce_lock);
		done += n;
		cond_resched();
	}
	return (ssize_t)done;
}

static const struct file_ops null_fops = {
	.read = null_read, .write = null_write, .kwrite = null_kwrite, .llseek = null_llseek};
static const struct file_ops zero_fops = {
	.read = zero_read, .write = null_write, .kwrite = null_kwrite, .llseek = null_llseek};
static const struct file_ops full_fops = {
	.read = zero_read, .write = full_write, .llseek = null_llseek};
static const struct file_ops random_fops = {
	.read = random_read, .write = null_write, .llseek = null_llseek};
static const struct file_ops prog_fops = {.write = prog_write, .kwrite = prog_kwrite};

const struct file_ops *chrdev_ops(u32 rdev)
{
	switch (rdev) {
	case DEV_NULL:
		return &null_fops;
	case DEV_ZERO:
		return &zero_fops;
	case DEV_FULL:
		return &full_fops;
	case DEV_RANDOM:
	case DEV_URANDOM:
		return &random_fops;
	case DEV_TTYS0:
	case DEV_TTY:
	case DEV_CONSOLE:
		return &tty_file_ops;
	case DEV_PROGOUT:
	case DEV_PROGERR:
		return &prog_fops;
	default:
		return NULL;
	}
}

static struct inode *devfs_lookup(struct inode *dir, const char *name, unsigned int len)
{
	unsigned int i;

	(void)dir;
	for (i = 0; i < ARRAY_SIZE(nodes); i++) {
		if (strlen(nodes[i].name) == len && memcmp(nodes[i].name, name, len) == 0)
			return iget_ref(&dev_inodes[i]);
	}
	return ERR_PTR(-ENOENT);
}

/* Positions: 0 ".", 1 "..", then the nodes. */
static int devfs_readdir(struct file *file, void *arg, filldir_fn fill)
{
	while (file->pos < 2 + (loff_t)ARRAY_SIZE(nodes)) {
		unsigned int i = (unsigned int)file->pos;
		const char *name = i >= 2 ? nodes[i - 2].name : &".."[1 - i];
		u32 ino = i >= 2 ? FIRST_INO + i - 2 : ROOT_INO;
		u32 mode = i >= 2 ? nodes[i - 2].mode : S_IFDIR;

		if (!fill(arg, name, strlen(name), file->pos + 1, ino, mode_to_dtype(mode)))
			break;
		file->pos++;
	}
	return 0;
}

static int devfs_readlink(struct inode *inode, char *buf, size_t size)
{
	const char *target = nodes[inode->ino - FIRST_INO].target;
	size_t len = min(strlen(target), size);

	memcpy(buf, target, len);
	return (int)len;
}

static void devfs_free_inode(struct inode *inode)
{
	(void)inode;
	BUG(); /* start-up's reference on each inode is never dropped */
}

static void devfs_statfs(struct fs_super *sb, struct kstatfs *st)
{
	(void)sb;
	st->type = DEVFS_MAGIC;
	st->bsize = PAGE_SIZE;
	st->namelen = NAME_MAX;
}

static const struct inode_ops devfs_dir_iops = {.lookup = devfs_lookup};
static const struct file_ops devfs_dir_fops = {.llseek = generic_llseek, .readdir = devfs_readdir};
static const struct inode_ops devfs_node_iops = {0};
static const struct inode_ops devfs_link_iops = {.readlink = devfs_readlink};
static const struct super_ops devfs_super_ops = {
	.free_inode = devfs_free_inode,
	.statfs = devfs_statfs,
};

static struct fs_super devfs_sb = {
	.type = "devfs",
	.source = "devfs",
	.dev = DEVFS_DEV,
	.root = &dev_root,
	.ops = &devfs_super_ops,
	.inodes = LIST_HEAD_INIT(devfs_sb.inodes),
};

static void devfs_make(struct inode *inode, u32 ino, u32 mode, const struct inode_ops *i_op)
{
	inode_init(inode, &devfs_sb, ino, mode);
	inode->i_op = i_op;
	inode->atime = inode->mtime = inode->ctime = now_seconds();
}

void devfs_init(void)
{
	unsigned int i;

	devfs_make(&dev_root, ROOT_INO, S_IFDIR | 0755, &devfs_dir_iops);
	dev_root.nlink = 2;
	dev_root.f_op = &devfs_dir_fops;
	for (i = 0; i < ARRAY_SIZE(nodes); i++) {
		devfs_make(&dev_inodes[i], FIRST_INO + i, nodes[i].mode,
			   nodes[i].target ? &devfs_link_iops : &devfs_node_iops);
		dev_inodes[i].rdev = nodes[i].rdev;
		if (nodes[i].target)
			dev_inodes[i].mapping.size = (loff_t)strlen(nodes[i].target);
	}
	vfs_graft("dev", &devfs_sb);
}
