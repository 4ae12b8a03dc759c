/*
 * execstate.c - what a program leaves to the next one in its process, and what it does not:
 * handlers, masks, pending signals, stacks, timers, descriptors, registers, shared handlers.
 */
#include "try.h"
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>

static char path[256], alt[65536];
static volatile sig_atomic_t handled;

static void handler(int sig)
{
	handled = sig;
}

static void print_action(const char *what, int sig)
{
	struct sigaction action;

	if (sigaction(sig, NULL, &action))
		die("sigaction");
	printf("%s: %s flags %#x masks %d\n", what,
	       action.sa_handler == SIG_DFL   ? "default"
	       : action.sa_handler == SIG_IGN ? "ignored"
					      : "handler",
	       (unsigned int)action.sa_flags & ~0x04000000u /* the C library's own */,
	       sigismember(&action.sa_mask, SIGHUP));
}

static void dies_of_it(void)
{
	raise(SIGUSR1);
}

/* The second program. */
static int after(void)
{
	sigset_t blocked, pending;
	stack_t stack;
	int handlers = 0;
	char c = 0;
	ssize_t n;

	print_action("had a handler", SIGUSR1);
	print_action("was ignored", SIGUSR2);
	print_action("once a handler, then ignored", SIGHUP);
	print_action("real-time, had a handler", SIGRTMAX);
	for (int sig = 1; sig < 65; sig++) {
		struct sigaction action;

		if (sigaction(sig, NULL, &action) == 0)
			handlers += action.sa_handler != SIG_DFL && action.sa_handler != SIG_IGN;
	}
	printf("handlers left %d\n", handlers);
	sigprocmask(SIG_SETMASK, NULL, &blocked);
	sigpending(&pending);
	printf("blocked TERM %d QUIT %d, pending TERM %d\n", sigismember(&blocked, SIGTERM),
	       sigismember(&blocked, SIGQUIT), sigismember(&pending, SIGTERM));
	sigaltstack(NULL, &stack);
	printf("alternate stack: off %d size %u\n", stack.ss_flags == SS_DISABLE,
	       (unsigned int)stack.ss_size);
	printf("alarm still set %d\n", alarm(0) > 0);
	n = read(10, &c, 1);
	printf("descriptor kept: %d '%c', closed: %d\n", (int)n, c,
	       fcntl(11, F_GETFD) < 0 && errno == EBADF);
	printf("file creation mask %03o\n", (unsigned int)umask(0));
	in_child("the signal that had a handler", dies_of_it);
	return 0;
}

static void prepare(void)
{
	struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART | SA_ONSTACK};
	stack_t stack = {.ss_sp = alt, .ss_size = sizeof(alt)};
	sigset_t set;
	int ends[2];

	sigaddset(&action.sa_mask, SIGHUP);
	sigaction(SIGUSR1, &action, NULL);
	sigaction(SIGRTMAX, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	signal(SIGHUP, SIG_IGN);
	signal(SIGUSR2, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	raise(SIGTERM);
	sigaltstack(&stack, NULL);
	alarm(1000);
	umask(027);
	if (pipe(ends) || write(ends[1], "k", 1) != 1)
		die("pipe");
	dup2(ends[0], 10);
	dup3(ends[0], 11, O_CLOEXEC);
}

static void run_after(void)
{
	char *const args[] = {(char *)"execstate", (char *)"after", NULL};

	prepare();
	fflush(stdout);
	execv(path, args);
	die("execv");
}

/* A child with the same memory and the same table of handlers: its exec leaves the parent's alone.
 */
static int shares_handlers(void *arg)
{
	char *const args[] = {(char *)"execstate", (char *)"nothing", NULL};

	(void)arg;
	execv(path, args);
	_exit(99);
}

static void shared_table(void)
{
	static char stack[65536];
	int status;
	pid_t pid;

	signal(SIGUSR1, handler);
	fflush(stdout);
	pid = clone(shares_handlers, stack + sizeof(stack),
		    CLONE_VM | CLONE_SIGHAND | CLONE_FILES | CLONE_VFORK | SIGCHLD, NULL);
	if (pid < 0)
		die("clone");
	waitpid(pid, &status, 0);
	printf("with shared handlers: exit %d\n", WEXITSTATUS(status));
	print_action("the parent's", SIGUSR1);
	raise(SIGUSR1);
	printf("handled %d\n", (int)handled);
}

/* A failed exec changes nothing. */
static void failed_exec(void)
{
	char *const args[] = {(char *)"x", NULL};
	struct stat about;

	fcntl(1, F_SETFD, FD_CLOEXEC);
	show("no such program", execv("./no-such", args));
	print_action("after a failed exec", SIGUSR1);
	printf("standard output is there %d\n", fstat(1, &about) == 0);
	fcntl(1, F_SETFD, 0);
}

int main(int argc, char **argv)
{
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

	if (n < 0)
		die("/proc/self/exe");
	if (argc > 1)
		return strcmp(argv[1], "after") ? 7 : after();
	in_child("next program", run_after);
	shared_table();
	failed_exec();
	return 0;
}
