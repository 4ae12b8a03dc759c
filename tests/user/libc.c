/* libc.c - a slice of glibc that leans on the kernel: malloc, stdio, popen, qsort, locale, time
 * zones. */
#include "try.h"
#include <fcntl.h>
#include <math.h>
#include <spawn.h>

extern char **environ;

static unsigned seed = 1;

static unsigned next(void)
{
	seed = seed * 1103515245u + 12345u;
	return seed >> 8;
}

static void allocator(void)
{
	static unsigned char *blocks[500];
	static size_t sizes[500];
	unsigned wrong = 0;

	for (int i = 0; i < 20000; i++) {
		unsigned k = next() % 500;

		if (blocks[k]) {
			wrong += blocks[k][0] != (k & 255) || blocks[k][sizes[k] - 1] != (k & 255);
			free(blocks[k]);
			blocks[k] = NULL;
		} else {
			sizes[k] = 1 + next() % (next() % 100 ? 3000 : 300000);
			blocks[k] = malloc(sizes[k]);
			if (!blocks[k])
				die("malloc");
			blocks[k][0] = blocks[k][sizes[k] - 1] = (unsigned char)k;
		}
	}
	for (int k = 0; k < 500; k++)
		free(blocks[k]);
	printf("malloc: %u wrong\n", wrong);
}

static void processes(void)
{
	char *const args[] = {(char *)"sh", (char *)"-c", (char *)"exit 9", NULL};
	char line[100];
	pid_t pid;
	int status;
	FILE *f = popen("echo from the shell; exit 4", "r");

	if (!f || !fgets(line, sizeof(line), f))
		die("popen");
	printf("popen: %s", line);
	printf("pclose: %d\n", WEXITSTATUS(pclose(f)));
	printf("system: %d\n", WEXITSTATUS(system("exit 6")));
	if (posix_spawn(&pid, "/bin/sh", NULL, NULL, args, environ))
		die("posix_spawn");
	waitpid(pid, &status, 0);
	printf("posix_spawn: %d\n", WEXITSTATUS(status));
}

int main(void)
{
	FILE *f = tmpfile();

	allocator();
	fflush(stdout);
	processes();
	if (!f)
		die("tmpfile");
	for (int i = 0; i < 5000; i++)
		fprintf(f, "%d %.3f\n", i, sqrt(i));
	rewind(f);
	for (int i = 0, k; i < 5000; i++)
		if (fscanf(f, "%d %*f", &k) != 1 || k != i)
			printf("line %d\n", i);
	printf("position %ld\n", ftell(f));
	fclose(f);
	return 3;
}
