/* stack.c - the stack grows on demand, down to its limit and not past it. */
#include "try.h"
#include <sys/resource.h>

static unsigned __attribute__((noinline)) descend(unsigned kib)
{
	volatile char frame[1008];

	frame[0] = (char)kib;
	return kib ? descend(kib - 1) + (unsigned)(frame[0] != 0) : 0;
}

static void six_mib(void)
{
	printf("six MiB: %u\n", descend(5500));
}

static void too_deep(void)
{
	printf("no limit? %u\n", descend(20000));
}

/* Writes so many bytes below the stack pointer. */
static void write_below(unsigned long distance)
{
	unsigned long sp;

	__asm__ volatile("movl %%esp, %0" : "=r"(sp));
	*(volatile char *)(sp - distance) = 1;
}

static void far_jump(void)
{
	write_below(7ul << 20);
	printf("within the limit\n");
}

static void beyond(void)
{
	write_below(9ul << 20);
}

int main(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_STACK, &limit))
		die("getrlimit");
	printf("limit %u KiB\n", (unsigned)(limit.rlim_cur / 1024));
	in_child("six MiB", six_mib);
	in_child("too deep", too_deep);
	in_child("far jump", far_jump);
	in_child("beyond", beyond);
	return 0;
}
