/*
 * hint.h - one OUT to the plugin (kernel/trace_port.h tells what each means).
 * They stay in every build; nothing in the kernel depends on their being heard.
 */
#ifndef ARCH_HINT_H
#define ARCH_HINT_H

#include "kernel/trace_port.h"
#include "kernel/types.h"

static inline void trace_hint(enum trace_op op, u32 b, u32 c, u32 s, u32 d)
{
	__asm__ volatile("outl %%eax, %%dx"
			 :
			 : "a"(op), "d"(TRACE_PORT), "b"(b), "c"(c), "S"(s), "D"(d)
			 : "memory");
}

#endif
