/* boot.h - boot.S's facts, and what the boot loader told us. Also for .S files. */
#ifndef BOOT_BOOT_H
#define BOOT_BOOT_H

#define BOOT_PAGE_OFFSET 0xc0000000 /* PAGE_OFFSET */
#define BOOT_STACK_SIZE	 8192	    /* THREAD_SIZE */
#define EARLY_TABLES	 2	    /* page tables of the early mapping, 4 MiB each */

#ifndef __ASSEMBLER__

#include "kernel/types.h"

#define MULTIBOOT_LOADER_MAGIC 0x2badb002u
#define EARLY_MAP_SIZE	       (EARLY_TABLES * 0x400000ul) /* mapped from physical 0 */

/* The page below boot_stack: paging_init() leaves it unmapped. */
extern char boot_stack_guard[];

/*
 * Copies command line and memory map out of the loader's memory, which nobody
 * protects afterwards. Panics when the loader is not a Multiboot one. Runs on
 * the early mapping; info is a physical address.
 */
void multiboot_save(u32 magic, u32 info);
/* Tells bootmem the memory map, what is taken, and mem=. */
void memory_map_init(void);
/* A range of the firmware's map, E820 type; in bytes. */
struct memory_range {
	u64 start, size;
	u32 type;
};
/* Entry `i` as the loader gave it: in any order, overlaps and all. NULL past the last. */
const struct memory_range *memory_map_entry(unsigned int i);
/* iomem.c: fills the tree of physical addresses. After memory_map_init(). */
void iomem_init(void);
/* kernel/main.c: boot.S's call into C, with what the loader left in EAX and EBX. */
void kernel_main(u32 magic, u32 info);

#endif /* __ASSEMBLER__ */
#endif
