/* textbusy.c - what runs cannot be written, what is being written cannot run (ETXTBSY). */
#include "try.h"
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>

#define COPY   "textbusy.copy"
#define OTHER  "textbusy.other"
#define SCRIPT "textbusy.sh"

static void copy_self(const char *to)
{
	static char buf[65536];
	int in = open("/proc/self/exe", O_RDONLY),
	    out = open(to, O_CREAT | O_TRUNC | O_WRONLY, 0700);
	ssize_t n;

	while ((n = read(in, buf, sizeof(buf))) > 0)
		if (write(out, buf, (size_t)n) != n)
			die("write");
	close(in);
	close(out);
}

/* Starts the copy, which waits until it is told to end; `gate` is where to tell it. */
static pid_t start_copy(int *gate)
{
	int go[2], ready[2];
	char byte;
	pid_t pid;

	if (pipe2(go, O_CLOEXEC) || pipe2(ready, O_CLOEXEC))
		die("pipe");
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		dup2(go[0], 0);
		dup2(ready[1], 1);
		execl(COPY, COPY, "wait", NULL);
		_exit(98);
	}
	close(go[0]);
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1)
		die("read");
	close(ready[0]);
	*gate = go[1];
	return pid;
}

/* The copy: says that it runs, waits for the end of its input. */
static int wait_for_end(void)
{
	char byte;

	if (write(1, "x", 1) != 1)
		return 1;
	return (int)read(0, &byte, 1);
}

static void try_open(const char *what, int flags)
{
	int fd = (int)show(what, open(COPY, flags, 0700));

	if (fd >= 0)
		close(fd);
}

static void try_all(void)
{
	struct stat before, after;

	stat(COPY, &before);
	try_open("read", O_RDONLY);
	try_open("write", O_WRONLY);
	try_open("both", O_RDWR);
	try_open("truncating", O_WRONLY | O_TRUNC);
	try_open("creating", O_WRONLY | O_CREAT);
	show("truncate", truncate(COPY, before.st_size));
	show("chmod", chmod(COPY, 0755));
	stat(COPY, &after);
	printf("size kept %d\n", before.st_size == after.st_size);
}

static void run(const char *path, const char *what)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		execl(path, path, "exit", NULL);
		show(what, -1);
		exit(1);
	}
	waitpid(pid, &status, 0);
	printf("%s: exit %d\n", what, WEXITSTATUS(status));
}

static void run_while_written(const char *path)
{
	int fd = open(path, O_WRONLY);

	run(path, "while open for writing");
	close(fd);
	fd = open(path, O_RDONLY);
	run(path, "while open for reading");
	close(fd);
}

int main(int argc, char **argv)
{
	static const char script[] = "#!" COPY "\n";
	int gate, fd;
	pid_t pid;

	if (argc > 1 && !strcmp(argv[1], "wait"))
		return wait_for_end();
	if (argc > 1)
		return 7;
	copy_self(COPY);
	pid = start_copy(&gate);
	printf("running:\n");
	try_all();
	show("rename", rename(COPY, OTHER));
	show("new file of the name", fd = open(COPY, O_CREAT | O_EXCL | O_WRONLY, 0700));
	close(fd);
	show("rename back", rename(OTHER, COPY));
	close(gate);
	waitpid(pid, NULL, 0);
	printf("ended:\n");
	try_open("write", O_WRONLY);
	show("truncate", truncate(COPY, 10));
	copy_self(COPY);
	run_while_written(COPY);
	fd = open(SCRIPT, O_CREAT | O_WRONLY, 0700);
	if (write(fd, script, sizeof(script) - 1) < 0)
		die("write");
	close(fd);
	run(SCRIPT, "script");
	fd = open(COPY, O_WRONLY);
	run(SCRIPT, "script, its interpreter open for writing");
	close(fd);
	run_while_written(SCRIPT);
	unlink(COPY);
	unlink(SCRIPT);
	return 0;
}
