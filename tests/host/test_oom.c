/*
 * test_oom.c - who dies when memory is out, who does not, and that no request goes round for ever:
 * with processes of this test's own, which die, or are stuck.
 */
#include "../../mm/area/internal.h"
#include "../../mm/oom/internal.h"
#include "../../mm/page/internal.h"
#include "../../mm/zone/internal.h"
#include "fake_file.h"
#include "kernel/errno.h"
#include "kernel/time.h"
#include "kernel/wait.h"
#include "machine.h"
#include "mm/oom.h"
#include "mm/reclaim.h"
#include "mm/swap.h"
#include "mm/vmstat.h"
#include "test.h"
#include "user.h"
#include <string.h>

#define NR    3
#define BASE  0x20000000ul
#define FIRST 0x5a

struct process {
	struct oom_process seen;
	bool killed, stuck;
	unsigned int order;  /* of the kills, from 1 */
	unsigned int waited; /* sleeps until then */
};

static struct process processes[NR];
static unsigned int kills, sleeps;
static bool current_dies, dies_when_killed;

void oom_for_each_process(bool (*fn)(void *arg, const struct oom_process *process), void *arg)
{
	for (int i = 0; i < NR; i++)
		if (processes[i].seen.mm && !fn(arg, &processes[i].seen))
			return;
}

/* What asks is the first one. */
bool oom_current(struct oom_process *process)
{
	*process = processes[0].seen;
	return process->mm;
}

void oom_kill_users(struct mm_struct *mm)
{
	for (int i = 0; i < NR; i++)
		if (processes[i].seen.mm == mm) {
			CHECK(!processes[i].killed);
			processes[i].killed = true;
			current_dies |= dies_when_killed && i == 0;
			processes[i].order = ++kills;
			processes[i].waited = sleeps;
		}
}

bool oom_current_dies(void)
{
	return current_dies;
}

static void leave(struct process *process)
{
	struct mm_struct *mm = process->seen.mm;

	process->seen.mm = NULL;
	if (mm)
		mmput(mm);
}

/* Time passes, and those who can, die. */
static void sleep_hook(void)
{
	sleeps++;
	jiffies += (unsigned long)host_sleep_ticks;
	for (int i = 0; i < NR; i++)
		if (processes[i].killed && !processes[i].stuck)
			leave(&processes[i]);
}

/* A process with so many pages of its own. */
static void start(int i, const char *comm, unsigned long pages)
{
	struct mm_struct *mm = mm_alloc();

	processes[i] = (struct process){.seen = {.mm = mm, .comm = comm, .pid = 10 + i}};
	CHECK_EQ(mm_mmap(mm, NULL, BASE, 4096 * PAGE_SIZE, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, 0),
		 BASE);
	for (unsigned long n = 0; n < pages; n++)
		CHECK_EQ(user_write(mm, BASE + n * PAGE_SIZE, FIRST), 0);
}

static void begin(void)
{
	static bool booted;

	if (!booted)
		user_boot();
	booted = true;
	user_ledger_open();
	kills = sleeps = 0;
	current_dies = false;
	sysctl_oom_kill_allocating_task = sysctl_panic_on_oom = 0;
	host_sleep_hook = sleep_hook;
	start(0, "small", 20);
	start(1, "large", 300);
	start(2, "middle", 100);
	oom_killer_enable();
}

static void end(void)
{
	oom_killer_disable();
	for (int i = 0; i < NR; i++)
		leave(&processes[i]);
	host_sleep_hook = NULL;
	user_ledger_close();
}

static struct page *taken; /* linked by page->private */

/* Takes one page more than there is. `until`: as many kills were needed for it. */
static void take(gfp_t gfp, unsigned int until)
{
	struct page *page;

	while (kills < until && (page = alloc_page(gfp)) != NULL) {
		page->private = (unsigned long)taken;
		taken = page;
	}
}

static void give_back(void)
{
	while (taken) {
		struct page *page = taken;

		taken = (struct page *)page->private;
		page->private = 0;
		__free_page(page);
	}
}

