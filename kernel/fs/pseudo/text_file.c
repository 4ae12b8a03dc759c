/*
 * text_file.c - open files whose contents are text made at the moment of reading.
 *
 * The text belongs to the open file, not to the inode: two readers never disturb
 * each other. It is made when byte 0 is read and stays until it is read
 * from the start again or the file is closed.
 */
#include "fs/pseudo/text_file.h"
#include "i386/uaccess.h"
#include "kernel/errno.h"
#include "mm/slab.h"

int text_file_open(struct file *file)
{
	file->private = kzalloc(sizeof(struct text), GFP_KERNEL);
	return file->private ? 0 : -ENOMEM;
}

void text_file_release(struct file *file)
{
	if (file->private)
		text_free(file->private);
	kfree(file->private);
}

ssize_t text_file_read(struct file *file, void __user *buf, size_t count, loff_t *pos,
		       int (*make)(struct file *file, struct text *text))
{
	struct text *text = file->private;
	size_t n;
	int err;

	if (*pos == 0 || !text->buf) {
		text_free(text);
		err = make(file, text);
		if (!err)
			err = text->err;
		if (err)
			return err;
	}
	if (*pos >= (loff_t)text->len)
		return 0;
	n = min(count, text->len - (size_t)*pos);
	n -= copy_to_user(buf, text->buf + (size_t)*pos, n);
	*pos += (loff_t)n;
	return n || !count ? (ssize_t)n : -EFAULT;
}
