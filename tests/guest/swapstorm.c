/*
 * swapstorm.c - processes larger than memory, on a disk whose transfers fail by chance. Each checks
 * what it has written: it may be killed by SIGBUS for a page that cannot be had, but never see
 * another value. On such a disk more are started until one has been killed and one has not; who
 * counts them is locked into memory. With an argument the disk is good, and /dev/hda2 goes out of
 * use and comes back all the time; what is in it moves to memory and on to a file. tests/swapon.t
 * says what must come out.
 */
#include "../user/try.h"
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/swap.h>
#include <time.h>

#define CHILDREN 8u
#define AT_MOST	 40u
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

/* How those ended that are through. */
struct ends {
	unsigned int right, sigbus, wrong, other;
};

static void count(struct ends *ends, int status)
{
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS)
		ends->sigbus++;
	else if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		ends->right++;
	else if (WIFEXITED(status) && WEXITSTATUS(status) == WRONG)
		ends->wrong++;
	else
		ends->other++;
}

static void run_child(struct ends *ends, unsigned int seed)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		fill_and_check(seed);
		_exit(0);
	}
	if (pid > 0)
		waitpid(pid, &status, 0);
	count(ends, status);
}

int main(int argc, char **argv)
{
	bool good_disk = argc > 1 && !strcmp(argv[1], "toggle");
	pid_t toggler = good_disk ? start_toggle() : 0;
	struct ends ends = {0};
	unsigned int nr = 0;

	if (mlockall(MCL_CURRENT))
		die("mlockall");
	while (nr < CHILDREN || (!good_disk && nr < AT_MOST && (!ends.right || !ends.sigbus)))
		run_child(&ends, nr++);
	if (good_disk)
		end_toggle(toggler);
	fprintf(stderr, "right %u, SIGBUS %u, wrong %u, other %u\n", ends.right, ends.sigbus,
		ends.wrong, ends.other);
	printf("all: %s\n", ends.right + ends.sigbus == nr ? "right, or SIGBUS" : "no");
	printf("right: %s\n", ends.right ? "some" : "none");
	printf("SIGBUS: %s\n", ends.sigbus ? "some" : "none");
	return 0;
}
