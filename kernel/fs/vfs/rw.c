/*
 * rw.c - reading, writing and seeking, for all kinds of files.
 *
 * The calls check descriptor, mode and sizes; the file's operations move the
 * bytes. Regular files read through the page cache here; how they are written is
 * the file system's affair (it must find room first).
 */
#include "i386/uaccess.h"
#include "proc/syscall.h"
#include "fs/vfs/internal.h"
#include "kernel/string.h"
#include "mm/slab.h"
#include "proc/task.h"
#include "signal/signal.h"

#define IOV_MAX 1024 /* Linux's UIO_MAXIOV */

struct iovec32 {
	u32 base, len;
};

unsigned long page_to_user(void *page, void *buf, unsigned long n)
{
	return copy_to_user(buf, page, n);
}

unsigned long page_from_user(void *page, void *buf, unsigned long n)
{
	return copy_from_user(page, buf, n);
}

unsigned long page_to_kernel(void *page, void *buf, unsigned long n)
{
	memcpy(buf, page, n);
	return 0;
}

unsigned long page_from_kernel(void *page, void *buf, unsigned long n)
{
	memcpy(page, buf, n);
	return 0;
}

ssize_t move_in_steps(struct file *file, char *buf, size_t count, loff_t *pos,
		      ssize_t (*step)(struct file *file, char *buf, size_t count, loff_t *pos))
{
	size_t done = 0, n;
	ssize_t ret;

	do {
		n = min(count - done, RW_STEP);
		ret = step(file, buf + done, n, pos);
		if (ret > 0)
			done += (size_t)ret;
	} while (ret == (ssize_t)n && done < count && may_go_on());
	return done ? (ssize_t)done : ret;
}

static ssize_t read_step(struct file *file, char *buf, size_t count, loff_t *pos)
{
	ssize_t ret = filemap_read(&file->inode->mapping, *pos, buf, count, page_to_user);

	if (ret > 0)
		*pos += ret;
	return ret;
}

ssize_t generic_read(struct file *file, void __user *buf, size_t count, loff_t *pos)
{
	if (count <= RW_STEP) /* nearly always */
		return read_step(file, buf, count, pos);
	return move_in_steps(file, buf, count, pos, read_step);
}

loff_t generic_llseek(struct file *file, loff_t offset, int whence)
{
	loff_t base;

	switch (whence) {
	case SEEK_SET:
		base = 0;
		break;
	case SEEK_CUR:
		base = file->pos;
		break;
	case SEEK_END:
		base = file->inode->mapping.size;
		break;
	default:
		return -EINVAL;
	}
	if (__builtin_add_overflow(base, offset, &offset) || offset < 0)
		return -EINVAL;
	file->pos = offset;
	return offset;
}

int check_file_size(loff_t size)
{
	if ((u64)size <= current->rlim[RLIMIT_FSIZE].cur)
		return 0;
	send_sig(SIGXFSZ, current);
	return -EFBIG;
}

ssize_t bound_file_write(loff_t pos, size_t count)
{
	u64 limit = current->rlim[RLIMIT_FSIZE].cur;

	if ((u64)pos >= limit && count)
		return check_file_size(pos + 1);
	return (ssize_t)min((u64)count, limit - (u64)pos);
}

/* Nobody else can get at the file while this call lasts: one slot of a table of our own, and
 * fget(). */
static bool only_ours(const struct file *file)
{
	return atomic_read(&file->mf.count) <= 2 && atomic_read(&current->files->count) == 1;
}

bool file_lock_pos(struct file *file)
{
	if (!file->ops->llseek || only_ours(file))
		return false;
	mutex_lock(&file->pos_lock);
	return true;
}

void file_unlock_pos(struct file *file, bool locked)
{
	if (locked)
		mutex_unlock(&file->pos_lock);
}

static ssize_t do_read(struct file *file, void __user *buf, size_t count, loff_t *pos)
{
	if (!file->mf.readable)
		return -EBADF;
	if (!file->ops->read)
		return S_ISDIR(file->inode->mode) ? -EISDIR : -EINVAL;
	if (!access_ok(buf, count))
		return -EFAULT;
	return file->ops->read(file, buf, min(count, (size_t)MAX_RW_COUNT), pos);
}

static ssize_t do_write(struct file *file, const void __user *buf, size_t count, loff_t *pos)
{
	if (!file->mf.writable)
		return -EBADF;
	if (!file->ops->write)
		return -EINVAL;
	if (!access_ok(buf, count))
		return -EFAULT;
	return file->ops->write(file, buf, min(count, (size_t)MAX_RW_COUNT), pos);
}

/* Built in with a constant `write`, as are the next two. */
static __always_inline ssize_t do_rw(struct file *file, u32 buf, size_t count, loff_t *pos,
				     bool write)
{
	return write ? do_write(file, (const void __user *)buf, count, pos)
		     : do_read(file, (void __user *)buf, count, pos);
}

static __always_inline long rw_call(u32 fd, u32 buf, u32 count, bool write)
{
	struct file *file = fget((int)fd);
	bool locked;
	ssize_t ret;

	if (!file)
		return -EBADF;
	locked = file_lock_pos(file);
	ret = do_rw(file, buf, count, &file->pos, write);
	file_unlock_pos(file, locked);
	fput(file);
	return ret;
}

/* a: descriptor, b: buffer, c: bytes. */
SYSCALL(read)
{
	return rw_call(a, b, c, false);
}

SYSCALL(write)
{
	return rw_call(a, b, c, true);
}

