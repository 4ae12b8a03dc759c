/* symbols.h - kernel symbol table and backtraces (kernel/symbols.c). */
#ifndef KERNEL_SYMBOLS_PUB_H
#define KERNEL_SYMBOLS_PUB_H

#include "kernel/types.h"

/* Name of the function that holds addr and the distance into it; NULL when outside. */
const char *symbol_find(u32 addr, u32 *offset);
/* Prints one line a frame, following EBP; bounded; reads only mapped kernel stack. */
void backtrace_print(u32 ebp, u32 eip);

#endif
