/* filemap.c - file mappings, private and shared, agree with read() and write(). */
#include "try.h"
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

static unsigned char *map;

static void past_the_end(void)
{
	printf("rest of the last page is zero: %d\n", map[2 * PAGE + 101]);
	fflush(stdout);
	exit(map[3 * PAGE]);
}

static void write_shared_readonly(void)
{
	int fd = open("filemap.tmp", O_RDONLY);

	show("shared write of a read-only file",
	     mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED ? -1 : 0);
	show("private write of a read-only file",
	     mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0) == MAP_FAILED ? -1 : 0);
}

static void write_changes_time(int fd)
{
	const struct timespec old[2] = {{1000, 0}, {1000, 0}};
	struct stat st;

	show("to disk", fsync(fd));
	show("old times", futimens(fd, old));
	map[20] = 2;
	if (fstat(fd, &st))
		die("fstat");
	printf("writing to the mapping changes the time: %d\n", st.st_mtime > 1000);
}

int main(void)
{
	unsigned char buf[2 * PAGE + 100], *priv;
	int fd = open("filemap.tmp", O_RDWR | O_CREAT | O_TRUNC, 0600);

	if (fd < 0)
		die("open");
	for (unsigned i = 0; i < sizeof(buf); i++)
		buf[i] = (unsigned char)(i * 7);
	if (write(fd, buf, sizeof(buf)) != (ssize_t)sizeof(buf))
		die("write");
	map = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	priv = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	if (map == MAP_FAILED || priv == MAP_FAILED)
		die("mmap");
	printf("same %d %d\n", memcmp(map, buf, sizeof(buf)), memcmp(priv, buf, sizeof(buf)));
	priv[10] = 1;
	write_changes_time(fd);
	if (pread(fd, buf, 30, 0) != 30)
		die("pread");
	printf("file %d %d private %d\n", buf[10], buf[20], priv[10]);
	buf[0] = 99;
	if (pwrite(fd, buf, 1, PAGE + 5) != 1)
		die("pwrite");
	printf("seen by shared %d by untouched private %d\n", map[PAGE + 5], priv[PAGE + 5]);
	in_child("past the end", past_the_end);
	in_child("modes", write_shared_readonly);
	close(fd);
	printf("after close %d\n", map[20]);
	show("truncate", truncate("filemap.tmp", PAGE));
	fd = open("filemap.tmp", O_RDONLY);
	printf("size %ld\n", (long)lseek(fd, 0, SEEK_END));
	show("directory",
	     mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, open(".", O_RDONLY), 0) == MAP_FAILED ? -1
											    : 0);
	unlink("filemap.tmp");
	printf("after unlink %d\n", map[20]);
	return 0;
}