/* At a given place, in 64-bit halves. */
static __always_inline long positioned_call(u32 fd, u32 buf, u32 count, u32 low, u32 high,
					    bool write)
{
	loff_t pos = (loff_t)((u64)high << 32 | low);
	struct file *file;
	long ret = -ESPIPE;

	if (pos < 0)
		return -EINVAL;
	file = fget((int)fd);
	if (!file)
		return -EBADF;
	if (file->ops->llseek)
		ret = do_rw(file, buf, count, &pos, write);
	fput(file);
	return ret;
}

/* a: descriptor, b: buffer, c: bytes, d and e: place, 64-bit halves. */
SYSCALL(pread64)
{
	return positioned_call(a, b, c, d, e, false);
}

SYSCALL(pwrite64)
{
	return positioned_call(a, b, c, d, e, true);
}

/* Copies and checks an array of buffers; ERR_PTR(-EINVAL, -EFAULT, -ENOMEM). Free with kfree(). */
static struct iovec32 *get_iovec(u32 user, u32 nr)
{
	struct iovec32 *iov;
	u32 i, total = 0;
	long err = -EFAULT;

	if (nr > IOV_MAX)
		return ERR_PTR(-EINVAL);
	iov = kmalloc_array(max(nr, 1u), sizeof(*iov), GFP_KERNEL);
	if (!iov)
		return ERR_PTR(-ENOMEM);
	if (copy_from_user(iov, (const void __user *)user, nr * sizeof(*iov)))
		goto out_free;
	for (i = 0; i < nr; i++) {
		err = -EINVAL;
		if ((s32)iov[i].len < 0)
			goto out_free;
		err = -EFAULT;
		if (!access_ok((void __user *)iov[i].base, iov[i].len))
			goto out_free;
		if (iov[i].len > MAX_RW_COUNT - total) /* the sum is cut, as Linux does */
			iov[i].len = MAX_RW_COUNT - total;
		total += iov[i].len;
	}
	return iov;
out_free:
	kfree(iov);
	return ERR_PTR(err);
}

/* Moves buffer after buffer until one is moved short. What was moved counts more than an error. */
static ssize_t move_iovec(struct file *file, const struct iovec32 *iov, u32 nr, bool write)
{
	ssize_t ret = 0, done = 0;
	u32 i;

	for (i = 0; i < nr; i++) {
		if (iov[i].len == 0)
			continue;
		ret = do_rw(file, iov[i].base, iov[i].len, &file->pos, write);
		if (ret > 0)
			done += ret;
		if (ret != (ssize_t)iov[i].len || !may_go_on())
			break;
	}
	return done ? done : ret;
}

static long do_iovec(u32 fd, u32 user, u32 nr, bool write)
{
	struct file *file = fget((int)fd);
	struct iovec32 *iov;
	bool locked;
	long done;

	if (!file)
		return -EBADF;
	iov = get_iovec(user, nr);
	if (IS_ERR(iov)) {
		done = PTR_ERR(iov);
		goto out_fput;
	}
	locked = file_lock_pos(file);
	done = move_iovec(file, iov, nr, write);
	file_unlock_pos(file, locked);
	kfree(iov);
out_fput:
	fput(file);
	return done;
}

/* a: descriptor, b: array of buffers, c: how many. */
SYSCALL(readv)
{
	return do_iovec(a, b, c, false);
}

SYSCALL(writev)
{
	return do_iovec(a, b, c, true);
}

static loff_t do_seek(u32 fd, loff_t offset, u32 whence)
{
	struct file *file = fget((int)fd);
	loff_t ret = -ESPIPE;
	bool locked;

	if (!file)
		return -EBADF;
	locked = file_lock_pos(file);
	if (file->ops->llseek)
		ret = file->ops->llseek(file, offset, (int)whence);
	file_unlock_pos(file, locked);
	fput(file);
	return ret;
}

/* a: descriptor, b: offset, c: whence. */
SYSCALL(lseek)
{
	loff_t ret = do_seek(a, (s32)b, c);

	return ret > MAX_NON_LFS ? -EOVERFLOW : (long)ret;
}

/* a: descriptor, b and c: offset, high word first; d: where the result goes, e: whence. */
SYSCALL(_llseek)
{
	loff_t ret = do_seek(a, (loff_t)((u64)b << 32 | c), e);

	if (ret < 0)
		return (long)ret;
	return copy_to_user((void __user *)d, &ret, sizeof(ret)) ? -EFAULT : 0;
}

#define POSIX_FADV_NOREUSE 5u /* the last one */

/* Advice is checked, and not taken: nothing is read ahead yet. */
static long fadvise(u32 fd, loff_t len, u32 advice)
{
	struct file *file = fget((int)fd);
	long ret = 0;

	if (!file)
		return -EBADF;
	if (file->flags & O_PATH)
		ret = -EBADF;
	else if (S_ISFIFO(file->inode->mode))
		ret = -ESPIPE;
	else if (len < 0 || advice > POSIX_FADV_NOREUSE)
		ret = -EINVAL;
	fput(file);
	return ret;
}

/* a: descriptor, b and c: offset, d: length (without a sign), e: advice. */
SYSCALL(fadvise64)
{
	return fadvise(a, d, e);
}

/* a: descriptor, b and c: offset, d and e: length, low words first; f: advice. */
SYSCALL(fadvise64_64)
{
	return fadvise(a, (loff_t)((u64)e << 32 | d), f);
}
