/*
 * failnth.c - calls whose allocations fail one after the other (/proc/self/fail-nth).
 *
 * Each attempt is made by a child, which may be killed for want of memory; the
 * parent must live. Where there is no such file nothing fails, and the output is
 * the same; with the argument "count" it says how many failures there were.
 */
#include "try.h"
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>

#define NTH_MOST    500 /* more than any call here needs */
#define NOT_STARTED 127 /* the C library's start met the failure, after exec */

enum outcome {
	SUCCEEDED,
	FAILED, /* for want of memory, and said so */
	WRONG
};

static int nth_fd;

/* The child's next allocations: the nth fails. False when there is no such thing. */
static int arm(int n)
{
	char text[12];
	int len = snprintf(text, sizeof(text), "%d", n);

	return pwrite(nth_fd, text, (size_t)len, 0) == len;
}

/* Has it failed? */
static int fired(void)
{
	char text[12] = "1";

	if (pread(nth_fd, text, sizeof(text) - 1, 0) < 0)
		return 0;
	arm(0);
	return atoi(text) == 0;
}

static int call_fork(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return pid < 0 ? -1 : (int)(waitpid(pid, NULL, 0) - pid);
}

static int call_mmap(void)
{
	char *at = mmap(NULL, 5 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED)
		return -1;
	if (mprotect(at + PAGE, PAGE, PROT_READ) || munmap(at + 3 * PAGE, PAGE))
		return -1;
	at[0] = at[2 * PAGE] = 1;
	return munmap(at, 5 * PAGE);
}

static int call_pipe(void)
{
	static char block[2 * PAGE];
	int fd[2];

	if (pipe(fd))
		return -1;
	if (write(fd[1], block, sizeof(block)) != sizeof(block) ||
	    read(fd[0], block, sizeof(block)) != sizeof(block))
		return -1;
	return close(fd[0]) | close(fd[1]);
}

/* The kernel is the first to touch a buffer: a good one, whatever becomes of it. */
static int call_fresh(void)
{
	char *at = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fd = open("/proc/self/exe", O_RDONLY);

	if (at == MAP_FAILED || fd < 0)
		return -1;
	if (read(fd, at, 2 * PAGE) != 2 * PAGE)
		return -1;
	return close(fd) | munmap(at, 3 * PAGE);
}

static int call_open(void)
{
	int fd = open("failnth.tmp", O_CREAT | O_RDWR, 0600);

	if (fd < 0 || write(fd, "text", 4) != 4 || ftruncate(fd, 3 * PAGE))
		return -1;
	return close(fd) | unlink("failnth.tmp");
}

static int call_exec(void)
{
	return execl("/proc/self/exe", "failnth", "went on", NULL);
}

/* What a child does: the call with its nth allocation failing. */
static enum outcome attempt(int (*call)(void), int n)
{
	int result, error;

	nth_fd = open("/proc/self/fail-nth", O_RDWR);
	if (nth_fd >= 0)
		arm(n);
	errno = 0; /* and it stays so when only a part was written */
	result = call();
	error = errno;
	if (!fired())
		return result == 0 ? SUCCEEDED : WRONG;
	if (result < 0 && error && error != ENOMEM && error != EAGAIN)
		return WRONG;
	return FAILED;
}

/* call_exec() worked: the rest of the child that attempted it. */
static enum outcome after_exec(void)
{
	nth_fd = open("/proc/self/fail-nth", O_RDWR);
	if (nth_fd < 0)
		return errno == ENOENT ? SUCCEEDED : FAILED;
	return fired() ? FAILED : SUCCEEDED;
}

static enum outcome child_attempt(int (*call)(void), int n)
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		die("fork");
	if (pid == 0)
		_exit((int)attempt(call, n));
	if (waitpid(pid, &status, 0) != pid)
		die("waitpid");
	if (WIFSIGNALED(status)) /* in a page fault, which has no other way to say it */
		return WTERMSIG(status) == SIGKILL ? FAILED : WRONG;
	if (WEXITSTATUS(status) == NOT_STARTED)
		return FAILED;
	return (enum outcome)WEXITSTATUS(status);
}

static void each_allocation(const char *name, int (*call)(void), int count)
{
	enum outcome outcome;
	int n = 0;

	do
		outcome = child_attempt(call, ++n);
	while (outcome == FAILED && n < NTH_MOST);
	unlink("failnth.tmp");
	printf("%s: %s", name, outcome == SUCCEEDED ? "in the end it succeeds" : "wrong");
	if (outcome == WRONG || count)
		printf(", %d failures", n - 1);
	putchar('\n');
}

int main(int argc, char **argv)
{
	int count = argc > 1 && !strcmp(argv[1], "count");

	if (argc > 1 && !count)
		return after_exec();
	setvbuf(stdout, NULL, _IONBF, 0);
	each_allocation("fork", call_fork, count);
	each_allocation("mmap", call_mmap, count);
	each_allocation("pipe", call_pipe, count);
	each_allocation("fresh", call_fresh, count);
	each_allocation("open", call_open, count);
	each_allocation("exec", call_exec, count);
	return 0;
}
