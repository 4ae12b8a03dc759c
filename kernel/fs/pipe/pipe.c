/*
 * pipe.c - pipes: 64 KiB of bytes between writers and readers.
 *
 * The bytes lie in a ring of 16 pages, each taken when it is first needed. `in` and
 * `out` count bytes since the beginning and never turn back; their difference is what the
 * ring holds. A write of up to PIPE_BUF bytes goes in whole. The lock is held while
 * bytes are copied, and never while somebody waits for the other side.
 */
#include "i386/uaccess.h"
#include "proc/syscall.h"
#include "fs/tty/ioctl.h"
#include "fs/vfs/internal.h"
#include "kernel/printk.h"
#include "kernel/string.h"
#include "mm/slab.h"
#include "signal/signal.h"

#define PIPE_PAGES    16u
#define PIPE_CAPACITY (PIPE_PAGES * (u32)PAGE_SIZE)
#define PIPE_BUF      4096u
#define PIPEFS_DEV    0x000au
#define PIPEFS_MAGIC  0x50495045u

struct pipe {
	struct inode vfs; /* first */
	struct mutex lock;
	wait_queue_head_t wait; /* for bytes, for room, for the other side to go */
	u32 in, out;		/* bytes since the beginning (lock) */
	unsigned int readers, writers;
	char *pages[PIPE_PAGES];
};

static struct kmem_cache *pipe_cache;
static struct fs_super pipe_sb;
static u32 next_pipe_ino = 1;

static struct pipe *pipe_of(const struct inode *inode)
{
	return container_of(inode, struct pipe, vfs);
}

static u32 pipe_room(const struct pipe *pipe)
{
	return PIPE_CAPACITY - (pipe->in - pipe->out);
}

/* Where byte number `pos` lies, and how many follow it in its page; NULL: no memory for the page.
 */
static char *pipe_place(struct pipe *pipe, u32 pos, u32 *n)
{
	u32 page = pos / PAGE_SIZE % PIPE_PAGES, offset = pos % PAGE_SIZE;

	if (!pipe->pages[page])
		pipe->pages[page] = (char *)__get_free_page(GFP_KERNEL);
	*n = min(*n, (u32)PAGE_SIZE - offset);
	return pipe->pages[page] ? pipe->pages[page] + offset : NULL;
}

/* Waits for bytes; the lock is held before and after. 1: there are some, 0: end, else errno. */
static int wait_for_bytes(struct pipe *pipe, bool nonblock)
{
	int err;

	while (pipe->in == pipe->out) {
		if (!pipe->writers)
			return 0;
		if (nonblock)
			return -EAGAIN;
		mutex_unlock(&pipe->lock);
		err = wait_event_interruptible(pipe->wait, pipe->in != pipe->out || !pipe->writers);
		mutex_lock(&pipe->lock);
		if (err)
			return err;
	}
	return 1;
}

static ssize_t pipe_read(struct file *file, void __user *buf, size_t count, loff_t *pos)
{
	struct pipe *pipe = pipe_of(file->inode);
	ssize_t done = 0;
	int ret;

	(void)pos;
	if (count == 0)
		return 0;
	mutex_lock(&pipe->lock);
	ret = wait_for_bytes(pipe, file->flags & O_NONBLOCK);
	while (ret > 0 && (size_t)done < count && pipe->in != pipe->out) {
		u32 n = min((u32)(count - (size_t)done), pipe->in - pipe->out);
		char *from = pipe_place(pipe, pipe->out, &n);

		if (copy_to_user((char __user *)buf + done, from, n)) {
			ret = -EFAULT;
			break;
		}
		pipe->out += n;
		done += (ssize_t)n;
	}
	mutex_unlock(&pipe->lock);
	if (done)
		wake_up_all(&pipe->wait);
	return done ? done : ret;
}

