/* heap.c - brk: growth is zeroed, shrinking forgets, limits hold; BSS and data are right. */
#include "try.h"

static unsigned char bss[300000];
static int data[3] = {1, 2, 3};

static int all_zero(const unsigned char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i])
			return 0;
	return 1;
}

static void touch_past_break(void)
{
	unsigned char *end = sbrk(0);

	end = (unsigned char *)(((unsigned long)end + PAGE - 1) & ~(PAGE - 1ul));
	*(volatile unsigned char *)end = 1;
}

int main(void)
{
	unsigned char *p;

	printf("bss %d data %d%d%d\n", all_zero(bss, sizeof(bss)), data[0], data[1], data[2]);
	p = sbrk(10 * PAGE);
	if (p == (void *)-1)
		die("sbrk");
	printf("fresh heap zero %d\n", all_zero(p, 10 * PAGE));
	memset(p, 0xaa, 10 * PAGE);
	sbrk(-10 * (int)PAGE);
	in_child("touch past break", touch_past_break);
	if (sbrk(10 * PAGE) != p)
		printf("break moved\n");
	printf("regrown heap zero %d\n", all_zero(p + PAGE, 9 * PAGE));
	printf("grown back at the same place %d\n", (unsigned char *)sbrk(0) == p + 10 * PAGE);
	printf("brk over the top: %d\n", brk((void *)0xfffff000ul));
	printf("sbrk(3 GiB) fails %d\n",
	       sbrk(0x7fffffff) == (void *)-1 || sbrk(0x7fffffff) == (void *)-1);
	return 0;
}
