/* cpu.h - stands for kernel/i386/cpu.h where drivers are tested: ports are the test's. */
#ifndef I386_CPU_H
#define I386_CPU_H

#include "kernel/types.h"

u8 host_inb(u16 port);
void host_outb(u8 value, u16 port);
void host_outl(u32 value, u16 port);
void host_insw(u16 port, void *buf, unsigned long count);
void host_outsw(u16 port, const void *buf, unsigned long count);

static inline u8 inb(u16 port)
{
	return host_inb(port);
}

static inline void outb(u8 value, u16 port)
{
	host_outb(value, port);
}

static inline void outl(u32 value, u16 port)
{
	host_outl(value, port);
}

static inline void insw(u16 port, void *buf, unsigned long count)
{
	host_insw(port, buf, count);
}

static inline void outsw(u16 port, const void *buf, unsigned long count)
{
	host_outsw(port, buf, count);
}

#endif
