/*
 * switch.S - from one kernel stack to another.
 *
 * struct task_struct *switch_stacks(struct task_struct *prev, struct task_struct *next)
 *
 * Saves what C expects to survive a call, and ESP as the first word of prev
 * (thread.esp); takes up next's stack where it left off. A new task's stack
 * looks as if it had called here from ret_from_fork or kthread_start
 * (thread.c). EAX still holds prev, so next learns who ran before it.
 */
	.text
	.globl switch_stacks
	.type switch_stacks, @function
switch_stacks:
	pushl %ebp
	pushl %ebx
	pushl %esi
	pushl %edi
	movl %esp, (%eax)
	movl (%edx), %esp
	popl %edi
	popl %esi
	popl %ebx
	popl %ebp
	ret
	.size switch_stacks, . - switch_stacks

	.section .note.GNU-stack, "", @progbits
