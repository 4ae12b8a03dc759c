/* cpu.h - what this CPU can do, found once at boot; and port I/O. */
#ifndef I386_CPU_H
#define I386_CPU_H

#include "kernel/types.h"

struct cpu_info {
	char vendor[13];
	char model[49];
	u32 family, model_nr, stepping;
	u32 features; /* CPUID.1:EDX, less what the command line turned off */
	bool has_cpuid;
};

extern struct cpu_info boot_cpu;

#define X86_FEATURE_FPU	 (1u << 0)
#define X86_FEATURE_PSE	 (1u << 3)
#define X86_FEATURE_TSC	 (1u << 4)
#define X86_FEATURE_PGE	 (1u << 13)
#define X86_FEATURE_FXSR (1u << 24)
#define X86_FEATURE_SSE	 (1u << 25)
#define cpu_has(f)	 (boot_cpu.features & (f))

/* Finds the CPU's features and applies nopse, nopge, nofxsr. */
void cpu_detect(void);

static inline void outb(u8 value, u16 port)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline void outw(u16 value, u16 port)
{
	__asm__ volatile("outw %0, %1" : : "a"(value), "Nd"(port));
}

static inline void outl(u32 value, u16 port)
{
	__asm__ volatile("outl %0, %1" : : "a"(value), "Nd"(port));
}

static inline u8 inb(u16 port)
{
	u8 value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static inline u16 inw(u16 port)
{
	u16 value;

	__asm__ volatile("inw %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static inline u32 inl(u16 port)
{
	u32 value;

	__asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static inline void insw(u16 port, void *buf, unsigned long count)
{
	__asm__ volatile("rep insw" : "+D"(buf), "+c"(count) : "d"(port) : "memory");
}

static inline void outsw(u16 port, const void *buf, unsigned long count)
{
	__asm__ volatile("rep outsw" : "+S"(buf), "+c"(count) : "d"(port) : "memory");
}

#endif
