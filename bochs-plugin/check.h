/*
 * check.h - what the recorder tells the judge of stale translations (stale.h); nothing, and at the
 * cost of one test, without `check=stale`.
 */
#ifndef TLBTRACE_CHECK_H
#define TLBTRACE_CHECK_H

#include "recorder.h"
#include "resolve.h"

/* check_open - false: no memory. check_close - settles what is under way; check_free. */
bool check_open(struct recorder *r);
void check_close(struct recorder *r);
void check_free(struct recorder *r);

/* check_walk - the pending walk has put *a into Bochs's TLB. */
void check_walk(struct recorder *r, const struct arrival *a);

/* check_fault - an access by @access (rwx) was refused. */
void check_fault(struct recorder *r, uint32_t lin, char access, bool user);

/* check_reset - the processor forgets all that it held. */
void check_reset(struct recorder *r);

/* check_flush - as the guest has asked for it, and what CR0, CR3 and CR4 are now. */
void check_flush(struct recorder *r, enum flush_reason reason, bool global_too,
		 const struct cpu_view *view);
void check_cr3(struct recorder *r);
void check_invlpg(struct recorder *r, uint32_t lin);

/* check_put - its rows of meta.csv. */
void check_put(struct recorder *r);

/* check_failure - the first report as one line in @text. False: there is none. */
bool check_failure(const struct recorder *r, char *text, size_t size);

#endif
