/*
 * bare.c - a program for processors older than the C library.
 *
 * Debian's glibc is compiled for a Pentium Pro, so on a 486 only code without
 * it can run. This one has its own _start and makes its own system calls. It
 * touches every page of a large BSS and of a fresh heap, forks a child that
 * writes what it shares, and looks whether each side kept its own values:
 * demand paging and copy-on-write with nothing but 486 instructions. It can be
 * process 1 (init=/bin/bare) and ends with 0 when all was as it should be. As
 * process 1 it is also sent the signals that it must not notice.
 */
#define PAGE  4096
#define PAGES 64

/* i386 system call numbers, as in Linux's unistd_32.h. */
enum {
	NR_EXIT = 1,
	NR_FORK = 2,
	NR_WRITE = 4,
	NR_WAITPID = 7,
	NR_GETPID = 20,
	NR_KILL = 37,
	NR_BRK = 45,
	NR_SIGPROCMASK = 126
};

#define SIG_BLOCK   0
#define SIG_UNBLOCK 1

static unsigned char bss[PAGES * PAGE];

static long syscall3(long nr, long a, long b, long c)
{
	long result;

	__asm__ volatile("int $0x80" : "=a"(result) : "0"(nr), "b"(a), "c"(b), "d"(c) : "memory");
	return result;
}

static void say(const char *text)
{
	long n = 0;

	while (text[n])
		n++;
	syscall3(NR_WRITE, 1, (long)text, n);
}

/* Writes one byte of each page and reads all of them back. */
static int fill(volatile unsigned char *area, unsigned char seed)
{
	int i;

	for (i = 0; i < PAGES; i++)
		area[i * PAGE] = (unsigned char)(seed + i);
	for (i = 0; i < PAGES; i++)
		if (area[i * PAGE] != (unsigned char)(seed + i) || area[i * PAGE + 1])
			return 1;
	return 0;
}

static int fork_keeps_apart(void)
{
	int status = -1;
	long pid = syscall3(NR_FORK, 0, 0, 0);

	if (pid == 0)
		syscall3(NR_EXIT, fill(bss, 99), 0, 0);
	if (pid < 0 || syscall3(NR_WAITPID, pid, (long)&status, 0) != pid || status)
		return 1;
	return bss[PAGE] != 2;
}

/* No signal has a handler here: none may end or stop process 1, nor one that was blocked when it
 * came. 2 SIGINT, 9 SIGKILL, 11 SIGSEGV, 15 SIGTERM, 19 SIGSTOP, 20 SIGTSTP, 34 a real-time one. */
static int init_is_spared(void)
{
	static const signed char sent[] = {2, 9, 11, 15, 19, 20, 34};
	static const unsigned long blocked[] = {1u << 1 | 1u << 10 | 1u << 14 | 1u << 19, 0};
	unsigned int i;
	int failed = 0;

	if (syscall3(NR_GETPID, 0, 0, 0) != 1)
		return 0;
	for (i = 0; i < sizeof(sent); i++)
		failed |= syscall3(NR_KILL, 1, sent[i], 0) != 0;
	failed |= syscall3(NR_SIGPROCMASK, SIG_BLOCK, (long)blocked, 0) != 0;
	for (i = 0; i < sizeof(sent); i++)
		failed |= syscall3(NR_KILL, 1, sent[i], 0) != 0;
	failed |= syscall3(NR_SIGPROCMASK, SIG_UNBLOCK, (long)blocked, 0) != 0;
	return failed;
}

static int check(const char *what, int failed)
{
	say(what);
	say(failed ? ": wrong\n" : ": right\n");
	return failed;
}

void _start(void);

void _start(void)
{
	long heap = syscall3(NR_BRK, 0, 0, 0);
	int failed = check("bss", fill(bss, 1));

	failed |= check("heap", syscall3(NR_BRK, heap + PAGES * PAGE, 0, 0) < heap ||
					fill((volatile unsigned char *)heap, 7));
	failed |= check("fork", fork_keeps_apart());
	failed |= check("signals", init_is_spared());
	syscall3(NR_EXIT, failed, 0, 0);
	for (;;)
		;
}
