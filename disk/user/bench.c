/*
 * bench.c - what the kernel's operations cost, in instructions.
 *
 * Under Bochs the time stamp counter counts instructions, so each operation is
 * timed alone, many times, by RDTSC; the median leaves out those that a timer
 * interrupt fell into. The cost of the measurement itself is taken off. A
 * cleared or copied page is one `rep` instruction of 1,024 rounds, which the
 * counter counts as 1,024: the kernel's own count of such pages (pgclear and
 * pgcopy in /proc/vmstat) is read around each loop, and 1,023 rounds for each
 * are taken off, as in the figures this is compared with.
 *
 * Output: one line an operation, "name,median,min,max,runs", in instructions.
 * System calls are made by int 0x80 directly, so that no library code counts.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE	   4096u
#define RUNS	   1024
#define REP_ROUNDS 1023 /* of a whole-page rep instruction, besides the first */
#define FILE_PAGES 1024
#define STRIDE	   16 /* further apart than one fault maps pages */
#define BIG_PAGES  4096
#define AREA_PAGES 64

static uint32_t costs[RUNS];
static uint32_t overhead;
static unsigned char *area;
static int file, there[2], back[2];
static const char *only;

static void die(const char *what)
{
	printf("bench: %s: %s\n", what, strerror(errno));
	exit(1);
}

static inline uint32_t now(void)
{
	uint32_t low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
	return low;
}

static inline long call(long nr, long a, long b, long c)
{
	long result;

	__asm__ volatile("int $0x80" : "=a"(result) : "a"(nr), "b"(a), "c"(b), "d"(c) : "memory");
	return result;
}

static inline long call_mmap(unsigned long len, long flags, int fd)
{
	long result;

	__asm__ volatile("pushl %%ebp\n\txorl %%ebp, %%ebp\n\tint $0x80\n\tpopl %%ebp"
			 : "=a"(result)
			 : "a"(SYS_mmap2), "b"(0), "c"(len), "d"(PROT_READ | PROT_WRITE),
			   "S"(flags), "D"(fd)
			 : "memory");
	return result;
}

static unsigned char *map(unsigned long pages, int flags, int fd)
{
	unsigned char *p = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, flags, fd, 0);

	if (p == MAP_FAILED)
		die("mmap");
	return p;
}

static unsigned char *anonymous(unsigned long pages)
{
	return map(pages, MAP_PRIVATE | MAP_ANONYMOUS, -1);
}

/* Whole pages that the kernel has cleared and copied so far. */
static uint32_t whole_pages(void)
{
	static char text[16384];
	int fd = open("/proc/vmstat", O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	static const char *const names[] = {"\npgclear ", "\npgcopy "};
	uint32_t sum = 0;

	if (n < 0)
		die("/proc/vmstat");
	close(fd);
	text[n] = '\0';
	for (int i = 0; i < 2; i++) {
		const char *at = strstr(text, names[i]);

		sum += at ? (uint32_t)strtoul(at + strlen(names[i]), NULL, 10) : 0;
	}
	return sum;
}

static int by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/* Prints a line for `runs` costs, each of them for `per` operations that cleared or copied pages.
 */
static void report(const char *name, unsigned runs, unsigned per, uint32_t pages)
{
	uint32_t rounds = (uint32_t)((uint64_t)pages * REP_ROUNDS / runs);

	qsort(costs, runs, sizeof(costs[0]), by_value);
	for (unsigned i = 0; i < runs; i++) {
		uint32_t taken = rounds + overhead;

		costs[i] = costs[i] > taken ? (costs[i] - taken) / per : 0;
	}
	printf("%s,%u,%u,%u,%u\n", name, costs[runs / 2], costs[0], costs[runs - 1], runs);
	fflush(stdout);
}

/* Times `op(i)` runs times; each is worth `per` operations. */
static void time_op(const char *name, unsigned runs, unsigned per, void (*op)(unsigned))
{
	uint32_t pages, background;

	pages = whole_pages();
	background = whole_pages() - pages;
	pages = whole_pages();
	for (unsigned i = 0; i < runs; i++) {
		uint32_t start = now();

		op(i);
		costs[i] = now() - start;
	}
	report(name, runs, per, whole_pages() - pages - background);
}

static void nothing(unsigned i)
{
	(void)i;
}

static void op_getppid(unsigned i)
{
	(void)i;
	call(SYS_getppid, 0, 0, 0);
}

static void op_write(unsigned i)
{
	area[i * PAGE] = 1;
}

static void op_read(unsigned i)
{
	(void)*(volatile unsigned char *)&area[i * PAGE];
}

static void op_read_far(unsigned i)
{
	(void)*(volatile unsigned char *)&area[(i % (FILE_PAGES / STRIDE)) * STRIDE * PAGE];
}

static void op_unmap_all(unsigned i)
{
	(void)i;
	call(SYS_munmap, (long)area, RUNS * PAGE, 0);
}

static void op_read_all(unsigned i)
{
	(void)i;
	for (unsigned page = 0; page < FILE_PAGES; page++)
		(void)*(volatile unsigned char *)&area[page * PAGE];
}

static void anonymous_faults(void)
{
	area = anonymous(RUNS);
	time_op("anon_write_fault", RUNS, 1, op_write);
	time_op("munmap_touched_page", 1, RUNS, op_unmap_all);
	area = anonymous(RUNS);
	time_op("anon_read_fault", RUNS, 1, op_read);
	time_op("write_after_read", RUNS, 1, op_write);
	munmap(area, RUNS * PAGE);
}

/* A child keeps the pages shared until its pipe is closed. */
static void cow_faults(void)
{
	pid_t pid;
	char c;

	area = anonymous(RUNS);
	memset(area, 1, RUNS * PAGE);
	if (pipe(there))
		die("pipe");
	pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0) {
		close(there[1]);
		_exit(read(there[0], &c, 1) ? 1 : 0);
	}
	close(there[0]);
	time_op("cow_copy", RUNS, 1, op_write);
	close(there[1]);
	waitpid(pid, NULL, 0);
	/* Now pages that only we still have, but write-protected by a fork. */
	pid = fork();
	if (pid == 0)
		_exit(0);
	waitpid(pid, NULL, 0);
	time_op("cow_reuse", RUNS, 1, op_write);
	munmap(area, RUNS * PAGE);
}

