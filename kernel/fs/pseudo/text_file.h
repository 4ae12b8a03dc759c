/* text_file.h - open files whose contents are text made at the moment of reading. */
#ifndef FS_TEXT_FILE_H
#define FS_TEXT_FILE_H

#include "fs/pseudo/text.h"
#include "fs/vfs/vfs.h"

/* Keeps an empty text in file->private: 0 or -ENOMEM. */
int text_file_open(struct file *file);
void text_file_release(struct file *file);
/*
 * read(): `make` fills the text (0 or errno) when it is read from the start, so that a reader gets
 * one moment's state however small its reads are. May sleep.
 */
ssize_t text_file_read(struct file *file, void __user *buf, size_t count, loff_t *pos,
		       int (*make)(struct file *file, struct text *text));

#endif
