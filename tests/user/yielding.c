/*
 * yielding.c - a call whose length the program chooses lets others run, and SIGKILL ends it. What
 * is measured is time, with much to spare: a call that never gives way takes a hundred times as
 * long.
 */
#include "try.h"
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <time.h>

#define LONG_BYTES (64u << 20)
#define STEP_MS	   10
#define SLICE_MS   100 /* the longest that another one may keep the CPU when one waits */
#define LATE_MS	   1500

static _Atomic unsigned int *ticks; /* shared */
static char *bytes;

static long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void nap(long ms)
{
	struct timespec ts = {.tv_nsec = ms * 1000000};

	nanosleep(&ts, NULL);
}

/* A process counts its naps while the call lasts: did it get on? */
static void others_run(const char *name, ssize_t (*call)(size_t size), size_t size)
{
	pid_t pid = fork();
	unsigned int before;
	long start, took;
	ssize_t ret;

	if (pid == 0)
		for (;;) {
			nap(STEP_MS);
			atomic_fetch_add(ticks, 1);
		}
	while (!atomic_load(ticks))
		nap(STEP_MS);
	before = atomic_load(ticks);
	start = now_ms();
	ret = call(size);
	took = now_ms() - start;
	printf("%s: all %d, others ran %d\n", name, ret == (ssize_t)size,
	       took < 5 * SLICE_MS || (long)(atomic_load(ticks) - before) > took / (3 * SLICE_MS));
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	atomic_store(ticks, 0);
}

static void is_killed(const char *name, ssize_t (*call)(size_t size), size_t size)
{
	long start = now_ms();
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		for (;;)
			call(size);
	}
	nap(5 * STEP_MS);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	printf("%s: signal %d, in time %d\n", name, WTERMSIG(status), now_ms() - start < LATE_MS);
}

/* Newlines only: no mark is made. On other systems the file is not there. */
static ssize_t write_marks(size_t size)
{
	static int fd = -1;

	if (fd < 0)
		fd = open("/proc/trace_mark", O_WRONLY);
	if (fd < 0)
		fd = open("/dev/null", O_WRONLY);
	return write(fd, bytes, size);
}

/* Into the same MiB over and over. */
static ssize_t read_zeroes(size_t size)
{
	static struct iovec iov[1024];
	static int fd = -1;
	size_t n = size / (1u << 20);

	if (fd < 0)
		fd = open("/dev/zero", O_RDONLY);
	for (size_t i = 0; i < n; i++)
		iov[i] = (struct iovec){bytes, 1u << 20};
	return readv(fd, iov, (int)n);
}

static ssize_t read_zeroes_at_once(size_t size)
{
	return read(open("/dev/zero", O_RDONLY), bytes, size);
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	ticks = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	bytes = mmap(NULL, LONG_BYTES, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (ticks == MAP_FAILED || bytes == MAP_FAILED)
		die("mmap");
	is_killed("marks", write_marks, LONG_BYTES);
	others_run("marks", write_marks, 1u << 20);
	others_run("many zeroes", read_zeroes, 1u << 30);
	is_killed("zeroes", read_zeroes_at_once, 32u << 20);
	return 0;
}