static void test_badness(void)
{
	struct oom_process p;
	unsigned long total;
	long own;

	begin();
	total = oom_total_pages();
	p = processes[1].seen;
	own = oom_badness(&p, total);
	CHECK_EQ(own, 300 + p.mm->nr_ptes);
	p.mm->nr_swap += 50; /* what left memory comes free, too */
	CHECK_EQ(oom_badness(&p, total), own + 50);
	p.mm->nr_swap -= 50;
	p.score_adj = 500;
	CHECK_EQ(oom_badness(&p, total), own + 500 * (long)(total / 1000));
	p.score_adj = -500;
	CHECK_EQ(oom_badness(&p, total), own - 500 * (long)(total / 1000));
	p.score_adj = OOM_SCORE_ADJ_MIN;
	CHECK_EQ(oom_badness(&p, total), OOM_NEVER);
	p.score_adj = 0;
	p.unkillable = true;
	CHECK_EQ(oom_badness(&p, total), OOM_NEVER);
	p.unkillable = false;
	p.in_vfork = true;
	CHECK_EQ(oom_badness(&p, total), OOM_NEVER);
	end();
}

/* The largest goes first, then the next; all in turn. */
static void test_largest(void)
{
	u32 before;

	begin();
	before = per_cpu__vm_events[VM_OOM_KILL];
	take(GFP_HIGHUSER, 2);
	CHECK_EQ(processes[1].order, 1);
	CHECK_EQ(processes[2].order, 2);
	CHECK(!processes[0].killed);
	CHECK_EQ(per_cpu__vm_events[VM_OOM_KILL] - before, 2);
	give_back();
	end();
}

/* Who fills memory with the pages of others, however small, and may be killed. */
static void test_origin(void)
{
	begin();
	processes[0].seen.origin = true;
	processes[1].seen.origin = processes[1].seen.unkillable = true;
	take(GFP_HIGHUSER, 2);
	CHECK_EQ(processes[0].order, 1);
	CHECK_EQ(processes[2].order, 2);
	CHECK(!processes[1].killed);
	give_back();
	end();
}

static void test_adjusted(void)
{
	begin();
	processes[0].seen.score_adj = 100;
	processes[1].seen.score_adj = OOM_SCORE_ADJ_MIN;
	take(GFP_HIGHUSER, 2);
	CHECK_EQ(processes[0].order, 1);
	CHECK_EQ(processes[2].order, 2);
	CHECK(!processes[1].killed);
	CHECK_PANICS("Out of memory and no killable processes", take(GFP_HIGHUSER, 3));
	give_back();
	end();
}

static void test_who_asks(void)
{
	begin();
	sysctl_oom_kill_allocating_task = 1;
	take(GFP_HIGHUSER, 1);
	CHECK(processes[0].killed && !processes[1].killed);
	sysctl_panic_on_oom = 1;
	CHECK_PANICS("panic_on_oom", take(GFP_HIGHUSER, 2));
	give_back();
	end();
}

/* Who may not be killed is not, though he asks. */
static void test_never_who_asks(void)
{
	begin();
	sysctl_oom_kill_allocating_task = 1;
	processes[0].seen.score_adj = OOM_SCORE_ADJ_MIN;
	take(GFP_HIGHUSER, 1);
	CHECK(!processes[0].killed && processes[1].killed);
	give_back();
	end();
}

/* Who waits for a victim's memory is told when it is there; who is the victim does not wait. */
static void test_told(void)
{
	begin();
	host_timeouts = 0;
	take(GFP_HIGHUSER, 1);
	CHECK(sleeps > 0 && host_timeouts == 0);
	give_back();
	end();
	begin();
	sysctl_oom_kill_allocating_task = 1;
	dies_when_killed = true;
	take(GFP_HIGHUSER, 1);
	CHECK(processes[0].killed && sleeps == 0);
	dies_when_killed = false;
	give_back();
	end();
}

