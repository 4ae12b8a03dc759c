/*
 * text_file.c - open files whose contents are text made at the moment of reading.
 *
 * The text belongs to the open file, not to the inode: two readers never disturb
 * each other. It is made when byte 0 is read and stays until it is read
 * from the start again or the file is closed. Tasks may share the open file: its lock is held
 * while the text is made and copied, since both sleep. It comes before mmap_sem.
 */
#include "fs/pseudo/text_file.h"
#include "i386/uaccess.h"
#include "kernel/errno.h"
#include "mm/slab.h"

struct text_file {
	struct mutex lock;
	struct text text;
};

int text_file_open(struct file *file)
{
	struct text_file *tf = kzalloc(sizeof(*tf), GFP_KERNEL);

	if (!tf)
		return -ENOMEM;
	mutex_init(&tf->lock, "text_file");
	file->private = tf;
	return 0;
}

void text_file_release(struct file *file)
{
	struct text_file *tf = file->private;

	if (tf)
		text_free(&tf->text);
	kfree(tf);
}

/* The copy that is to be read: made, if this is the start. 0 or errno. The lock is held. */
static int fill_text(struct file *file, struct text *text, loff_t pos,
		     int (*make)(struct file *file, struct text *text))
{
	int err;

	if (pos != 0 && text->buf)
		return 0;
	text_free(text);
	err = make(file, text);
	if (!err)
		err = text->err;
	if (err)
		text_free(text);
	return err;
}

/* Copies what lies at *pos: bytes, or -EFAULT. The lock is held. */
static ssize_t copy_text(const struct text *text, void __user *buf, size_t count, loff_t *pos)
{
	size_t n;

	if (*pos >= (loff_t)text->len)
		return 0;
	n = min(count, text->len - (size_t)*pos);
	n -= copy_to_user(buf, text->buf + (size_t)*pos, n);
	*pos += (loff_t)n;
	return n || !count ? (ssize_t)n : -EFAULT;
}

ssize_t text_file_read(struct file *file, void __user *buf, size_t count, loff_t *pos,
		       int (*make)(struct file *file, struct text *text))
{
	struct text_file *tf = file->private;
	ssize_t ret;

	mutex_lock(&tf->lock);
	ret = fill_text(file, &tf->text, *pos, make);
	if (!ret)
		ret = copy_text(&tf->text, buf, count, pos);
	mutex_unlock(&tf->lock);
	return ret;
}
