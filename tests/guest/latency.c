/*
 * latency.c - the long things that a program can ask for, beside a task that wants the CPU too.
 *
 * Each has a mark of its own; tests/latency.t reads in the recording how long the other task had to
 * wait and how long interrupts were off.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define MIB	 1048576u
#define BIG	 (64 * MIB)
#define FILE_MIB 16
#define FILES	 2000
#define TASKS	 400
#define AREAS	 2000
#define THREADS	 500
#define SLEEPERS 1000

static int marks;

static void die(const char *what)
{
	fprintf(stderr, "latency: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void begin(const char *name)
{
	char text[64];
	int n = snprintf(text, sizeof(text), "op %s\n", name);

	if (write(marks, text, (size_t)n) != n)
		die("/proc/trace_mark");
}

static char *map(size_t size, int flags)
{
	char *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1,
		       0);

	if (p == MAP_FAILED)
		die("mmap");
	return p;
}

/* Gets the CPU whenever it is free: with it there is always a task that waits. */
static pid_t spin(void)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (pid == 0)
		for (;;)
			__asm__ volatile("");
	return pid;
}

static void write_marks(void)
{
	char *text = map(MIB, 0);

	memset(text, '\n', MIB);
	begin("1 MiB of empty lines to trace_mark");
	if (write(marks, text, MIB) < 0)
		die("empty marks");
	for (unsigned int i = 0; i < MIB; i++)
		text[i] = i % 250 == 249 ? '\n' : 'm';
	begin("1 MiB of labels to trace_mark");
	if (write(marks, text, MIB) < 0)
		die("marks");
	munmap(text, MIB);
}

static void memory(void)
{
	char *p;
	pid_t pid;

	begin("populate 64 MiB");
	p = map(BIG, MAP_POPULATE);
	begin("mprotect 64 MiB");
	mprotect(p, BIG, PROT_READ);
	mprotect(p, BIG, PROT_READ | PROT_WRITE);
	begin("fork with 64 MiB");
	pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0)
		_exit(0);
	waitpid(pid, NULL, 0);
	begin("DONTNEED 64 MiB");
	madvise(p, BIG, MADV_DONTNEED);
	begin("touch 64 MiB");
	for (unsigned int i = 0; i < BIG; i += 4096)
		p[i] = 1;
	begin("munmap 64 MiB");
	munmap(p, BIG);
	pid = fork();
	if (pid == 0) {
		begin("populate 64 MiB in a child");
		map(BIG, MAP_POPULATE);
		begin("exit with 64 MiB");
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	begin("compact memory");
	int fd = open("/proc/sys/vm/compact_memory", O_WRONLY);
	if (fd >= 0 && write(fd, "1\n", 2) < 0)
		die("compact_memory");
	close(fd);
}

/* 64 MiB in areas of 1 MiB, each as large as one step of the kernel's walks through page tables. */
static char *map_areas(void)
{
	char *p = map(BIG + MIB, 0);

	p += -(uintptr_t)p % MIB;
	for (unsigned int at = 0; at < BIG; at += 2 * MIB)
		mprotect(p + at, MIB, PROT_READ | PROT_WRITE | PROT_EXEC);
	return p;
}

static void touch(char *p, size_t size)
{
	for (size_t at = 0; at < size; at += 4096)
		p[at] = 1;
}

static void areas(void)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (pid == 0) {
		char *p = map_areas();

		begin("touch 64 areas of 1 MiB");
		touch(p, BIG);
		begin("fork with 64 areas of 1 MiB");
		pid = fork();
		if (pid < 0)
			die("fork");
		if (pid == 0) {
			begin("exit with 64 areas of 1 MiB that are shared");
			_exit(0);
		}
		waitpid(pid, NULL, 0);
		begin("mlockall of 64 areas of 1 MiB");
		mlockall(MCL_CURRENT);
		begin("munlockall of 64 areas of 1 MiB");
		munlockall();
		begin("exit with 64 areas of 1 MiB");
		_exit(0);
	}
	waitpid(pid, NULL, 0);
}

