/*
 * sendfile.c - system calls: sendfile and sendfile64, from a regular file to any
 * descriptor that takes bytes from kernel memory.
 *
 * The bytes go through a page of low memory. What was read and not taken stays
 * unread: the position moves by what was written. As in Linux, the two files' positions are
 * not locked (both might be the same, or two tasks take them crosswise): each is read once at the
 * start and set once at the end.
 */
#include "i386/uaccess.h"
#include "proc/syscall.h"
#include "fs/vfs/internal.h"
#include "mm/gfp.h"
#include "sched/sched.h"
#include "signal/signal.h"

/* Copies up to count bytes from *pos of `in`: bytes written, or errno when none were (-ERESTARTSYS:
 * a signal came first; 0 would mean the end of the file). */
static ssize_t copy_file(struct file *out, struct file *in, loff_t *pos, size_t count, void *page)
{
	loff_t to = out->pos;
	ssize_t n = 0, written;
	size_t done = 0;

	while (done < count) {
		n = -ERESTARTSYS;
		if (signal_pending_current())
			break;
		n = kernel_read(in, *pos, page, min(count - done, (size_t)PAGE_SIZE));
		if (n <= 0)
			break;
		written = out->ops->kwrite(out, page, (size_t)n, &to);
		if (written > 0) {
			*pos += written;
			done += (size_t)written;
		}
		if (written < n) {
			n = written;
			break;
		}
		cond_resched();
	}
	if (done)
		out->pos = to;
	return done ? (ssize_t)done : n;
}

static ssize_t send(u32 out_fd, u32 in_fd, loff_t *pos, size_t count)
{
	struct file *out = fget((int)out_fd), *in = fget((int)in_fd);
	ssize_t ret = -EBADF;
	loff_t from;
	void *page;

	if (!out || !in || !out->mf.writable || !in->mf.readable)
		goto out_fput;
	ret = -EINVAL;
	if (!in->mf.mapping || !out->ops->kwrite || out->flags & O_APPEND)
		goto out_fput;
	ret = -ENOMEM;
	page = (void *)__get_free_page(GFP_KERNEL);
	if (!page)
		goto out_fput;
	from = pos ? *pos : in->pos;
	ret = copy_file(out, in, &from, min(count, (size_t)MAX_RW_COUNT), page);
	*(pos ? pos : &in->pos) = from;
	free_page((unsigned long)page);
out_fput:
	if (out)
		fput(out);
	if (in)
		fput(in);
	return ret;
}

/* a: to, b: from, c: where the position is kept (0: the file's own), d: bytes. */
SYSCALL(sendfile)
{
	s32 narrow;
	loff_t pos;
	long ret;

	if (!c)
		return send(a, b, NULL, d);
	if (get_user_u32((u32 *)&narrow, (const u32 __user *)c))
		return -EFAULT;
	if (narrow < 0)
		return -EINVAL;
	pos = narrow;
	ret = send(a, b, &pos, d);
	if (pos > MAX_NON_LFS)
		return -EOVERFLOW;
	return put_user_u32((u32)pos, (u32 __user *)c) ? -EFAULT : ret;
}

/* The same with a 64-bit position. */
SYSCALL(sendfile64)
{
	loff_t pos;
	long ret;

	if (!c)
		return send(a, b, NULL, d);
	if (copy_from_user(&pos, (const void __user *)c, sizeof(pos)))
		return -EFAULT;
	if (pos < 0)
		return -EINVAL;
	ret = send(a, b, &pos, d);
	return copy_to_user((void __user *)c, &pos, sizeof(pos)) ? -EFAULT : ret;
}
