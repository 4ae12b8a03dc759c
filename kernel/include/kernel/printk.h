/* printk.h - kernel messages. Implemented in kernel/lib/printf.c and kernel/printk.c. */
#ifndef KERNEL_PRINTK_H
#define KERNEL_PRINTK_H

#include "kernel/compiler.h"
#include "kernel/types.h"
#include <stdarg.h>

/* Levels as in syslog; a message without one is LOGLEVEL_DEFAULT. */
#define KERN_SOH     "\001"
#define KERN_EMERG   KERN_SOH "0"
#define KERN_ALERT   KERN_SOH "1"
#define KERN_CRIT    KERN_SOH "2"
#define KERN_ERR     KERN_SOH "3"
#define KERN_WARNING KERN_SOH "4"
#define KERN_NOTICE  KERN_SOH "5"
#define KERN_INFO    KERN_SOH "6"
#define KERN_DEBUG   KERN_SOH "7"

#define LOGLEVEL_DEFAULT 6 /* level of a message without one */

/* Messages of a level below this number reach the console (`loglevel=`). */
extern int console_loglevel;

/*
 * Formats: %d %i %u %x %X %o %c %s %p %% with flags 0 - + space #, width and
 * precision (also *), lengths hh h l ll z. %p prints 0x%08x. No floating
 * point. Any context, interrupts on or off. Returns the characters written.
 */
int printk(const char *fmt, ...) __printf_like(1, 2);
int vprintk(const char *fmt, va_list ap);

/* Bounded formatting: always terminates when size > 0; returns the full length. */
int snprintf(char *buf, size_t size, const char *fmt, ...) __printf_like(3, 4);
int vsnprintf(char *buf, size_t size, const char *fmt, va_list ap);
/* As snprintf, but returns what was really stored (never more than size - 1). */
int scnprintf(char *buf, size_t size, const char *fmt, ...) __printf_like(3, 4);

#define pr_err(...)    printk(KERN_ERR __VA_ARGS__)
#define pr_warn(...)   printk(KERN_WARNING __VA_ARGS__)
#define pr_notice(...) printk(KERN_NOTICE __VA_ARGS__)
#define pr_info(...)   printk(KERN_INFO __VA_ARGS__)
#define pr_debug(...)  printk(KERN_DEBUG __VA_ARGS__)

#endif
