/* crash.h - breaking the kernel on request, to see that a broken run is noticed. */
#ifndef KERNEL_CRASH_H
#define KERNEL_CRASH_H

/* crash=stack, which needs the stack that has a guard page: the boot thread's. */
void crash_boot_thread(void);
/* All other crash= kinds, after the self-test. Returns for none, and for crash=warn. */
void crash_after_selftest(void);

#endif
