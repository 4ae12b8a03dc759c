/* lab.c - lab 1: a parent with memory forks; the child reads all of it and writes a part.
 *
 *   lab [PAGES [WRITES]]     pages that the parent has (256), that the child writes (32)
 */
#include "../lab.h"
#include <sys/wait.h>

int main(int argc, char **argv)
{
	unsigned long pages = number(argc, argv, 1, 256), writes = number(argc, argv, 2, 32);
	char *memory = take_pages(HERE, pages);
	unsigned long i, copied;

	mark("parent fills");
	for (i = 0; i < pages; i++)
		memory[i * PAGE] = 'p';
	copied = number_in("/proc/vmstat", "pgcopy ");

	mark("fork");
	if (fork() == 0) {
		mark("child reads");
		for (i = 0; i < pages; i++)
			look(&memory[i * PAGE]);
		mark("child writes");
		for (i = 0; i < writes; i++)
			memory[i * PAGE] = 'c';
		mark("child ends");
		_exit(0);
	}
	wait(NULL);
	say("pages copied", number_in("/proc/vmstat", "pgcopy ") - copied);

	mark("parent writes");
	for (i = 0; i < pages; i++)
		if (memory[i * PAGE]++ != 'p')
			return 1; /* it saw what the child wrote */
	mark("end");
	return 0;
}
