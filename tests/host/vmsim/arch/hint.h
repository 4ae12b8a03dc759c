/* hint.h - host stand-in: hints go to a function of the test. */
#ifndef ARCH_HINT_H
#define ARCH_HINT_H

#include "kernel/trace_port.h"
#include "kernel/types.h"

void trace_hint(enum trace_op op, u32 b, u32 c, u32 s, u32 d);

#endif
