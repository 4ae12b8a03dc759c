/*
 * guest.S - a boot-sector guest that does one of everything the plugin records.
 *
 * The first sector loads the rest, enters protected mode and makes the page
 * tables; then come the steps, each with the rows it must give in a comment.
 * Ends Bochs through port 0x8900. Golden files: guest.tlb.csv, guest.faults.csv
 * and the others (the icount column is left out of them: it depends on the BIOS).
 *
 *   0x07c00  this code, mapped one to one, user
 *   0x10000  page directory A     0x13000  page directory B
 *   0x11000  table of 0-4 MiB     0x12000  table of 4-8 MiB (empty but self-made)
 *   0x14000  TSS, 0x15000 second TSS, 0x16000 IDT, 0x17000 stacks end at 0x1b000
 *   0x20000  pages the steps touch: 1:1; those from 0x30000 are not present
 *   0x800000 a 4 MiB page onto physical 0, global; 0xc00000 another, not global
 */
	.set	PORT, 0x6d20
	.set	HELLO, 0x50470001
	.set	DIR_A, 0x10000
	.set	TABLE, 0x11000
	.set	DIR_B, 0x13000
	.set	TSS_1, 0x14000
	.set	TSS_2, 0x15000
	.set	IDT, 0x16000
	.set	STACK_0, 0x19000	/* of the kernel, entered from user mode */
	.set	STACK, 0x1a000		/* of the steps */
	.set	STACK_2, 0x1b000	/* of the second TSS */
	.set	STACK_3, 0x18000	/* of user mode */
	.set	SECTORS, 7

	.macro	hint op, ebx=0, ecx=0, esi=0, edi=0
	mov	$HELLO + \op, %eax
	mov	$\ebx, %ebx
	mov	$\ecx, %ecx
	mov	$\esi, %esi
	mov	$\edi, %edi
	mov	$PORT, %dx
	out	%eax, %dx
	.endm

	.code16
	.globl	_start
_start:
	cli
	xor	%ax, %ax
	mov	%ax, %ds
	mov	%ax, %es
	mov	%ax, %ss
	mov	$0x7c00, %sp
	mov	$0x0200 + SECTORS, %ax	/* BIOS: read sectors 2... to 0x7e00 */
	mov	$0x0002, %cx
	xor	%dh, %dh
	mov	$0x7e00, %bx
	int	$0x13
	in	$0x92, %al		/* A20 on */
	or	$2, %al
	out	%al, $0x92
	lgdt	gdt_pointer
	mov	%cr0, %eax
	or	$1, %eax
	mov	%eax, %cr0
	ljmp	$8, $protected
	.org	510
	.word	0xaa55

	.code32
protected:
	mov	$16, %ax
	mov	%ax, %ds
	mov	%ax, %es
	mov	%ax, %ss
	mov	$STACK, %esp
	mov	$DIR_A, %edi		/* clear 0x10000 to 0x17000 */
	xor	%eax, %eax
	mov	$0x7000 / 4, %ecx
	rep stosl
	movl	$TABLE + 7, DIR_A	/* directories */
	movl	$0x00000183, DIR_A + 8	/* P RW PS G */
	movl	$0x00000083, DIR_A + 12 /* P RW PS */
	movl	$TABLE + 7, DIR_B
	movl	$0x00000183, DIR_B + 8
	mov	$TABLE, %edi		/* 0 to 0x30000 one to one, user */
	mov	$7, %eax
