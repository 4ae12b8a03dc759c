/*
 * procdirs.c - directories of /proc whose names come and go: processes, threads, descriptors; and
 * what is still open in them when the process has been reaped.
 */
#include "try.h"
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#define CHILDREN 6
#define THREADS	 4

static pid_t idle_child(void)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (pid == 0)
		for (;;)
			pause();
	return pid;
}

static void end_child(pid_t pid)
{
	kill(pid, SIGKILL);
	if (waitpid(pid, NULL, 0) != pid)
		die("waitpid");
}

static int open_of(pid_t pid, const char *name, int flags)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	fd = open(path, flags);
	if (fd < 0)
		die(path);
	return fd;
}

/* The number that a directory gives for "..", and that of the directory above. */
static void show_parent(const char *what, int dir, const char *above)
{
	struct stat st;
	int fd = dup(dir);
	DIR *list = fdopendir(fd);
	struct dirent *entry;

	if (!list || stat(above, &st))
		die(what);
	rewinddir(list);
	while ((entry = readdir(list)))
		if (!strcmp(entry->d_name, ".."))
			printf("%s: parent %s\n", what, entry->d_ino == st.st_ino ? "ok" : "other");
	closedir(list);
}

static void of_the_dead(void)
{
	static char buf[4096];
	pid_t pid = idle_child();
	int dir = open_of(pid, "", O_RDONLY | O_DIRECTORY);
	int fds = open_of(pid, "fd", O_RDONLY | O_DIRECTORY);
	int tasks = open_of(pid, "task", O_RDONLY | O_DIRECTORY);
	int read_before = open_of(pid, "stat", O_RDONLY), status = open_of(pid, "status", O_RDONLY);
	int cmdline = open_of(pid, "cmdline", O_RDONLY);
	struct stat st, up;

	printf("alive: %d\n", read(read_before, buf, sizeof(buf)) > 0);
	end_child(pid);
	show("read status", read(status, buf, sizeof(buf)));
	show("read cmdline", read(cmdline, buf, sizeof(buf)));
	lseek(read_before, 0, SEEK_SET);
	show("read stat again", read(read_before, buf, sizeof(buf)));
	show("open stat", openat(dir, "stat", O_RDONLY));
	show("open task", openat(dir, "task", O_RDONLY));
	show("open fd/0", openat(fds, "0", O_RDONLY));
	show("list process", syscall(SYS_getdents64, dir, buf, sizeof(buf)));
	show("list fd", syscall(SYS_getdents64, fds, buf, sizeof(buf)));
	show("list task", syscall(SYS_getdents64, tasks, buf, sizeof(buf)));
	show("fstat", fstat(dir, &st));
	show("fstat file", fstat(status, &st));
	show("above", fstatat(dir, "..", &st, 0));
	show("above fd", fstatat(fds, "..", &st, 0));
	fstat(dir, &up);
	printf("the same directory: %d\n", st.st_ino == up.st_ino);
	for (int fd = dir; fd <= cmdline; fd++)
		close(fd);
}

/* How often `pid` is among the next names of a directory, of which at most `most` are read. */
static int count_name(DIR *list, pid_t pid, int most)
{
	struct dirent *entry;
	int n = 0;

	while (most-- > 0 && (entry = readdir(list)))
		n += atoi(entry->d_name) == pid;
	return n;
}

/* Some end while the list is read: the others are in it once. */
static void while_some_end(void)
{
	pid_t pid[CHILDREN];
	DIR *list = opendir("/proc");
	long start;

	if (!list)
		die("/proc");
	for (int i = 0; i < CHILDREN; i++)
		pid[i] = idle_child();
	while (!count_name(list, pid[1], 1))
		;
	start = telldir(list); /* behind the second child */
	end_child(pid[0]);
	end_child(pid[2]);
	seekdir(list, start);
	printf("from there on:");
	for (int i = 0; i < CHILDREN; i++) {
		seekdir(list, start);
		printf(" %d", count_name(list, pid[i], 1 << 20));
	}
	printf("\n");
	closedir(list);
	for (int i = 0; i < CHILDREN; i++)
		if (i != 0 && i != 2)
			end_child(pid[i]);
}

static pthread_barrier_t barrier;
static pid_t tids[THREADS];

static void *thread(void *arg)
{
	tids[(uintptr_t)arg] = (pid_t)syscall(SYS_gettid);
	pthread_barrier_wait(&barrier);
	pthread_barrier_wait(&barrier);
	return NULL;
}

