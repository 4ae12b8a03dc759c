/*
 * shared_calls.c - tasks work on the same file, pipe or directory while the calls of others sleep:
 * in a copy, because the memory's page is not there yet, or in waiting. Nothing gets lost, done
 * twice or torn, and what one of them closes lives as long as the call of another needs it.
 */
#include "absent.h"
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/stat.h>

#define ROUNDS 40u
#define CLOSES 8u
#define NAMES  12u
#define MOVES  6u
#define RECORD 64
#define DATA   "shared_calls.data"

static char *pages; /* 2 * ROUNDS of them */

/* What processes tell each other. */
static struct {
	volatile unsigned int taken[2 * ROUNDS];
	volatile unsigned int ready[2], made[2];
} *told;

static void fill_record(char *record, unsigned int number)
{
	memset(record, '.', RECORD);
	snprintf(record, RECORD, "%u", number);
}

/* Each of two processes does its half, at the same time. */
static void both(void (*fn)(unsigned int half))
{
	pid_t pid;

	told->ready[0] = told->ready[1] = 0;
	fflush(stdout);
	pid = fork();
	if (pid < 0)
		die("fork");
	fn(pid == 0);
	if (pid == 0)
		_exit(0);
	waitpid(pid, NULL, 0);
}

/* Both have come as far as `step`. */
static void meet(unsigned int half, unsigned int step)
{
	told->ready[half] = step;
	while (told->ready[!half] < step)
		sched_yield();
}

/* --- records --- */

static int data_fd;

/* Parent and child read from one position. */
static void take(unsigned int half)
{
	meet(half, 1);
	for (unsigned int i = 0; i < ROUNDS; i++) {
		char *page = pages + (2 * i + half) * PAGE;

		if (read(data_fd, page, RECORD) == RECORD)
			told->taken[atoi(page)]++;
	}
}

static void position_after_fork(void)
{
	unsigned int bad = 0;
	char record[RECORD];

	data_fd = open(DATA, O_CREAT | O_TRUNC | O_RDWR, 0600);
	for (unsigned int i = 0; i < 2 * ROUNDS; i++) {
		fill_record(record, i);
		if (write(data_fd, record, RECORD) != RECORD)
			die("write");
	}
	lseek(data_fd, 0, SEEK_SET);
	pages = absent_pages(2 * ROUNDS);
	both(take);
	free_absent(pages, 2 * ROUNDS);
	close(data_fd);
	for (unsigned int i = 0; i < 2 * ROUNDS; i++)
		bad += told->taken[i] != 1;
	printf("records not read once: %u\n", bad);
}

/* Each has opened the file for itself, and adds to its end. */
static void append(unsigned int half)
{
	int fd = open(DATA, O_WRONLY | O_APPEND);

	meet(half, 1);
	for (unsigned int i = 0; i < ROUNDS; i++)
		if (write(fd, pages + (2 * i + half) * PAGE, RECORD) != RECORD)
			die("write");
	close(fd);
}

static void ends_of_file(void)
{
	struct stat st;

	close(open(DATA, O_CREAT | O_TRUNC | O_RDWR, 0600));
	pages = absent_pages(2 * ROUNDS);
	both(append);
	free_absent(pages, 2 * ROUNDS);
	stat(DATA, &st);
	printf("records added: %ld\n", (long)st.st_size / RECORD);
	unlink(DATA);
}

/* Writes of up to PIPE_BUF bytes are not mixed with others, though their copies sleep. */
static int pipe_fds[2];
static char *borders; /* pairs of pages: one that is there, one of the file */

static void send_records(unsigned int half)
{
	meet(half, 1);
	for (unsigned int i = 0; i < ROUNDS; i++) {
		char *at = borders + (2 * (2 * i + half) + 1) * PAGE - RECORD / 2;

		memset(at, half ? 'b' : 'a', RECORD / 2);
		if (write(pipe_fds[1], at, RECORD) != RECORD)
			die("write");
	}
}

static void make_borders(void)
{
	int fd;

	borders = mmap(NULL, 4 * ROUNDS * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		       -1, 0);
	if (borders == MAP_FAILED)
		die("mmap");
	pages = absent_pages(2 * ROUNDS);
	fd = open(SPARE, O_RDONLY);
	for (unsigned int i = 0; i < 2 * ROUNDS; i++) {
		borders[2 * i * PAGE] = 1;
		if (mmap(borders + (2 * i + 1) * PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd,
			 (off_t)(i * PAGE)) == MAP_FAILED)
			die("mmap");
	}
	close(fd);
	free_absent(pages, 2 * ROUNDS);
}

static void records_in_a_pipe(void)
{
	unsigned int whole[2] = {0}, others = 0;
	char record[RECORD], want[RECORD];

	if (pipe(pipe_fds))
		die("pipe");
	make_borders();
	both(send_records);
	close(pipe_fds[1]);
	while (read(pipe_fds[0], record, RECORD) == RECORD) {
		memset(want, record[0], RECORD / 2);
		memset(want + RECORD / 2, 0, RECORD / 2);
		if ((record[0] == 'a' || record[0] == 'b') && !memcmp(record, want, RECORD))
			whole[record[0] - 'a']++;
		else
			others++;
	}
	close(pipe_fds[0]);
	munmap(borders, 4 * ROUNDS * PAGE);
	printf("records in the pipe: %u and %u, others %u\n", whole[0], whole[1], others);
}

