/*
 * proc_maps.c - /proc/PID/maps: one line for each area of an address space.
 *
 *   08048000-08056000 r-xp 00000000 03:01 64593      /bin/x
 */
#include "fs/proc/proc.h"
#include "mm/mmap.h"
#include "proc/task.h"

#define NAME_COLUMN 49 /* of a 32-bit Linux */

static void show_area(struct text *text, const struct vm_area_struct *vma)
{
	const struct file *file = vma->vm_file ? file_from_mapped(vma->vm_file) : NULL;
	unsigned int flags = vma->vm_flags, dev = file ? file->inode->dev : 0;
	unsigned long long offset = 0;
	size_t start = text->len;
	const char *name = vma_name(vma);

	if (vma->vm_file)
		offset = (unsigned long long)vma->vm_pgoff << PAGE_SHIFT;
	text_printf(text, "%08lx-%08lx %c%c%c%c %08llx %02x:%02x %u ", vma->vm_start, vma->vm_end,
		    flags & VM_READ ? 'r' : '-', flags & VM_WRITE ? 'w' : '-',
		    flags & VM_EXEC ? 'x' : '-', flags & VM_MAYSHARE ? 's' : 'p', offset, dev >> 8,
		    dev & 0xff, file ? file->inode->ino : 0);
	if (*name) {
		text_pad(text, start, NAME_COLUMN);
		text_printf(text, "%s", name);
	}
	text_append(text, "\n", 1);
}

int proc_show_maps(struct text *text)
{
	struct mm_struct *mm = get_task_mm(text->task);
	const struct vm_area_struct *vma;

	if (!mm)
		return 0;
	down_read(&mm->mmap_sem);
	for (vma = mm->mmap; vma && !text->err && !fatal_signal_pending_current();
	     vma = vma->vm_next) {
		show_area(text, vma);
		cond_resched();
	}
	up_read(&mm->mmap_sem);
	mmput(mm);
	return 0;
}
