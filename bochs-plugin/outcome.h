/* outcome.h - how the run ended: the rows `outcome` and `failure` of meta.csv. */
#ifndef TLBTRACE_OUTCOME_H
#define TLBTRACE_OUTCOME_H

#include <stdbool.h>

struct recorder;

/* outcome_panic - the guest's kernel says that it gave up, and why; written to disk at once. */
void outcome_panic(struct recorder *r, const char *message);

/*
 * outcome_put - the rows of a recording that ends, unless there was a panic.
 * @gave_up: r->trouble was there before the end. @complete: the books balance.
 */
void outcome_put(struct recorder *r, bool gave_up, bool complete);

/*
 * outcome_write - writes meta.csv; when the disk is full, into the room that was kept for it and
 * the report. Returns 0 or an errno.
 */
int outcome_write(struct recorder *r);

#endif
