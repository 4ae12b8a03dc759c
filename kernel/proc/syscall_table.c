/*
 * syscall_table.c - which function answers which system call number.
 *
 * The rows come from syscall.tbl. A call without a function answers -ENOSYS; the
 * first call of each such number is named on the console, so that a program that
 * needs it can be told from one that only asks.
 */
#include "kernel/errno.h"
#include "kernel/printk.h"
#include "proc/syscall.h"
#include "proc/task.h"

#define FUNCTION(nr, name, function) [nr] = (function),
const syscall_fn syscall_table[NR_SYSCALLS] = {SYSCALL_ENTRIES(FUNCTION)};

#define NAME(nr, name, function) [nr] = (name),
const char *const syscall_names[NR_SYSCALLS] = {SYSCALL_ENTRIES(NAME)};

const char *syscall_name(u32 nr)
{
	return nr < NR_SYSCALLS && syscall_names[nr] ? syscall_names[nr] : "?";
}

static u32 unknown_calls[NR_SYSCALLS + 1]; /* by number; the last for all beyond the table */

long sys_unknown(u32 nr)
{
	u32 *count = &unknown_calls[nr < NR_SYSCALLS ? nr : NR_SYSCALLS];

	if ((*count)++ == 0)
		pr_info("%s[%d]: system call %u (%s) is not there: ENOSYS\n", current->comm,
			current->pid, nr, syscall_name(nr));
	return -ENOSYS;
}
