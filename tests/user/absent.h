/* absent.h - memory that is not there yet: whatever copies to or from it must wait for the disk. */
#ifndef TESTS_USER_ABSENT_H
#define TESTS_USER_ABSENT_H

#include "try.h"
#include <fcntl.h>
#include <sys/mman.h>

#define SPARE "absent.spare"

/* Drops from memory what the disk has too; but not this machine's Linux's, which others use. */
static inline void drop_caches(void)
{
	int fd;

	if (!on_pagoda())
		return;
	fd = open("/proc/sys/vm/drop_caches", O_WRONLY);
	if (write(fd, "1", 1) != 1)
		printf("(nothing dropped)\n");
	close(fd);
}

/* That many pages, private ones of a file of zeros that is not in memory. */
static inline char *absent_pages(unsigned int n)
{
	static char zeros[PAGE];
	int fd = open(SPARE, O_CREAT | O_TRUNC | O_RDWR, 0600);
	char *pages;

	for (unsigned int i = 0; i < n; i++)
		if (write(fd, zeros, PAGE) != PAGE)
			die("write");
	fsync(fd);
	drop_caches();
	pages = mmap(NULL, n * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	if (pages == MAP_FAILED)
		die("mmap");
	close(fd);
	return pages;
}

static inline void free_absent(char *pages, unsigned int n)
{
	munmap(pages, n * PAGE);
	unlink(SPARE);
}

#endif
