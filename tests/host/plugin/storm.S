/*
 * storm.S - a boot-sector guest that takes a TLB fill at every second instruction.
 *
 * Reads 4096 pages in turn, twice what Bochs's data TLB holds, ROUNDS times:
 * the worst case for the recorder's speed, and a recording of any length for
 * tests of full disks and interrupted runs. Then copies 1 MiB COPIES times with
 * string instructions, which Bochs cuts where its next timer fires: were one
 * of the host's time among them, the count of instructions would tell.
 *
 * SILENT: gives no hint. SMM=N: asks for system management mode, with N in the
 * port that is for that; SMM_PAGING: turns on paging there. TRIPLE: ends by a triple fault.
 * HANG: leaves a mark and a word of output, and stays in a loop of one instruction
 * with interrupts off.
 */
#ifndef ROUNDS
#define ROUNDS 100
#endif
#ifndef COPIES
#define COPIES 0
#endif
	.set	DIR, 0x100000	/* page tables follow it */
	.set	TABLES, 8
	.set	FIRST, 0x200000
	.set	PAGES, 4096

	.code16
	.globl	_start
_start:
	cli
	xor	%ax, %ax
	mov	%ax, %ds
	in	$0x92, %al		/* A20 on */
	or	$2, %al
	out	%al, $0x92
	lgdt	gdt_pointer
	mov	%cr0, %eax
	or	$1, %eax
	mov	%eax, %cr0
	ljmp	$8, $protected

	.code32
protected:
	mov	$16, %ax
	mov	%ax, %ds
	mov	%ax, %es
	mov	%ax, %ss
	mov	$DIR, %edi
	mov	$DIR + 0x1007, %eax
	mov	$TABLES, %ecx
1:	stosl
	add	$0x1000, %eax
	loop	1b
	mov	$DIR + 0x1000, %edi	/* 32 MiB one to one */
	mov	$7, %eax
	mov	$TABLES * 1024, %ecx
1:	stosl
	add	$0x1000, %eax
	loop	1b
	mov	$DIR, %eax
	mov	%eax, %cr3
	mov	%cr0, %eax
	or	$0x80010000, %eax
	mov	%eax, %cr0

#ifdef HANG
	mov	$0x6d20, %dx
	mov	$0x50470009, %eax	/* MARK */
	mov	$1, %ebx
	mov	$shutdown, %esi
	out	%eax, %dx
	mov	$0x5047000b, %eax	/* OUTPUT */
	mov	$8, %ecx
	out	%eax, %dx
1:	jmp	1b
#endif

	mov	$ROUNDS, %ebp
1:	mov	$FIRST, %esi
	mov	$PAGES, %ecx
2:	mov	(%esi), %eax
	add	$0x1000, %esi
	dec	%ecx
	jnz	2b
	dec	%ebp
	jnz	1b

#if COPIES
	mov	$COPIES, %ebp
1:	mov	$FIRST, %esi
	mov	$FIRST + 0x100000, %edi	/* in other slots of the TLB */
	mov	$0x40000, %ecx
	rep movsl
	dec	%ebp
	jnz	1b
#endif

#ifdef SMM_PAGING			/* a handler of our own, in SMRAM opened through the chip set */
	mov	$0x80000070, %eax
	mov	$0xcf8, %dx
	out	%eax, %dx
	mov	$0x4a, %al
	mov	$0xcfe, %dx
	out	%al, %dx
	mov	$handler, %esi
	mov	$0xa8000, %edi
	mov	$handler_end - handler, %ecx
	rep movsb
	mov	$0x0a, %al
	out	%al, %dx
#endif
#ifdef SMM				/* an SMI: the BIOS's handler runs, and the program goes on */
	mov	$SMM, %al
	out	%al, $0xb2
	mov	FIRST, %eax
#endif
#ifndef SILENT
	mov	$0x5047000c, %eax	/* FINISH */
	xor	%ebx, %ebx
	xor	%ecx, %ecx
	mov	$0x6d20, %dx
	out	%eax, %dx
#endif
#ifdef TRIPLE				/* no way to deliver this */
	ud2
#endif
	mov	$0x8900, %dx
	mov	$shutdown, %esi
	mov	$8, %ecx
	rep outsb
	hlt
shutdown: .asciz "Shutdown"
#ifdef SMM_PAGING
	.code16
handler:
	mov	%cr0, %eax
	or	$0x80000001, %eax
	mov	%eax, %cr0
	rsm
handler_end:
	.code32
#endif

	.balign	8
gdt:	.quad	0, 0x00cf9a000000ffff, 0x00cf92000000ffff
gdt_pointer:
	.word	23
	.long	gdt
	.org	510
	.word	0xaa55
