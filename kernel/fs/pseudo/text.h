/* text.h - text that grows as it is printed: the contents of a /proc file. */
#ifndef FS_TEXT_H
#define FS_TEXT_H

#include "kernel/compiler.h"
#include "kernel/types.h"

struct task_struct;

struct text {
	char *buf; /* kmalloc()ed, or NULL while empty */
	size_t len, size;
	int err; /* -ENOMEM once it could not grow: what follows is dropped */
	/* What a file of a tree (tree.h) is about, for the function that makes its text. */
	struct task_struct *task;
	int number;
};

/* May sleep. */
void text_printf(struct text *text, const char *fmt, ...) __printf_like(2, 3);
void text_append(struct text *text, const char *bytes, size_t n);
/* Blanks until `column` bytes after the last line's start. */
void text_pad(struct text *text, size_t line_start, size_t column);
void text_free(struct text *text);

#endif
