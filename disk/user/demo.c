/*
 * demo.c - the built-in program of `make trace`: seven phases, each with a
 * memory behaviour worth seeing in the recording, and each announced by a mark.
 * What it prints depends on nothing but this file, so that it can be compared
 * with a run on any Linux.
 *
 *   sort    a 2 MiB array is filled and sorted in place: first touches, then
 *           a working set that halves again and again
 *   hash    a 16 MiB table takes random keys: twice what Bochs's TLB reaches,
 *           so every second access misses
 *   matrix  2,048 x 2,048 integers (16 MiB) summed by rows: a miss for each page;
 *           then by columns: a miss for each access
 *   fork    four children write into memory shared with the parent: copy on write
 *   file    a file is written, mapped privately and shared, changed, read back
 *   stack   a deep recursion and back
 *   swap    2 MiB are filled, then the rest of memory: kswapd wakes and the 2 MiB leave for the
 *           disk; a child and its parent read them back, each page once from its slot
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE	   4096u
#define SORT_WORDS (512u * 1024)
#define HASH_SLOTS (4u * 1024 * 1024)
#define HASH_KEYS  (100u * 1000)
#define SIDE	   2048u
#define CHILDREN   4
#define SHARED	   (256u * PAGE)
#define FILE_SIZE  (128u * PAGE)
#define DEPTH	   1500
#define COLD	   (512u * PAGE)
#define BEYOND	   (8u << 20)	/* of memory, more than there is */
#define MOST	   (160u << 20) /* filling more than that takes too long */

static void die(const char *what)
{
	perror(what);
	exit(1);
}

/* Tells the recording where a phase begins; does nothing on other systems. */
static void mark(const char *label)
{
	int fd = open("/proc/trace_mark", O_WRONLY);

	if (fd >= 0) {
		dprintf(fd, "%s\n", label);
		close(fd);
	}
}

static void *pages(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		die("mmap");
	return p;
}

/* xorshift32 (Marsaglia 2003): the same numbers everywhere. */
static uint32_t random_next(uint32_t *state)
{
	uint32_t x = *state;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return *state = x;
}

static void quicksort(uint32_t *a, size_t n)
{
	while (n > 16) {
		uint32_t pivot = a[n / 2];
		size_t i = 0, j = n - 1;

		for (;; i++, j--) {
			while (a[i] < pivot)
				i++;
			while (a[j] > pivot)
				j--;
			if (i >= j)
				break;
			uint32_t t = a[i];
			a[i] = a[j];
			a[j] = t;
		}
		quicksort(a, i);
		a += i;
		n -= i;
	}
	for (size_t i = 1; i < n; i++) {
		uint32_t v = a[i];
		size_t j = i;

		for (; j && a[j - 1] > v; j--)
			a[j] = a[j - 1];
		a[j] = v;
	}
}

static void phase_sort(void)
{
	uint32_t *a = pages(SORT_WORDS * sizeof(*a)), seed = 2463534242u;
	size_t wrong = 0;

	for (size_t i = 0; i < SORT_WORDS; i++)
		a[i] = random_next(&seed);
	quicksort(a, SORT_WORDS);
	for (size_t i = 1; i < SORT_WORDS; i++)
		wrong += a[i - 1] > a[i];
	printf("sort: %u words, median 0x%08x, out of order %zu\n", SORT_WORDS, a[SORT_WORDS / 2],
	       wrong);
	munmap(a, SORT_WORDS * sizeof(*a));
}

static void phase_hash(void)
{
	uint32_t *table = pages(HASH_SLOTS * sizeof(*table)), seed = 88172645u;
	unsigned long probes = 0, found = 0;

	for (unsigned i = 0; i < HASH_KEYS; i++) {
		uint32_t key = random_next(&seed), slot = key * 2654435769u >> 10;

		for (; table[slot] && table[slot] != key; slot = (slot + 1) % HASH_SLOTS)
			probes++;
		table[slot] = key;
	}
	seed = 88172645u;
	for (unsigned i = 0; i < HASH_KEYS / 4; i++) {
		uint32_t key = random_next(&seed), slot = key * 2654435769u >> 10;

		while (table[slot] && table[slot] != key)
			slot = (slot + 1) % HASH_SLOTS;
		found += table[slot] == key;
	}
	printf("hash: %u keys, %lu extra probes, found %lu of %u\n", HASH_KEYS, probes, found,
	       HASH_KEYS / 4);
	munmap(table, HASH_SLOTS * sizeof(*table));
}

static void phase_matrix(void)
{
	uint32_t(*m)[SIDE] = pages(SIDE * sizeof(*m)), rows = 0, columns = 0;

	for (unsigned i = 0; i < SIDE; i++)
		for (unsigned j = 0; j < SIDE; j += 8)
			rows = rows * 31 + (m[i][j] = i ^ j);
	mark("matrix by columns");
	for (unsigned j = 0; j < SIDE; j += 128)
		for (unsigned i = 0; i < SIDE; i++)
			columns = columns * 31 + m[i][j];
	printf("matrix: by rows 0x%08x, by columns 0x%08x\n", rows, columns);
	munmap(m, SIDE * sizeof(*m));
}

