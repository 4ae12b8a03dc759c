/* filelocks.c - record locks of fcntl(), of processes and of open files, and flock(). */
#include "try.h"
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
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

/* As the kernel has it, whatever the C library makes of struct flock. */
struct lock64 {
	short type, whence;
	long long start, len;
	int pid;
} __attribute__((packed, aligned(4)));

static long lock64(int cmd, int type, int whence, long long start, long long len)
{
	struct lock64 fl = {
		.type = (short)type, .whence = (short)whence, .start = start, .len = len};
	long result = syscall(SYS_fcntl64, fd, cmd, &fl);

	if (!result && cmd == F_GETLK64)
		printf("  type %d at %lld+%lld\n", fl.type, fl.start, fl.len);
	return result;
}

static void ask_far(void)
{
	struct flock fl = range(F_WRLCK, 1 << 30, 0);

	show("where 32 bits do", fcntl(fd, F_GETLK, &fl));
	printf("  type %d at %ld+%ld\n", fl.l_type, (long)fl.l_start, (long)fl.l_len);
	show("with 64", lock64(F_GETLK64, F_WRLCK, SEEK_SET, 1ll << 40, 0));
	show("the last byte", lock64(F_GETLK64, F_WRLCK, SEEK_SET, LLONG_MAX, 1));
}

static void ask_too_far(void)
{
	struct flock fl = range(F_WRLCK, INT_MAX, 0);

	show("where 32 bits do not", fcntl(fd, F_GETLK, &fl));
	show("with 64", lock64(F_GETLK64, F_WRLCK, SEEK_SET, 0, 0));
}

/* Beyond 2 GiB, and the ends of what there can be. */
static void far_away(void)
{
	show("to far away", lock64(F_SETLK64, F_WRLCK, SEEK_SET, 1 << 30, 1ll << 40));
	in_child("far", ask_far);
	show("from far away", lock64(F_SETLK64, F_UNLCK, SEEK_SET, 0, 1ll << 33));
	in_child("too far", ask_too_far);
	show("none", lock64(F_SETLK64, F_UNLCK, SEEK_SET, 0, 0));
	show("the last byte", lock64(F_SETLK64, F_WRLCK, SEEK_SET, LLONG_MAX, 1));
	show("the first", lock64(F_SETLK64, F_WRLCK, SEEK_SET, 0, 1));
	in_child("both", ask_far);
	show("one more", lock64(F_SETLK64, F_WRLCK, SEEK_SET, LLONG_MAX, 2));
	show("as many as can be", lock64(F_SETLK64, F_WRLCK, SEEK_SET, 1, LLONG_MAX));
	show("too many", lock64(F_SETLK64, F_WRLCK, SEEK_SET, 2, LLONG_MAX));
	show("behind the last, from the end", lock64(F_SETLK64, F_WRLCK, SEEK_END, LLONG_MAX, 1));
	show("the most backwards", lock64(F_SETLK64, F_WRLCK, SEEK_SET, LLONG_MAX, LLONG_MIN));
	show("none", lock64(F_SETLK64, F_UNLCK, SEEK_SET, 0, 0));
	lseek(fd, 30, SEEK_SET);
	show("from here", lock64(F_SETLK64, F_WRLCK, SEEK_CUR, -5, 10));
	in_child("around here", look);
	lock(F_SETLK, F_UNLCK, 0, 0);
}

/* Two open files that wait for each other: nobody is told, as anybody may use them. */
static void open_files_deadlock(void)
{
	int go[2], other = open(NAME, O_RDWR);
	struct flock fl = range(F_WRLCK, 0, 1);
	struct sigaction sa = {.sa_handler = nothing};
	pid_t pid;
	char c;

	if (pipe(go))
		die("pipe");
	sigaction(SIGALRM, &sa, NULL);
	show("an open file's", fcntl(other, F_OFD_SETLK, &fl));
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		close(other);
		other = open(NAME, O_RDWR);
		fl.l_start = 1;
		fcntl(other, F_OFD_SETLK, &fl);
		write(go[1], "x", 1);
		fl.l_start = 0;
		fcntl(other, F_OFD_SETLKW, &fl);
		_exit(0);
	}
	read(go[0], &c, 1);
	usleep(50000);
	ualarm(30000, 0);
	fl.l_start = 1;
	show("each for the other's", fcntl(other, F_OFD_SETLKW, &fl));
	close(other);
	waitpid(pid, NULL, 0);
	close(go[0]);
	close(go[1]);
}

