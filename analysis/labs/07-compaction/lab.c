/* lab.c - lab 7: two files share memory page by page; one goes, then the kernel compacts.
 *
 *   lab [PAGES]     size of each file (1024)
 */
#include "../lab.h"

#define ORDERS	   11
#define SHORT_FILE "goes.tmp"
#define LONG_FILE  "stays.tmp"

/* Adds up /proc/buddyinfo: how many free blocks of each order there are, in all zones. */
static void count_free_blocks(unsigned long free_blocks[ORDERS])
{
	char *at = text_of("/proc/buddyinfo");

	memset(free_blocks, 0, ORDERS * sizeof(*free_blocks));
	while ((at = strstr(at, "zone ")) != NULL) {
		at += strlen("zone ");
		at += strspn(at, " ");
		at += strcspn(at, " "); /* its name */
		for (int order = 0; order < ORDERS; order++)
			free_blocks[order] += strtoul(at, &at, 10);
	}
}

static void say_buddyinfo(const char *when)
{
	unsigned long free_blocks[ORDERS], pages = 0, in_large = 0;
	char name[64];

	count_free_blocks(free_blocks);
	for (int order = 0; order < ORDERS; order++) {
		pages += free_blocks[order] << order;
		if (order >= 8)
			in_large += free_blocks[order] << order;
	}
	sprintf(name, "%s: free pages", when);
	say(name, pages);
	sprintf(name, "%s: single free pages", when);
	say(name, free_blocks[0]);
	sprintf(name, "%s: in large blocks", when);
	say(name, in_large);
}

static void write_page(int fd, unsigned long i, unsigned long first_word)
{
	static unsigned long page[PAGE / sizeof(unsigned long)];

	page[0] = first_word;
	if (pwrite(fd, page, PAGE, (off_t)(i * PAGE)) != (ssize_t)PAGE)
		die("pwrite");
}

static int open_new(const char *name)
{
	int fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);

	if (fd < 0)
		die(name);
	return fd;
}

/* Looks at the first word of each page of the file, mapped just for that: how many are wrong? */
static unsigned long look_at_file(const char *phase, int fd, unsigned long pages)
{
	unsigned long wrong = 0;
	char *map = mmap(HERE, pages * PAGE, PROT_READ, MAP_SHARED | MAP_FIXED, fd, 0);

	if (map != HERE)
		die("mmap");
	mark(phase);
	for (unsigned long i = 0; i < pages; i++)
		if (*(volatile unsigned long *)&map[i * PAGE] != i)
			wrong++;
	mark("looked");
	munmap(map, pages * PAGE);
	return wrong;
}

int main(int argc, char **argv)
{
	unsigned long pages = number(argc, argv, 1, 1024), moved, i;
	int goes = open_new(SHORT_FILE), stays = open_new(LONG_FILE);

	for (i = 0; i < pages; i++) {
		write_page(goes, i, 0);
		write_page(stays, i, i);
	}
	sync();
	look_at_file("look before", stays, pages);
	say_buddyinfo("taken");
	if (ftruncate(goes, 0))
		die("ftruncate");
	say_buddyinfo("fragmented");

	moved = number_in("/proc/vmstat", "pgmigrate_success ");
	mark("compact");
	tell("/proc/sys/vm/compact_memory", "1");
	mark("compacted");
	say("pages moved", number_in("/proc/vmstat", "pgmigrate_success ") - moved);
	say_buddyinfo("compacted");
	say("pages with wrong bytes", look_at_file("look after", stays, pages));
	unlink(SHORT_FILE);
	unlink(LONG_FILE);
	return 0;
}
