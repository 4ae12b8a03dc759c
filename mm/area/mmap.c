/*
 * mmap.c - new mappings.
 *
 * A request passes three stations: it is checked and turned into the kind of
 * area it asks for (area_kind), it gets a place, and the place is mapped. All
 * that can fail comes before the first change: the area object is allocated
 * before an older mapping at the same place is taken away, so a request that
 * runs out of memory leaves everything as it was.
 */
#include "cache/internal.h"
#include "fault/internal.h"
#include "internal.h"

static const unsigned int kind_flags_all = VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC;

/* Flags that a request asks for whatever it maps. */
static unsigned int request_flags(unsigned int prot, unsigned int flags)
{
	unsigned int vm_flags = (prot & VM_RIGHTS) | kind_flags_all;

	if (flags & MAP_GROWSDOWN)
		vm_flags |= VM_GROWSDOWN;
	if (flags & MAP_LOCKED)
		vm_flags |= VM_LOCKED;
	if ((flags & MAP_NORESERVE) && sysctl_overcommit_memory != OVERCOMMIT_NEVER)
		vm_flags |= VM_NORESERVE;
	return vm_flags;
}

/*
 * File mappings: a shared one may write only what the file was opened for. One
 * of a file opened for reading can never become writable, so nobody need treat
 * it as shared for writing (VM_SHARED off); it is still listed as shared.
 */
static int file_kind(struct area_kind *kind, unsigned int type, unsigned int prot)
{
	struct mapped_file *file = kind->file;

	if (type == MAP_SHARED) {
		if ((prot & PROT_WRITE) && !file->writable)
			return -EACCES;
		kind->flags |= VM_SHARED | VM_MAYSHARE;
		if (!file->writable)
			kind->flags &= ~(VM_MAYWRITE | VM_SHARED);
	}
	if (!file->readable)
		return -EACCES;
	if (!file->mapping)
		return -ENODEV;
	if (kind->flags & VM_GROWSDOWN)
		return -EINVAL;
	kind->ops = type == MAP_SHARED ? &shared_file_vm_ops : &file_vm_ops;
	return 0;
}

static int anon_kind(struct area_kind *kind, unsigned int type)
{
	if (type == MAP_PRIVATE)
		return 0;
	if (kind->flags & VM_GROWSDOWN)
		return -EINVAL;
	kind->flags |= VM_SHARED | VM_MAYSHARE;
	kind->ops = &shmem_vm_ops;
	return 0;
}

static int request_kind(struct area_kind *kind, struct mapped_file *file, unsigned int prot,
			unsigned int flags, unsigned long pgoff)
{
	unsigned int type = flags & MAP_TYPE;
	int err;

	if (type == MAP_SHARED_VALIDATE && file && (flags & ~MAP_UNCHECKED))
		return -EOPNOTSUPP;
	if (type == MAP_SHARED_VALIDATE && file) /* it is for files alone */
		type = MAP_SHARED;
	if (type != MAP_SHARED && type != MAP_PRIVATE)
		return -EINVAL;
	*kind = (struct area_kind){.flags = request_flags(prot, flags), .file = file};
	kind->pgoff = file ? pgoff : 0;
	err = file ? file_kind(kind, type, prot) : anon_kind(kind, type);
	if (!err && accountable(kind->flags))
		kind->flags |= VM_ACCOUNT;
	return err;
}

/* The address, or an error in the same word. `len` is whole pages, not 0. */
static unsigned long choose_place(struct mm_struct *mm, unsigned long addr, unsigned long len,
				  unsigned int flags)
{
	if (!(flags & (MAP_FIXED | MAP_FIXED_NOREPLACE))) {
		addr &= PAGE_MASK;
		if (addr && addr < MMAP_MIN_ADDR)
			addr = MMAP_MIN_ADDR;
		return get_unmapped_area(mm, addr, len);
	}
	if (!user_range_ok(addr, len))
		return (unsigned long)-ENOMEM;
	if (addr & ~PAGE_MASK)
		return (unsigned long)-EINVAL;
	if (addr < MMAP_MIN_ADDR)
		return (unsigned long)-EPERM;
	if ((flags & MAP_FIXED_NOREPLACE) && find_vma_intersection(mm, addr, addr + len))
		return (unsigned long)-EEXIST;
	return addr;
}

