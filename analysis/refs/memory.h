/* memory.h - memory for the tools, or the end of them. */
#ifndef REFS_MEMORY_H
#define REFS_MEMORY_H

#include <stddef.h>

/* There is none: ends the program. */
void refs_no_memory(void) __attribute__((noreturn));
/* n objects of `size` bytes, zeroed. Ends the program when there are none. */
void *refs_zeroed(size_t n, size_t size);
/* An array of `room` objects made larger until it has more than `need`, what is new zeroed. */
void *refs_larger(void *array, size_t *room, size_t need, size_t size);

#endif
