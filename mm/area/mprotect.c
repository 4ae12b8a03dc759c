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
#include "fault/internal.h"
#include "internal.h"

/* Flags to turn off and on in a range. */
struct flag_change {
	unsigned int clear, set;
};

/* As asked for; whether an area changes at all shows in these already. */
static unsigned int changed_flags(const struct vm_area_struct *vma,
				  const struct flag_change *change)
{
	return (vma->vm_flags & ~change->clear) | change->set;
}

/*
 * Write permission that a private area gets is charged (VM_ACCOUNT), once. The charge stays when
 * the permission goes, for written pages stay; only memory that was never written needs none.
 */
static unsigned int charged_flags(const struct vm_area_struct *vma, unsigned int flags)
{
	unsigned int old = vma->vm_flags;

	if (!((flags ^ old) & VM_RIGHTS))
		return flags;
	if (flags & VM_WRITE)
		return flags | (!(old & VM_WRITE) && accountable(flags) ? VM_ACCOUNT : 0);
	return !vma->vm_ops && !vma->anon_chain ? flags & ~VM_ACCOUNT : flags;
}

/* [addr, end) lies within one table. True when an entry changed. */
static bool protect_table(pte_t *ptep, unsigned long addr, unsigned long end, pgprot_t prot)
{
	pte_t *last = ptep + ((end - addr) >> PAGE_SHIFT);
	bool changed = false;

	while ((ptep = pte_next_used(ptep, last)) < last) {
		do {
			/* One that names contents elsewhere gets its rights when they come back. */
			if (!pte_mapped(*ptep))
				continue;
			/* Through an empty entry, so that no dirty bit set meanwhile is lost. */
			set_pte(ptep, pte_modify(ptep_get_and_clear(ptep), prot));
			changed = true;
		} while (++ptep < last && !pte_none(*ptep));
	}
	return changed;
}

static void protect_pages(struct vm_area_struct *vma)
{
	struct mm_struct *mm = vma->vm_mm;
	unsigned long addr, next;

	for (addr = vma->vm_start; addr < vma->vm_end; addr = next) {
		pte_t *ptep = user_pte(mm, addr);

		next = table_end(addr, vma->vm_end);
		if (!ptep)
			continue;
		spin_lock(&mm->page_table_lock);
		if (protect_table(ptep, addr, next, vma->vm_page_prot))
			tlb_flush_range(mm, addr, next);
		spin_unlock(&mm->page_table_lock);
		if (next < vma->vm_end)
			cond_resched();
	}
}

/* A range being changed. */
struct range {
	struct mm_struct *mm;
	unsigned long start, end;
	struct flag_change change;
	int err;			     /* what ended the range early */
	struct vm_area_struct *first, *last; /* areas that hold its ends */
	/* New areas, if the range cuts old ones: from `start` on / from `end` on. */
	struct vm_area_struct *low, *high;
};

/* One by one: an initializer would clear the whole of it first. */
static void set_range(struct range *range, struct mm_struct *mm, unsigned long start,
		      unsigned long end)
{
	range->mm = mm;
	range->start = start;
	range->end = end;
	range->err = 0;
	range->low = range->high = NULL;
}

/* RLIMIT_DATA counts its pages after the change only. */
static bool becomes_data(const struct vm_area_struct *vma, const struct flag_change *change)
{
	return is_data_mapping(changed_flags(vma, change)) && !is_data_mapping(vma->vm_flags);
}

/* Its pages are promised (VM_ACCOUNT) after the change only. */
static bool becomes_charged(const struct vm_area_struct *vma, const struct flag_change *change)
{
	return !(vma->vm_flags & VM_ACCOUNT) &&
	       (charged_flags(vma, changed_flags(vma, change)) & VM_ACCOUNT);
}

static bool changes(const struct vm_area_struct *vma, const struct range *range)
{
	return changed_flags(vma, &range->change) != vma->vm_flags;
}

/* What stands in the way at `start`, where vma should be: a hole, or rights it may not have. */
static int refusal(const struct vm_area_struct *vma, unsigned long start,
		   const struct flag_change *change)
{
	if (!vma || vma->vm_start > start)
		return -ENOMEM;
	return changed_flags(vma, change) & VM_RIGHTS & ~(vma->vm_flags >> 4) ? -EACCES : 0;
}

/*
 * Finds first and last. True when anything changes. The range ends, with the
 * error noted, before a hole, an area that may not have these rights, or one
 * with which RLIMIT_DATA or what may be promised is exceeded: as in Linux, what lies before it is
 * changed.
 */
static bool check_range(struct range *range)
{
	struct vm_area_struct *vma = find_vma(range->mm, range->start);
	unsigned long start = range->start, data = 0, charge = 0;
	unsigned int left = AREAS_PER_TURN;
	bool result = false;

	range->first = vma;
	for (; start < range->end; start = vma->vm_end, vma = vma->vm_next) {
		range->err = refusal(vma, start, &range->change);
		if (!range->err && (range->change.set & VM_WRITE) &&
		    becomes_data(vma, &range->change)) {
			data += (min(vma->vm_end, range->end) - start) >> PAGE_SHIFT;
			if (!may_expand_data(range->mm, data))
				range->err = -ENOMEM;
		}
		if (!range->err && becomes_charged(vma, &range->change)) {
			charge += (min(vma->vm_end, range->end) - start) >> PAGE_SHIFT;
			if (!vm_enough_memory(range->mm, charge))
				range->err = -ENOMEM;
		}
		if (range->err) {
			range->end = start;
			break;
		}
		if (changes(vma, range))
			result = true;
		range->last = vma;
		area_done(&left);
	}
	return result;
}

