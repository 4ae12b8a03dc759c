/*
 * shared_file.c - tasks share an open file and a working directory, and each copy to or from
 * their memory sleeps: its page is one of a file that is not in memory yet.
 */
#include "absent.h"
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#define ROUNDS	60u
#define RECORD	64
#define AREAS	40u
#define DATA	"shared_file.data"
#define TEXT_FD 100
#define DIRS	4u

static int shared_fd;
static char *pages; /* 2 * ROUNDS of them */
static char home[PAGE], dirs[DIRS][256];

/*
 * Runs fn in a process that shares what `flags` say, but not the memory, beside the caller's own
 * work until that is done.
 */
static void beside(int flags, void (*fn)(void), void (*work)(void))
{
	pid_t pid = (pid_t)syscall(SYS_clone, flags | SIGCHLD, 0, 0, 0, 0);

	if (pid < 0)
		die("clone");
	while (pid == 0)
		fn();
	work();
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* Makes the text of its own areas anew whenever the other one sleeps: it was long, now it is short.
 */
static void read_from_start(void)
{
	static char *areas;
	char buf[64];

	if (!areas) {
		areas = mmap(NULL, 2 * AREAS * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		dup2(open("/proc/self/maps", O_RDONLY), TEXT_FD);
	}
	for (unsigned int i = 0; i < AREAS; i++)
		mprotect(areas + 2 * i * PAGE, PAGE, PROT_NONE);
	sched_yield();
	mprotect(areas, 2 * AREAS * PAGE, PROT_READ);
	if (pread(TEXT_FD, buf, sizeof(buf), 0) <= 0)
		die("pread");
	sched_yield();
}

/* Are the n bytes lines of a maps file, the last one perhaps cut off? */
static bool is_maps(const char *text, ssize_t n)
{
	const char *end = text + n, *line, *next;
	unsigned int from, to;

	for (line = text; line < end; line = next + 1) {
		next = memchr(line, '\n', (size_t)(end - line));
		if (!next)
			return end - line < 200;
		if (sscanf(line, "%8x-%8x ", &from, &to) != 2 || from >= to)
			return false;
	}
	return n > 0;
}

static void read_text(void)
{
	unsigned int bad = 0;

	while (fcntl(TEXT_FD, F_GETFD) < 0)
		sched_yield();
	for (unsigned int i = 0; i < ROUNDS; i++) {
		/* Two pages: it sleeps twice. */
		char *page = pages + 2 * i * PAGE + PAGE - 100;

		bad += !is_maps(page, pread(TEXT_FD, page, PAGE, 0));
	}
	printf("texts that are none: %u\n", bad);
}

/* Names of all sizes, so that the memory of one is not taken by the next. */
static void make_directories(void)
{
	for (unsigned int i = 0; i < DIRS; i++) {
		size_t len = 30 + 65 * i;

		memset(dirs[i], 'a' + (int)i, len);
		if (mkdir(dirs[i], 0700))
			die("mkdir");
	}
}

static void change_directory(void)
{
	static unsigned int i;

	if (chdir(dirs[i++ % DIRS]) || chdir(".."))
		_exit(1);
	if (chdir(dirs[i++ % DIRS]))
		_exit(1);
	sched_yield();
	if (chdir(".."))
		_exit(1);
}

static void ask_directory(void)
{
	unsigned int bad = 0;

	for (unsigned int i = 0; i < ROUNDS; i++) {
		char *page = pages + 2 * i * PAGE;
		size_t len = strlen(home);
		bool known;

		if (syscall(SYS_getcwd, page, PAGE) < 0 || strncmp(page, home, len) != 0) {
			bad++;
			continue;
		}
		known = !page[len];
		for (unsigned int k = 0; k < DIRS; k++)
			known |= page[len] == '/' && !strcmp(page + len + 1, dirs[k]);
		bad += !known;
	}
	printf("directories that are none: %u\n", bad);
}

/* Each of the two takes records from the same position. */
static unsigned int taken[4 * ROUNDS];

static void take(unsigned int half)
{
	for (unsigned int i = 0; i < ROUNDS; i++) {
		char *page = pages + (2 * i + half) * PAGE;

		if (read(shared_fd, page, RECORD) != RECORD)
			die("read");
		taken[atoi(page)]++;
	}
}

static void *take_other(void *arg)
{
	take(1);
	return arg;
}

static void put(unsigned int half)
{
	for (unsigned int i = 0; i < ROUNDS; i++)
		if (write(shared_fd, pages + (2 * i + half) * PAGE, RECORD) != RECORD)
			die("write");
}

static void *put_other(void *arg)
{
	put(1);
	return arg;
}

/* One half is done by a thread, the other one by this one. */
static void halves(void *(*thread_fn)(void *), void (*fn)(unsigned int half))
{
	pthread_t thread;

	pages = absent_pages(2 * ROUNDS);
	if (pthread_create(&thread, NULL, thread_fn, NULL))
		die("pthread_create");
	fn(0);
	pthread_join(thread, NULL);
	free_absent(pages, 2 * ROUNDS);
}

static void records(void)
{
	unsigned int bad = 0;
	char record[RECORD];

	shared_fd = open(DATA, O_CREAT | O_TRUNC | O_RDWR, 0600);
	for (unsigned int i = 0; i < 2 * ROUNDS; i++) {
		memset(record, '.', RECORD);
		snprintf(record, RECORD, "%u", i);
		if (write(shared_fd, record, RECORD) != RECORD)
			die("write");
	}
	lseek(shared_fd, 0, SEEK_SET);
	halves(take_other, take);
	for (unsigned int i = 0; i < 2 * ROUNDS; i++)
		bad += taken[i] != 1;
	printf("records not read once: %u\n", bad);
	if (ftruncate(shared_fd, 0))
		die("ftruncate");
	lseek(shared_fd, 0, SEEK_SET);
	halves(put_other, put);
	printf("written: %ld records\n", (long)lseek(shared_fd, 0, SEEK_END) / RECORD);
	close(shared_fd);
	unlink(DATA);
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (!getcwd(home, sizeof(home)))
		die("getcwd");
	pages = absent_pages(2 * ROUNDS);
	beside(CLONE_FILES, read_from_start, read_text);
	close(TEXT_FD);
	free_absent(pages, 2 * ROUNDS);
	make_directories();
	pages = absent_pages(2 * ROUNDS);
	beside(CLONE_FS, change_directory, ask_directory);
	if (chdir(home))
		die("chdir");
	free_absent(pages, 2 * ROUNDS);
	for (unsigned int i = 0; i < DIRS; i++)
		rmdir(dirs[i]);
	records();
	return 0;
}
