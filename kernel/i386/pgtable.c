/*
 * pgtable.c - the kernel's page tables.
 *
 * paging_init() replaces boot.S's tables: memory up to 896 MiB is mapped at
 * PAGE_OFFSET, by 4 MiB pages where the CPU has PSE and by 4 KiB pages where it
 * has not. The first 4 MiB (the image: text and constants are read-only) and
 * the last, incomplete 4 MiB always get 4 KiB pages. Kernel entries are global
 * with PGE, so that a change of CR3 leaves them in the TLB.
 *
 * The master directory is the truth for the kernel's quarter. A new directory
 * copies it. The tables of the fixmap and kmap windows are made here, before
 * any copy; those of vmalloc come later and reach other directories by fault.
 * No kernel table is ever freed: so an entry, once copied, stays right.
 */
#include "arch/pgtable.h"
#include "i386/control.h"
#include "i386/cpu.h"
#include "i386/paging.h"
#include "i386/sections.h"
#include "arch/tlb.h"
#include "boot/boot.h"
#include "kernel/bug.h"
#include "kernel/cmdline.h"
#include "kernel/printk.h"
#include "kernel/string.h"
#include "mm/bootmem.h"
#include "mm/gfp.h"
#include "mm/slab.h"

/* Most and least of vmalloc=: the first leaves 244 MiB of low memory, the second is what there is
 * without. */
#define WINDOW_MOST  (768ul << 20)
#define WINDOW_LEAST (VMALLOC_END - VMALLOC_GAP - LOWMEM_MAX - PAGE_OFFSET)

u32 kernel_global;
unsigned long lowmem_limit = LOWMEM_MAX;

static bool page_allocator_up;

void paging_size_windows(void)
{
	unsigned long size = cmdline_get_size("vmalloc", 0);

	if (!size)
		return;
	if (size < WINDOW_LEAST || size > WINDOW_MOST)
		pr_warn("vmalloc=%lu KiB: %lu to %lu KiB are possible; it stays at %lu KiB\n",
			size >> 10, WINDOW_LEAST >> 10, WINDOW_MOST >> 10, WINDOW_LEAST >> 10);
	else
		lowmem_limit = (VMALLOC_END - size - VMALLOC_GAP - PAGE_OFFSET) & PGDIR_MASK;
}

static pgprot_t direct_map_prot(unsigned long addr)
{
	if (addr >= (unsigned long)_text && addr < (unsigned long)_erodata)
		return PAGE_KERNEL_RO;
	return PAGE_KERNEL;
}

/* Maps frames [pfn, end) of one directory entry by a table of 4 KiB pages. */
static void map_small(pgd_t *pgd, pfn_t pfn, pfn_t end)
{
	pte_t *table = bootmem_alloc(PAGE_SIZE, PAGE_SIZE);
	unsigned long addr;

	for (; pfn < end; pfn++) {
		addr = (unsigned long)pfn_to_virt(pfn);
		if (addr != (unsigned long)boot_stack_guard)
			table[pte_index(addr)] = mk_pte_pfn(pfn, direct_map_prot(addr));
	}
	pgd_populate_kernel(pgd, virt_to_pfn(table));
}

static void map_direct(void)
{
	pfn_t pfn, end;
	pgd_t *pgd;

	for (pfn = 0; pfn < max_low_pfn; pfn = end) {
		pgd = pgd_offset(swapper_pg_dir, (unsigned long)pfn_to_virt(pfn));
		end = min(pfn + PTRS_PER_PTE, max_low_pfn);
		if (cpu_has(X86_FEATURE_PSE) && pfn > 0 && end - pfn == PTRS_PER_PTE)
			pgd->pgd = PFN_PHYS(pfn) | pgprot_val(PAGE_KERNEL) | _PAGE_PSE;
		else
			map_small(pgd, pfn, end);
	}
}

