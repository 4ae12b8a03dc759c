/*
 * fault.c - a page is not there: decides what that means.
 *
 * This file only decides; each answer is a function of its own.
 *
 *   no area, or not this kind of access ............. -EFAULT
 *   below a growing stack ........................... grow it, then as below
 *   entry empty      anonymous   read ............... fault_anon_read     (anon.c)
 *                                write .............. fault_anon_write    (anon.c)
 *                    file        read ............... fault_file_read     (file_fault.c)
 *                                write, private ..... fault_file_cow      (file_fault.c)
 *                                write, shared ...... fault_shared_write  (file_fault.c)
 *   entry read-only  write       private ............ fault_cow           (cow.c)
 *                                shared ............. fault_shared_upgrade(file_fault.c)
 *   entry names contents elsewhere .................. fault_swap_entry    (swap_entry.c)
 *   entry allows the access already ................. spurious
 *
 * Answers may sleep (for memory, for a disk), and then the entry may have
 * changed: they look at it again under page_table_lock just before they change
 * it, and say FAULT_AGAIN when it is not what the decision was based on. Then
 * the decision is made anew, from the entry up. Areas stay as they are
 * meanwhile, because mmap_sem is held for reading throughout.
 */
#include "arch/tlb.h"
#include "area/internal.h"
#include "internal.h"

/* The CPU knows no execute permission and no write-only page: any right lets it read. */
static bool access_allowed(const struct vm_area_struct *vma, bool write)
{
	return vma->vm_flags & (write ? VM_WRITE : VM_RIGHTS);
}

struct page *fault_hold_page(const struct fault *fault)
{
	struct page *page = NULL;

	spin_lock(&fault->mm->page_table_lock);
	if (fault_unchanged(fault)) {
		page = pfn_to_page(pte_pfn(fault->entry));
		get_page(page);
	}
	spin_unlock(&fault->mm->page_table_lock);
	return page;
}

static __noinline int fault_spurious(const struct fault *fault)
{
	/* Should a stale entry be the reason, the next attempt must not find it again. */
	tlb_flush_page(fault->mm, fault->addr);
	fault->info->cause = TRACE_CAUSE_SPURIOUS;
	return 0;
}

static __always_inline int answer(const struct fault *fault)
{
	bool anon = !fault->vma->vm_ops, shared = fault->vma->vm_flags & VM_SHARED;

	if (pte_none(fault->entry)) {
		if (anon)
			return fault->write ? fault_anon_write(fault) : fault_anon_read(fault);
		if (!fault->write)
			return fault_file_read(fault);
		return shared ? fault_shared_write(fault) : fault_file_cow(fault);
	}
	if (unlikely(!pte_present(fault->entry)))
		return fault_swap_entry(fault);
	if (fault->write && !pte_write(fault->entry))
		return shared ? fault_shared_upgrade(fault) : fault_cow(fault);
	return fault_spurious(fault);
}

/*
 * Makes the entry for fault->addr allow the access, which its area does. 0,
 * -ENOMEM, or -EIO: a file page that cannot be had. mmap_sem held; may sleep.
 */
static __always_inline int resolve_once(struct fault *fault)
{
	pgd_t *pgd = pgd_offset(fault->mm->pgd, fault->addr);

	if (unlikely(!pgd_present(*pgd)) && !user_table_alloc(fault->mm, pgd))
		return -ENOMEM;
	fault->ptep = pte_offset(pgd, fault->addr);
	fault->entry = *fault->ptep;
	return answer(fault);
}

/* A write to a page that was elsewhere is decided in two steps: the first one is its cause. */
static __noinline int resolve_again(struct fault *fault)
{
	enum trace_cause first = fault->info->cause;
	int err;

	do {
		err = resolve_once(fault);
		if (!first)
			first = fault->info->cause;
	} while (err == FAULT_AGAIN);
	fault->info->cause = first;
	return err;
}

static __always_inline int resolve_fault(struct fault *fault)
{
	int err = resolve_once(fault);

	return unlikely(err == FAULT_AGAIN) ? resolve_again(fault) : err;
}

/*
 * In a locked area: its page may not leave memory from now on. In one of a process that dies for
 * want of memory, whose pages may have been taken: what was written is gone, and must not read as
 * zeroes. Nobody but the kernel, on its behalf, comes there.
 */
static __noinline int resolve_special(struct fault *fault)
{
	int err = fault->vma->vm_flags & VM_REAPED ? -EIO : resolve_again(fault);

	if (!err)
		mlock_present(fault->mm, fault->addr, fault->addr + PAGE_SIZE);
	return err;
}

/* May the growing area reach down to `addr`? */
static bool may_grow_to(const struct vm_area_struct *vma, unsigned long addr)
{
	const struct vm_area_struct *prev = vma->vm_prev;

	if (addr < MMAP_MIN_ADDR || vma->vm_end - addr > vma->vm_mm->stack_limit)
		return false;
	if (!may_expand_vm(vma->vm_mm, vma->vm_flags, (vma->vm_start - addr) >> PAGE_SHIFT) ||
	    !may_lock_more(vma->vm_mm, vma->vm_flags, vma->vm_start - addr))
		return false;
	if ((vma->vm_flags & VM_ACCOUNT) &&
	    !vm_enough_memory(vma->vm_mm, (vma->vm_start - addr) >> PAGE_SHIFT))
		return false;
	/* Another growing area, or one that nobody can touch, may come near. */
	if (!prev || (prev->vm_flags & VM_GROWSDOWN) || !(prev->vm_flags & VM_RIGHTS))
		return true;
	return addr >= prev->vm_end + STACK_GUARD_GAP;
}

