/*
 * large_pages.c - memory in large pages of the host.
 *
 * A guest that takes a TLB fill at every access has the host take one, too, and
 * another one for each table of ours that it brings into play. Debian gives
 * large pages to those who ask for them (madvise); where none can be had, all is
 * as it would be without.
 */
#include "large_pages.h"

#include <stdint.h>
#include <sys/mman.h>

#define LARGE ((uintptr_t)2 << 20)

static uintptr_t round_up(uintptr_t n)
{
	return (n + LARGE - 1) & -LARGE;
}

void large_advise(void *p, size_t bytes)
{
	uintptr_t start = round_up((uintptr_t)p), end = ((uintptr_t)p + bytes) & -LARGE;

	if (start < end) /* it is advice: what comes of it does not matter */
		(void)madvise((void *)start, end - start, MADV_HUGEPAGE);
}

/* One large page more than is needed is taken, and what lies outside given back. */
void *large_alloc(size_t bytes)
{
	const size_t whole = round_up(bytes);
	char *p = mmap(NULL, whole + LARGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		       0);
	size_t before;

	if (p == MAP_FAILED)
		return NULL;
	before = round_up((uintptr_t)p) - (uintptr_t)p;
	if (before)
		munmap(p, before);
	munmap(p + before + whole, LARGE - before);
	large_advise(p + before, whole);
	return p + before;
}

void large_free(void *p, size_t bytes)
{
	if (p)
		munmap(p, round_up(bytes));
}
