/*
 * mm_struct.c - the life of an address space.
 *
 *   mm_alloc/dup_mm    mm_users 1, mm_count 1 (all users together count as one)
 *   mmput, last user   areas, pages and tables go (exit_mmap), then mmdrop
 *   mmdrop, last       page directory and descriptor go
 *
 * A kernel thread borrows the address space that was loaded before it: it never
 * touches the user's half, but the directory must live until it is unloaded.
 */
#include "kernel/printk.h"
#include "mm/oom.h"
#include "mm/slab.h"
#include "fault/internal.h"
#include "internal.h"

struct mm_struct init_mm = {
	.pgd = swapper_pg_dir,
	.mm_users = ATOMIC_INIT(2),
	.mm_count = ATOMIC_INIT(2), /* its own, and init_task, which borrows it from the start */
	.page_table_lock = SPIN_LOCK_INIT("init_mm.page_table_lock"),
	.mmlist = LIST_HEAD_INIT(init_mm.mmlist),
};
LIST_HEAD(mmlist);

static DEFINE_SPINLOCK(mmlist_lock);
static struct kmem_cache *mm_cache;

/* Least and most room above the mmap area, as on Linux. */
#define STACK_ROOM_MIN (128ul << 20)
#define STACK_ROOM_MAX (TASK_SIZE / 6 * 5)

/* The mmap area hangs below the room that the stack may grow into, and its gap. */
void mm_set_layout(struct mm_struct *mm)
{
	unsigned long room = min(mm->stack_limit, STACK_ROOM_MAX) + STACK_GUARD_GAP;

	room = min(max(room, STACK_ROOM_MIN), STACK_ROOM_MAX);
	mm->mmap_base = (STACK_TOP - room) & PAGE_MASK;
}

struct mm_struct *mm_alloc(void)
{
	struct mm_struct *mm = kmem_cache_alloc(mm_cache, GFP_KERNEL | __GFP_ZERO);

	if (!mm)
		return NULL;
	mm->pgd = pgd_alloc();
	if (!mm->pgd) {
		kmem_cache_free(mm_cache, mm);
		return NULL;
	}
	mm->mm_rb = RB_ROOT;
	atomic_set(&mm->mm_users, 1);
	atomic_set(&mm->mm_count, 1);
	spin_lock_init(&mm->page_table_lock, "page_table_lock");
	init_rwsem(&mm->mmap_sem, "mmap_sem");
	mm->stack_limit = STACK_LIMIT;
	mm->data_limit = mm->as_limit = mm->lock_limit = ~0ul;
	mm_set_layout(mm);
	spin_lock(&mmlist_lock);
	list_add_tail(&mm->mmlist, &mmlist);
	spin_unlock(&mmlist_lock);
	return mm;
}

/* Each table once, though many areas may share it. */
static void free_all_tables(struct mmu_gather *gather)
{
	const struct vm_area_struct *vma;
	unsigned long done = 0;

	for (vma = gather->mm->mmap; vma; vma = vma->vm_next) {
		if (vma->vm_end <= done)
			continue;
		free_tables(gather, max(vma->vm_start, done), vma->vm_end, 0, TASK_SIZE);
		done = round_up(vma->vm_end, PGDIR_SIZE);
	}
}

/* Nobody runs here any more: everything goes. */
static void exit_mmap(struct mm_struct *mm)
{
	struct vm_area_struct *vma, *next;
	struct mmu_gather gather;
	unsigned long pages = 0;
	unsigned int n = 0;

	if (mm->locked_vm)
		munlock_range(mm, 0, TASK_SIZE);
	gather_begin(&gather, mm, true);
	for (vma = mm->mmap; vma; vma = vma->vm_next) {
		if (turn_is_over(&pages, vma))
			cond_resched();
		zap_range(&gather, vma->vm_start, vma->vm_end);
	}
	mm_trace_exit(mm);
	free_all_tables(&gather);
	gather_end(&gather);
	for (vma = vma_unlink_all(mm); vma; vma = next) {
		next = vma->vm_next;
		vma_destroy(vma);
		if (++n % FILES_PER_TURN == 0)
			cond_resched();
	}
}

void mmput(struct mm_struct *mm)
{
	if (!atomic_dec_and_test(&mm->mm_users))
		return;
	might_sleep();
	down_write(&mm->mmap_sem);
	exit_mmap(mm);
	up_write(&mm->mmap_sem);
	oom_mm_gone(mm);
	if (mm->exe_file)
		put_mapped_file(mm->exe_file);
	spin_lock(&mmlist_lock);
	list_del(&mm->mmlist);
	spin_unlock(&mmlist_lock);
	mmdrop(mm);
}

struct mm_struct *mm_next(struct mm_struct *prev)
{
	struct list_head *at;
	struct mm_struct *mm = NULL;

	spin_lock(&mmlist_lock);
	for (at = prev ? prev->mmlist.next : mmlist.next; at != &mmlist; at = at->next) {
		mm = list_entry(at, struct mm_struct, mmlist);
		if (atomic_inc_not_zero(&mm->mm_users))
			break;
	}
	spin_unlock(&mmlist_lock);
	if (prev)
		mmput(prev);
	return at == &mmlist ? NULL : mm;
}

void mmdrop(struct mm_struct *mm)
{
	if (!atomic_dec_and_test(&mm->mm_count))
		return;
	BUG_ON(mm == &init_mm || mm->mmap || mm->nr_ptes);
	pgd_free(mm->pgd);
	kmem_cache_free(mm_cache, mm);
}

void mm_dump(const struct mm_struct *mm)
{
	const struct vm_area_struct *vma;

	printk("  areas %d, pages %lu, rss %lu + %lu + %lu, tables %lu\n", mm->map_count,
	       mm->total_vm, mm->rss_anon, mm->rss_file, mm->rss_shmem, mm->nr_ptes);
	for (vma = mm->mmap; vma; vma = vma->vm_next)
		printk("  %08lx-%08lx %c%c%c%c %08lx %s\n", vma->vm_start, vma->vm_end,
		       vma->vm_flags & VM_READ ? 'r' : '-', vma->vm_flags & VM_WRITE ? 'w' : '-',
		       vma->vm_flags & VM_EXEC ? 'x' : '-', vma->vm_flags & VM_MAYSHARE ? 's' : 'p',
		       vma->vm_file ? vma->vm_pgoff << PAGE_SHIFT : 0, vma_name(vma));
}

void mm_cache_init(void)
{
	init_rwsem(&init_mm.mmap_sem, "init_mm.mmap_sem");
	mm_cache = kmem_cache_create("mm_struct", sizeof(struct mm_struct), 0, SLAB_PANIC, NULL);
	vma_cache_init();
}
