/*
 * recorder.h - the recorder: processor events in, rows out.
 *
 * hooks.cc passes every event on in the order in which it happens; all
 * functions are called by the one thread that runs the emulator. None of them
 * fails: trouble that must end the run is left in `trouble`, which the caller
 * looks at after each call.
 */
#ifndef TLBTRACE_RECORDER_H
#define TLBTRACE_RECORDER_H

#include "buddy.h"
#include "open_faults.h"
#include "io.h"
#include "latency.h"
#include "meta.h"
#include "names.h"
#include "options.h"
#include "fill_reason.h"
#include "frame_use.h"
#include "sink.h"
#include "stacks.h"
#include "stale.h"
#include "task.h"
#include "tlb_shadow.h"
#include "tlb_rows.h"
#include "waiting.h"
#include "task_watch.h"
#include "walk.h"

#define COUNTERS_MAX 4096u /* the guest's own counters that are kept */

struct tally {
	uint64_t walks; /* begun */
	uint64_t fills, upgrades, walk_faults;
	uint64_t cold, conflict, flushed;
	uint64_t dropped[DROP_END];		/* fills by what had dropped the entry before */
	uint64_t upgrades_entry, upgrades_kind; /* of the upgrades */
	uint64_t faults;			/* with and without a walk (PDPTE not present) */
	uint64_t flushes, invlpgs;
	uint64_t hidden; /* flushes that the guest has not asked for */
	uint64_t pdpte_loads;
	uint64_t unresolved; /* walks without a fill or fault */
	uint64_t stray;	     /* accesses that are part of no walk */
	uint64_t bad_hints;  /* hints that made no sense */
};

/* What has gone into the recording, for the totals in marks.csv: less than the above, by what the
 * filters hold back. A fault counts when it is delivered, though its row comes later. */
struct written {
	uint64_t walks; /* begun while recording */
	uint64_t fills, upgrades, faults, flushes, invlpgs;
};

struct counter {
	const char *name;
	uint64_t value;
};

struct refs;

struct recorder {
	struct options opt;
	struct machine m;
	struct walk walk;
	struct tlb tlb;
	struct seen seen;
	struct tasks tasks;
	struct faults faults;
	struct latency latency;
	struct waiting waiting;
	struct watch watch;
	struct io_table io;
	struct refs *refs; /* for what-if models and refs.csv, refs.h; NULL: there are none */
	struct frame_owner *frame_owners; /* reclaim.c; NULL: no page was reclaimed yet */
	struct frame_use use;
	struct stacks stacks;
	struct buddy buddy;
	struct names names;
	struct meta meta;
	struct sink_set sinks;
	struct sink *tlb_csv, *faults_csv, *tasks_csv, *vmas_csv, *marks_csv, *latency_csv,
		*waiting_csv, *io_csv, *reclaim_csv, *uses_csv, *buddy_csv, *model_csv, *stale_csv,
		*stacks_csv, *refs_csv; /* the last four may be NULL */
	struct stale *stale;		/* check.c; NULL: nothing is checked */
	struct stale_report first_stale;
	struct stale_change first_stale_use; /* who used it */
	struct sink *stream[2];		     /* the program's standard output and error */
	uint32_t space;			     /* number of the current address space */
	uint32_t cr3;
	bool recording; /* between the start and the stop mark */
	struct tally tally;
	struct written written;
	bool started; /* something has been recorded: from icount first up to last */
	uint64_t first, last;
	const char *phase; /* last mark, for the progress line */
	const char *banner;
	uint32_t hint_version;
	bool by_program;  /* hints come from a program: the guest's kernel gives none */
	bool finished;	  /* the guest's last word */
	bool powered_off; /* the machine ended in order, by the guest's wish; set by the caller */
	uint32_t selftest, prog_status;
	bool panicked;	/* the guest said so */
	bool was_reset; /* the machine, and that ends the run */
	int signal;	/* that ended the emulator, or 0 */
	struct counter counters[COUNTERS_MAX];
	unsigned int counter_count;
	char trouble[512]; /* why the run cannot go on; empty: all is well */
	bool live;	   /* with a progress line */
	uint64_t shown_icount, shown_ns;
};

/* recorder_fact - a row for meta.csv that only the caller knows; before recorder_open. */
void recorder_fact(struct recorder *r, const char *key, const char *value);

/*
 * recorder_open - takes the options over, opens all files and starts the
 * writers. Anything of an earlier recording in the directory is removed first.
 * Returns false with the reason in r->trouble. *r must be zero but for facts.
 */
bool recorder_open(struct recorder *r, const struct options *opt, const struct machine *m);

/*
 * recorder_close - ends the recording: last rows out, shadow compared, books
 * balanced, meta.csv written. Returns true if the recording is complete; else
 * r->trouble says what is missing. Must be called once, before recorder_free.
 */
