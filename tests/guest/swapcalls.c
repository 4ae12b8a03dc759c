/*
 * swapcalls.c - swapon and swapoff as programs see them: what is refused and how, what a file in
 * use may not lose, two areas at once, and that pages come back. tests/swapon.t says what must come
 * out; there is one swap area in use at the start, /dev/hda2.
 */
#include "../user/try.h"
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/sysinfo.h>

#define FILE_PAGES 512u
#define HOG_PAGES  4096u /* 16 MiB, of 24 */

static char page[PAGE];

static void fill_header(unsigned int last_page)
{
	unsigned int version = 1;

	memset(page, 0, PAGE);
	memcpy(page + 1024, &version, 4);
	memcpy(page + 1028, &last_page, 4);
	memcpy(page + PAGE - 10, "SWAPSPACE2", 10);
}

/* A file that is a swap area of FILE_PAGES pages; `hole`: one page of it is not there. */
static void make_area(const char *name, unsigned int hole)
{
	int fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);

	if (fd < 0)
		die(name);
	fill_header(FILE_PAGES - 1);
	for (unsigned int i = 0; i < FILE_PAGES; i++) {
		if (i != hole && pwrite(fd, page, PAGE, (off_t)i * PAGE) != PAGE)
			die("pwrite");
		memset(page, (int)i, PAGE);
	}
	close(fd);
}

static void show_file(const char *name)
{
	char text[2000];
	int fd = open(name, O_RDONLY);
	ssize_t n = read(fd, text, sizeof(text));

	close(fd);
	fwrite(text, 1, n > 0 ? (size_t)n : 0, stdout);
}

static void show_areas(void)
{
	struct sysinfo info;

	show_file("/proc/swaps");
	sysinfo(&info);
	printf("total %lu KiB\n", info.totalswap * (info.mem_unit / 1024));
}

static void refused(void)
{
	int fd;

	show("no such file", swapon("nothing", 0));
	show("directory", swapon("/work", 0));
	show("character device", swapon("/dev/null", 0));
	show("flags", swapon("/dev/hda2", 0x80000));
	show("bad address", swapon((const char *)1, 0));
	show("in use", swapon("/dev/hda2", 0));
	show("mounted", swapon("/dev/hda1", 0));
	show("the disk of both", swapon("/dev/hda", 0));
	show("no medium that could be one", swapon("/dev/fd0", 0));
	show("off: no such file", swapoff("nothing"));
	show("off: directory", swapoff("/work"));
	show("off: not in use", swapoff("/dev/hda1"));
	make_area("hole", 77);
	show("hole", swapon("hole", 0));
	show("off: a file not in use", swapoff("hole"));
	show("it may be written still", truncate("hole", 0));
	show("empty", swapon("hole", 0));
	unlink("hole");
	make_area("area", 0);
	show("without a header", swapon("area", 0));
	make_area("area", -1u);
	fd = open("area", O_RDWR);
	show("open for writing", swapon("area", 0));
	close(fd);
}

static void claimed(void)
{
	void *map;
	int fd;

	show("a file", swapon("area", SWAP_FLAG_PREFER | 7));
	show("twice", swapon("area", 0));
	show("open to write", open("area", O_RDWR));
	show("truncate", truncate("area", 0));
	show("unlink", unlink("area"));
	show("rename", rename("area", "other"));
	symlink("area", "to_area");
	show("rename over it", rename("to_area", "area"));
	unlink("to_area");
	fd = open("area", O_RDONLY);
	show("open to read", fd);
	map = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	show("map to write", map == MAP_FAILED ? -1 : 0);
	close(fd);
	show_areas();
}

static unsigned int value(unsigned int i, unsigned int generation)
{
	return i * 2654435761u + generation;
}

static int is_right(const unsigned int *hog)
{
	for (unsigned int i = 0; i < HOG_PAGES; i++)
		if (hog[i * (PAGE / 4)] != value(i, 1))
			return 0;
	return 1;
}

static unsigned long status_kib(const char *name)
{
	char line[100];
	unsigned long kib = 0;
	FILE *f = fopen("/proc/self/status", "r");

	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, name, strlen(name)))
			sscanf(line + strlen(name), ": %lu", &kib);
	if (f)
		fclose(f);
	return kib;
}

/* Pages go away, the file first, for it has the higher priority; a child shares what there is. */
static void pages_come_back(void)
{
	unsigned int *hog = mmap(NULL, HOG_PAGES * PAGE, PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	unsigned int *more;
	struct sysinfo info;
	int status;
	pid_t child;

	for (unsigned int i = 0; i < HOG_PAGES; i++)
		hog[i * (PAGE / 4)] = value(i, 1);
	more = mmap(NULL, HOG_PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		    0);
	for (unsigned int i = 0; i < HOG_PAGES; i++)
		more[i * (PAGE / 4)] = i;
	sysinfo(&info);
	printf("used: %s\n", (info.totalswap - info.freeswap) * info.mem_unit > 8u << 20
				     ? "more than 8 MiB"
				     : "less");
	printf("VmSwap: %s\n", status_kib("VmSwap") > 8 << 10 ? "more than 8 MiB" : "less");
	show("no room for all", swapoff("/dev/hda2"));
	munmap(more, HOG_PAGES * PAGE);
	fflush(stdout);
	child = fork();
	if (!child)
		_exit(!is_right(hog));
	show("file off", swapoff("area"));
	show("device off", swapoff("/dev/hda2"));
	show("again", swapoff("/dev/hda2"));
	printf("VmSwap: %lu\n", status_kib("VmSwap"));
	waitpid(child, &status, 0);
	printf("child: %s\n", status ? "wrong" : "all there");
	printf("parent: %s\n", is_right(hog) ? "all there" : "wrong");
	show_areas();
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	refused();
	claimed();
	pages_come_back();
	show("it may be written again", truncate("area", 0));
	show("and go", unlink("area"));
	show("device on", swapon("/dev/hda2", SWAP_FLAG_PREFER | 3));
	show_areas();
	make_area("left", -1u);
	show("left in use", swapon("left", 0));
	return 0;
}
