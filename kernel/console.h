/* console.h - where messages go, and the machine's end. */
#ifndef KERNEL_CONSOLE_H
#define KERNEL_CONSOLE_H

#include "kernel/types.h"

struct console {
	const char *name;
	void (*write)(const char *buf, size_t n); /* any context, bounded */
	/* Sleeps (bounded) until at most `unsent` bytes wait to leave. NULL: none ever do. */
	void (*wait)(unsigned int unsent);
	struct console *next;
};

void console_register(struct console *console);
/* Raw bytes to all consoles (what programs write); messages go through printk(). */
void console_write(const char *buf, size_t n);
/* The same for text: a terminal wants CR LF at the end of a line. */
void console_write_text(const char *text, size_t n);
/*
 * For writers that may sleep, before a piece of up to CONSOLE_PIECE bytes: waits until every
 * console can take it at once, so that no instructions go into polling a slow line.
 */
#define CONSOLE_PIECE 4096u
void console_wait_room(void);
/* Sleeps (bounded) until all output has left. */
void console_drain(void);
/* Starts a new line on the consoles unless they stand at the start of one. */
void console_fresh_line(void);
/* Applies loglevel=. */
void loglevel_init(void);

/*
 * The orderly end: syncs nothing (the caller did), tells the plugin counters
 * and status, prints "Pagoda: power off, status N", stops the machine.
 */
void machine_power_off(int status) __attribute__((noreturn));
/* The self-test's totals go out as counters; the FINISH hint carries whether any case failed. */
extern struct ktap_totals selftest_totals;
/* False with selftest=none. */
extern bool selftest_asked;
/* The disorderly end, for panic(): no status line. */
void machine_halt(void) __attribute__((noreturn));

#endif
