/* math64.h - 64-bit arithmetic that the compiler would need a library for, and square roots. */
#ifndef KERNEL_MATH64_H
#define KERNEL_MATH64_H

#include "kernel/types.h"

/* Divides *n by d (not 0) in place; returns the remainder. */
u32 div64_u32(u64 *n, u32 d);
/* n * mul / div with a 64-bit product, div not 0; saturates at the largest unsigned long. */
unsigned long mul_div(unsigned long n, unsigned long mul, unsigned long div);
/* Largest r with r * r <= n. */
unsigned long int_sqrt(unsigned long n);

#endif
