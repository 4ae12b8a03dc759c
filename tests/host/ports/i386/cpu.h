/* cpu.h - stands for kernel/i386/cpu.h where drivers are tested: ports are the test's. */
#ifndef I386_CPU_H
#define I386_CPU_H

#include "kernel/types.h"

u8 host_inb(u16 port);
void host_outb(u8 value, u16 port);

static inline u8 inb(u16 port)
{
	return host_inb(port);
}

static inline void outb(u8 value, u16 port)
{
	host_outb(value, port);
}

#endif
