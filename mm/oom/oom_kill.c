/*
 * oom_kill.c - which process dies when memory is out.
 *
 *   alloc_pages()  reclaim frees nothing any more
 *        │
 *        ├─ the request may fail (GFP_NOIO, ZONE_DMA, large blocks), or its task dies: no kill
 *        ├─ a victim is dying ─────────────────> wait for its memory, ask again
 *        └─ the process with most to win by ───> SIGKILL, report, wait, ask again
 *
 * So each round either kills one more process or waits for at most a moment, and a victim that
 * does not get to its end within some seconds is given up (oom_reap.c): no request can
 * go round for ever. When nobody is left that may be killed, the machine has come to its end.
 */
#include "kernel/bug.h"
#include "kernel/errno.h"
#include "kernel/wait.h"
#include "mm/mm.h"
#include "mm/swap.h"
#include "mm/swap_entry.h"
#include "fault/internal.h"
#include "internal.h"
#include "page/internal.h"
#include "zone/internal.h"

#define COSTLY_ORDER 3u /* a larger block may be missing while memory is not */

unsigned int sysctl_panic_on_oom, sysctl_oom_kill_allocating_task, sysctl_oom_dump_tasks = 1;

static bool enabled;

void oom_killer_enable(void)
{
	enabled = true;
}

bool oom_killer_disable(void)
{
	bool was = enabled;

	enabled = false;
	return was;
}

unsigned long oom_total_pages(void)
{
	unsigned long total = total_swap_pages();
	struct zone *zone;

	for_each_zone (zone)
		total += zone->managed_pages;
	return total;
}

long oom_badness(const struct oom_process *process, unsigned long total)
{
	const struct mm_struct *mm = process->mm;

	if (process->unkillable || process->in_vfork || !mm || mm->oom_skip ||
	    process->score_adj == OOM_SCORE_ADJ_MIN)
		return OOM_NEVER;
	return (long)(mm_rss(mm) + mm->nr_swap + mm->nr_ptes) +
	       process->score_adj * (long)(total / 1000);
}

struct choice {
	unsigned long total;
	long points;
	struct oom_process worst; /* mm NULL: none */
};

/* Of two that are equal the older one, as in Linux. */
static bool choose(void *arg, const struct oom_process *process)
{
	struct choice *choice = arg;
	long points = oom_badness(process, choice->total);

	/* As in Linux: without it there is no need. */
	if (process->origin && points != OOM_NEVER)
		points = __LONG_MAX__;
	if (points > choice->points) {
		choice->points = points;
		choice->worst = *process;
	}
	return true;
}

/* False: there is nobody. */
static bool choose_victim(struct oom_process *victim)
{
	struct choice choice = {.total = oom_total_pages(), .points = OOM_NEVER};

	if (sysctl_oom_kill_allocating_task && oom_current(victim) &&
	    oom_badness(victim, choice.total) != OOM_NEVER)
		return true;
	oom_for_each_process(choose, &choice);
	*victim = choice.worst;
	return victim->mm;
}

/* Would a dead process be of use, and is the request worth one? */
static bool worth_a_kill(const struct alloc_request *req)
{
	if (!enabled || memalloc_noreclaim() || (req->gfp & (__GFP_NORETRY | __GFP_THISNODE)))
		return false;
	if (req->gfp & __GFP_NOFAIL)
		return true;
	/* Who frees memory, or has locks of a file system, gets an error; so does who may have
	 * none but the nodes that he chose: the memory of others would not help him. */
	return (req->gfp & __GFP_WAIT) && (req->gfp & __GFP_FS) && !(req->gfp & __GFP_DMA) &&
	       req->order <= COSTLY_ORDER && req->nodemask == ALL_NODES;
}

static void kill_one(const struct alloc_request *req)
{
	struct oom_process victim;
	bool any = choose_victim(&victim);

	if (!any || sysctl_panic_on_oom) {
		oom_dump(req);
		panic(any ? "Out of memory: panic_on_oom is enabled"
			  : "Out of memory and no killable processes...");
	}
	oom_dump(req);
	oom_report_kill(&victim, "Out of memory");
	oom_victim_set(&victim);
	oom_kill_users(victim.mm);
}

bool out_of_memory(const struct alloc_request *req)
{
	if (!worth_a_kill(req) || oom_current_dies())
		return false;
	might_sleep();
	if (!oom_victim_pending())
		kill_one(req);
	if (!oom_current_dies())
		oom_victim_wait();
	return !oom_current_dies();
}
