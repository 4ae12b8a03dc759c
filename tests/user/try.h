/* try.h - what the user tests share: dying with a reason, and running a piece in a child. */
#ifndef TESTS_USER_TRY_H
#define TESTS_USER_TRY_H

/* Programs here are compiled with -D_GNU_SOURCE. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096u

static inline void die(const char *what)
{
	printf("%s: %s\n", what, strerror(errno));
	exit(99);
}

/* Is it this kernel, or Linux? For what may differ, or must be spared this machine. */
static inline bool on_pagoda(void)
{
	char version[256] = "";
	int fd = open("/proc/version", O_RDONLY);

	if (read(fd, version, sizeof(version) - 1) < 0)
		die("/proc/version");
	close(fd);
	return strstr(version, "Pagoda") != NULL;
}

/* Runs fn in a child and prints how it ended. */
static inline void in_child(const char *name, void (*fn)(void))
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0) {
		fn();
		exit(0);
	}
	if (waitpid(pid, &status, 0) != pid)
		die("waitpid");
	if (WIFSIGNALED(status))
		printf("%s: killed by signal %d\n", name, WTERMSIG(status));
	else
		printf("%s: exit %d\n", name, WEXITSTATUS(status));
}

/* Prints the name, and 0 or the error's name, of a call that returns -1 on failure. */
static inline long show(const char *what, long result)
{
	if (result < 0)
		printf("%s: %s\n", what, strerrorname_np(errno));
	else
		printf("%s: ok\n", what);
	return result;
}

#endif
