/*
 * mmap_calls.c - random calls of the mmap family, for comparison with Linux.
 *
 *   mmap_calls FIRST COUNT STEPS     for each seed from FIRST on, COUNT of them
 *
 * Each seed has a process of its own, which maps, unmaps, protects, touches and forks within an
 * arena of 48 pages and on its heap. Each step prints the call and its result; from time to time
 * the areas (as /proc/self/maps has them) and a sum of all bytes that can be read are printed too.
 * The same binary must print the same on Linux.
 */
#include "random.h"
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE	   4096u
#define PAGES	   48u
#define ARENA	   ((char *)0x50000000)
#define FILE_PAGES 20u
#define HEAP_PAGES 24

static int file = -1, other = -1; /* the one that is mapped, and one that is not */
static char *heap;		  /* where the heap began */
static sigjmp_buf escape;

static void die(const char *what)
{
	printf("%s: %s\n", what, strerror(errno));
	exit(99);
}

static void caught(int signal)
{
	siglongjmp(escape, signal);
}

/* Reads a byte, and writes one when asked to: 0, or the signal that it brought. */
static int touch(volatile char *at, int write, unsigned char *value)
{
	int signal = sigsetjmp(escape, 1);

	if (signal)
		return signal;
	if (write)
		*at = (char)*value;
	else
		*value = (unsigned char)*at;
	return 0;
}

static uint32_t sum_of(char *from, unsigned int pages, uint32_t sum)
{
	for (unsigned int i = 0; i < pages; i++) {
		unsigned char byte;
		int signal = touch(from + i * PAGE, 0, &byte);

		sum = sum * 31 + (uint32_t)signal;
		for (unsigned int k = 0; !signal && k < PAGE; k++)
			sum = sum * 31 + (unsigned char)from[i * PAGE + k];
	}
	return sum;
}

static uint32_t sum(void)
{
	char *end = sbrk(0);
	uint32_t arena = sum_of(ARENA, PAGES, 1);

	return sum_of(heap, (unsigned int)(end - heap) / PAGE, arena);
}

struct area {
	unsigned long from, to, offset; /* pages; of the arena first, or of the heap */
	char perms[8];
	const char *what;
};

static void print_area(const struct area *a)
{
	if (a->what)
		printf("    %s %lu-%lu %s %lu\n", a->what, a->from, a->to, a->perms, a->offset);
}

/* Prints *a and makes it the next one; neighbours that agree are one, as Linux keeps some apart. */
static void next_area(struct area *a, const struct area *next)
{
	unsigned long expected = a->offset + (a->to - a->from);

	if (a->what && a->what == next->what && a->to == next->from &&
	    !strcmp(a->perms, next->perms) && (next->what[0] != 'f' || next->offset == expected)) {
		a->to = next->to;
		return;
	}
	print_area(a);
	*a = *next;
}

/* The areas of the arena and of the heap, as /proc/self/maps has them. */
static void show_areas(void)
{
	static char text[65536];
	unsigned long from, to, offset;
	int fd = open("/proc/self/maps", O_RDONLY), used = 0, n;
	char perms[8], *line, *next;
	struct area last = {.what = NULL};

	if (fd < 0)
		die("/proc/self/maps");
	while ((n = (int)read(fd, text + used, sizeof(text) - 1 - (size_t)used)) > 0)
		used += n;
	close(fd);
	text[used] = '\0';
	for (line = text; *line; line = next) {
		next = strchr(line, '\n') + 1;
		if (sscanf(line, "%lx-%lx %7s %lx", &from, &to, perms, &offset) != 4)
			die("maps");
		const unsigned long arena = (unsigned long)ARENA, start = (unsigned long)heap;
		struct area area = {.what = NULL};

		memcpy(area.perms, perms, sizeof(perms));
		if (from >= arena && from < arena + PAGES * PAGE) {
			area.from = (from - arena) / PAGE;
			area.to = to - arena < PAGES * PAGE ? (to - arena) / PAGE : PAGES;
			area.what = strstr(line, "mmap_calls.tmp") &&
						    strstr(line, "mmap_calls.tmp") < next
					    ? "file"
				    : perms[3] == 's' ? "shared"
						      : "anon";
			area.offset = area.what[0] == 'f' ? offset / PAGE : 0;
		} else if (to > start && from < start + HEAP_PAGES * PAGE) {
			area.from = from > start ? (from - start) / PAGE : 0;
			area.to = (to - start) / PAGE;
			area.what = "heap";
		}
		next_area(&last, &area);
	}
	print_area(&last);
}

