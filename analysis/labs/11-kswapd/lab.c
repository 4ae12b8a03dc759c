/* lab.c - lab 11: memory is taken page by page; free pages and what kswapd did are read all the
 * while.
 *
 *   lab [MIB [KIB]]     memory to take (16), the kernel's min_free_kbytes (0: as it is)
 */
#include "../lab.h"

#define STEP 4 /* pages between two looks */

struct look {
	unsigned long free, wakes, stalls;
};

/* A number of the machine's only zone. */
static unsigned long of_zone(const char *name)
{
	return number_in("/proc/zoneinfo", name);
}

static struct look now(void)
{
	struct look l = {of_zone("pages free"), number_in("/proc/vmstat", "pageoutrun "),
			 number_in("/proc/vmstat", "allocstall ")};

	return l;
}

static void say_watermarks(void)
{
	say("min", of_zone(" min "));
	say("low", of_zone(" low "));
	say("high", of_zone(" high "));
}

int main(int argc, char **argv)
{
	unsigned long pages = number(argc, argv, 1, 16) * 256, kib = number(argc, argv, 2, 0);
	unsigned long woken_at = 0, lowest = ~0ul, highest = 0;
	char *memory = take_pages(HERE, pages), word[16];
	struct look first, last, l;

	if (kib) {
		sprintf(word, "%lu", kib);
		tell("/proc/sys/vm/min_free_kbytes", word);
	}
	say_watermarks();
	first = last = now();
	mark("take");
	for (unsigned long i = 0; i < pages; i++) {
		memory[i * PAGE] = 1;
		if (i % STEP)
			continue;
		l = now();
		if (l.wakes > first.wakes && last.wakes == first.wakes)
			woken_at = last.free;
		if (l.free < lowest)
			lowest = l.free;
		if (woken_at && l.free > highest)
			highest = l.free;
		last = l;
	}
	mark("taken");
	say("woken at", woken_at);
	say("lowest", lowest);
	say("highest", highest);
	say("kswapd", last.wakes - first.wakes);
	say("direct", last.stalls - first.stalls);
	return 0;
}