static void path_only(void)
{
	struct flock fl = range(F_UNLCK, 0, 1);
	int path = open(NAME, O_PATH);

	show("a path alone: fcntl", fcntl(path, F_SETLK, &fl));
	show("a path alone: flock", flock(path, LOCK_UN));
	close(path);
}

/* Who waits for a lock gets it when its owner closes the file, and when it ends. */
static void wait_for_end(bool ends)
{
	int go[2];
	char c;
	pid_t pid;

	if (pipe(go))
		die("pipe");
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		lock(F_SETLK, F_WRLCK, 0, 1);
		write(go[1], "x", 1);
		usleep(50000);
		if (!ends) {
			close(fd);
			pause();
		}
		_exit(0);
	}
	read(go[0], &c, 1);
	show(ends ? "its end" : "its close", lock(F_SETLKW, F_WRLCK, 0, 1));
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	lock(F_SETLK, F_UNLCK, 0, 1);
	close(go[0]);
	close(go[1]);
}

/* The descriptor is closed, by another with the same table, while its lock is waited for. */
static void closed_meanwhile(void)
{
	int go[2], other = open(NAME, O_RDWR);
	struct flock fl = range(F_WRLCK, 0, 1);
	pid_t holder, closer;
	char c;

	if (pipe(go))
		die("pipe");
	fflush(stdout);
	holder = fork();
	if (holder == 0) {
		lock(F_SETLK, F_WRLCK, 0, 1);
		write(go[1], "x", 1);
		for (;;)
			pause();
	}
	read(go[0], &c, 1);
	closer = (pid_t)syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0);
	if (closer == 0) {
		usleep(50000);
		close(other);
		kill(holder, SIGKILL);
		_exit(0);
	}
	show("closed meanwhile", fcntl(other, F_SETLKW, &fl));
	waitpid(closer, NULL, 0);
	waitpid(holder, NULL, 0);
	in_child("nothing stays", look);
	close(go[0]);
	close(go[1]);
}

/* Child n holds byte n and waits for byte n - 1; who waits for the last one's closes the ring. */
static void ring(void)
{
	pid_t pid[3];
	int go[2], n;
	char c;

	if (pipe(go))
		die("pipe");
	lock(F_SETLK, F_WRLCK, 0, 1);
	fflush(stdout);
	for (n = 1; n <= 3; n++) {
		pid[n - 1] = fork();
		if (pid[n - 1] == 0) {
			lock(F_SETLK, F_WRLCK, n, 1);
			write(go[1], "x", 1);
			lock(F_SETLKW, F_WRLCK, n - 1, 1);
			_exit(0);
		}
		read(go[0], &c, 1);
	}
	usleep(50000);
	show("a ring of four", lock(F_SETLKW, F_WRLCK, 3, 1));
	lock(F_SETLK, F_UNLCK, 0, 1);
	for (n = 0; n < 3; n++)
		waitpid(pid[n], NULL, 0);
	/* They wait no more: those that have waited once are in nobody's way. */
	show("again", lock(F_SETLKW, F_WRLCK, 0, 5));
	lock(F_SETLK, F_UNLCK, 0, 0);
	close(go[0]);
	close(go[1]);
}

/* More than any table of locks would hold, were one left behind each time. */
static void often(void)
{
	long failed = 0;

	for (int i = 0; i < 10000; i++)
		failed += lock(F_SETLK, i % 2 ? F_UNLCK : F_WRLCK, i % 7, 1 + i % 3) != 0;
	show("10,000 times, failures", failed);
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
	far_away();
	path_only();
	open_files_deadlock();
	wait_for_end(false);
	wait_for_end(true);
	closed_meanwhile();
	ring();
	often();
	whole_files();
	unlink(NAME);
	return 0;
}
