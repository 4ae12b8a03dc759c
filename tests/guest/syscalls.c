/*
 * syscalls.c - random system calls by several tasks at once.
 *
 *   syscalls FIRST COUNT CALLS     for each seed from FIRST on, COUNT of them
 *
 * Each seed is a parent that forks TASKS children in a group of their own, some more when those are
 * gone; each child makes CALLS calls with numbers and arguments that are plausible half of the
 * time: pointers good, bad and at the edge of a page that ends, descriptors that are open or not,
 * small and huge numbers. In some of them the nth allocation fails (/proc/self/fail-nth). Nothing
 * is expected of the results: the kernel must live, and what a child takes must be free again when
 * it is gone. A group that does not end by itself is killed after some seconds; one that cannot be
 * killed is the failure.
 */
#include "random.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAGE	  4096u
#define TASKS	  3
#define SECONDS	  4 /* of a group, then it is killed */
#define CALLS_END 440u
#define ROOM	  ((char *)0x60000000) /* pages: rw, read-only, rw shared with all, nothing behind */

static char *const names[] = {
	"a",
	"b",
	"d",
	"d/a",
	"d/b",
	"..",
	".",
	"",
	"/proc/self/maps",
	"/proc/self/fd",
	"/dev/null",
	"/dev/zero",
	"/proc/meminfo",
	"/tmp",
	"nothing/here",
	"/bin/tiny",
	"d/e",
	"/proc/self/status",
};
#define NAMES (sizeof(names) / sizeof(names[0]))

/* Calls that would end the run rather than the task, or wait for ever by design. */
static int is_left_out(unsigned int nr)
{
	switch (nr) {
	case SYS_reboot:
	case SYS_sync: /* as slow as the disk */
	case SYS_syncfs:
	case SYS_pause:
		return 1;
	case SYS_exit:
	case SYS_exit_group:
	case SYS_sigreturn:
	case SYS_rt_sigreturn:
		return !one_in(20);
	default:
		return 0;
	}
}

static unsigned long small(void)
{
	static const unsigned long edges[] = {
		0,   1,	  2,	3,    4,    7,	  8,	      15,	  16,	      63,	 64,
		255, 511, 4095, 4096, 4097, 8192, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff};

	return one_in(2) ? below(32) : edges[below(sizeof(edges) / sizeof(edges[0]))];
}

static unsigned long pointer(void)
{
	char *edge = ROOM + 3 * PAGE;

	switch (below(10)) {
	case 0:
		return 0;
	case 1:
		return below(0x10000);
	case 2:
		return 0xc0000000 + below(0x10000000);
	case 3:
		return (unsigned long)edge - below(64); /* runs over the end */
	case 4:
		return (unsigned long)(ROOM + PAGE + below(PAGE)); /* read-only */
	case 5:
		return 0xbfffffff - below(8);
	case 6:
		return (unsigned long)(ROOM + 2 * PAGE + (below(PAGE) & ~7u));
	default:
		return (unsigned long)(ROOM + (below(PAGE) & ~7u));
	}
}

static unsigned long argument(void)
{
	switch (below(8)) {
	case 0:
		return below(12); /* a descriptor */
	case 1:
		return (unsigned long)names[below(NAMES)];
	case 2:
		return small();
	case 3:
		return 1u << below(32);
	case 4:
		return (unsigned long)getpid() + below(4) - 1;
	case 5:
		return ((unsigned long)below(0x10000) << 16) | below(0x10000);
	default:
		return pointer();
	}
}

/* Structures that calls read have random words, some of which point somewhere. */
static void scatter(void)
{
	unsigned long *words = (unsigned long *)(ROOM + (one_in(2) ? 2 * PAGE : 0));

	for (int i = 0; i < 24; i++)
		words[below(PAGE / sizeof(*words))] = argument();
}

static void prepare(unsigned int n)
{
	static const int flags = MAP_FIXED | MAP_ANONYMOUS;
	int pair[2];

	mmap(ROOM, PAGE, PROT_READ | PROT_WRITE, flags | MAP_PRIVATE, -1, 0);
	mmap(ROOM + PAGE, PAGE, PROT_READ, flags | MAP_PRIVATE, -1, 0);
	for (int fd = 3; fd < 12; fd++)
		close(fd);
	open("a", O_RDWR | O_CREAT, 0600);
	open("d", O_RDONLY | O_DIRECTORY);
	open(names[8 + n % 5], O_RDONLY);
	if (pipe2(pair, O_NONBLOCK)) /* it fails in fail-nth runs */
		return;
	dup2(open("/dev/null", O_RDWR), 0);
}