/* Cuts the areas that hold the ends there, if they change. 0, or -ENOMEM with nothing cut. */
static int cut_edges(struct range *range)
{
	bool cut_low = range->first->vm_start < range->start && changes(range->first, range);
	bool cut_high = range->last->vm_end > range->end && changes(range->last, range);

	if (range->mm->map_count + cut_low + cut_high > MAX_MAP_COUNT)
		return -ENOMEM;
	if (cut_low && !(range->low = vma_alloc_upper(range->first)))
		return -ENOMEM;
	if (cut_high && !(range->high = vma_alloc_upper(range->last))) {
		if (range->low)
			vma_free(range->low);
		return -ENOMEM;
	}
	if (range->high)
		vma_split(range->last, range->end, range->high);
	if (range->low) {
		vma_split(range->first, range->start, range->low);
		if (range->last == range->first)
			range->last = range->low;
		range->first = range->low;
	}
	return 0;
}

/* Write permission comes or goes: RLIMIT_DATA counts the pages, or no more. */
static void account_data(struct vm_area_struct *vma, unsigned int flags)
{
	if (is_data_mapping(flags))
		vma->vm_mm->data_vm += vma_pages(vma);
	else if (is_data_mapping(vma->vm_flags))
		vma->vm_mm->data_vm -= vma_pages(vma);
}

static void change_area(struct vm_area_struct *vma, const struct flag_change *change)
{
	unsigned int flags = changed_flags(vma, change), changed;

	if (flags == vma->vm_flags)
		return;
	flags = charged_flags(vma, flags);
	changed = flags ^ vma->vm_flags;
	if (changed & VM_WRITE)
		account_data(vma, flags);
	if (changed & VM_ACCOUNT)
		account_committed(vma->vm_mm, flags & VM_ACCOUNT ? (long)vma_pages(vma)
								 : -(long)vma_pages(vma));
	if (changed & VM_LOCKED)
		vma->vm_mm->locked_vm += flags & VM_LOCKED ? vma_pages(vma) : -vma_pages(vma);
	vma->vm_flags = flags;
	vma->vm_page_prot = vma_page_prot(flags, vma->vm_ops);
	if (changed & VM_RIGHTS)
		protect_pages(vma);
}

/* Joins equal neighbours, from `vma` to the area that begins at `end`. */
static void merge_areas(struct vm_area_struct *vma, unsigned long end)
{
	unsigned int left = AREAS_PER_TURN;

	while (vma && vma->vm_end <= end) {
		if (!vma_merge_next(vma))
			vma = vma->vm_next;
		area_done(&left);
	}
}

/* Old areas that were cut have become smaller. */
static void tell_cuts(const struct range *range)
{
	if (range->low)
		area_hint(TRACE_VMA_CHANGE, range->low->vm_prev);
	if (range->high && range->last != range->low)
		area_hint(TRACE_VMA_CHANGE, range->last);
}

/* What became of the areas from `vma` on, those that are new last. */
static void tell_changes(const struct range *range, const struct vm_area_struct *vma)
{
	unsigned int left = AREAS_PER_TURN;

	for (; vma && vma->vm_start < range->end; vma = vma->vm_next) {
		if (vma->vm_end <= range->start)
			continue;
		area_hint(vma == range->low ? TRACE_VMA_MAP : TRACE_VMA_CHANGE, vma);
		area_done(&left);
	}
	if (range->high)
		area_hint(TRACE_VMA_MAP, range->high);
}

/* The area before the range, if it may have become equal; one that was cut there has not. */
static struct vm_area_struct *first_to_merge(const struct range *range)
{
	return range->low || !range->first->vm_prev ? range->first : range->first->vm_prev;
}

static int change_range(struct range *range)
{
	struct vm_area_struct *vma, *before;
	int err;

	if (!check_range(range))
		return range->err;
	err = cut_edges(range);
	if (err)
		return err;
	for (vma = range->first; vma != range->last; vma = vma->vm_next) {
		change_area(vma, &range->change);
		cond_resched();
	}
	change_area(vma, &range->change);
	range->mm->mmap_cache = range->first; /* the next to be touched, probably */
	tell_cuts(range);
	before = first_to_merge(range);
	merge_areas(before, range->end);
	tell_changes(range, before);
	return range->err;
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
	struct range range;
	int err = 0;

	if (addr & ~PAGE_MASK)
		return -EINVAL;
	if (!len)
		return 0;
	if (prot & ~(VM_RIGHTS | PROT_GROWSDOWN))
		return -EINVAL;
	if (!user_range_ok(addr, len))
		return -ENOMEM;
	set_range(&range, mm, addr, addr + PAGE_ALIGN(len));
	range.change = (struct flag_change){.clear = VM_RIGHTS, .set = prot & VM_RIGHTS};
	down_write(&mm->mmap_sem);
	if (prot & PROT_GROWSDOWN)
		err = stack_start(mm, &range.start);
	if (!err)
		err = change_range(&range);
	up_write(&mm->mmap_sem);
	return err;
}

int change_area_flags(struct mm_struct *mm, unsigned long start, unsigned long end,
		      unsigned int clear, unsigned int set)
{
	struct range range;

	set_range(&range, mm, start, end);
	range.change = (struct flag_change){.clear = clear, .set = set};
	return change_range(&range);
}
