/*
 * storm.c - the worst cases for a recorder: a TLB fill at almost every access.
 *
 *   storm stride MILLIONS   reads one byte of each page of 64 MiB in turn, round and round
 *   storm random MILLIONS   reads bytes at random places of 100 MiB
 *
 * Both areas are written to first, so that every page has a frame of its own;
 * MILLIONS is how many million reads follow. The sum of the bytes is printed,
 * so that no read can be left out.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGE	    4096u
#define STRIDE_SIZE (64u << 20)
#define RANDOM_SIZE (100u << 20)

static unsigned int stride(const volatile unsigned char *area, unsigned int reads)
{
	unsigned int sum = 0, at = 0;

	for (; reads; reads--) {
		sum += area[at];
		at = (at + PAGE) & (STRIDE_SIZE - 1);
	}
	return sum;
}

/* xorshift32, scaled to the area by a multiplication. */
static unsigned int anywhere(const volatile unsigned char *area, unsigned int reads)
{
	unsigned int sum = 0, x = 2463534242u;

	for (; reads; reads--) {
		x ^= x << 13;
		x ^= x >> 17;
		x ^= x << 5;
		sum += area[(unsigned long long)x * RANDOM_SIZE >> 32];
	}
	return sum;
}

int main(int argc, char **argv)
{
	unsigned int reads, size, at, sum;
	unsigned char *area;

	if (argc != 3 || (strcmp(argv[1], "stride") && strcmp(argv[1], "random"))) {
		fprintf(stderr, "usage: storm stride|random MILLIONS\n");
		return 2;
	}
	reads = (unsigned int)strtoul(argv[2], NULL, 10) * 1000000u;
	size = *argv[1] == 's' ? STRIDE_SIZE : RANDOM_SIZE;
	area = malloc(size);
	if (!area) {
		perror("storm");
		return 1;
	}
	for (at = 0; at < size; at += PAGE)
		area[at] = (unsigned char)(at / PAGE);
	sum = *argv[1] == 's' ? stride(area, reads) : anywhere(area, reads);
	printf("%u reads, sum %u\n", reads, sum);
	return 0;
}
