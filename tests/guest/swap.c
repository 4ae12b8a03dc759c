/*
 * swap.c - programs larger than memory, each page of which is checked byte by byte.
 *
 *   swap CASE PAGES
 *
 * PAGES are those of the working set; the test chooses it by the guest's memory. Prints `CASE: ok`,
 * or the first page that is wrong. Cases that are about pages on the disk let a child fill PAGES
 * first, which leaves little else in memory.
 */
#include "pressure.h"
#include "random.h"
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#define MANY	    512u /* pages that a case looks at after they were pushed out */
#define GENERATIONS 3u
#define TASKS	    4u

static unsigned int pages; /* of the working set */
static const char *name;

/* Leaves little of this process in memory. */
static void push_out(void)
{
	pid_t pid = start();

	if (pid == 0) {
		fill_pages(get_pages(pages), pages, 99);
		_exit(0);
	}
	expect_end(pid);
}

static void sequential(void)
{
	char *at = get_pages(pages);

	for (unsigned int gen = 1; gen <= GENERATIONS; gen++) {
		fill_pages(at, pages, gen);
		check_pages(at, pages, gen, name);
	}
	munmap(at, pages * PAGE);
}

/* Writes and checks pages at random; `of` tasks share them, and this one has each `of`th. */
static void wander(char *at, unsigned int nr, unsigned int me, unsigned int of, unsigned int steps)
{
	unsigned char *gen = calloc(nr, 1);
	unsigned int state = me * 7919 + 1;

	if (!gen)
		die("calloc");
	while (steps--) {
		unsigned int i;

		state = state * 1664525u + 1013904223u;
		i = (state >> 8) % (nr / of) * of + me % of;
		if (gen[i])
			check_page(at + i * PAGE, i, gen[i], name);
		if (!gen[i] || state >> 31)
			fill_page(at + i * PAGE, i, ++gen[i]);
	}
	for (unsigned int i = 0; i < nr; i++)
		if (gen[i])
			check_page(at + i * PAGE, i, gen[i], name);
	free(gen);
}

static void at_random(void)
{
	wander(get_pages(pages), pages, 0, 1, pages * 2);
}

static void processes(void)
{
	pid_t pids[TASKS];

	for (unsigned int i = 0; i < TASKS; i++) {
		pids[i] = start();
		if (pids[i] == 0) {
			wander(get_pages(pages / TASKS), pages / TASKS, i, 1, pages / 2);
			_exit(0);
		}
	}
	for (unsigned int i = 0; i < TASKS; i++)
		expect_end(pids[i]);
}

/* --- fork ----------------------------------------------------------------------------------------
 */
/* A child sees what there was, changes its part, and has a child of its own that sees both. */
static void child_of_many(char *at, unsigned int me)
{
	unsigned int first = pages / TASKS * me, end = first + pages / TASKS;
	pid_t pid;

	for (unsigned int i = first; i < end; i++) {
		check_page(at + i * PAGE, i, 1, "child, before");
		fill_page(at + i * PAGE, i, 2 + me);
	}
	pid = start();
	if (pid == 0) {
		for (unsigned int i = first; i < end; i += 3)
			fill_page(at + i * PAGE, i, 20);
		for (unsigned int i = 0; i < pages; i += 5)
			check_page(at + i * PAGE, i,
				   i < first || i >= end  ? 1
				   : (i - first) % 3 == 0 ? 20
							  : 2 + me,
				   "grandchild");
		_exit(0);
	}
	for (unsigned int i = first; i < end; i++)
		check_page(at + i * PAGE, i, 2 + me, "child, after");
	expect_end(pid);
	_exit(0);
}

