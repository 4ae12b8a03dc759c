/* preempt.c - programs that never give the CPU away still share it. */
#include "try.h"
#include <sys/mman.h>

int main(void)
{
	volatile unsigned *seen =
		mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status;

	if (seen == MAP_FAILED)
		die("mmap");
	for (int i = 0; i < 3; i++) {
		pid_t pid = fork();

		if (pid < 0)
			die("fork");
		if (pid == 0) {
			/* Each waits, spinning, for the one before it. */
			while (i && !seen[i - 1])
				;
			seen[i] = 1;
			while (!seen[3])
				;
			_exit(i);
		}
	}
	while (!seen[2])
		;
	seen[3] = 1;
	for (int i = 0; i < 3; i++)
		wait(&status);
	printf("all three ran\n");
	return 0;
}
