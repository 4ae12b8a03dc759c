/*
 * locked.c - mlock(), mlock2(), munlock(), mlockall(), munlockall() and MAP_LOCKED: what they
 * refuse, what they bring in, what counts as locked (VmLck), what fork and munmap do to it, and
 * RLIMIT_MEMLOCK.
 */
#include "try.h"
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#define PAGES	64u
#define SIZE	(PAGES * PAGE)
#define PRIVATE (MAP_PRIVATE | MAP_ANONYMOUS)
#define RW	(PROT_READ | PROT_WRITE)

/* Linux exempts those who may: be none of them. */
static void drop_capabilities(void)
{
	struct {
		unsigned int version;
		int pid;
	} header = {0x20080522, 0};
	unsigned int data[6];

	if (syscall(SYS_capget, &header, data))
		return;
	data[0] &= ~(1u << 14); /* CAP_IPC_LOCK, effective */
	syscall(SYS_capset, &header, data);
}

static long vmlck(void)
{
	char line[128];
	FILE *file = fopen("/proc/self/status", "r");
	long kib = -1;

	while (file && fgets(line, sizeof(line), file))
		sscanf(line, "VmLck: %ld", &kib);
	if (file)
		fclose(file);
	return kib;
}

static void locked(const char *what)
{
	printf("%s: %ld KiB locked\n", what, vmlck());
}

static char *map(int prot, int flags)
{
	char *at = mmap(NULL, SIZE, prot, flags, -1, 0);

	if (at == MAP_FAILED)
		die("mmap");
	return at;
}

static unsigned int resident(char *at)
{
	struct rusage before, after;
	unsigned int n = 0;

	/* By faults: each page that is not there costs one. */
	getrusage(RUSAGE_SELF, &before);
	for (unsigned int i = 0; i < PAGES; i++)
		at[i * PAGE] = 1;
	getrusage(RUSAGE_SELF, &after);
	n = (unsigned int)(after.ru_minflt - before.ru_minflt);
	return n >= PAGES ? 0 : PAGES - n;
}

static void one_area(void)
{
	char *at = map(RW, PRIVATE);

	show("mlock", mlock(at, SIZE));
	locked("all");
	printf("there: %d\n", resident(at) >= PAGES - 4);
	show("mlock again", mlock(at, SIZE));
	locked("all still");
	show("munlock in the middle", munlock(at + 16 * PAGE, 16 * PAGE));
	locked("three quarters");
	show("odd address, 2 bytes on two pages", mlock(at + 18 * PAGE - 1, 2));
	locked("two more");
	show("munmap of half", munmap(at, SIZE / 2));
	locked("half");
	show("DONTNEED", madvise(at + SIZE / 2, PAGE, MADV_DONTNEED));
	show("munlock", munlock(at + SIZE / 2, SIZE / 2));
	locked("none");
	show("munlock again", munlock(at + SIZE / 2, SIZE / 2));
	show("munlock of a hole", munlock(at, SIZE));
	show("mlock of a hole", mlock(at, SIZE));
	show("mlock into a hole", mlock(at + SIZE / 2, SIZE));
	show("mlock of nothing", mlock(at, 0));
	munlockall();
	munmap(at, SIZE);
	at = map(PROT_NONE, PRIVATE);
	show("mlock of what nobody may touch", mlock(at, SIZE));
	locked("all the same");
	munmap(at, SIZE);
	locked("gone");
}

static void on_fault(void)
{
	char *at = map(RW, PRIVATE);

	show("flags", (long)syscall(SYS_mlock2, at, SIZE, 2));
	show("mlock2", (long)syscall(SYS_mlock2, at, SIZE, 1));
	locked("on fault");
	printf("none there: %d\n", resident(at) <= 4);
	munmap(at, SIZE);
	at = map(RW, PRIVATE | MAP_LOCKED);
	locked("MAP_LOCKED");
	printf("there: %d\n", resident(at) >= PAGES - 4);
	show("mprotect", mprotect(at, SIZE / 2, PROT_READ));
	locked("still");
	munmap(at, SIZE);
	at = map(RW, MAP_SHARED | MAP_ANONYMOUS);
	show("shared", mlock(at, SIZE));
	locked("shared");
	printf("there: %d\n", resident(at) >= PAGES - 4);
	munmap(at, SIZE);
}