/* Lets the stack above `addr` reach down to it, if it may. mmap_sem held for writing. */
static bool grow_stack(struct vm_area_struct *vma, unsigned long addr)
{
	if (vma->vm_start <= addr)
		return true; /* somebody else's fault was faster */
	if (!(vma->vm_flags & VM_GROWSDOWN) || !may_grow_to(vma, addr))
		return false;
	vma_set_bounds(vma, addr, vma->vm_end);
	area_hint(TRACE_VMA_CHANGE, vma);
	return true;
}

/*
 * No area holds addr. When one above may grow down to it, it does, and is
 * returned; else NULL. mmap_sem is held for reading before and after, but not
 * throughout: areas change only with it held for writing.
 */
static __noinline struct vm_area_struct *find_grown_stack(struct mm_struct *mm, unsigned long addr)
{
	struct vm_area_struct *vma = find_vma(mm, addr);
	bool grown;

	if (!vma || !(vma->vm_flags & VM_GROWSDOWN))
		return NULL;
	up_read(&mm->mmap_sem);
	down_write(&mm->mmap_sem);
	vma = find_vma(mm, addr);
	grown = vma && grow_stack(vma, addr);
	up_write(&mm->mmap_sem);
	down_read(&mm->mmap_sem);
	vma = grown ? find_vma(mm, addr) : NULL;
	return vma && vma->vm_start <= addr ? vma : NULL;
}

static __always_inline int fault_in_area(struct mm_struct *mm, struct vm_area_struct *vma,
					 unsigned long addr, bool write, struct fault_info *info)
{
	struct fault fault;

	info->mapped = true;
	info->area = area_label(vma);
	if (unlikely(!access_allowed(vma, write)))
		return -EFAULT;
	fault.mm = mm;
	fault.vma = vma;
	fault.addr = addr;
	fault.write = write;
	fault.info = info;
	if (unlikely(vma->vm_flags & (VM_LOCKED | VM_REAPED)))
		return resolve_special(&fault);
	return resolve_fault(&fault);
}

static void set_failure_cause(struct fault_info *info, int err)
{
	if (err == -EFAULT)
		info->cause = TRACE_CAUSE_SIGSEGV;
	else if (err == -EINTR)
		info->cause = TRACE_CAUSE_SPURIOUS;
	else
		info->cause = err == -ENOMEM ? TRACE_CAUSE_OOM : TRACE_CAUSE_SIGBUS;
}

int mm_fault(struct mm_struct *mm, unsigned long addr, unsigned int flags, struct fault_info *info)
{
	struct vm_area_struct *vma;
	bool grown = false;
	int err = -EFAULT;

	*info = (struct fault_info){.cause = TRACE_CAUSE_NONE};
	addr &= PAGE_MASK;
	down_read(&mm->mmap_sem);
	vma = find_vma(mm, addr);
	if (unlikely(!vma || vma->vm_start > addr)) {
		grown = flags & FAULT_STACK_OK;
		vma = grown ? find_grown_stack(mm, addr) : NULL;
	}
	if (likely(vma))
		err = fault_in_area(mm, vma, addr, flags & FAULT_WRITE, info);
	up_read(&mm->mmap_sem);
	if (unlikely(err))
		set_failure_cause(info, err);
	else if (unlikely(grown))
		info->cause = TRACE_CAUSE_STACK;
	return err;
}

/* The page behind an entry that allows the access, with a reference; or NULL. */
static struct page *page_at(struct mm_struct *mm, unsigned long addr, bool write)
{
	struct page *page = NULL;
	pte_t *ptep;

	spin_lock(&mm->page_table_lock);
	ptep = user_pte(mm, addr);
	if (ptep && pte_present(*ptep) && (!write || pte_write(*ptep))) {
		page = pfn_to_page(pte_pfn(*ptep));
		get_page(page);
		/* What the caller writes is not seen by the CPU's own dirty bit. */
		if (write)
			set_pte(ptep, pte_mkdirty(*ptep));
	}
	spin_unlock(&mm->page_table_lock);
	return page;
}

struct page *get_user_page(struct mm_struct *mm, unsigned long addr, bool write)
{
	struct fault_info info;
	struct page *page;
	int err;

	addr &= PAGE_MASK;
	if (addr >= TASK_SIZE)
		return ERR_PTR(-EFAULT);
	/* Someone may take the page away between the fault and the look: try again. */
	while (!(page = page_at(mm, addr, write))) {
		err = mm_fault(mm, addr, FAULT_STACK_OK | (write ? FAULT_WRITE : 0), &info);
		if (err)
			return ERR_PTR(err);
		/* Those that the CPU raises are counted by their cause. */
		if (info.cause == TRACE_CAUSE_COW_REUSE)
			count_vm_event(VM_PGREUSE);
	}
	return page;
}

int populate_range(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	struct fault_info info;
	unsigned long addr;

	for (addr = start; addr < end; addr += PAGE_SIZE) {
		struct vm_area_struct *vma;
		bool write;
		int err = -EFAULT;

		down_read(&mm->mmap_sem);
		vma = find_vma_intersection(mm, addr, addr + PAGE_SIZE);
		if (vma) {
			info = (struct fault_info){.cause = TRACE_CAUSE_NONE};
			write = (vma->vm_flags & (VM_WRITE | VM_SHARED)) == VM_WRITE;
			err = fault_in_area(mm, vma, addr, write, &info);
		}
		up_read(&mm->mmap_sem);
		if (err || fatal_signal_pending_current())
			return err;
		cond_resched();
	}
	return 0;
}
