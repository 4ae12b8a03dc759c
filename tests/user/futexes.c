/*
 * futexes.c - whom a wake reaches: by word, by bit set, in order, so many; moved waiters; words in
 * memory that processes share; and what ends a wait otherwise.
 */
#include "try.h"
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>

/* Words that all share; what each waiter returned. */
struct shared {
	int word[4];
	int done[8];
};
static struct shared *shared;

static long futex(int *word, int op, int value, const void *timeout, int *second, unsigned int bits)
{
	return syscall(SYS_futex, word, op, value, timeout, second, bits);
}

/* Until a process sleeps: nothing else than its futex lets it. */
static void until_asleep(pid_t pid)
{
	char name[64], text[256];

	snprintf(name, sizeof(name), "/proc/%d/stat", (int)pid);
	for (int i = 0; i < 1000; i++) {
		int fd = open(name, O_RDONLY);
		ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

		close(fd);
		if (n <= 0)
			die(name);
		text[n] = 0;
		if (strstr(text, ") S "))
			return;
		usleep(2000);
	}
	printf("a waiter never slept\n");
}

/* A child that waits on word w and leaves 1 + errno, or 1, in done[slot]. */
static pid_t waiter(int slot, int w, int op, unsigned int bits)
{
	pid_t pid;

	fflush(stdout);
	shared->done[slot] = 0;
	pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0) {
		long result = futex(&shared->word[w], op, 0, NULL, NULL, bits);

		shared->done[slot] = result < 0 ? 1 + errno : 1;
		_exit(0);
	}
	until_asleep(pid);
	return pid;
}

static void gone(pid_t pid)
{
	waitpid(pid, NULL, 0);
}

static void bit_sets(void)
{
	pid_t one = waiter(0, 0, FUTEX_WAIT_BITSET, 1), two = waiter(1, 0, FUTEX_WAIT_BITSET, 2);
	pid_t any = waiter(2, 0, FUTEX_WAIT, 4 /* means nothing here */);

	printf("bit 8: %ld\n", futex(&shared->word[0], FUTEX_WAKE_BITSET, INT_MAX, NULL, NULL, 8));
	gone(any); /* a plain waiter waits for any bit */
	printf("bit 2: %ld\n", futex(&shared->word[0], FUTEX_WAKE_BITSET, INT_MAX, NULL, NULL, 2));
	gone(two);
	printf("the first is asleep %d\n", shared->done[0] == 0);
	/* A plain wake reaches every bit set, whatever its last argument. */
	printf("plain wake: %ld\n", futex(&shared->word[0], FUTEX_WAKE, INT_MAX, NULL, NULL, 2));
	gone(one);
	one = waiter(0, 0, FUTEX_WAIT_BITSET, 0x80000000u);
	printf("plain wake, no bits: %ld\n", futex(&shared->word[0], FUTEX_WAKE, 1, NULL, NULL, 0));
	gone(one);
	show("wake no bits", futex(&shared->word[0], FUTEX_WAKE_BITSET, 1, NULL, NULL, 0));
	show("wait for no bits", futex(&shared->word[0], FUTEX_WAIT_BITSET, 0, NULL, NULL, 0));
}

/* So many as asked for, the one that has waited longest first, of this word only. */
static void order(void)
{
	pid_t pid[4];

	for (int i = 0; i < 3; i++)
		pid[i] = waiter(i, 0, FUTEX_WAIT, 0);
	pid[3] = waiter(3, 1, FUTEX_WAIT, 0);
	printf("wake one: %ld\n", futex(&shared->word[0], FUTEX_WAKE, 1, NULL, NULL, 0));
	gone(pid[0]);
	printf("asleep %d %d %d\n", !shared->done[1], !shared->done[2], !shared->done[3]);
	printf("wake the rest: %ld\n", futex(&shared->word[0], FUTEX_WAKE, 10, NULL, NULL, 0));
	gone(pid[1]);
	gone(pid[2]);
	printf("the other word: asleep %d", !shared->done[3]);
	printf(", woken %ld\n", futex(&shared->word[1], FUTEX_WAKE, 10, NULL, NULL, 0));
	gone(pid[3]);
	printf("nobody: %ld\n", futex(&shared->word[0], FUTEX_WAKE, 10, NULL, NULL, 0));
}

static void requeue(void)
{
	pid_t pid[3];

	for (int i = 0; i < 3; i++)
		pid[i] = waiter(i, 0, FUTEX_WAIT, 0);
	show("requeue of a changed word",
	     futex(&shared->word[0], FUTEX_CMP_REQUEUE, 1, (void *)1, &shared->word[1], 5));
	printf("wake one, move one: %ld\n",
	       futex(&shared->word[0], FUTEX_CMP_REQUEUE, 1, (void *)1, &shared->word[1], 0));
	gone(pid[0]);
	printf("on the second word: %ld\n", futex(&shared->word[1], FUTEX_WAKE, 10, NULL, NULL, 0));
	gone(pid[1]);
	printf("without a value: %ld\n",
	       futex(&shared->word[0], FUTEX_REQUEUE, 0, (void *)1, &shared->word[1], 0));
	printf("and back: %ld\n",
	       futex(&shared->word[1], FUTEX_REQUEUE, 0, (void *)1, &shared->word[0], 0));
	show("wake fewer than none",
	     futex(&shared->word[0], FUTEX_REQUEUE, -1, (void *)1, &shared->word[1], 0));
	show("move fewer than none",
	     futex(&shared->word[0], FUTEX_REQUEUE, 0, (void *)-1, &shared->word[1], 0));
	printf("on the first: %ld\n", futex(&shared->word[0], FUTEX_WAKE, 10, NULL, NULL, 0));
	gone(pid[2]);
}

