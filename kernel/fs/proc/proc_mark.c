/*
 * proc_mark.c - /proc/trace_mark: a program names what it is doing now.
 *
 * Each line written is a label and becomes a mark in the recording. A label ends at the
 * newline or with the write, and is cut to what a hint can carry.
 */
#include "arch/hint.h"
#include "i386/uaccess.h"
#include "fs/proc/proc.h"
#include "kernel/lock.h"
#include "proc/task.h"

#define MARK_MAX (TRACE_STR_MAX - 1)

static DEFINE_MUTEX(mark_lock);
static char label[TRACE_STR_MAX]; /* present and in low memory, as the plugin wants it */

/* Sends the label that starts at buf: bytes used up, or -EFAULT. mark_lock held. */
static ssize_t mark_line(const char __user *buf, size_t count)
{
	size_t n = min(count, (size_t)MARK_MAX), len = 0;

	if (copy_from_user(label, buf, n))
		return -EFAULT;
	while (len < n && label[len] != '\n' && label[len] != '\0')
		len++;
	label[len] = '\0';
	if (len)
		trace_hint(TRACE_MARK, (u32)current->pid, 0, (u32)label, 0);
	return (ssize_t)(len < n ? len + 1 : n);
}

ssize_t proc_write_mark(const char __user *buf, size_t count)
{
	size_t done = 0;
	ssize_t n = 0;

	while (n >= 0 && done < count && !fatal_signal_pending_current()) {
		mutex_lock(&mark_lock);
		n = mark_line(buf + done, count - done);
		mutex_unlock(&mark_lock);
		if (n > 0)
			done += (size_t)n;
		cond_resched();
	}
	return done || !count ? (ssize_t)done : n;
}
