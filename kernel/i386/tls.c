/*
 * tls.c - thread-local storage segments: three GDT entries of each task's own,
 * set by set_thread_area(). Checks and results are Linux i386's.
 */
#include "i386/gdt.h"
#include "arch/irq.h"
#include "i386/thread.h"
#include "kernel/compiler.h"
#include "kernel/errno.h"
#include "kernel/string.h"
#include "proc/task.h"

#define ANY_ENTRY 0xffffffffu

/* Descriptor bits, from bit 40 on (SDM 3A, 3.4.5). */
#define ACCESSED     0x0001u
#define WRITABLE     0x0002u
#define TYPE_SHIFT   2
#define USER_SEGMENT 0x0070u /* not a system segment; privilege level 3 */
#define PRESENT	     0x0080u
#define AVAILABLE    0x1000u
#define BITS_32	     0x4000u
#define PAGES	     0x8000u

#define CONTENTS_CODE 2 /* and up */

/* "No segment here": either all zero, or Linux's older form of it. */
static bool desc_is_empty(const struct user_desc *d)
{
	bool zero = !d->read_exec_only && !d->seg_not_present;
	bool empty = d->read_exec_only && d->seg_not_present;

	return d->base_addr == 0 && d->limit == 0 && d->contents == 0 && !d->seg_32bit &&
	       !d->limit_in_pages && !d->useable && (zero || empty);
}

static bool desc_is_allowed(const struct user_desc *d)
{
	return desc_is_empty(d) ||
	       (d->seg_32bit && d->contents < CONTENTS_CODE && !d->seg_not_present);
}

static u64 descriptor_of(const struct user_desc *d)
{
	u32 bits = ACCESSED | USER_SEGMENT | PRESENT | d->contents << TYPE_SHIFT;

	if (desc_is_empty(d))
		return 0;
	bits |= (d->read_exec_only ? 0 : WRITABLE) | (d->useable ? AVAILABLE : 0) |
		(d->seg_32bit ? BITS_32 : 0) | (d->limit_in_pages ? PAGES : 0) |
		(d->limit >> 16 & 0xf) << 8;
	return (u64)bits << 40 | (u64)(d->base_addr >> 24) << 56 |
	       (u64)(d->base_addr & 0xffffffu) << 16 | (d->limit & 0xffffu);
}

int do_set_thread_area(struct task_struct *task, struct user_desc *desc, bool can_allocate)
{
	u32 slot = desc->entry_number - GDT_TLS_FIRST;
	unsigned long flags;

	if (!desc_is_allowed(desc))
		return -EINVAL;
	if (desc->entry_number == ANY_ENTRY && can_allocate) {
		for (slot = 0; slot < GDT_TLS_SLOTS && task->thread.tls[slot]; slot++)
			;
		if (slot == GDT_TLS_SLOTS)
			return -ESRCH;
		desc->entry_number = GDT_TLS_FIRST + slot;
	}
	if (slot >= GDT_TLS_SLOTS)
		return -EINVAL;
	flags = local_irq_save();
	task->thread.tls[slot] = descriptor_of(desc);
	if (task == current)
		gdt_load_tls(task->thread.tls);
	local_irq_restore(flags);
	return 0;
}

int do_get_thread_area(struct task_struct *task, struct user_desc *desc)
{
	u32 slot = desc->entry_number - GDT_TLS_FIRST;
	u64 descriptor;
	u32 bits;

	if (slot >= GDT_TLS_SLOTS)
		return -EINVAL;
	descriptor = task->thread.tls[slot];
	bits = (u32)(descriptor >> 40);
	*desc = (struct user_desc){
		.entry_number = GDT_TLS_FIRST + slot,
		.base_addr = (u32)(descriptor >> 16 & 0xffffffu) | (u32)(descriptor >> 56) << 24,
		.limit = (u32)(descriptor & 0xffffu) | (bits >> 8 & 0xf) << 16,
		.seg_32bit = !!(bits & BITS_32),
		.contents = bits >> TYPE_SHIFT & 3,
		.read_exec_only = !(bits & WRITABLE),
		.limit_in_pages = !!(bits & PAGES),
		.seg_not_present = !(bits & PRESENT),
		.useable = !!(bits & AVAILABLE),
	};
	return 0;
}
