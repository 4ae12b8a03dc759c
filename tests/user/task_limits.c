/* task_limits.c - limits on a process's CPU time and on the user's tasks. */
#include "try.h"
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/time.h>

static volatile sig_atomic_t xcpu;

static void limit(int what, rlim_t soft, rlim_t hard)
{
	struct rlimit rlimit = {soft, hard};

	if (setrlimit(what, &rlimit))
		die("setrlimit");
}

static void spin(void)
{
	for (;;)
		;
}

static void soft_cpu(void)
{
	limit(RLIMIT_CPU, 1, RLIM_INFINITY);
	spin();
}

static struct rusage usage; /* at the first signal */

static void count(int sig)
{
	(void)sig;
	if (!xcpu)
		getrusage(RUSAGE_SELF, &usage);
	xcpu++;
}

/* The signal is handled, and comes again each second, until the hard limit ends it. */
static void hard_cpu(void)
{
	signal(SIGXCPU, count);
	limit(RLIMIT_CPU, 1, 3);
	while (xcpu < 2)
		;
	printf("SIGXCPU came again\n");
	fflush(stdout);
	spin();
}

#define SPINNERS 8

/* Time of all threads counts, and their children have limits of their own. */
static void *spins(void *arg)
{
	spin();
	return arg;
}

static void cpu_of_threads(void)
{
	pthread_t thread;
	long used;

	signal(SIGXCPU, count);
	limit(RLIMIT_CPU, 1, RLIM_INFINITY);
	for (int i = 0; i < SPINNERS; i++)
		pthread_create(&thread, NULL, spins, NULL);
	/* Not spinning: on a busy machine it would wait its turn to take the signal. */
	while (!xcpu)
		usleep(10000);
	used = usage.ru_utime.tv_sec * 10 + usage.ru_utime.tv_usec / 100000 +
	       usage.ru_stime.tv_sec * 10 + usage.ru_stime.tv_usec / 100000;
	/*
	 * Not after a second of each, which is SPINNERS in all; a busy machine delivers late. Linux
	 * goes by what runs at its ticks, which on a busy machine is not quite the time that was
	 * used.
	 */
	printf("threads: signal after a second of all %d\n",
	       used >= (on_pagoda() ? 9 : 7) && used < 9 * SPINNERS);
}

/* As a user without privileges where there is one: Linux lets root have any number. */
static void tasks(void)
{
	int made = 0;
	pid_t pid;

	if (!geteuid() && setuid(65534) && errno != EINVAL)
		die("setuid");
	limit(RLIMIT_NPROC, 0, 1000);
	pid = fork();
	if (pid == 0)
		_exit(0);
	show("fork with a limit of 0", pid);
	limit(RLIMIT_NPROC, 900, 1000);
	pid = fork();
	if (pid == 0)
		_exit(0);
	made += pid > 0;
	waitpid(pid, NULL, 0);
	printf("fork with a larger one: %d\n", made);
}

int main(void)
{
	in_child("soft limit", soft_cpu);
	in_child("hard limit", hard_cpu);
	in_child("threads", cpu_of_threads);
	in_child("tasks", tasks);
	return 0;
}
