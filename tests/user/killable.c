/* killable.c - waits that only the end of the process may cut short: vfork(), execve() of one
 * thread. */
#include "try.h"
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>

#define PATIENCE 300 /* times 10 ms */

static volatile pid_t *shared;

/* How a process ends, if it does: waits for it, but not for ever. */
static void ending(const char *what, pid_t pid)
{
	int status = 0, i;

	for (i = 0; i < PATIENCE && waitpid(pid, &status, WNOHANG) != pid; i++)
		usleep(10000);
	if (i == PATIENCE)
		printf("%s: does not end\n", what);
	else if (WIFSIGNALED(status))
		printf("%s: killed by signal %d\n", what, WTERMSIG(status));
	else
		printf("%s: exit %d\n", what, WEXITSTATUS(status));
	fflush(stdout);
}

/* A parent that waits for its vfork() child, which does nothing for a long time. */
static void kill_vfork_parent(const char *what, int sig)
{
	pid_t pid;

	*shared = 0;
	pid = fork();
	if (pid == 0) {
		if (vfork() == 0) {
			*shared = getpid();
			for (;;)
				pause();
		}
		_exit(1);
	}
	while (!*shared)
		usleep(1000);
	kill(pid, sig);
	ending(what, pid);
	kill(*shared, SIGKILL);
}

static void handler(int sig)
{
	(void)sig;
}

/* A signal that does not end it has to wait. */
static void handled_signal(void)
{
	pid_t pid;

	*shared = 0;
	signal(SIGUSR1, handler);
	pid = fork();
	if (pid == 0) {
		if (vfork() == 0) {
			*shared = getpid();
			usleep(60000);
			*shared = 0;
			_exit(0);
		}
		_exit(*shared ? 1 : 7);
	}
	while (!*shared)
		usleep(1000);
	kill(pid, SIGUSR1);
	ending("handled", pid);
}

/* Nobody waits for the child, so nothing is left of it when its parent goes on. */
static void ignored_child(void)
{
	volatile int ended = 0;

	signal(SIGCHLD, SIG_IGN);
	for (volatile int i = 0; i < 20; i++) {
		pid_t pid = vfork();

		if (pid == 0)
			_exit(0);
		ended += waitpid(pid, NULL, 0) < 0 && errno == ECHILD;
	}
	signal(SIGCHLD, SIG_DFL);
	printf("ignored: %d\n", ended);
}

static int executes(void *arg)
{
	(void)arg;
	execl("/bin/sh", "sh", "-c", "exit 21", (char *)NULL);
	return 1;
}

/* The creator waits for a thread that waits for the creator's end. */
static void exec_of_vfork_thread(void)
{
	static char stack[65536] __attribute__((aligned(16)));
	pid_t pid = fork();

	if (pid == 0) {
		clone(executes, stack + sizeof(stack),
		      CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
			      CLONE_VFORK,
		      NULL);
		_exit(1);
	}
	ending("exec of a vfork thread", pid);
}

int main(void)
{
	shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		die("mmap");
	setvbuf(stdout, NULL, _IONBF, 0);
	handled_signal();
	ignored_child();
	exec_of_vfork_thread();
	kill_vfork_parent("vfork parent, SIGKILL", SIGKILL);
	kill_vfork_parent("vfork parent, SIGTERM", SIGTERM);
	return 0;
}
