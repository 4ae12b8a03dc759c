/*
 * pgtable.h - i386 two-level page tables (Intel SDM 3A, 4.3).
 *
 * A directory of 1,024 entries of 4 MiB each; an entry names a table of 1,024
 * entries of 4 KiB, or (PSE) maps 4 MiB itself. Directories and tables lie in
 * low memory. Entry types are opaque, so that PAE can change them.
 *
 * Every change of a present entry is followed by the matching tlb_flush_*()
 * call, written next to it; going from not present to present needs none.
 */
#ifndef ARCH_PGTABLE_H
#define ARCH_PGTABLE_H

#include "arch/page.h"
#include "kernel/types.h"

typedef struct {
	u32 pte;
} pte_t;
typedef struct {
	u32 pgd;
} pgd_t;
/* Protection: the flag bits of an entry without its frame. */
typedef struct {
	u32 pgprot;
} pgprot_t;

#define PGDIR_SHIFT  22
#define PGDIR_SIZE   (1ul << PGDIR_SHIFT)
#define PGDIR_MASK   (~(PGDIR_SIZE - 1))
#define PTRS_PER_PGD 1024
#define PTRS_PER_PTE 1024
#define USER_PGDS    (TASK_SIZE >> PGDIR_SHIFT) /* entries of the user half */

#define _PAGE_PRESENT  0x001u
#define _PAGE_RW       0x002u
#define _PAGE_USER     0x004u
#define _PAGE_PWT      0x008u
#define _PAGE_PCD      0x010u
#define _PAGE_ACCESSED 0x020u
#define _PAGE_DIRTY    0x040u
#define _PAGE_PSE      0x080u /* in a directory entry: 4 MiB page */
#define _PAGE_GLOBAL   0x100u
/* Neither present nor one of these: empty, all zeroes. The CPU ignores both there. */
#define _PAGE_PROTNONE 0x200u /* holds a page, which PROT_NONE withholds */
#define _PAGE_SWAP     0x080u /* without PROTNONE: names contents elsewhere (mm/swap_entry.h) */

#define __pgprot(x)   ((pgprot_t){(x)})
#define pgprot_val(p) ((p).pgprot)

#define _PAGE_KERNEL_BITS (_PAGE_PRESENT | _PAGE_RW | _PAGE_ACCESSED | _PAGE_DIRTY)
/* Kernel pages: `kernel_global` is _PAGE_GLOBAL when the CPU has PGE, else 0 (set at boot). */
extern u32 kernel_global;
#define PAGE_KERNEL	    __pgprot(_PAGE_KERNEL_BITS | kernel_global)
#define PAGE_KERNEL_RO	    __pgprot((_PAGE_KERNEL_BITS & ~_PAGE_RW) | kernel_global)
#define PAGE_KERNEL_NOCACHE __pgprot(_PAGE_KERNEL_BITS | _PAGE_PCD | _PAGE_PWT | kernel_global)
/* User pages. A private writable area starts as COPY: writing faults first. */
#define PAGE_NONE     __pgprot(_PAGE_PROTNONE | _PAGE_ACCESSED)
#define PAGE_READONLY __pgprot(_PAGE_PRESENT | _PAGE_USER | _PAGE_ACCESSED)
#define PAGE_COPY     PAGE_READONLY
#define PAGE_SHARED   __pgprot(_PAGE_PRESENT | _PAGE_USER | _PAGE_ACCESSED | _PAGE_RW)

#define pgd_index(addr) ((unsigned int)((addr) >> PGDIR_SHIFT))
#define pte_index(addr) ((unsigned int)((addr) >> PAGE_SHIFT) & (PTRS_PER_PTE - 1))

static inline pte_t mk_pte_pfn(pfn_t pfn, pgprot_t prot)
{
	return (pte_t){PFN_PHYS(pfn) | pgprot_val(prot)};
}

static inline bool pte_none(pte_t pte)
{
	return pte.pte == 0;
}

static inline bool pte_present(pte_t pte)
{
	return pte.pte & _PAGE_PRESENT;
}

/* Holds a page: one that the CPU may use, or one that PROT_NONE withholds. */
static inline bool pte_mapped(pte_t pte)
{
	return pte.pte & (_PAGE_PRESENT | _PAGE_PROTNONE);
}

/* Neither empty nor a page's. */
static inline bool is_swap_pte(pte_t pte)
{
	return !pte_none(pte) && !pte_mapped(pte);
}

static inline bool pte_write(pte_t pte)
{
	return pte.pte & _PAGE_RW;
}

static inline bool pte_user(pte_t pte)
{
	return pte.pte & _PAGE_USER;
}

static inline bool pte_dirty(pte_t pte)
{
	return pte.pte & _PAGE_DIRTY;
}

static inline bool pte_young(pte_t pte)
{
	return pte.pte & _PAGE_ACCESSED;
}

