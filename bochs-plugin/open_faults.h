/* open_faults.h - page faults from delivery to return. */
#ifndef TLBTRACE_OPEN_FAULTS_H
#define TLBTRACE_OPEN_FAULTS_H

#include "kernel/trace_port.h"
#include "task.h"

#define FAULT_WINDOW 65536u /* faults that may wait for the oldest open one */

#define FAULT_PRESENT 0x1u /* error code, Intel SDM volume 3, figure 4-12 */
#define FAULT_WRITE   0x2u
#define FAULT_USER    0x4u
#define FAULT_FETCH   0x10u

struct fault {
	uint64_t icount;
	uint64_t ran;			/* clock of its task at delivery */
	uint64_t cost;			/* valid when closed */
	uint64_t rounds_before, rounds; /* the same two of rounds; those are part of the cost */
	uint32_t addr, eip, esp, cr3, error;
	uint32_t before, after; /* the page's entry at delivery and return */
	uint32_t pid, tgid;
	unsigned int cpu, depth;
	unsigned int cause; /* enum trace_cause; 0 until the guest tells */
	const char *vma;    /* a kept name, or NULL */
	char access;
	bool has_pid, major, closed, no_return;
	bool user;	/* privilege of the access */
	bool from_user; /* CPL was 3: it ends with a return there */
	bool wanted;	/* its row passes the filters */
	bool has_before, has_after;
};

/* Called with a fault that returns now, in its own address space. */
typedef void (*fault_returns)(void *ctx, struct fault *fault);

/* Called with each fault in the order of delivery, when all about it is known. */
typedef void (*fault_emit)(void *ctx, const struct fault *fault);

struct faults {
	struct fault *ring;   /* FAULT_WINDOW of them */
	uint64_t first, next; /* sequence numbers: oldest not emitted, next to come */
	fault_emit emit;
	fault_returns returns; /* may be NULL */
	void *ctx;
	uint64_t unmatched; /* hints for no open fault */
	uint64_t forced;    /* emitted open: the window was full, or the run over */
	uint64_t major;	    /* hints that told of a wait for a disk */
	uint64_t causes[TRACE_CAUSE_END];
};

/* faults_init - nothing open. False: no memory. */
bool faults_init(struct faults *f, fault_emit emit, void *ctx);
void faults_free(struct faults *f);

/* fault_open - *what was delivered to the current task; its depth is filled in here. */
void fault_open(struct faults *f, struct tasks *t, const struct fault *what);

/* fault_hint - the guest says what its innermost open fault at @addr was. */
void fault_hint(struct faults *f, struct task *task, uint32_t addr, unsigned int cause, bool major,
		const char *vma);

/* fault_user_return - the current task went back to user mode: all its faults are over. */
void fault_user_return(struct faults *f, struct tasks *t, uint64_t now);

/* fault_kernel_return - an IRET inside the kernel, to @eip with stack @esp. */
void fault_kernel_return(struct faults *f, struct tasks *t, uint64_t now, uint32_t eip,
			 uint32_t esp);

/* fault_exit - @task is no more: all its faults are over. */
void fault_exit(struct faults *f, struct tasks *t, struct task *task, uint64_t now);

/* faults_finish - the run is over: emits what is left, as not returned from. */
void faults_finish(struct faults *f);

#endif
