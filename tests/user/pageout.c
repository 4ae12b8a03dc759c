/*
 * pageout.c - pages sent out of memory by advice: what they hold comes back, and the advice that is
 * none is refused as on Linux.
 *
 * Whether pages really go is up to the kernel. On Pagoda, which has a swap area, the program looks.
 */
#include "try.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>

#define N     64u
#define AREA  (N * PAGE)
#define COLD  20
#define OUT   21
#define FILES "pageout.file"

static int pagoda;

static long resident(void)
{
	long size = 0, pages = 0;
	FILE *file = fopen("/proc/self/statm", "r");

	if (!file || fscanf(file, "%ld %ld", &size, &pages) != 2)
		die("statm");
	fclose(file);
	return pages;
}

static unsigned char *map(int flags, int fd)
{
	unsigned char *p = mmap(NULL, AREA, PROT_READ | PROT_WRITE, flags, fd, 0);

	if (p == MAP_FAILED)
		die("mmap");
	return p;
}

static void fill(unsigned char *p, unsigned char seed)
{
	for (unsigned i = 0; i < N; i++)
		p[i * PAGE + i] = (unsigned char)(seed + i);
}

static int intact(const unsigned char *p, unsigned char seed)
{
	for (unsigned i = 0; i < N; i++)
		if (p[i * PAGE + i] != (unsigned char)(seed + i))
			return 0;
	return 1;
}

/* On Pagoda most of the pages are gone after `before`; elsewhere nobody knows. */
static int most_gone(long before)
{
	return !pagoda || resident() <= before - (long)N * 3 / 4;
}

static void advice(void)
{
	unsigned char *p = map(MAP_PRIVATE | MAP_ANONYMOUS, -1);
	long before;

	fill(p, 1);
	before = resident();
	show("cold", madvise(p, AREA, COLD));
	printf("nothing gone %d, intact %d\n", resident() >= before, intact(p, 1));
	before = resident();
	show("pageout", madvise(p, AREA, OUT));
	printf("gone %d", most_gone(before));
	printf(", intact %d\n", intact(p, 1));
	fill(p, 2);
	show("again, written", madvise(p, AREA, OUT));
	show("twice", madvise(p, AREA, OUT));
	printf("intact %d\n", intact(p, 2));
	munmap(p, AREA);
}

static void refused(void)
{
	unsigned char *p = map(MAP_PRIVATE | MAP_ANONYMOUS, -1);

	show("unaligned", madvise(p + 1, PAGE, OUT));
	show("no length", madvise(p, 0, OUT));
	munmap(p, AREA);
}

static void holes(void)
{
	unsigned char *p = map(MAP_PRIVATE | MAP_ANONYMOUS, -1);

	for (unsigned i = 0; i < N; i++)
		p[i * PAGE] = (unsigned char)i;
	munmap(p + PAGE, PAGE);
	show("hole: pageout", madvise(p, AREA, OUT));
	show("hole: cold", madvise(p, AREA, COLD));
	printf("behind it %d\n", p[5 * PAGE]);
	munmap(p, AREA);
}

static void locked(void)
{
	unsigned char *p = map(MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1);

	show("locked: pageout", madvise(p, AREA, OUT));
	show("locked: cold", madvise(p, AREA, COLD));
	munmap(p, AREA);
}

/* What a child shares stays for it; what either writes is its own. */
static void family(void)
{
	unsigned char *p = map(MAP_PRIVATE | MAP_ANONYMOUS, -1);
	int status;

	fill(p, 3);
	show("before fork", madvise(p, AREA, OUT));
	fflush(stdout);
	if (fork() == 0) {
		int right = intact(p, 3);

		fill(p, 4);
		right &= !madvise(p, AREA, OUT) && intact(p, 4);
		_exit(right ? 0 : 1);
	}
	fill(p, 5);
	madvise(p, AREA, OUT);
	wait(&status);
	printf("child %d, parent intact %d\n", status, intact(p, 5));
	munmap(p, AREA);
}

static void files(void)
{
	int fd = open(FILES, O_RDWR | O_CREAT | O_TRUNC, 0600);
	unsigned char *p, *q;

	if (fd < 0 || ftruncate(fd, AREA))
		die(FILES);
	p = map(MAP_SHARED, fd);
	q = map(MAP_PRIVATE, fd);
	fill(p, 6);
	show("shared", madvise(p, AREA, OUT));
	printf("intact %d, seen %d\n", intact(p, 6), intact(q, 6));
	fill(q, 7);
	show("private", madvise(q, AREA, OUT));
	printf("intact %d, file %d\n", intact(q, 7), intact(p, 6));
	munmap(p, AREA);
	munmap(q, AREA);
	close(fd);
	unlink(FILES);
}

/* Linux of today has no such file. */
static int reclaim(const char *what)
{
	int fd = open("/proc/self/reclaim", O_WRONLY);
	ssize_t n;

	if (fd < 0)
		return pagoda ? -1 : 0;
	n = write(fd, what, strlen(what));
	close(fd);
	return n == (ssize_t)strlen(what) ? 0 : -1;
}

static void whole(void)
{
	unsigned char *p = map(MAP_PRIVATE | MAP_ANONYMOUS, -1);
	long before;

	fill(p, 8);
	before = resident();
	printf("file %d, ", reclaim("file"));
	printf("anon %d, ", reclaim("anon\n"));
	printf("gone %d", most_gone(before));
	printf(", intact %d\n", intact(p, 8));
	printf("all %d", reclaim("all"));
	printf(", intact %d\n", intact(p, 8));
	printf("none such %d\n", pagoda ? reclaim("most") : -1);
	munmap(p, AREA);
}

int main(void)
{
	pagoda = on_pagoda();
	advice();
	refused();
	holes();
	locked();
	family();
	files();
	whole();
	return 0;
}