static void fill_area(struct vm_area_struct *vma, unsigned long start, unsigned long end,
		      const struct area_kind *kind)
{
	vma->vm_start = start;
	vma->vm_end = end;
	vma->vm_flags = kind->flags;
	vma->vm_page_prot = vma_page_prot(kind->flags, kind->ops);
	vma->vm_file = kind->file;
	vma->vm_ops = kind->ops;
	vma->vm_pgoff = kind->pgoff;
}

/*
 * Either a neighbour grows over the free region behind `prev`, or `vma` (NULL:
 * to be allocated) becomes its area. Takes over the reference on kind->file.
 */
static int place_region(struct mm_struct *mm, struct vm_area_struct *prev,
			struct vm_area_struct *vma, unsigned long start, unsigned long end,
			const struct area_kind *kind)
{
	if (vma_merge_new(mm, prev, start, end, kind)) {
		if (kind->file)
			put_mapped_file(kind->file);
		if (vma)
			vma_free(vma);
		return 0;
	}
	if (!vma) {
		vma = vma_alloc(mm);
		if (!vma)
			return -ENOMEM;
	}
	fill_area(vma, start, end, kind);
	vma_link(vma, prev);
	mm->mmap_cache = vma; /* the next to be touched, probably */
	area_hint(TRACE_VMA_MAP, vma);
	return 0;
}

/* The same limits when the pages of what is mapped there, from `vma` on, are given back first. */
static bool may_replace(const struct mm_struct *mm, const struct vm_area_struct *vma,
			unsigned long start, unsigned long end, unsigned int vm_flags)
{
	unsigned long pages = (end - start) >> PAGE_SHIFT;

	for (; vma && vma->vm_start < end; vma = vma->vm_next)
		pages -= (min(vma->vm_end, end) - max(vma->vm_start, start)) >> PAGE_SHIFT;
	return may_expand_vm(mm, vm_flags, pages);
}

/* The same of what is promised: the promises for the pages that are given back end first. */
static bool may_commit(const struct mm_struct *mm, const struct vm_area_struct *vma,
		       unsigned long start, unsigned long end)
{
	unsigned long pages = (end - start) >> PAGE_SHIFT, given_back = 0;

	if (likely(vm_enough_memory(mm, pages)))
		return true;
	for (; vma && vma->vm_start < end; vma = vma->vm_next)
		if (vma->vm_flags & VM_ACCOUNT)
			given_back +=
				(min(vma->vm_end, end) - max(vma->vm_start, start)) >> PAGE_SHIFT;
	return given_back && vm_enough_memory(mm, pages - given_back);
}

/**
 * map_region() - maps [start, end) as `kind` says, replacing what is mapped there.
 *
 * The range is page-aligned and in the user's half. Takes over the caller's
 * reference on kind->file on success. Returns 0 or -ENOMEM, nothing changed.
 * mmap_sem held for writing; may sleep.
 */
int map_region(struct mm_struct *mm, unsigned long start, unsigned long end,
	       const struct area_kind *kind)
{
	struct vm_area_struct *vma, *prev, *next = find_vma_prev(mm, start, &prev);
	int err;

	if (mm->map_count > MAX_MAP_COUNT)
		return -ENOMEM;
	if (unlikely(!may_expand_vm(mm, kind->flags, (end - start) >> PAGE_SHIFT)) &&
	    !may_replace(mm, next, start, end, kind->flags))
		return -ENOMEM;
	if ((kind->flags & VM_ACCOUNT) && !may_commit(mm, next, start, end))
		return -ENOMEM;
	if (likely(!next || next->vm_start >= end))
		return place_region(mm, prev, NULL, start, end, kind);
	vma = vma_alloc(mm);
	if (!vma)
		return -ENOMEM;
	err = do_munmap(mm, start, end - start);
	if (err) {
		vma_free(vma);
		return err;
	}
	find_vma_prev(mm, start, &prev);
	return place_region(mm, prev, vma, start, end, kind);
}

