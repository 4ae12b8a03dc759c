/* lab.c - lab 8: pages are taken one by one, then given back and taken again.
 *
 *   lab [PAGES]     pages taken in the first phase (560)
 */
#include "../lab.h"

#define TURNS 16 /* times that one page is given back and taken */
#define A_FEW 5	 /* pages given back before others are taken: fewer than a batch */

static void give_back(char *page)
{
	if (madvise(page, PAGE, MADV_DONTNEED))
		die("madvise");
}

int main(int argc, char **argv)
{
	unsigned long pages = number(argc, argv, 1, 560), i;
	char *memory = take_pages(HERE, pages), *other = take_pages(THERE, TURNS + A_FEW);
	const char *zone;

	other[0] = 1; /* so that the page table is there */
	mark("take");
	for (i = 0; i < pages; i++)
		memory[i * PAGE] = 1;

	mark("turns");
	for (i = 0; i < TURNS; i++) {
		give_back(&other[i * PAGE]);
		other[(i + 1) * PAGE] = 1;
	}
	mark("give a few back");
	for (i = 0; i < A_FEW; i++)
		give_back(&memory[i * PAGE]);
	mark("take a few");
	for (i = 0; i < A_FEW; i++)
		memory[i * PAGE] = 1;
	mark("end");
	zone = strstr(text_of("/proc/zoneinfo"), "Normal");
	say("batch", strtoul(strstr(zone, "batch:") + strlen("batch:"), NULL, 10));
	return 0;
}
