/* lab.c - lab 10: a parent's memory leaves for the disk, then it forks; both read all and write a
 * part.
 *
 *   lab [PAGES [WRITES]]     pages that the parent has (256), that each of the two writes (64)
 */
#include "../lab.h"

static unsigned long pages, writes;
static char *memory;

/* Pages of the swap area that are in use. */
static unsigned long slots(void)
{
	return (number_in("/proc/meminfo", "SwapTotal:") -
		number_in("/proc/meminfo", "SwapFree:")) /
	       4;
}

static void say_slots(const char *when, unsigned long before)
{
	char name[64];

	sprintf(name, "%s: slots", when);
	say(name, slots() - before);
}

/* Reads all pages; how many have another word than `word` in them. */
static unsigned long read_all(char word)
{
	unsigned long wrong = 0;

	for (unsigned long i = 0; i < pages; i++)
		wrong += look(&memory[i * PAGE]) != word;
	return wrong;
}

static void write_some(char word)
{
	for (unsigned long i = 0; i < writes; i++)
		memory[i * PAGE] = word;
}

static void child(void)
{
	unsigned long wrong;

	mark("child reads");
	wrong = read_all('p');
	mark("child writes");
	write_some('c');
	mark("child has written");
	say("child: wrong", wrong);
	_exit(0);
}

int main(int argc, char **argv)
{
	unsigned long before;

	pages = number(argc, argv, 1, 256);
	writes = number(argc, argv, 2, 64);
	memory = take_pages(HERE, pages);
	mark("parent fills");
	memset(memory, 'p', pages * PAGE);
	before = slots();
	drive_out(memory, pages);
	say_slots("out", before);
	mark("fork");
	if (fork() == 0)
		child();
	wait(NULL);
	say_slots("child ends", before);
	mark("parent reads");
	say("parent: wrong", read_all('p'));
	mark("parent has read");
	say_slots("parent has read", before);
	mark("parent writes");
	write_some('q');
	mark("parent has written");
	say_slots("parent has written", before);
	return 0;
}
