/*
 * swap_away.c - what happens to programs whose pages are on a disk that goes away. Two larger ones
 * are started, the user of this machine takes the disk away when told to, and both must look at all
 * they have. This one is locked in memory: it must be there to tell. tests/swap_away.t says what
 * must come out.
 */
#include "../user/try.h"
#include <sys/mman.h>
#include <sys/swap.h>

static int status_of(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid)
		die("waitpid");
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static pid_t start(char *const *args)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (pid == 0) {
		execv(args[0], args);
		die(args[0]);
	}
	return pid;
}

/* In a process of its own, which is not locked. */
static int write_file(int pages)
{
	static const char page[PAGE];
	pid_t pid = fork();
	int fd;

	if (pid != 0)
		return status_of(pid);
	fd = open("/file", O_WRONLY | O_CREAT | O_TRUNC, 0600);
	for (int i = 0; i < pages; i++)
		if (write(fd, page, PAGE) != (ssize_t)PAGE)
			exit(1);
	exit(0);
}

/* New programs: one that needs memory, one that needs the other disk. */
static void others(char *pages)
{
	char *const args[] = {"/bin/swap", "sequential", pages, NULL};

	printf("another: %d\n", status_of(start(args)));
	printf("a file: %d\n", write_file(atoi(pages)));
}

/* KiB of swap areas in use. */
static long swapped(void)
{
	char line[128];
	long total = 0, rest = 0;
	FILE *file = fopen("/proc/meminfo", "r");

	if (!file)
		die("/proc/meminfo");
	while (fgets(line, sizeof(line), file)) {
		sscanf(line, "SwapTotal: %ld", &total);
		sscanf(line, "SwapFree: %ld", &rest);
	}
	fclose(file);
	return total - rest;
}

static int stop(const char *name, pid_t pid)
{
	int fd = open(name, O_WRONLY | O_CREAT, 0600);

	if (fd < 0)
		die(name);
	close(fd);
	return status_of(pid);
}

int main(void)
{
	char *const small_args[] = {"/bin/hog", "locked", "2", "/stop.small", NULL};
	char *const large_args[] = {"/bin/hog", "wait", "28", "/stop.large", NULL};
	pid_t small, large;

	setvbuf(stdout, NULL, _IONBF, 0);
	if (mlockall(MCL_CURRENT | MCL_FUTURE))
		die("mlockall");
	printf("swapon: %d\n", swapon("/dev/hdb", 0));
	small = start(small_args);
	large = start(large_args);
	sleep(2);
	printf("%s\n", swapped() > 8000 ? "swapped" : "in memory");
	others("1");
	printf("take it away\n");
	sleep(3);
	printf("large: %d\n", stop("/stop.large", large));
	printf("small: %d\n", stop("/stop.small", small));
	others("1000");
	return 0;
}
