/*
 * entry.S - into the kernel and out of it.
 *
 * Each entry builds a struct pt_regs (arch/trapframe.h) on the task's kernel
 * stack and passes its address to a C function. The way out takes it apart.
 *
 *   from the CPU      ss esp eflags cs eip [error code]
 *   from the stub     [0 for no error code] system call number or ~vector
 *   from SAVE_REGS    gs fs es ds eax ebp edi esi edx ecx ebx   <- pt_regs
 *
 * Loading a user segment register, and IRET, can fault on values that the
 * program chose; the exception table sends these faults to the code at the end.
 * FS and GS are empty inside the kernel: their descriptors change with the task
 * (TLS), so a selector left in them could not be loaded again after a nested entry.
 */
#include "i386/selectors.h"

.macro SAVE_REGS
	cld
	pushl %gs
	pushl %fs
	pushl %es
	pushl %ds
	pushl %eax
	pushl %ebp
	pushl %edi
	pushl %esi
	pushl %edx
	pushl %ecx
	pushl %ebx
	movl $KERNEL_DS, %edx
	movl %edx, %ds
	movl %edx, %es
	xorl %edx, %edx
	movl %edx, %fs
	movl %edx, %gs
	movl %esp, %eax
.endm

.macro FIXUP insn, target
	.pushsection __ex_table, "a"
	.long \insn, \target
	.popsection
.endm

	.text
	.globl system_call
	.type system_call, @function
system_call:
	pushl $0
	pushl %eax
	SAVE_REGS
	call do_system_call

restore_all:
	popl %ebx
	popl %ecx
	popl %edx
	popl %esi
	popl %edi
	popl %ebp
	popl %eax
restore_ds:
	popl %ds
restore_es:
	popl %es
restore_fs:
	popl %fs
restore_gs:
	popl %gs
	addl $8, %esp
restore_iret:
	iretl
	.size system_call, . - system_call

	.type exception_common, @function
exception_common:
	SAVE_REGS
	call do_exception
	jmp restore_all
	.size exception_common, . - exception_common

	.type irq_common, @function
irq_common:
	SAVE_REGS
	call do_irq
	jmp restore_all
	.size irq_common, . - irq_common

	.type page_fault, @function
page_fault:
	pushl $~14
	SAVE_REGS
	call do_page_fault
	jmp restore_all
	.size page_fault, . - page_fault

/* Where a forked child begins: EAX is the task that ran before, ESP its pt_regs. */
	.globl ret_from_fork
	.type ret_from_fork, @function
ret_from_fork:
	call fork_start
	jmp restore_all
	.size ret_from_fork, . - ret_from_fork

/* A kernel thread: EBX is its function, ESI the argument. Returns only to enter user mode. */
	.globl kthread_start
	.type kthread_start, @function
kthread_start:
	movl %ebx, %edx
	movl %esi, %ecx
	call kthread_main
	jmp restore_all
	.size kthread_start, . - kthread_start

/* Exceptions that push no error code of their own push 0. 8 comes through a task gate. */
.macro EXCEPTION vector, pushes_code=0
	.type exception_\vector, @function
exception_\vector:
	.if !\pushes_code
	pushl $0
	.endif
	pushl $~\vector
	jmp exception_common
	.size exception_\vector, . - exception_\vector
.endm

	EXCEPTION 0
	EXCEPTION 1
	EXCEPTION 2
	EXCEPTION 3
	EXCEPTION 4
	EXCEPTION 5
	EXCEPTION 6
	EXCEPTION 7
	EXCEPTION 9
	EXCEPTION 10, 1
	EXCEPTION 11, 1
	EXCEPTION 12, 1
	EXCEPTION 13, 1
	EXCEPTION 15
	EXCEPTION 16
	EXCEPTION 17, 1
	EXCEPTION 18
	EXCEPTION 19

.macro IRQ number, vector
	.type irq_\number, @function
irq_\number:
	pushl $0
	pushl $~\vector
	jmp irq_common
	.size irq_\number, . - irq_\number
.endm

	IRQ 0, 0x20
	IRQ 1, 0x21
	IRQ 2, 0x22
	IRQ 3, 0x23
	IRQ 4, 0x24
	IRQ 5, 0x25
	IRQ 6, 0x26
	IRQ 7, 0x27
	IRQ 8, 0x28
	IRQ 9, 0x29
	IRQ 10, 0x2a
	IRQ 11, 0x2b
	IRQ 12, 0x2c
	IRQ 13, 0x2d
	IRQ 14, 0x2e
	IRQ 15, 0x2f

/* A selector on the stack that cannot be loaded becomes 0, and the load is tried again. */
fix_ds:
	movl $0, (%esp)
	jmp restore_ds
fix_es:
	movl $0, (%esp)
	jmp restore_es
fix_fs:
	movl $0, (%esp)
	jmp restore_fs
fix_gs:
	movl $0, (%esp)
	jmp restore_gs
/* IRET refused the user's cs, ss or eflags: build the frame again and let C kill the task. */
fix_iret:
	pushl $0
	pushl $~13
	SAVE_REGS
	call do_bad_iret
	jmp restore_all

	FIXUP restore_ds, fix_ds
	FIXUP restore_es, fix_es
	FIXUP restore_fs, fix_fs
	FIXUP restore_gs, fix_gs
	FIXUP restore_iret, fix_iret
.Lentry_end:

	.section .rodata
	.globl exception_stubs, irq_stubs, entry_bounds
	.balign 4
/* For who follows a stack by its frames: a return address in here has a pt_regs above it. */
entry_bounds:
	.long system_call, .Lentry_end
exception_stubs:
	.long exception_0, exception_1, exception_2, exception_3, exception_4
	.long exception_5, exception_6, exception_7, 0, exception_9
	.long exception_10, exception_11, exception_12, exception_13, page_fault
	.long exception_15, exception_16, exception_17, exception_18, exception_19
irq_stubs:
	.long irq_0, irq_1, irq_2, irq_3, irq_4, irq_5, irq_6, irq_7
	.long irq_8, irq_9, irq_10, irq_11, irq_12, irq_13, irq_14, irq_15

	.section .note.GNU-stack, "", @progbits
