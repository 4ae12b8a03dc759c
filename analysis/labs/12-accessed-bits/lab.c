/* lab.c - lab 12: half of a program's memory is used all the time, half is not, and memory gets
 * short.
 *
 *   lab [PAGES [TAKEN]]     pages of each half (256), pages taken meanwhile, at most (8192)
 */
#include "../lab.h"

static unsigned long pages;

static unsigned long read_all(const char *memory)
{
	unsigned long wrong = 0;

	for (unsigned long i = 0; i < pages; i++)
		wrong += look(&memory[i * PAGE]) != 'm';
	return wrong;
}

/* Takes memory until eight times as much has left as lies idle, so that each zone has its turn, and
 * reads `used` after every 16 pages. */
static unsigned long make_short(const char *used, unsigned long most)
{
	char *taken = take_pages((char *)0x70000000, most);
	unsigned long i, before = number_in("/proc/vmstat", "pswpout ");

	for (i = 0; i < most; i++) {
		taken[i * PAGE] = 1;
		if (i % 16)
			continue;
		if (read_all(used))
			die("used");
		if (number_in("/proc/vmstat", "pswpout ") - before > 8 * pages)
			break;
	}
	return i;
}

int main(int argc, char **argv)
{
	char *used, *idle;

	pages = number(argc, argv, 1, 256);
	used = take_pages(HERE, pages);
	idle = take_pages(THERE, pages);
	mark("fill");
	memset(idle, 'm', pages * PAGE);
	memset(used, 'm', pages * PAGE);
	mark("use");
	say("pages taken", make_short(used, number(argc, argv, 2, 8192)));
	mark("read used");
	say("used: wrong", read_all(used));
	mark("read idle");
	say("idle: wrong", read_all(idle));
	mark("write idle");
	memset(idle, 'w', pages * PAGE);
	mark("end");
	return 0;
}
