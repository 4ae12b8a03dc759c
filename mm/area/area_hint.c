/*
 * area_hint.c - names of areas, and the hints that tell the plugin of them.
 *
 * A reader of the hints keeps the same list of areas as the kernel if it takes
 * them in order: an area that goes is unmapped first, then those that stay
 * change their bounds, then new ones are mapped. The record lies in a static
 * buffer of its own, so that the plugin never reads a kernel stack.
 */
#include "arch/hint.h"
#include "kernel/percpu.h"
#include "internal.h"

static DEFINE_PER_CPU(struct trace_vma, area_record);

const char anon_label[] = "[anon]";

const char *vma_name(const struct vm_area_struct *vma)
{
	const char *label = area_label(vma);

	return label == anon_label ? "" : label;
}

static __always_inline void tell(enum trace_vma_event event, const struct vm_area_struct *vma)
{
	struct trace_vma *record = &this_cpu(area_record);
	unsigned int flags = vma->vm_flags & VM_MAYSHARE ? MAP_SHARED : MAP_PRIVATE;

	if (!vma->vm_mm->owner_tgid)
		return;
	if (vma->vm_flags & VM_GROWSDOWN)
		flags |= MAP_GROWSDOWN;
	if (!vma->vm_file)
		flags |= MAP_ANONYMOUS;
	record->pid = (unsigned int)vma->vm_mm->owner_tgid;
	record->start = vma->vm_start;
	record->end = vma->vm_end;
	record->prot = vma->vm_flags & VM_RIGHTS;
	record->flags = flags;
	record->offset = vma->vm_file ? vma->vm_pgoff : 0;
	record->name = (unsigned long)area_label(vma);
	trace_hint(TRACE_VMA, event, 0, (unsigned long)record, 0);
}

void area_hint(enum trace_vma_event event, const struct vm_area_struct *vma)
{
	tell(event, vma);
}

/* The hint of each area is built into the loop: fork and exit tell of all areas. */
static __always_inline void tell_all(enum trace_vma_event event, const struct mm_struct *mm)
{
	const struct vm_area_struct *vma;
	unsigned int left = AREAS_PER_TURN;

	for (vma = mm->mmap; vma; vma = vma->vm_next) {
		tell(event, vma);
		area_done(&left);
	}
}

void mm_trace_areas(const struct mm_struct *mm)
{
	tell_all(TRACE_VMA_MAP, mm);
}

void mm_trace_exit(const struct mm_struct *mm)
{
	tell_all(TRACE_VMA_UNMAP, mm);
}
