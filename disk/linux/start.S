/*
 * start.S - the entry of boot.c's file, and the two pieces of Linux in it.
 *
 * A Multiboot 1 loader leaves flat segments, no paging and no interrupts, which is what Linux's
 * 32-bit entry wants, too: with its boot_params in ESI, and EBP, EDI and EBX 0.
 */
#define MAGIC 0x1badb002
#define FLAGS 0x00000003 /* modules on page boundaries; memory map, please */

	.section .multiboot, "a"
	.balign 4
	.long MAGIC
	.long FLAGS
	.long -(MAGIC + FLAGS)

	.text
	.globl boot_start
boot_start:
	cli
	cld
	movl $stack_end, %esp
	movl %ebx, %eax
	call boot_prepare
	movl $boot_params, %esi
	xorl %ebp, %ebp
	xorl %edi, %edi
	xorl %ebx, %ebx
	jmp *linux_entry

	.section .rodata
	.globl linux_setup
linux_setup:
	.incbin LINUX_SETUP
	.balign 4
linux_entry:
	.long 0x1000000

	.bss
	.balign 16
	.skip 4096
stack_end:

	.section .kernel, "awx"
	.incbin LINUX_IMAGE

	.section .note.GNU-stack, "", @progbits
