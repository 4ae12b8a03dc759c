/*
 * mprotect.c - changing the flags of all areas in a range: mprotect(), and
 * what madvise() marks.
 *
 *   before   AAAAAAAAAAAA            split at both ends (at most two new areas,
 *   range       [----)               allocated before anything is changed),
 *   after    AAA bbbbb AAAA          change what lies between, then join
 *                                    neighbours that have become equal.
 *
 * Page-table entries keep their frame and their accessed and dirty bits and get
 * the area's new protection. That never contains write permission for private
 * pages, so pages that others share stay protected; writing faults once.
 */
#include "arch/tlb.h"
#include "vm.h"

/* Flags to turn off and on in a range. */
struct flag_change {
	unsigned int clear, set;
};

static unsigned int changed_flags(const struct vm_area_struct *vma,
				  const struct flag_change *change)
{
	return (vma->vm_flags & ~change->clear) | change->set;
}

/* [addr, end) lies within one table. True when an entry changed. */
static bool protect_table(pte_t *ptep, unsigned long addr, unsigned long end, pgprot_t prot)
{
	bool changed = false;

	for (; addr < end; addr += PAGE_SIZE, ptep++) {
		if (!pte_mapped(*ptep))
			continue;
		/* Through an empty entry, so that no dirty bit set meanwhile is lost. */
		set_pte(ptep, pte_modify(ptep_get_and_clear(ptep), prot));
		changed = true;
	}
	return changed;
}

static void protect_pages(struct vm_area_struct *vma)
{
	struct mm_struct *mm = vma->vm_mm;
	unsigned long addr, next;
	bool changed = false;

	spin_lock(&mm->page_table_lock);
	for (addr = vma->vm_start; addr < vma->vm_end; addr = next) {
		pte_t *ptep = user_pte(mm, addr);

		next = table_end(addr, vma->vm_end);
		if (ptep)
			changed |= protect_table(ptep, addr, next, vma->vm_page_prot);
	}
	if (changed)
		tlb_flush_range(mm, vma->vm_start, vma->vm_end);
	spin_unlock(&mm->page_table_lock);
}

/* The rights that the range asks for must be ones that each area may have; no holes. */
static int check_range(const struct vm_area_struct *vma, unsigned long start, unsigned long end,
		       const struct flag_change *change)
{
	for (; start < end; start = vma->vm_end, vma = vma->vm_next) {
		if (!vma || vma->vm_start > start)
			return -ENOMEM;
		if (changed_flags(vma, change) & VM_RIGHTS & ~(vma->vm_flags >> 4))
			return -EACCES;
	}
	return 0;
}

static bool must_cut(const struct vm_area_struct *vma, unsigned long addr,
		     const struct flag_change *change)
{
	return vma && vma->vm_start < addr && addr < vma->vm_end &&
	       changed_flags(vma, change) != vma->vm_flags;
}

/*
 * Cuts the areas that hold `start` and `end` there, if they change. 0 or -ENOMEM
 * with nothing cut.
 */
static int cut_edges(struct mm_struct *mm, unsigned long start, unsigned long end,
		     const struct flag_change *change)
{
	struct vm_area_struct *first = find_vma(mm, start), *last = find_vma(mm, end - 1);
	struct vm_area_struct *low = NULL, *high = NULL;
	bool cut_low = must_cut(first, start, change), cut_high = must_cut(last, end, change);

	if (!cut_low && !cut_high)
		return 0;
	if (mm->map_count + cut_low + cut_high > MAX_MAP_COUNT)
		return -ENOMEM;
	if (cut_low && !(low = vma_alloc(mm)))
		return -ENOMEM;
	if (cut_high && !(high = vma_alloc(mm))) {
		if (low)
			vma_free(low);
		return -ENOMEM;
	}
	if (high)
		vma_split(last, end, high);
	if (low)
		vma_split(first, start, low);
	return 0;
}

static void change_area(struct vm_area_struct *vma, const struct flag_change *change)
{
	unsigned int flags = changed_flags(vma, change);
	pgprot_t prot = vma_page_prot(flags, vma->vm_ops);
	bool rights = (flags ^ vma->vm_flags) & VM_RIGHTS;

	if (flags == vma->vm_flags)
		return;
	vma->vm_flags = flags;
	vma->vm_page_prot = prot;
	if (rights)
		protect_pages(vma);
	area_hint(TRACE_VMA_CHANGE, vma);
}

/* Joins equal neighbours from the area before `start` to the one that begins at `end`. */
static void merge_range(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	struct vm_area_struct *prev, *vma = find_vma_prev(mm, start, &prev);

	if (prev)
		vma = prev;
	while (vma && vma->vm_end <= end)
		if (!vma_merge_next(vma))
			vma = vma->vm_next;
}

static int change_range(struct mm_struct *mm, unsigned long start, unsigned long end,
			const struct flag_change *change)
{
	struct vm_area_struct *vma;
	int err = check_range(find_vma(mm, start), start, end, change);

	if (!err)
		err = cut_edges(mm, start, end, change);
	if (err)
		return err;
	for (vma = find_vma(mm, start); vma && vma->vm_start < end; vma = vma->vm_next)
		change_area(vma, change);
	merge_range(mm, start, end);
	return 0;
}

/* PROT_GROWSDOWN: from the very start of the growing area that holds `start`. */
static int stack_start(struct mm_struct *mm, unsigned long *start)
{
	struct vm_area_struct *vma = find_vma(mm, *start);

	if (!vma || vma->vm_start > *start)
		return -ENOMEM;
	if (!(vma->vm_flags & VM_GROWSDOWN))
		return -EINVAL;
	*start = vma->vm_start;
	return 0;
}

long mm_mprotect(struct mm_struct *mm, unsigned long addr, unsigned long len, unsigned int prot)
{
	struct flag_change change = {.clear = VM_RIGHTS, .set = prot & VM_RIGHTS};
	unsigned long end;
	int err = 0;

	if ((addr & ~PAGE_MASK) || (prot & ~(VM_RIGHTS | PROT_GROWSDOWN)))
		return -EINVAL;
	if (!len)
		return 0;
	if (!user_range_ok(addr, len))
		return -ENOMEM;
	end = addr + PAGE_ALIGN(len);
	down_write(&mm->mmap_sem);
	if (prot & PROT_GROWSDOWN)
		err = stack_start(mm, &addr);
	if (!err)
		err = change_range(mm, addr, end, &change);
	up_write(&mm->mmap_sem);
	return err;
}

int change_area_flags(struct mm_struct *mm, unsigned long start, unsigned long end,
		      unsigned int clear, unsigned int set)
{
	struct flag_change change = {clear, set};

	return change_range(mm, start, end, &change);
}
