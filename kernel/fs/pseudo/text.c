/*
 * text.c - text that grows as it is printed.
 *
 * The buffer doubles when it is full, up to a limit that no honest /proc file
 * reaches. Running out of memory is remembered, not returned by each call: the
 * caller looks once, at the end.
 */
#include "fs/pseudo/text.h"
#include "kernel/errno.h"
#include "kernel/printk.h"
#include "kernel/string.h"
#include "mm/slab.h"

#define FIRST_SIZE 1024u
#define MAX_SIZE   (2u << 20)

/* Makes room for n more bytes and a NUL. */
static bool text_reserve(struct text *text, size_t n)
{
	size_t size = text->size ? text->size : FIRST_SIZE;
	char *bigger;

	if (text->err)
		return false;
	while (size <= MAX_SIZE && text->len + n + 1 > size)
		size *= 2;
	if (size == text->size)
		return true;
	bigger = size <= MAX_SIZE ? krealloc(text->buf, size, GFP_KERNEL) : NULL;
	if (!bigger) {
		text->err = -ENOMEM;
		return false;
	}
	text->buf = bigger;
	text->size = size;
	return true;
}

void text_append(struct text *text, const char *bytes, size_t n)
{
	if (!text_reserve(text, n))
		return;
	memcpy(text->buf + text->len, bytes, n);
	text->len += n;
}

void text_printf(struct text *text, const char *fmt, ...)
{
	size_t n = 0, room;
	va_list ap;

	/* Growing may sleep, and then others may change what is printed: made anew until it fits.
	 * Each round doubles the buffer, so that its limit is theirs. */
	do {
		if (!text_reserve(text, n))
			return;
		room = text->size - text->len;
		va_start(ap, fmt);
		n = (size_t)vsnprintf(text->buf + text->len, room, fmt, ap);
		va_end(ap);
	} while (n >= room);
	text->len += n;
}

void text_pad(struct text *text, size_t line_start, size_t column)
{
	while (!text->err && text->len < line_start + column)
		text_append(text, " ", 1);
}

void text_free(struct text *text)
{
	kfree(text->buf);
	*text = (struct text){0};
}
