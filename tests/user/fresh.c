/*
 * fresh.c - lets the kernel be the first to touch each page of a large buffer. With memory enough
 * all is well; without, the program is killed (tests/oom.t): the buffer is a good one, so no
 * call may say that it is not.
 */
#include "try.h"
#include <fcntl.h>
#include <sys/mman.h>

#define PAGES (48 * 256)

/* Needs no memory that it has not used before. */
static void say(const char *text)
{
	if (write(1, text, strlen(text)) < 0)
		_exit(2);
}

int main(void)
{
	char *at = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			0);
	int fd = open("/dev/zero", O_RDONLY);

	say("begins\n");
	if (at == MAP_FAILED || fd < 0)
		die("mmap or open");
	for (int i = 0; i < PAGES; i++)
		if (read(fd, at + i * PAGE, PAGE) != PAGE) {
			say("a call failed\n");
			_exit(1);
		}
	say("all of it\n");
	return 0;
}
