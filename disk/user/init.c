/*
 * init.c - process 1: runs what /etc/job asks for, or a shell.
 *
 * The job file holds records of "key value" lines, separated by empty lines:
 *   name X      label of the job: marks "X" and "X end" go into the recording
 *   cwd DIR     working directory
 *   stdin FILE  standard input (the console)
 *   env K=V     one more environment variable
 *   arg A       one argument, the first is the program
 * Standard output and error of a job are /dev/progout and /dev/progerr: the
 * console, and the recording's stdout.txt and stderr.txt.
 *
 * An env of the job replaces one of init's own by that name. A single record
 * without arg is no job: it says what the shell's environment is.
 *
 * With one job, init ends with its status (128 + signal when it was killed).
 * With several, each is framed on standard output by "#job NAME" and
 * "#end NAME STATUS", and init ends with 0 when all could be started.
 * Without a job there is an interactive shell on the console. When init
 * ends, the kernel powers the machine off with init's status.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/swap.h>
#include <sys/wait.h>
#include <unistd.h>

#define JOB_FILE    "/etc/job"
#define MAX_JOBS    128
#define MAX_ARGS    256
#define MAX_ENVS    64
#define NOT_STARTED 127

struct job {
	const char *name, *cwd, *input;
	char *args[MAX_ARGS + 1];
	char *envs[MAX_ENVS + 1];
	int nargs, nenvs;
};

static struct job jobs[MAX_JOBS];
static int njobs;

static void die(const char *what)
{
	fprintf(stderr, "init: %s: %s\n", what, strerror(errno));
	exit(NOT_STARTED);
}

/* Reads a whole file; NULL when it does not exist. */
static char *slurp(const char *path)
{
	FILE *f = fopen(path, "r");
	size_t size = 0, used = 0, n;
	char *text = NULL;

	if (!f)
		return NULL;
	do {
		if (used + 4096 >= size) {
			size = size ? 2 * size : 16384;
			text = realloc(text, size);
			if (!text)
				die("job file");
		}
		n = fread(text + used, 1, size - used - 1, f);
		used += n;
	} while (n);
	if (ferror(f))
		die(path);
	fclose(f);
	text[used] = '\0';
	return text;
}

static void job_default(struct job *job)
{
	static char path[] = "PATH=/bin:/sbin", home[] = "HOME=/work", lang[] = "LC_ALL=C";

	job->name = "job";
	job->cwd = "/";
	job->envs[job->nenvs++] = path;
	job->envs[job->nenvs++] = home;
	job->envs[job->nenvs++] = lang;
}

/* Adds "K=V", in place of an older K. False when there is no room. */
static bool set_env(struct job *job, char *value)
{
	size_t name = strcspn(value, "=") + 1;
	int i;

	for (i = 0; i < job->nenvs; i++)
		if (!strncmp(job->envs[i], value, name))
			break;
	if (i == MAX_ENVS)
		return false;
	job->envs[i] = value;
	if (i == job->nenvs)
		job->nenvs++;
	return true;
}

static void job_key(struct job *job, const char *key, char *value)
{
	if (!strcmp(key, "name"))
		job->name = value;
	else if (!strcmp(key, "cwd"))
		job->cwd = value;
	else if (!strcmp(key, "stdin"))
		job->input = value;
	else if (!strcmp(key, "env") && set_env(job, value))
		return;
	else if (!strcmp(key, "arg") && job->nargs < MAX_ARGS)
		job->args[job->nargs++] = value;
	else {
		fprintf(stderr,
			"init: " JOB_FILE ": cannot use \"%s %s\"; expected name, cwd, stdin, "
			"env (at most %d) or arg (at most %d)\n",
			key, value, MAX_ENVS, MAX_ARGS);
		exit(NOT_STARTED);
	}
}

static void parse_jobs(char *text)
{
	bool open = false;

	for (char *line = strtok(text, "\n"), *next; line; line = next) {
		char *value;

		next = strtok(NULL, "\n");
		value = strchr(line, ' ');
		if (value)
			*value++ = '\0';
		else
			value = line + strlen(line);
		/* strtok() swallows empty lines: a second "name" opens the next record. */
		if (!open || !strcmp(line, "name")) {
			if (njobs == MAX_JOBS) {
				fprintf(stderr, "init: " JOB_FILE ": more than %d jobs\n",
					MAX_JOBS);
				exit(NOT_STARTED);
			}
			job_default(&jobs[njobs++]);
			open = true;
		}
		job_key(&jobs[njobs - 1], line, value);
	}
}

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

static void redirect(const char *path, int flags, int fd)
{
	int got = open(path, flags);

	if (got < 0)
		die(path);
	if (got != fd) {
		if (dup2(got, fd) < 0)
			die(path);
		close(got);
	}
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

static int run(const struct job *job)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (pid == 0) {
		if (job->input)
			redirect(job->input, O_RDONLY, 0);
		if (chdir(job->cwd))
			die(job->cwd);
		execve(job->args[0], job->args, job->envs);
		die(job->args[0]);
	}
	return wait_for(pid);
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
		status = run(&jobs[i]);
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
