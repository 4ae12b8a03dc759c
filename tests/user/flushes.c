/*
 * flushes.c - what the kernel changes in a running program's page tables, the program sees at its
 * very next access: each call below takes something away from pages that were just used, and is
 * followed by the access that would be let through if the processor still had the old entry.
 */
#include "try.h"
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>

#define MANY	40u /* more pages than are flushed one by one */
#define COLD	20
#define PAGEOUT 21
#define NAME	"flushes.file"

static sigjmp_buf back;

static void caught(int signal)
{
	siglongjmp(back, signal);
}

static volatile unsigned char *map(unsigned int pages, int flags, int fd)
{
	void *p = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, flags, fd, 0);

	if (p == MAP_FAILED)
		die("mmap");
	return p;
}

static void fill(volatile unsigned char *p, unsigned int pages, unsigned char value)
{
	for (unsigned int i = 0; i < pages; i++)
		p[i * PAGE] = (unsigned char)(value + i);
}

static unsigned int sum(volatile unsigned char *p, unsigned int pages)
{
	unsigned int sum = 0;

	for (unsigned int i = 0; i < pages; i++)
		sum += p[i * PAGE];
	return sum;
}

/* How many of the pages still let a write (or a read) through. */
static unsigned int accessible(volatile unsigned char *p, unsigned int pages, int write)
{
	volatile unsigned int through = 0, i; /* kept across the jump */

	for (i = 0; i < pages; i++) {
		if (sigsetjmp(back, 1))
			continue;
		if (write)
			p[i * PAGE] = 1;
		else
			(void)p[i * PAGE];
		through++;
	}
	return through;
}

static void protect(unsigned int pages)
{
	volatile unsigned char *p = map(pages, MAP_PRIVATE | MAP_ANONYMOUS, -1);

	fill(p, pages, 1);
	mprotect((void *)p, pages * PAGE, PROT_READ);
	printf("%u pages, read-only: %u writes went through\n", pages, accessible(p, pages, 1));
	mprotect((void *)p, pages * PAGE, PROT_NONE);
	printf("%u pages, no access: %u reads\n", pages, accessible(p, pages, 0));
	mprotect((void *)p, pages * PAGE, PROT_READ | PROT_WRITE);
	printf("%u pages, writable: %u writes\n", pages, accessible(p, pages, 1));
	munmap((void *)p, pages * PAGE);
	printf("%u pages, unmapped: %u reads\n", pages, accessible(p, pages, 0));
}

static void forget(unsigned int pages)
{
	volatile unsigned char *p = map(pages, MAP_PRIVATE | MAP_ANONYMOUS, -1);

	fill(p, pages, 1);
	madvise((void *)p, pages * PAGE, MADV_DONTNEED);
	printf("%u pages, not needed: %u\n", pages, sum(p, pages));
	fill(p, pages, 1);
	if (mmap((void *)p, pages * PAGE, PROT_READ, MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1,
		 0) != p)
		die("mmap");
	printf("%u pages, mapped over: %u\n", pages, sum(p, pages));
	munmap((void *)p, pages * PAGE);
}

static void forked(unsigned int pages)
{
	volatile unsigned char *p = map(pages, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	int go[2], status;
	char byte;
	pid_t pid;

	fill(p, pages, 1);
	if (pipe(go) || (pid = fork()) < 0)
		die("fork");
	if (pid == 0) {
		close(go[1]);
		if (read(go[0], &byte, 1) < 0)
			die("read");
		_exit(sum(p, pages) != pages * (pages + 1) / 2);
	}
	fill(p, pages, 100); /* must not reach the child */
	close(go[1]);
	close(go[0]);
	waitpid(pid, &status, 0);
	printf("%u pages, forked: child %d, parent %u\n", pages, WEXITSTATUS(status),
	       sum(p, pages));
	munmap((void *)p, pages * PAGE);
}

/* The pages of a child are copied for it without a fault of its own. */
static void locked(unsigned int pages)
{
	volatile unsigned char *p = map(pages, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	int status;
	pid_t pid;

	fill(p, pages, 1);
	pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0) {
		unsigned int before = sum(p, pages);

		mlock((const void *)p, pages * PAGE);
		_exit(sum(p, pages) != before);
	}
	waitpid(pid, &status, 0);
	printf("%u pages, copied: child %d\n", pages, WEXITSTATUS(status));
	munmap((void *)p, pages * PAGE);

	p = map(pages, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	printf("%u pages of zeroes: %u", pages, sum(p, pages));
	mlock((const void *)p, pages * PAGE);
	printf(", and then: %u\n", sum(p, pages));
	munmap((void *)p, pages * PAGE);
}

static void advised(unsigned int pages)
{
	static const int advice[] = {COLD, PAGEOUT};
	volatile unsigned char *p = map(pages, MAP_PRIVATE | MAP_ANONYMOUS, -1);

	for (unsigned int i = 0; i < 2; i++) {
		fill(p, pages, 1);
		madvise((void *)p, pages * PAGE, advice[i]);
		printf("%u pages, advice %d: %u\n", pages, advice[i], sum(p, pages));
	}
	munmap((void *)p, pages * PAGE);
}

/* What is written after the pages went to the disk must go there, too. */
static void written(unsigned int pages)
{
	int fd = open(NAME, O_RDWR | O_CREAT | O_TRUNC, 0600);
	volatile unsigned char *p;
	unsigned char byte;
	unsigned int total = 0;

	if (fd < 0 || ftruncate(fd, pages * PAGE))
		die(NAME);
	p = map(pages, MAP_SHARED, fd);
	for (unsigned int round = 1; round < 4; round++) {
		fill(p, pages, (unsigned char)(round * 10));
		if (fsync(fd))
			die("fsync");
	}
	munmap((void *)p, pages * PAGE);
	for (unsigned int i = 0; i < pages; i++) {
		if (pread(fd, &byte, 1, i * PAGE) != 1)
			die("pread");
		total += byte;
	}
	printf("%u pages of a file: %u\n", pages, total);
	close(fd);
	unlink(NAME);
}

int main(void)
{
	signal(SIGSEGV, caught);
	for (unsigned int pages = 3; pages <= MANY; pages += MANY - 3) {
		protect(pages);
		forget(pages);
		forked(pages);
		locked(pages);
		advised(pages);
		written(pages);
	}
	return 0;
}
