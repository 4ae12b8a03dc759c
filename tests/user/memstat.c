/*
 * memstat.c - the memory figures of a process say what the process did.
 *
 * Only differences are printed, and only what is certain: counters of the whole
 * system may also count others. tests/kernel/test_vmstat.c is exact.
 */
#include "try.h"
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>

#define AREA  (1024l * (long)PAGE)
#define KIB   (AREA / 1024)
#define SLACK (KIB / 4) /* Linux adds up what each CPU has counted only now and then */

/* The number behind a word at the start of a line of a file; -1: there is none. */
/* Counts of a busy machine are larger than a long of 32 bits. */
static long long value(const char *path, const char *word)
{
	static char text[65536];
	int fd = open(path, O_RDONLY);
	ssize_t len = 0, n;
	char *at;

	if (fd < 0)
		die(path);
	while ((n = read(fd, text + len, sizeof(text) - 1 - (size_t)len)) > 0)
		len += n;
	text[len] = '\0';
	close(fd);
	for (at = text; at; at = strchr(at, '\n') ? strchr(at, '\n') + 1 : NULL)
		if (!strncmp(at, word, strlen(word)))
			return strtoll(at + strlen(word), NULL, 10);
	return -1;
}

static long long status(const char *word)
{
	return value("/proc/self/status", word);
}

static long statm(int field)
{
	long n[3];
	FILE *file = fopen("/proc/self/statm", "r");

	if (!file || fscanf(file, "%ld %ld %ld", &n[0], &n[1], &n[2]) != 3)
		die("statm");
	fclose(file);
	return n[field];
}

static int near(long a, long b)
{
	return a - b <= SLACK && b - a <= SLACK;
}

static unsigned char *map(int flags, int fd)
{
	unsigned char *at = mmap(NULL, AREA, PROT_READ | PROT_WRITE, flags, fd, 0);

	if (at == MAP_FAILED)
		die("mmap");
	return at;
}

static void touch(unsigned char *at)
{
	for (long i = 0; i < AREA; i += PAGE)
		at[i] = 1;
}

static void peak(void)
{
	long size = status("VmSize:"), before = status("VmPeak:");
	unsigned char *at = map(MAP_PRIVATE | MAP_ANONYMOUS, -1), *big;

	printf("VmSize grows %d\n", status("VmSize:") - size == KIB);
	big = mmap(NULL, 64 * AREA, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	munmap(big, 64 * AREA);
	printf("VmPeak stays %d\n", status("VmPeak:") - status("VmSize:") >= 64 * KIB);
	printf("VmPeak only grows %d\n", status("VmPeak:") >= before);
	munmap(at, AREA);
	printf("VmSize shrinks %d\n", status("VmSize:") == size);
}

static void resident(void)
{
	long anon = status("RssAnon:"), shmem = status("RssShmem:"), shared = statm(2), rss;
	unsigned char *priv = map(MAP_PRIVATE | MAP_ANONYMOUS, -1), *share;

	touch(priv);
	printf("RssAnon %d\n", near(status("RssAnon:") - anon, KIB));
	printf("RssShmem not %d\n", near(status("RssShmem:"), shmem));
	share = map(MAP_SHARED | MAP_ANONYMOUS, -1);
	touch(share);
	printf("RssShmem %d\n", near(status("RssShmem:") - shmem, KIB));
	printf("statm shared %d\n", near((statm(2) - shared) * (long)(PAGE / 1024), KIB));
	rss = status("VmRSS:");
	munmap(priv, AREA);
	munmap(share, AREA);
	printf("VmHWM stays %d\n", status("VmHWM:") >= rss - SLACK && status("VmRSS:") < rss - KIB);
	printf("RssShmem gone %d\n", near(status("RssShmem:"), shmem));
}

static void file_pages(void)
{
	int fd = open("memstat.tmp", O_RDWR | O_CREAT | O_TRUNC, 0600);
	long before = status("RssFile:"), shmem = status("RssShmem:");
	unsigned char *at;

	if (fd < 0 || ftruncate(fd, AREA))
		die("memstat.tmp");
	at = map(MAP_SHARED, fd);
	touch(at);
	/* Files of a tmpfs are shared memory on Linux. */
	printf("RssFile or RssShmem %d\n",
	       near(status("RssFile:") + status("RssShmem:") - before - shmem, KIB));
	munmap(at, AREA);
	close(fd);
	unlink("memstat.tmp");
}

/* Killed for want of memory, where an allocation can be made to fail; elsewhere at once. */
static void out_of_memory(void)
{
	unsigned char *at = map(MAP_PRIVATE | MAP_ANONYMOUS, -1);
	int nth = open("/proc/self/fail-nth", O_RDWR);

	if (nth >= 0 && pwrite(nth, "1", 1, 0) == 1)
		*at = 1;
	raise(SIGKILL);
}

static void oom_kill(void)
{
	long long before = value("/proc/vmstat", "oom_kill ");

	in_child("out of memory", out_of_memory);
	if (access("/proc/self/fail-nth", W_OK) == 0)
		printf("oom_kill counts %d\n", value("/proc/vmstat", "oom_kill ") - before >= 1);
	else
		printf("oom_kill counts 1\n");
}

static void totals(void)
{
	long long faults = value("/proc/vmstat", "pgfault ");
	unsigned char *at = map(MAP_PRIVATE | MAP_ANONYMOUS, -1);

	madvise(at, AREA, MADV_NOHUGEPAGE);
	touch(at);
	printf("pgfault %d\n", value("/proc/vmstat", "pgfault ") - faults >= AREA / (long)PAGE);
	printf("meminfo %d\n", value("/proc/meminfo", "MemFree:") > 0 &&
				       value("/proc/meminfo", "AnonPages:") >= KIB &&
				       value("/proc/meminfo", "PageTables:") > 0 &&
				       value("/proc/meminfo", "KernelStack:") > 0);
	munmap(at, AREA);
}

int main(void)
{
	peak();
	resident();
	file_pages();
	oom_kill();
	totals();
	return 0;
}
