/*
 * sorter.c - sorts the numbers of a file, or of its standard input, and prints the least and the
 * greatest. Each phase of its work is a mark, and so a line of the report's table.
 */
#include <stdio.h>
#include <stdlib.h>

static void mark(const char *phase)
{
	FILE *marks = fopen("/proc/trace_mark", "w");

	if (!marks) /* on a machine that records nothing */
		return;
	fprintf(marks, "%s\n", phase);
	fclose(marks);
}

static int compare(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;

	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	FILE *in = argc > 1 ? fopen(argv[1], "r") : stdin;
	size_t n = 0, room = 0;
	int *numbers = NULL, *more, number;

	if (!in) {
		perror(argv[1]);
		return 1;
	}
	mark("read");
	while (fscanf(in, "%d", &number) == 1) {
		if (n == room) {
			room = room ? 2 * room : 1024;
			more = realloc(numbers, room * sizeof(*numbers));
			if (!more) {
				free(numbers);
				return 1;
			}
			numbers = more;
		}
		numbers[n++] = number;
	}
	mark("sort");
	qsort(numbers, n, sizeof(*numbers), compare);
	mark("print");
	if (n)
		printf("%zu numbers, %d to %d\n", n, numbers[0], numbers[n - 1]);
	return n == 0;
}
