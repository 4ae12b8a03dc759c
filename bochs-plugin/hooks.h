/*
 * hooks.h - what the files that see Bochs (*.cc) share; behind Bochs's own headers.
 *
 * hooks.cc takes events and gives them to the recorder. Two files take accesses to memory, which
 * only the flavour `refs` tells: watch.cc for check=stale, ref_hooks.cc for what-if models.
 * half_fetched.cc mends a fault of Bochs's, recorder or not.
 */
#ifndef TLBTRACE_HOOKS_H
#define TLBTRACE_HOOKS_H

extern "C" {
#include "recorder.h"
}

#define CPU BX_CPU(0)

/* A function of Bochs that the linker lets us stand in for (--wrap, setup/bochs.sh). */
#define JOIN(a, b) a##b
#define REAL(name) JOIN(__real_, name)
#define WRAP(name) JOIN(__wrap_, name)

extern struct recorder *recorder; /* NULL: nothing is recorded */

/* acting_eip - the instruction in work, or where the handler begins that is being called. */
Bit32u acting_eip(void);

/*
 * look_for_trouble - after each call of the recorder: what Bochs has to tell of next; ends the run
 * if that cannot go on.
 */
void look_for_trouble(void);

/* drop_half_fetched - at each exception, before anything else. */
void drop_half_fetched(void);

/* watch_adjust - which accesses check=stale has to be told of from now on. */
void watch_adjust(void);

/* watch_fetch - before an instruction, when something is pending. */
void watch_fetch(void);

/* refs_wanted - references are told from now on, if somebody wants them. */
void refs_wanted(bool wanted);

/* refs_fetched_half - a page fault at @addr: was it in the second half of an instruction? */
void refs_fetched_half(Bit32u addr);

#endif
