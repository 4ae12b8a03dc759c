/* filelocks.c - record locks of fcntl(), of processes and of open files, and flock(). */
#include "try.h"
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/syscall.h>

#define NAME "filelocks.file"

static int fd;

static struct flock range(int type, long start, long len)
{
	return (struct flock){.l_type = (short)type, .l_start = start, .l_len = len};
}

static long lock(int cmd, int type, long start, long len)
{
	struct flock fl = range(type, start, len);

	return fcntl(fd, cmd, &fl);
}

/* What stands in the way of a lock for writing. */
static void ask(long start, long len)
{
	struct flock fl = range(F_WRLCK, start, len);

	if (fcntl(fd, F_GETLK, &fl))
		die("F_GETLK");
	if (fl.l_type == F_UNLCK)
		printf("  %ld+%ld: free\n", start, len);
	else
		printf("  %ld+%ld: %s at %ld+%ld of %s\n", start, len,
		       fl.l_type == F_RDLCK ? "read" : "write", (long)fl.l_start, (long)fl.l_len,
		       fl.l_pid == getppid() ? "the parent"
		       : fl.l_pid == -1	     ? "an open file"
					     : "?");
}

static void look(void)
{
	long at;

	for (at = 0; at < 100; at += 10)
		ask(at, 1);
	ask(100, 0);
}

static void share(void)
{
	show("read where read", lock(F_SETLK, F_RDLCK, 0, 10));
	show("write where read", lock(F_SETLK, F_WRLCK, 0, 10));
	show("read where write", lock(F_SETLK, F_RDLCK, 20, 1));
	show("write beside", lock(F_SETLK, F_WRLCK, 15, 5));
}

/* Splits, joins, conversions: as a child sees them. */
static void ranges(void)
{
	show("write", lock(F_SETLK, F_WRLCK, 10, 60));
	show("a hole", lock(F_SETLK, F_UNLCK, 30, 20));
	show("part of it for reading", lock(F_SETLK, F_RDLCK, 20, 5));
	show("a neighbour", lock(F_SETLK, F_RDLCK, 25, 5));
	in_child("pieces", look);
	show("one again", lock(F_SETLK, F_WRLCK, 0, 100));
	in_child("one", look);
	show("unlock all", lock(F_SETLK, F_UNLCK, 0, 0));
	in_child("none", look);
	show("to the end of all files", lock(F_SETLK, F_WRLCK, 50, 0));
	show("but for its first", lock(F_SETLK, F_UNLCK, 0, 90));
	in_child("end", look);
	show("read", lock(F_SETLK, F_RDLCK, 0, 15));
	show("write", lock(F_SETLK, F_WRLCK, 20, 10));
	in_child("share", share);
	in_child("the child's are gone", look);
	lock(F_SETLK, F_UNLCK, 0, 0);
}

static void errors(void)
{
	struct flock fl = range(F_WRLCK, 10, -10);
	int in = open(NAME, O_RDONLY), out = open(NAME, O_WRONLY);

	show("backwards", fcntl(fd, F_SETLK, &fl));
	fl = range(F_WRLCK, 10, -11);
	show("before the file", fcntl(fd, F_SETLK, &fl));
	fl = range(F_WRLCK, -1, 1);
	show("negative", fcntl(fd, F_SETLK, &fl));
	fl.l_whence = SEEK_END;
	show("from the end", fcntl(fd, F_SETLK, &fl));
	fl.l_whence = 7;
	show("from nowhere", fcntl(fd, F_SETLK, &fl));
	fl = range(5, 0, 1);
	show("no such type", fcntl(fd, F_SETLK, &fl));
	fl = range(F_UNLCK, 0, 1);
	show("nothing asked", fcntl(fd, F_GETLK, &fl));
	fl = range(F_WRLCK, 0, 1);
	show("write on a reader", fcntl(in, F_SETLK, &fl));
	fl.l_type = F_RDLCK;
	show("read on a writer", fcntl(out, F_SETLK, &fl));
	show("no descriptor", fcntl(77, F_SETLK, &fl));
	show("bad address", syscall(SYS_fcntl64, fd, F_SETLK64, 16));
	show("no such command", syscall(SYS_fcntl64, fd, 99, 0));
	close(in);
	close(out);
}

