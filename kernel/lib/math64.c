/*
 * math64.c - 64-bit division and integer square root.
 *
 * The kernel is linked without the compiler's library, so `u64 / u32` is done
 * here as two hardware divisions: the high word first, whose remainder goes in
 * front of the low word.
 */
#include "kernel/math64.h"
#include "arch/div.h"
#include "kernel/bug.h"

u32 div64_u32(u64 *n, u32 d)
{
	u32 high = (u32)(*n >> 32), low = (u32)*n, remainder;
	u32 high_quotient;

	BUG_ON(d == 0);
	high_quotient = high / d;
	low = arch_div_64_32(high % d, low, d, &remainder);
	*n = (u64)high_quotient << 32 | low;
	return remainder;
}

unsigned long mul_div(unsigned long n, unsigned long mul, unsigned long div)
{
	u64 product = (u64)n * mul;

	div64_u32(&product, (u32)div);
	return product > UINT32_MAX ? ~0ul : (unsigned long)product;
}

/* One result bit a step, from the top: keep it when the square still fits. */
unsigned long int_sqrt(unsigned long n)
{
	unsigned long root = 0;

	for (unsigned long bit = 1ul << 15; bit; bit >>= 1) {
		unsigned long wider = root | bit;

		if (wider * wider <= n)
			root = wider;
	}
	return root;
}
