/*
 * fault_user.S - programs for test_fault_inject.c: each makes a few system calls
 * and ends with 0, or with 1 as soon as one fails.
 *
 * The bytes from fault_user to fault_user_end lie behind the headers of a file
 * that is loaded at START as one area, which may be read, written and executed;
 * the area's second page is all zeroes. The entry point chooses the program.
 */
#define START 0x08048000
#define CODE  0x100	 /* where fault_user lies in the file, and from START on */
#define BUF   0x08049800 /* in the page of zeroes */

#define SYS_EXIT    1
#define SYS_FORK    2
#define SYS_READ    3
#define SYS_WRITE   4
#define SYS_OPEN    5
#define SYS_CLOSE   6
#define SYS_WAITPID 7
#define SYS_UNLINK  10
#define SYS_PIPE    42
#define SYS_BRK     45
#define SYS_MMAP    90
#define SYS_MUNMAP  91
#define SYS_CLONE   120
#define SYS_POLL    168

/* Makes a call whose arguments are in ebx, ecx, edx, esi, edi; its result stays in eax. */
.macro call_or_end number
	movl $\number, %eax
	int $0x80
	testl %eax, %eax
	js failed
.endm

	.section .rodata
	.globl fault_user, fault_user_end
	.globl fault_user_nothing, fault_user_memory, fault_user_fork, fault_user_pipe
	.globl fault_user_file, fault_user_proc

fault_user:
fault_user_nothing:
	xorl %ebx, %ebx
end:
	movl $SYS_EXIT, %eax
	int $0x80
failed:
	movl $1, %ebx
	jmp end

/* Heap, anonymous memory in two page tables, stack. */
fault_user_memory:
	xorl %ebx, %ebx
	call_or_end SYS_BRK
	leal 0x5000(%eax), %ebx
	movl %ebx, %esi
	call_or_end SYS_BRK
	cmpl %esi, %eax
	jne failed
	movl $1, -4(%eax)
	pushl $0
	pushl $-1
	pushl $0x22		/* MAP_PRIVATE | MAP_ANONYMOUS */
	pushl $3		/* PROT_READ | PROT_WRITE */
	pushl $0x401000
	pushl $0
	movl %esp, %ebx
	movl $SYS_MMAP, %eax
	int $0x80
	cmpl $-4096, %eax
	ja failed
	movl $1, (%eax)
	movl $1, 0x400000(%eax)
	movl %eax, %ebx
	movl $0x401000, %ecx
	call_or_end SYS_MUNMAP
	movl $1, -0x6000(%esp)
	jmp fault_user_nothing

/* A child that writes to shared pages, and a thread-like one in the same memory. */
fault_user_fork:
	movl $7, BUF
	call_or_end SYS_FORK
	testl %eax, %eax
	jz 1f
	movl %eax, %ebx
	movl $BUF + 8, %ecx
	xorl %edx, %edx
	call_or_end SYS_WAITPID
	cmpl $0, BUF + 8
	jne failed
	movl $0x4111, %ebx	/* CLONE_VFORK | CLONE_VM | SIGCHLD */
	xorl %ecx, %ecx
	call_or_end SYS_CLONE
	testl %eax, %eax
	jz fault_user_nothing
	movl %eax, %ebx
	movl $BUF + 8, %ecx
	xorl %edx, %edx
	call_or_end SYS_WAITPID
	jmp fault_user_nothing
1:	movl $8, BUF
	pushl $1
	jmp fault_user_nothing

/* A pipe, filled beyond a page, emptied, polled. */
fault_user_pipe:
	movl $BUF, %ebx
	call_or_end SYS_PIPE
	movl BUF + 4, %ebx
	movl $START, %ecx
	movl $5000, %edx
	call_or_end SYS_WRITE
	movw $1, BUF + 12	/* struct pollfd at BUF + 8: POLLIN */
	movl BUF, %eax
	movl %eax, BUF + 8
	movl $BUF + 8, %ebx
	movl $1, %ecx
	movl $-1, %edx
	call_or_end SYS_POLL
	movl BUF, %ebx
	movl $BUF + 64, %ecx
	movl $1000, %edx
	call_or_end SYS_READ
	movl BUF + 4, %ebx
	call_or_end SYS_CLOSE
	jmp fault_user_nothing

/* A file made, written, read and removed while open. */
fault_user_file:
	movl $0x656c6966, BUF	/* "file" */
	movl $BUF, %ebx
	movl $0102, %ecx	/* O_CREAT | O_RDWR */
	movl $0644, %edx
	call_or_end SYS_OPEN
	movl %eax, %ebx
	movl $START, %ecx
	movl $5000, %edx
	call_or_end SYS_WRITE
	movl $BUF, %ebx
	call_or_end SYS_UNLINK
	movl $BUF, %ebx
	xorl %ecx, %ecx
	movl $SYS_OPEN, %eax	/* it is gone */
	int $0x80
	testl %eax, %eax
	jns failed
	jmp fault_user_nothing

/* Texts of /proc: of the system, and of the program itself. */
fault_user_proc:
	movl $START + CODE + meminfo - fault_user, %ebx
	call 1f
	movl $START + CODE + maps - fault_user, %ebx
	call 1f
	jmp fault_user_nothing
1:	xorl %ecx, %ecx
	call_or_end SYS_OPEN
	movl %eax, %ebx
	movl $BUF, %ecx
	movl $1000, %edx
	call_or_end SYS_READ
	call_or_end SYS_CLOSE
	ret
meminfo:
	.asciz "/proc/meminfo"
maps:
	.asciz "/proc/self/maps"
fault_user_end:

	.section .note.GNU-stack, "", @progbits