/* Each victim has the same time before it is given up: ten times in a row. */
static void test_patience(void)
{
	unsigned int first;

	begin();
	for (int i = 1; i < NR; i++) {
		processes[i].stuck = true;
		down_write(&processes[i].seen.mm->mmap_sem);
	}
	take(GFP_HIGHUSER, 3);
	first = processes[2].waited - processes[1].waited;
	CHECK_EQ(first, 2 * HZ / (HZ / 50) + 10 - 1);
	CHECK_EQ(processes[0].waited - processes[2].waited, first);
	for (int i = 1; i < NR; i++)
		up_write(&processes[i].seen.mm->mmap_sem);
	give_back();
	end();
}

static struct mm_struct *reaped;
static bool seen_reaping;

/* The victim's other task touches a page that has just been taken. */
static void touch_reaped(void)
{
	u8 byte;

	if (reaped->rss_anon == 0 || reaped->rss_anon == 300)
		return;
	host_alloc_hook = NULL;
	seen_reaping = true;
	CHECK_EQ(user_read(reaped, BASE, &byte), -EIO);
	/* Another one that waits for it lets the first one do it. */
	oom_victim_wait();
	CHECK(oom_victim_pending());
}

/* Nobody gets zeroes for what was there, not even while more is being taken; a file's pages stay.
 */
static void test_reaped_meanwhile(void)
{
	u8 byte;

	begin();
	fake_file_reset(PAGE_SIZE);
	reaped = processes[1].seen.mm;
	processes[1].stuck = true;
	CHECK_EQ(mm_mmap(reaped, &fake_file, BASE + 8192 * PAGE_SIZE, PAGE_SIZE, PROT_READ,
			 MAP_SHARED | MAP_FIXED, 0),
		 (long)(BASE + 8192 * PAGE_SIZE));
	CHECK_EQ(mm_mlock(reaped, BASE + 8192 * PAGE_SIZE, PAGE_SIZE, 0), 0);
	seen_reaping = false;
	host_alloc_hook = touch_reaped;
	take(GFP_HIGHUSER, 1);
	host_alloc_hook = NULL;
	CHECK(seen_reaping);
	CHECK(reaped->rss_anon == 0);
	CHECK_EQ(reaped->rss_file, 1);
	CHECK_EQ(user_read(reaped, BASE + 8192 * PAGE_SIZE, &byte), 0);
	give_back();
	leave(&processes[1]);
	truncate_inode_pages(&fake_mapping, 0);
	end();
}

/* One that does not get to its end: its pages are taken, and from then on it has none. */
static void test_stuck(void)
{
	struct mm_struct *mm;
	u8 byte;

	begin();
	mm = processes[1].seen.mm;
	processes[1].stuck = true;
	CHECK_EQ(user_read(mm, BASE, &byte), 0);
	take(GFP_HIGHUSER, 1);
	CHECK(processes[1].killed);
	CHECK_EQ(mm->rss_anon, 0);
	CHECK(mm->mmap->vm_flags & VM_REAPED);
	CHECK(sleeps > 50);
	CHECK_EQ(user_read(mm, BASE, &byte), -EIO);
	CHECK_EQ(user_write(mm, BASE, 1), -EIO);
	take(GFP_HIGHUSER, 2);
	CHECK_EQ(processes[2].order, 2);
	CHECK(!processes[0].killed);
	give_back();
	end();
}

/* One whose areas somebody changes: it is given up, and the next one dies. */
static void test_locked(void)
{
	struct mm_struct *mm;

	begin();
	mm = processes[1].seen.mm;
	processes[1].stuck = true;
	down_write(&mm->mmap_sem);
	take(GFP_HIGHUSER, 2);
	CHECK_EQ(processes[1].order, 1);
	CHECK_EQ(processes[2].order, 2);
	CHECK_EQ(mm->rss_anon, 300);
	CHECK(mm->oom_skip && !(mm->mmap->vm_flags & VM_REAPED));
	up_write(&mm->mmap_sem);
	give_back();
	end();
}