static void fail_nth(void)
{
	char text[12];
	int fd = open("/proc/self/fail-nth", O_WRONLY);
	int n = snprintf(text, sizeof(text), "%u", 1 + below(40));

	if (fd < 0)
		return;
	if (write(fd, text, (size_t)n) != n)
		errno = 0;
	close(fd);
}

/* Never returns: makes its calls and ends, if it is still there. */
static void task(unsigned int seed, unsigned int n, unsigned int calls)
{
	random_seed(seed * 16 + n);
	alarm(SECONDS);
	prepare(n);
	for (unsigned int i = 0; i < calls; i++) {
		unsigned int nr = below(CALLS_END);

		if (one_in(4)) /* the ones that meet most of the kernel, more often */
			nr = (unsigned int[]){
				SYS_fork,   SYS_mmap2,	  SYS_munmap, SYS_openat,
				SYS_read,   SYS_write,	  SYS_close,  SYS_clone,
				SYS_execve, SYS_futex,	  SYS_rename, SYS_unlink,
				SYS_mkdir,  SYS_mprotect, SYS_wait4,  SYS_kill}[below(16)];
		if (is_left_out(nr))
			continue;
		if (one_in(20))
			scatter();
		if (one_in(25))
			fail_nth();
		if ((nr == SYS_fork || nr == SYS_vfork || nr == SYS_clone || nr == SYS_clone3) &&
		    !one_in(4))
			continue;
		unsigned long a[6];
		for (int k = 0; k < 6; k++)
			a[k] = argument();
		/* Signals go to the own group: others are of other seeds, or init. */
		if (nr == SYS_kill || nr == SYS_rt_sigqueueinfo)
			a[0] = one_in(2) ? 0 : (unsigned long)getpid();
		if (nr == SYS_setsid || nr == SYS_setpgid)
			continue;
		if (nr == SYS_clone)
			a[0] &= ~0x00000100ul | (one_in(3) ? 0x100 : 0);
		syscall((long)nr, a[0], a[1], a[2], a[3], a[4], a[5]);
	}
	_exit(0);
}

static void wait_for_group(pid_t group, int killed_after)
{
	struct timespec pause = {.tv_nsec = 20000000};

	for (int i = 0; kill(-group, 0) == 0; i++) {
		if (i == killed_after)
			kill(-group, SIGKILL);
		if (i > 50 * killed_after) {
			printf("group %d does not die\n", (int)group);
			exit(1);
		}
		nanosleep(&pause, NULL);
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
	}
}

static void leader(unsigned int seed, unsigned int calls)
{
	const struct rlimit tasks = {40, 40};

	int null = open("/dev/null", O_RDWR);

	dup2(null, 1); /* what they write would look like results */
	dup2(null, 2);
	setpgid(0, 0);
	setrlimit(RLIMIT_NPROC, &tasks);
	mkdir("d", 0700);
	mmap(ROOM + 2 * PAGE, PAGE, PROT_READ | PROT_WRITE, MAP_FIXED | MAP_ANONYMOUS | MAP_SHARED,
	     -1, 0);
	for (unsigned int n = 0; n < 4 * TASKS; n++) { /* many are killed by what they did */
		if (n >= TASKS)
			wait(NULL);
		if (fork() == 0)
			task(seed, n, calls);
	}
	while (wait(NULL) > 0)
		;
	_exit(0);
}

static unsigned long mem_free(void)
{
	char text[2048], *at;
	int fd = open("/proc/meminfo", O_RDONLY);
	ssize_t n = read(fd, text, sizeof(text) - 1);

	close(fd);
	text[n > 0 ? n : 0] = '\0';
	at = strstr(text, "MemFree:");
	return at ? strtoul(at + 8, NULL, 10) : 0;
}

int main(int argc, char **argv)
{
	unsigned int first, count, calls;

	if (argc != 4)
		return argc > 4; /* run by itself */
	first = (unsigned int)strtoul(argv[1], NULL, 10);
	count = (unsigned int)strtoul(argv[2], NULL, 10);
	calls = (unsigned int)strtoul(argv[3], NULL, 10);
	setvbuf(stdout, NULL, _IONBF, 0);
	for (unsigned int i = 0; i < count; i++) {
		char dir[32];
		pid_t pid;

		snprintf(dir, sizeof(dir), "/tmp/s%u", first + i);
		mkdir(dir, 0700);
		printf("seed %u, %lu kB free\n", first + i, mem_free());
		pid = fork();
		if (pid == 0) {
			if (chdir(dir))
				_exit(1);
			leader(first + i, calls);
		}
		if (pid < 0)
			return 1;
		setpgid(pid, pid);
		wait_for_group(pid, SECONDS * 50);
	}
	printf("end, %lu kB free\n", mem_free());
	return 0;
}
