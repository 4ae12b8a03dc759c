/* lab.c - lab 18: a matrix of the program's own is read by columns, then the kernel works on a file
 * of the same size, in its direct map.
 *
 *   lab [PAGES]     size of the matrix, and of the file (2048)
 */
#include "../lab.h"

static void by_columns(const char *matrix, unsigned long rows)
{
	for (unsigned long c = 0; c < 4; c++)
		for (unsigned long r = 0; r < rows; r++)
			look(&matrix[r * PAGE + c * 64]);
}

int main(int argc, char **argv)
{
	unsigned long pages = number(argc, argv, 1, 2048), i;
	int fd = open("superpages.tmp", O_RDWR | O_CREAT | O_TRUNC, 0600);
	char *matrix = take_pages(HERE, pages), *buffer = take_pages(THERE, 1);

	if (fd < 0)
		die("superpages.tmp");
	/* First the matrix: it gets the last frames, which no large page maps, and leaves others to
	 * the file. */
	for (i = 0; i < pages; i++)
		matrix[i * PAGE] = 1;
	memset(buffer, 'x', PAGE);
	for (i = 0; i < pages; i++)
		if (write(fd, buffer, PAGE) != (ssize_t)PAGE)
			die("write");
	by_columns(matrix, pages);
	mark("the matrix");
	by_columns(matrix, pages);
	mark("the file");
	lseek(fd, 0, SEEK_SET);
	for (i = 0; i < pages; i++)
		if (read(fd, buffer, PAGE) != (ssize_t)PAGE)
			die("read");
	mark("end");
	unlink("superpages.tmp");
	return 0;
}
