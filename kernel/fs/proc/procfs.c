/*
 * procfs.c - /proc: directories, inodes and reading; what the files say stands in
 * proc_system.c, proc_mm.c and proc_pid.c; /proc/sys is a tree (tree.h) in proc_sysctl.c.
 *
 * An inode is made at each lookup and goes with its last user; it names its process by pid,
 * so it holds nothing alive.
 *
 * Inode numbers: the top directory 1, its files from 2 on; of a process,
 * pid << 12 with 1 for its directory, 2.. for the files in it, 256.. for its descriptors;
 * those of /proc/sys have the top bit.
 */
#include "i386/uaccess.h"
#include "fs/proc/proc.h"
#include "fs/pseudo/text_file.h"
#include "fs/pseudo/tree.h"
#include "kernel/printk.h"
#include "kernel/string.h"
#include "mm/slab.h"
#include "proc/task.h"

#define PROC_DEV       0x0004u
#define PROC_MAGIC     0x9fa0u
#define PID_SHIFT      12
#define DIR_INO	       1u
#define ENTRY_INO      2u
#define FD_INO	       256u
#define SYSCTL_INO     0x80000000u
#define FIRST_PID_POS  4096 /* positions in /proc: entries first, then 4096 + pid */
#define MAX_NUMBER_LEN 9
#define PID_CHARS      12

struct proc_inode {
	struct inode vfs;		/* first */
	const struct proc_entry *entry; /* NULL: the top, or a process's directory */
	pid_t pid;			/* 0: not of a process */
	int fd;				/* of a link in /proc/PID/fd */
};

_Static_assert(FD_INO + NR_OPEN <= 1u << PID_SHIFT, "inode numbers of a process overlap");

static struct kmem_cache *proc_inode_cache;
static struct fs_super proc_sb;
static struct proc_inode proc_root;
static const struct inode_ops top_iops, pid_iops, fd_dir_iops, file_iops, link_iops;
static const struct file_ops top_fops, pid_fops, fd_dir_fops, file_fops;

static struct proc_inode *proc_i(const struct inode *inode)
{
	return container_of(inode, struct proc_inode, vfs);
}

/* The process an inode belongs to, referenced, or NULL when it is gone. */
static struct task_struct *proc_task(const struct inode *inode)
{
	struct task_struct *task = find_task(proc_i(inode)->pid);

	return task ? get_task(task) : NULL;
}

static struct inode *make_inode(const struct proc_entry *entry, pid_t pid, u32 number, u32 mode)
{
	struct proc_inode *pi = kmem_cache_alloc(proc_inode_cache, GFP_KERNEL);
	struct inode *inode;

	if (!pi)
		return ERR_PTR(-ENOMEM);
	memset(pi, 0, sizeof(*pi));
	inode = &pi->vfs;
	inode_init(inode, &proc_sb, (u32)pid << PID_SHIFT | number, mode);
	pi->entry = entry;
	pi->pid = pid;
	inode->atime = inode->mtime = inode->ctime = now_seconds();
	if (S_ISREG(mode)) {
		inode->i_op = &file_iops;
		inode->f_op = &file_fops;
	} else if (S_ISLNK(mode)) {
		inode->i_op = &link_iops;
	} else {
		inode->nlink = 2;
		inode->i_op = entry ? &fd_dir_iops : &pid_iops;
		inode->f_op = entry ? &fd_dir_fops : &pid_fops;
	}
	return inode;
}

/* /proc/sys, the one directory of the top table. */
static const struct tree sysctl_tree = {
	.entries = proc_sysctl_entries,
	.sb = &proc_sb,
	.above = &proc_root.vfs,
	.first_ino = SYSCTL_INO,
};

static struct inode *find_entry(const struct proc_entry *table, pid_t pid, const char *name,
				unsigned int len)
{
	const struct proc_entry *entry;

	for (entry = table; entry->name; entry++) {
		if (strlen(entry->name) != len || memcmp(entry->name, name, len) != 0)
			continue;
		if (S_ISDIR(entry->mode) && !pid)
			return tree_root(&sysctl_tree);
		return make_inode(entry, pid, ENTRY_INO + (u32)(entry - table), entry->mode);
	}
	return ERR_PTR(-ENOENT);
}

/* A name that is a plain decimal number: it, or -1. */
static int name_number(const char *name, unsigned int len)
{
	unsigned int i;
	int number = 0;

	if (len == 0 || len > MAX_NUMBER_LEN || (name[0] == '0' && len > 1))
		return -1;
	for (i = 0; i < len; i++) {
		if (name[i] < '0' || name[i] > '9')
			return -1;
		number = number * 10 + (name[i] - '0');
	}
	return number;
}

