/*
 * swapstorm.c - processes larger than memory, on a disk whose transfers fail by chance. Each checks
 * what it has written: it may be killed by SIGBUS for a page that cannot be had, but never see
 * another value. With an argument the disk is good, and /dev/hda2 goes out of use and comes back
 * all the time; what is in it moves to memory and on to a file. tests/swap.t says what must come
 * out.
 */
#include "../user/try.h"
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/swap.h>
#include <time.h>

#define CHILDREN 8u
#define TOGETHER 1u
#define PAGES	 6144u /* 24 MiB, as much as there is */
#define ROUNDS	 2u
#define WRONG	 3

static unsigned int value(unsigned int page, unsigned int seed)
{
	return page * 2654435761u ^ seed * 40503u;
}

static void fill_and_check(unsigned int seed)
{
	unsigned int *words = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (words == MAP_FAILED)
		exit(4);
	for (unsigned int round = 0; round < ROUNDS; round++) {
		for (unsigned int i = 0; i < PAGES; i++)
			words[i * (PAGE / 4)] = value(i, seed + round);
		for (unsigned int i = 0; i < PAGES; i++)
			if (words[i * (PAGE / 4)] != value(i, seed + round))
				exit(WRONG);
	}
}

/* A file that has room for a child. */
static void make_area(const char *name)
{
	static char page[PAGE];
	unsigned int header[2] = {1, PAGES - 1};
	int fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);

	memcpy(page + 1024, header, sizeof(header));
	memcpy(page + PAGE - 10, "SWAPSPACE2", 10);
	for (unsigned int i = 0; i < PAGES; i++) {
		if (write(fd, page, PAGE) != PAGE)
			die(name);
		memset(page, 0, PAGE);
	}
	close(fd);
	if (swapon(name, 0))
		die("swapon");
}

/* Until somebody ends it. Others have pages in the area meanwhile, and fork. */
static void toggle(void)
{
	const struct timespec pause = {0, 20000000};

	for (;;) {
		if (swapoff("/dev/hda2") && errno != ENOMEM)
			die("swapoff");
		nanosleep(&pause, NULL);
		if (swapon("/dev/hda2", SWAP_FLAG_PREFER | 9) && errno != EBUSY)
			die("swapon");
		nanosleep(&pause, NULL);
	}
}

static pid_t start_toggle(void)
{
	pid_t pid;

	make_area("area");
	pid = fork();
	if (pid == 0)
		toggle();
	return pid;
}

static void end_toggle(pid_t pid)
{
	int status = 0;

	kill(pid, SIGTERM);
	waitpid(pid, &status, 0);
	printf("toggle: %s\n", WIFSIGNALED(status) ? "to the end" : "failed");
	swapoff("/dev/hda2");
	show("file off", swapoff("area"));
	unlink("area");
}

int main(int argc, char **argv)
{
	pid_t toggler = argc > 1 && !strcmp(argv[1], "toggle") ? start_toggle() : 0;
	unsigned int right = 0, wrong = 0, sigbus = 0, other = 0, running = 0;
	int status;

	for (unsigned int i = 0; i < CHILDREN || running; i++) {
		if (i < CHILDREN) {
			pid_t pid = fork();

			if (pid == 0) {
				fill_and_check(i);
				_exit(0);
			}
			running += pid > 0;
			other += pid < 0;
		}
		if (running < TOGETHER && i + 1 < CHILDREN)
			continue;
		if (running && waitpid(0, &status, 0) > 0) {
			running--;
			if (WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS)
				sigbus++;
			else if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
				right++;
			else if (WIFEXITED(status) && WEXITSTATUS(status) == WRONG)
				wrong++;
			else
				other++;
		}
	}
	if (toggler)
		end_toggle(toggler);
	fprintf(stderr, "right %u, SIGBUS %u, wrong %u, other %u\n", right, sigbus, wrong, other);
	printf("all: %s\n", right + sigbus == CHILDREN ? "right, or SIGBUS" : "no");
	printf("right: %s\n", right ? "some" : "none");
	printf("SIGBUS: %s\n", sigbus ? "some" : "none");
	return 0;
}