/* Waits until `need` bytes fit; the lock is held before and after. 0, or errno. */
static int wait_for_room(struct pipe *pipe, u32 need, bool nonblock)
{
	int err;

	while (pipe->readers && pipe_room(pipe) < need) {
		if (nonblock)
			return -EAGAIN;
		mutex_unlock(&pipe->lock);
		err = wait_event_interruptible(pipe->wait,
					       pipe_room(pipe) >= need || !pipe->readers);
		mutex_lock(&pipe->lock);
		if (err)
			return err;
	}
	if (pipe->readers)
		return 0;
	send_sig(SIGPIPE, current);
	return -EPIPE;
}

/* Copies what fits now: bytes, or -EFAULT, -ENOMEM. */
static ssize_t pipe_fill(struct pipe *pipe, const char *buf, size_t count, page_copy_fn from_buf)
{
	ssize_t done = 0;

	while ((size_t)done < count && pipe_room(pipe)) {
		u32 n = min((u32)(count - (size_t)done), pipe_room(pipe));
		char *to = pipe_place(pipe, pipe->in, &n);

		if (!to)
			return done ? done : -ENOMEM;
		if (from_buf(to, (char *)buf + done, n))
			return done ? done : -EFAULT;
		pipe->in += n;
		done += (ssize_t)n;
	}
	return done;
}

static ssize_t write_from(struct file *file, const char *buf, size_t count, page_copy_fn from_buf)
{
	struct pipe *pipe = pipe_of(file->inode);
	u32 need = count <= PIPE_BUF ? (u32)count : 1;
	ssize_t ret = 0, done = 0;

	if (count == 0)
		return 0;
	mutex_lock(&pipe->lock);
	while (ret >= 0 && (size_t)done < count) {
		ret = wait_for_room(pipe, need, file->flags & O_NONBLOCK);
		if (ret)
			break;
		ret = pipe_fill(pipe, buf + done, count - (size_t)done, from_buf);
		if (ret > 0) {
			done += ret;
			wake_up_all(&pipe->wait);
		}
	}
	mutex_unlock(&pipe->lock);
	return done ? done : ret;
}

static ssize_t pipe_write(struct file *file, const void __user *buf, size_t count, loff_t *pos)
{
	(void)pos;
	return write_from(file, buf, count, page_from_user);
}

static ssize_t pipe_kwrite(struct file *file, const void *buf, size_t count, loff_t *pos)
{
	(void)pos;
	return write_from(file, buf, count, page_from_kernel);
}

static unsigned int pipe_poll(struct file *file, wait_queue_head_t **queue)
{
	struct pipe *pipe = pipe_of(file->inode);
	unsigned int mask = 0;

	*queue = &pipe->wait;
	if (file->mf.readable) {
		if (pipe->in != pipe->out)
			mask |= POLLIN | POLLRDNORM;
		if (!pipe->writers)
			mask |= POLLHUP;
	}
	if (file->mf.writable) {
		if (pipe_room(pipe) >= PIPE_BUF)
			mask |= POLLOUT | POLLWRNORM;
		if (!pipe->readers)
			mask |= POLLERR;
	}
	return mask;
}

static int pipe_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct pipe *pipe = pipe_of(file->inode);

	if (cmd != FIONREAD)
		return -ENOTTY;
	return put_user_u32(pipe->in - pipe->out, (u32 __user *)arg);
}

static int pipe_open(struct inode *inode, struct file *file)
{
	struct pipe *pipe = pipe_of(inode);

	pipe->readers += file->mf.readable;
	pipe->writers += file->mf.writable;
	return 0;
}

static void pipe_release(struct file *file)
{
	struct pipe *pipe = pipe_of(file->inode);

	pipe->readers -= file->mf.readable;
	pipe->writers -= file->mf.writable;
	wake_up_all(&pipe->wait);
}

static const struct file_ops pipe_fops = {
	.open = pipe_open,
	.release = pipe_release,
	.read = pipe_read,
	.write = pipe_write,
	.kwrite = pipe_kwrite,
	.ioctl = pipe_ioctl,
	.poll = pipe_poll,
};

