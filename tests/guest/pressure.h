/* pressure.h - pages whose every byte says whose they are, and how often they were written. */
#ifndef TESTS_GUEST_PRESSURE_H
#define TESTS_GUEST_PRESSURE_H

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE	  4096u
#define WORDS	  (PAGE / sizeof(unsigned int))
#define MIB	  (1024u * 1024)
#define MIB_PAGES (MIB / PAGE)

/* Word `i` of page `page` of the generation `gen`: no two words of a page are alike, nor two pages.
 */
static inline unsigned int pattern(unsigned int page, unsigned int gen, unsigned int i)
{
	return (page * 2654435761u ^ gen * 2246822519u) + i * 16777619u;
}

static inline void fill_page(void *at, unsigned int page, unsigned int gen)
{
	unsigned int *word = at;

	for (unsigned int i = 0; i < WORDS; i++)
		word[i] = pattern(page, gen, i);
}

/* Ends the process at the first byte that is not right. */
static inline void check_page(const void *at, unsigned int page, unsigned int gen, const char *who)
{
	const unsigned int *word = at;

	for (unsigned int i = 0; i < WORDS; i++) {
		if (word[i] == pattern(page, gen, i))
			continue;
		printf("%s: page %u, word %u: 0x%x, not 0x%x of generation %u\n", who, page, i,
		       word[i], pattern(page, gen, i), gen);
		fflush(stdout);
		_exit(1);
	}
}

static inline void fill_pages(char *at, unsigned int pages, unsigned int gen)
{
	for (unsigned int i = 0; i < pages; i++)
		fill_page(at + i * PAGE, i, gen);
}

static inline void check_pages(const char *at, unsigned int pages, unsigned int gen,
			       const char *who)
{
	for (unsigned int i = 0; i < pages; i++)
		check_page(at + i * PAGE, i, gen, who);
}

static inline void die(const char *what)
{
	/* A page of ours that the kernel could not read back, as if we had touched it ourselves. */
	if (errno == EFAULT)
		kill(getpid(), SIGBUS);
	perror(what);
	fflush(stdout);
	_exit(99);
}

static inline void *get_pages(unsigned int pages)
{
	void *at = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			0);

	if (at == MAP_FAILED)
		die("mmap");
	return at;
}

static inline pid_t start(void)
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0)
		die("fork");
	return pid;
}

/* Waits for a child (-1: any) that must end well. */
static inline void expect_end(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) < 0)
		die("waitpid");
	if (!status)
		return;
	printf("a child ended with status 0x%x\n", status);
	fflush(stdout);
	_exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
}

#endif