static void phase_fork(void)
{
	unsigned char *shared = pages(SHARED);
	unsigned sum = 0;

	memset(shared, 1, SHARED);
	for (int c = 0; c < CHILDREN; c++) {
		pid_t pid = fork();

		if (pid < 0)
			die("fork");
		if (pid == 0) {
			/* Child c writes every (c + 1)th page and reads them all. */
			for (unsigned i = 0; i < SHARED / PAGE; i += c + 1)
				shared[i * PAGE] = 2;
			for (unsigned i = 0; i < SHARED / PAGE; i++)
				sum += shared[i * PAGE];
			_exit(sum % 251);
		}
	}
	for (int c = 0; c < CHILDREN; c++) {
		int status;

		if (wait(&status) < 0 || !WIFEXITED(status))
			die("wait");
		sum += WEXITSTATUS(status);
	}
	for (unsigned i = 0; i < SHARED / PAGE; i++)
		sum += shared[i * PAGE] - 1;
	printf("fork: %d children, sum %u, parent's pages untouched\n", CHILDREN, sum);
	munmap(shared, SHARED);
}

static void phase_file(void)
{
	static const char name[] = "demo.tmp";
	int fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);
	unsigned char block[PAGE], *map, *copy;
	unsigned sum = 0;

	if (fd < 0)
		die(name);
	for (unsigned i = 0; i < FILE_SIZE / PAGE; i++) {
		memset(block, (int)i, PAGE);
		if (write(fd, block, PAGE) != (ssize_t)PAGE)
			die("write");
	}
	map = mmap(NULL, FILE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	copy = mmap(NULL, FILE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	if (map == MAP_FAILED || copy == MAP_FAILED)
		die("mmap");
	for (unsigned i = 0; i < FILE_SIZE / PAGE; i++) {
		sum += copy[i * PAGE];
		if (i % 2)
			map[i * PAGE] = 255; /* reaches the file */
		if (i % 4 == 0)
			copy[i * PAGE + 1] = 254; /* stays private */
	}
	for (unsigned i = 0; i < FILE_SIZE / PAGE; i++) {
		if (pread(fd, block, 2, (off_t)i * PAGE) != 2)
			die("pread");
		sum = sum * 33 + block[0] + block[1];
	}
	printf("file: %u KiB, checksum 0x%08x\n", FILE_SIZE / 1024, sum);
	munmap(map, FILE_SIZE);
	munmap(copy, FILE_SIZE);
	close(fd);
	unlink(name);
}

static unsigned __attribute__((noinline)) descend(unsigned depth)
{
	volatile unsigned char frame[1024];

	frame[0] = depth % 7;
	frame[1023] = 1;
	return depth ? descend(depth - 1) + frame[0] * frame[1023] : 0;
}

static void phase_stack(void)
{
	printf("stack: %d frames of 1 KiB, sum %u\n", DEPTH, descend(DEPTH));
}

/* A line of /proc/meminfo in bytes; 0: there is none. */
static size_t meminfo(const char *name)
{
	FILE *f = fopen("/proc/meminfo", "r");
	unsigned long kib = 0;
	char line[128];

	while (f && !kib && fgets(line, sizeof(line), f))
		if (!strncmp(line, name, strlen(name)))
			kib = strtoul(line + strlen(name), NULL, 10);
	if (f)
		fclose(f);
	return (size_t)kib * 1024;
}

/* Drives what was used least lately to the disk, if there is a swap area for it: by taking all
 * memory for a while; by advice where there is too much to take. */
static void memory_gets_short(void *cold)
{
	size_t memory = meminfo("MemAvailable:"), swap = meminfo("SwapFree:") / 2;
	size_t size = memory + (swap < BEYOND ? swap : BEYOND);
	unsigned char *p;

	if (!swap)
		return;
	if (size > MOST) {
		madvise(cold, COLD, MADV_PAGEOUT);
		return;
	}
	p = pages(size);
	for (size_t i = 0; i < size; i += PAGE)
		p[i] = 1;
	munmap(p, size);
}

static unsigned sum_of(const uint32_t *words)
{
	unsigned sum = 0;

	for (unsigned i = 0; i < COLD / PAGE; i++)
		sum = sum * 31 + words[i * (PAGE / 4)];
	return sum;
}

static void phase_swap(void)
{
	uint32_t *cold = pages(COLD), seed = 521288629u;
	unsigned before, after;
	int status;
	pid_t pid;

	for (unsigned i = 0; i < COLD / PAGE; i++)
		cold[i * (PAGE / 4)] = random_next(&seed);
	before = sum_of(cold);
	mark("memory gets short");
	memory_gets_short(cold);
	mark("back from the disk");
	pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0)
		_exit(sum_of(cold) != before);
	if (wait(&status) < 0 || !WIFEXITED(status))
		die("wait");
	after = sum_of(cold);
	printf("swap: %u pages, checksum 0x%08x before, 0x%08x after, the child's is %s\n",
	       COLD / PAGE, before, after, WEXITSTATUS(status) ? "wrong" : "the same");
	munmap(cold, COLD);
}

int main(void)
{
	static const struct {
		const char *label;
		void (*run)(void);
	} phases[] = {
		{"sort", phase_sort}, {"hash", phase_hash}, {"matrix", phase_matrix},
		{"fork", phase_fork}, {"file", phase_file}, {"stack", phase_stack},
		{"swap", phase_swap},
	};

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (size_t i = 0; i < sizeof(phases) / sizeof(phases[0]); i++) {
		mark(phases[i].label);
		phases[i].run();
	}
	mark("done");
	return 0;
}
