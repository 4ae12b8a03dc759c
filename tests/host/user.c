/*
 * user.c - page walks, a TLB, and what faults do.
 *
 * A translation keeps the dirty bit as the walk left it; the first write walks
 * again to set it, as the CPU does.
 */
#include "user.h"
#include "kernel/bug.h"
#include "kernel/cmdline.h"
#include "machine.h"
#include "mm/filemap.h"
#include "mm/reclaim.h"
#include "mm/rmap.h"
#include "mm/vmstat.h"
#include "test.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TLB_SLOTS 4096u
/* Others may undo what a fault did before it is used, but not for ever. */
#define FAULTS_MAX 1000

struct tlb_slot {
	unsigned long page; /* linear address | 1; 0: empty */
	pte_t pte;
};

unsigned long user_faults;
struct fault_info user_last_fault;

static struct tlb_slot tlb[TLB_SLOTS];
static struct mm_struct *loaded;

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

static void forget(const struct mm_struct *mm, unsigned long start, unsigned long end)
{
	BUG_ON(start >= end);
	if (mm != loaded)
		return;
	for (unsigned int i = 0; i < TLB_SLOTS; i++)
		if (tlb[i].page >= start && tlb[i].page < end)
			tlb[i].page = 0;
}

/* Once nobody runs in an address space its translations are never used again. */
static bool mm_is_live(const struct mm_struct *mm)
{
	const struct mm_struct *other;

	list_for_each_entry (other, &mmlist, mmlist)
		if (other == mm)
			return atomic_read(&mm->mm_users) > 0;
	return false;
}

static void check_frame_unused(const struct page *page)
{
	for (unsigned int i = 0; i < TLB_SLOTS; i++)
		if (tlb[i].page && pte_pfn(tlb[i].pte) == page_to_pfn(page) && mm_is_live(loaded))
			panic("frame 0x%lx is handed out, and the TLB still has it at 0x%lx",
			      page_to_pfn(page), tlb[i].page & PAGE_MASK);
}

void user_boot(void)
{
	host_boot();
	mm_cache_init();
	fault_init();
	filemap_init();
	reclaim_init();
	host_user_flush_hook = forget;
	host_frame_hook = check_frame_unused;
}

static pte_t *user_ptep(struct mm_struct *mm, unsigned long addr)
{
	pgd_t *pgd = pgd_offset(mm->pgd, addr);

	return pgd_present(*pgd) ? pte_offset(pgd, addr) : NULL;
}

pte_t user_entry(struct mm_struct *mm, unsigned long addr)
{
	const pte_t *ptep = user_ptep(mm, addr);

	return ptep ? *ptep : (pte_t){0};
}

void user_fork_copies(bool at_once)
{
	snprintf(boot_command_line, CMDLINE_MAX, "%s", at_once ? "nocow" : "");
	dup_mm_init();
}

/* A private page that both have. */
static bool is_shared(struct mm_struct *parent, struct mm_struct *child, unsigned long addr)
{
	pte_t old = user_entry(parent, addr), copy = user_entry(child, addr);

	return pte_mapped(copy) && PageAnon(pfn_to_page(pte_pfn(copy))) &&
	       pte_pfn(copy) == pte_pfn(old);
}

struct mm_struct *user_fork(struct mm_struct *parent)
{
	struct mm_struct *child = dup_mm(parent, 7);
	const struct vm_area_struct *vma = child ? child->mmap : NULL;

	for (; vma && cmdline_has("nocow"); vma = vma->vm_next)
		for (unsigned long addr = vma->vm_start; addr < vma->vm_end; addr += PAGE_SIZE)
			CHECK(vma->vm_flags & VM_SHARED || !is_shared(parent, child, addr));
	return child;
}

/* The walk: an entry that allows the access, with its accessed and dirty bits set; or NULL. */
static pte_t *walk(struct mm_struct *mm, unsigned long addr, bool write)
{
	pte_t *ptep = user_ptep(mm, addr);

	if (!ptep || !pte_present(*ptep) || !pte_user(*ptep) || (write && !pte_write(*ptep)))
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
			slot->page = 0; /* a fault drops the translation that caused it */
			return NULL;
		}
		*slot = (struct tlb_slot){tag, *ptep};
	}
	return host_frame(pte_pfn(slot->pte)) + (addr & ~PAGE_MASK);
}

static u8 *reach(struct mm_struct *mm, unsigned long addr, bool write, int *err)
{
	unsigned int flags = FAULT_USER | FAULT_STACK_OK | (write ? FAULT_WRITE : 0);
	u8 *byte;

	if (user_pages_move)
		user_disturb(mm, addr);
	for (unsigned int tries = 0; tries < FAULTS_MAX; tries++) {
		byte = translate(mm, addr, write);
		if (byte)
			return byte;
		user_faults++;
		*err = mm_fault(mm, addr, flags, &user_last_fault);
		user_migration_waits += user_last_fault.cause == TRACE_CAUSE_MIGRATION;
		if (*err)
			return NULL;
	}
	panic("the fault at 0x%lx is never resolved, cause %d", addr, user_last_fault.cause);
}

int user_read(struct mm_struct *mm, unsigned long addr, u8 *value)
{
	int err = 0;
	u8 *byte = reach(mm, addr, false, &err);

	if (byte)
		*value = *byte;
	return err;
}

int user_write(struct mm_struct *mm, unsigned long addr, u8 value)
{
	int err = 0;
	u8 *byte = reach(mm, addr, true, &err);

	if (byte)
		*byte = value;
	return err;
}

static void count_entries(struct mm_struct *mm, int *maps)
{
	for (unsigned long i = 0; i < USER_PGDS; i++) {
		const pte_t *ptep = user_ptep(mm, i << PGDIR_SHIFT);

		for (unsigned int j = 0; ptep && j < PTRS_PER_PTE; j++)
			if (pte_mapped(ptep[j]))
				maps[pte_pfn(ptep[j])]++;
	}
}

void user_check_counts(void)
{
	int *maps = calloc(max_pfn, sizeof(*maps));
	struct mm_struct *mm;

	BUG_ON(!maps);
	list_for_each_entry (mm, &mmlist, mmlist) {
		validate_mm(mm);
		count_entries(mm, maps);
	}
	maps[page_to_pfn(zero_page)] = 0;
	for (pfn_t pfn = 0; pfn < max_pfn; pfn++) {
		const struct page *page = pfn_to_page(pfn);
		bool cached = (page_mapping(page) && !PageSlab(page)) || PageSwapCache(page);

		BUG_ON(page_mapcount(page) != maps[pfn]);
		/* Each entry and the page or swap cache hold one reference; nobody else does now.
		 */
		BUG_ON((maps[pfn] || cached) && page_count(page) != maps[pfn] + cached);
	}
	free(maps);
	rmap_validate();
	vmstat_validate();
}

static struct mm_ledger ledger;

void user_ledger_open(void)
{
	mm_ledger_take(&ledger);
}

void user_ledger_close(void)
{
	struct mm_ledger now;

	host_fail_after(-1);
	mm_ledger_take(&now);
	CHECK(!memcmp(&now, &ledger, sizeof(now)));
	CHECK(list_empty(&mmlist));
	host_context_is_clean();
}
