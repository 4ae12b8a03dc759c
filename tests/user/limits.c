/*
 * limits.c - RLIMIT_AS, RLIMIT_DATA, RLIMIT_STACK and RLIMIT_NOFILE: what goes beyond is refused,
 * what stays within is not, whichever call asks; the stack may grow to its limit, also above 8 MiB.
 */
#include "try.h"
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#define MIB	(1024ul * 1024)
#define PRIVATE (MAP_PRIVATE | MAP_ANONYMOUS)
#define SHARED	(MAP_SHARED | MAP_ANONYMOUS)
#define RW	(PROT_READ | PROT_WRITE)

static void limit(int resource, unsigned long mib)
{
	struct rlimit r;

	getrlimit(resource, &r);
	r.rlim_cur = mib * MIB;
	if (setrlimit(resource, &r))
		die("setrlimit");
}

static char *map(unsigned long mib, int prot, int flags, char *at)
{
	return mmap(at, mib * MIB, prot, flags, -1, 0);
}

static const char *said(const void *result)
{
	return result != MAP_FAILED ? "yes" : errno == ENOMEM ? "ENOMEM" : "another error";
}

static void address_space(void)
{
	char *first, *heap = sbrk(0);

	limit(RLIMIT_AS, 100);
	first = map(60, RW, PRIVATE, NULL);
	printf("60 MiB of 100: %s\n", said(first));
	printf("60 more: %s\n", said(map(60, PROT_NONE, PRIVATE, NULL)));
	printf("shared: %s\n", said(map(60, RW, SHARED, NULL)));
	printf("in their place: %s\n", said(map(60, RW, PRIVATE | MAP_FIXED, first)));
	printf("and 60 above them: %s\n", said(map(90, RW, PRIVATE | MAP_FIXED, first + 40 * MIB)));
	printf("heap: %s\n", said(sbrk(60 * MIB)));
	printf("heap stays: %d\n", sbrk(0) == heap);
	printf("unmapped: %d\n", munmap(first, 60 * MIB));
	first = map(60, PROT_READ, PRIVATE, NULL);
	printf("60 again: %s\n", said(first));
	/* Nothing is added: the limit has no say. */
	printf("to be written to: %s\n", mprotect(first, 60 * MIB, RW) ? strerror(errno) : "yes");
}

static void data(void)
{
	char *ro, *rw;

	limit(RLIMIT_DATA, 100);
	rw = map(60, RW, PRIVATE, NULL);
	printf("60 MiB of 100: %s\n", said(rw));
	printf("60 more: %s\n", said(map(60, RW, PRIVATE, NULL)));
	printf("shared: %s\n", said(map(60, RW, SHARED, NULL)));
	ro = map(60, PROT_READ, PRIVATE, NULL);
	printf("read-only: %s\n", said(ro));
	printf("to be written to: %s\n", mprotect(ro, 60 * MIB, RW) ? strerror(errno) : "yes");
	printf("a part of it: %s\n", mprotect(ro + MIB, 20 * MIB, RW) ? strerror(errno) : "yes");
	printf("the rest: %s\n", mprotect(ro, 60 * MIB, RW) ? strerror(errno) : "yes");
	printf("the first made read-only: %d\n", mprotect(rw, 60 * MIB, PROT_READ));
	printf("the rest: %s\n", mprotect(ro, 60 * MIB, RW) ? strerror(errno) : "yes");
	printf("heap: %s\n", said(sbrk(60 * MIB)));
}

/* Touches the stack so far down. */
static void reach(unsigned long mib)
{
	volatile char *here = __builtin_frame_address(0);

	for (unsigned long i = 0; i < mib * 16; i++)
		here[-(long)(i * MIB / 16)] = 1;
	printf("stack of %lu MiB\n", mib);
}

static void stack_short(void)
{
	reach(3);
	limit(RLIMIT_STACK, 4);
	reach(2);
	reach(5);
}

static void stack_default(void)
{
	reach(9);
}

static void stack_raised(void)
{
	limit(RLIMIT_STACK, 64);
	reach(60);
	reach(65);
}

/* A limit of more than the room that is there always, for a program that starts with it. */
static void stack_large(void)
{
	limit(RLIMIT_STACK, 300);
	execl("/proc/self/exe", "limits", "290", NULL);
}

/* What a child sets for itself is not its parent's, though they share memory. */
static void vforked(void)
{
	pid_t pid = vfork();

	if (pid == 0) {
		limit(RLIMIT_AS, 50);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	printf("after the child's limit: %s\n", said(map(150, RW, PRIVATE, NULL)));
}

/* poll() takes as many entries as there may be descriptors. */
static void descriptors(void)
{
	static struct pollfd fds[101];
	struct rlimit r;

	getrlimit(RLIMIT_NOFILE, &r);
	r.rlim_cur = 100;
	if (setrlimit(RLIMIT_NOFILE, &r))
		die("setrlimit");
	for (int i = 0; i < 101; i++)
		fds[i].fd = -1;
	show("poll of 100", poll(fds, 100, 0));
	show("poll of 101", poll(fds, 101, 0));
	show("ppoll of 101", ppoll(fds, 101, &(struct timespec){0, 0}, NULL));
	show("poll of too many to count", syscall(SYS_poll, fds, ~0ul, 0));
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IONBF, 0);
	if (argc > 1) {
		reach(strtoul(argv[1], NULL, 10));
		return 0;
	}
	in_child("address space", address_space);
	in_child("data", data);
	in_child("limits of a vfork()'s child", vforked);
	in_child("descriptors", descriptors);
	limit(RLIMIT_STACK, 8);
	in_child("stack, limit lowered", stack_short);
	in_child("stack of 8 MiB", stack_default);
	in_child("stack, limit raised", stack_raised);
	in_child("stack, limit of 300 MiB", stack_large);
	return 0;
}
