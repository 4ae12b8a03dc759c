/* fadvise.c - posix_fadvise(): what advice is refused. Taking it changes nothing to be seen. */
#include "try.h"
#include <fcntl.h>
#include <sys/syscall.h>

static void advise(const char *what, int fd, off64_t len, int advice)
{
	int err = posix_fadvise64(fd, 0, len, advice);

	printf("%s: %s\n", what, err ? strerrorname_np(err) : "ok");
}

int main(void)
{
	int fd = open("fadvise.file", O_CREAT | O_RDWR, 0600), place = open(".", O_PATH), end[2];
	char buf[4];

	if (fd < 0 || write(fd, "text", 4) != 4 || pipe(end))
		die("fadvise.file");
	for (int advice = 0; advice < 7; advice++) {
		printf("%d ", advice);
		advise("advice", fd, 0, advice);
	}
	advise("5 GiB", fd, 5ll << 30, POSIX_FADV_WILLNEED);
	advise("less than nothing", fd, -1, POSIX_FADV_WILLNEED);
	show("with 32 bits", syscall(SYS_fadvise64, fd, 0, 0, 4, POSIX_FADV_SEQUENTIAL));
	show("nearly 4 GiB", syscall(SYS_fadvise64, fd, 0, 0, -4, POSIX_FADV_SEQUENTIAL));
	advise("a pipe", end[0], 0, POSIX_FADV_SEQUENTIAL);
	advise("a place", place, 0, POSIX_FADV_SEQUENTIAL);
	advise("no descriptor", 77, 0, POSIX_FADV_SEQUENTIAL);
	advise("done with", fd, 0, POSIX_FADV_DONTNEED);
	if (pread(fd, buf, 4, 0) != 4 || memcmp(buf, "text", 4))
		die("read");
	unlink("fadvise.file");
	return 0;
}
