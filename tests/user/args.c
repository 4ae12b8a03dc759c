/* args.c - arguments, environment, auxiliary vector and initial stack are Linux's. */
#include "try.h"
#include <sys/auxv.h>

extern char **environ;

int main(int argc, char **argv)
{
	printf("argc %d\n", argc);
	for (int i = 0; i < argc; i++)
		printf("argv[%d] %s\n", i, argv[i]);
	printf("end %d\n", argv[argc] == NULL);
	for (char **e = environ; *e; e++)
		if (strncmp(*e, "PATH=", 5)) /* where the tools lie is the machine's own */
			printf("env %s\n", *e);
	printf("pagesz %lu phent %lu\n", getauxval(AT_PAGESZ), getauxval(AT_PHENT));
	/* Who runs it is the machine's own; that vector and system calls agree is not. */
	printf("uid %d euid %d gid %d egid %d secure %lu\n", getauxval(AT_UID) == getuid(),
	       getauxval(AT_EUID) == geteuid(), getauxval(AT_GID) == getgid(),
	       getauxval(AT_EGID) == getegid(), getauxval(AT_SECURE));
	printf("phdr %d entry %d random %d\n", getauxval(AT_PHDR) != 0, getauxval(AT_ENTRY) != 0,
	       getauxval(AT_RANDOM) != 0);
	printf("clktck %lu\n", getauxval(AT_CLKTCK));
	printf("stack above argv %d\n", (char *)&argc < (char *)argv[0]);
	return 7;
}