/* The file reference that the new area will hold; for shared anonymous memory its own object. */
static int get_kind_file(struct area_kind *kind, unsigned long len)
{
	if (kind->file) {
		get_mapped_file(kind->file);
	} else if (kind->flags & VM_SHARED) {
		if (!(kind->flags & VM_NORESERVE) && !vm_enough_memory(NULL, len >> PAGE_SHIFT))
			return -ENOMEM;
		kind->file = shmem_create(len);
		if (!kind->file)
			return -ENOMEM;
	}
	return 0;
}

long do_mmap(struct mm_struct *mm, struct mapped_file *file, unsigned long addr, unsigned long len,
	     unsigned int prot, unsigned int flags, unsigned long pgoff)
{
	struct area_kind kind;
	unsigned long start;
	int err;

	BUG_ON(!rwsem_is_write_locked(&mm->mmap_sem));
	if (!len)
		return -EINVAL;
	len = PAGE_ALIGN(len);
	if (!len || mm->map_count > MAX_MAP_COUNT)
		return -ENOMEM;
	if (pgoff + (len >> PAGE_SHIFT) < pgoff)
		return -EOVERFLOW;
	start = choose_place(mm, addr, len, flags);
	if (IS_ERR(start))
		return (long)start;
	if ((flags & MAP_LOCKED) && !mm->lock_limit)
		return -EPERM;
	err = request_kind(&kind, file, prot, flags, pgoff);
	if (err)
		return err;
	kind.flags |= mm->def_flags;
	if (!may_lock_more(mm, kind.flags, len))
		return -EAGAIN;
	if (!file && !(kind.flags & VM_SHARED))
		kind.pgoff = start >> PAGE_SHIFT;
	err = get_kind_file(&kind, len);
	if (err)
		return err;
	err = map_region(mm, start, start + len, &kind);
	if (err) {
		if (kind.file)
			put_mapped_file(kind.file);
		return err;
	}
	return (long)start;
}

long mm_mmap(struct mm_struct *mm, struct mapped_file *file, unsigned long addr, unsigned long len,
	     unsigned int prot, unsigned int flags, unsigned long pgoff)
{
	long ret;

	down_write(&mm->mmap_sem);
	ret = do_mmap(mm, file, addr, len, prot, flags, pgoff);
	up_write(&mm->mmap_sem);
	if ((flags & (MAP_POPULATE | MAP_LOCKED) || (mm->def_flags & VM_LOCK_FLAGS) == VM_LOCKED) &&
	    !IS_ERR(ret) && (prot & VM_RIGHTS))
		populate_range(mm, (unsigned long)ret, (unsigned long)ret + PAGE_ALIGN(len));
	return ret;
}

struct vm_area_struct *mm_setup_stack(struct mm_struct *mm, unsigned long size)
{
	struct area_kind kind = {
		.flags = VM_READ | VM_WRITE | VM_GROWSDOWN | VM_ACCOUNT | kind_flags_all,
	};
	unsigned long start = STACK_TOP - PAGE_ALIGN(size);
	int err;

	BUG_ON(!rwsem_is_write_locked(&mm->mmap_sem));
	BUG_ON(!size || PAGE_ALIGN(size) > TASK_SIZE / 2);
	kind.pgoff = start >> PAGE_SHIFT;
	mm->start_stack = STACK_TOP - sizeof(long);
	err = map_region(mm, start, STACK_TOP, &kind);
	return err ? ERR_PTR(err) : find_vma(mm, start);
}
