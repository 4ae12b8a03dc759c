/* string.h - block moves as plain loops, so that the sanitizers see every byte. */
#ifndef ARCH_STRING_H
#define ARCH_STRING_H

#include "kernel/types.h"

static inline void arch_move_up(void *dst, const void *src, size_t n)
{
	u8 *d = dst;
	const u8 *s = src;

	for (size_t i = 0; i < n; i++)
		d[i] = s[i];
}

static inline void arch_move_down(void *dst, const void *src, size_t n)
{
	u8 *d = dst;
	const u8 *s = src;

	while (n--)
		d[n] = s[n];
}

static inline void arch_fill(void *dst, u8 byte, size_t n)
{
	u8 *d = dst;

	for (size_t i = 0; i < n; i++)
		d[i] = byte;
}

#endif
