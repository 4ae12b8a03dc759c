/* moving.c - memory is compacted all the time, while processes that share pages write, fork and
 * check every byte: where a page lies is nobody's business. */
#include "try.h"
#include <fcntl.h>
#include <sys/mman.h>

#define PAGES	    100u
#define GENERATIONS 4u
#define NAME	    "moving.tmp"

static volatile int *stop;

static unsigned char *map(int flags, int fd)
{
	unsigned char *p = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, flags, fd, 0);

	if (p == MAP_FAILED)
		die("mmap");
	return p;
}

static unsigned char byte_at(unsigned int seed, unsigned int page, unsigned int i)
{
	return (unsigned char)(seed * 31 + page * 7 + i * 3 + (i >> 8));
}

static void fill(unsigned char *area, unsigned int seed, unsigned int page)
{
	for (unsigned int i = 0; i < PAGE; i++)
		area[page * PAGE + i] = byte_at(seed, page, i);
}

static void check(const char *what, const unsigned char *area, unsigned int seed, unsigned int page)
{
	for (unsigned int i = 0; i < PAGE; i++)
		if (area[page * PAGE + i] != byte_at(seed, page, i)) {
			printf("%s: page %u, byte %u is wrong\n", what, page, i);
			exit(1);
		}
}

/* Compacts, and makes holes for the next time, until told to stop. */
static void compact(void)
{
	while (!*stop) {
		unsigned char *p = map(MAP_PRIVATE | MAP_ANONYMOUS, -1);
		int fd = open("/proc/sys/vm/compact_memory", O_WRONLY);

		for (unsigned int page = 0; page < PAGES; page++)
			p[page * PAGE] = 1;
		for (unsigned int page = 0; page < PAGES; page += 2)
			madvise(p + page * PAGE, PAGE, MADV_DONTNEED);
		if (fd >= 0) {
			ssize_t ignored = write(fd, "1\n", 2);

			(void)ignored;
			close(fd);
		}
		munmap(p, PAGES * PAGE);
		usleep(1000);
	}
}

struct areas {
	unsigned char *private, *shared, *file;
};

/* Writes every third private page anew, then forks the next generation, and checks again after it.
 */
static void generation(const struct areas *areas, unsigned int number, unsigned int *seeds)
{
	int status = 0;
	pid_t pid;

	for (unsigned int page = number % 3; page < PAGES; page += 3) {
		seeds[page] = 100 + number;
		fill(areas->private, seeds[page], page);
	}
	fflush(stdout);
	pid = number < GENERATIONS ? fork() : 0;
	if (pid < 0)
		die("fork");
	if (pid == 0 && number < GENERATIONS) {
		generation(areas, number + 1, seeds);
		exit(0);
	}
	for (unsigned int page = 0; page < PAGES; page++) {
		check("private", areas->private, seeds[page], page);
		check("shared", areas->shared, 2, page);
		check("file", areas->file, 3, page);
	}
	if (pid && (waitpid(pid, &status, 0) != pid || status))
		exit(1);
	for (unsigned int page = 0; page < PAGES; page++)
		check("private, again", areas->private, seeds[page], page);
	printf("generation %u: every byte as written\n", number);
}

int main(void)
{
	static unsigned int seeds[PAGES];
	struct areas areas;
	pid_t pid;
	int fd = open(NAME, O_RDWR | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || ftruncate(fd, PAGES * PAGE))
		die(NAME);
	unlink(NAME);
	stop = (volatile int *)map(MAP_SHARED | MAP_ANONYMOUS, -1);
	areas.private = map(MAP_PRIVATE | MAP_ANONYMOUS, -1);
	areas.shared = map(MAP_SHARED | MAP_ANONYMOUS, -1);
	areas.file = map(MAP_SHARED, fd);
	for (unsigned int page = 0; page < PAGES; page++) {
		fill(areas.private, 1, page);
		fill(areas.shared, 2, page);
		fill(areas.file, 3, page);
		seeds[page] = 1;
	}
	pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0) {
		compact();
		exit(0);
	}
	for (unsigned int i = 0; i < 3; i++)
		generation(&areas, 1, seeds);
	*stop = 1;
	waitpid(pid, NULL, 0);
	return 0;
}
