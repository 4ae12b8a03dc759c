/* internal.h - the parts of the out-of-memory killer. */
#ifndef MM_OOM_INTERNAL_H
#define MM_OOM_INTERNAL_H

#include "mm/oom.h"

/* oom_report.c: who asked for what, the state of memory, all processes. At most some a second. */
void oom_dump(const struct alloc_request *req);

/* oom_reap.c: one victim at a time. */
/* Is somebody dying for the sake of memory whose memory is not free yet? */
bool oom_victim_pending(void);
/* The process is being killed: its memory is waited for. */
void oom_victim_set(const struct oom_process *process);
/* Sleeps a moment, or until the victim's memory is free; takes it from a victim that is stuck. */
void oom_victim_wait(void);

#endif
