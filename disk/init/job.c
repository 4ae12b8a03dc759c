/*
 * job.c - reads /etc/job (disk/job.sh writes it) and starts what it asks for.
 *
 * The job file holds records of "key value" lines, separated by empty lines:
 *   name X      label of the job: marks "X" and "X end" go into the recording
 *   cwd DIR     working directory
 *   stdin FILE  standard input (the console)
 *   env K=V     one more environment variable
 *   arg A       one argument, the first is the program
 *
 * An env of the job replaces one of init's own by that name.
 */
#include "job.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_JOBS 128

struct job jobs[MAX_JOBS];
int njobs;

void die(const char *what)
{
	fprintf(stderr, "init: %s: %s\n", what, strerror(errno));
	exit(NOT_STARTED);
}

char *slurp(const char *path)
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

bool set_env(struct job *job, char *value)
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

void parse_jobs(char *text)
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

void redirect(const char *path, int flags, int fd)
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

pid_t start(const struct job *job, void (*prepare)(void))
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (pid == 0) {
		if (job->input)
			redirect(job->input, O_RDONLY, 0);
		if (chdir(job->cwd))
			die(job->cwd);
		if (prepare)
			prepare();
		execve(job->args[0], job->args, job->envs);
		die(job->args[0]);
	}
	return pid;
}
