/*
 * tlb.c - dropping translations (Intel SDM 3A, 4.10.4).
 *
 *   one page     INVLPG: drops the page's entry, global or not
 *   user pages   reload CR3: drops all but global entries
 *   everything   turn CR4.PGE off and on; without PGE reload CR3
 *
 * A range is flushed page by page while that is cheaper than the misses that a
 * full flush causes afterwards.
 */
#include "arch/tlb.h"
#include "i386/control.h"
#include "arch/invlpg.h"
#include "arch/page.h"
#include "arch/pgtable.h"
#include "mm/mm.h"
#include "mm/vmstat.h"
#include "proc/task.h"

/* Linux's tlb_single_page_flush_ceiling; ours counts the same trade-off. */
#define MAX_SINGLE_FLUSHES 33

static inline bool mm_loaded(const struct mm_struct *mm)
{
	return mm == current->active_mm;
}

static void reload_cr3(void)
{
	write_cr3(read_cr3());
}

static void flush_pages(unsigned long start, unsigned long end)
{
	unsigned long addr;

	count_vm_events(VM_TLB_FLUSH_PAGE, (end - start) >> PAGE_SHIFT);
	for (addr = start; addr != end; addr += PAGE_SIZE)
		invlpg(addr);
}

void tlb_flush_page(struct mm_struct *mm, unsigned long addr)
{
	if (!mm_loaded(mm))
		return;
	count_vm_event(VM_TLB_FLUSH_PAGE);
	invlpg(addr);
}

void tlb_flush_mm(struct mm_struct *mm)
{
	if (!mm_loaded(mm))
		return;
	count_vm_event(VM_TLB_FLUSH_MM);
	reload_cr3();
}

void tlb_flush_range(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	if (!mm_loaded(mm))
		return;
	start &= PAGE_MASK;
	end = PAGE_ALIGN(end);
	if ((end - start) >> PAGE_SHIFT <= MAX_SINGLE_FLUSHES)
		flush_pages(start, end);
	else
		tlb_flush_mm(mm);
}

void tlb_flush_kernel_page(unsigned long addr)
{
	count_vm_event(VM_TLB_FLUSH_PAGE);
	invlpg(addr);
}

void tlb_flush_kernel_range(unsigned long start, unsigned long end)
{
	start &= PAGE_MASK;
	end = PAGE_ALIGN(end);
	if ((end - start) >> PAGE_SHIFT <= MAX_SINGLE_FLUSHES)
		flush_pages(start, end);
	else
		tlb_flush_all();
}

void tlb_flush_all(void)
{
	u32 cr4;

	count_vm_event(VM_TLB_FLUSH_ALL);
	if (kernel_global) {
		cr4 = read_cr4();
		write_cr4(cr4 & ~CR4_PGE);
		write_cr4(cr4);
	} else {
		reload_cr3();
	}
}
