/*
 * init.c - process 1: runs what /etc/job asks for (disk/init/job.c), or a shell.
 *
 * Standard output and error of a job are /dev/progout and /dev/progerr: the
 * console, and the recording's stdout.txt and stderr.txt. A single record
 * without arg is no job: it says what the shell's environment is.
 *
 * With one job, init ends with its status (128 + signal when it was killed).
 * With several, each is framed on standard output by "#job NAME" and
 * "#end NAME STATUS", and init ends with 0 when all could be started.
 * Without a job there is an interactive shell on the console. When init
 * ends, the kernel powers the machine off with init's status.
 */
#include "../init/job.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/swap.h>
#include <sys/wait.h>
#include <unistd.h>

static void mark(const char *label, const char *suffix)
{
	char text[128];
	int fd = open("/proc/trace_mark", O_WRONLY);
	int n = snprintf(text, sizeof(text), "%s%s\n", label, suffix);

	if (fd < 0)
		die("/proc/trace_mark");
	if (write(fd, text, n < (int)sizeof(text) ? n : (int)sizeof(text) - 1) < 0)
		die("/proc/trace_mark");
	close(fd);
}

static int status_of(int wait_status)
{
	return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

/* Waits for one child, and reaps the orphans that come by. */
static int wait_for(pid_t pid)
{
	int status;
	pid_t got;

	do
		got = wait(&status);
	while (got != pid && (got > 0 || errno == EINTR));
	if (got < 0)
		die("wait");
	return status_of(status);
}

static int run_all(void)
{
	int status = 0;

	redirect("/dev/progout", O_WRONLY, 1);
	redirect("/dev/progerr", O_WRONLY, 2);
	for (int i = 0; i < njobs; i++) {
		if (!jobs[i].nargs) {
			fprintf(stderr, "init: job %s has no arg\n", jobs[i].name);
			return NOT_STARTED;
		}
		if (njobs > 1)
			dprintf(1, "#job %s\n", jobs[i].name);
		mark(jobs[i].name, "");
		status = wait_for(start(&jobs[i], NULL));
		mark(jobs[i].name, " end");
		if (njobs > 1) {
			dprintf(1, "\n#end %s %d\n", jobs[i].name, status);
			status = 0;
		}
	}
	return status;
}

static int shell(char *const *envs)
{
	char *const args[] = {"sh", "-i", NULL};
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (pid == 0) {
		setsid();
		if (chdir("/work"))
			die("/work");
		execve("/bin/sh", args, envs);
		die("/bin/sh");
	}
	return wait_for(pid);
}

int main(void)
{
	static struct job none = {
		.envs = {"PATH=/bin:/sbin", "HOME=/work", "TERM=linux", "PS1=pagoda:$PWD# "},
		.nenvs = 4,
	};
	char *text = slurp(JOB_FILE);

	/* Without a swap partition there is none. */
	swapon("/dev/hda2", 0);

	if (!text && errno != ENOENT)
		die(JOB_FILE);
	if (!text)
		return shell(none.envs);
	parse_jobs(text);
	if (!njobs) {
		fprintf(stderr, "init: " JOB_FILE " is empty; expected at least one job\n");
		return NOT_STARTED;
	}
	if (njobs == 1 && !jobs[0].nargs) {
		for (int i = 0; i < jobs[0].nenvs; i++)
			set_env(&none, jobs[0].envs[i]);
		return shell(none.envs);
	}
	return run_all();
}
