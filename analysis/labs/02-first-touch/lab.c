/* lab.c - lab 2: memory is read and then written, other memory is written at once.
 *
 *   lab [PAGES [STEP]]     pages of each piece (512); only each STEPth is touched (1)
 */
#include "../lab.h"

int main(int argc, char **argv)
{
	unsigned long pages = number(argc, argv, 1, 512), step = number(argc, argv, 2, 1);
	char *first = take_pages(HERE, pages), *second = take_pages(THERE, pages);
	unsigned long i;

	mark("read");
	for (i = 0; i < pages; i += step)
		look(&first[i * PAGE]);
	mark("read again");
	for (i = 0; i < pages; i += step)
		look(&first[i * PAGE + 64]);
	mark("write after read");
	for (i = 0; i < pages; i += step)
		first[i * PAGE] = 1;
	mark("write at once");
	for (i = 0; i < pages; i += step)
		second[i * PAGE] = 1;
	mark("end");
	return 0;
}
