/*
 * uaccess.c - copying to and from user memory.
 *
 * All code that touches user addresses lies in section .text.uaccess, so that
 * the page fault handler knows an accessor's fault from a stray pointer by the
 * instruction's address alone. A fault that cannot be resolved continues at the
 * address that the exception table has for the instruction:
 *
 *   copy   a word move that faults is gone over again byte by byte; the byte
 *          move stops exactly where memory ends, so the count left is exact.
 */
#include "i386/uaccess.h"
#include "i386/sections.h"
#include "kernel/errno.h"
#include "kernel/lock.h"

#define __uaccess __section(".text.uaccess") __noinline

#define EX_TABLE(insn, fixup)                \
	".pushsection __ex_table, \"a\"\n\t" \
	".long " insn ", " fixup "\n\t"      \
	".popsection\n\t"

extern const struct exception_entry __start_ex_table[], __stop_ex_table[]; /* kernel.lds */

u32 search_exception_table(u32 eip)
{
	u32 i, count = ((u32)__stop_ex_table - (u32)__start_ex_table) / sizeof(*__start_ex_table);

	for (i = 0; i < count; i++) {
		if (__start_ex_table[i].insn == eip)
			return __start_ex_table[i].fixup;
	}
	return 0;
}

/* Returns bytes not copied. */
static __uaccess unsigned long copy_user(void *to, const void *from, unsigned long n)
{
	unsigned long words = n / 4, left;

	__asm__ volatile("1:\trep movsl\n\t"
			 "movl %4, %0\n"
			 "2:\trep movsb\n\t"
			 "jmp 4f\n"
			 "3:\tleal (%4, %0, 4), %0\n\t"
			 "jmp 2b\n"
			 "4:\n\t" EX_TABLE("1b", "3b") EX_TABLE("2b", "4b")
			 : "=&c"(left), "+&D"(to), "+&S"(from)
			 : "0"(words), "r"(n % 4)
			 : "memory");
	return left;
}

static __uaccess unsigned long zero_user(void *to, unsigned long n)
{
	unsigned long words = n / 4, left;

	__asm__ volatile("1:\trep stosl\n\t"
			 "movl %3, %0\n"
			 "2:\trep stosb\n\t"
			 "jmp 4f\n"
			 "3:\tleal (%3, %0, 4), %0\n\t"
			 "jmp 2b\n"
			 "4:\n\t" EX_TABLE("1b", "3b") EX_TABLE("2b", "4b")
			 : "=&c"(left), "+&D"(to)
			 : "0"(words), "r"(n % 4), "a"(0)
			 : "memory");
	return left;
}

/* Moves up to `size` bytes, until a NUL has been moved: bytes before it, `size`, or -EFAULT. */
static __uaccess long string_user(char *to, const char *from, long size)
{
	long left = size;

	__asm__ volatile("testl %0, %0\n\t"
			 "jz 3f\n"
			 "1:\tlodsb\n\t"
			 "stosb\n\t"
			 "testb %%al, %%al\n\t"
			 "jz 3f\n\t"
			 "decl %0\n\t"
			 "jnz 1b\n\t"
			 "jmp 3f\n"
			 "2:\tmovl %3, %0\n"
			 "3:\n\t" EX_TABLE("1b", "2b")
			 : "+&r"(left), "+&S"(from), "+&D"(to)
			 : "i"(-EFAULT)
			 : "eax", "memory", "cc");
	return left < 0 ? left : size - left;
}

static __uaccess int load_user(u32 *value, const u32 *from)
{
	int err = 0;

	__asm__ volatile("1:\tmovl %2, %1\n\t"
			 "jmp 3f\n"
			 "2:\tmovl %3, %0\n"
			 "3:\n\t" EX_TABLE("1b", "2b")
			 : "+r"(err), "=&r"(*value)
			 : "m"(*from), "i"(-EFAULT));
	return err;
}

static __uaccess int store_user(u32 value, u32 *to)
{
	int err = 0;

	__asm__ volatile("1:\tmovl %1, %2\n\t"
			 "jmp 3f\n"
			 "2:\tmovl %3, %0\n"
			 "3:\n\t" EX_TABLE("1b", "2b")
			 : "+r"(err)
			 : "r"(value), "m"(*to), "i"(-EFAULT)
			 : "memory");
	return err;
}

static __uaccess int exchange_user(u32 *value, u32 new, u32 *at)
{
	int err = 0;

	__asm__ volatile("1:\tlock; cmpxchgl %3, %2\n\t"
			 "jmp 3f\n"
			 "2:\tmovl %4, %0\n"
			 "3:\n\t" EX_TABLE("1b", "2b")
			 : "+r"(err), "+a"(*value), "+m"(*at)
			 : "r"(new), "i"(-EFAULT)
			 : "memory", "cc");
	return err;
}

unsigned long copy_from_user(void *to, const void __user *from, unsigned long n)
{
	might_sleep();
	return access_ok(from, n) ? copy_user(to, from, n) : n;
}

unsigned long copy_to_user(void __user *to, const void *from, unsigned long n)
{
	might_sleep();
	return access_ok(to, n) ? copy_user(to, from, n) : n;
}

unsigned long clear_user(void __user *to, unsigned long n)
{
	might_sleep();
	return access_ok(to, n) ? zero_user(to, n) : n;
}

long strncpy_from_user(char *to, const char __user *from, long size)
{
	unsigned long room = TASK_SIZE - (unsigned long)from;
	long moved;

	might_sleep();
	if (!access_ok(from, 1) || size < 0)
		return -EFAULT;
	if ((unsigned long)size <= room)
		return string_user(to, from, size);
	moved = string_user(to, from, (long)room);
	return moved == (long)room ? -EFAULT : moved; /* ran into the kernel's addresses */
}

int get_user_u32(u32 *value, const u32 __user *from)
{
	might_sleep();
	return access_ok(from, sizeof(*from)) ? load_user(value, from) : -EFAULT;
}

int put_user_u32(u32 value, u32 __user *to)
{
	might_sleep();
	return access_ok(to, sizeof(*to)) ? store_user(value, to) : -EFAULT;
}

int get_user_u32_inatomic(u32 *value, const u32 __user *from)
{
	BUG_ON(this_cpu(preempt_count) == 0);
	return access_ok(from, sizeof(*from)) ? load_user(value, from) : -EFAULT;
}

int cmpxchg_user_u32(u32 *value, u32 new, u32 __user *at)
{
	might_sleep();
	return access_ok(at, sizeof(*at)) ? exchange_user(value, new, at) : -EFAULT;
}
