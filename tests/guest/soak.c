/*
 * soak.c - random pressure on memory: tasks that write, drop, protect, fork and read files, each
 * page checked byte by byte against what its task remembers of it.
 *
 *   soak SEED PAGES TASKS STEPS
 *
 * PAGES is what all tasks have together. A quarter of a task's pages are a file's, mapped shared;
 * it is read and written, too. Prints at the end what was done, and how much swap space is still
 * used.
 */
#include "pressure.h"
#include "random.h"
#include <fcntl.h>
#include <signal.h>

#define RUN 24u /* pages that one step works on, at most */

/* What a task knows: of each page its generation, 0: zeroes. */
static unsigned char *gens;
static char *at, *file;
static unsigned int anon_pages, file_pages, me;
static int fd;

static void check_one(char *page, unsigned int index, unsigned int gen, const char *who)
{
	const unsigned int *word = (const unsigned int *)page;

	if (gen) {
		check_page(page, index, gen + me * 1000, who);
		return;
	}
	for (unsigned int i = 0; i < WORDS; i++)
		if (word[i]) {
			printf("%s of task %u: page %u is 0x%x, not zero\n", who, me, index,
			       word[i]);
			fflush(stdout);
			_exit(1);
		}
}

static unsigned int next_gen(unsigned int index)
{
	gens[index] = gens[index] == 255 ? 1 : gens[index] + 1;
	return gens[index] + me * 1000;
}

static void check_anon(unsigned int first, unsigned int nr)
{
	for (unsigned int i = first; i < first + nr; i++)
		check_one(at + i * PAGE, i, gens[i], "memory");
}

static void write_anon(unsigned int first, unsigned int nr)
{
	for (unsigned int i = first; i < first + nr; i++)
		fill_page(at + i * PAGE, i, next_gen(i));
}

/* A child sees what we see, and what it writes we do not. */
static void fork_anon(unsigned int first, unsigned int nr)
{
	pid_t pid = start();

	if (pid == 0) {
		check_anon(first, nr);
		write_anon(first, nr / 2 + 1);
		check_anon(first, nr);
		_exit(0);
	}
	if (one_in(2))
		check_anon(first, nr);
	else
		write_anon(first, nr);
	if (one_in(8))
		kill(pid, SIGKILL);
	else
		expect_end(pid);
	waitpid(-1, NULL, 0);
}

static void drop_anon(unsigned int first, unsigned int nr)
{
	char *place = at + first * PAGE;

	if (one_in(2)) {
		madvise(place, nr * PAGE, MADV_DONTNEED);
	} else if (munmap(place, nr * PAGE) ||
		   mmap(place, nr * PAGE, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != place) {
		die("munmap, mmap");
	}
	memset(gens + first, 0, nr);
}

static void protect_anon(unsigned int first, unsigned int nr)
{
	if (mprotect(at + first * PAGE, nr * PAGE, PROT_READ))
		die("mprotect");
	check_anon(first, nr);
	if (mprotect(at + first * PAGE, nr * PAGE, PROT_READ | PROT_WRITE))
		die("mprotect");
	write_anon(first, nr);
}

/* --- the file: its generations stand behind those of the memory
 * -------------------------------------- */
static void check_file(unsigned int first, unsigned int nr)
{
	char buf[PAGE];

	for (unsigned int i = first; i < first + nr; i++) {
		unsigned int gen = gens[anon_pages + i];

		check_one(file + i * PAGE, anon_pages + i, gen, "mapped file");
		if (pread(fd, buf, PAGE, (off_t)i * PAGE) != PAGE)
			die("pread");
		check_one(buf, anon_pages + i, gen, "file");
	}
}

static void write_file(unsigned int first, unsigned int nr)
{
	char buf[PAGE];

	for (unsigned int i = first; i < first + nr; i++) {
		unsigned int gen = next_gen(anon_pages + i);

		if (one_in(2)) {
			fill_page(file + i * PAGE, anon_pages + i, gen);
			continue;
		}
		fill_page(buf, anon_pages + i, gen);
		if (pwrite(fd, buf, PAGE, (off_t)i * PAGE) != PAGE)
			die("pwrite");
	}
	if (one_in(16))
		fsync(fd);
}

/* --- a task
 * ------------------------------------------------------------------------------------------ */
static void set_up(unsigned int pages)
{
	char name[16];

	snprintf(name, sizeof(name), "soak.%u", me);
	file_pages = pages / 4;
	anon_pages = pages - file_pages;
	gens = calloc(pages, 1);
	at = get_pages(anon_pages);
	fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);
	if (!gens || fd < 0 || ftruncate(fd, (off_t)file_pages * PAGE))
		die(name);
	file = mmap(NULL, file_pages * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (file == MAP_FAILED)
		die("mmap");
	unlink(name);
}

static void step(void)
{
	static void (*const on_anon[])(unsigned int, unsigned int) = {
		write_anon, write_anon, check_anon, check_anon, fork_anon, drop_anon, protect_anon};
	unsigned int nr = 1 + below(RUN), first = below(anon_pages - RUN);

	if (one_in(4)) {
		first = below(file_pages - RUN);
		(one_in(2) ? write_file : check_file)(first, nr);
		return;
	}
	if (one_in(3)) /* some pages are used more than others */
		first /= 8;
	on_anon[below(sizeof(on_anon) / sizeof(on_anon[0]))](first, nr);
}

static void task(unsigned int seed, unsigned int pages, unsigned int steps)
{
	random_seed(seed);
	set_up(pages);
	write_anon(0, anon_pages);
	while (steps--)
		step();
	check_anon(0, anon_pages);
	check_file(0, file_pages);
	_exit(0);
}

/* KiB of a line of /proc/meminfo. */
static unsigned long meminfo(const char *name)
{
	FILE *f = fopen("/proc/meminfo", "r");
	unsigned long value = 0;
	char line[80];

	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, name, strlen(name)))
			value = strtoul(line + strlen(name), NULL, 10);
	if (f)
		fclose(f);
	return value;
}

int main(int argc, char **argv)
{
	unsigned int seed, pages, tasks, steps;
	pid_t pids[16];

	if (argc != 5)
		return 2;
	seed = (unsigned int)strtoul(argv[1], NULL, 10);
	pages = (unsigned int)atoi(argv[2]);
	tasks = (unsigned int)atoi(argv[3]);
	steps = (unsigned int)atoi(argv[4]);
	for (me = 0; me < tasks; me++) {
		pids[me] = start();
		if (pids[me] == 0)
			task(seed * 16 + me, pages / tasks, steps);
	}
	for (me = 0; me < tasks; me++)
		expect_end(pids[me]);
	printf("end, %u tasks of %u pages, %u steps each; swap used: %lu KiB\n", tasks,
	       pages / tasks, steps, meminfo("SwapTotal:") - meminfo("SwapFree:"));
	return 0;
}
