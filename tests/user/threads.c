/* threads.c - POSIX threads: shared memory, mutexes, condition variables, exit and exec of one of
 * many. */
#include "try.h"
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <sys/syscall.h>

#define THREADS 6
#define ROUNDS	200

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t barrier;
static int total, turn;
static __thread int own;
static volatile int stop;

static void *adder(void *arg)
{
	for (int i = 0; i < ROUNDS; i++) {
		pthread_mutex_lock(&mutex);
		int seen = total;
		if (i % 16 == 0)
			sched_yield(); /* others try to come in between */
		total = seen + 1;
		pthread_mutex_unlock(&mutex);
		own++;
	}
	pthread_barrier_wait(&barrier);
	return (void *)((uintptr_t)own + (uintptr_t)arg);
}

static void adding(void)
{
	pthread_t threads[THREADS];
	void *result;

	pthread_barrier_init(&barrier, NULL, THREADS);
	for (uintptr_t i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, adder, (void *)i))
			die("pthread_create");
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], &result);
		printf("thread %d: %d\n", i, (int)(uintptr_t)result);
	}
	printf("total %d, main's own %d\n", total, own);
}

static void *in_turn(void *arg)
{
	int me = (int)(uintptr_t)arg;

	for (int i = 0; i < 3; i++) {
		pthread_mutex_lock(&mutex);
		while (turn % THREADS != me)
			pthread_cond_wait(&cond, &mutex);
		printf("%d", me);
		turn++;
		pthread_cond_broadcast(&cond);
		pthread_mutex_unlock(&mutex);
	}
	return NULL;
}

static void turns(void)
{
	struct timespec when;
	pthread_t threads[THREADS];

	for (uintptr_t i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, in_turn, (void *)(THREADS - 1 - i));
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	printf("\n");
	clock_gettime(CLOCK_REALTIME, &when);
	when.tv_nsec += 20000000;
	when.tv_sec += when.tv_nsec / 1000000000;
	when.tv_nsec %= 1000000000;
	pthread_mutex_lock(&mutex);
	printf("timed out %d\n", pthread_cond_timedwait(&cond, &mutex, &when) == ETIMEDOUT);
	pthread_mutex_unlock(&mutex);
}

static void *spinner(void *arg)
{
	(void)arg;
	while (!stop)
		;
	return NULL;
}

static void *sleeper(void *arg)
{
	while (!stop)
		pause();
	return arg;
}

static pthread_t start(void *(*fn)(void *), void *arg)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, fn, arg))
		die("pthread_create");
	return thread;
}

/* One thread's exit() ends all. */
static void *exits(void *arg)
{
	usleep(20000);
	exit((int)(uintptr_t)arg);
}

static void exit_of_all(void)
{
	start(spinner, NULL);
	start(sleeper, NULL);
	start(exits, (void *)9);
	sleeper(NULL);
}

/* The first thread ends; the process goes on until the last one has. */
static void *outlives(void *arg)
{
	(void)arg;
	usleep(30000);
	fflush(stdout);
	exit(11);
}

static void leader_first(void)
{
	start(outlives, NULL);
	pthread_exit(NULL);
}

static int hold[2]; /* a pipe: while it is open, the last thread stays */

static void *ends_soon(void *arg)
{
	usleep(10000);
	return arg;
}

static void *ends_last(void *arg)
{
	(void)arg;
	close(hold[1]);
	exit(read(hold[0], hold, 1) == 0 ? 11 : 12);
}

/* The first thread ends, then another one; the last one waits until the parent closes the pipe. */
static pid_t leader_first_of_three(void)
{
	pid_t pid;

	fflush(stdout);
	if (pipe(hold))
		die("pipe");
	pid = fork();
	if (pid == 0) {
		start(ends_soon, NULL);
		start(ends_last, NULL);
		pthread_exit(NULL);
	}
	usleep(30000);
	return pid;
}

/* Until the last thread has ended there is nothing to wait for; where nobody would wait, the
 * process is gone only then. */
static void wait_for_last(void)
{
	int status = 0;
	pid_t pid = leader_first_of_three();

	printf("before the last: %d\n", (int)waitpid(pid, &status, WNOHANG));
	close(hold[1]);
	waitpid(pid, &status, 0);
	printf("after it: %d\n", WEXITSTATUS(status));
	close(hold[0]);
	signal(SIGCHLD, SIG_IGN);
	pid = leader_first_of_three();
	close(hold[1]);
	printf("ignored: %d\n", waitpid(pid, &status, 0) < 0 && errno == ECHILD);
	close(hold[0]);
	signal(SIGCHLD, SIG_DFL);
}

static void *faults(void *arg)
{
	usleep(10000);
	*(volatile int *)arg = 1;
	return NULL;
}

static void fault_of_one(void)
{
	start(sleeper, NULL);
	start(faults, (void *)16);
	sleeper(NULL);
}

static void *executes(void *arg)
{
	(void)arg;
	usleep(10000);
	execl("/bin/sh", "sh", "-c", "exit 21", (char *)NULL);
	exit(98);
}

static void exec_of_one(void)
{
	start(sleeper, NULL);
	start(spinner, NULL);
	start(executes, NULL);
	sleeper(NULL);
}

static volatile sig_atomic_t handled_by;
static void note_thread(int sig)
{
	(void)sig;
	handled_by = (int)syscall(SYS_gettid);
}

static void *waits_for_signal(void *arg)
{
	while (!handled_by)
		usleep(1000);
	*(int *)arg = handled_by == (int)syscall(SYS_gettid);
	return NULL;
}

/* A signal to one thread runs there; one to the process runs where it is not blocked. */
static void thread_signals(void)
{
	sigset_t set;
	int right = 0;
	pthread_t thread;

	signal(SIGUSR1, note_thread);
	thread = start(waits_for_signal, &right);
	pthread_kill(thread, SIGUSR1);
	pthread_join(thread, NULL);
	printf("to a thread %d\n", right);
	handled_by = right = 0;
	thread = start(waits_for_signal, &right);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	kill(getpid(), SIGUSR1);
	pthread_join(thread, NULL);
	printf("to the process %d\n", right);
}

static void *forks(void *arg)
{
	pid_t child = fork();
	int status;

	if (child == 0)
		_exit(5);
	waitpid(child, &status, 0);
	*(int *)arg = WEXITSTATUS(status);
	return NULL;
}

static void thread_forks(void)
{
	int code = 0;

	pthread_join(start(forks, &code), NULL);
	printf("child of a thread %d\n", code);
	/* Threads share descriptors and the working directory. */
	printf("same process %d\n", getpid() == (pid_t)syscall(SYS_getpid));
}

static void *cancelled(void *arg)
{
	while (!stop)
		sleep(100);
	return arg;
}

int main(void)
{
	void *result;
	pthread_t thread;

	adding();
	turns();
	in_child("exit of all", exit_of_all);
	in_child("leader first", leader_first);
	wait_for_last();
	in_child("fault of one", fault_of_one);
	in_child("exec of one", exec_of_one);
	thread_signals();
	thread_forks();
	thread = start(cancelled, NULL);
	pthread_cancel(thread);
	pthread_join(thread, &result);
	printf("cancelled %d\n", result == PTHREAD_CANCELED);
	return 0;
}
