/* div.h - the CPU's 64 by 32 bit division (SDM 2A, DIV). */
#ifndef ARCH_DIV_H
#define ARCH_DIV_H

#include "kernel/types.h"

/* (high:low) / divisor, with high < divisor so that the quotient fits. */
static inline u32 arch_div_64_32(u32 high, u32 low, u32 divisor, u32 *remainder)
{
	u32 quotient;

	__asm__("divl %4"
		: "=a"(quotient), "=d"(*remainder)
		: "a"(low), "d"(high), "rm"(divisor)
		: "cc");
	return quotient;
}

#endif
