/*
 * uaccess.h - the only way to user memory. Each accessor checks the range
 * against TASK_SIZE; a fault inside that cannot be resolved ends in -EFAULT
 * through the exception table. May sleep; no spinlock, no mmap_sem held.
 */
#ifndef I386_UACCESS_H
#define I386_UACCESS_H

#include "arch/layout.h"
#include "kernel/compiler.h"
#include "kernel/types.h"

static inline bool access_ok(const void __user *addr, size_t size)
{
	return size <= TASK_SIZE && (unsigned long)addr <= TASK_SIZE - size;
}

/* Return the number of bytes NOT copied (0: all). copy_from_user zeroes nothing. */
unsigned long __must_check copy_from_user(void *to, const void __user *from, unsigned long n);
unsigned long __must_check copy_to_user(void __user *to, const void *from, unsigned long n);
unsigned long __must_check clear_user(void __user *to, unsigned long n);
/* Copies a string with its NUL: its length without it, -EFAULT, or `size` when it does not fit. */
long __must_check strncpy_from_user(char *to, const char __user *from, long size);
/* 0 or -EFAULT, 32 bits. */
int __must_check get_user_u32(u32 *value, const u32 __user *from);
int __must_check put_user_u32(u32 value, u32 __user *to);
/* The same with a spinlock held: also -EFAULT when the page is not there now. Does not sleep. */
int __must_check get_user_u32_inatomic(u32 *value, const u32 __user *from);
/* Stores `new` if the word is *value, in one step; *value is what was there. 0 or -EFAULT. */
int __must_check cmpxchg_user_u32(u32 *value, u32 new, u32 __user *at);

/* One line of the exception table: a fault at insn goes on at fixup. */
struct exception_entry {
	u32 insn, fixup;
};
/* The fixup for an address, or 0. */
u32 search_exception_table(u32 eip);

#endif
