/* lab.c - lab 6: a mapped file is read page by page: from the disk, from the cache, by one in 16.
 *
 *   lab [PAGES]     size of the file (256)
 */
#include "../lab.h"

#define FILE_NAME "neighbours.tmp"

static int fd;

/* Maps `pages` of the file from page `first` on; the mapping before goes. */
static char *map_file(unsigned long first, unsigned long pages)
{
	char *got = mmap(HERE, pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, fd,
			 (off_t)(first * PAGE));

	if (got != HERE)
		die("mmap");
	return got;
}

static void read_pages(const char *phase, const char *map, unsigned long pages, unsigned long step)
{
	mark(phase);
	for (unsigned long i = 0; i < pages; i += step)
		look(&map[i * PAGE]);
	mark("between");
}

int main(int argc, char **argv)
{
	unsigned long pages = number(argc, argv, 1, 256), i;
	char *map;

	fd = open(FILE_NAME, O_RDWR | O_CREAT | O_TRUNC, 0600);
	if (fd < 0 || ftruncate(fd, (off_t)(pages * PAGE)))
		die(FILE_NAME);
	for (i = 0; i < pages; i++)
		if (pwrite(fd, &i, sizeof(i), (off_t)(i * PAGE)) != sizeof(i))
			die("pwrite");
	sync();
	tell("/proc/sys/vm/drop_caches", "1"); /* the file is on the disk only */

	read_pages("from the disk", map_file(0, pages), pages, 1);
	munmap(HERE, pages * PAGE);
	read_pages("from the cache", map_file(0, pages), pages, 1);
	munmap(HERE, pages * PAGE);
	read_pages("one in 16", map_file(0, pages), pages, 16);
	munmap(HERE, pages * PAGE);
	read_pages("16 pages from page 8", map_file(8, 16), 16, 1);
	munmap(HERE, pages * PAGE);
	map = map_file(0, pages);
	mark("write");
	for (i = 0; i < pages; i++)
		map[i * PAGE] = 1;
	mark("end");
	unlink(FILE_NAME);
	return 0;
}