static void forks(void)
{
	char *at = get_pages(pages);
	pid_t pids[TASKS], killed;

	fill_pages(at, pages, 1);
	for (unsigned int i = 0; i < TASKS; i++) {
		pids[i] = start();
		if (pids[i] == 0)
			child_of_many(at, i);
	}
	killed = start(); /* exits while most of it is swapped, in the middle of its work */
	if (killed == 0)
		for (;;)
			check_pages(at, pages, 1, "killed");
	for (unsigned int i = 0; i < TASKS; i++)
		expect_end(pids[i]);
	kill(killed, SIGKILL);
	waitpid(killed, NULL, 0);
	check_pages(at, pages, 1, "parent");
}

/* --- threads -------------------------------------------------------------------------------------
 */
static char *shared;

static void *thread(void *arg)
{
	wander(shared, pages, (unsigned int)(unsigned long)arg, TASKS, pages / 2);
	return NULL;
}

/* All of these read the same pages, which one of them drops meanwhile. */
static void *reader(void *arg)
{
	volatile char *at = shared;
	unsigned int sum = 0;

	(void)arg;
	for (unsigned int round = 0; round < 4; round++)
		for (unsigned int i = 0; i < pages; i++)
			sum += (unsigned int)at[i * PAGE];
	return (void *)(unsigned long)sum;
}

static void *dropper(void *arg)
{
	for (unsigned int i = 0; i + 16 < pages; i += 32)
		madvise((char *)arg + i * PAGE, 16 * PAGE, MADV_DONTNEED);
	return NULL;
}

static void join_all(pthread_t *threads, void *(*fn)(void *), unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++)
		if (pthread_create(&threads[i], NULL, fn, (void *)(unsigned long)i))
			die("pthread_create");
}

static void threads(void)
{
	pthread_t tasks[TASKS], drop;

	shared = get_pages(pages);
	join_all(tasks, thread, TASKS);
	for (unsigned int i = 0; i < TASKS; i++)
		pthread_join(tasks[i], NULL);
	fill_pages(shared, pages, 7);
	join_all(tasks, reader, TASKS);
	if (pthread_create(&drop, NULL, dropper, shared))
		die("pthread_create");
	pthread_join(drop, NULL);
	for (unsigned int i = 0; i < TASKS; i++)
		pthread_join(tasks[i], NULL);
	for (unsigned int i = 0; i + 16 < pages; i += 32) {
		if (shared[i * PAGE])
			printf("page %u was dropped, and is there\n", i);
		check_page(shared + (i + 16) * PAGE, i + 16, 7, name);
	}
}

/* --- files ---------------------------------------------------------------------------------------
 */
