/*
 * layout.h - who lives where in the 4 GiB of linear addresses.
 *
 *   0x00000000  never mapped (the null page and up to mmap_min_addr)
 *   0x08048000  user text ... data, BSS, heap ...  mmap area ... stack
 *   0xc0000000  PAGE_OFFSET: direct map of the first 896 MiB of memory
 *   0xf8000000  8 MiB gap (stray pointers past the direct map fault)
 *   0xf8800000  VMALLOC_START: vmalloc, vmap, ioremap, kernel stacks
 *   0xff7fe000  VMALLOC_END, then 8 KiB gap
 *   0xff800000  PKMAP_BASE: 1,024 slots for kmap()
 *   0xffc00000  FIXADDR_START: fixmap, kmap_atomic slots from the top down
 *   0xfffff000  last page: never mapped, so that ERR_PTR values fault
 *
 * vmalloc=SIZE on the command line makes the direct map shorter, and gap and
 * vmalloc window begin so much lower.
 */
#ifndef ARCH_LAYOUT_H
#define ARCH_LAYOUT_H

#define PAGE_OFFSET	0xc0000000ul
#define TASK_SIZE	PAGE_OFFSET
#define LOWMEM_MAX	0x38000000ul /* 896 MiB: the most that the direct map can hold */
#define KERNEL_PHYS	0x00100000ul
#define KERNEL_VIRT	(PAGE_OFFSET + KERNEL_PHYS)
#define MMAP_MIN_ADDR	0x00010000ul /* Linux's default vm.mmap_min_addr */
#define USER_TEXT_BASE	0x08048000ul
#define STACK_TOP	TASK_SIZE
#define STACK_LIMIT	0x00800000ul /* 8 MiB, the default of RLIMIT_STACK */
#define STACK_GUARD_GAP 0x00100000ul /* 1 MiB = 256 pages, Linux's stack_guard_gap */

#define VMALLOC_GAP   0x00800000ul
#define VMALLOC_START (PAGE_OFFSET + lowmem_limit + VMALLOC_GAP)
#define VMALLOC_END   (PKMAP_BASE - 0x2000ul)
#define PKMAP_SLOTS   1024ul
#define PKMAP_BASE    0xff800000ul
#define PKMAP_END     (PKMAP_BASE + PKMAP_SLOTS * 0x1000ul)
#define FIXADDR_START 0xffc00000ul
#define FIXADDR_TOP   0xfffff000ul /* first byte after the fixmap */

/* The end of what the direct map may hold, as a physical address: LOWMEM_MAX or less. A multiple of
 * 4 MiB, as the vmalloc window has page tables of its own. Set once, before memory is known. */
extern unsigned long lowmem_limit;

_Static_assert(LOWMEM_MAX % 0x400000 == 0 && VMALLOC_GAP % 0x400000 == 0, "a page table each");
_Static_assert(PAGE_OFFSET + LOWMEM_MAX + VMALLOC_GAP < VMALLOC_END, "no vmalloc area");
_Static_assert(VMALLOC_END < PKMAP_BASE, "vmalloc runs into kmap");
_Static_assert(PKMAP_END <= FIXADDR_START, "kmap runs into fixmap");
_Static_assert(FIXADDR_START < FIXADDR_TOP, "no fixmap");

#endif
