/* files.c - open, read, write, seek, truncate, directories: results and errors. */
#include "try.h"
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

static void sizes(void)
{
	char buf[100];
	struct stat st;
	long n;
	int fd = open("files.tmp", O_RDWR | O_CREAT | O_EXCL, 0640);

	show("create", fd);
	show("exclusive", open("files.tmp", O_RDWR | O_CREAT | O_EXCL, 0640));
	if (write(fd, "hello world", 11) != 11)
		die("write");
	printf("seek %ld\n", (long)lseek(fd, 100000, SEEK_SET));
	if (write(fd, "end", 3) != 3)
		die("write");
	fstat(fd, &st);
	printf("size %ld mode %o links %d regular %d\n", (long)st.st_size, st.st_mode & 07777,
	       (int)st.st_nlink, S_ISREG(st.st_mode));
	memset(buf, 1, sizeof(buf));
	n = pread(fd, buf, 50, 5000);
	printf("hole %ld %d %d\n", n, buf[0], buf[49]);
	printf("at the end %ld\n", (long)pread(fd, buf, 50, 99990));
	printf("past the end %ld\n", (long)pread(fd, buf, 50, 200000));
	show("ftruncate", ftruncate(fd, 5));
	printf("short %ld\n", (long)pread(fd, buf, 50, 0));
	show("grow", ftruncate(fd, 9000));
	n = pread(fd, buf, 50, 3);
	printf("grown %ld %d %d\n", n, buf[1], buf[10]);
	show("bad seek", lseek(fd, -1, SEEK_SET));
	close(fd);
	show("read closed", read(fd, buf, 1));
	fd = open("files.tmp", O_WRONLY | O_APPEND);
	if (write(fd, "x", 1) != 1)
		die("append");
	printf("append at %ld\n", (long)lseek(fd, 0, SEEK_CUR));
	show("read of write-only", read(fd, buf, 1));
	close(fd);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void list(const char *path)
{
	char *names[600];
	int n = 0;
	DIR *dir = opendir(path);
	struct dirent *entry;

	if (!dir)
		die(path);
	while ((entry = readdir(dir)))
		names[n++] = strdup(entry->d_name);
	closedir(dir);
	qsort(names, (size_t)n, sizeof(names[0]), by_name);
	printf("%s: %d entries, first %s, last %s\n", path, n, names[0], names[n - 1]);
}

static void directories(void)
{
	char name[64];

	show("mkdir", mkdir("dir.tmp", 0755));
	show("mkdir again", mkdir("dir.tmp", 0755));
	for (int i = 0; i < 300; i++) {
		snprintf(name, sizeof(name), "dir.tmp/a-file-with-a-long-name-%03d", i);
		close(open(name, O_CREAT | O_WRONLY, 0600));
	}
	list("dir.tmp");
	show("rmdir full", rmdir("dir.tmp"));
	show("rename", rename("dir.tmp/a-file-with-a-long-name-007", "dir.tmp/bond"));
	show("rename over", rename("dir.tmp/a-file-with-a-long-name-008", "dir.tmp/bond"));
	show("link", link("dir.tmp/bond", "dir.tmp/twin"));
	show("symlink", symlink("bond", "dir.tmp/soft"));
	show("through symlink", access("dir.tmp/soft", R_OK));
	memset(name, 0, sizeof(name));
	printf("readlink %ld %s\n", (long)readlink("dir.tmp/soft", name, sizeof(name) - 1), name);
	list("dir.tmp");
	for (int i = 0; i < 300; i++) {
		snprintf(name, sizeof(name), "dir.tmp/a-file-with-a-long-name-%03d", i);
		unlink(name);
	}
	list("dir.tmp");
	unlink("dir.tmp/bond");
	unlink("dir.tmp/twin");
	unlink("dir.tmp/soft");
	show("rmdir", rmdir("dir.tmp"));
	show("open missing", open("dir.tmp/x", O_RDONLY));
	show("file as directory", open("files.tmp/x", O_RDONLY));
	show("long name", open("0123456789012345678901234567890123456789012345678901234567890123456"
			       "789012345678901"
			       "2345678901234567890123456789012345678901234567890123456789012345678"
			       "901234567890123"
			       "4567890123456789012345678901234567890123456789012345678901234567890"
			       "123456789012345"
			       "67890123456789",
			       O_RDONLY));
}

/* O_TRUNC empties a file also when it is opened for reading only, as Linux has it. */
static void emptied(void)
{
	struct stat st;

	show("empty a directory", open(".", O_RDONLY | O_TRUNC));
	show("empty for reading", open("files.tmp", O_RDONLY | O_TRUNC));
	stat("files.tmp", &st);
	printf("size %ld\n", (long)st.st_size);
}

int main(void)
{
	sizes();
	emptied();
	directories();
	unlink("files.tmp");
	return 0;
}
