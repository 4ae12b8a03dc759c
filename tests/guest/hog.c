/*
 * hog.c - takes memory, and knows again what it wrote: for tests/oom.t and its like.
 *
 *   hog fill MIB [ROUNDS]  writes each page, then looks whether all is there, ROUNDS times
 *   hog threads MIB        the same by four threads in one address space
 *   hog vfork MIB          the same by a child of vfork()
 *   hog wait MIB FILE      writes all, says so, waits for FILE to be, looks whether all is there
 *   hog locked MIB FILE    the same after mlockall(): says how many major faults there were
 *   hog sys MIB            lets the kernel write: each page by a read()
 *
 * Exit status 0: all was there; 1: it was not; 2: a call failed.
 */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE	4096u
#define WORDS	(PAGE / sizeof(unsigned int))
#define THREADS 4

static unsigned int *memory;
static unsigned int pages;

static void say(const char *text)
{
	if (write(1, text, strlen(text)) < 0)
		_exit(2);
}

static void fail(const char *what)
{
	perror(what);
	exit(2);
}

/* Several of them at a time are to have their memory at the same time. */
static void give_way(unsigned int page)
{
	if (page % 32 == 31)
		sched_yield();
}

static void write_all(unsigned int first, unsigned int step, unsigned int round)
{
	for (unsigned int i = first; i < pages; i += step) {
		memory[i * WORDS] = memory[(i + 1) * WORDS - 1] = i * 7 + round;
		give_way(i);
	}
}

static int all_there(unsigned int round)
{
	for (unsigned int i = 0; i < pages; i++) {
		give_way(i);
		if (memory[i * WORDS] != i * 7 + round ||
		    memory[(i + 1) * WORDS - 1] != i * 7 + round) {
			say("page lost\n");
			return 1;
		}
	}
	return 0;
}

static int fill(unsigned int rounds)
{
	int bad = 0;

	for (unsigned int round = 1; round <= rounds && !bad; round++) {
		write_all(0, 1, round);
		bad = all_there(round);
	}
	return bad;
}

static void *thread(void *arg)
{
	write_all((unsigned int)(size_t)arg, THREADS, 1);
	return NULL;
}

static int threads(void)
{
	pthread_t id[THREADS];

	for (size_t i = 0; i < THREADS; i++)
		if (pthread_create(&id[i], NULL, thread, (void *)i))
			fail("pthread_create");
	for (int i = 0; i < THREADS; i++)
		pthread_join(id[i], NULL);
	return all_there(1);
}

static int in_vfork(void)
{
	int status;
	pid_t pid = vfork();

	if (pid == 0) {
		write_all(0, 1, 1);
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		fail("vfork");
	return status ? 1 : all_there(1);
}

static void wait_for(const char *path)
{
	while (access(path, F_OK))
		usleep(20000);
}

static int wait_and_look(const char *path)
{
	write_all(0, 1, 1);
	say("filled\n");
	wait_for(path);
	return all_there(1);
}

static int locked(const char *path)
{
	struct rusage before, after;
	int bad;

	if (mlockall(MCL_CURRENT | MCL_FUTURE))
		fail("mlockall");
	write_all(0, 1, 1);
	say("filled\n");
	wait_for(path);
	getrusage(RUSAGE_SELF, &before);
	bad = all_there(1);
	getrusage(RUSAGE_SELF, &after);
	printf("major faults: %ld\n", after.ru_majflt - before.ru_majflt);
	return bad;
}

static int by_the_kernel(void)
{
	int fd = open("/dev/zero", O_RDONLY);

	for (unsigned int i = 0; i < pages; i++)
		if (read(fd, memory + i * WORDS, PAGE) != (ssize_t)PAGE)
			fail("read");
	return 0;
}

int main(int argc, char **argv)
{
	const char *how = argc > 2 ? argv[1] : "";

	pages = argc > 2 ? (unsigned int)atoi(argv[2]) * (1024 * 1024 / PAGE) : 0;
	memory = mmap(NULL, pages * PAGE + PAGE, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (memory == MAP_FAILED)
		fail("mmap");
	if (!strcmp(how, "fill"))
		return fill(argc > 3 ? (unsigned int)atoi(argv[3]) : 1);
	if (!strcmp(how, "threads"))
		return threads();
	if (!strcmp(how, "vfork"))
		return in_vfork();
	if (!strcmp(how, "wait") && argc > 3)
		return wait_and_look(argv[3]);
	if (!strcmp(how, "locked") && argc > 3)
		return locked(argv[3]);
	if (!strcmp(how, "sys"))
		return by_the_kernel();
	say("usage: hog fill|threads|vfork|wait|locked|sys MIB ...\n");
	return 2;
}
