/*
 * reclaim_bench.c - memory leaves and comes back, between marks: for tests/run/pressure.sh.
 *
 *   reclaim_bench swap PAGES   so many pages are written, leave by MADV_PAGEOUT (swap_out), and
 *                              come back in order, with readahead (swap_in)
 *   reclaim_bench file MIB     a file of that size is written, and when it is all on the disk read
 *                              twice (the second reading is `file`); then a program takes memory
 *                              (take): pages of the file leave, and nothing comes from the disk
 *
 * Says the microseconds of the guest's clock that each phase took.
 */
#include "../../analysis/labs/lab.h"
#include <time.h>

#define TAKEN 1500ul /* pages: memory is full of the file's */

static const char *phase;
static struct timespec began;

/* The phase ends; `next` begins, unless NULL. */
static void turn_to(const char *next)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	mark(next ? next : "end");
	if (phase)
		say(phase, (unsigned long)((now.tv_sec - began.tv_sec) * 1000000 +
					   (now.tv_nsec - began.tv_nsec) / 1000));
	clock_gettime(CLOCK_MONOTONIC, &began);
	phase = next;
}

static void swap(unsigned long pages)
{
	char *memory = take_pages(HERE, pages);
	unsigned long wrong = 0;

	for (unsigned long i = 0; i < pages; i++)
		memory[i * PAGE] = (char)i;
	turn_to("swap_out");
	if (madvise(memory, pages * PAGE, MADV_PAGEOUT))
		die("madvise");
	turn_to("swap_in");
	for (unsigned long i = 0; i < pages; i++)
		wrong += look(&memory[i * PAGE]) != (char)i;
	turn_to(NULL);
	say("wrong", wrong);
}

static void read_all(int fd)
{
	static char block[PAGE];

	if (lseek(fd, 0, SEEK_SET))
		die("lseek");
	while (read(fd, block, sizeof(block)) > 0)
		;
}

static void take(unsigned long pages)
{
	char *memory = take_pages(HERE, pages);

	for (unsigned long i = 0; i < pages; i++)
		memory[i * PAGE] = 1;
	munmap(memory, pages * PAGE);
}

static void file(unsigned long mib)
{
	static char block[PAGE];
	int fd = open("reclaim.tmp", O_RDWR | O_CREAT | O_TRUNC, 0600);

	for (unsigned long i = 0; i < mib * 256; i++)
		if (write(fd, block, sizeof(block)) != (ssize_t)sizeof(block))
			die("reclaim.tmp");
	if (fsync(fd))
		die("fsync");
	read_all(fd);
	turn_to("file");
	read_all(fd);
	tell("/proc/sys/vm/swappiness", "0"); /* only the file's leave */
	turn_to("take");
	take(TAKEN);
	turn_to(NULL);
	close(fd);
	unlink("reclaim.tmp");
}

int main(int argc, char **argv)
{
	unsigned long size = number(argc, argv, 2, 0);

	if (argc != 3 || !size)
		return 2;
	if (!strcmp(argv[1], "swap"))
		swap(size);
	else
		file(size);
	return 0;
}
