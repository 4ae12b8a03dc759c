/* lab.c - lab 13: a string of references with which FIFO has more faults where it has more memory.
 *
 *   lab [PAGES]     pages of a block (730): memory should have room for 3.5 of them, and for 4.5
 */
#include "../lab.h"

#define BLOCKS 5

/* Belady's string; each number is a block of pages, which are used in order. */
static const char string[] = "123412512345";

int main(int argc, char **argv)
{
	unsigned long pages = number(argc, argv, 1, 730), wrong = 0;
	char *memory = take_pages(HERE, BLOCKS * pages);
	int filled[BLOCKS + 1] = {0};

	/* One fault, one page: no neighbours. */
	tell("/proc/sys/vm/page-cluster", "0");
	for (const char *at = string; *at; at++) {
		int block = *at - '0';
		char *first = memory + (unsigned long)(block - 1) * pages * PAGE, name[32];

		sprintf(name, "%ld: block %d", (long)(at - string) + 1, block);
		mark(name);
		for (unsigned long i = 0; i < pages; i++)
			if (!filled[block])
				first[i * PAGE] = *at;
			else
				wrong += look(&first[i * PAGE]) != *at;
		filled[block] = 1;
	}
	mark("end");
	say("wrong", wrong);
	return 0;
}
