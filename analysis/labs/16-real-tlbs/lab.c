/* lab.c - lab 16: matrices of four heights, read row by row and column by column.
 *
 *   lab [COLUMNS]     columns that are read (16)
 */
#include "../lab.h"

#define LINE 64 /* bytes from one column to the next */

static void by_rows(const char *matrix, unsigned long rows, unsigned long columns)
{
	for (unsigned long r = 0; r < rows; r++)
		for (unsigned long c = 0; c < columns; c++)
			look(&matrix[r * PAGE + c * LINE]);
}

static void by_columns(const char *matrix, unsigned long rows, unsigned long columns)
{
	for (unsigned long c = 0; c < columns; c++)
		for (unsigned long r = 0; r < rows; r++)
			look(&matrix[r * PAGE + c * LINE]);
}

int main(int argc, char **argv)
{
	static const unsigned long heights[] = {16, 96, 1024, 2560};
	unsigned long columns = number(argc, argv, 1, 16);
	char name[32];

	for (int i = 0; i < 4; i++) {
		unsigned long rows = heights[i];
		char *matrix = take_pages(HERE, rows);

		mark("fill"); /* so that page faults are over, and what fits is in the TLB */
		for (unsigned long r = 0; r < rows; r++)
			matrix[r * PAGE] = 1;
		by_rows(matrix, rows, 1);
		sprintf(name, "%lu by rows", rows);
		mark(name);
		by_rows(matrix, rows, columns);
		sprintf(name, "%lu by columns", rows);
		mark(name);
		by_columns(matrix, rows, columns);
		mark("end");
	}
	return 0;
}
