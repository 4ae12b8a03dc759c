/* random.h - numbers without a pattern, the same in every run. */
#ifndef PROC_RANDOM_H
#define PROC_RANDOM_H

#include "kernel/types.h"

/* Fills a buffer. Any context. Not for secrets: the sequence is fixed. */
void get_random(void *buf, size_t n);

#endif
