/* irq.h - the simulated interrupt flag. */
#ifndef ARCH_IRQ_H
#define ARCH_IRQ_H

#include "kernel/types.h"

#define X86_EFLAGS_IF 0x200ul

/* The flag; tests may look at it and set it. */
extern unsigned long host_irq_flag;

static inline unsigned long local_save_flags(void)
{
	return host_irq_flag;
}

static inline void local_irq_disable(void)
{
	host_irq_flag = 0;
}

static inline void local_irq_enable(void)
{
	host_irq_flag = X86_EFLAGS_IF;
}

static inline unsigned long local_irq_save(void)
{
	unsigned long flags = host_irq_flag;

	host_irq_flag = 0;
	return flags;
}

static inline void local_irq_restore(unsigned long flags)
{
	host_irq_flag = flags;
}

static inline bool irqs_disabled(void)
{
	return !host_irq_flag;
}

bool in_interrupt(void);

#endif