/* Half of the pages are a file's, written through a mapping and by write(), half anonymous. */
static void mixed(void)
{
	unsigned int half = pages / 2, gen;
	char *anon = get_pages(half), *file, *private, buf[PAGE];
	int fd = open("mixed", O_RDWR | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || ftruncate(fd, (off_t)half * PAGE))
		die("mixed");
	file = mmap(NULL, half * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	private = mmap(NULL, half * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	if (file == MAP_FAILED || private == MAP_FAILED)
		die("mmap");
	for (gen = 1; gen <= GENERATIONS; gen++) {
		for (unsigned int i = 0; i < half; i++) {
			fill_page(anon + i * PAGE, i, gen);
			if (i % 2) {
				fill_page(file + i * PAGE, i, gen);
			} else {
				fill_page(buf, i, gen);
				if (pwrite(fd, buf, PAGE, (off_t)i * PAGE) != PAGE)
					die("pwrite");
			}
		}
		for (unsigned int i = 0; i < half; i++) {
			check_page(anon + i * PAGE, i, gen, "anonymous");
			check_page(file + i * PAGE, i, gen, "shared file");
			if (i % 8 == 0 && gen == 2)
				fill_page(private + i * PAGE, i, 50);
			if (pread(fd, buf, PAGE, (off_t)i * PAGE) != PAGE)
				die("pread");
			check_page(buf, i, gen, "pread");
		}
	}
	for (unsigned int i = 0; i < half; i++)
		check_page(private + i * PAGE, i, i % 8 ? GENERATIONS : 50, "private file");
	close(fd);
	unlink("mixed");
}

/* --- exec and stacks -----------------------------------------------------------------------------
 */
static unsigned int recurse(unsigned int depth)
{
	volatile unsigned int frame[WORDS / 2];

	for (unsigned int i = 0; i < WORDS / 2; i++)
		frame[i] = pattern(depth, 4, i);
	if (depth && recurse(depth - 1) != depth - 1)
		return ~0u;
	for (unsigned int i = 0; i < WORDS / 2; i++)
		if (frame[i] != pattern(depth, 4, i))
			return ~0u;
	return depth;
}

/* Programs are started while another has all memory; their arguments fill 30 pages. */
static void execs(void)
{
	static char word[15 * PAGE];
	char *argv[] = {"/bin/test", word, "=", word, NULL}, *envp[] = {NULL};
	pid_t hog = start(), pid;

	if (hog == 0)
		for (char *at = get_pages(pages);;)
			fill_pages(at, pages, 1);
	memset(word, 'x', sizeof(word) - 1);
	for (unsigned int i = 0; i < 6; i++) {
		pid = start();
		if (pid == 0) {
			if (i % 2)
				_exit(recurse(1500) != 1500); /* 3 MiB of stack */
			execve(argv[0], argv, envp);
			die("execve");
		}
		expect_end(pid);
	}
	kill(hog, SIGKILL);
	waitpid(hog, NULL, 0);
}

/* --- mprotect, munmap, madvise over pages that are on the disk
 * ------------------------------------- */
static sigjmp_buf env;

static void on_segv(int sig)
{
	siglongjmp(env, sig);
}

static int write_faults(volatile char *at)
{
	if (sigsetjmp(env, 1))
		return 1;
	*at = 1;
	return 0;
}

static void calls(void)
{
	char *at = get_pages(MANY);
	const unsigned int part = MANY / 4;

	signal(SIGSEGV, on_segv);
	fill_pages(at, MANY, 1);
	push_out();
	/* The parts: read-only, unmapped, dropped, out of reach for a while. */
	if (mprotect(at, part * PAGE, PROT_READ) || munmap(at + part * PAGE, part * PAGE) ||
	    madvise(at + 2 * part * PAGE, part * PAGE, MADV_DONTNEED) ||
	    mprotect(at + 3 * part * PAGE, part * PAGE, PROT_NONE))
		die("calls");
	check_pages(at, part, 1, "read-only");
	if (!write_faults(at + PAGE) || !write_faults(at + part * PAGE) ||
	    !write_faults(at + 3 * part * PAGE))
		printf("a write did not fault\n");
	push_out();
	mprotect(at, part * PAGE, PROT_READ | PROT_WRITE);
	mprotect(at + 3 * part * PAGE, part * PAGE, PROT_READ | PROT_WRITE);
	for (unsigned int i = 0; i < part; i++) {
		check_page(at + i * PAGE, i, 1, "writable again");
		fill_page(at + i * PAGE, i, 2);
		check_page(at + (3 * part + i) * PAGE, 3 * part + i, 1, "within reach again");
		for (unsigned int k = 0; k < WORDS; k++)
			if (((unsigned int *)(at + (2 * part + i) * PAGE))[k])
				printf("page %u is not zero\n", 2 * part + i);
	}
	push_out();
	check_pages(at, part, 2, "written");
}

/* --- the kernel reads and writes memory that is on the disk
 * ---------------------------------------- */
static volatile sig_atomic_t signalled;

static void on_signal(int sig, siginfo_t *info, void *context)
{
	volatile char deep[8 * PAGE];

	(void)context;
	for (unsigned int i = 0; i < sizeof(deep); i += PAGE)
		deep[i] = (char)sig;
	signalled += info->si_signo == SIGUSR1 && deep[PAGE] == SIGUSR1;
}

/* A handler whose stack is on the disk. */
static void signal_on_swapped_stack(char *stack)
{
	stack_t alt = {.ss_sp = stack, .ss_size = 64 * PAGE};
	struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK};

	sigaltstack(&alt, NULL);
	sigaction(SIGUSR1, &action, NULL);
	push_out();
	kill(getpid(), SIGUSR1);
	if (signalled != 1)
		printf("the signal did not arrive\n");
	alt.ss_flags = SS_DISABLE;
	sigaltstack(&alt, NULL);
}

static void *wake_later(void *word)
{
	push_out();
	*(volatile int *)word = 1;
	syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0);
	return NULL;
}

