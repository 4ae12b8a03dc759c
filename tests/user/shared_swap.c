/*
 * shared_swap.c - two processes share memory, more of it than the machine has when an argument says
 * so (MiB; usually 2). By turns each writes every second page, from its end to its beginning, and
 * both check all pages, word by word.
 */
#include "try.h"
#include <sys/mman.h>

#define ROUNDS 3u
#define WORDS  (PAGE / sizeof(unsigned int))

static unsigned int *memory;
static unsigned int pages;
static int to_child[2], to_parent[2];

static unsigned int pattern(unsigned int page, unsigned int word, unsigned int round)
{
	return (page * 2654435761u ^ word * 40503u) + round;
}

static void write_half(unsigned int half, unsigned int round)
{
	for (unsigned int page = pages; page-- > 0;)
		for (unsigned int i = 0; page % 2 == half && i < WORDS; i++)
			memory[page * WORDS + i] = pattern(page, i, round);
}

static unsigned int wrong_pages(unsigned int round)
{
	unsigned int wrong = 0;

	for (unsigned int page = 0; page < pages; page++)
		for (unsigned int i = 0; i < WORDS; i++)
			if (memory[page * WORDS + i] != pattern(page, i, round)) {
				wrong++;
				break;
			}
	return wrong;
}

static void pass(int fd)
{
	if (write(fd, "x", 1) != 1)
		die("write");
}

static void await(int fd)
{
	char c;

	if (read(fd, &c, 1) != 1)
		die("read");
}

/* Both write at the same time, then both read. */
static void take_part(unsigned int half, int mine, int other)
{
	for (unsigned int round = 1; round <= ROUNDS; round++) {
		write_half(half, round);
		pass(other);
		await(mine);
		if (wrong_pages(round))
			printf("%s, round %u: %u pages are wrong\n", half ? "child" : "parent",
			       round, wrong_pages(round));
		pass(other);
		await(mine);
	}
}

int main(int argc, char **argv)
{
	unsigned int mib = argc > 1 ? (unsigned int)atoi(argv[1]) : 2;
	int status;
	pid_t pid;

	pages = mib * 256;
	memory =
		mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED || pipe(to_child) || pipe(to_parent))
		die("mmap, pipe");
	pid = fork();
	if (pid < 0)
		die("fork");
	/* Should the other one be killed, nobody waits for ever. */
	close(pid ? to_child[0] : to_child[1]);
	close(pid ? to_parent[1] : to_parent[0]);
	take_part(pid == 0, pid ? to_parent[0] : to_child[0], pid ? to_child[1] : to_parent[1]);
	fflush(stdout);
	if (pid == 0)
		_exit(0);
	if (waitpid(pid, &status, 0) != pid)
		die("waitpid");
	printf("child's status %d\n", status);
	/* Behind the end of its owner nobody has it. */
	if (munmap(memory, pages * PAGE))
		die("munmap");
	printf("%u rounds\n", ROUNDS);
	return 0;
}
