/* lab.c - lab 17: a few pages are read in turn, as far apart as a direct-mapped TLB of 2,048
 * entries is large; then each a page further.
 *
 *   lab [ROUNDS]     how often each page is read (1000)
 */
#include "../lab.h"

#define APART (2048 * PAGE)

static void in_turn(const char *name, unsigned long pages, unsigned long apart,
		    unsigned long rounds)
{
	unsigned long i, r;

	for (i = 0; i < pages; i++)
		take_pages(HERE + i * apart, 1)[0] = 1;
	mark(name);
	for (r = 0; r < rounds; r++)
		for (i = 0; i < pages; i++)
			look(HERE + i * apart);
	mark("end");
}

int main(int argc, char **argv)
{
	unsigned long rounds = number(argc, argv, 1, 1000);

	in_turn("2 pages", 2, APART, rounds);
	in_turn("4 pages", 4, APART, rounds);
	in_turn("8 pages", 8, APART, rounds);
	in_turn("16 pages", 16, APART, rounds);
	in_turn("16 pages skewed", 16, APART + PAGE, rounds);
	return 0;
}
