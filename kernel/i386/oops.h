/* oops.h - reporting that the kernel itself went wrong (kernel/panic.c). */
#ifndef I386_OOPS_H
#define I386_OOPS_H

#include "i386/trapframe.h"
#include "kernel/compiler.h"

/* First step of every report of a failure at `regs` (may be NULL): interrupts off, on a line of its
 * own, the page faults around the failure, outermost first. A second report while one is under way
 * (a fault in the reporter) ends the machine at once. */
void oops_begin(const struct pt_regs *regs);
/* Prints all registers of a frame, and control registers. */
void show_regs(const struct pt_regs *regs);
/* panic() without registers and backtrace of its own, after a report that had them. */
void panic_after_report(const char *message) __noreturn;
/* Reports a fatal exception in the kernel: what, registers, backtrace; begins when need be. */
void die(const char *what, struct pt_regs *regs) __noreturn;
/* WARN_ON()s that fired: a run with any is no pass. */
extern unsigned int warn_count;

#endif
