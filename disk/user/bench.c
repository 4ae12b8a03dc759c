/*
 * bench.c - what the kernel's operations cost, in instructions.
 *
 * Each operation is done in BATCHES batches, between two marks in the recording:
 * "NAME COUNT" before and "." after, COUNT being how many operations the batch
 * is worth. The recorder stamps marks with the count of instructions, so the
 * figures are exact; tests/run/bench.sh takes them from marks.csv, less those of
 * an empty batch ("overhead 1"). A batch is long enough for a timer interrupt,
 * should one fall into it, to vanish.
 *
 * System calls are made by int 0x80 directly, so that no library code counts.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE	    4096u
#define BATCHES	    5
#define RUNS	    (BATCHES * 205) /* more than 1,000 pages: one each */
#define FILE_PAGES  RUNS
#define STRIDE	    16 /* further apart than one fault maps pages */
#define BIG_PAGES   4096
#define AREA_PAGES  64
#define SYNC_PAGES  64
#define OTHER_AREAS 3000

static unsigned char *area;
static int mark_fd, file, there[2], back[2];

static void die(const char *what)
{
	printf("bench: %s: %s\n", what, strerror(errno));
	exit(1);
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

static void mark(const char *text, size_t length)
{
	if (call(SYS_write, mark_fd, (long)text, (long)length) != (long)length)
		die("/proc/trace_mark");
}

/* Whole pages that the kernel has cleared so far. */
static long cleared_pages(void)
{
	static char text[16384];
	int fd = open("/proc/vmstat", O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	const char *at;

	if (n < 0)
		die("/proc/vmstat");
	close(fd);
	text[n] = '\0';
	at = strstr(text, "\npgclear ");
	if (!at)
		die("no pgclear in /proc/vmstat");
	return atol(at + strlen("\npgclear "));
}

/* Times op(0) .. op(runs - 1); each is worth `per` operations. Prints "cleared NAME PAGES". */
static void time_op(const char *name, unsigned runs, unsigned per, void (*op)(unsigned))
{
	const unsigned batch = runs < BATCHES ? 1 : runs / BATCHES;
	char label[64];
	size_t length = (size_t)snprintf(label, sizeof(label), "%s %u\n", name, batch * per);
	long pages = cleared_pages(), own = cleared_pages() - pages;

	pages = cleared_pages();
	for (unsigned first = 0; first < runs; first += batch) {
		mark(label, length);
		for (unsigned i = first; i < first + batch; i++)
			op(i);
		mark(".\n", 2);
	}
	printf("cleared %s %ld\n", name, cleared_pages() - pages - own);
	fflush(stdout);
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
	(void)*(volatile unsigned char *)&area[i * STRIDE * PAGE];
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
	for (int i = 0; i < BATCHES; i++) {
		area = anonymous(RUNS);
		if (i == 0)
			time_op("anon_write_fault", RUNS, 1, op_write);
		memset(area, 1, RUNS * PAGE);
		time_op("munmap_touched_page", 1, RUNS, op_unmap_all);
	}
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
	op_read_far(FILE_PAGES / STRIDE - 1); /* the page table is there */
	time_op("file_read_fault", (FILE_PAGES / STRIDE - 1) / BATCHES * BATCHES, 1, op_read_far);
	munmap(area, FILE_PAGES * PAGE);
	close(sparse);
	unlink("bench2.tmp");
	for (int i = 0; i < BATCHES; i++) {
		area = map(FILE_PAGES, MAP_PRIVATE, file);
		time_op("file_read_fault_around", 1, FILE_PAGES, op_read_all);
		munmap(area, FILE_PAGES * PAGE);
	}
	area = map(FILE_PAGES, MAP_PRIVATE, file);
	time_op("file_cow_fault", RUNS, 1, op_write);
	munmap(area, FILE_PAGES * PAGE);
	area = map(FILE_PAGES, MAP_SHARED, file);
	time_op("shared_write_fault", RUNS, 1, op_write);
	munmap(area, FILE_PAGES * PAGE);
}

static void op_meminfo(unsigned i)
{
	char text[PAGE];
	long fd = call(SYS_open, (long)"/proc/meminfo", O_RDONLY, 0);

	(void)i;
	call(SYS_read, fd, (long)text, sizeof(text));
	call(SYS_close, fd, 0, 0);
}

static void op_sync(unsigned i)
{
	(void)i;
	call(SYS_fsync, file, 0, 0);
}

/* Each run writes all pages anew, which is not counted. */
static void time_sync(const char *name)
{
	for (unsigned i = 0; i < BATCHES; i++) {
		for (unsigned page = 0; page < SYNC_PAGES; page++)
			area[page * PAGE] = (unsigned char)i;
		time_op(name, 1, 1, op_sync);
	}
}

/* Dirty pages of a mapping brought to the disk; then the same with others that map the file. */
static void sync_mappings(void)
{
	op_sync(0);
	area = map(SYNC_PAGES, MAP_SHARED, file);
	time_sync("fsync_64_pages");
	for (unsigned i = 0; i < OTHER_AREAS; i++) {
		unsigned pgoff = SYNC_PAGES + i % (FILE_PAGES - SYNC_PAGES);

		/* Every second one is writable, so that they stay apart. */
		if (mmap(NULL, PAGE, i % 2 ? PROT_READ : PROT_READ | PROT_WRITE, MAP_SHARED, file,
			 (off_t)pgoff * PAGE) == MAP_FAILED)
			die("mmap");
	}
	time_sync("fsync_64_pages_3000_areas");
}

static void set_knob(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0 || write(fd, value, 1) != 1)
		die(path);
	close(fd);
}

static void drop_caches(void)
{
	op_sync(0);
	set_knob("/proc/sys/vm/drop_caches", "1");
}

static void op_read_file(unsigned i)
{
	static char block[PAGE];

	(void)i;
	for (unsigned page = 0; page < FILE_PAGES; page++)
		if (call(SYS_read, file, (long)block, PAGE) != (long)PAGE)
			die("read");
}

/* The file from the disk, in order: by read() and by faults; and back to it. */
static void disk(void)
{
	for (unsigned i = 0; i < BATCHES; i++) {
		drop_caches();
		lseek(file, 0, SEEK_SET);
		time_op("disk_read", 1, FILE_PAGES, op_read_file);
		drop_caches();
		area = map(FILE_PAGES, MAP_PRIVATE, file);
		time_op("disk_read_fault", 1, FILE_PAGES, op_read_all);
		munmap(area, FILE_PAGES * PAGE);
		close(file);
		make_file();
		time_op("disk_write", 1, FILE_PAGES, op_sync);
	}
}

static void op_page_out(unsigned i)
{
	(void)i;
	if (call(SYS_madvise, (long)area, (long)FILE_PAGES * PAGE, MADV_PAGEOUT))
		die("madvise");
}

/* Out, back many at a time, out without a write, back one by one. */
static void swapping(void)
{
	for (unsigned i = 0; i < BATCHES; i++) {
		area = anonymous(FILE_PAGES);
		memset(area, 1, (size_t)FILE_PAGES * PAGE);
		time_op("swap_out", 1, FILE_PAGES, op_page_out);
		time_op("swap_in_ahead", 1, FILE_PAGES, op_read_all);
		time_op("swap_drop", 1, FILE_PAGES, op_page_out);
		set_knob("/proc/sys/vm/page-cluster", "0");
		time_op("swap_in", 1, FILE_PAGES, op_read_all);
		set_knob("/proc/sys/vm/page-cluster", "3");
		munmap(area, FILE_PAGES * PAGE);
	}
}

/* In a child, which takes all those areas with it. */
static void write_back(void)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (pid == 0) {
		sync_mappings();
		_exit(0);
	}
	waitpid(pid, NULL, 0);
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
	(void)info;
	(void)context;
	call(SYS_mprotect, (long)area, PAGE, PROT_READ | PROT_WRITE);
}

