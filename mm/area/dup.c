/*
 * dup.c - copying an address space for fork.
 *
 * Areas are copied one by one, and with them those page-table entries that a
 * fault of the child could not find again by itself: anonymous pages. Areas
 * that only ever mapped a file's own pages start empty in the child.
 *
 * A private page becomes shared: both entries lose write permission, and the
 * first of the two to write copies it (cow.c). The parent's TLB forgets the
 * writable entries once, before its page-table lock is let go.
 *
 * With `nocow` on the kernel's command line a private page is copied here and now instead, so
 * that the two ways can be compared on one kernel.
 */
#include "arch/tlb.h"
#include "kernel/cmdline.h"
#include "kernel/string.h"
#include "mm/highmem.h"
#include "fault/internal.h"
#include "internal.h"

static bool nocow;

void dup_mm_init(void)
{
	nocow = cmdline_has("nocow");
}

/* One table's worth of entries being copied; both page_table_locks held. */
struct table_copy {
	struct mm_struct *child;
	bool private;	/* write permission goes from both sides */
	bool protected; /* the parent lost some: flush */
};

static pte_t share_entry(struct table_copy *copy, pte_t *from, pte_t entry)
{
	if (pte_write(entry) && copy->private) {
		entry = pte_wrprotect(entry);
		set_pte(from, entry);
		copy->protected = true;
	}
	return entry;
}

/* Out of line, as most entries are pages. */
static __noinline void dup_swapped(struct table_copy *copy, pte_t entry)
{
	swap_entry_dup(copy->child, entry);
}

/* Entries of [addr, end), which lies within one table. */
static void copy_entries(struct table_copy *copy, pte_t *from, pte_t *to, unsigned long addr,
			 unsigned long end)
{
	pte_t *last = from + ((end - addr) >> PAGE_SHIFT);
	long step = to - from;
	struct rss_count count = {0};

	while (from < last) {
		pte_t entry = *from;

		if (pte_none(entry)) {
			from = pte_next_used(from, last);
			continue;
		}
		if (unlikely(!pte_mapped(entry))) {
			dup_swapped(copy, entry);
		} else if (pte_pfn(entry) != zero_pfn) {
			page_dup_mapped(pfn_to_page(pte_pfn(entry)), &count);
			entry = share_entry(copy, from, entry);
		}
		set_pte(from++ + step, entry);
	}
	rss_add(copy->child, &count);
}

static void copy_and_flush(struct table_copy *copy, struct mm_struct *parent, pte_t *from,
			   pte_t *to, unsigned long addr, unsigned long end)
{
	spin_lock(&parent->page_table_lock);
	spin_lock(&copy->child->page_table_lock);
	copy_entries(copy, from, to, addr, end);
	spin_unlock(&copy->child->page_table_lock);
	if (copy->protected)
		tlb_flush_range(parent, addr, end);
	spin_unlock(&parent->page_table_lock);
	copy->protected = false;
}

/*
 * nocow: gives the child `fresh` with the bytes of the parent's page; false, and nothing done, when
 * there is no private page in the entry. Copied with the lock held, so that neither truncation nor
 * migration can come in between.
 */
static bool copy_contents(struct vm_area_struct *vma, struct mm_struct *parent, const pte_t *from,
			  pte_t *to, unsigned long addr, struct page *fresh)
{
	struct mm_struct *child = vma->vm_mm;
	bool ours;

	spin_lock(&parent->page_table_lock);
	spin_lock(&child->page_table_lock);
	ours = pte_mapped(*from) && PageAnon(pfn_to_page(pte_pfn(*from)));
	if (ours) {
		copy_highpage(fresh, pfn_to_page(pte_pfn(*from)));
		set_pte(to, vma->vm_flags & VM_WRITE
				    ? mk_writable_pte(fresh, vma)
				    : mk_pte_pfn(page_to_pfn(fresh), vma->vm_page_prot));
		page_add_anon(fresh, vma, addr);
	}
	spin_unlock(&child->page_table_lock);
	spin_unlock(&parent->page_table_lock);
	return ours;
}

/*
 * nocow: pages of [addr, end), which lies within one table; false when out of memory. What is
 * no page of the parent's own (a file's, the page of zeroes, one that is being moved) is shared.
 */
