/*
 * elf_mutants.c - broken variants of programs, executed.
 *
 *   elf_mutants FIRST COUNT FILE...     for each seed from FIRST on, COUNT of them
 *
 * Each seed changes a few words of the headers of one FILE, or cuts it short, and executes it in a
 * child: it may be refused, killed, or run. The kernel must live, and tell a refusal from a death:
 * execve() that fails returns to the old program.
 */
#include "random.h"
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SIZE_MAX_FILE 65536
#define REFUSED	      111

static unsigned char original[SIZE_MAX_FILE], changed[SIZE_MAX_FILE];

static void die(const char *what)
{
	printf("elf_mutants: %s: %s\n", what, strerror(errno));
	exit(1);
}

static size_t load(const char *path)
{
	int fd = open(path, O_RDONLY);
	ssize_t n = read(fd, original, sizeof(original));

	if (n < (ssize_t)sizeof(Elf32_Ehdr))
		die(path);
	close(fd);
	return (size_t)n;
}

static unsigned int odd_number(void)
{
	static const unsigned int all[] = {
		0,	    1,		2,	    3,		31,	   32,	       33,
		52,	    0xfff,	0x1000,	    0x1001,	0x8048000, 0x7fffffff, 0x80000000,
		0xbffff000, 0xc0000000, 0xfffff000, 0xfffffffc, 0xffffffff};

	return one_in(3) ? below(0xffffffff) : all[below(sizeof(all) / sizeof(all[0]))];
}

/* A few words of the ELF header and of the program headers; now and then any byte, or a cut. */
static size_t mutate(size_t size)
{
	const Elf32_Ehdr *header = (const Elf32_Ehdr *)original;
	unsigned int end = header->e_phoff + header->e_phnum * sizeof(Elf32_Phdr);
	unsigned int n = 1 + below(3);

	memcpy(changed, original, size);
	for (unsigned int i = 0; i < n; i++) {
		unsigned int value = odd_number(), at = below(3) ? 52 + below(end - 52) : below(52);

		if (one_in(3))
			changed[at] ^= (unsigned char)(1u << below(8));
		else
			memcpy(changed + (at & ~3u), &value, at < 52 && at >= 40 ? 2 : 4);
	}
	if (one_in(8))
		changed[below((unsigned int)size)] ^= (unsigned char)(1 + below(255));
	return one_in(12) ? below((unsigned int)size) : size;
}

/* 'x' ran to an end of its own, 's' killed, 'r' refused. */
static char execute(void)
{
	char *argv[] = {"/tmp/mutant", NULL};
	int status;
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);

		dup2(null, 0);
		dup2(null, 1);
		dup2(null, 2);
		alarm(2);
		execv(argv[0], argv);
		_exit(REFUSED);
	}
	if (waitpid(pid, &status, 0) != pid)
		die("waitpid");
	if (WIFSIGNALED(status))
		return 's';
	return WEXITSTATUS(status) == REFUSED ? 'r' : 'x';
}

int main(int argc, char **argv)
{
	unsigned int first, count, ends[256] = {0};

	if (argc < 4)
		return 2;
	first = (unsigned int)strtoul(argv[1], NULL, 10);
	count = (unsigned int)strtoul(argv[2], NULL, 10);
	for (unsigned int i = 0; i < count; i++) {
		size_t size, written;
		int fd;

		random_seed(first + i);
		size = load(argv[3 + (first + i) % (unsigned int)(argc - 3)]);
		written = mutate(size);
		fd = open("/tmp/mutant", O_WRONLY | O_CREAT | O_TRUNC, 0700);
		if (fd < 0 || write(fd, changed, written) != (ssize_t)written)
			die("/tmp/mutant");
		close(fd);
		if (i % 100 == 0) {
			printf("seed %u\n", first + i);
			fflush(stdout);
		}
		ends[(unsigned char)execute()]++;
		unlink("/tmp/mutant");
	}
	printf("%u refused, %u killed, %u ran\n", ends['r'], ends['s'], ends['x']);
	return 0;
}