static void op_fault(unsigned i)
{
	(void)i;
	*(volatile unsigned char *)area = 1;
	call(SYS_mprotect, (long)area, PAGE, PROT_READ);
}

static void op_no_fault(unsigned i)
{
	(void)i;
	call(SYS_mprotect, (long)area, PAGE, PROT_READ | PROT_WRITE);
	*(volatile unsigned char *)area = 1;
	call(SYS_mprotect, (long)area, PAGE, PROT_READ);
}

/* The handler makes the page writable: the same without a signal is measured too, and taken off. */
static void signals(void)
{
	struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO};

	if (sigaction(SIGSEGV, &action, NULL))
		die("sigaction");
	area = anonymous(1);
	op_no_fault(0);
	time_op("sigsegv_base", RUNS, 1, op_no_fault);
	time_op("sigsegv_handler", RUNS, 1, op_fault);
	munmap(area, PAGE);
}

int main(void)
{
	mark_fd = open("/proc/trace_mark", O_WRONLY);
	if (mark_fd < 0)
		die("/proc/trace_mark");
	make_file();
	time_op("overhead", BATCHES, 1, nothing);
	op_getppid(0);
	time_op("getppid", RUNS, 1, op_getppid);
	anonymous_faults();
	cow_faults();
	file_faults();
	write_back();
	disk();
	swapping();
	time_op("read_meminfo", BATCHES, 1, op_meminfo);
	processes();
	areas();
	switches();
	signals();
	close(file);
	unlink("bench.tmp");
	return 0;
}
