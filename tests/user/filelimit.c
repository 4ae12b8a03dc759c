/* filelimit.c - RLIMIT_FSIZE: up to the limit, then SIGXFSZ, or EFBIG for who ignores it. */
#include "try.h"
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

#define NAME  "filelimit.file"
#define LIMIT 10000

static char bytes[3 * LIMIT];
static int fd;

static void show_count(const char *what, long n)
{
	if (n < 0)
		printf("%s: %s\n", what, strerrorname_np(errno));
	else
		printf("%s: %ld\n", what, n);
}

static void limit(rlim_t n)
{
	struct rlimit rlimit = {n, RLIM_INFINITY};

	if (setrlimit(RLIMIT_FSIZE, &rlimit))
		die("setrlimit");
}

static void write_beyond(void)
{
	write(fd, bytes, 1);
}

static void extend(void)
{
	if (ftruncate(fd, LIMIT + 1))
		exit(3);
}

static void ignored(void)
{
	struct stat st;
	int in, end[2];

	signal(SIGXFSZ, SIG_IGN);
	show_count("at the limit", write(fd, bytes, 1));
	show_count("nothing at the limit", write(fd, bytes, 0));
	show_count("across it", pwrite(fd, bytes, 100, LIMIT - 30));
	show_count("behind it", pwrite(fd, bytes, 100, LIMIT + 30));
	show_count("extended", ftruncate(fd, LIMIT + 1));
	show_count("to the limit", ftruncate(fd, LIMIT));
	show_count("by name", truncate(NAME, LIMIT + 1));
	in = open("filelimit.in", O_CREAT | O_RDWR, 0600);
	limit(RLIM_INFINITY);
	write(in, bytes, sizeof(bytes));
	limit(LIMIT);
	lseek(in, 0, SEEK_SET);
	lseek(fd, LIMIT - 5000, SEEK_SET);
	show_count("sent", sendfile(fd, in, NULL, 2 * LIMIT));
	show_count("shorter, though too long", ftruncate(in, 2 * LIMIT));
	show_count("written within", pwrite(in, bytes, 10, 100));
	if (pipe(end))
		die("pipe");
	show_count("a pipe has none", write(end[1], bytes, LIMIT + 10));
	fstat(fd, &st);
	printf("size %ld\n", (long)st.st_size);
	unlink("filelimit.in");
}

int main(void)
{
	fd = open(NAME, O_CREAT | O_TRUNC | O_RDWR, 0600);
	limit(LIMIT);
	show_count("as far as it goes", write(fd, bytes, sizeof(bytes)));
	in_child("one byte more", write_beyond);
	in_child("extended", extend);
	in_child("ignored", ignored);
	unlink(NAME);
	return 0;
}
