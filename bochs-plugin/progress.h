/* progress.h - the live line on the terminal. */
#ifndef TLBTRACE_PROGRESS_H
#define TLBTRACE_PROGRESS_H

#include "recorder.h"

/* progress_tick - shows how far the recorder @ctx is; called by the writer thread. */
void progress_tick(void *ctx);

/* progress_end - wipes the line. */
void progress_end(void);

#endif
