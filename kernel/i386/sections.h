/* sections.h - borders that kernel.lds sets. */
#ifndef I386_SECTIONS_H
#define I386_SECTIONS_H

extern char _text[], _etext[], _rodata[], _erodata[], _data[], _edata[], __bss_start[], _end[];
/* The code that may touch user addresses (arch/uaccess.c). */
extern char __uaccess_start[], __uaccess_end[];
/* The scheduler's own code: a task that waits stands in here, for whoever called. */
extern char __sched_start[], __sched_end[];

#endif