static inline pfn_t pte_pfn(pte_t pte)
{
	return pte.pte >> PAGE_SHIFT;
}

static inline pte_t pte_mkwrite(pte_t pte)
{
	return (pte_t){pte.pte | _PAGE_RW};
}

static inline pte_t pte_wrprotect(pte_t pte)
{
	return (pte_t){pte.pte & ~_PAGE_RW};
}

static inline pte_t pte_mkdirty(pte_t pte)
{
	return (pte_t){pte.pte | _PAGE_DIRTY};
}

static inline pte_t pte_mkclean(pte_t pte)
{
	return (pte_t){pte.pte & ~_PAGE_DIRTY};
}

static inline pte_t pte_mkyoung(pte_t pte)
{
	return (pte_t){pte.pte | _PAGE_ACCESSED};
}

static inline pte_t pte_mkold(pte_t pte)
{
	return (pte_t){pte.pte & ~_PAGE_ACCESSED};
}

/* Same frame, accessed and dirty bits; other protection. */
static inline pte_t pte_modify(pte_t pte, pgprot_t prot)
{
	const u32 keep = (u32)PAGE_MASK | _PAGE_ACCESSED | _PAGE_DIRTY;

	return (pte_t){(pte.pte & keep) | pgprot_val(prot)};
}

static inline void set_pte(pte_t *ptep, pte_t pte)
{
	*(volatile u32 *)&ptep->pte = pte.pte;
}

static inline void pte_clear(pte_t *ptep)
{
	set_pte(ptep, (pte_t){0});
}

/* Reads and clears in one step, so that no accessed or dirty bit set meanwhile is lost. */
static inline pte_t ptep_get_and_clear(pte_t *ptep)
{
	return (pte_t){__atomic_exchange_n(&ptep->pte, 0, __ATOMIC_ACQ_REL)};
}

/* The first entry in [ptep, end) that is not empty, or `end`: one `rep` instruction. */
static inline pte_t *pte_next_used(pte_t *ptep, pte_t *end)
{
	unsigned long left = (unsigned long)(end - ptep);
	bool found;

	if (!left)
		return end;
	__asm__ volatile("repe scasl"
			 : "+D"(ptep), "+c"(left), "=@ccne"(found)
			 : "a"(0)
			 : "memory");
	return found ? ptep - 1 : end;
}

static inline bool pgd_none(pgd_t pgd)
{
	return pgd.pgd == 0;
}

static inline bool pgd_present(pgd_t pgd)
{
	return pgd.pgd & _PAGE_PRESENT;
}

/* Maps 4 MiB itself rather than naming a table. */
static inline bool pgd_large(pgd_t pgd)
{
	return (pgd.pgd & (_PAGE_PRESENT | _PAGE_PSE)) == (_PAGE_PRESENT | _PAGE_PSE);
}

static inline pfn_t pgd_pfn(pgd_t pgd)
{
	return pgd.pgd >> PAGE_SHIFT;
}

static inline pgd_t *pgd_offset(pgd_t *dir, unsigned long addr)
{
	return dir + pgd_index(addr);
}

/* The entry for addr in the table that *pgd names; *pgd must be present and not large. */
static inline pte_t *pte_offset(pgd_t *pgd, unsigned long addr)
{
	return (pte_t *)pfn_to_virt(pgd_pfn(*pgd)) + pte_index(addr);
}

/* Puts a table (its frame) under a directory entry, for user / kernel addresses. */
static inline void pgd_populate_user(pgd_t *pgd, pfn_t table)
{
	*(volatile u32 *)&pgd->pgd =
		PFN_PHYS(table) | _PAGE_PRESENT | _PAGE_RW | _PAGE_USER | _PAGE_ACCESSED;
}

static inline void pgd_populate_kernel(pgd_t *pgd, pfn_t table)
{
	*(volatile u32 *)&pgd->pgd = PFN_PHYS(table) | _PAGE_PRESENT | _PAGE_RW | _PAGE_ACCESSED;
}

static inline void pgd_clear(pgd_t *pgd)
{
	*(volatile u32 *)&pgd->pgd = 0;
}

/* The kernel's master directory: its upper quarter is the truth for all. */
extern pgd_t swapper_pg_dir[PTRS_PER_PGD];

/* A new directory: user half empty, kernel half as the master's now. NULL when out of memory. */
pgd_t *pgd_alloc(void);
/* Frees the directory itself; its user tables must be gone. */
void pgd_free(pgd_t *dir);

/*
 * The kernel's own entry for addr in the master directory, its table made when
 * missing (and when `alloc`): NULL when out of memory or absent. For the
 * vmalloc, kmap and fixmap windows; never for the direct map.
 */
pte_t *kernel_pte(unsigned long addr, bool alloc);

#endif
