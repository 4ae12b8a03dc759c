/*
 * numa.c - a task's memory policy: where its pages come from, and what is refused.
 *
 * Asks for the node of each page that it touched (get_mempolicy with MPOL_F_NODE
 * and MPOL_F_ADDR), so that the output is the same whatever the number of nodes.
 * With an argument it prints that number too.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGES	 96
#define BITS	 1024
#define WORD	 (8 * sizeof(long))
#define ALL_BITS (BITS + 1) /* as libnuma counts them */

enum {
	POLICY_DEFAULT,
	POLICY_PREFERRED,
	POLICY_BIND,
	POLICY_INTERLEAVE,
	POLICY_LOCAL
};
enum {
	F_NODE = 1,
	F_ADDR = 2,
	F_ALLOWED = 4
};

static unsigned long allowed[BITS / WORD], none[BITS / WORD];
static int nodes, first = -1, last;

static long set_policy(int mode, const unsigned long *mask, unsigned long bits)
{
	return syscall(SYS_set_mempolicy, mode, mask, bits);
}

static long get_policy(int *mode, unsigned long *mask, unsigned long bits, void *addr, int flags)
{
	return syscall(SYS_get_mempolicy, mode, mask, bits, addr, flags);
}

static const char *result(long ret)
{
	return ret < 0 ? strerrorname_np(errno) : "0";
}

static void find_nodes(void)
{
	printf("allowed nodes: %s\n", result(get_policy(NULL, allowed, ALL_BITS, NULL, F_ALLOWED)));
	for (int nid = 0; nid < BITS; nid++) {
		if (!(allowed[nid / WORD] >> nid % WORD & 1))
			continue;
		if (first < 0)
			first = nid;
		last = nid;
		nodes++;
	}
}

/* Touches fresh pages and counts those of each node. */
static void count_pages(int count[BITS])
{
	char *area = mmap(NULL, PAGES * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			  -1, 0);

	memset(count, 0, BITS * sizeof(*count));
	if (area == MAP_FAILED)
		exit(1);
	madvise(area, PAGES * 4096, MADV_NOHUGEPAGE);
	for (int i = 0; i < PAGES; i++) {
		int nid = -1;

		area[i * 4096] = 1;
		if (get_policy(&nid, NULL, 0, area + i * 4096, F_NODE | F_ADDR) == 0 && nid >= 0 &&
		    nid < BITS)
			count[nid]++;
	}
	munmap(area, PAGES * 4096);
}

static void show_spread(const char *what)
{
	int count[BITS], even = 1;

	count_pages(count);
	for (int nid = 0; nid < BITS; nid++)
		if ((allowed[nid / WORD] >> nid % WORD & 1) && abs(count[nid] - PAGES / nodes) > 2)
			even = 0;
	printf("%s: %s\n", what, even ? "spread evenly over all nodes" : "not even");
}

static void show_only(const char *what, int nid)
{
	int count[BITS];

	count_pages(count);
	printf("%s: %s\n", what, count[nid] == PAGES ? "all on that node" : "elsewhere too");
}

static void policies(void)
{
	unsigned long one[BITS / WORD] = {0};
	int mode = -1;

	get_policy(&mode, NULL, 0, NULL, 0);
	printf("at first: mode %d\n", mode);
	printf("interleave: %s\n", result(set_policy(POLICY_INTERLEAVE, allowed, ALL_BITS)));
	show_spread("interleaved pages");
	get_policy(&mode, NULL, 0, NULL, 0);
	printf("mode %d\n", mode);
	fflush(stdout);
	if (fork() == 0) {
		show_spread("a child's pages");
		fflush(stdout);
		_exit(0);
	}
	wait(NULL);
	one[last / WORD] |= 1ul << last % WORD;
	printf("bind: %s\n", result(set_policy(POLICY_BIND, one, ALL_BITS)));
	show_only("bound pages", last);
	one[last / WORD] = 0;
	one[first / WORD] |= 1ul << first % WORD;
	printf("preferred: %s\n", result(set_policy(POLICY_PREFERRED, one, ALL_BITS)));
	show_only("preferred pages", first);
	printf("preferred, none: %s\n", result(set_policy(POLICY_PREFERRED, NULL, 0)));
	printf("default: %s\n", result(set_policy(POLICY_DEFAULT, NULL, 0)));
}

static void refused(void)
{
	unsigned long far[BITS / WORD] = {0};
	int mode;

	far[BITS / WORD - 1] = 1ul << (WORD - 1);
	printf("mode 99: %s\n", result(set_policy(99, NULL, 0)));
	printf("bind to nothing: %s\n", result(set_policy(POLICY_BIND, none, ALL_BITS)));
	printf("interleave over nothing: %s\n", result(set_policy(POLICY_INTERLEAVE, NULL, 0)));
	printf("default with nodes: %s\n", result(set_policy(POLICY_DEFAULT, allowed, ALL_BITS)));
	printf("a node far away: %s\n", result(set_policy(POLICY_BIND, far, ALL_BITS)));
	printf("too many bits: %s\n", result(set_policy(POLICY_BIND, allowed, 1u << 20)));
	printf("bad address: %s\n", result(set_policy(POLICY_BIND, (void *)16, ALL_BITS)));
	printf("flags 8: %s\n", result(get_policy(&mode, NULL, 0, NULL, 8)));
	printf("address, no flag: %s\n", result(get_policy(&mode, NULL, 0, &mode, 0)));
	printf("no area: %s\n", result(get_policy(&mode, NULL, 0, (void *)16, F_ADDR)));
	printf("all flags: %s\n", result(get_policy(&mode, NULL, 0, NULL, F_NODE | F_ALLOWED)));
	printf("next node of none: %s\n", result(get_policy(&mode, NULL, 0, NULL, F_NODE)));
	printf("too few bits: %s\n", result(get_policy(NULL, none, 0, NULL, 0)));
	printf("to a bad address: %s\n", result(get_policy((int *)16, NULL, 0, NULL, 0)));
}

int main(int argc, char **argv)
{
	(void)argv;
	find_nodes();
	if (argc > 1)
		printf("nodes: %d\n", nodes);
	policies();
	refused();
	return 0;
}
