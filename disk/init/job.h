/* job.h - what process 1 is asked to run (job.c), under Pagoda's kernel and under Linux. */
#ifndef DISK_INIT_JOB_H
#define DISK_INIT_JOB_H

#include <stdbool.h>
#include <sys/types.h>

#define JOB_FILE    "/etc/job"
#define MAX_ARGS    256
#define MAX_ENVS    64
#define NOT_STARTED 127 /* status of what could not be run */

struct job {
	const char *name, *cwd, *input;
	char *args[MAX_ARGS + 1];
	char *envs[MAX_ENVS + 1];
	int nargs, nenvs;
};

extern struct job jobs[];
extern int njobs;

/* die - says what failed and why (errno), and ends this process with NOT_STARTED. */
void die(const char *what) __attribute__((noreturn));

/* slurp - a whole file as a string of malloc's; NULL, and errno, when there is none. */
char *slurp(const char *path);

/* set_env - adds "K=V", in place of an older K. False when there is no room. */
bool set_env(struct job *job, char *value);

/* parse_jobs - jobs[0..njobs] from the text of a job file, which they keep pointing into. */
void parse_jobs(char *text);

/* redirect - makes @fd what open(@path, @flags) gives, or dies. */
void redirect(const char *path, int flags, int fd);

/*
 * start - a child that becomes the job's program; its standard output is this process's. @prepare
 * is called in it before, unless it is NULL.
 */
pid_t start(const struct job *job, void (*prepare)(void));

#endif
