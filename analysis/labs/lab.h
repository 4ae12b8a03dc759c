/* lab.h - what the programs of the labs share: phases, memory at a known place, figures.
 *
 * Memory lies where the program says, so that a lab's awk finds its faults and TLB fills in the
 * recording by their addresses: everything else (stack, heap, C library) lies elsewhere.
 */
#ifndef ANALYSIS_LABS_LAB_H
#define ANALYSIS_LABS_LAB_H

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096ul

/* Where a lab's memory begins; a second and a third piece when it needs them. */
#define HERE  ((char *)0x50000000)
#define THERE ((char *)0x60000000)

static inline void die(const char *what)
{
	perror(what);
	exit(1);
}

/* A phase begins: a row of marks.csv. */
static inline void mark(const char *name)
{
	static int fd = -1;

	if (fd < 0)
		fd = open("/proc/trace_mark", O_WRONLY);
	if (fd < 0 || write(fd, name, strlen(name)) < 0)
		die("/proc/trace_mark");
}

/* So many pages of private anonymous memory at `where`. */
static inline char *take_pages(char *where, unsigned long pages)
{
	char *got = mmap(where, pages * PAGE, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	if (got != where)
		die("mmap");
	return got;
}

/* A figure that the program knows itself: the lab's awk finds it in stdout.txt. */
static inline void say(const char *name, unsigned long value)
{
	printf("%s,%lu\n", name, value);
	fflush(stdout);
}

/* Argument number `i`, or `otherwise` when it is not given. */
static inline unsigned long number(int argc, char **argv, int i, unsigned long otherwise)
{
	return i < argc ? strtoul(argv[i], NULL, 0) : otherwise;
}

/* Reads one byte; the compiler may not leave it out. */
static inline char look(const char *at)
{
	return *(const volatile char *)at;
}

/* The text of a file of /proc, in a buffer that the next call uses again. */
static inline char *text_of(const char *path)
{
	static char text[16384];
	int fd = open(path, O_RDONLY);
	ssize_t n, len = 0;

	if (fd < 0)
		die(path);
	while ((n = read(fd, text + len, sizeof(text) - 1 - (size_t)len)) > 0)
		len += n;
	close(fd);
	text[len] = '\0';
	return text;
}

/* The number behind the first `name` in a file, as in meminfo and vmstat. */
static inline unsigned long number_in(const char *path, const char *name)
{
	const char *at = strstr(text_of(path), name);

	if (!at)
		die(name);
	return strtoul(at + strlen(name), NULL, 10);
}

/* Writes a word to a file of /proc. */
static inline void tell(const char *path, const char *word)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0 || write(fd, word, strlen(word)) < 0)
		die(path);
	close(fd);
}

/* Pages of a process's anonymous memory that are there. */
static inline unsigned long resident(pid_t pid)
{
	char path[32];

	sprintf(path, "/proc/%d/status", (int)pid);
	return number_in(path, "RssAnon:") / 4;
}

/*
 * Drives `pages` pages at `where` to the swap area: a child takes memory while nobody uses them,
 * until more of this process's pages than those are gone.
 */
static inline void drive_out(char *where, unsigned long pages)
{
	unsigned long goal = (resident(getpid()) - pages) / 2;
	pid_t parent = getpid();

	madvise(where, pages * PAGE, MADV_DONTFORK);
	if (fork() == 0) {
		const unsigned long most = 16384;
		char *taken = take_pages((char *)0x70000000, most);

		for (unsigned long i = 0; i < most && (i % 32 || resident(parent) > goal); i++)
			taken[i * PAGE] = 1;
		_exit(0);
	}
	wait(NULL);
	madvise(where, pages * PAGE, MADV_DOFORK);
}

#endif
