/* gdt.h - segments, the task state segments, and the double fault's own task. */
#ifndef I386_GDT_H
#define I386_GDT_H

#include "i386/thread.h"
#include "kernel/types.h"

/* Loads GDT, task register and segment registers. `Once`, at start-up. */
void gdt_init(void);
/* Stack that the CPU switches to when it enters the kernel from user mode. */
void tss_set_stack(u32 esp0);
/* Puts a task's three TLS descriptors into the GDT. Interrupts off. */
void gdt_load_tls(const u64 tls[GDT_TLS_SLOTS]);

#endif
