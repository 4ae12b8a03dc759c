/* options.h - the plugin's line in bochsrc. */
#ifndef TLBTRACE_OPTIONS_H
#define TLBTRACE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OPTION_DIR_MAX	  4096u
#define OPTION_LABEL_MAX  256u
#define OPTION_MODEL_MAX  1024u
#define OPTION_MODELS_MAX 16u

#define EVENT_TLB   0x1u /* fills and upgrades */
#define EVENT_FAULT 0x2u
#define EVENT_FLUSH 0x4u /* flushes and invlpg */

struct options {
	char out[OPTION_DIR_MAX];
	bool zstd;
	char start[OPTION_LABEL_MAX]; /* mark at which recording starts; empty: at power-on */
	char stop[OPTION_LABEL_MAX];  /* mark at which it stops; empty: at the end */
	bool one_process;
	uint32_t pid;
	unsigned int events;
	bool check_stale;
	bool stack_faults;	  /* chains of calls at each fault */
	unsigned int stack_fills; /* and at each so many-th fill; 0: at none */
	bool progress;
	char models[OPTION_MODELS_MAX][OPTION_MODEL_MAX]; /* files of what-if models */
	unsigned int model_count;
	uint32_t refs_k; /* references are recorded, for so many frames and more; 0: they are not */
	bool reset_ends; /* a guest that resets its machine has failed */
};

/* options_init - the defaults: everything, no compression, no directory yet. */
void options_init(struct options *o);

/*
 * options_parse - takes over what @text says: "key=value, key=value, ...". A
 * comma belongs to the value unless a key and '=' follow it.
 * Returns true, or false with a message in @error (at most @size bytes) that
 * says what would be right.
 */
bool options_parse(struct options *o, const char *text, char *error, size_t size);

#endif