/* Requests that are not worth a life fail. */
static void test_may_fail(void)
{
	static const gfp_t gfp[] = {GFP_ATOMIC,
				    GFP_NOWAIT,
				    GFP_NOIO,
				    GFP_KERNEL | __GFP_NORETRY,
				    GFP_KERNEL | __GFP_DMA,
				    GFP_KERNEL | __GFP_THISNODE};
	struct alloc_request req = {
		.gfp = GFP_KERNEL, .zonelist = local_zonelist(GFP_KERNEL), .nodemask = ALL_NODES};

	begin();
	for (unsigned int i = 0; i < ARRAY_SIZE(gfp); i++) {
		take(gfp[i] | __GFP_NOWARN, 1);
		CHECK(!kills);
	}
	CHECK(!alloc_pages(GFP_KERNEL | __GFP_NOWARN, 4) && !kills);
	CHECK(!alloc_pages_nodemask(GFP_KERNEL | __GFP_NOWARN, 0, 2) && !kills);
	give_back();
	req.order = 4;
	CHECK(!out_of_memory(&req) && !kills);
	req.order = 3;
	CHECK(out_of_memory(&req) && kills == 1);
	end();
}

/* Who dies gets of the reserve what others leave, but not the last of it. */
static void test_reserve(void)
{
	const struct alloc_request req = {.gfp = GFP_HIGHUSER,
					  .zonelist = local_zonelist(GFP_HIGHUSER),
					  .nodemask = ALL_NODES};
	struct reclaim_tries tries = {0};
	unsigned int n = 0;
	struct zone *zone;
	unsigned long least = 0;

	begin();
	oom_killer_disable();
	take(GFP_HIGHUSER | __GFP_NOWARN, 1);
	oom_killer_enable();
	CHECK(!alloc_page(GFP_HIGHUSER | __GFP_NORETRY | __GFP_NOWARN));
	current_dies = true;
	take(GFP_HIGHUSER, 1);
	CHECK_EQ(kills, 0);
	while (n < 10 && reclaim_again(&req, &tries))
		n++;
	CHECK_EQ(n, 2); /* nothing is free, and it does not try for ever */
	for_each_zone (zone)
		if (zone->managed_pages) {
			least += zone->watermark[WMARK_MIN] / 4;
			CHECK(zone->free_pages >= zone->watermark[WMARK_MIN] / 4);
			CHECK(zone->free_pages <
			      zone->watermark[WMARK_MIN] + zone->lowmem_reserve[MAX_NR_ZONES - 1]);
		}
	CHECK(least > 0);
	give_back();
	end();
}

/* Who frees memory gets the last frame, at once, and kills nobody. */
static void test_noreclaim(void)
{
	bool old;

	begin();
	old = memalloc_noreclaim_save();
	CHECK(!old && memalloc_noreclaim() && memalloc_noreclaim_save());
	take(GFP_NOWAIT | __GFP_HIGHMEM | __GFP_NOWARN, 1);
	CHECK(nr_free_pages() > 0);
	take(GFP_HIGHUSER | __GFP_NOWARN, 1);
	CHECK_EQ(nr_free_pages_gfp(GFP_HIGHUSER), 0);
	CHECK_EQ(kills, 0);
	CHECK_EQ(sleeps, 0);
	memalloc_noreclaim_restore(old);
	CHECK(!memalloc_noreclaim());
	give_back();
	end();
}

static const struct test tests[] = {
	{"badness", test_badness},
	{"the largest process dies, then the next", test_largest},
	{"who is in swapoff", test_origin},
	{"oom_score_adj, and nobody left", test_adjusted},
	{"oom_kill_allocating_task, panic_on_oom", test_who_asks},
	{"who asks and may not be killed", test_never_who_asks},
	{"who waits for a victim is told", test_told},
	{"how long a victim is waited for", test_patience},
	{"a victim's pages while they are taken", test_reaped_meanwhile},
	{"a stuck victim loses its pages", test_stuck},
	{"one whose areas are locked is given up", test_locked},
	{"requests that may fail kill nobody", test_may_fail},
	{"the reserve of those who die", test_reserve},
	{"the reserve of those who free memory", test_noreclaim},
};
TEST_MAIN(tests)