static void one_file(void)
{
	const size_t size = FILE_MIB * MIB;
	char *buf = map(size, MAP_POPULATE), *p;
	int fd = open("/tmp/big", O_RDWR | O_CREAT | O_TRUNC, 0600);

	if (fd < 0)
		die("/tmp/big");
	begin("write 16 MiB to a file");
	if (write(fd, buf, size) != (ssize_t)size)
		die("write");
	begin("fsync 16 MiB");
	fsync(fd);
	begin("read 16 MiB of a file");
	if (pread(fd, buf, size, 0) != (ssize_t)size)
		die("read");
	begin("map a file of 16 MiB");
	p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, 0);
	if (p == MAP_FAILED)
		die("mmap of a file");
	for (size_t i = 0; i < size; i += 4096)
		p[i] = 2;
	begin("fsync 16 MiB that are mapped");
	fsync(fd);
	begin("truncate a file of 16 MiB");
	if (ftruncate(fd, 0))
		die("ftruncate");
	begin("munmap a file of 16 MiB");
	munmap(p, size);
	begin("write 16 MiB again");
	if (write(fd, buf, size) != (ssize_t)size)
		die("write");
	begin("sync");
	sync();
	begin("unlink a file of 16 MiB");
	close(fd);
	unlink("/tmp/big");
	begin("read 16 MiB of /dev/zero");
	fd = open("/dev/zero", O_RDONLY);
	if (fd < 0 || read(fd, buf, size) < 0)
		die("/dev/zero");
	close(fd);
	begin("getrandom of 16 MiB");
	syscall(SYS_getrandom, buf, size, 0);
	munmap(buf, size);
}

static void directory(void)
{
	static char entries[256 * 1024];
	char name[32];
	int fd;

	begin("create 2,000 files");
	mkdir("/tmp/d", 0700);
	for (int i = 0; i < FILES; i++) {
		snprintf(name, sizeof(name), "/tmp/d/%d", i);
		fd = open(name, O_CREAT | O_WRONLY, 0600);
		if (fd < 0)
			die(name);
		close(fd);
	}
	begin("read a directory of 2,000 entries");
	fd = open("/tmp/d", O_RDONLY | O_DIRECTORY);
	while (syscall(SYS_getdents64, fd, entries, sizeof(entries)) > 0)
		;
	close(fd);
	begin("remove 2,000 files");
	for (int i = 0; i < FILES; i++) {
		snprintf(name, sizeof(name), "/tmp/d/%d", i);
		unlink(name);
	}
	rmdir("/tmp/d");
}

/* TASKS children in the caller's group that wait. */
static void children(void)
{
	for (int i = 0; i < TASKS; i++) {
		pid_t pid = fork();

		if (pid < 0)
			die("fork of many");
		if (pid == 0)
			for (;;)
				pause();
	}
}

static void groups(void)
{
	pid_t pid = fork(), group;

	if (pid == 0) {
		setpgid(0, 0);
		begin("fork 400 children");
		children();
		signal(SIGTERM, SIG_IGN);
		begin("kill a group of 400");
		kill(0, SIGTERM);
		begin("wait for 400 children");
		while (wait(NULL) > 0)
			;
		children();
		begin("exit of a parent with 400 children");
		_exit(0);
	}
	group = pid;
	waitpid(pid, NULL, 0);
	begin("kill 400 orphans");
	kill(-group, SIGKILL);
	while (kill(-group, 0) == 0)
		usleep(10000);
}

static int sleeper(void *arg)
{
	(void)arg;
	while (pause() < 0)
		;
	return 0;
}

/* A child of THREADS threads that sleep, with SIGUSR1 blocked in all of them; `seconds` from when
 * they are there an alarm ends it (0: none). */
static pid_t many_threads(unsigned int seconds)
{
	static char stacks[THREADS][2048] __attribute__((aligned(16)));
	const int flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD;
	int ready[2];
	sigset_t set;
	pid_t pid;
	char c;

	if (pipe(ready))
		die("pipe");
	pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0) {
		sigemptyset(&set);
		sigaddset(&set, SIGUSR1);
		sigprocmask(SIG_BLOCK, &set, NULL);
		for (int i = 0; i < THREADS; i++)
			if (clone(sleeper, stacks[i] + sizeof(stacks[i]), flags, NULL) < 0)
				die("clone");
		alarm(seconds);
		if (write(ready[1], "x", 1) != 1)
			die("write");
		sleeper(NULL);
	}
	close(ready[1]);
	if (read(ready[0], &c, 1) != 1)
		die("threads");
	close(ready[0]);
	return pid;
}

