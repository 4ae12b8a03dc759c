/* kallsyms.h - the names of kernel addresses. kernel/symbols.c. */
#ifndef KERNEL_KALLSYMS_H
#define KERNEL_KALLSYMS_H

#include "kernel/types.h"

#define KSYM_SYMBOL_LEN 80 /* room for a name and two numbers; longer ones are cut */

/*
 * Writes "name+0x12/0x34" (offset, length of the function) for an address in the
 * kernel's text, "0xc0101234" for any other. Returns the characters written. Any context.
 */
int sprint_symbol(char *buf, size_t size, unsigned long addr);

#endif
