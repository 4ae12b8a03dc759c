/* phases.c - for tests/linux.t: a program that names its phases by the hint port itself. */
#include "../../disk/linux/hint.h"

#include <stdio.h>
#include <string.h>
#include <sys/io.h>
#include <unistd.h>

/* phases [finish]: with the word it says process 1's last one, too, which is not its to say. */
int main(int argc, char **argv)
{
	char label[] = "a phase of its own";

	if (iopl(3)) {
		perror("iopl");
		return 1;
	}
	hint_mark((unsigned int)getpid(), label);
	if (argc > 1 && !strcmp(argv[1], "finish"))
		hint_finish(0);
	puts("done");
	return 0;
}
