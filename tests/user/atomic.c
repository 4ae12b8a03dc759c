/* atomic.c - what up to PIPE_BUF bytes promise, names at the end of memory, positions in
 * directories. */
#include "try.h"
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#define RECORD	 4096 /* PIPE_BUF */
#define RECORDS	 40
#define WRITERS	 3
#define ODD	 1000 /* what the reader takes at once: room for part of a record */
#define USER_TOP 0xc0000000u
#define DIR	 "atomic.dir"
#define FILES	 60

/* Nearly full: a record goes in whole or not at all. */
static void whole_or_nothing(void)
{
	static char record[RECORD];
	int fd[2], n, left;

	if (pipe2(fd, O_NONBLOCK))
		die("pipe2");
	if (write(fd[1], record, 100) != 100)
		die("write");
	for (n = 0; write(fd[1], record, RECORD) == RECORD; n++)
		;
	printf("after 100 bytes: %d records, then %s\n", n, strerrorname_np(errno));
	ioctl(fd[0], FIONREAD, &left);
	printf("whole ones only: %d\n", left == 100 + n * RECORD);
	close(fd[0]);
	close(fd[1]);
}

static void write_records(int fd, char letter)
{
	char record[RECORD];

	memset(record, letter, RECORD);
	for (int i = 0; i < RECORDS; i++)
		if (write(fd, record, RECORD) != RECORD)
			_exit(1);
	_exit(0);
}

/* Several writers and a reader that makes room by and by: records are not mixed. */
static void not_mixed(void)
{
	static char all[WRITERS * RECORDS * RECORD + ODD];
	size_t have = 0, mixed = 0;
	int fd[2];
	ssize_t n;

	if (pipe(fd))
		die("pipe");
	fflush(stdout);
	for (int i = 0; i < WRITERS; i++)
		if (fork() == 0)
			write_records(fd[1], (char)('a' + i));
	close(fd[1]);
	while ((n = read(fd[0], all + have, ODD)) > 0)
		have += (size_t)n;
	for (size_t i = 0; i < have; i++)
		mixed += all[i] != all[i / RECORD * RECORD];
	printf("%zu records, bytes out of place: %zu\n", have / RECORD, mixed);
	while (wait(NULL) > 0)
		;
}

/* A name that ends where a 32-bit kernel may begin has no end: what lies there is not read. */
static void name_at_the_top(void)
{
	char *top = (char *)(uintptr_t)USER_TOP;
	void *page = mmap(top - PAGE, PAGE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	char saved[8];

	if (page != top - PAGE && errno != EEXIST)
		die("mmap"); /* else the stack is there */
	memcpy(saved, top - sizeof(saved), sizeof(saved));
	memset(top - sizeof(saved), '/', sizeof(saved));
	show("a name up to the top", open(top - sizeof(saved), O_RDONLY));
	top[-1] = '\0';
	show("with its end in the last byte", open(top - sizeof(saved), O_RDONLY | O_DIRECTORY));
	memcpy(top - sizeof(saved), saved, sizeof(saved));
}

struct dirent64 {
	uint64_t ino;
	int64_t off;
	unsigned short reclen;
	unsigned char type;
	char name[];
};

/* The next entries that fit into n bytes. */
static long entries(int fd, char *buf, unsigned int n)
{
	return syscall(SYS_getdents64, fd, buf, n);
}

static void make_files(void)
{
	char name[64];

	if (mkdir(DIR, 0700))
		die("mkdir");
	for (int i = 0; i < FILES; i++) {
		snprintf(name, sizeof(name), DIR "/%0*d", i % 7 + 2, i);
		close(open(name, O_CREAT | O_WRONLY, 0600));
	}
}

static int file_number(const char *name)
{
	return *name == '.' ? -1 : atoi(name);
}

/* In pieces of one or two entries, removing some on the way: each of the others comes once. */
static void read_and_remove(void)
{
	int fd = open(DIR, O_RDONLY), seen[FILES] = {0}, kept = 0, once = 0;
	_Alignas(8) char buf[64];
	char name[64];
	long n;

	while ((n = entries(fd, buf, sizeof(buf))) > 0) {
		for (long at = 0; at < n;) {
			struct dirent64 *entry = (struct dirent64 *)(buf + at);
			int number = file_number(entry->name);

			at += entry->reclen;
			if (number < 0)
				continue;
			seen[number]++;
			if (number % 3 == 0) {
				snprintf(name, sizeof(name), DIR "/%s", entry->name);
				unlink(name);
			}
		}
	}
	for (int i = 0; i < FILES; i++) {
		kept += i % 3 != 0;
		once += i % 3 != 0 && seen[i] == 1;
	}
	printf("entries kept %d, seen once %d, end %ld\n", kept, once, n);
	close(fd);
}

/* The offset that comes with an entry leads to the one behind it, also from afar. */
static void seek_in(const char *path)
{
	static _Alignas(8) char all[8192], one[512];
	int fd = open(path, O_RDONLY), wrong = 0;
	long n = entries(fd, all, sizeof(all));
	struct dirent64 *first = (struct dirent64 *)one;

	for (long at = 0; at < n;) {
		struct dirent64 *entry = (struct dirent64 *)(all + at);
		struct dirent64 *next = (struct dirent64 *)(all + at + entry->reclen);
		long got;

		at += entry->reclen;
		if (lseek64(fd, entry->off, SEEK_SET) < 0)
			die("lseek64");
		got = entries(fd, one, sizeof(one));
		wrong += at < n ? got <= 0 || strcmp(first->name, next->name) : got != 0;
	}
	printf("offsets that lead elsewhere: %d\n", wrong);
	close(fd);
}

static int count_entries(const char *path, unsigned int size)
{
	static _Alignas(8) char buf[8192];
	int fd = open(path, O_RDONLY), count = 0;
	long n;

	while ((n = entries(fd, buf, size)) > 0)
		for (long at = 0; at < n; count++)
			at += ((struct dirent64 *)(buf + at))->reclen;
	close(fd);
	return count;
}

/* A buffer that the next entry does not fit into: it comes with the next call. */
static void read_in_pieces(const char *path)
{
	int whole = count_entries(path, 8192);

	printf("in pieces as whole: %d %d\n", count_entries(path, 32) == whole,
	       count_entries(path, 100) == whole);
}

static void directories(void)
{
	char command[64];

	make_files();
	seek_in(DIR);
	read_and_remove();
	seek_in(DIR);
	seek_in("/proc/self/fd");
	read_in_pieces(DIR);
	read_in_pieces("/proc/self/fd");
	for (int i = 0; i < FILES; i++) {
		snprintf(command, sizeof(command), DIR "/%0*d", i % 7 + 2, i);
		unlink(command);
	}
	show("rmdir", rmdir(DIR));
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	whole_or_nothing();
	not_mixed();
	name_at_the_top();
	directories();
	return 0;
}