static struct inode *top_lookup(struct inode *dir, const char *name, unsigned int len)
{
	int pid = name_number(name, len);

	(void)dir;
	if (pid < 0)
		return find_entry(proc_top_entries, 0, name, len);
	if (pid == 0 || !find_task(pid))
		return ERR_PTR(-ENOENT);
	return make_inode(NULL, pid, DIR_INO, S_IFDIR | 0555);
}

static struct inode *pid_lookup(struct inode *dir, const char *name, unsigned int len)
{
	if (!find_task(proc_i(dir)->pid))
		return ERR_PTR(-ENOENT);
	if (len == 2 && name[0] == '.' && name[1] == '.')
		return iget_ref(&proc_root.vfs);
	return find_entry(proc_pid_entries, proc_i(dir)->pid, name, len);
}

static struct inode *fd_lookup(struct inode *dir, const char *name, unsigned int len)
{
	struct task_struct *task = find_task(proc_i(dir)->pid);
	int fd = name_number(name, len);
	struct inode *inode;

	if (len == 2 && name[0] == '.' && name[1] == '.')
		return make_inode(NULL, proc_i(dir)->pid, DIR_INO, S_IFDIR | 0555);
	if (!task || fd < 0 || !proc_fd_open(task, fd))
		return ERR_PTR(-ENOENT);
	inode = make_inode(&proc_fd_entry, proc_i(dir)->pid, FD_INO + (u32)fd, S_IFLNK | 0700);
	if (!IS_ERR(inode))
		proc_i(inode)->fd = fd;
	return inode;
}

/* "." and "..": false when fill has enough. */
static bool fill_dots(struct file *file, void *arg, filldir_fn fill)
{
	for (; file->pos < 2; file->pos++) {
		if (!fill(arg, "..", file->pos ? 2 : 1, file->pos + 1, file->inode->ino,
			  mode_to_dtype(S_IFDIR)))
			return false;
	}
	return true;
}

/* The entries of a table, from position 2 on: false when fill has enough. */
static bool fill_entries(struct file *file, const struct proc_entry *table, void *arg,
			 filldir_fn fill)
{
	u32 base = (u32)proc_i(file->inode)->pid << PID_SHIFT;
	u32 i, count = 0;

	while (table[count].name)
		count++;
	for (i = (u32)file->pos - 2; i < count; i++, file->pos++) {
		if (!fill(arg, table[i].name, strlen(table[i].name), file->pos + 1,
			  base | (ENTRY_INO + i), mode_to_dtype(table[i].mode)))
			return false;
	}
	return true;
}

/* The smallest process number from `pid` on, or 0. */
static pid_t next_process(pid_t pid)
{
	struct task_struct *task;
	pid_t best = 0;

	for_each_task (task) {
		if (thread_group_leader(task) && task->pid >= pid && task->pid > 0 &&
		    (best == 0 || task->pid < best))
			best = task->pid;
	}
	return best;
}

static int top_readdir(struct file *file, void *arg, filldir_fn fill)
{
	char name[PID_CHARS];
	pid_t pid;
	int len;

	if (file->pos < FIRST_PID_POS) {
		if (!fill_dots(file, arg, fill) || !fill_entries(file, proc_top_entries, arg, fill))
			return 0;
		file->pos = FIRST_PID_POS;
	}
	while ((pid = next_process((pid_t)(file->pos - FIRST_PID_POS)))) {
		len = snprintf(name, sizeof(name), "%d", pid);
		file->pos = FIRST_PID_POS + pid;
		if (!fill(arg, name, (unsigned int)len, file->pos + 1,
			  (u32)pid << PID_SHIFT | DIR_INO, mode_to_dtype(S_IFDIR)))
			return 0;
		file->pos++;
		cond_resched();
		if (fatal_signal_pending_current())
			return -EINTR;
	}
	return 0;
}

static int pid_readdir(struct file *file, void *arg, filldir_fn fill)
{
	if (fill_dots(file, arg, fill))
		fill_entries(file, proc_pid_entries, arg, fill);
	return 0;
}

static int fd_readdir(struct file *file, void *arg, filldir_fn fill)
{
	struct task_struct *task = proc_task(file->inode);
	char name[PID_CHARS];
	int fd, len;

	if (!task)
		return -ENOENT;
	if (!fill_dots(file, arg, fill))
		goto out_put;
	while ((fd = proc_next_fd(task, (int)file->pos - 2)) >= 0) {
		len = snprintf(name, sizeof(name), "%d", fd);
		file->pos = fd + 2;
		if (!fill(arg, name, (unsigned int)len, file->pos + 1,
			  (u32)task->pid << PID_SHIFT | (FD_INO + (u32)fd), mode_to_dtype(S_IFLNK)))
			break;
		file->pos++;
	}
out_put:
	put_task(task);
	return 0;
}