static void pipe_free_inode(struct inode *inode)
{
	struct pipe *pipe = pipe_of(inode);
	unsigned int i;

	for (i = 0; i < PIPE_PAGES; i++) {
		if (pipe->pages[i])
			free_page((unsigned long)pipe->pages[i]);
	}
	kmem_cache_free(pipe_cache, pipe);
}

static const struct inode_ops pipe_iops; /* a pipe has no name and no attributes to store */

static void pipe_statfs(struct fs_super *sb, struct kstatfs *st)
{
	(void)sb;
	st->type = PIPEFS_MAGIC;
	st->bsize = PAGE_SIZE;
	st->namelen = NAME_MAX;
}

static const struct super_ops pipe_super_ops = {
	.free_inode = pipe_free_inode,
	.statfs = pipe_statfs,
};

static struct fs_super pipe_sb = {
	.type = "pipefs",
	.source = "pipefs",
	.dev = PIPEFS_DEV,
	.ops = &pipe_super_ops,
	.inodes = LIST_HEAD_INIT(pipe_sb.inodes),
};

void pipe_init(void)
{
	pipe_cache = kmem_cache_create("pipe", sizeof(struct pipe), 0, SLAB_PANIC, NULL);
}

static struct pipe *pipe_make(void)
{
	struct pipe *pipe = kmem_cache_alloc(pipe_cache, GFP_KERNEL);

	if (!pipe)
		return NULL;
	memset(pipe, 0, sizeof(*pipe));
	inode_init(&pipe->vfs, &pipe_sb, next_pipe_ino++, S_IFIFO | 0600);
	pipe->vfs.i_op = &pipe_iops;
	pipe->vfs.f_op = &pipe_fops;
	pipe->vfs.atime = pipe->vfs.mtime = pipe->vfs.ctime = now_seconds();
	mutex_init(&pipe->lock, "pipe");
	init_waitqueue_head(&pipe->wait);
	return pipe;
}

int pipe_open_pair(struct file *ends[2], unsigned int flags)
{
	struct pipe *pipe = pipe_make();
	char name[24];

	if (!pipe)
		return -ENOMEM;
	snprintf(name, sizeof(name), "pipe:[%u]", pipe->vfs.ino);
	ends[0] = file_make(iget_ref(&pipe->vfs), name, O_RDONLY | flags);
	ends[1] =
		IS_ERR(ends[0]) ? ends[0] : file_make(iget_ref(&pipe->vfs), name, O_WRONLY | flags);
	iput(&pipe->vfs);
	if (!IS_ERR(ends[1]))
		return 0;
	if (!IS_ERR(ends[0]))
		fput(ends[0]);
	return (int)PTR_ERR(ends[1]);
}

/* Installs both ends and tells the program; on failure nothing stays open. */
static long give_pair(struct file *ends[2], u32 __user *where, bool cloexec)
{
	u32 fds[2];
	int in = fd_install(ends[0], 0, cloexec), out;

	if (in < 0) {
		fput(ends[0]);
		fput(ends[1]);
		return in;
	}
	out = fd_install(ends[1], 0, cloexec);
	if (out < 0) {
		fput(ends[1]);
		sys_close((u32)in, 0, 0, 0, 0, 0);
		return out;
	}
	fds[0] = (u32)in;
	fds[1] = (u32)out;
	if (!copy_to_user(where, fds, sizeof(fds)))
		return 0;
	sys_close(fds[0], 0, 0, 0, 0, 0);
	sys_close(fds[1], 0, 0, 0, 0, 0);
	return -EFAULT;
}

/* a: array of two descriptors, b: O_CLOEXEC, O_NONBLOCK. */
SYSCALL(pipe2)
{
	struct file *ends[2];
	long err;

	if (b & ~(O_CLOEXEC | O_NONBLOCK))
		return -EINVAL;
	err = pipe_open_pair(ends, b & O_NONBLOCK);
	return err ? err : give_pair(ends, (u32 __user *)a, b & O_CLOEXEC);
}

SYSCALL(pipe)
{
	return sys_pipe2(a, 0, 0, 0, 0, 0);
}