static void threads(void)
{
	int status;
	pid_t pid;

	begin("make 500 threads");
	pid = many_threads(0);
	begin("a signal that 500 threads block");
	kill(pid, SIGUSR1);
	begin("stop 500 threads");
	kill(pid, SIGSTOP);
	waitpid(pid, &status, WUNTRACED);
	begin("continue 500 threads");
	kill(pid, SIGCONT);
	waitpid(pid, &status, WCONTINUED);
	begin("kill 500 threads");
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	begin("make 500 threads again");
	pid = many_threads(0);
	begin("end 500 threads by a signal without a handler");
	kill(pid, SIGTERM);
	waitpid(pid, &status, 0);
	begin("make 500 threads with an alarm");
	pid = many_threads(1);
	begin("end 500 threads by an alarm");
	waitpid(pid, &status, 0);
}

static int poller(void *arg)
{
	struct pollfd pfd = {.fd = *(const int *)arg, .events = POLLIN};

	poll(&pfd, 1, -1);
	return sleeper(NULL);
}

static void sleepers(void)
{
	static char stacks[SLEEPERS][2048] __attribute__((aligned(16)));
	const int flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD;
	int gate[2], status;
	pid_t pid;

	if (pipe(gate))
		die("pipe");
	begin("make 1,000 threads that wait for one pipe");
	pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0) {
		for (int i = 0; i < SLEEPERS; i++)
			if (clone(poller, stacks[i] + sizeof(stacks[i]), flags, &gate[0]) < 0)
				die("clone");
		for (int i = 0; i < 3; i++)
			usleep(100000); /* they all had their turn */
		begin("wake 1,000 threads");
		if (write(gate[1], "x", 1) != 1)
			die("write");
		usleep(100000);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	close(gate[0]);
	close(gate[1]);
}

static void slurp(const char *path)
{
	static char buf[65536];
	char text[64];
	int fd = open(path, O_RDONLY);

	snprintf(text, sizeof(text), "read %s", path);
	begin(text);
	if (fd < 0)
		return;
	while (read(fd, buf, sizeof(buf)) > 0)
		;
	close(fd);
}

static void reports(void)
{
	static const char *const paths[] = {
		"/proc/meminfo",	"/proc/vmstat",	   "/proc/zoneinfo",  "/proc/buddyinfo",
		"/proc/pagetypeinfo",	"/proc/slabinfo",  "/proc/self/maps", "/proc/self/smaps",
		"/proc/self/statm",	"/proc/self/stat", "/proc/stat",      "/proc/vmallocinfo",
		"/proc/self/numa_maps",
	};
	char *p = map(2 * AREAS * 4096, 0);

	begin("make 2,000 areas");
	for (int i = 0; i < AREAS; i++)
		mprotect(p + 2 * i * 4096, 4096, PROT_READ);
	for (unsigned int i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		slurp(paths[i]);
	begin("mlock of 2,000 areas");
	mlock(p, 2 * AREAS * 4096);
	begin("munlock of 2,000 areas");
	munlock(p, 2 * AREAS * 4096);
	begin("DONTFORK of 2,000 areas");
	madvise(p, 2 * AREAS * 4096, MADV_DONTFORK);
	madvise(p, 2 * AREAS * 4096, MADV_DOFORK);
	begin("msync of 2,000 areas");
	msync(p, 2 * AREAS * 4096, MS_SYNC);
	begin("mlockall of 2,000 areas");
	mlockall(MCL_CURRENT | MCL_ONFAULT);
	begin("munlockall of 2,000 areas");
	munlockall();
	begin("munmap 2,000 areas");
	munmap(p, 2 * AREAS * 4096);
}

int main(void)
{
	pid_t other;

	marks = open("/proc/trace_mark", O_WRONLY);
	if (marks < 0)
		die("/proc/trace_mark");
	other = spin();
	write_marks();
	memory();
	areas();
	one_file();
	directory();
	groups();
	threads();
	sleepers();
	reports();
	begin("end");
	kill(other, SIGKILL);
	waitpid(other, NULL, 0);
	puts("done");
	return 0;
}
