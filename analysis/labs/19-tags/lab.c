/* lab.c - lab 19: two processes work on memory of their own in turn; a byte in a pipe says whose
 * turn it is.
 *
 *   lab [TURNS]     turns of each (200)
 */
#include "../lab.h"

#define MOST 256

static void work(unsigned long pages)
{
	for (unsigned long i = 0; i < pages; i++)
		look(HERE + i * PAGE);
}

static void take_turn(int from, int to, unsigned long pages)
{
	char byte;

	if (read(from, &byte, 1) != 1)
		die("read");
	work(pages);
	if (write(to, &byte, 1) != 1)
		die("write");
}

/* The same number of turns for each number of pages. */
static void turns_of(int from, int to, unsigned long turns, unsigned long pages, const char *name)
{
	take_turn(from, to, pages); /* so that what happens once is over, for the other, too */
	take_turn(from, to, pages);
	if (name)
		mark(name);
	while (turns-- > 0)
		take_turn(from, to, pages);
	if (name)
		mark("end");
}

static void all_turns(int from, int to, unsigned long turns, int speaks)
{
	turns_of(from, to, turns, 4, speaks ? "4 pages" : NULL);
	turns_of(from, to, turns, 16, speaks ? "16 pages" : NULL);
	turns_of(from, to, turns, 256, speaks ? "256 pages" : NULL);
}

int main(int argc, char **argv)
{
	unsigned long turns = number(argc, argv, 1, 200);
	int there[2], back[2];

	if (pipe(there) || pipe(back))
		die("pipe");
	memset(take_pages(HERE, MOST), 1, MOST * PAGE);
	if (fork() == 0) {
		memset(HERE, 2, MOST * PAGE);
		all_turns(there[0], back[1], turns, 0);
		_exit(0);
	}
	memset(HERE, 3, MOST * PAGE);
	if (write(back[1], "", 1) != 1)
		die("write");
	all_turns(back[0], there[1], turns, 1);
	wait(NULL);
	return 0;
}