1:	stosl
	add	$0x1000, %eax
	cmp	$0x30007, %eax
	jb	1b
	movl	$0x25005, TABLE + 0x25 * 4 /* read-only */

	movl	$0x00080000 + (fault_entry - _start + 0x7c00) % 65536, IDT + 14 * 8
	movl	$0x00008e00, IDT + 14 * 8 + 4
	movl	$0x00080000 + (back_entry - _start + 0x7c00) % 65536, IDT + 0x80 * 8
	movl	$0x0000ee00, IDT + 0x80 * 8 + 4
	lidt	idt_pointer
	movl	$STACK_0, TSS_1 + 4
	movl	$16, TSS_1 + 8
	movl	$DIR_A, TSS_1 + 28
	movl	$DIR_B, TSS_2 + 28
	movl	$second_task, TSS_2 + 32
	movl	$2, TSS_2 + 36
	movl	$STACK_2, TSS_2 + 56
	movl	$16, TSS_2 + 72		/* ES, CS, SS, DS */
	movl	$8, TSS_2 + 76
	movl	$16, TSS_2 + 80
	movl	$16, TSS_2 + 84
	mov	$40, %ax
	ltr	%ax

	mov	%cr4, %eax		/* PSE and PGE */
	or	$0x90, %eax
	mov	%eax, %cr4
	mov	$DIR_A, %eax
	mov	%eax, %cr3
	mov	%cr0, %eax		/* PG and WP: flush_all cr0 */
	or	$0x80010000, %eax
	mov	%eax, %cr0

	hint	0, 1, 4096, banner	/* HELLO; fills: code, then data of the hint */
	hint	1, 1, 1, DIR_A, name_1	/* SWITCH to pid 1 */
	hint	8, 1, 0, label		/* MARK */
	jmp	steps
	.org	1024

	/* Steps begin on a page of their own, so that their code fills are few. */
steps:
	/* a read, then a write: fill cold r, upgrade w (sets D) */
	mov	0x20000, %eax
	mov	%eax, 0x20000
	/* another page of the same slot, in a global 4 MiB page: cold, evicts 0x20000 */
	mov	0x820000, %eax
	/* and back: conflict, evicts 0x820000 */
	mov	0x20000, %eax
	/* invlpg, then flushed */
	invlpg	0x20000
	mov	0x20000, %eax
	/* invlpg of a 4 MiB page drops its pieces: two colds, invlpg, two flushed */
	mov	0xc21000, %eax
	mov	0xc22000, %eax
	invlpg	0xc00000
	mov	0xc21000, %eax
	mov	0xc22000, %eax
	/* a CR3 load keeps global entries: 0x823000 stays, 0x20000 is flushed */
	mov	0x823000, %eax
	mov	%cr3, %eax
	mov	%eax, %cr3
	mov	0x823000, %eax
	mov	0x20000, %eax
	/* another address space: 0x20000 is cold there, code and data too */
	hint	2, 2, 2, DIR_B, name_2	/* FORK */
	mov	$DIR_B, %eax
	mov	%eax, %cr3
	mov	0x20000, %eax
	mov	$DIR_A, %eax
	mov	%eax, %cr3
	/* one instruction that reads and writes one cold page: fill r, upgrade w */
	mov	$0x24000, %esi
	mov	$0x24010, %edi
	movsb
	/* the same in a 4 MiB page */
	mov	$0xc24000, %esi
	mov	$0xc24010, %edi
	movsb
	/* one that touches two pages: two fills */
	mov	0x28ffe, %eax
	/* kernel faults: anonymous page, read-only page, nested, fixup */
	movl	$1, 0x30000
	movl	$1, 0x25000
	movl	0x31000, %eax
	movl	0x35000, %eax
fixed:
	/* Bochs flushes at a write of DR7: flush_all emulator */
	mov	$0x400, %eax
	mov	%eax, %dr7
	mov	0x20000, %eax
	/* PGE off: flush_all cr4; then CR3 takes all */
	mov	%cr4, %eax
	and	$~0x80, %eax
	mov	%eax, %cr4
	mov	%cr3, %eax
	mov	%eax, %cr3
	/* task switch: flush_all task there and back */
	ljmp	$48, $0
	/* user mode: a fault, handled with a switch to another task in between */
	push	$35
	push	$STACK_3
	push	$2
	push	$27
	push	$user_code
	iret
back:
	/* the rest of the protocol */
	hint	5, 2, 2, DIR_B, 9	/* EXIT of pid 2 */
	hint	7, 0, 0, area		/* VMA map */
	hint	9, 0xffffffff, 1, counter_name
	hint	10, 1, 6, text		/* OUTPUT */
	hint	10, 2, 3, text + 6
	hint	11, 0, 7		/* FINISH */
	mov	$0x8900, %dx
	mov	$shutdown, %esi
	mov	$8, %ecx
	rep outsb
	cli
	hlt

