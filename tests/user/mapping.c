/* mapping.c - anonymous mmap and munmap: holes, replacement, errors. */
#include "try.h"
#include <sys/mman.h>

static unsigned char *area;

static void touch_hole(void)
{
	area[4 * PAGE] = 1;
}

static void write_readonly(void)
{
	mprotect(area, PAGE, PROT_READ);
	printf("still readable %d\n", area[0]);
	fflush(stdout);
	area[0] = 1;
}

static void read_none(void)
{
	mprotect(area, PAGE, PROT_NONE);
	exit(*(volatile unsigned char *)area);
}

int main(void)
{
	unsigned long sum = 0;

	area = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (area == MAP_FAILED)
		die("mmap");
	for (int i = 0; i < 16; i++)
		sum += area[i * PAGE];
	for (int i = 0; i < 16; i++)
		area[i * PAGE] = (unsigned char)(i + 1);
	show("hole", munmap(area + 4 * PAGE, 4 * PAGE));
	in_child("touch hole", touch_hole);
	for (int i = 0; i < 16; i++)
		if (i < 4 || i >= 8)
			sum = sum * 31 + area[i * PAGE];
	printf("sum %lu\n", sum);
	show("hole again", munmap(area + 4 * PAGE, 4 * PAGE));
	show("fixed over", mmap(area + 2 * PAGE, 4 * PAGE, PROT_READ | PROT_WRITE,
				MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == area + 2 * PAGE
				   ? 0
				   : -1);
	printf("replaced %d kept %d\n", area[2 * PAGE], area[PAGE]);
	show("noreplace",
	     mmap(area, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1,
		  0) == MAP_FAILED
		     ? -1
		     : 0);
	show("unaligned munmap", munmap(area + 1, PAGE));
	show("empty munmap", munmap(area, 0));
	show("empty mmap",
	     mmap(NULL, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? -1 : 0);
	show("neither shared nor private",
	     mmap(NULL, PAGE, PROT_READ, MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? -1 : 0);
	show("bad descriptor",
	     mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, 77, 0) == MAP_FAILED ? -1 : 0);
	show("4 GiB",
	     mmap(NULL, 0xfffff000u, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED
		     ? -1
		     : 0);
	show("fixed in the kernel",
	     mmap((void *)0xfffff000u, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
		  0) == MAP_FAILED
		     ? -1
		     : 0);
	show("mprotect of a hole", mprotect(area + 6 * PAGE, 4 * PAGE, PROT_READ));
	show("mprotect unaligned", mprotect(area + 1, PAGE, PROT_READ));
	in_child("write read-only", write_readonly);
	in_child("read none", read_none);
	return 0;
}