/* To its own word: nobody moves, all are counted. */
static void requeue_to_itself(void)
{
	pid_t pid[4];

	for (int i = 0; i < 4; i++)
		pid[i] = waiter(i, 0, FUTEX_WAIT, 0);
	printf("wake one, two to itself: %ld\n",
	       futex(&shared->word[0], FUTEX_CMP_REQUEUE, 1, (void *)2, &shared->word[0], 0));
	gone(pid[0]);
	printf("all to itself: %ld\n",
	       futex(&shared->word[0], FUTEX_REQUEUE, 0, (void *)INT_MAX, &shared->word[0], 0));
	printf("none to itself: %ld\n",
	       futex(&shared->word[0], FUTEX_REQUEUE, 0, NULL, &shared->word[0], 0));
	printf("in order: %ld", futex(&shared->word[0], FUTEX_WAKE, 1, NULL, NULL, 0));
	gone(pid[1]);
	printf(", asleep %d %d", !shared->done[2], !shared->done[3]);
	printf(", the rest: %ld\n", futex(&shared->word[0], FUTEX_WAKE, 10, NULL, NULL, 0));
	gone(pid[2]);
	gone(pid[3]);
}

/* Words of one file are different ones, however far from each other they lie. */
static void far_apart(void)
{
	const off64_t distance = 1ll << 32;
	int fd = open64("far", O_RDWR | O_CREAT | O_TRUNC, 0600), *near, *far;
	pid_t pid;

	if (fd < 0 || ftruncate64(fd, distance + PAGE))
		die("far");
	near = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	far = mmap64(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, distance);
	close(fd);
	unlink("far");
	if (near == MAP_FAILED || far == MAP_FAILED)
		die("mmap of far");
	pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0)
		_exit(futex(near, FUTEX_WAIT, 0, NULL, NULL, 0) != 0);
	until_asleep(pid);
	printf("4 GiB further on: %ld\n", futex(far, FUTEX_WAKE, 10, NULL, NULL, 0));
	printf("here: %ld\n", futex(near, FUTEX_WAKE, 10, NULL, NULL, 0));
	kill(pid, SIGKILL);
	gone(pid);
	munmap(near, PAGE);
	munmap(far, PAGE);
}

/* A private word is this address space's own: processes do not meet there. */
static void private_words(void)
{
	pid_t pid = waiter(0, 0, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, 0);

	printf("shared wake of a private wait: %ld\n",
	       futex(&shared->word[0], FUTEX_WAKE, 1, NULL, NULL, 0));
	printf("private wake from outside: %ld\n",
	       futex(&shared->word[0], FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, NULL, NULL, 0));
	kill(pid, SIGKILL);
	gone(pid);
	printf("the killed one is not there: %ld\n",
	       futex(&shared->word[0], FUTEX_WAKE, 1, NULL, NULL, 0));
}

static void nothing(int sig)
{
	(void)sig;
}

static void ends(void)
{
	struct sigaction action = {.sa_handler = nothing};
	struct timespec short_time = {0, 20000000}, bad = {0, 1000000000}, then;
	pid_t pid;

	shared->word[2] = 5;
	show("another value", futex(&shared->word[2], FUTEX_WAIT, 6, NULL, NULL, 0));
	show("time out", futex(&shared->word[2], FUTEX_WAIT, 5, &short_time, NULL, 0));
	show("a duration of a clock",
	     futex(&shared->word[2], FUTEX_WAIT | FUTEX_CLOCK_REALTIME, 5, &short_time, NULL, 0));
	show("bad time", futex(&shared->word[2], FUTEX_WAIT, 5, &bad, NULL, 0));
	clock_gettime(CLOCK_MONOTONIC, &then);
	show("a time gone by", futex(&shared->word[2], FUTEX_WAIT_BITSET, 5, &then, NULL, 1));
	clock_gettime(CLOCK_REALTIME, &then);
	show("a date gone by",
	     futex(&shared->word[2], FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, 5, &then, NULL, 1));
	show("between words", syscall(SYS_futex, (char *)shared + 2, FUTEX_WAIT, 0, NULL, NULL, 0));
	show("nowhere", syscall(SYS_futex, 16, FUTEX_WAIT, 0, NULL, NULL, 0));
	show("the kernel's", syscall(SYS_futex, 0xfffff000, FUTEX_WAIT, 0, NULL, NULL, 0));
	show("unknown", futex(&shared->word[2], 77, 0, NULL, NULL, 0));
	sigaction(SIGUSR1, &action, NULL);
	pid = waiter(0, 0, FUTEX_WAIT, 0);
	kill(pid, SIGUSR1);
	gone(pid);
	printf("a handler ends the wait: %s\n", strerrorname_np(shared->done[0] - 1));
	action.sa_flags = SA_RESTART;
	sigaction(SIGUSR1, &action, NULL);
	pid = waiter(0, 0, FUTEX_WAIT, 0);
	kill(pid, SIGUSR1);
	usleep(20000);
	until_asleep(pid);
	printf("or not: %ld\n", futex(&shared->word[0], FUTEX_WAKE, 1, NULL, NULL, 0));
	gone(pid);
	printf("woken %d\n", shared->done[0] == 1);
}

int main(void)
{
	shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		die("mmap");
	bit_sets();
	order();
	requeue();
	requeue_to_itself();
	far_apart();
	private_words();
	ends();
	return 0;
}
