/*
 * machine.h - the simulated machine that mm/ runs on in host tests.
 *
 * Physical memory is a memory file. Its first 32 MiB are mapped at PAGE_OFFSET
 * (the direct map); the rest can be reached through kmap only. The kmap and
 * fixmap windows behave like a CPU with a TLB: an access without a translation
 * walks the simulated page table and maps that frame; the translation stays,
 * stale or not, until a tlb_flush_*() drops it. So a forgotten flush shows as
 * wrong data, and a touch of anything not mapped ends the test.
 */
#ifndef HOST_MACHINE_H
#define HOST_MACHINE_H

#include "arch/pgtable.h"
#include "kernel/types.h"
#include "mm/gfp.h"

struct page;
struct mm_struct;
struct wait_queue_entry;

/* Where low memory ends in the simulation, and how much a usual machine has. */
#define HOST_RAM_BYTES 0x04000000ul /* 64 MiB: DMA, NORMAL and HIGHMEM */

/* Makes `bytes` of physical memory, all zero, and the windows; forgets an earlier one. */
void host_memory_init(size_t bytes);
/* In a forked child: writes from now on are not seen by the parent. */
void host_memory_make_private(void);
/* Bytes of a frame, low or high, for tests to look at behind mm/'s back. */
void host_read_frame(pfn_t pfn, void *buf);
void host_write_frame(pfn_t pfn, const void *buf);
/* The same bytes in place: all of physical memory is mapped a second time for this. */
u8 *host_frame(pfn_t pfn);

/*
 * Boots mm/ as kernel/main.c does: HOST_RAM_BYTES with a hole at 640 KiB and a
 * kernel image at 1 MiB; bootmem, zones, buddy, slab, kmap, radix tree.
 * Once in a program.
 */
void host_boot(void);

/* The next call that takes memory (alloc_page(s), kmem_cache_alloc, kmalloc) after `n` more
 * fails, and all after it; n < 0: none does. Calls from one file of mm/ to another count. */
void host_fail_after(long n);
/* Calls that may not wait fail, as if the reserves were empty; others find memory. */
extern bool host_fail_atomic;
/* Calls that took memory since host_fail_after(). */
long host_allocations(void);

/* Counts one call; true when it is to fail. For what takes memory in the machine's part. */
bool host_allocation_fails(gfp_t gfp);

/* Called before each allocation that may sleep / with each frame or block taken:
 * for tests that let others run meanwhile, or watch frames. NULL: not called. */
extern bool host_alone; /* nobody else wants the CPU */
extern void (*host_alloc_hook)(void);
extern void (*host_frame_hook)(const struct page *page);

/* Called for each flush of user pages [start, end): the TLB of the user half is the test's. */
extern void (*host_user_flush_hook)(const struct mm_struct *mm, unsigned long start,
				    unsigned long end);

/* Flushes seen, newest last; the log wraps. */
enum host_flush {
	FLUSH_PAGE,
	FLUSH_RANGE,
	FLUSH_MM,
	FLUSH_KERNEL_PAGE,
	FLUSH_KERNEL_RANGE,
	FLUSH_ALL
};
struct host_flush_record {
	enum host_flush what;
	const struct mm_struct *mm;
	unsigned long start, end;
};
#define HOST_FLUSH_LOG 256
extern struct host_flush_record host_flush_log[HOST_FLUSH_LOG];
extern unsigned long
	host_flushes; /* in all; the newest is log[(host_flushes - 1) % HOST_FLUSH_LOG] */
/* Frames that the windows' TLB loaded. */
extern unsigned long host_tlb_fills;

/* So many WARN_ON()s are what the test wants; others fail it. */
extern unsigned int host_warnings_expected;

/* What the kernel printed since the last host_log_clear(). */
const char *host_log(void);
void host_log_clear(void);

/* Called instead of sleeping, to do what others would meanwhile; NULL: sleeping panics. So does
 * sleeping too often: a hook that knows that all is well sets host_sleeps to 0. */
extern void (*host_sleep_hook)(void);
extern unsigned int host_sleeps;
/* For how long schedule_timeout() was last asked to sleep. */
extern long host_sleep_ticks;
/* Sleeps with a limit that nobody ended before it; sleepers that were woken. */
extern unsigned int host_timeouts, host_wakeups;
/* Has somebody woken who waits so? */
bool host_was_woken(const struct wait_queue_entry *entry);
/* Calls of cond_resched(). */
extern unsigned long host_resched_points;
/* What signal_pending_current() says. */
extern bool host_signal_pending, host_fatal_signal, host_exiting;
/* Pretend to be in an interrupt handler. */
extern bool host_in_interrupt;
/* True unless a test is left with locks held or interrupts off: checks it. */
bool host_context_is_clean(void);

#endif
