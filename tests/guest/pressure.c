/*
 * pressure.c - more memory than there is, as written: for recordings in which memory is short.
 *
 * `pressure MIB` writes and checks so much, twice, by a pattern of page and generation, and reads
 * its own file in between.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define WORDS 1024u /* in a page */

static unsigned int pattern(unsigned int page, unsigned int generation)
{
	return page * 7 + generation;
}

static void read_file(const char *path)
{
	char buf[4096];
	int fd = open(path, O_RDONLY);

	while (fd >= 0 && read(fd, buf, sizeof(buf)) > 0)
		;
	close(fd);
}

int main(int argc, char **argv)
{
	unsigned int pages = argc > 1 ? (unsigned int)atoi(argv[1]) * 256 : 256;
	unsigned int *memory = malloc((size_t)pages * WORDS * sizeof(*memory)), page, generation;

	if (!memory)
		return 2;
	for (generation = 1; generation < 3; generation++) {
		for (page = 0; page < pages; page++)
			memory[page * WORDS] = pattern(page, generation);
		read_file(argv[0]);
		for (page = 0; page < pages; page++) {
			if (memory[page * WORDS] != pattern(page, generation)) {
				printf("page %u is bad in generation %u\n", page, generation);
				return 1;
			}
		}
	}
	puts("all pages as written");
	return 0;
}
