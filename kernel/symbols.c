/*
 * symbols.c - names for kernel addresses, and backtraces.
 *
 * The table is made by kernel/ksyms.awk from the first link's `nm` output and
 * put in by the second link: addresses in rising order, and for each the offset
 * of its name. A backtrace follows saved EBPs; each frame must lie on the
 * current task's stack or the one in use (they differ in a double fault), above
 * the frame before, so the walk ends whatever memory holds.
 */
#include "symbols.h"
#include "kernel/compiler.h"
#include "kernel/kallsyms.h"
#include "kernel/printk.h"
#include "proc/task.h"

#define MAX_FRAMES 24

/* build/kernel/ksyms.S. The last address is the end of the text, and has no name. */
extern const u32 ksym_count, ksym_addresses[], ksym_name_offsets[];
extern const char ksym_names[];

/* The last symbol at or below an address that is in the text. */
static u32 symbol_index(u32 addr)
{
	u32 low = 0, high = ksym_count, middle;

	while (high - low > 1) {
		middle = low + (high - low) / 2;
		if (ksym_addresses[middle] <= addr)
			low = middle;
		else
			high = middle;
	}
	return low;
}

static bool is_text(u32 addr)
{
	return ksym_count && addr >= ksym_addresses[0] && addr < ksym_addresses[ksym_count];
}

const char *symbol_find(u32 addr, u32 *offset)
{
	u32 i;

	if (!is_text(addr))
		return NULL;
	i = symbol_index(addr);
	*offset = addr - ksym_addresses[i];
	return ksym_names + ksym_name_offsets[i];
}

int sprint_symbol(char *buf, size_t size, unsigned long addr)
{
	u32 i;

	if (!is_text(addr))
		return scnprintf(buf, size, "0x%08lx", addr);
	i = symbol_index(addr);
	return scnprintf(buf, size, "%s+0x%lx/0x%x", ksym_names + ksym_name_offsets[i],
			 addr - ksym_addresses[i], ksym_addresses[i + 1] - ksym_addresses[i]);
}

static void print_frame(u32 eip)
{
	u32 offset;
	const char *name = symbol_find(eip, &offset);

	if (name)
		printk(KERN_EMERG "  [0x%08x] %s+0x%x\n", eip, name, offset);
	else
		printk(KERN_EMERG "  [0x%08x]\n", eip);
}

/* The kernel stack that a saved EBP may be trusted to lie on; 0 for none. */
static u32 stack_of(u32 ebp)
{
	u32 here = (u32)__builtin_frame_address(0) & ~(THREAD_SIZE - 1);
	u32 stack = ebp & ~(THREAD_SIZE - 1);

	if (stack == here || (current && stack == (u32)current->stack))
		return stack;
	return 0;
}

void backtrace_print(u32 ebp, u32 eip)
{
	u32 low = stack_of(ebp);
	u32 end = low + THREAD_SIZE;
	unsigned int i;

	printk(KERN_EMERG "Call trace:\n");
	print_frame(eip);
	for (i = 0; low && i < MAX_FRAMES; i++) {
		if (ebp % sizeof(u32) || ebp < low || ebp > end - 2 * sizeof(u32))
			break;
		print_frame(((const u32 *)ebp)[1]);
		low = ebp + 1;
		ebp = *(const u32 *)ebp;
	}
}