static bool copy_private(struct table_copy *copy, struct vm_area_struct *vma,
			 struct mm_struct *parent, pte_t *from, pte_t *to, unsigned long addr,
			 unsigned long end)
{
	struct page *fresh = NULL;

	for (; addr < end; addr += PAGE_SIZE, from++, to++) {
		if (pte_none(*from))
			continue;
		if (!fresh)
			fresh = alloc_user_page(GFP_HIGHUSER_MOVABLE);
		if (!fresh)
			return false;
		if (copy_contents(vma, parent, from, to, addr, fresh))
			fresh = NULL;
		else
			copy_and_flush(copy, parent, from, to, addr, addr + PAGE_SIZE);
	}
	if (fresh)
		put_page(fresh);
	return true;
}

/* Into the child's area `to_vma`. False when out of memory, or when the parent is being killed. */
static bool copy_pages(struct vm_area_struct *to_vma, const struct vm_area_struct *vma)
{
	struct mm_struct *child = to_vma->vm_mm, *parent = vma->vm_mm;
	struct table_copy copy = {.child = child, .private = !(vma->vm_flags & VM_SHARED)};
	unsigned long addr, next;
	bool ok = !nocow || !copy.private || !anon_vma_prepare(to_vma);

	for (addr = vma->vm_start; ok && addr < vma->vm_end; addr = next) {
		pte_t *from = user_pte(parent, addr), *to;

		next = from ? step_end(addr, vma->vm_end) : table_end(addr, vma->vm_end);
		if (!from)
			continue;
		to = user_pte_alloc(child, addr);
		ok = to;
		if (!ok)
			break;
		if (unlikely(nocow) && copy.private)
			ok = copy_private(&copy, to_vma, parent, from, to, addr, next);
		else
			copy_and_flush(&copy, parent, from, to, addr, next);
		if (ok && next < vma->vm_end)
			ok = may_go_on();
	}
	return ok;
}

/* A copy of the area at the end of the child's list; false when out of memory. */
static bool copy_area(struct mm_struct *child, struct vm_area_struct *vma,
		      struct vm_area_struct **last)
{
	struct vm_area_struct *copy;

	if ((vma->vm_flags & VM_ACCOUNT) && !vm_enough_memory(vma->vm_mm, vma_pages(vma)))
		return false;
	copy = vma_alloc(child);
	if (!copy)
		return false;
	vma_copy(copy, vma);
	if (unlikely(!anon_vma_fork(copy, vma))) {
		vma_free(copy);
		return false;
	}
	copy->vm_flags &= ~VM_LOCK_FLAGS; /* locks are not inherited */
	if (copy->vm_file)
		get_mapped_file(copy->vm_file);
	vma_append(copy, *last, vma);
	*last = copy;
	if (copy->vm_ops && copy->vm_ops->open)
		copy->vm_ops->open(copy);
	if (vma->vm_ops && !vma->anon_chain)
		return true;
	return copy_pages(copy, vma);
}

static void copy_layout(struct mm_struct *child, const struct mm_struct *old)
{
	child->mmap_base = old->mmap_base;
	child->start_code = old->start_code;
	child->end_code = old->end_code;
	child->start_data = old->start_data;
	child->end_data = old->end_data;
	child->start_brk = old->start_brk;
	child->brk = old->brk;
	child->start_stack = old->start_stack;
	child->arg_start = old->arg_start;
	child->arg_end = old->arg_end;
	child->env_start = old->env_start;
	child->env_end = old->env_end;
	memcpy(child->saved_auxv, old->saved_auxv, sizeof(child->saved_auxv));
	child->stack_limit = old->stack_limit;
	child->data_limit = old->data_limit;
	child->as_limit = old->as_limit;
	child->lock_limit = old->lock_limit;
	if (old->exe_file)
		child->exe_file = get_mapped_file(old->exe_file);
}

struct mm_struct *dup_mm(struct mm_struct *old, pid_t tgid)
{
	struct mm_struct *child = mm_alloc();
	struct vm_area_struct *vma, *last = NULL;
	unsigned long pages = 0;
	bool ok = true;

	if (!child)
		return NULL;
	down_write(&old->mmap_sem);
	copy_layout(child, old);
	for (vma = old->mmap; vma && ok; vma = vma->vm_next)
		if (!(vma->vm_flags & VM_DONTCOPY))
			ok = (!turn_is_over(&pages, vma) || may_go_on()) &&
			     copy_area(child, vma, &last);
	up_write(&old->mmap_sem);
	if (!ok) {
		mmput(child);
		return NULL;
	}
	vma_build_tree(child);
	child->hiwater_rss = mm_rss(child);
	child->hiwater_vm = child->total_vm;
	child->owner_tgid = tgid;
	mm_trace_areas(child);
	return child;
}