/* Closing any descriptor of a file gives up the process's locks. */
static void closing(void)
{
	int duplicate = dup(fd);

	show("write", lock(F_SETLK, F_WRLCK, 0, 1));
	close(open(NAME, O_RDONLY));
	in_child("closed", look);
	show("write", lock(F_SETLK, F_WRLCK, 0, 1));
	in_child("duplicated", look);
	show("onto a duplicate", dup2(0, duplicate));
	in_child("closed by dup2", look);
	close(duplicate);
}

static void wait_for_it(void)
{
	show("waited", lock(F_SETLKW, F_WRLCK, 0, 1));
}

static void waiting(void)
{
	pid_t pid;

	lock(F_SETLK, F_WRLCK, 0, 1);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		wait_for_it();
		exit(0);
	}
	usleep(50000);
	printf("unlocking\n");
	fflush(stdout);
	lock(F_SETLK, F_UNLCK, 0, 1);
	waitpid(pid, NULL, 0);
}

static void nothing(int sig)
{
	(void)sig;
}

static void interrupted(void)
{
	struct sigaction sa = {.sa_handler = nothing};

	sigaction(SIGALRM, &sa, NULL);
	ualarm(30000, 0);
	wait_for_it();
	alarm(0);
}

/* Two that wait for each other's: the second one is told. */
static void deadlock(void)
{
	int go[2];
	char c;
	pid_t pid;

	if (pipe(go))
		die("pipe");
	lock(F_SETLK, F_WRLCK, 0, 1);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		lock(F_SETLK, F_WRLCK, 1, 1);
		write(go[1], "x", 1);
		lock(F_SETLKW, F_WRLCK, 0, 1);
		exit(0);
	}
	read(go[0], &c, 1);
	usleep(50000);
	show("deadlock", lock(F_SETLKW, F_WRLCK, 1, 1));
	lock(F_SETLK, F_UNLCK, 0, 1);
	waitpid(pid, NULL, 0);
}

static void open_files(void)
{
	struct flock fl = range(F_WRLCK, 0, 10);
	int other = open(NAME, O_RDWR), same = dup(other);

	show("of an open file", fcntl(other, F_OFD_SETLK, &fl));
	show("against the process's", lock(F_SETLK, F_RDLCK, 5, 1));
	in_child("open file", look);
	show("its own, by another descriptor", fcntl(same, F_OFD_SETLK, &fl));
	close(same);
	show("still there", lock(F_SETLK, F_RDLCK, 5, 1));
	fl.l_pid = 1;
	show("pid not 0", fcntl(other, F_OFD_SETLK, &fl));
	close(other);
	show("gone with the file", lock(F_SETLK, F_RDLCK, 5, 1));
	lock(F_SETLK, F_UNLCK, 0, 0);
}

static void whole_files(void)
{
	int one = open(NAME, O_RDONLY), two = open(NAME, O_RDONLY);

	show("flock, shared", flock(one, LOCK_SH));
	show("shared, again", flock(two, LOCK_SH | LOCK_NB));
	show("exclusive", flock(two, LOCK_EX | LOCK_NB));
	show("not seen by fcntl", lock(F_SETLK, F_WRLCK, 0, 0));
	flock(two, LOCK_UN);
	show("unlocked: upgrade", flock(one, LOCK_EX | LOCK_NB));
	show("shared then", flock(two, LOCK_SH | LOCK_NB));
	show("no such kind", flock(two, 3));
	show("no descriptor", flock(77, LOCK_SH));
	close(one);
	show("closed: exclusive", flock(two, LOCK_EX | LOCK_NB));
	close(two);
}

int main(void)
{
	fd = open(NAME, O_CREAT | O_RDWR | O_TRUNC, 0600);
	if (fd < 0 || write(fd, "some bytes", 10) != 10)
		die(NAME);
	ranges();
	errors();
	closing();
	waiting();
	lock(F_SETLK, F_WRLCK, 0, 1);
	in_child("a signal", interrupted);
	lock(F_SETLK, F_UNLCK, 0, 0);
	deadlock();
	open_files();
	whole_files();
	unlink(NAME);
	return 0;
}
