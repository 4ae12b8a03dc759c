/*
 * oom_report.c - what is printed when memory is out, in Linux's words.
 *
 *   hog invoked oom-killer: gfp_mask=0xd6(GFP_HIGHUSER_MOVABLE), order=0, oom_score_adj=0
 *   Mem-Info: ...
 *   [  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name
 *   Out of memory: Killed process 4 (hog) total-vm:31560kB, anon-rss:20460kB, ...
 */
#include "kernel/printk.h"
#include "kernel/ratelimit.h"
#include "mm/mm.h"
#include "mm/reclaim_trace.h"
#include "mm/swap.h"
#include "fault/internal.h"
#include "internal.h"
#include "page/internal.h"

#define KB (PAGE_SIZE / 1024)

static struct ratelimit reports;

static bool dump_process(void *unused, const struct oom_process *process)
{
	const struct mm_struct *mm = process->mm;

	(void)unused;
	pr_info("[%7d] %5d %5d %8lu %8lu %8lu %8lu         %5d %s\n", process->pid, 0, process->pid,
		mm->total_vm, mm_rss(mm), mm->nr_ptes * PAGE_SIZE, mm->nr_swap, process->score_adj,
		process->comm);
	return true;
}

static void dump_swap(void)
{
	pr_info("Free swap  = %lukB\n", nr_swap_pages() * KB);
	pr_info("Total swap = %lukB\n", total_swap_pages() * KB);
}

static void dump_processes(void)
{
	pr_info("Tasks state (memory values in pages):\n");
	pr_info("[  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj "
		"name\n");
	oom_for_each_process(dump_process, NULL);
}

void oom_dump(const struct alloc_request *req)
{
	struct oom_process asking;
	char text[GFP_TEXT_MAX];

	if (!ratelimit(&reports))
		return;
	oom_current(&asking);
	pr_warn("%s invoked oom-killer: gfp_mask=0x%x(%s), order=%u, oom_score_adj=%d\n",
		asking.comm, req->gfp, gfp_text(req->gfp, text), req->order, asking.score_adj);
	show_free_areas();
	dump_swap();
	if (sysctl_oom_dump_tasks)
		dump_processes();
}

void oom_report_kill(const struct oom_process *process, const char *why)
{
	const struct mm_struct *mm = process->mm;
	long badness = oom_badness(process, oom_total_pages());

	pr_err("%s: Killed process %d (%s) total-vm:%lukB, anon-rss:%lukB, file-rss:%lukB, "
	       "shmem-rss:%lukB, UID:0 pgtables:%lukB oom_score_adj:%d\n",
	       why, process->pid, process->comm, mm->total_vm * KB, mm->rss_anon * KB,
	       mm->rss_file * KB, mm->rss_shmem * KB, mm->nr_ptes * KB, process->score_adj);
	reclaim_note_oom(process->pid, badness > 0 ? (u32)badness : 0);
}