/* --- closed meanwhile --- */

static volatile int closing[2];
static volatile bool begun;

static void *closes(void *arg)
{
	while (!begun)
		sched_yield();
	close(closing[0]);
	close(closing[1]);
	return arg;
}

/* Runs `call` while a thread closes both descriptors, perhaps even before: true if it is right. */
static bool while_closed(int a, int b, bool (*call)(char *page), char *page)
{
	pthread_t thread;
	bool right;

	closing[0] = a;
	closing[1] = b;
	begun = false;
	if (pthread_create(&thread, NULL, closes, NULL))
		die("pthread_create");
	begun = true;
	right = call(page);
	pthread_join(thread, NULL);
	return right;
}

static bool read_record(char *page)
{
	ssize_t n = read(closing[0], page, RECORD);

	return n < 0 ? errno == EBADF : n == RECORD && !memcmp(page, "record", 6);
}

static bool write_record(char *page)
{
	ssize_t n = write(closing[0], page, RECORD);

	return n < 0 ? errno == EBADF : n == RECORD;
}

static bool poll_pipe(char *page)
{
	struct pollfd p = {.fd = closing[0], .events = POLLIN};
	int ready = poll(&p, 1, 2000);

	(void)page;
	return ready == 1 && p.revents & (POLLHUP | POLLNVAL);
}

static void closed_meanwhile(void)
{
	unsigned int reads = 0, writes = 0, polls = 0;

	data_fd = open(DATA, O_CREAT | O_TRUNC | O_RDWR, 0600);
	pages = absent_pages(2 * CLOSES);
	for (unsigned int i = 0; i < CLOSES; i++) {
		char record[RECORD] = "record";
		int fd = open(DATA, O_RDWR);

		if (pwrite(data_fd, record, RECORD, 0) != RECORD)
			die("pwrite");
		reads += while_closed(fd, -1, read_record, pages + 2 * i * PAGE);
		fd = open(DATA, O_RDWR);
		writes += while_closed(fd, -1, write_record, pages + (2 * i + 1) * PAGE);
		if (pipe(pipe_fds))
			die("pipe");
		polls += while_closed(pipe_fds[0], pipe_fds[1], poll_pipe, NULL);
	}
	free_absent(pages, 2 * CLOSES);
	close(data_fd);
	unlink(DATA);
	printf("closed meanwhile: %u reads, %u writes, %u polls\n", reads, writes, polls);
}

/* --- directories --- */

static void write_back(void)
{
	int fd = open(".", O_RDONLY);

	syncfs(fd);
	close(fd);
	drop_caches();
}

/* Of two that make the same directory one succeeds. */
static void make_directories(unsigned int half)
{
	char name[32];

	for (unsigned int i = 0; i < NAMES; i++) {
		if (half)
			write_back();
		snprintf(name, sizeof(name), "shared_calls.%u", i);
		meet(half, i + 1);
		told->made[half] += mkdir(name, 0700) == 0;
	}
}

static void same_directories(void)
{
	char name[32];

	both(make_directories);
	printf("directories made: %u\n", told->made[0] + told->made[1]);
	for (unsigned int i = 0; i < NAMES; i++) {
		snprintf(name, sizeof(name), "shared_calls.%u", i);
		rmdir(name);
	}
}

static volatile bool asked;

static void *asks_directory(void *arg)
{
	static char path[PAGE];

	asked = true;
	if (!getcwd(path, sizeof(path)))
		die("getcwd");
	return arg;
}

/* A thread asks where it is, after a renaming, while this one goes elsewhere: and there it stays.
 */
static void moved_meanwhile(void)
{
	unsigned int right = 0;
	char home[PAGE];

	if (!getcwd(home, sizeof(home)))
		die("getcwd");
	if (mkdir("shared_calls.a", 0700) || mkdir("shared_calls.a/in", 0700) ||
	    mkdir("shared_calls.c", 0700))
		die("mkdir");
	for (unsigned int i = 0; i < MOVES; i++) {
		struct stat there, here;
		pthread_t thread;

		stat("shared_calls.c", &there);
		if (chdir("shared_calls.a/in") ||
		    rename("../../shared_calls.a", "../../shared_calls.b"))
			die("rename");
		write_back();
		asked = false;
		pthread_create(&thread, NULL, asks_directory, NULL);
		while (!asked)
			sched_yield();
		if (chdir("../../shared_calls.c"))
			die("chdir");
		pthread_join(thread, NULL);
		stat(".", &here);
		right += here.st_ino == there.st_ino;
		if (chdir(home) || rename("shared_calls.b", "shared_calls.a"))
			die("rename");
	}
	rmdir("shared_calls.a/in");
	rmdir("shared_calls.a");
	rmdir("shared_calls.c");
	printf("stayed where it went: %u\n", right);
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	told = mmap(NULL, sizeof(*told), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (told == MAP_FAILED)
		die("mmap");
	position_after_fork();
	ends_of_file();
	records_in_a_pipe();
	closed_meanwhile();
	same_directories();
	moved_meanwhile();
	return 0;
}
