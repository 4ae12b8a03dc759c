/* pipes.c - pipes between processes: order, blocking, end of file, broken pipe. */
#include "try.h"
#include <fcntl.h>
#include <poll.h>
#include <signal.h>

static void broken(void)
{
	int fd[2];

	if (pipe(fd))
		die("pipe");
	close(fd[0]);
	if (write(fd[1], "x", 1) < 0)
		exit(3);
}

static void broken_ignored(void)
{
	signal(SIGPIPE, SIG_IGN);
	broken();
}

int main(void)
{
	static char block[200000];
	int there[2], back[2], status;
	unsigned long sum = 0, n = 0;
	struct pollfd p;
	pid_t pid;

	if (pipe(there) || pipe(back))
		die("pipe");
	p = (struct pollfd){.fd = back[0], .events = POLLIN};
	printf("poll empty %d\n", poll(&p, 1, 0));
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		char buf[1000];
		ssize_t got;

		close(there[1]);
		while ((got = read(there[0], buf, sizeof(buf))) > 0)
			for (ssize_t i = 0; i < got; i++, n++)
				sum = sum * 31 + (unsigned char)buf[i];
		dprintf(back[1], "%lu bytes, sum %lu", n, sum);
		exit(0);
	}
	close(there[0]);
	close(back[1]);
	for (size_t i = 0; i < sizeof(block); i++)
		block[i] = (char)(i % 253);
	printf("written %ld\n", (long)write(there[1], block, sizeof(block)));
	close(there[1]);
	n = (unsigned long)read(back[0], block, sizeof(block));
	block[n] = '\0';
	printf("child says %s\n", block);
	printf("end of file %ld\n", (long)read(back[0], block, 1));
	waitpid(pid, &status, 0);
	in_child("broken", broken);
	in_child("broken, ignored", broken_ignored);
	if (pipe2(there, O_NONBLOCK))
		die("pipe2");
	show("empty non-blocking", read(there[0], block, 1));
	for (n = 0; write(there[1], block, 4096) == 4096; n++)
		;
	printf("capacity %lu KiB, then %s\n", n * 4, strerrorname_np(errno));
	show("seek", lseek(there[0], 0, SEEK_SET));
	return 0;
}