static const char *result(long value)
{
	return value == -1 ? strerrorname_np(errno) : "ok";
}

/* A place in the arena, and a length that mostly stays in it; now and then odd ones. */
static char *place(unsigned int *length)
{
	unsigned int page = below(PAGES), most = PAGES - page;

	*length = (1 + below(one_in(3) ? most : (most < 6 ? most : 6))) * PAGE;
	if (one_in(12))
		*length -= below(PAGE);
	if (one_in(40))
		*length = one_in(2) ? 0 : PAGES * PAGE; /* longer ones wrap around on i386 alone */
	return ARENA + page * PAGE + (one_in(30) ? 1 + below(PAGE - 1) : 0);
}

static int protection(void)
{
	static const int all[] = {PROT_NONE,
				  PROT_READ,
				  PROT_READ | PROT_WRITE,
				  PROT_READ | PROT_WRITE,
				  PROT_READ | PROT_WRITE,
				  PROT_WRITE,
				  PROT_READ | PROT_EXEC,
				  PROT_READ | PROT_WRITE | PROT_EXEC};

	return all[below(sizeof(all) / sizeof(all[0]))];
}

static void step_mmap(void)
{
	static const int kinds[] = {MAP_PRIVATE, MAP_PRIVATE, MAP_SHARED, 0, MAP_SHARED_VALIDATE};
	unsigned int length, offset = below(FILE_PAGES + 2) * PAGE;
	char *at = place(&length), *got;
	int prot = protection(), flags = kinds[below(one_in(10) ? 5 : 3)], fd = -1;

	flags |= one_in(6) ? 0 : one_in(6) ? MAP_FIXED_NOREPLACE : MAP_FIXED;
	flags |= one_in(5) ? MAP_POPULATE : 0;
	flags |= one_in(6) ? MAP_NORESERVE : 0;
	if (one_in(2))
		flags |= MAP_ANONYMOUS;
	else
		fd = one_in(20) ? 77 : file;
	if (one_in(30))
		offset++;
	got = mmap(at, length, prot, flags, fd, (off_t)offset);
	printf("mmap %lx %x %d %x %d %u: ", (long)(at - ARENA), length, prot, (unsigned int)flags,
	       fd < 0 ? -1 : fd == file, offset);
	if (got == MAP_FAILED) {
		puts(result(-1));
	} else if (got >= ARENA && got < ARENA + PAGES * PAGE) {
		printf("at %lx\n", (long)(got - ARENA));
	} else {
		puts("elsewhere");
		munmap(got, length);
	}
}

static void step_munmap(void)
{
	unsigned int length;
	char *at = place(&length);
	int got;

	got = munmap(at, length);
	printf("munmap %lx %x: %s\n", (long)(at - ARENA), length, result(got));
}

static void step_mprotect(void)
{
	unsigned int length;
	char *at = place(&length);
	int prot = one_in(40) ? 0x100 : protection();
	int got = mprotect(at, length, prot);

	printf("mprotect %lx %x %d: %s\n", (long)(at - ARENA), length, prot, result(got));
}

static void step_madvise(void)
{
	static const int all[] = {MADV_DONTNEED, MADV_DONTNEED, MADV_DONTNEED,	 MADV_NORMAL,
				  MADV_RANDOM,	 MADV_WILLNEED, MADV_SEQUENTIAL, 1234};
	unsigned int length;
	char *at = place(&length);
	int advice = all[below(sizeof(all) / sizeof(all[0]))];
	int got = madvise(at, length, advice);

	printf("madvise %lx %x %d: %s\n", (long)(at - ARENA), length, advice, result(got));
}

static void step_brk(void)
{
	long pages = (char *)sbrk(0) - heap, by = (long)below(9) - 4;
	void *got;

	if (pages / (long)PAGE + by < 0 || pages / (long)PAGE + by > HEAP_PAGES)
		return;
	got = sbrk(by * (long)PAGE);
	printf("brk by %ld: %s, ends at %ld\n", by, result((long)got),
	       (long)((char *)sbrk(0) - heap));
}

