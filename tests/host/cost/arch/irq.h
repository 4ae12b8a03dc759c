/*
 * irq.h - the interrupt flag for counting instructions in user mode: as many
 * instructions as the kernel's own, with CLD in place of CLI and STI.
 */
#ifndef ARCH_IRQ_H
#define ARCH_IRQ_H

#include "kernel/types.h"

static inline unsigned long local_save_flags(void)
{
	unsigned long flags;

	__asm__ volatile("pushfl; popl %0" : "=rm"(flags) : : "memory");
	return flags;
}

static inline void local_irq_disable(void)
{
	__asm__ volatile("cld" ::: "memory");
}

static inline void local_irq_enable(void)
{
	__asm__ volatile("cld" ::: "memory");
}

static inline unsigned long local_irq_save(void)
{
	unsigned long flags = local_save_flags();

	local_irq_disable();
	return flags;
}

static inline void local_irq_restore(unsigned long flags)
{
	__asm__ volatile("pushl %0; popfl" : : "g"(flags) : "memory", "cc");
}

/* Looked at by checks of locks only: pretend that it is always as they want it. */
static inline bool irqs_disabled(void)
{
	return true;
}

bool in_interrupt(void);

#endif
