/* family.c - who is whose parent: clone(CLONE_PARENT), its exit signal, parents that die meanwhile.
 */
#include "try.h"
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#define ROUNDS 8
#define APART  (128 * 1024) /* farther than a kernel reads ahead */

/* Parts of the program's file that nobody has touched: to store there, the kernel reads the disk
 * (zeros would not lie there). */
static struct {
	int word[APART / sizeof(int)];
} cold[ROUNDS + 1] = {[0 ... ROUNDS] = {{1}}};

static volatile int *started;

static long clone_plain(unsigned long flags, int *tid)
{
	return syscall(SYS_clone, flags, 0, tid, 0, 0);
}

/* The child's own parent goes away while clone() of a brother or sister is waiting for the disk. */
static void orphan(int round)
{
	long sister;

	*started = 1;
	sister = clone_plain(CLONE_PARENT | CLONE_PARENT_SETTID | SIGCHLD, cold[round].word);
	if (sister == 0)
		_exit(0);
	_exit(sister < 0);
}

/* In the memory of its own parent, so that nothing has to be taken down when it ends. */
static int short_lived(void *round)
{
	if (clone_plain(SIGCHLD, NULL) == 0)
		orphan((int)(intptr_t)round);
	while (!*started)
		sched_yield();
	return 0;
}

static void parents_that_die(void)
{
	static char stack[16384] __attribute__((aligned(16)));

	for (int round = 1; round <= ROUNDS; round++) {
		*started = 0;
		if (clone(short_lived, stack + sizeof(stack),
			  CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | SIGCHLD,
			  (void *)(intptr_t)round) < 0)
			die("clone");
		/* Whoever was made its child before the parent died is waited for too. */
		while (waitpid(-1, NULL, __WALL) > 0)
			;
	}
	printf("parents that die: %d\n", ROUNDS);
}

static volatile sig_atomic_t usr1, chld;

static void count(int sig)
{
	usr1 += sig == SIGUSR1;
	chld += sig == SIGCHLD;
}

/* A child cannot choose what its sister's end does to their parent. */
static void exit_signal_of_sisters(void)
{
	struct sigaction action = {.sa_handler = count};
	int n = 0, status;
	pid_t pid;

	sigaction(SIGUSR1, &action, NULL);
	sigaction(SIGCHLD, &action, NULL);
	pid = fork();
	if (pid == 0) {
		if (clone_plain(CLONE_PARENT | SIGUSR1, NULL) == 0)
			_exit(4);
		usleep(20000);
		_exit(3);
	}
	while ((pid = wait(&status)) > 0 || errno == EINTR)
		if (pid > 0)
			n += WEXITSTATUS(status);
	printf("sisters: codes %d, SIGUSR1 %d, SIGCHLD %d\n", n, (int)usr1, chld > 0);
	signal(SIGCHLD, SIG_DFL);
	signal(SIGUSR1, SIG_DFL);
	/* A child of one's own may have any. */
	sigaction(SIGUSR1, &action, NULL);
	pid = (pid_t)clone_plain(SIGUSR1, NULL);
	if (pid == 0)
		_exit(0);
	while (waitpid(pid, &status, __WALL) < 0 && errno == EINTR)
		;
	printf("own child: SIGUSR1 %d\n", (int)usr1);
}

#define MANY 150

/* Children of all kinds: some have ended, some go on for longer than it takes to make them. */
static void make_many(int ended)
{
	for (int i = 0; i < MANY; i++) {
		pid_t pid = fork();

		if (pid < 0)
			die("fork");
		if (pid == 0) {
			if (i >= ended)
				usleep(200000);
			_exit(0);
		}
	}
}

/* Init gets them all; the ones that have ended vanish at once. */
static void exit_with_many(void)
{
	make_many(MANY / 2);
	usleep(20000);
}

/* They stay the process's when another thread of it executes a program. */
static void *executes(void *arg)
{
	execl("/proc/self/exe", "family", "reap", (char *)NULL);
	return arg;
}

static void exec_with_many(void)
{
	pthread_t thread;

	make_many(MANY / 2);
	pthread_create(&thread, NULL, executes, NULL);
	pthread_join(thread, NULL);
	_exit(1);
}

static int reap(void)
{
	int n = 0;

	while (wait(NULL) > 0)
		n++;
	printf("children after execve: %d\n", n);
	return 0;
}

static void ignore(int sig)
{
	(void)sig;
}

/* A signal to a group reaches each of it, once; and none of another group. */
static void group(void)
{
	static volatile int *got;
	pid_t pids[60];
	int sum = 0, twice = 0;

	got = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	setpgid(0, 0);
	signal(SIGUSR1, ignore);
	for (int i = 0; i < 60; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			if (i >= 50)
				setpgid(0, 0);
			got[100 + i] = 1;
			if (usleep(60000000))
				got[i]++;
			_exit(0);
		}
		while (!got[100 + i])
			usleep(1000);
	}
	kill(0, SIGUSR1);
	for (int i = 50; i < 60; i++)
		kill(pids[i], SIGKILL);
	while (wait(NULL) > 0 || errno == EINTR)
		;
	for (int i = 0; i < 60; i++) {
		sum += got[i] == 1;
		twice += got[i] > 1;
	}
	printf("of the group %d, twice %d\n", sum, twice);
}

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "reap"))
		return reap();
	started = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (started == MAP_FAILED)
		die("mmap");
	exit_signal_of_sisters();
	parents_that_die();
	in_child("exit with many children", exit_with_many);
	in_child("execve with many children", exec_with_many);
	in_child("group", group);
	return 0;
}
