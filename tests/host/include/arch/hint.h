/* hint.h - hints are handed to the test instead of a port. */
#ifndef ARCH_HINT_H
#define ARCH_HINT_H

#include "kernel/trace_port.h"
#include "kernel/types.h"

/* Default: ignored. A test may define its own host_hint(). */
void host_hint(enum trace_op op, u32 b, u32 c, u32 s, u32 d);

static inline void trace_hint(enum trace_op op, u32 b, u32 c, u32 s, u32 d)
{
	host_hint(op, b, c, s, d);
}

#endif
