/* cmdline.h - the kernel command line. kernel/cmdline.c. */
#ifndef KERNEL_CMDLINE_H
#define KERNEL_CMDLINE_H

#include "kernel/types.h"

#define CMDLINE_MAX 1024

/* The whole line, as the boot loader gave it (cut at CMDLINE_MAX - 1). */
extern char boot_command_line[CMDLINE_MAX];
/* Words that nobody in the kernel knew; counted when init gets them. */
extern unsigned int cmdline_unknown;
/* Words that the kernel knows, with a value that is none: cmdline_bad() was called for each. */
extern unsigned int cmdline_bad_values;

/* Finds `key` as a whole word ("ro") or with "=": copies the value (may be empty), returns true. */
bool cmdline_get(const char *key, char *value, size_t size);
/* For keys that may be given several times: the value of the next one behind *at (NULL: the first).
 * size > 0. False: there is no more. */
bool cmdline_next(const char **at, const char *key, char *value, size_t size);
bool cmdline_has(const char *key);
/* The value of a known key makes no sense: says so, with what was `expected` ("a size"), and counts
 * it, so that the run ends with a note. Any context. */
void cmdline_bad(const char *key, const char *value, const char *expected);
/* Value as a size with K/M/G suffix; `fallback` when absent; complains and falls back when
 * malformed. */
unsigned long cmdline_get_size(const char *key, unsigned long fallback);

#endif
