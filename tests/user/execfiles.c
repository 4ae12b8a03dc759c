/*
 * execfiles.c - a thread is inside open() when another one calls execve(): what it has opened when
 * it ends is the new program's. Where there is a way to make the kernel forget what it has read,
 * open() waits for the disk, and execve(), which then has all it needs, comes in between.
 */
#include "try.h"
#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>

static volatile int begun;
static int dir;

static int opens(void *arg)
{
	(void)arg;
	begun = 1;
	openat(dir, "f", O_RDONLY);
	while (pause() < 0)
		;
	return 0;
}

/* On the kernel that has trace marks; a machine's own caches stay. */
static int forget_disk(void)
{
	int fd = access("/proc/trace_mark", F_OK) ? -1 : open("/proc/sys/vm/drop_caches", O_WRONLY);

	if (fd < 0)
		return 0;
	sync();
	if (write(fd, "3", 1) != 1)
		die("drop_caches");
	close(fd);
	return 1;
}

/* All of it: execve() reads its head, and its data to the end of their last page. */
static void remember_program(void)
{
	static char buf[16 * PAGE];
	int fd = open("/proc/self/exe", O_RDONLY);

	if (fd < 0)
		die("/proc/self/exe");
	while (read(fd, buf, sizeof(buf)) > 0)
		;
	close(fd);
}

static void executes(void)
{
	static char stack[16384] __attribute__((aligned(16)));
	const int flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD;
	int forgotten = forget_disk();
	char number[12];

	remember_program();
	dir = open("d", O_RDONLY | O_DIRECTORY);
	if (dir < 0 || clone(opens, stack + sizeof(stack), flags, NULL) < 0)
		die("clone");
	while (!begun)
		sched_yield();
	if (!forgotten)
		usleep(100000); /* it has opened it long since */
	snprintf(number, sizeof(number), "%d", dir + 1);
	execl("/proc/self/exe", "execfiles", number, NULL);
	die("execl");
}

int main(int argc, char **argv)
{
	if (argc > 1) {
		printf("opened by the thread that is gone: %d\n",
		       fcntl(atoi(argv[1]), F_GETFD) >= 0);
		return 0;
	}
	if (mkdir("d", 0700) || close(open("d/f", O_CREAT | O_WRONLY, 0600)))
		die("d/f");
	in_child("exec", executes);
	unlink("d/f");
	rmdir("d");
	return 0;
}