static void child(void)
{
	locked("child");
}

static void a_file(void)
{
	int fd = open("locked.tmp", O_RDWR | O_CREAT | O_TRUNC, 0600);
	char *at;

	unlink("locked.tmp");
	if (ftruncate(fd, SIZE / 2))
		die("ftruncate");
	at = mmap(NULL, SIZE, RW, MAP_SHARED, fd, 0);
	show("a file", mlock(at, SIZE / 2));
	show("beyond its end", mlock(at, SIZE));
	locked("file");
	munmap(at, SIZE);
	close(fd);
}

static void all(void)
{
	char *before = map(RW, PRIVATE), *at;

	show("mlockall(0)", mlockall(0));
	show("mlockall(8)", mlockall(8));
	show("mlockall(MCL_ONFAULT)", mlockall(4));
	show("mlockall(MCL_FUTURE)", mlockall(MCL_FUTURE));
	locked("nothing yet");
	at = map(RW, PRIVATE);
	locked("new");
	printf("there: %d\n", resident(at) >= PAGES - 4);
	in_child("fork", child);
	show("mlockall(MCL_CURRENT)", mlockall(MCL_CURRENT));
	printf("more than two: %d\n", vmlck() > 2 * (long)SIZE / 1024);
	printf("there: %d\n", resident(before) >= PAGES - 4);
	munmap(at, SIZE);
	at = map(RW, PRIVATE);
	show("munlockall", munlockall());
	locked("nothing");
	munmap(at, SIZE);
	munmap(before, SIZE);
}

static void limit(rlim_t bytes)
{
	struct rlimit limits = {bytes, bytes};

	if (setrlimit(RLIMIT_MEMLOCK, &limits))
		die("setrlimit");
}

static void limited(void)
{
	char *at = map(RW, PRIVATE);
	void *more;

	limit(SIZE / 2);
	show("more than the limit", mlock(at, SIZE));
	show("half", mlock(at, SIZE / 2));
	show("the same half", mlock(at, SIZE / 2));
	show("one page more", mlock(at + SIZE / 2, 1));
	more = mmap(NULL, PAGE, RW, PRIVATE | MAP_LOCKED, -1, 0);
	printf("MAP_LOCKED: %s\n", more == MAP_FAILED ? strerrorname_np(errno) : "ok");
	show("mlockall", mlockall(MCL_CURRENT));
	munlock(at, SIZE);
	show("mlockall later", mlockall(MCL_FUTURE));
	more = mmap(NULL, SIZE, RW, PRIVATE, -1, 0);
	printf("mmap: %s\n", more == MAP_FAILED ? strerrorname_np(errno) : "ok");
	munlockall();
	limit(0);
	show("limit of 0", mlock(at, PAGE));
	show("mlockall", mlockall(MCL_CURRENT));
	show("munlock", munlock(at, PAGE));
	more = mmap(NULL, PAGE, RW, PRIVATE | MAP_LOCKED, -1, 0);
	printf("MAP_LOCKED: %s\n", more == MAP_FAILED ? strerrorname_np(errno) : "ok");
}

int main(void)
{
	struct rlimit limits;

	drop_capabilities();
	getrlimit(RLIMIT_MEMLOCK, &limits);
	limits.rlim_cur = limits.rlim_max;
	setrlimit(RLIMIT_MEMLOCK, &limits);
	one_area();
	on_fault();
	a_file();
	all();
	in_child("limits", limited);
	return 0;
}
