/* control.h - control registers (Intel SDM 3A, 2.5). CR4 only on CPUs that have it. */
#ifndef I386_CONTROL_H
#define I386_CONTROL_H

#include "kernel/types.h"

#define CR0_MP 0x00000002u
#define CR0_EM 0x00000004u
#define CR0_TS 0x00000008u
#define CR0_NE 0x00000020u
#define CR0_WP 0x00010000u
#define CR0_AM 0x00040000u
#define CR0_NW 0x20000000u
#define CR0_CD 0x40000000u

#define CR4_PSE	       0x010u
#define CR4_PGE	       0x080u
#define CR4_OSFXSR     0x200u
#define CR4_OSXMMEXCPT 0x400u

static inline u32 read_cr0(void)
{
	u32 value;

	__asm__ volatile("movl %%cr0, %0" : "=r"(value));
	return value;
}

static inline void write_cr0(u32 value)
{
	__asm__ volatile("movl %0, %%cr0" : : "r"(value) : "memory");
}

/* The linear address of the last page fault. */
static inline u32 read_cr2(void)
{
	u32 value;

	__asm__ volatile("movl %%cr2, %0" : "=r"(value));
	return value;
}

static inline u32 read_cr3(void)
{
	u32 value;

	__asm__ volatile("movl %%cr3, %0" : "=r"(value) : : "memory");
	return value;
}

static inline void write_cr3(u32 value)
{
	__asm__ volatile("movl %0, %%cr3" : : "r"(value) : "memory");
}

static inline u32 read_cr4(void)
{
	u32 value;

	__asm__ volatile("movl %%cr4, %0" : "=r"(value));
	return value;
}

static inline void write_cr4(u32 value)
{
	__asm__ volatile("movl %0, %%cr4" : : "r"(value) : "memory");
}

/* Allows FPU instructions until the next set of TS. */
static inline void clts(void)
{
	__asm__ volatile("clts" ::: "memory");
}

#endif
