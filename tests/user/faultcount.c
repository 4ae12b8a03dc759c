/* faultcount.c - the kernel counts the faults that Linux counts, one by one. */
#include "try.h"
#include <sys/mman.h>
#include <sys/resource.h>

#define N 100

static long minor(void)
{
	struct rusage use;

	getrusage(RUSAGE_SELF, &use);
	return use.ru_minflt;
}

static unsigned char *fresh(void)
{
	unsigned char *p =
		mmap(NULL, N * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		die("mmap");
	madvise(p, N * PAGE, MADV_NOHUGEPAGE);
	return p;
}

static long writes(unsigned char *p)
{
	long before = minor();

	for (int i = 0; i < N; i++)
		p[i * PAGE] = 1;
	return minor() - before;
}

static long reads(volatile unsigned char *p)
{
	long before = minor();

	for (int i = 0; i < N; i++)
		(void)p[i * PAGE];
	return minor() - before;
}

int main(void)
{
	unsigned char *p = fresh(), *q = fresh();
	int status;
	pid_t pid;

	minor(); /* touches what getrusage() itself needs */
	printf("first writes %ld\n", writes(p));
	printf("second writes %ld\n", writes(p));
	printf("first reads %ld\n", reads(q));
	printf("second reads %ld\n", reads(q));
	printf("writes after reads %ld\n", writes(q));
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		long n;

		minor();
		n = writes(p); /* copied */
		_exit(n > 250 ? 255 : (int)n);
	}
	waitpid(pid, &status, 0);
	printf("copies in the child %d\n", WEXITSTATUS(status));
	printf("reused in the parent %ld\n", writes(p));
	munmap(p, N * PAGE);
	p = fresh();
	printf("fresh again %ld\n", writes(p));
	madvise(p, N * PAGE, MADV_DONTNEED);
	printf("after DONTNEED %ld, zero %d\n", writes(p), p[1]);
	return 0;
}
