/* account.c - areas join where Linux joins them: what was written stays charged, and so apart. */
#include "try.h"
#include <fcntl.h>
#include <sys/mman.h>

#define ARENA ((char *)0x50000000)
#define PAGES 16

/* The arena's areas, in pages; then it is empty again. */
static void show_areas(const char *what)
{
	unsigned long start = (unsigned long)ARENA, from, to;
	char line[512], perms[8];
	FILE *f = fopen("/proc/self/maps", "r");

	if (!f)
		die("/proc/self/maps");
	printf("%s:", what);
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%lx-%lx %7s", &from, &to, perms) == 3 && from >= start &&
		    to <= start + PAGES * PAGE)
			printf(" %lu+%lu %s", (from - start) / PAGE, (to - from) / PAGE, perms);
	}
	putchar('\n');
	fclose(f);
	munmap(ARENA, PAGES * PAGE);
}

static void map(int page, int n, int prot, int flags)
{
	if (mmap(ARENA + page * PAGE, n * PAGE, prot,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | flags, -1, 0) == MAP_FAILED)
		die("mmap");
}

static void protect(int page, int n, int prot)
{
	if (mprotect(ARENA + page * PAGE, n * PAGE, prot))
		die("mprotect");
}

/* What the dynamic loader does with the relocated part of a program (RELRO), beside constants. */
static void file_areas(void)
{
	int fd = open("/proc/self/exe", O_RDONLY);

	if (fd < 0 ||
	    mmap(ARENA, 2 * PAGE, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, 0) == MAP_FAILED ||
	    mmap(ARENA + 2 * PAGE, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, fd,
		 2 * PAGE) == MAP_FAILED)
		die("mmap of the program");
	close(fd);
	protect(2, 1, PROT_READ);
	show_areas("constants of a file, behind them some that were writable");
}

int main(void)
{
	const int write = PROT_READ | PROT_WRITE;

	file_areas();
	map(0, 2, PROT_READ, 0);
	map(2, 2, PROT_READ, 0);
	show_areas("two read-only ones");
	map(0, 2, PROT_READ, 0);
	map(2, 2, write, 0);
	ARENA[2 * PAGE] = 1;
	protect(2, 2, PROT_READ);
	show_areas("written, then made read-only");
	map(0, 2, PROT_READ, 0);
	map(2, 2, PROT_READ, 0);
	protect(2, 2, write);
	ARENA[2 * PAGE] = 1;
	protect(2, 2, PROT_READ);
	show_areas("made writable, written, and back");
	map(0, 4, write, 0);
	ARENA[2 * PAGE] = 1;
	protect(2, 2, PROT_READ);
	protect(2, 2, write);
	show_areas("half of it read-only for a while");
	map(0, 2, write, 0);
	map(2, 2, write, MAP_NORESERVE);
	show_areas("a part that is not reserved");
	map(0, 2, PROT_READ, MAP_NORESERVE);
	map(2, 2, write, MAP_NORESERVE);
	protect(2, 2, PROT_READ);
	show_areas("neither is reserved");
	return 0;
}