static int make_text(struct file *file, struct text *text)
{
	const struct proc_inode *pi = proc_i(file->inode);
	struct task_struct *task = pi->pid ? proc_task(file->inode) : NULL;
	int err;

	if (pi->pid && !task)
		return -ESRCH;
	err = pi->entry->show(text, task);
	if (task)
		put_task(task);
	return err;
}

static int file_open(struct inode *inode, struct file *file)
{
	if (file->mf.writable && !proc_i(inode)->entry->write)
		return -EACCES;
	return text_file_open(file);
}

static ssize_t file_read(struct file *file, void __user *buf, size_t count, loff_t *pos)
{
	if (!proc_i(file->inode)->entry->show)
		return -EINVAL;
	return text_file_read(file, buf, count, pos, make_text);
}

static ssize_t file_write(struct file *file, const void __user *buf, size_t count, loff_t *pos)
{
	const struct proc_inode *pi = proc_i(file->inode);
	struct task_struct *task = pi->pid ? proc_task(file->inode) : NULL;
	ssize_t ret;

	(void)pos;
	if (pi->pid && !task)
		return -ESRCH;
	ret = pi->entry->write(task, buf, count);
	if (task)
		put_task(task);
	return ret;
}

static int link_readlink(struct inode *inode, char *buf, size_t size)
{
	const struct proc_inode *pi = proc_i(inode);
	struct task_struct *task = pi->pid ? proc_task(inode) : NULL;
	struct text text = {0};
	int ret;

	if (pi->pid && !task)
		return -ENOENT;
	ret = pi->entry->link(&text, task, pi->fd);
	if (task)
		put_task(task);
	if (!ret)
		ret = text.err;
	if (!ret) {
		ret = (int)min(text.len, size);
		memcpy(buf, text.buf, (size_t)ret);
	}
	text_free(&text);
	return ret;
}

static struct inode *link_follow(struct inode *inode)
{
	const struct proc_inode *pi = proc_i(inode);
	struct task_struct *task;
	struct inode *target;

	if (!pi->entry->target)
		return NULL;
	task = find_task(pi->pid);
	target = task ? pi->entry->target(task, pi->fd) : NULL;
	return target ? target : ERR_PTR(-ENOENT);
}

static void proc_free_inode(struct inode *inode)
{
	BUG_ON(inode == &proc_root.vfs);
	if (is_tree_inode(inode))
		tree_free_inode(inode);
	else
		kmem_cache_free(proc_inode_cache, proc_i(inode));
}

static void proc_statfs(struct fs_super *sb, struct kstatfs *st)
{
	(void)sb;
	st->type = PROC_MAGIC;
	st->bsize = PAGE_SIZE;
	st->namelen = NAME_MAX;
}

static const struct inode_ops top_iops = {.lookup = top_lookup};
static const struct inode_ops pid_iops = {.lookup = pid_lookup};
static const struct inode_ops fd_dir_iops = {.lookup = fd_lookup};
static const struct inode_ops file_iops;
static const struct inode_ops link_iops = {.readlink = link_readlink, .follow = link_follow};
static const struct file_ops top_fops = {.llseek = generic_llseek, .readdir = top_readdir};
static const struct file_ops pid_fops = {.llseek = generic_llseek, .readdir = pid_readdir};
static const struct file_ops fd_dir_fops = {.llseek = generic_llseek, .readdir = fd_readdir};
static const struct file_ops file_fops = {
	.open = file_open,
	.release = text_file_release,
	.read = file_read,
	.write = file_write,
	.llseek = generic_llseek,
};
static const struct super_ops proc_super_ops = {
	.free_inode = proc_free_inode,
	.statfs = proc_statfs,
};

static struct fs_super proc_sb = {
	.type = "proc",
	.source = "proc",
	.dev = PROC_DEV,
	.root = &proc_root.vfs,
	.ops = &proc_super_ops,
	.inodes = LIST_HEAD_INIT(proc_sb.inodes),
};

void procfs_init(void)
{
	struct inode *root = &proc_root.vfs;

	proc_inode_cache =
		kmem_cache_create("proc_inode", sizeof(struct proc_inode), 0, SLAB_PANIC, NULL);
	inode_init(root, &proc_sb, DIR_INO, S_IFDIR | 0555);
	root->nlink = 2;
	root->i_op = &top_iops;
	root->f_op = &top_fops;
	root->atime = root->mtime = root->ctime = now_seconds();
	vfs_graft("proc", &proc_sb);
}
