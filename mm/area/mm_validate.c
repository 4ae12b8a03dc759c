/*
 * mm_validate.c - checks that an address space agrees with itself. For tests: it
 * visits every area and every page-table entry.
 */
#include "fault/internal.h"
#include "internal.h"

static unsigned long child_gap(const struct rb_node *node)
{
	return node ? node_area(node)->rb_subtree_gap : 0;
}

static void check_gap(const struct vm_area_struct *vma)
{
	unsigned long low = vma->vm_prev ? vma->vm_prev->vm_end : 0;
	unsigned long high = vma_start_gap(vma), gap = high > low ? high - low : 0;

	BUG_ON(vma->gap != gap);
	gap = max(gap, child_gap(vma->vm_rb.left));
	gap = max(gap, child_gap(vma->vm_rb.right));
	BUG_ON(vma->rb_subtree_gap != gap);
}

static void check_area(const struct mm_struct *mm, const struct vm_area_struct *vma)
{
	const struct vm_area_struct *prev = vma->vm_prev, *next = vma->vm_next;
	pgprot_t prot = vma_page_prot(vma->vm_flags, vma->vm_ops);

	BUG_ON(vma->vm_mm != mm);
	BUG_ON(vma->vm_start >= vma->vm_end || vma->vm_end > TASK_SIZE);
	BUG_ON((vma->vm_start | vma->vm_end) & ~PAGE_MASK);
	BUG_ON(prev ? prev->vm_next != vma || prev->vm_end > vma->vm_start : mm->mmap != vma);
	BUG_ON(next ? next->vm_prev != vma : mm->highest_vm_end != vma->vm_end);
	BUG_ON(!vma->vm_ops && vma->vm_pgoff != vma->vm_start >> PAGE_SHIFT);
	BUG_ON(!vma->vm_ops != !vma->vm_file);
	BUG_ON(pgprot_val(vma->vm_page_prot) != pgprot_val(prot));
	check_gap(vma);
	anon_vma_validate(vma);
}

/* What a walk of the page tables found. */
struct walk_counts {
	unsigned long anon, file, shmem, swap, tables;
};

static void count_entry(struct walk_counts *counts, const struct vm_area_struct *vma,
			unsigned long addr, pte_t entry)
{
	const struct page *page = pfn_to_page(pte_pfn(entry));
	bool private = !(vma->vm_flags & VM_SHARED);

	if (is_swap_pte(entry)) {
		swap_entry_check(entry);
		counts->swap += swp_type(pte_to_swp_entry(entry)) < SWP_MIGRATION;
		return;
	}
	BUG_ON(pte_write(entry) && !(vma->vm_flags & VM_WRITE));
	BUG_ON(pte_present(entry) != !!(vma->vm_flags & VM_RIGHTS));
	if (pte_pfn(entry) == zero_pfn) {
		BUG_ON(vma->vm_ops || pte_write(entry));
		return;
	}
	BUG_ON(page_count(page) < page_mapcount(page) || page_mapcount(page) < 1);
	BUG_ON(private && pte_write(entry) && (!PageAnon(page) || page_mapcount(page) > 1));
	BUG_ON(page->index != vma_pgoff(vma, addr));
	if (PageAnon(page)) {
		BUG_ON(!private || !anon_vma_in_chain(vma, page_anon_vma(page)));
		counts->anon++;
		return;
	}
	BUG_ON(!vma->vm_file || page->mapping != vma->vm_file->mapping);
	if (mapping_is_shmem(page->mapping))
		counts->shmem++;
	else
		counts->file++;
}

static void count_table(struct walk_counts *counts, const struct vm_area_struct **vma,
			const pte_t *ptep, unsigned long addr)
{
	unsigned int i;

	for (i = 0; i < PTRS_PER_PTE; i++, addr += PAGE_SIZE) {
		if (pte_none(ptep[i]))
			continue;
		while (*vma && (*vma)->vm_end <= addr)
			*vma = (*vma)->vm_next;
		BUG_ON(!*vma || addr < (*vma)->vm_start); /* a page outside every area */
		count_entry(counts, *vma, addr, ptep[i]);
	}
}

/* A table may only be where an area reaches. */
static void check_table_needed(struct mm_struct *mm, unsigned long addr)
{
	const struct vm_area_struct *vma;

	for (vma = mm->mmap; vma; vma = vma->vm_next)
		if (vma->vm_start < addr + PGDIR_SIZE && vma->vm_end > addr)
			return;
	BUG();
}

static void check_pages(struct mm_struct *mm)
{
	const struct vm_area_struct *vma = mm->mmap;
	struct walk_counts counts = {0};
	unsigned int i;

	for (i = 0; i < USER_PGDS; i++) {
		unsigned long addr = (unsigned long)i << PGDIR_SHIFT;
		pte_t *ptep = user_pte(mm, addr);

		if (!ptep)
			continue;
		counts.tables++;
		check_table_needed(mm, addr);
		count_table(&counts, &vma, ptep, addr);
	}
	BUG_ON(counts.tables != mm->nr_ptes);
	BUG_ON(counts.anon != mm->rss_anon);
	BUG_ON(counts.file != mm->rss_file);
	BUG_ON(counts.shmem != mm->rss_shmem);
	BUG_ON(counts.swap != mm->nr_swap);
}

void validate_mm(const struct mm_struct *mm)
{
	const struct vm_area_struct *vma;
	const struct rb_node *node = rb_first(&mm->mm_rb);
	unsigned long total = 0, stack = 0, locked = 0, data = 0, committed = 0;
	int count = 0;

	BUG_ON(rb_check(&mm->mm_rb) < 0);
	for (vma = mm->mmap; vma; vma = vma->vm_next, node = rb_next(node)) {
		BUG_ON(node != &vma->vm_rb);
		check_area(mm, vma);
		count++;
		total += vma_pages(vma);
		if (vma->vm_flags & VM_GROWSDOWN)
			stack += vma_pages(vma);
		if (vma->vm_flags & VM_LOCKED)
			locked += vma_pages(vma);
		if (is_data_mapping(vma->vm_flags))
			data += vma_pages(vma);
		if (vma->vm_flags & VM_ACCOUNT)
			committed += vma_pages(vma);
	}
	BUG_ON(node);
	BUG_ON(count != mm->map_count || total != mm->total_vm);
	BUG_ON(stack != mm->stack_vm || locked != mm->locked_vm || data != mm->data_vm);
	BUG_ON(committed != mm->committed_vm);
	BUG_ON(mm_vm_peak(mm) < total || mm_rss_peak(mm) < mm_rss(mm));
	BUG_ON(!mm->mmap && mm->highest_vm_end);
	check_pages((struct mm_struct *)mm);
}
