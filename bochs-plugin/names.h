/* names.h - strings kept once, known by a pointer that stays good. */
#ifndef TLBTRACE_NAMES_H
#define TLBTRACE_NAMES_H

#include <stddef.h>

struct name {
	struct name *next;
	char text[];
};

#define NAME_BUCKETS  1024u
#define NAME_MAX_KEPT 65536u /* a guest cannot make us keep more */

struct names {
	struct name *bucket[NAME_BUCKETS];
	unsigned int count;
};

/* names_keep - the kept copy of @text. Without memory, or with too many
 * names kept already, the string "?" (never NULL). */
const char *names_keep(struct names *n, const char *text);

/* names_printable - puts a ? in the place of each character of @text that is no printable ASCII
 * one: it comes from the guest's memory and may be no text at all. */
void names_printable(char *text);

/* names_free - drops all. */
void names_free(struct names *n);

#endif
