/*
 * string.h - block moves and fills that the CPU does in one repeated
 * instruction (SDM 2B, REP). The direction flag is clear everywhere (System V
 * i386 ABI) except inside arch_move_down().
 */
#ifndef ARCH_STRING_H
#define ARCH_STRING_H

#include "kernel/types.h"

/* Copies n bytes from low to high addresses. */
static inline void arch_move_up(void *dst, const void *src, size_t n)
{
	size_t words = n / 4;

	__asm__ volatile("rep movsl\n\t"
			 "movl %3, %%ecx\n\t"
			 "rep movsb"
			 : "+&D"(dst), "+&S"(src), "+&c"(words)
			 : "r"(n % 4)
			 : "memory");
}

/* Copies n bytes from high to low addresses, for overlap with dst above src. */
static inline void arch_move_down(void *dst, const void *src, size_t n)
{
	char *d = (char *)dst + n - 1;
	const char *s = (const char *)src + n - 1;

	__asm__ volatile("std\n\t"
			 "rep movsb\n\t"
			 "cld"
			 : "+D"(d), "+S"(s), "+c"(n)
			 :
			 : "memory", "cc");
}

static inline void arch_fill(void *dst, u8 byte, size_t n)
{
	size_t words = n / 4;

	__asm__ volatile("rep stosl\n\t"
			 "movl %3, %%ecx\n\t"
			 "rep stosb"
			 : "+&D"(dst), "+&c"(words)
			 : "a"(byte * 0x01010101u), "r"(n % 4)
			 : "memory");
}

#endif