static void step_touch(void)
{
	unsigned int n = 1 + below(8);

	for (unsigned int i = 0; i < n; i++) {
		char *end = sbrk(0);
		unsigned int write = below(3) != 0, in_heap = one_in(5) && end > heap;
		char *at = in_heap ? heap + below((unsigned int)(end - heap))
				   : ARENA + below(PAGES * PAGE);
		unsigned char byte = (unsigned char)below(256);
		int signal = touch(at, (int)write, &byte);

		printf("%s %s%lx: ", write ? "write" : "read", in_heap ? "heap " : "",
		       (long)(at - (in_heap ? heap : ARENA)));
		if (signal)
			printf("signal %d\n", signal);
		else
			printf("%u\n", byte);
	}
}

/* The kernel's own copies, into and out of the arena; from a file that is not mapped: no overlaps.
 */
static void step_copy(void)
{
	unsigned int length = 1 + below(PAGE - 1), inside = below(PAGE - length + 1);
	unsigned int page = below(PAGES), at = below((FILE_PAGES - 1) * PAGE);
	char *p = ARENA + page * PAGE + inside;
	unsigned int out = one_in(2);
	long got = out ? pwrite(other, p, length, (off_t)at) : pread(other, p, length, (off_t)at);

	printf("copy %s %u+%x %u of %u: %ld %s\n", out ? "from" : "to", page, inside, length, at,
	       got, result(got));
}

static void step_file(void)
{
	unsigned int size = below(FILE_PAGES * PAGE);

	if (one_in(2))
		size &= ~(PAGE - 1);
	printf("truncate to %u: %s\n", size, result(ftruncate(file, (off_t)size)));
}

static void step(void);

/* A child that goes on for a few steps of its own; the parent sees what is shared. */
static void step_fork(void)
{
	unsigned int kept = random_state;
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0) {
		printf("child:\n");
		for (int i = 0; i < 6; i++)
			step();
		printf("child's sum %08x\n", sum());
		exit(0);
	}
	if (waitpid(pid, &status, 0) != pid || status)
		printf("child ended with %x\n", (unsigned int)status);
	random_state = kept + 1;
}

static int depth;

static void step(void)
{
	switch (below(24)) {
	case 0 ... 7:
		return step_mmap();
	case 8 ... 9:
		return step_munmap();
	case 10 ... 12:
		return step_mprotect();
	case 13 ... 14:
		return step_madvise();
	case 15:
		return step_brk();
	case 16 ... 19:
		return step_touch();
	case 20 ... 21:
		return step_copy();
	case 22:
		return one_in(3) ? step_file() : step_touch();
	default:
		if (depth)
			return step_touch();
		depth++;
		step_fork();
		depth--;
	}
}

static int new_file(const char *name, int first)
{
	int fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);
	char page[PAGE];

	if (fd < 0)
		die(name);
	for (unsigned int i = 0; i < FILE_PAGES; i++) {
		memset(page, first + (int)i, PAGE);
		if (write(fd, page, PAGE) != PAGE)
			die(name);
	}
	unlink(name);
	return fd;
}

static void run(unsigned int seed, unsigned int steps)
{
	const struct sigaction action = {.sa_handler = caught};

	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
	random_seed(seed);
	file = new_file("mmap_calls.tmp", 'A');
	other = new_file("mmap_calls.two", 'a');
	heap = sbrk(0);
	heap = sbrk((long)(-(unsigned long)heap % PAGE)) == (void *)-1 ? NULL : sbrk(0);
	printf("seed %u\n", seed);
	for (unsigned int i = 0; i < steps; i++) {
		step();
		if (i % 16 == 15) {
			printf("step %u: sum %08x\n", i, sum());
			show_areas();
		}
	}
}

int main(int argc, char **argv)
{
	static char buffer[65536];
	unsigned int first, count, steps;
	int status;

	setvbuf(stdout, buffer, _IOFBF, sizeof(buffer));
	if (argc != 4)
		return 2;
	first = (unsigned int)strtoul(argv[1], NULL, 10);
	count = (unsigned int)strtoul(argv[2], NULL, 10);
	steps = (unsigned int)strtoul(argv[3], NULL, 10);
	for (unsigned int i = 0; i < count; i++) {
		pid_t pid;

		fflush(stdout);
		pid = fork();
		if (pid == 0) {
			run(first + i, steps);
			exit(0);
		}
		if (pid < 0 || waitpid(pid, &status, 0) != pid)
			die("fork");
		if (status)
			printf("seed %u: status %x\n", first + i, (unsigned int)status);
	}
	return 0;
}
