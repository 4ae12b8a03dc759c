/*
 * reclaim_trace.h - what reclaim does is counted (/proc/vmstat) and told to the recording in one:
 * each call is one row of reclaim.csv, and as many of each kind are in the counters.
 *
 * A call costs some sixty instructions whether anybody listens or not. Process context; none
 * sleeps.
 */
#ifndef MM_RECLAIM_TRACE_H
#define MM_RECLAIM_TRACE_H

#include "kernel/trace_port.h"
#include "mm/vmstat.h"

struct mm_struct;

/* Who was last seen to map which page: reverse-map walks leave it here, so that nobody needs to
 * look for it again. The page may be gone; it is only compared. */
struct seen_mapper {
	const struct page *page;
	pid_t tgid;
	unsigned long addr;
};
DECLARE_PER_CPU(struct seen_mapper, seen_mapper);

/**
 * reclaim_saw_mapper() - notes an address space that maps a page.
 * @tgid: its owner's
 * @addr: where
 *
 * For walks of reverse maps. Any context.
 */
static __always_inline void reclaim_saw_mapper(const struct page *page, pid_t tgid,
					       unsigned long addr)
{
	struct seen_mapper *seen = &this_cpu(seen_mapper);

	seen->page = page;
	seen->tgid = tgid;
	seen->addr = addr;
}

/* The row alone; and that of who reclaims. */
void __reclaim_note(enum trace_reclaim_event event, const struct page *page,
		    enum trace_reclaim_why why, u32 value);
void __reclaim_note_task(enum trace_reclaim_event event, int nid, pid_t victim, u32 value);

static __always_inline void reclaim_count(enum trace_reclaim_event event, const struct page *page,
					  bool kswapd)
{
	if (event <= TRACE_RECLAIM_DROP)
		count_vm_event(kswapd ? VM_PGSCAN_KSWAPD : VM_PGSCAN_DIRECT);
	if (event == TRACE_RECLAIM_DROP)
		count_vm_event(kswapd ? VM_PGSTEAL_KSWAPD : VM_PGSTEAL_DIRECT);
	if (event == TRACE_RECLAIM_ACTIVATE)
		count_vm_event(VM_PGACTIVATE);
	if (event == TRACE_RECLAIM_DEACTIVATE)
		count_vm_event(VM_PGDEACTIVATE);
	if (event == TRACE_RECLAIM_WRITE && PageSwapBacked(page))
		count_vm_event(VM_PSWPOUT);
	if (event == TRACE_RECLAIM_SWAP_IN)
		count_vm_event(VM_PSWPIN);
}

/**
 * reclaim_note_by() - a page was judged, leaves memory or comes back.
 * @event: up to TRACE_RECLAIM_SWAP_IN
 * @page: with the mapping, flags and slot that it had when it was decided
 * @kswapd: who judged it; false: a task that needs memory, or was told to
 *
 * Counts pgscan_*, pgsteal_*, pgactivate, pgdeactivate, pswpin and pswpout. A page off an inactive
 * list gets exactly one of keep, activate, unevictable and drop: these are pgscan.
 */
static __always_inline void reclaim_note_by(enum trace_reclaim_event event, const struct page *page,
					    enum trace_reclaim_why why, bool kswapd)
{
	reclaim_count(event, page, kswapd);
	__reclaim_note(event, page, why, 0);
}

/* The same of what is nobody's in particular: neither pgscan nor pgsteal; or a task's. */
static __always_inline void reclaim_note(enum trace_reclaim_event event, const struct page *page,
					 enum trace_reclaim_why why)
{
	reclaim_note_by(event, page, why, false);
}

/**
 * reclaim_note_refault() - a page of a file is read again that had been reclaimed.
 * @distance: frames that were reclaimed, or became active, since then
 * @active: it is in use, and becomes active at once
 */
static inline void reclaim_note_refault(const struct page *page, u32 distance, bool active)
{
	__reclaim_note(TRACE_RECLAIM_REFAULT, page, active ? TRACE_WHY_WORKINGSET : TRACE_WHY_NONE,
		       distance);
}

/* kswapd of the node begins (counts pageoutrun), and has nothing to do any more. */
static inline void reclaim_note_kswapd_wake(int nid)
{
	count_vm_event(VM_PAGEOUTRUN);
	__reclaim_note_task(TRACE_RECLAIM_KSWAPD_WAKE, nid, 0, 0);
}

static inline void reclaim_note_kswapd_sleep(int nid, unsigned long freed)
{
	__reclaim_note_task(TRACE_RECLAIM_KSWAPD_SLEEP, nid, 0, (u32)freed);
}

/* Whoever needs 2^order frames frees some by itself (counts allocstall), and goes on. */
static inline void reclaim_note_direct(unsigned int order)
{
	count_vm_event(VM_ALLOCSTALL);
	__reclaim_note_task(TRACE_RECLAIM_DIRECT, 0, 0, order);
}

static inline void reclaim_note_direct_end(unsigned long freed)
{
	__reclaim_note_task(TRACE_RECLAIM_DIRECT_END, 0, 0, (u32)freed);
}

/* A process is killed for its memory (counts oom_kill). `badness` as /proc/PID/oom_score has it. */
static inline void reclaim_note_oom(pid_t tgid, u32 badness)
{
	count_vm_event(VM_OOM_KILL);
	__reclaim_note_task(TRACE_RECLAIM_OOM, 0, tgid, badness);
}

#endif
