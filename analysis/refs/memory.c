/* memory.c - memory for the tools, or the end of them. */
#include "memory.h"
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void refs_no_memory(void)
{
	fprintf(stderr, "refs: no memory for so many pages or references\n");
	exit(2);
}

void *refs_zeroed(size_t n, size_t size)
{
	void *memory = calloc(n ? n : 1, size);

	if (!memory)
		refs_no_memory();
	return memory;
}

void *refs_larger(void *array, size_t *room, size_t need, size_t size)
{
	size_t new_room = *room ? *room : 64;
	char *larger;

	if (need < *room)
		return array;
	while (new_room <= need)
		new_room += new_room / 2;
	if (new_room > SIZE_MAX / size)
		refs_no_memory();
	larger = realloc(array, new_room * size);
	if (!larger)
		refs_no_memory();
	memset(larger + *room * size, 0, (new_room - *room) * size);
	*room = new_room;
	return larger;
}