static void make_file(void)
{
	static char block[PAGE];

	file = open("bench.tmp", O_RDWR | O_CREAT | O_TRUNC, 0600);
	if (file < 0)
		die("bench.tmp");
	for (int i = 0; i < FILE_PAGES; i++)
		if (write(file, block, PAGE) != (ssize_t)PAGE)
			die("bench.tmp");
}

static void file_faults(void)
{
	int sparse = open("bench2.tmp", O_RDWR | O_CREAT | O_TRUNC, 0600);

	/* Only every 16th page gets into the page cache: no neighbours to map. */
	if (sparse < 0 || ftruncate(sparse, FILE_PAGES * PAGE))
		die("bench2.tmp");
	for (int i = 0; i < FILE_PAGES; i += STRIDE)
		if (pwrite(sparse, "x", 1, (off_t)i * PAGE) != 1)
			die("bench2.tmp");
	area = map(FILE_PAGES, MAP_PRIVATE, sparse);
	time_op("file_read_fault", FILE_PAGES / STRIDE, 1, op_read_far);
	munmap(area, FILE_PAGES * PAGE);
	close(sparse);
	unlink("bench2.tmp");
	area = map(FILE_PAGES, MAP_PRIVATE, file);
	time_op("file_read_fault_around", 1, FILE_PAGES, op_read_all);
	munmap(area, FILE_PAGES * PAGE);
	area = map(FILE_PAGES, MAP_PRIVATE, file);
	time_op("file_cow_fault", FILE_PAGES, 1, op_write);
	munmap(area, FILE_PAGES * PAGE);
	area = map(FILE_PAGES, MAP_SHARED, file);
	time_op("shared_write_fault", FILE_PAGES, 1, op_write);
	munmap(area, FILE_PAGES * PAGE);
}

static void op_fork(unsigned i)
{
	long pid = call(SYS_fork, 0, 0, 0);

	(void)i;
	if (pid == 0)
		call(SYS_exit_group, 0, 0, 0);
	if (pid < 0 || call(SYS_waitpid, pid, 0, 0) != pid)
		die("fork");
}

static void op_exec(unsigned i)
{
	static char *const args[] = {"tiny", NULL};
	long pid = call(SYS_fork, 0, 0, 0);

	(void)i;
	if (pid == 0) {
		call(SYS_execve, (long)"/bin/tiny", (long)args, 0);
		call(SYS_exit_group, 127, 0, 0);
	}
	if (pid < 0 || call(SYS_waitpid, pid, 0, 0) != pid)
		die("fork");
}

static void processes(void)
{
	time_op("fork_exit_wait", 200, 1, op_fork);
	area = anonymous(BIG_PAGES);
	for (unsigned i = 0; i < BIG_PAGES; i++)
		area[i * PAGE] = 1;
	time_op("fork_16m_exit_wait", 20, 1, op_fork);
	munmap(area, BIG_PAGES * PAGE);
	op_exec(0);
	time_op("fork_exec_exit_wait", 200, 1, op_exec);
}

