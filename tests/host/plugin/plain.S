/*
 * plain.S - a boot sector that knows nothing of the plugin: turns paging on, reads pages of 4 MiB of
 * memory, takes one page fault that it cannot mend and goes on behind it, and powers the machine off.
 * With GO_RESET it resets the machine instead; with GO_HALT it stops.
 */
	.code16
	.globl _start
_start:
	cli
	xorw %ax, %ax
	movw %ax, %ds
	movw %ax, %ss
	movw $0x7000, %sp
	lgdtl gdt_at
	movl %cr0, %eax
	orb $1, %al
	movl %eax, %cr0
	ljmpl $8, $protected

	.code32
protected:
	movw $16, %ax
	movw %ax, %ds
	movw %ax, %es
	movw %ax, %ss
	movl $0x7000, %esp
	movl $0x10000, %edi	/* the directory, the table behind it */
	xorl %eax, %eax
	movl $2048, %ecx
	rep stosl
	movl $0x11003, 0x10000
	movl $0x3, %eax
	movl $0x11000, %edi
	movl $1023, %ecx	/* the last page is not there */
1:	stosl
	addl $4096, %eax
	loop 1b
	movl $(handler - _start), %eax
	addl $0x7c00, %eax
	movw %ax, gate
	lidt idt_at
	movl $0x10000, %eax
	movl %eax, %cr3
	movl %cr0, %eax
	orl $0x80000000, %eax
	movl %eax, %cr0
	movl $0x100000, %esi
	movl $64, %ecx
2:	movl (%esi), %eax
	addl $4096, %esi
	loop 2b
	movl 0x3ff000, %eax
behind:
#ifdef GO_RESET
	movb $0xfe, %al
	outb %al, $0x64
#endif
#ifndef GO_HALT
	movl $word, %esi
	movw $0x8900, %dx
	movl $8, %ecx
	rep outsb
#endif
3:	hlt
	jmp 3b

handler:
	addl $4, %esp
	movl $behind, (%esp)
	iret

word:	.ascii "Shutdown"
	.balign 8
gdt:	.quad 0, 0x00cf9a000000ffff, 0x00cf92000000ffff
gdt_at:	.word 23
	.long gdt
	/* Only vector 14, so the table begins so far before it. */
gate:	.word 0, 8, 0x8e00, 0
idt_at:	.word 119
	.long gate - 112
	.org 510
	.word 0xaa55
