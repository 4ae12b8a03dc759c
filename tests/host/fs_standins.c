/*
 * fs_standins.c - what the rest of the kernel gives the file layer, for host
 * tests: one task that stands nowhere, a clock, and user memory that nobody can reach.
 */
#include "i386/uaccess.h"
#include "fs/vfs/internal.h"
#include "kernel/ktap.h"
#include "kernel/time.h"
#include "proc/task.h"
#include "signal/signal.h"
#include "test.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define TEST_TIME 1000000000

static struct task_struct the_task = {.rlim[RLIMIT_FSIZE] = {RLIM_INFINITY, RLIM_INFINITY}};
DEFINE_PER_CPU(struct task_struct *, current_task) = &the_task;

void ktime_get_real_ts(struct timespec64 *ts)
{
	*ts = (struct timespec64){.tv_sec = TEST_TIME};
}

unsigned long copy_to_user(void __user *to, const void *from, unsigned long n)
{
	(void)to;
	(void)from;
	return n;
}

unsigned long copy_from_user(void *to, const void __user *from, unsigned long n)
{
	(void)to;
	(void)from;
	return n;
}

long strncpy_from_user(char *to, const char __user *from, long size)
{
	(void)to;
	(void)from;
	(void)size;
	return -EFAULT;
}

/* No descriptors, no devices, no /dev and /proc. */
struct file *fget(int fd)
{
	(void)fd;
	return NULL;
}

const struct file_ops *chrdev_ops(u32 rdev)
{
	(void)rdev;
	return NULL;
}

const struct file_ops block_file_ops;

struct fs_struct *fs_dup(struct fs_struct *old)
{
	(void)old;
	return NULL;
}

struct fs_place *fs_get_cwd(struct fs_struct *fs)
{
	return fs->cwd;
}

void fs_put_place(struct fs_place *place)
{
	(void)place;
}

void fs_put(struct fs_struct *fs)
{
	(void)fs;
}

void pipe_init(void)
{
}

void tty_init(void)
{
}

void devfs_init(void)
{
}

void sysfs_init(void)
{
}

void procfs_init(void)
{
}

void send_sig(int sig, struct task_struct *task)
{
	(void)sig;
	(void)task;
}

/* The kernel's suites run here too: their failures are this test's. */
void ktap_fail(const char *file, int line, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	test_fail(file, line, "%s", text);
}