static void futex_on_swapped_page(int *word)
{
	pthread_t waker;

	*word = 0;
	push_out();
	if (pthread_create(&waker, NULL, wake_later, word))
		die("pthread_create");
	while (*(volatile int *)word == 0)
		syscall(SYS_futex, word, FUTEX_WAIT, 0, NULL, NULL, 0);
	pthread_join(waker, NULL);
}

/* From one buffer to another through a file and a pipe; none of all is in memory. */
static void copies(void)
{
	char *from = get_pages(MANY), *to = from + MANY / 2 * PAGE;
	struct iovec *iov = (struct iovec *)(to + (MANY / 2 - 2) * PAGE);
	int *pipes = (int *)(to + (MANY / 2 - 1) * PAGE), fd;
	const unsigned int half = MANY / 2 - 2;

	fill_pages(from, half, 1);
	memset(to, 1, half * PAGE);
	for (unsigned int i = 0; i < 2; i++)
		iov[i] = (struct iovec){to + i * half / 2 * PAGE, half / 2 * PAGE};
	fd = open("copies", O_RDWR | O_CREAT | O_TRUNC, 0600);
	push_out();
	if (write(fd, from, half * PAGE) != (ssize_t)(half * PAGE))
		die("write");
	push_out();
	if (lseek(fd, 0, SEEK_SET) || readv(fd, iov, 2) != (ssize_t)(half * PAGE))
		die("readv");
	check_pages(to, half, 1, "readv");
	memset(to, 2, half * PAGE);
	push_out();
	if (pipe(pipes))
		die("pipe");
	if (start() == 0)
		_exit(write(pipes[1], from, half * PAGE) != (ssize_t)(half * PAGE));
	for (unsigned int n = 0; n < half * PAGE;) {
		ssize_t got = read(pipes[0], to + n, half * PAGE - n);

		if (got <= 0)
			die("read");
		n += (unsigned int)got;
	}
	expect_end(-1);
	check_pages(to, half, 1, "pipe");
	close(fd);
	unlink("copies");
	futex_on_swapped_page((int *)from);
	signal_on_swapped_stack(from);
}

/* Wants all; somebody must say no. */
static void hog(void)
{
	int fd = open("/proc/sys/vm/overcommit_memory", O_WRONLY);
	char *at;

	/* It is promised all, so that it is killed when it takes it. */
	if (fd < 0 || write(fd, "1", 1) != 1)
		die("overcommit_memory");
	close(fd);
	at = get_pages(pages);
	for (unsigned int i = 0; i < pages; i++)
		fill_page(at + i * PAGE, i, 1);
	check_pages(at, pages, 1, name);
}

static const struct {
	const char *name;
	void (*run)(void);
} cases[] = {
	{"sequential", sequential}, {"random", at_random},
	{"processes", processes},   {"forks", forks},
	{"threads", threads},	    {"mixed", mixed},
	{"execs", execs},	    {"calls", calls},
	{"copies", copies},	    {"hog", hog},
};

int main(int argc, char **argv)
{
	if (argc < 3)
		return 2;
	name = argv[1];
	pages = (unsigned int)atoi(argv[2]);
	for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (strcmp(cases[i].name, name))
			continue;
		cases[i].run();
		printf("%s: ok\n", name);
		return 0;
	}
	return 2;
}
