/*
 * tlb.h - dropping stale translations. One CPU now; the calls name the address
 * space and the range, so that a shoot-down can be put behind them later.
 *
 * Each call flushes at least what it names. A flush of an address space that is
 * not loaded does nothing: its next load of CR3 does it.
 */
#ifndef ARCH_TLB_H
#define ARCH_TLB_H

#include "kernel/types.h"

struct mm_struct;

/* One user page of mm. */
void tlb_flush_page(struct mm_struct *mm, unsigned long addr);
/* User pages [start, end) of mm: page by page when few, else all of mm. */
void tlb_flush_range(struct mm_struct *mm, unsigned long start, unsigned long end);
/* All user pages of mm. */
void tlb_flush_mm(struct mm_struct *mm);
/* One kernel page, global or not. */
void tlb_flush_kernel_page(unsigned long addr);
/* Kernel pages [start, end), global ones too. */
void tlb_flush_kernel_range(unsigned long start, unsigned long end);
/* Everything, global pages too. */
void tlb_flush_all(void);

#endif
