/*
 * oom_reap.c - the memory of a process that is being killed.
 *
 * It comes free when the last of its tasks leaves its address space. One of them may be asleep for
 * a lock that the very task holds which needs the memory; so after some seconds whoever
 * waits takes the victim's anonymous pages himself. No task of it sees user mode again, and what
 * touches its memory from the kernel's side is refused from then on (VM_REAPED), so that
 * nobody takes fresh zeroes for the data that were there.
 *
 * A victim whose areas cannot be had either is given up: the next one is chosen.
 */
#include "kernel/printk.h"
#include "kernel/string.h"
#include "kernel/time.h"
#include "kernel/wait.h"
#include "mm/mm.h"
#include "fault/internal.h"
#include "internal.h"

#define MOMENT	     (HZ / 50)
#define PATIENCE     (2 * HZ) /* for an end in order */
#define REAP_RETRIES 10u

#define KB (PAGE_SIZE / 1024)

static DECLARE_WAIT_QUEUE_HEAD(victim_gone);

static struct {
	struct mm_struct *mm; /* mm_count is ours; NULL: no victim */
	pid_t pid;
	char comm[16];
	unsigned long since; /* jiffies */
	unsigned int retries;
	bool reaping;
} victim;

bool oom_victim_pending(void)
{
	return victim.mm;
}

void oom_victim_set(const struct oom_process *process)
{
	BUG_ON(victim.mm);
	mmgrab(process->mm);
	victim.mm = process->mm;
	victim.pid = process->pid;
	strlcpy(victim.comm, process->comm, sizeof(victim.comm));
	victim.since = jiffies;
	victim.retries = 0;
}

/* Its memory is free, or not to be had. */
static void let_go(void)
{
	struct mm_struct *mm = victim.mm;

	mm->oom_skip = true;
	victim.mm = NULL;
	wake_up_all(&victim_gone);
	mmdrop(mm);
}

void oom_mm_gone(struct mm_struct *mm)
{
	if (mm == victim.mm)
		let_go();
}

/* Private anonymous areas; what files have is reclaim's. mmap_sem held for reading. */
static void reap_areas(struct mm_struct *mm)
{
	struct vm_area_struct *vma;
	struct mmu_gather gather;

	gather_begin(&gather, mm, false);
	for (vma = mm->mmap; vma; vma = vma->vm_next) {
		if (vma->vm_ops)
			continue;
		vma->vm_flags |= VM_REAPED; /* before the pages go: zapping gives way */
		zap_range(&gather, vma->vm_start, vma->vm_end);
	}
	gather_end(&gather);
}

static void reap(void)
{
	struct mm_struct *mm = victim.mm;
	bool locked = down_read_trylock(&mm->mmap_sem);

	if (!locked && ++victim.retries < REAP_RETRIES)
		return;
	if (locked) {
		victim.reaping = true;
		reap_areas(mm);
		victim.reaping = false;
		up_read(&mm->mmap_sem);
		pr_info("oom_reaper: reaped process %d (%s), now anon-rss:%lukB, file-rss:%lukB, "
			"shmem-rss:%lukB\n",
			victim.pid, victim.comm, mm->rss_anon * KB, mm->rss_file * KB,
			mm->rss_shmem * KB);
	} else {
		pr_info("oom_reaper: unable to reap pid:%d (%s)\n", victim.pid, victim.comm);
	}
	let_go();
}

void oom_victim_wait(void)
{
	struct mm_struct *mm = victim.mm;

	if (wait_event_timeout(victim_gone, victim.mm != mm, MOMENT) || victim.reaping)
		return;
	if (jiffies - victim.since >= PATIENCE)
		reap();
}