user_code:
	mov	$35, %ax
	mov	%ax, %ds
	movl	0x32000, %eax
	int	$0x80

second_task:
	mov	0x20000, %eax
	ljmp	$40, $0

back_entry:
	add	$20, %esp
	mov	$STACK, %esp
	mov	$16, %ax
	mov	%ax, %ds
	jmp	back

	/*
	 * The fault handler: finds the page in the table below and makes it
	 * present as the table says, after what else the row asks for.
	 */
fault_entry:
	pusha
	mov	%cr2, %ebp
	mov	$actions, %ecx
1:	cmpl	%ebp, (%ecx)
	je	2f
	add	$16, %ecx
	jmp	1b
2:	push	%ecx
	mov	12(%ecx), %eax
	test	%eax, %eax
	jz	3f
	call	*%eax
3:	mov	(%esp), %ecx
	mov	8(%ecx), %ebx		/* cause */
	mov	%ebp, %esi
	mov	$HELLO + 6, %eax
	mov	$1, %ecx		/* major */
	cmp	$0x32000, %ebp
	je	4f
	xor	%ecx, %ecx
4:	mov	$area_name, %edi
	mov	$PORT, %dx
	out	%eax, %dx
	pop	%ecx
	mov	4(%ecx), %eax
	mov	%ebp, %ebx
	shr	$12, %ebx
	mov	%eax, TABLE(, %ebx, 4)
	invlpg	(%ebp)
	popa
	add	$4, %esp
	iret

nested:					/* a fault inside a fault: depth 2 */
	movl	0x33000, %eax
	/* Bochs counts 99 rounds more, 1 (it copies the rest in one go) and 9: rounds 109 */
	cld
	mov	$0x26000, %edi
	mov	$100, %ecx
	rep stosl
	mov	$0x26000, %esi
	mov	$0x27000, %edi
	mov	$100, %ecx
	rep movsl
	mov	$0x26000, %esi
	mov	$0x27000, %edi
	mov	$10, %ecx
	repe cmpsl
	ret

fix_up:					/* go on behind the bad access */
	movl	$fixed, 44(%esp)
	ret

sleep:					/* pid 2 runs for a while: not in the cost */
	push	%ebp
	hint	1, 2, 2, DIR_A, name_2
	mov	$1000, %ecx
1:	loop	1b
	hint	1, 1, 1, DIR_A, name_1
	pop	%ebp
	ret

	.balign	4
actions:				/* address, entry, cause, call */
	.long	0x30000, 0x30007, 2, 0
	.long	0x25000, 0x25007, 6, 0
	.long	0x31000, 0x31007, 3, nested
	.long	0x33000, 0x33007, 8, 0
	.long	0x35000, 0, 14, fix_up
	.long	0x32000, 0x32007, 9, sleep

area:	.long	1, 0x30000, 0x34000, 3, 0x22, 0, area_name
banner:	.asciz	"guest.S"
name_1:	.asciz	"one"
name_2:	.asciz	"two, \"quoted\""
label:	.asciz	"steps"
area_name: .asciz "[anon]"
counter_name: .asciz "pgfault"
text:	.ascii	"hello\nerr"
shutdown: .ascii "Shutdown"

	.balign	8
gdt:	.quad	0
	.quad	0x00cf9a000000ffff	/* 8, 16: kernel code, data */
	.quad	0x00cf92000000ffff
	.quad	0x00cffa000000ffff	/* 27, 35: user code, data */
	.quad	0x00cff2000000ffff
	.quad	0x0000890140000067	/* 40, 48: the two TSSes */
	.quad	0x0000890150000067
gdt_pointer:
	.word	55
	.long	gdt
idt_pointer:
	.word	0x7ff
	.long	IDT
	.org	512 * (SECTORS + 1)
