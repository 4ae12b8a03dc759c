/* meta.h - meta.csv: the facts of a run, as key,value. */
#ifndef TLBTRACE_META_H
#define TLBTRACE_META_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct meta {
	char *text; /* the file so far */
	size_t used, room;
	bool no_memory;
};

/* meta_text, meta_number - add a row. Lack of memory is reported by meta_write. */
void meta_text(struct meta *m, const char *key, const char *value);
void meta_number(struct meta *m, const char *key, uint64_t value);

/* meta_write - makes @dir/meta.csv hold all rows so far, in one step: a reader
 * sees the old file or the new one. Returns 0 or an errno. */
int meta_write(const struct meta *m, const char *dir);

/* meta_free - gives the memory back. */
void meta_free(struct meta *m);

#endif
