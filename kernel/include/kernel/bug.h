/* bug.h - impossible states. On the host build panic() aborts the test. */
#ifndef KERNEL_BUG_H
#define KERNEL_BUG_H

#include "kernel/compiler.h"

/*
 * Ends the run: prints "Kernel panic - not syncing: " and the message, the
 * registers, a symbolised backtrace and the memory state, then stops the
 * machine with a non-zero verdict. Any context.
 */
void panic(const char *fmt, ...) __printf_like(1, 2) __noreturn;

/* Prints file, line, message and a backtrace; the run goes on, but is not a pass. */
void warn_at(const char *file, int line, const char *expr);

#define BUG() panic("BUG at %s:%d", __FILE__, __LINE__)
#define BUG_ON(cond)                                                          \
	do {                                                                  \
		if (unlikely(cond))                                           \
			panic("BUG at %s:%d: %s", __FILE__, __LINE__, #cond); \
	} while (0)
#define WARN_ON(cond)                                       \
	({                                                  \
		bool _warn = !!(cond);                      \
		if (unlikely(_warn))                        \
			warn_at(__FILE__, __LINE__, #cond); \
		unlikely(_warn);                            \
	})

#endif
