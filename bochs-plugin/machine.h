/*
 * machine.h - what the plain C part of the plugin sees of the emulator.
 *
 * hooks.cc fills these structs from Bochs; host tests fill them from a model.
 * Nothing else in this directory knows which of the two it is.
 */
#ifndef TLBTRACE_MACHINE_H
#define TLBTRACE_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

#define PAGE_MASK     0xfffu
#define LARGE_4M_MASK 0x3fffffu
#define LARGE_2M_MASK 0x1fffffu

/* Where programs' addresses end, in our kernel as in Linux. */
#define KERNEL_HALF 0xc0000000u

enum tlb_id {
	TLB_D,
	TLB_I
};

#define DTLB_SIZE 2048u /* Bochs 3.0, cpu/cpu.h: both are direct-mapped */
#define ITLB_SIZE 1024u

/* Accesses that an entry lets through without another walk (Bochs's accessBits). */
#define TLB_SYS_R  0x01u
#define TLB_USER_R 0x02u
#define TLB_SYS_W  0x04u
#define TLB_USER_W 0x08u
#define TLB_SYS_X  0x01u /* instruction TLB */
#define TLB_USER_X 0x02u
#define TLB_GLOBAL 0x80000000u
#define TLB_BITS   (0x0fu | TLB_GLOBAL)

/* One entry of a real TLB. Bochs leaves `frame` in place when it invalidates an entry. */
struct tlb_slot {
	bool valid;
	uint32_t page;
	uint32_t bits;
	uint32_t mask; /* page size - 1 */
	uint64_t frame;
};

/* The processor at one moment. */
struct cpu_view {
	uint64_t icount;
	unsigned int cpu;
	uint32_t eip;	/* of the instruction in work, or of the handler about to begin */
	uint32_t fetch; /* linear address from which the next byte of code would come */
	uint32_t esp;	/* as it was before the instruction in work */
	uint32_t ebp;
	uint32_t interrupted; /* if eip is of a handler about to begin: instead of this; or 0 */
	uint32_t cr3;
	unsigned int cpl;
	bool paging, wp, pse, pae, pge;
	uint64_t pdpt[4]; /* the loaded PDPTEs; valid when pae */
};

struct machine {
	void *ctx;
	/* Fills *view. False: the processor is in a mode that cannot be recorded. */
	bool (*view)(void *ctx, struct cpu_view *view);
	void (*tlb_read)(void *ctx, enum tlb_id id, unsigned int index, struct tlb_slot *slot);
	/* The physical addresses that the last data access was translated to. */
	void (*translated)(void *ctx, uint64_t phys[2]);
	/* Copies guest memory; returns how many of the len bytes could be read. */
	unsigned int (*read_linear)(void *ctx, uint32_t addr, void *buf, unsigned int len);
	/* The same of physical memory. NULL: it cannot be read. */
	unsigned int (*read_phys)(void *ctx, uint64_t addr, void *buf, unsigned int len);
	const uint64_t *icount; /* may be read from any thread, for display */
	const uint64_t *rounds; /* of them, rounds of `rep` instructions but for each one's first */
	/* Microseconds of the machine's own time; NULL: it has none. */
	uint64_t (*usec)(void *ctx);
	/* From any thread: recorder_flush_files should be called soon. May be NULL. */
	void (*wake)(void *ctx);
};

#endif
