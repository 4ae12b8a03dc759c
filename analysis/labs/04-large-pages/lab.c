/* lab.c - lab 4: the kernel works on many pages of its direct map: those that hold a file.
 *
 *   lab [PAGES]     size of the file (2048)
 */
#include "../lab.h"

int main(int argc, char **argv)
{
	unsigned long pages = number(argc, argv, 1, 2048), i;
	int fd = open("large-pages.tmp", O_RDWR | O_CREAT | O_TRUNC, 0600);
	char *buffer = take_pages(HERE, 1);

	if (fd < 0)
		die("large-pages.tmp");
	memset(buffer, 'x', PAGE);
	mark("write the file");
	for (i = 0; i < pages; i++)
		if (write(fd, buffer, PAGE) != (ssize_t)PAGE)
			die("write");
	mark("read the file");
	lseek(fd, 0, SEEK_SET);
	for (i = 0; i < pages; i++)
		if (read(fd, buffer, PAGE) != (ssize_t)PAGE)
			die("read");
	mark("end");
	say("MemTotal", number_in("/proc/meminfo", "MemTotal:"));
	say("DirectMap4k", number_in("/proc/meminfo", "DirectMap4k:"));
	say("DirectMap4M", number_in("/proc/meminfo", "DirectMap4M:"));
	unlink("large-pages.tmp");
	return 0;
}
