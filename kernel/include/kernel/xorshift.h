/* xorshift.h - numbers that look random and are the same in each run. */
#ifndef KERNEL_XORSHIFT_H
#define KERNEL_XORSHIFT_H

#include "kernel/types.h"

#define XORSHIFT_SEED 2463534242u

/* The next number; *state is not 0. xorshift32: Marsaglia, "Xorshift RNGs", 2003. */
static inline u32 xorshift32(u32 *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

#endif
