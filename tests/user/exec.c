/* exec.c - a program runs another, with arguments and environment; and what it may not run. */
#include "try.h"
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

static const char *self;

static void again(void)
{
	char *const args[] = {(char *)"exec", (char *)"one", (char *)"", (char *)"three three",
			      NULL};
	char *const envs[] = {(char *)"A=1", (char *)"B=2", NULL};

	execve(self, args, envs);
	die("execve");
}

static void attempt(const char *name, const char *content, size_t n, mode_t mode)
{
	char *const args[] = {(char *)name, NULL};
	int fd = open("exec.tmp", O_CREAT | O_TRUNC | O_WRONLY, 0700);

	if (fd < 0 || write(fd, content, n) != (ssize_t)n)
		die("exec.tmp");
	fchmod(fd, mode);
	close(fd);
	show(name, execve("./exec.tmp", args, NULL));
	unlink("exec.tmp");
}

static void script(void)
{
	char *const args[] = {(char *)"script", (char *)"x", NULL};
	int fd = open("script.tmp", O_CREAT | O_TRUNC | O_WRONLY, 0700);
	char text[300];
	int n = snprintf(text, sizeof(text), "#!%s first\nignored\n", self);

	if (fd < 0 || write(fd, text, (size_t)n) != n)
		die("script.tmp");
	close(fd);
	execve("./script.tmp", args, NULL);
	die("script");
}

int main(int argc, char **argv)
{
	static char path[256];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

	if (n < 0)
		die("/proc/self/exe");
	self = path;
	if (argc > 1) {
		for (int i = 1; i < argc; i++)
			printf("arg %d \"%s\"\n", i, argv[i]);
		printf("A is %s\n", getenv("A") ? getenv("A") : "unset");
		return argc;
	}
	in_child("again", again);
	show("missing", execve("./no-such", argv, NULL));
	show("directory", execve("/", argv, NULL));
	attempt("text", "hello\n", 6, 0700);
	attempt("empty", "", 0, 0700);
	attempt("cut header", "\177ELF\1\1\1", 7, 0700);
	attempt("not executable", "\177ELF\1\1\1", 7, 0600);
	show("bad pointer", syscall(SYS_execve, 16, argv, NULL));
	in_child("script", script);
	unlink("script.tmp");
	return 0;
}
