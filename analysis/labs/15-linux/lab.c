/* lab.c - lab 15: one program's page faults on Pagoda's kernel and on Linux.
 *
 *   lab [PAGES]     pages of each piece (512)
 */
#include "../../../disk/linux/hint.h"
#include "../lab.h"

#include <sys/io.h>

/* A phase: by /proc/trace_mark where there is one, else by the port, as process 1 may, for a
 * moment. */
static void phase(const char *name)
{
	char label[TRACE_STR_MAX];

	if (access("/proc/trace_mark", W_OK) == 0) {
		mark(name);
		return;
	}
	if (iopl(3))
		die("iopl");
	snprintf(label, sizeof(label), "%s", name);
	hint_mark((unsigned int)getpid(), label);
	iopl(0);
}

static char *file_of(unsigned long pages)
{
	static const char zeros[PAGE];
	int fd = open("lab.tmp", O_RDWR | O_CREAT, 0600);
	char *at;

	for (unsigned long i = 0; i < pages; i++)
		if (write(fd, zeros, PAGE) != (ssize_t)PAGE)
			die("lab.tmp");
	at = mmap((char *)0x58000000, pages * PAGE, PROT_READ, MAP_SHARED | MAP_FIXED, fd, 0);
	if (at == MAP_FAILED)
		die("mmap");
	unlink("lab.tmp");
	close(fd);
	return at;
}

int main(int argc, char **argv)
{
	unsigned long pages = number(argc, argv, 1, 512), i;
	char *first = take_pages(HERE, pages), *second = take_pages(THERE, pages);
	char *file = file_of(pages);

	phase("read");
	for (i = 0; i < pages; i++)
		look(&first[i * PAGE]);
	phase("write after read");
	for (i = 0; i < pages; i++)
		first[i * PAGE] = 1;
	phase("write at once");
	for (i = 0; i < pages; i++)
		second[i * PAGE] = 1;
	phase("read a file");
	for (i = 0; i < pages; i++)
		look(&file[i * PAGE]);
	phase("fork");
	if (fork() == 0) {
		phase("child writes");
		for (i = 0; i < pages; i++)
			first[i * PAGE] = 2;
		phase("child ends");
		_exit(0);
	}
	wait(NULL);
	phase("parent writes");
	for (i = 0; i < pages; i++)
		first[i * PAGE] = 3;
	phase("end");
	return 0;
}
