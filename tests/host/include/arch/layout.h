/*
 * layout.h - the simulated machine's linear addresses, inside this process.
 *
 *   0x60000000  PAGE_OFFSET: direct map of the first 32 MiB of simulated memory
 *   0x62000000  gap
 *   0x62800000  vmalloc
 *   0x6f800000  kmap window
 *   0x6fc00000  fixmap window
 *
 * Low memory ends at 32 MiB, so that a few megabytes more make a HIGHMEM zone.
 * User addresses are as in the kernel; nothing is ever mapped there.
 */
#ifndef ARCH_LAYOUT_H
#define ARCH_LAYOUT_H

#define PAGE_OFFSET	0x60000000ul
#define TASK_SIZE	0xc0000000ul
#define LOWMEM_MAX	0x02000000ul
#define lowmem_limit	LOWMEM_MAX
#define KERNEL_PHYS	0x00100000ul
#define KERNEL_VIRT	(PAGE_OFFSET + KERNEL_PHYS)
#define MMAP_MIN_ADDR	0x00010000ul
#define USER_TEXT_BASE	0x08048000ul
#define STACK_TOP	TASK_SIZE
#define STACK_LIMIT	0x00800000ul
#define STACK_GUARD_GAP 0x00100000ul

#define VMALLOC_GAP   0x00800000ul
#define VMALLOC_START (PAGE_OFFSET + LOWMEM_MAX + VMALLOC_GAP)
#define VMALLOC_END   (PKMAP_BASE - 0x2000ul)
#define PKMAP_SLOTS   1024ul
#define PKMAP_BASE    0x6f800000ul
#define PKMAP_END     (PKMAP_BASE + PKMAP_SLOTS * 0x1000ul)
#define FIXADDR_START 0x6fc00000ul
#define FIXADDR_TOP   0x6ffff000ul

#endif
