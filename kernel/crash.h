/* crash.h - breaking the kernel on request, to see that a broken run is noticed. */
#ifndef KERNEL_CRASH_H
#define KERNEL_CRASH_H

#include "kernel/types.h"

/* One crash=NAME. */
struct crash_kind {
	const char *name; /* NULL ends a table */
	void (*run)(void);
	bool survives; /* the kernel reports it and goes on */
};

extern const struct crash_kind memory_crashes[];

/* crash=bootstack: overflows the boot thread's stack. */
void crash_boot_thread(void);
/* All other crash= kinds, after the self-test. Returns for none, and for those that survive. */
void crash_after_selftest(void);

#endif
