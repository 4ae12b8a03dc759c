/* cow.c - fork shares pages until somebody writes; over three generations. */
#include "try.h"
#include <sys/mman.h>

#define N 64

static unsigned sum(const unsigned char *p)
{
	unsigned s = 0;

	for (int i = 0; i < N; i++)
		s = s * 17 + p[i * PAGE];
	return s;
}

static void generation(unsigned char *priv, unsigned char *shared, int depth)
{
	int status;
	pid_t pid;

	if (depth == 3)
		return;
	fflush(stdout);
	pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0) {
		for (int i = depth; i < N; i += 3)
			priv[i * PAGE] = (unsigned char)(10 * depth + i);
		shared[depth] = (unsigned char)(depth + 1);
		generation(priv, shared, depth + 1);
		printf("depth %d private %u\n", depth, sum(priv));
		exit(0);
	}
	priv[(depth + 5) * PAGE] = (unsigned char)(100 + depth);
	if (wait(&status) != pid)
		die("wait");
	printf("parent of %d private %u status %d\n", depth, sum(priv), status);
}

int main(void)
{
	unsigned char *priv =
		mmap(NULL, N * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	unsigned char *shared =
		mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (priv == MAP_FAILED || shared == MAP_FAILED)
		die("mmap");
	for (int i = 0; i < N; i++)
		priv[i * PAGE] = (unsigned char)i;
	generation(priv, shared, 0);
	printf("shared %d %d %d\n", shared[0], shared[1], shared[2]);
	printf("private %u\n", sum(priv));
	return 0;
}
