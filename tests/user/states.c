/* states.c - the letter that /proc/PID/stat has for a task that runs, sleeps, is stopped, is gone.
 */
#include "try.h"
#include <signal.h>

static char state_of(pid_t pid)
{
	char path[64], line[256] = "", *end;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	file = fopen(path, "r");
	if (!file || !fgets(line, sizeof(line), file))
		die(path);
	fclose(file);
	end = strrchr(line, ')'); /* of its name */
	return end ? end[2] : '?';
}

/* The letter once it is that one, or what it is after two seconds. */
static void wait_for(const char *what, pid_t pid, char letter)
{
	for (int i = 0; i < 200 && state_of(pid) != letter; i++)
		usleep(10000);
	printf("%s: %c\n", what, state_of(pid));
}

int main(void)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (pid == 0)
		for (;;)
			pause();
	printf("who asks: %c\n", state_of(getpid()));
	wait_for("sleeps", pid, 'S');
	show("stop", kill(pid, SIGSTOP));
	wait_for("stopped", pid, 'T');
	show("continue", kill(pid, SIGCONT));
	wait_for("sleeps again", pid, 'S');
	show("kill", kill(pid, SIGKILL));
	wait_for("gone", pid, 'Z');
	show("buried", waitpid(pid, NULL, 0) == pid ? 0 : -1);
	return 0;
}
