/*
 * invlpg.h - the instruction that drops one page's translation, for the one way that is too short
 * for a call (mm/window/kmap.c); whoever uses it counts the flush. All others: arch/tlb.h.
 */
#ifndef ARCH_INVLPG_H
#define ARCH_INVLPG_H

static inline void invlpg(unsigned long addr)
{
	__asm__ volatile("invlpg (%0)" : : "r"(addr) : "memory");
}

#endif
