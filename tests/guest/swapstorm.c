/*
 * swapstorm.c - processes larger than memory, on a disk whose transfers fail by chance. Each checks
 * what it has written: it may be killed by SIGBUS for a page that cannot be had, but never see
 * another value. tests/swap.t says what must come out.
 */
#include "../user/try.h"
#include <signal.h>
#include <sys/mman.h>

#define CHILDREN 8u
#define TOGETHER 1u
#define PAGES	 6144u /* 24 MiB, as much as there is */
#define ROUNDS	 2u
#define WRONG	 3

static unsigned int value(unsigned int page, unsigned int seed)
{
	return page * 2654435761u ^ seed * 40503u;
}

static void fill_and_check(unsigned int seed)
{
	unsigned int *words = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (words == MAP_FAILED)
		exit(4);
	for (unsigned int round = 0; round < ROUNDS; round++) {
		for (unsigned int i = 0; i < PAGES; i++)
			words[i * (PAGE / 4)] = value(i, seed + round);
		for (unsigned int i = 0; i < PAGES; i++)
			if (words[i * (PAGE / 4)] != value(i, seed + round))
				exit(WRONG);
	}
}

int main(void)
{
	unsigned int right = 0, wrong = 0, sigbus = 0, other = 0, running = 0;
	int status;

	for (unsigned int i = 0; i < CHILDREN || running; i++) {
		if (i < CHILDREN) {
			pid_t pid = fork();

			if (pid == 0) {
				fill_and_check(i);
				_exit(0);
			}
			running += pid > 0;
			other += pid < 0;
		}
		if (running < TOGETHER && i + 1 < CHILDREN)
			continue;
		if (running && wait(&status) > 0) {
			running--;
			if (WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS)
				sigbus++;
			else if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
				right++;
			else if (WIFEXITED(status) && WEXITSTATUS(status) == WRONG)
				wrong++;
			else
				other++;
		}
	}
	fprintf(stderr, "right %u, SIGBUS %u, wrong %u, other %u\n", right, sigbus, wrong, other);
	printf("all: %s\n", right + sigbus == CHILDREN ? "right, or SIGBUS" : "no");
	printf("right: %s\n", right ? "some" : "none");
	printf("SIGBUS: %s\n", sigbus ? "some" : "none");
	return 0;
}
