/* family.c - who is whose parent: clone(CLONE_PARENT), its exit signal, parents that die meanwhile.
 */
#include "try.h"
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

int main(void)
{
	started = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (started == MAP_FAILED)
		die("mmap");
	exit_signal_of_sisters();
	parents_that_die();
	return 0;
}