void paging_init(void)
{
	unsigned long addr;

	if (cpu_has(X86_FEATURE_PGE))
		kernel_global = _PAGE_GLOBAL;
	map_direct();
	kernel_pte(PKMAP_BASE, true);
	kernel_pte(FIXADDR_START, true);
	for (addr = 0; addr < EARLY_MAP_SIZE; addr += PGDIR_SIZE)
		pgd_clear(pgd_offset(swapper_pg_dir, addr));
	write_cr3(__pa(swapper_pg_dir)); /* boot.S's entries are not global: this drops them all */
	if (kernel_global)
		write_cr4(read_cr4() | CR4_PGE);
	bootmem_limit = PFN_PHYS(max_low_pfn);
}

void paging_use_page_allocator(void)
{
	page_allocator_up = true;
}

/* Puts a table under an empty entry of the master directory; false: out of memory. */
static bool make_kernel_table(pgd_t *pgd)
{
	void *table;

	if (page_allocator_up)
		table = (void *)get_zeroed_page(GFP_KERNEL);
	else
		table = bootmem_alloc(PAGE_SIZE, PAGE_SIZE);
	if (!table)
		return false;
	if (pgd_present(*pgd)) /* somebody else was faster, while this one slept */
		free_page((unsigned long)table);
	else
		pgd_populate_kernel(pgd, virt_to_pfn(table));
	return true;
}

pte_t *kernel_pte(unsigned long addr, bool alloc)
{
	pgd_t *pgd = pgd_offset(swapper_pg_dir, addr);

	BUG_ON(addr < VMALLOC_START);
	if (!pgd_present(*pgd) && (!alloc || !make_kernel_table(pgd)))
		return NULL;
	return pte_offset(pgd, addr);
}

/*
 * Directories come and go with processes, and one that goes is as good as new: its user half is
 * empty again, its kernel half at worst lacks a table that came meanwhile, which a fault puts in.
 */
static struct kmem_cache *pgd_cache;

static void pgd_construct(void *object)
{
	pgd_t *dir = object;

	memset(dir, 0, USER_PGDS * sizeof(*dir));
	memcpy(dir + USER_PGDS, swapper_pg_dir + USER_PGDS,
	       (PTRS_PER_PGD - USER_PGDS) * sizeof(*dir));
}

void pgd_cache_init(void)
{
	pgd_cache = kmem_cache_create("pgd", PAGE_SIZE, PAGE_SIZE, SLAB_PANIC, pgd_construct);
}

pgd_t *pgd_alloc(void)
{
	return kmem_cache_alloc(pgd_cache, GFP_KERNEL);
}

void pgd_free(pgd_t *dir)
{
	BUG_ON(dir == swapper_pg_dir || __pa(dir) == read_cr3());
	kmem_cache_free(pgd_cache, dir);
}

static void print_window(const char *name, unsigned long start, unsigned long end)
{
	unsigned long kib = (end - start) >> 10;
	bool large = kib >= 10240;

	pr_info("    %-8s: 0x%08lx - 0x%08lx  (%4lu %s)\n", name, start, end,
		large ? kib >> 10 : kib, large ? "MiB" : "KiB");
}

void paging_print_layout(void)
{
	pr_info("virtual kernel memory layout:\n");
	print_window("fixmap", FIXADDR_START, FIXADDR_TOP);
	print_window("pkmap", PKMAP_BASE, PKMAP_END);
	print_window("vmalloc", VMALLOC_START, VMALLOC_END);
	print_window("lowmem", PAGE_OFFSET, (unsigned long)pfn_to_virt(max_low_pfn));
	print_window("  .bss", (unsigned long)__bss_start, (unsigned long)_end);
	print_window("  .data", (unsigned long)_data, (unsigned long)_edata);
	print_window("  .rodata", (unsigned long)_rodata, (unsigned long)_erodata);
	print_window("  .text", (unsigned long)_text, (unsigned long)_etext);
}
