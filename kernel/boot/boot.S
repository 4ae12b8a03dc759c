/*
 * boot.S - from the boot loader to C.
 *
 * A Multiboot 1 loader (GRUB legacy, QEMU -kernel) leaves us in 32-bit
 * protected mode, paging off, EAX the magic number, EBX the physical address of
 * its information. We run at physical 1 MiB but are linked at PAGE_OFFSET + 1
 * MiB: so map the first EARLY_TABLES * 4 MiB twice, at 0 and at PAGE_OFFSET, with
 * 4 KiB pages that every CPU has, turn on paging and jump to the upper copy.
 * paging_init() builds the real tables later and takes the lower copy away.
 */
#include "boot/boot.h"

#define PHYS(address) ((address) - BOOT_PAGE_OFFSET)

#define MULTIBOOT_MAGIC	0x1badb002
#define MULTIBOOT_FLAGS	0x00000003 /* modules on page boundaries; memory map, please */

#define PTE_FLAGS 0x063 /* present, writable, accessed, dirty */
#define CR0_BITS  0x80010000 /* PG, WP */

	.section .multiboot, "a"
	.balign 4
	.long MULTIBOOT_MAGIC
	.long MULTIBOOT_FLAGS
	.long -(MULTIBOOT_MAGIC + MULTIBOOT_FLAGS)

	.text
	.globl boot_entry
	.type boot_entry, @function
boot_entry:
	cli
	cld
	movl %eax, %ebp
	movl $PHYS(boot_stack + BOOT_STACK_SIZE), %esp

	/* Fill the tables: entry i maps frame i. */
	movl $PHYS(early_tables), %edi
	movl $PTE_FLAGS, %eax
	movl $(EARLY_TABLES * 1024), %ecx
1:	stosl
	addl $0x1000, %eax
	loop 1b

	/* Hang them under entries 0.. (here) and 768.. (PAGE_OFFSET) of the directory. */
	movl $PHYS(swapper_pg_dir), %edi
	movl $(PHYS(early_tables) + PTE_FLAGS), %eax
	movl $EARLY_TABLES, %ecx
2:	movl %eax, (%edi)
	movl %eax, 768 * 4(%edi)
	addl $0x1000, %eax
	addl $4, %edi
	loop 2b

	movl $PHYS(swapper_pg_dir), %eax
	movl %eax, %cr3
	movl %cr0, %eax
	orl $CR0_BITS, %eax
	movl %eax, %cr0
	movl $3f, %eax
	jmp *%eax

3:	movl $(boot_stack + BOOT_STACK_SIZE), %esp
	movl %ebp, %eax
	movl %ebx, %edx
	xorl %ebp, %ebp /* ends backtraces */
	pushl %ebp
	call kernel_main
4:	cli
	hlt
	jmp 4b
	.size boot_entry, . - boot_entry

/*
 * Directory, a page that paging_init() unmaps, the boot thread's stack: a stack
 * that runs over hits the hole. The stack is aligned to its size.
 */
	.section .bss.pages, "aw", @nobits
	.globl swapper_pg_dir, boot_stack_guard, boot_stack
	.balign BOOT_STACK_SIZE
swapper_pg_dir:
	.skip 4096
boot_stack_guard:
	.skip 4096
boot_stack:
	.skip BOOT_STACK_SIZE
early_tables:
	.skip EARLY_TABLES * 4096

	.section .note.GNU-stack, "", @progbits
