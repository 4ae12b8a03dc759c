/*
 * sim_mmu.c - page walks, a TLB, and what faults do.
 *
 * The TLB keeps every translation it ever saw until it is told to forget it, or
 * another address space is loaded: the worst that a real one may do. It keeps
 * the dirty bit as the walk left it, and walks again for the first write.
 */
#include <stdlib.h>
#include <string.h>
#include "arch/hint.h"
#include "arch/tlb.h"
#include "mm/fault.h"
#include "mm/filemap.h"
#include "mm/gfp.h"
#include "sim.h"
#include "sim_internal.h"

#define TLB_SLOTS 16384u

struct tlb_slot {
	unsigned long page; /* linear address | 1 */
	pte_t pte;
};

pgd_t swapper_pg_dir[PTRS_PER_PGD];
u32 kernel_global;
struct fault_info sim_last_fault;
unsigned long sim_faults;
unsigned long sim_vma_hints[3];

static struct tlb_slot tlb[TLB_SLOTS];
static struct mm_struct *loaded;

void sim_init(void)
{
	sim_mem_init();
	mm_cache_init();
	fault_init();
	filemap_init();
}

static struct tlb_slot *tlb_slot(unsigned long addr)
{
	return &tlb[(addr >> PAGE_SHIFT) % TLB_SLOTS];
}

static void load_mm(struct mm_struct *mm)
{
	if (loaded == mm)
		return;
	memset(tlb, 0, sizeof(tlb));
	loaded = mm;
}

void tlb_flush_page(struct mm_struct *mm, unsigned long addr)
{
	if (mm == loaded && tlb_slot(addr)->page == (addr | 1))
		tlb_slot(addr)->page = 0;
}

void tlb_flush_range(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	BUG_ON(start >= end);
	for (unsigned int i = 0; mm == loaded && i < TLB_SLOTS; i++)
		if (tlb[i].page >= start && (tlb[i].page & PAGE_MASK) < end)
			tlb[i].page = 0;
}

void tlb_flush_mm(struct mm_struct *mm)
{
	if (mm == loaded)
		memset(tlb, 0, sizeof(tlb));
}

void sim_tlb_check_free(pfn_t pfn)
{
	if (!loaded || atomic_read(&loaded->mm_users) == 0)
		return;
	for (unsigned int i = 0; i < TLB_SLOTS; i++)
		BUG_ON(tlb[i].page && pte_pfn(tlb[i].pte) == pfn);
}

pgd_t *pgd_alloc(void)
{
	return (pgd_t *)get_zeroed_page(GFP_KERNEL);
}

void pgd_free(pgd_t *dir)
{
	if (loaded && loaded->pgd == dir)
		loaded = NULL; /* what is in the TLB can never be used again */
	free_page((unsigned long)dir);
}

/* The walk: an entry that allows the access, with its accessed and dirty bits set; or NULL. */
static pte_t *walk(struct mm_struct *mm, unsigned long addr, bool write)
{
	pgd_t *pgd = pgd_offset(mm->pgd, addr);
	pte_t *ptep;

	if (!pgd_present(*pgd))
		return NULL;
	ptep = pte_offset(pgd, addr);
	if (!pte_present(*ptep) || !pte_user(*ptep) || (write && !pte_write(*ptep)))
		return NULL;
	set_pte(ptep, pte_mkyoung(*ptep));
	if (write)
		set_pte(ptep, pte_mkdirty(*ptep));
	return ptep;
}

/* Where the byte is, or NULL: the access faults. */
static u8 *translate(struct mm_struct *mm, unsigned long addr, bool write)
{
	struct tlb_slot *slot = tlb_slot(addr);
	unsigned long tag = (addr & PAGE_MASK) | 1;
	pte_t *ptep;

	load_mm(mm);
	if (slot->page != tag || (write && (!pte_write(slot->pte) || !pte_dirty(slot->pte)))) {
		ptep = walk(mm, addr, write);
		if (!ptep) {
			slot->page = 0; /* a fault drops the entry that caused it */
			return NULL;
		}
		*slot = (struct tlb_slot){tag, *ptep};
	}
	return sim_frame(pfn_to_page(pte_pfn(slot->pte))) + (addr & ~PAGE_MASK);
}

static u8 *access(struct mm_struct *mm, unsigned long addr, bool write, int *err)
{
	unsigned int flags = FAULT_USER | FAULT_STACK_OK | (write ? FAULT_WRITE : 0);
	u8 *byte;

	/* Others may undo what a fault did before we come to use it, but not for ever. */
	for (unsigned int tries = 0; tries < 1000; tries++) {
		byte = translate(mm, addr, write);
		if (byte)
			return byte;
		sim_faults++;
		*err = mm_fault(mm, addr, flags, &sim_last_fault);
		if (*err)
			return NULL;
	}
	panic("fault at %lx is never resolved, cause %d", addr, sim_last_fault.cause);
}

int sim_read(struct mm_struct *mm, unsigned long addr, u8 *value)
{
	int err = 0;
	u8 *byte = access(mm, addr, false, &err);

	if (byte)
		*value = *byte;
	return err;
}

int sim_write(struct mm_struct *mm, unsigned long addr, u8 value)
{
	int err = 0;
	u8 *byte = access(mm, addr, true, &err);

	if (byte)
		*byte = value;
	return err;
}

static void count_maps(struct mm_struct *mm, unsigned int *maps)
{
	for (unsigned int i = 0; i < USER_PGDS; i++) {
		pte_t *ptep;

		if (!pgd_present(mm->pgd[i]))
			continue;
		ptep = pte_offset(&mm->pgd[i], 0);
		for (unsigned int j = 0; j < PTRS_PER_PTE; j++)
			if (pte_mapped(ptep[j]))
				maps[pte_pfn(ptep[j])]++;
	}
}

void sim_check_counts(void)
{
	unsigned int *maps = calloc(max_pfn, sizeof(*maps));
	struct mm_struct *mm;

	list_for_each_entry(mm, &mmlist, mmlist) {
		validate_mm(mm);
		count_maps(mm, maps);
	}
	for (pfn_t pfn = 1; pfn < max_pfn; pfn++) {
		struct page *page = pfn_to_page(pfn);
		int maps_now = page == zero_page ? 0 : (int)maps[pfn];

		BUG_ON(page_mapcount(page) != maps_now);
		/* Mappings and the cache hold one each; a page of neither is somebody else's. */
		if (maps_now || page->mapping)
			BUG_ON(page_count(page) != maps_now + (page->mapping != NULL));
	}
	free(maps);
}

void trace_hint(enum trace_op op, u32 b, u32 c, u32 s, u32 d)
{
	(void)c;
	(void)d;
	BUG_ON(op != TRACE_VMA || b > TRACE_VMA_CHANGE || !s);
	sim_vma_hints[b]++;
}