bool recorder_close(struct recorder *r);
void recorder_free(struct recorder *r);

/*
 * recorder_start, recorder_stop - rows are written from @icount on, or no longer. What meta.csv
 * calls the recorded part goes from the first start to the last stop.
 */
static inline void recorder_start(struct recorder *r, uint64_t icount)
{
	if (!r->started)
		r->first = icount;
	r->started = r->recording = true;
}

static inline void recorder_stop(struct recorder *r, uint64_t icount)
{
	if (r->recording)
		r->last = icount;
	r->recording = false;
}

/*
 * recorder_flush_files - has what was recorded so far written to disk, as far as
 * the writers keep up, and notes as trouble what they could not write. To be
 * called soon after machine.wake.
 */
void recorder_flush_files(struct recorder *r);

/* A paging structure was read (with its value) or written back. */
void recorder_read(struct recorder *r, uint64_t addr, unsigned int len, uint64_t value);
void recorder_write(struct recorder *r, uint64_t addr, uint64_t value);

/* recorder_pending - a walk is over and recorder_settle must be called before
 * the TLBs change in any other way than by another walk. */
static inline bool recorder_pending(const struct recorder *r)
{
	return r->walk.state == WALK_LEAF;
}
void recorder_settle(struct recorder *r);

/*
 * recorder_access - data is about to be accessed, and the TLBs let it through; recorder_fetch - the
 * instruction at @lin is about to be executed. Only with r->stale. An access that is nobody's
 * concern gives false, and then there is nothing to look at.
 */
bool recorder_access(struct recorder *r, uint32_t lin, uint64_t phys, unsigned int len, bool write);
void recorder_fetch(struct recorder *r, uint32_t lin, bool user);

/* recorder_fault - a page fault is about to be delivered. */
void recorder_fault(struct recorder *r, uint32_t cr2, uint32_t error);

/* recorder_fault_over - @f returns now: notes its page's entry. For faults.returns. */
void recorder_fault_over(void *recorder, struct fault *f);

/* recorder_return - an instruction of the IRET kind has ended; to @cpl, @eip, @esp. */
void recorder_return(struct recorder *r, unsigned int cpl, uint32_t eip, uint32_t esp);

/* recorder_flush - the TLBs have been flushed; @cr3 is the new or unchanged one. */
void recorder_flush(struct recorder *r, enum flush_reason reason, bool global_too, uint32_t cr3);

/* recorder_cr3 - CR3 was loaded, without a flush to record when paging is off. */
void recorder_cr3(struct recorder *r, uint32_t cr3);

/* recorder_invlpg - INVLPG of @addr is about to be done. */
void recorder_invlpg(struct recorder *r, uint32_t addr);

/* recorder_interrupts - the processor's interrupt flag changed to @on, at @eip. */
void recorder_interrupts(struct recorder *r, bool on, uint32_t eip);

/* recorder_latency - a stretch of @kind ends at @eip: its row, if it was long. */
void recorder_latency(struct recorder *r, enum latency_kind kind, uint64_t icount, uint32_t eip);

/* recorder_switch - task @pid of process @tgid runs from here on, in @cr3; @name may be NULL. */
void recorder_switch(struct recorder *r, const struct cpu_view *view, uint32_t pid, uint32_t tgid,
		     uint32_t cr3, const char *name);

/* recorder_reset - the processor was reset. */
void recorder_reset(struct recorder *r);

/* The registers of a hint, see trace_port.h. */
struct hint {
	uint32_t eax, ebx, ecx, esi, edi;
};

/* recorder_hint - the guest wrote to the trace port (hint.c). */
void recorder_hint(struct recorder *r, const struct hint *h);

/* recorder_wants - the filters let an event of kind @event (EVENT_*) of the current task pass. */
static inline bool recorder_wants(const struct recorder *r, unsigned int event)
{
	const struct task *task = r->tasks.current;

	if (!r->recording || !(r->opt.events & event))
		return false;
	return !r->opt.one_process ||
	       (r->tasks.hinted && (task->pid == r->opt.pid || task->tgid == r->opt.pid));
}

/*
 * recorder_orderly - the guest came to its end: one that gives hints has a last word; of another
 * one it is enough that it powered off.
 */
static inline bool recorder_orderly(const struct recorder *r)
{
	return r->finished || (!r->hint_version && r->powered_off);
}

/* recorder_trouble - notes why the run must end; the first reason stays. */
__attribute__((format(printf, 2, 3))) void recorder_trouble(struct recorder *r, const char *format,
							    ...);

/* recorder_check_writer - notes trouble if the writer has any. */
void recorder_check_writer(struct recorder *r);

#endif
