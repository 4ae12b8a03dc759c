/* lab.c - lab 9: pages of a working set are read at random, in sets that get larger than memory.
 *
 *   lab [READS [MIB...]]     reads of each set (4000), sizes of the sets in MiB (4 8 12 16 20 24
 * 28)
 */
#include "../lab.h"
#include <stdint.h>
#include <time.h>

static unsigned long reads;

/* xorshift32: the same pages in every run. */
static uint32_t random_next(void)
{
	static uint32_t x = 2463534242u;

	x ^= x << 13;
	x ^= x >> 17;
	return x ^= x << 5;
}

static unsigned long milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (unsigned long)now.tv_sec * 1000 + (unsigned long)now.tv_nsec / 1000000;
}

static void phase(const char *what, unsigned long mib)
{
	char name[32];

	sprintf(name, "%s %lu", what, mib);
	mark(name);
}

/* Reads that found another word than was written. */
static unsigned long read_at_random(const uint32_t *set, unsigned long pages)
{
	unsigned long wrong = 0;

	for (unsigned long i = 0; i < reads; i++) {
		unsigned long page = random_next() % pages;

		wrong += ((const volatile uint32_t *)set)[page * (PAGE / 4)] != page;
	}
	return wrong;
}

static void work(unsigned long mib)
{
	unsigned long pages = mib * 256, began, wrong;
	uint32_t *set = (uint32_t *)take_pages(HERE, pages);
	char name[32];

	phase("fill", mib);
	for (unsigned long i = 0; i < pages; i++)
		set[i * (PAGE / 4)] = i;
	phase("settle", mib);
	wrong = read_at_random(set, pages);
	phase("use", mib);
	began = milliseconds();
	wrong += read_at_random(set, pages);
	sprintf(name, "%lu: ms", mib);
	say(name, milliseconds() - began);
	phase("used", mib);
	sprintf(name, "%lu: wrong", mib);
	say(name, wrong);
	munmap(set, pages * PAGE);
}

int main(int argc, char **argv)
{
	reads = number(argc, argv, 1, 4000);
	if (argc > 2)
		for (int i = 2; i < argc; i++)
			work(number(argc, argv, i, 0));
	else
		for (unsigned long mib = 4; mib <= 28; mib += 4)
			work(mib);
	return 0;
}