static void op_map_unmap(unsigned i)
{
	long at = call_mmap(PAGE, MAP_PRIVATE | MAP_ANONYMOUS, -1);

	(void)i;
	call(SYS_munmap, at, PAGE, 0);
}

static void op_map_touch_unmap(unsigned i)
{
	unsigned char *p =
		(unsigned char *)call_mmap(AREA_PAGES * PAGE, MAP_PRIVATE | MAP_ANONYMOUS, -1);

	(void)i;
	for (unsigned page = 0; page < AREA_PAGES; page++)
		p[page * PAGE] = 1;
	call(SYS_munmap, (long)p, AREA_PAGES * PAGE, 0);
}

static void op_protect(unsigned i)
{
	(void)i;
	call(SYS_mprotect, (long)(area + 30 * PAGE), PAGE, PROT_READ);
	call(SYS_mprotect, (long)(area + 30 * PAGE), PAGE, PROT_READ | PROT_WRITE);
}

static void op_brk(unsigned i)
{
	unsigned char *end = (unsigned char *)call(SYS_brk, 0, 0, 0);

	(void)i;
	call(SYS_brk, (long)(end + PAGE), 0, 0);
	end[PAGE - 1] = 1;
	call(SYS_brk, (long)end, 0, 0);
}

static void areas(void)
{
	time_op("mmap_munmap", RUNS, 1, op_map_unmap);
	time_op("mmap_touch64_munmap", 200, 1, op_map_touch_unmap);
	area = anonymous(AREA_PAGES);
	memset(area, 1, AREA_PAGES * PAGE);
	time_op("mprotect_pair", RUNS, 1, op_protect);
	munmap(area, AREA_PAGES * PAGE);
	brk((void *)(((unsigned long)sbrk(0) + PAGE - 1) & ~(PAGE - 1ul)));
	time_op("brk_grow_touch_shrink", RUNS, 1, op_brk);
}

static void op_round_trip(unsigned i)
{
	char c;

	(void)i;
	call(SYS_write, there[1], (long)"x", 1);
	call(SYS_read, back[0], (long)&c, 1);
}

static void op_yield(unsigned i)
{
	(void)i;
	call(SYS_sched_yield, 0, 0, 0);
}

static void switches(void)
{
	char c;
	pid_t pid;

	if (pipe(there) || pipe(back))
		die("pipe");
	pid = fork();
	if (pid == 0) {
		close(there[1]);
		while (read(there[0], &c, 1) == 1)
			call(SYS_write, back[1], (long)&c, 1);
		_exit(0);
	}
	close(there[0]);
	time_op("pipe_round_trip", RUNS, 1, op_round_trip);
	close(there[1]);
	waitpid(pid, NULL, 0);
	pid = fork();
	if (pid == 0)
		for (;;)
			call(SYS_sched_yield, 0, 0, 0);
	op_yield(0);
	time_op("sched_yield_pair", RUNS, 1, op_yield);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void on_fault(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)context;
	mprotect((void *)((unsigned long)info->si_addr & ~(PAGE - 1ul)), PAGE,
		 PROT_READ | PROT_WRITE);
}

/* The handler makes the page writable: one mprotect() is part of the figure, and is taken off. */
static void signals(void)
{
	struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO};

	if (sigaction(SIGSEGV, &action, NULL)) {
		printf("# no signal handlers: %s\n", strerror(errno));
		return;
	}
	area = anonymous(RUNS);
	memset(area, 1, RUNS * PAGE);
	for (unsigned i = 0; i < RUNS; i += 2)
		mprotect(area + i * PAGE, PAGE, PROT_READ);
	for (unsigned i = 0; i < RUNS / 2; i++) {
		uint32_t start = now(), end;

		area[2 * i * PAGE] = 1;
		end = now();
		call(SYS_mprotect, (long)(area + 2 * i * PAGE), PAGE, PROT_READ);
		start += now() - end; /* what an mprotect() of such a page takes */
		costs[i] = end - start;
	}
	report("sigsegv_handler", RUNS / 2, 1, 0);
	munmap(area, RUNS * PAGE);
}

static bool wanted(const char *group)
{
	return !only || !strcmp(only, group);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} groups[] = {
		{"anonymous", anonymous_faults},
		{"cow", cow_faults},
		{"file", file_faults},
		{"processes", processes},
		{"areas", areas},
		{"switches", switches},
		{"signals", signals},
	};

	only = argc > 1 ? argv[1] : NULL;
	make_file();
	time_op("overhead", RUNS, 1, nothing);
	overhead = costs[RUNS / 2];
	time_op("getppid", RUNS, 1, op_getppid);
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		if (wanted(groups[i].name))
			groups[i].run();
	close(file);
	unlink("bench.tmp");
	return 0;
}
