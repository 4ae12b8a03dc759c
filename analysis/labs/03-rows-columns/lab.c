/* lab.c - lab 3: matrices of three heights, read row by row and column by column.
 *
 *   lab [COLUMNS [PAGES]]     columns that are read (8); pages that one row takes (1)
 */
#include "../lab.h"

static void by_rows(const char *matrix, unsigned long rows, unsigned long columns,
		    unsigned long row)
{
	for (unsigned long r = 0; r < rows; r++)
		for (unsigned long c = 0; c < columns; c++)
			look(&matrix[r * row + c * 64]);
}

static void by_columns(const char *matrix, unsigned long rows, unsigned long columns,
		       unsigned long row)
{
	for (unsigned long c = 0; c < columns; c++)
		for (unsigned long r = 0; r < rows; r++)
			look(&matrix[r * row + c * 64]);
}

int main(int argc, char **argv)
{
	static const unsigned long heights[] = {1024, 2560, 4096};
	unsigned long columns = number(argc, argv, 1, 8), row = number(argc, argv, 2, 1) * PAGE;
	char name[32];

	for (int i = 0; i < 3; i++) {
		unsigned long rows = heights[i];
		char *matrix = take_pages(HERE, rows * row / PAGE);

		mark("fill"); /* so that page faults are over */
		for (unsigned long r = 0; r < rows; r++)
			matrix[r * row] = 1;
		by_rows(matrix, rows, 1, row); /* and what they left in the TLB is forgotten */
		sprintf(name, "%lu by rows", rows);
		mark(name);
		by_rows(matrix, rows, columns, row);
		sprintf(name, "%lu by columns", rows);
		mark(name);
		by_columns(matrix, rows, columns, row);
		mark("end");
	}
	return 0;
}
