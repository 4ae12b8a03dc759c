/*
 * oom.h - memory is out and nothing more can leave it: a process must.
 *
 * What the killer must know of processes, and does to them, kernel/proc/oom.c tells and does.
 */
#ifndef MM_OOM_H
#define MM_OOM_H

#include "kernel/types.h"
#include "mm/gfp.h"

struct alloc_request;
struct mm_struct;

/* Linux's range. The least one: never killed. */
#define OOM_SCORE_ADJ_MIN (-1000)
#define OOM_SCORE_ADJ_MAX 1000

#define OOM_NEVER (-__LONG_MAX__ - 1)

/* A process as the killer sees it. */
struct oom_process {
	struct mm_struct *mm; /* in use by one of its threads; valid until the caller sleeps */
	const char *comm;
	pid_t pid;
	int score_adj;
	bool unkillable; /* init, or in init's memory */
	bool in_vfork;	 /* in its parent's memory, who waits for it */
	bool origin;	 /* brings pages of others into memory: the first to go */
};

/* /proc/sys/vm: panic instead (1: unless a memory policy is to blame, 2: always); who asks dies;
 * the report lists all processes. */
extern unsigned int sysctl_panic_on_oom, sysctl_oom_kill_allocating_task, sysctl_oom_dump_tasks;

/*
 * For a request for which nothing is left: kills a process, unless one is dying already, and
 * waits a moment for its memory. True: it is worth asking again. False: the request must fail, for
 * nobody may be killed for its sake, or its own process is dying. Panics when there is no process
 * to kill. May sleep; whatever locks are held, each call comes nearer to an end.
 */
bool out_of_memory(const struct alloc_request *req);
/* From now on processes are killed: the first program is about to run. Until then never. */
void oom_killer_enable(void);
/* The same back, for tests: true, it was on. */
bool oom_killer_disable(void);

/*
 * How much would be won by a kill, in pages of `total` (memory and swap): resident and swapped
 * pages and page tables, and total / 1000 for each point of the adjustment. OOM_NEVER: that it is
 * spared.
 */
long oom_badness(const struct oom_process *process, unsigned long total);
/* Pages of memory and of swap areas. */
unsigned long oom_total_pages(void);

/* The line of a kill, and the count of kills. The caller sends the signal. */
void oom_report_kill(const struct oom_process *process, const char *why);
/* The address space is empty: whoever waits for the victim's memory need not any more. */
void oom_mm_gone(struct mm_struct *mm);

/* --- kernel/proc/oom.c (host tests: their own) --- */

/* Calls `fn` for each process with memory of its own or another's, until it returns false. Neither
 * sleeps. */
void oom_for_each_process(bool (*fn)(void *arg, const struct oom_process *process), void *arg);
/* The current one; false: a kernel thread, of which only comm and pid are set. */
bool oom_current(struct oom_process *process);
/* SIGKILL to all processes in this memory but init; none of them sleeps on where that ends it. */
void oom_kill_users(struct mm_struct *mm);
/* The current task is being killed or exits: it will give memory back, and may use a reserve. */
bool oom_current_dies(void);

#endif
