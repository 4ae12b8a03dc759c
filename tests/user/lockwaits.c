/* lockwaits.c - locks of files: conversions of flock(), false deadlocks, and giving up. */
#include "try.h"
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>

#define NAME   "lockwaits.file"
#define FILES  80
#define PIECES 110 /* more locks than the kernel has, in files enough that it is quick */

static int fd;

static long lock(int file, int cmd, int type, long start, long len)
{
	struct flock fl = {.l_type = (short)type, .l_start = start, .l_len = len};

	return fcntl(file, cmd, &fl);
}

static int open_it(void)
{
	int file = open(NAME, O_RDWR);

	if (file < 0)
		die(NAME);
	return file;
}

/* A conversion that cannot be is given up with what it should have come from. */
static void failed_conversion(void)
{
	int one = open_it(), two = open_it();

	flock(one, LOCK_SH);
	flock(two, LOCK_SH);
	show("exclusive, beside another", flock(two, LOCK_EX | LOCK_NB));
	show("the other, alone now", flock(one, LOCK_EX | LOCK_NB));
	close(one);
	close(two);
}

/* Two that have it shared, and both want it for themselves: one after the other. */
static void both_convert(void)
{
	int file = open_it(), mine, status;
	pid_t pid;

	flock(file, LOCK_SH);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		mine = open_it();
		flock(mine, LOCK_SH);
		alarm(5);
		exit(flock(mine, LOCK_EX) != 0);
	}
	usleep(50000);
	alarm(5);
	show("exclusive, as the other wants", flock(file, LOCK_EX));
	flock(file, LOCK_UN);
	waitpid(pid, &status, 0);
	printf("the other: %d\n", status);
	alarm(0);
	close(file);
}

/* Who has just been given what it waited for waits no more, though it has not run yet. */
static void no_deadlock(void)
{
	pid_t pid;

	lock(fd, F_SETLK, F_WRLCK, 1, 1);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		lock(fd, F_SETLK, F_WRLCK, 0, 1);
		show("the child waited", lock(fd, F_SETLKW, F_WRLCK, 1, 1));
		fflush(stdout);
		exit(0);
	}
	usleep(50000);
	lock(fd, F_SETLK, F_UNLCK, 1, 1);
	show("the parent waited", lock(fd, F_SETLKW, F_WRLCK, 0, 1));
	waitpid(pid, NULL, 0);
	lock(fd, F_SETLK, F_UNLCK, 0, 0);
}

/* A descriptor that only stands for a path has none, and none are seen by it. */
static void of_a_path(void)
{
	int file = open(NAME, O_PATH);
	struct flock fl = {.l_type = F_WRLCK};

	show("a path: asked", fcntl(file, F_GETLK, &fl));
	show("a path: unlock", lock(file, F_SETLK, F_UNLCK, 0, 0));
	show("a path: no command of fcntl's", fcntl(file, 99, 0));
	show("a path: flock", flock(file, LOCK_UN));
	close(file);
}

/* When there is no room for one more, all can still be given up. */
static void give_up(void)
{
	int file[FILES], i, n;

	flock(fd, LOCK_SH);
	for (i = 0; i < FILES; i++) {
		char name[32];

		snprintf(name, sizeof(name), NAME ".%d", i);
		file[i] = open(name, O_CREAT | O_RDWR, 0600);
		unlink(name);
		for (n = 0; n < PIECES && !lock(file[i], F_SETLK, F_WRLCK, 2 * n, 1); n++)
			;
	}
	show("unlock the first", lock(file[0], F_SETLK, F_UNLCK, 0, 0));
	show("unlock the last", lock(file[FILES - 1], F_SETLK, F_UNLCK, 0, 0));
	show("flock", flock(fd, LOCK_UN));
	for (i = 0; i < FILES; i++)
		close(file[i]);
}

int main(void)
{
	fd = open(NAME, O_CREAT | O_RDWR | O_TRUNC, 0600);
	if (fd < 0)
		die(NAME);
	failed_conversion();
	both_convert();
	no_deadlock();
	of_a_path();
	give_up();
	unlink(NAME);
	return 0;
}
