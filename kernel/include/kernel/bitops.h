/* bitops.h - bits in words and bitmaps. Not atomic against interrupts unless named so. */
#ifndef KERNEL_BITOPS_H
#define KERNEL_BITOPS_H

#include "kernel/types.h"

#define BITS_PER_LONG	    (sizeof(unsigned long) * 8)
#define BITS_TO_LONGS(bits) (((bits) + BITS_PER_LONG - 1) / BITS_PER_LONG)
#define BIT(n)		    (1ul << (n))

static inline bool test_bit(unsigned long nr, const unsigned long *map)
{
	return map[nr / BITS_PER_LONG] >> (nr % BITS_PER_LONG) & 1;
}

static inline void __set_bit(unsigned long nr, unsigned long *map)
{
	map[nr / BITS_PER_LONG] |= BIT(nr % BITS_PER_LONG);
}

static inline void __clear_bit(unsigned long nr, unsigned long *map)
{
	map[nr / BITS_PER_LONG] &= ~BIT(nr % BITS_PER_LONG);
}

/* One instruction on i386, so atomic against interrupts on one CPU. */
static inline void set_bit(unsigned long nr, unsigned long *map)
{
	__atomic_fetch_or(&map[nr / BITS_PER_LONG], BIT(nr % BITS_PER_LONG), __ATOMIC_RELAXED);
}

static inline void clear_bit(unsigned long nr, unsigned long *map)
{
	__atomic_fetch_and(&map[nr / BITS_PER_LONG], ~BIT(nr % BITS_PER_LONG), __ATOMIC_RELAXED);
}

static inline bool test_and_set_bit(unsigned long nr, unsigned long *map)
{
	unsigned long old = __atomic_fetch_or(&map[nr / BITS_PER_LONG], BIT(nr % BITS_PER_LONG),
					      __ATOMIC_ACQUIRE);

	return old >> (nr % BITS_PER_LONG) & 1;
}

/* Index of the lowest / highest set bit; undefined for 0. */
static inline unsigned int __ffs(unsigned long word)
{
	return (unsigned int)__builtin_ctzl(word);
}

static inline unsigned int __fls(unsigned long word)
{
	return (unsigned int)(BITS_PER_LONG - 1) - (unsigned int)__builtin_clzl(word);
}

/* Smallest order with (1 << order) >= n pages, n > 0. */
static inline unsigned int order_base_2(unsigned long n)
{
	return n > 1 ? __fls(n - 1) + 1 : 0;
}

static inline bool is_power_of_2(unsigned long n)
{
	return n && !(n & (n - 1));
}

/* First clear / set bit at or after `start`, or `size` when there is none. */
unsigned long find_next_zero_bit(const unsigned long *map, unsigned long size, unsigned long start);
unsigned long find_next_bit(const unsigned long *map, unsigned long size, unsigned long start);
/* Number of set bits among the first `size`. */
unsigned long bitmap_weight(const unsigned long *map, unsigned long size);

#endif
