/*
 * forked_swap.c - a process and its children have the same private memory, more of it than the
 * machine has when an argument says so (MiB; usually 2). Each child checks what it was given,
 * writes every third page, and checks again; the parent writes all meanwhile for the next child.
 * Nobody sees a word of anybody else's.
 */
#include "try.h"
#include <sys/mman.h>

#define CHILDREN 3u
#define WORDS	 (PAGE / sizeof(unsigned int))

static unsigned int *memory;
static unsigned int pages;

static unsigned int pattern(unsigned int page, unsigned int word, unsigned int writer)
{
	return (page * 2654435761u ^ word * 40503u) + writer;
}

static void write_page(unsigned int page, unsigned int writer)
{
	for (unsigned int i = 0; i < WORDS; i++)
		memory[page * WORDS + i] = pattern(page, i, writer);
}

/* Page `page` is wrong unless all of it is `writer`'s. */
static unsigned int wrong(unsigned int page, unsigned int writer)
{
	for (unsigned int i = 0; i < WORDS; i++)
		if (memory[page * WORDS + i] != pattern(page, i, writer))
			return 1;
	return 0;
}

/* Every page is writer n's when child n is made. */
static unsigned int child(unsigned int n)
{
	unsigned int bad = 0;

	for (unsigned int page = 0; page < pages; page++) {
		bad += wrong(page, n);
		if (page % 3 == 0)
			write_page(page, 100 + n);
	}
	for (unsigned int page = pages; page-- > 0;)
		bad += wrong(page, page % 3 ? n : 100 + n);
	return bad;
}

static void run_child(unsigned int n)
{
	unsigned int bad = child(n);

	if (bad)
		printf("child %u: %u pages are wrong\n", n, bad);
	fflush(stdout);
	_exit(bad != 0);
}

int main(int argc, char **argv)
{
	unsigned int mib = argc > 1 ? (unsigned int)atoi(argv[1]) : 2, bad = 0, n;
	int status;

	pages = mib * 256;
	memory = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		      0);
	if (memory == MAP_FAILED)
		die("mmap");
	for (n = 0; n < CHILDREN; n++) {
		pid_t pid;

		for (unsigned int page = 0; page < pages; page++)
			write_page(page, n);
		pid = fork();
		if (pid < 0)
			die("fork");
		if (pid == 0)
			run_child(n);
	}
	for (n = 0; n < CHILDREN; n++) {
		if (wait(&status) < 0)
			die("wait");
		if (status)
			printf("status %x\n", (unsigned int)status);
	}
	for (unsigned int page = 0; page < pages; page++)
		bad += wrong(page, CHILDREN - 1);
	printf("%u children, %u pages are wrong\n", CHILDREN, bad);
	return 0;
}
