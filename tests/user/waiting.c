/* waiting.c - exit codes, wait options, killing, orphans. */
#include "try.h"
#include <signal.h>

int main(void)
{
	pid_t pids[5], pid;
	int status, sum = 0;

	show("no child", wait(&status));
	for (int i = 0; i < 5; i++) {
		pids[i] = fork();
		if (pids[i] == 0)
			_exit(10 * i);
	}
	for (int i = 4; i >= 0; i--) {
		pid = waitpid(pids[i], &status, 0);
		printf("child %d right %d code %d\n", i, pid == pids[i], WEXITSTATUS(status));
	}
	pid = fork();
	if (pid == 0)
		for (;;)
			pause();
	printf("nohang %d\n", waitpid(pid, &status, WNOHANG));
	show("kill 0", kill(pid, 0));
	show("kill", kill(pid, SIGKILL));
	waitpid(pid, &status, 0);
	printf("signal %d core %d\n", WTERMSIG(status), WCOREDUMP(status));
	show("kill gone", kill(pid, SIGKILL));
	pid = fork();
	if (pid == 0)
		for (;;)
			sum++; /* only the timer can take the CPU away */
	kill(pid, SIGTERM);
	waitpid(pid, &status, 0);
	printf("busy child: signal %d\n", WTERMSIG(status));
	pid = fork();
	if (pid == 0) {
		if (fork() == 0) {
			usleep(20000);
			_exit(1); /* an orphan by now: init reaps it */
		}
		_exit(5);
	}
	waitpid(pid, &status, 0);
	printf("parent of orphan %d\n", WEXITSTATUS(status));
	usleep(60000);
	show("not mine", wait(&status));
	return 0;
}
