/* hooks.h - what the two files that see Bochs share; after Bochs's headers and recorder.h. */
#ifndef TLBTRACE_HOOKS_H
#define TLBTRACE_HOOKS_H

#define CPU BX_CPU(0)

extern struct recorder *recorder; /* NULL: nothing is recorded */

/* acting_eip - the instruction in work, or where the handler begins that is being called. */
Bit32u acting_eip(void);

/* look_for_trouble - after each call of the recorder: ends the run if that cannot go on. */
void look_for_trouble(void);

/* drop_half_fetched - at each exception, before anything else. */
void drop_half_fetched(void);

/* refs_wanted - references are told from now on, if somebody wants them. */
void refs_wanted(bool wanted);

/* refs_fetched_half - a page fault at @addr: was it in the second half of an instruction? */
void refs_fetched_half(Bit32u addr);

#endif
