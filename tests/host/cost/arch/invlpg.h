/* invlpg.h - one instruction where the kernel has one. */
#ifndef ARCH_INVLPG_H
#define ARCH_INVLPG_H

static inline void invlpg(unsigned long addr)
{
	__asm__ volatile("nop" : : "r"(addr) : "memory");
}

#endif
