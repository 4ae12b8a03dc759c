/* watch.h - what hooks.cc and watch.cc have in common. */
#ifndef TLBTRACE_WATCH_H
#define TLBTRACE_WATCH_H

extern "C" {
#include "recorder.h"
}

extern struct recorder *recorder; /* NULL: nothing is recorded */

/* A function of Bochs that the linker lets us stand in for (--wrap, setup/bochs.sh). */
#define JOIN(a, b) a##b
#define REAL(name) JOIN(__real_, name)
#define WRAP(name) JOIN(__wrap_, name)

/* look_for_trouble - after each call of the recorder's: what to be told of next; the end, if it
 * must. */
void look_for_trouble(void);

/* watch_adjust - which accesses check=stale has to be told of from now on. */
void watch_adjust(void);

/* watch_fetch - before an instruction, when something is pending. */
void watch_fetch(void);

#endif
