/*
 * main.c - counts the instructions that mm/'s short ways take, as TAP.
 *
 * The kernel's half runs in a child, one instruction at a time; what runs
 * between two calls of cost_mark() is counted, less what the empty row takes.
 * The numbers are exact and do not depend on this machine, only on compiler and
 * source: a change for the worse fails here, not years later in a profile.
 */
#include "cost/cost.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

/* tests/host/include/arch/layout.h: the direct map of 32 MiB. */
#define DIRECT_MAP  ((void *)0x60000000)
#define DIRECT_SIZE 0x02000000
/* The whole run takes some tens of thousands. */
#define STEPS_MAX 5000000ul

static void __attribute__((noreturn)) child(void)
{
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL))
		_exit(3);
	raise(SIGSTOP);
	cost_run();
	_exit(0);
}

/* Steps to the next call of cost_mark(); returns instructions, or -1 when the child is gone. */
static long to_next_mark(pid_t pid)
{
	for (unsigned long steps = 1; steps < STEPS_MAX; steps++) {
		struct user_regs_struct regs;
		int status;

		if (ptrace(PTRACE_SINGLESTEP, pid, NULL, NULL) || waitpid(pid, &status, 0) != pid ||
		    !WIFSTOPPED(status) || WSTOPSIG(status) != SIGTRAP)
			return -1;
		if (ptrace(PTRACE_GETREGS, pid, NULL, &regs))
			return -1;
		if ((unsigned long)regs.eip == (unsigned long)cost_mark)
			return (long)steps;
	}
	return -1;
}

int main(void)
{
	long empty = 0, n;
	int rows = 0, failed = 0, status;
	pid_t pid;

	if (mmap(DIRECT_MAP, DIRECT_SIZE, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) != DIRECT_MAP) {
		perror("mmap");
		return 1;
	}
	cost_setup();
	while (cost_rows[rows].name)
		rows++;
	pid = fork();
	if (pid == 0)
		child();
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status)) {
		printf("1..0 # SKIP this process may not trace\n");
		return 0;
	}
	printf("1..%d\n", rows - 1);
	for (int i = 0; i < rows; i++) {
		const struct cost_row *row = &cost_rows[i];

		if (to_next_mark(pid) < 0 || (n = to_next_mark(pid)) < 0) {
			printf("Bail out! the child stopped in \"%s\"\n", row->name);
			failed = 1;
			break;
		}
		if (i == 0) {
			empty = n;
			continue;
		}
		n -= empty;
		failed |= n > (long)row->most;
		printf("%sok %d - %s: %ld instructions, at most %u\n",
		       n > (long)row->most ? "not " : "", i, row->name, n, row->most);
	}
	kill(pid, SIGKILL);
	return failed;
}
