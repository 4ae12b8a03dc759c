/* badptr.c - a bad pointer is the caller's error, in every system call that takes one. */
#include "try.h"
#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>

int main(void)
{
	void *const bad[] = {NULL, (void *)0x1000, (void *)0xc0100000ul, (void *)0xfffffff0ul};
	int fd = open("badptr.tmp", O_RDWR | O_CREAT | O_TRUNC, 0600), pipefd[2];
	char *edge =
		mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (fd < 0 || edge == MAP_FAILED || munmap(edge + PAGE, PAGE))
		die("set up");
	if (write(fd, "0123456789", 10) != 10)
		die("write");
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		printf("-- %u\n", i);
		show("write", write(fd, bad[i], 10));
		show("read", pread(fd, bad[i], 10, 0));
		show("open", syscall(SYS_open, bad[i], O_RDONLY));
		show("fstat", syscall(SYS_fstat64, fd, bad[i]));
		show("pipe", syscall(SYS_pipe, bad[i]));
		show("poll", syscall(SYS_poll, bad[i], 1, 0));
		show("uname", syscall(SYS_uname, bad[i]));
		show("getcwd", syscall(SYS_getcwd, bad[i], 100));
		show("readv", syscall(SYS_readv, fd, bad[i], 1));
		show("nanosleep", syscall(SYS_nanosleep, bad[i], NULL));
		show("getdents", syscall(SYS_getdents64, fd, bad[i], 100));
	}
	memset(edge, 'e', PAGE);
	printf("write across the edge %ld\n", (long)pwrite(fd, edge + PAGE - 5, 10, 0));
	printf("read across the edge %ld\n", (long)pread(fd, edge + PAGE - 5, 10, 0));
	show("path across the edge", syscall(SYS_open, edge + PAGE - 3, O_RDONLY));
	show("pipe", pipe(pipefd));
	show("negative count", readv(fd, (struct iovec[]){{edge, (size_t)-1}}, 1));
	show("bad descriptor", write(1000, "x", 1));
	show("negative descriptor", write(-1, "x", 1));
	show("no such call", syscall(9999));
	close(fd);
	unlink("badptr.tmp");
	return 0;
}