static int count_threads(void)
{
	DIR *list = opendir("/proc/self/task");
	struct dirent *entry;
	int n = 0;

	if (!list)
		die("/proc/self/task");
	while ((entry = readdir(list)))
		n += entry->d_name[0] != '.';
	closedir(list);
	return n;
}

/* A thread in the directory of its process; another process's thread is not there. */
static void look_at_threads(pid_t stranger)
{
	char path[64], alone[64];
	struct stat own, listed;
	int found = 0, hidden = 0, comm = 0;

	for (int i = 0; i < THREADS; i++) {
		snprintf(path, sizeof(path), "/proc/self/task/%d/status", (int)tids[i]);
		found += access(path, R_OK) == 0;
		snprintf(alone, sizeof(alone), "/proc/%d/status", (int)tids[i]);
		hidden += access(alone, R_OK) == 0;
		if (stat(path, &own) || stat(alone, &listed))
			die(path);
		comm += own.st_ino != listed.st_ino;
	}
	printf("threads %d, found %d, by number alone %d, another file %d\n", count_threads(),
	       found, hidden, comm);
	snprintf(path, sizeof(path), "/proc/self/task/%d", (int)stranger);
	show("a stranger", access(path, F_OK));
	show("zero", access("/proc/self/task/0", F_OK));
	show("with a leading zero", access("/proc/self/task/01", F_OK));
	show("no number", access("/proc/self/task/1x", F_OK));
	show("fd of a thread", access("/proc/self/task/../task/./../fd/0", F_OK));
}

static void threads(void)
{
	pthread_t thread_of[THREADS];
	pid_t stranger = idle_child();
	int dir = open("/proc/self/task", O_RDONLY | O_DIRECTORY);

	pthread_barrier_init(&barrier, NULL, THREADS + 1);
	for (uintptr_t i = 0; i < THREADS; i++)
		if (pthread_create(&thread_of[i], NULL, thread, (void *)i))
			die("pthread_create");
	pthread_barrier_wait(&barrier);
	look_at_threads(stranger);
	show_parent("task", dir, "/proc/self");
	pthread_barrier_wait(&barrier);
	for (int i = 0; i < THREADS; i++)
		pthread_join(thread_of[i], NULL);
	for (int i = 0; i < 1000 && count_threads() > 1; i++)
		usleep(1000); /* a joined thread may still be on its way out */
	printf("threads left %d\n", count_threads());
	close(dir);
	end_child(stranger);
}

static unsigned long long inos[256];
static int ino_count;

/* Notes the inode numbers of what is in a directory, and how many of them have been met before. */
static int met_before(const char *path)
{
	DIR *list = opendir(path);
	struct dirent *entry;
	int again = 0;

	if (!list)
		die(path);
	while ((entry = readdir(list))) {
		if (entry->d_name[0] == '.')
			continue;
		for (int i = 0; i < ino_count; i++)
			again += inos[i] == entry->d_ino;
		if (ino_count < 256)
			inos[ino_count++] = entry->d_ino;
	}
	closedir(list);
	return again;
}

static void inode_numbers(void)
{
	int first = dup(0);

	for (int i = 0; i < 20; i++)
		dup(0);
	printf("inode numbers met before: %d", met_before("/proc/self"));
	printf(" %d", met_before("/proc/self/fd"));
	printf(" %d", met_before("/proc/self/task"));
	printf(" %d\n", met_before("/proc/1"));
	for (int i = 0; i < 21; i++)
		close(first + i);
}

static void descriptors(void)
{
	int dir = open("/proc/self/fd", O_RDONLY | O_DIRECTORY), far = dup2(0, 200);
	struct stat st;
	char link[64];

	show_parent("fd", dir, "/proc/self");
	show("there", fstatat(dir, "200", &st, AT_SYMLINK_NOFOLLOW));
	printf("a link: %d\n", S_ISLNK(st.st_mode));
	close(far);
	show("closed", fstatat(dir, "200", &st, AT_SYMLINK_NOFOLLOW));
	show("too large", fstatat(dir, "4294967496", &st, AT_SYMLINK_NOFOLLOW));
	show("a minus", fstatat(dir, "-1", &st, AT_SYMLINK_NOFOLLOW));
	show("readlink of a file", readlinkat(dir, "../stat", link, sizeof(link)));
	close(dir);
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	of_the_dead();
	while_some_end();
	threads();
	descriptors();
	inode_numbers();
	return 0;
}
