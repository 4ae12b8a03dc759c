/* pit.h - the 8254 interval timer: the tick, HZ times a second. */
#ifndef DRIVERS_PIT_H
#define DRIVERS_PIT_H

#include "kernel/types.h"

/* Programs channel 0 and takes IRQ 0; from then on timer_tick() runs HZ times a second. */
void pit_init(void);
/* Nanoseconds since the last tick that timer_tick() saw; one that is due but not yet taken counts
 * in. Any context. Never goes back between two ticks. */
u32 pit_elapsed_ns(void);

#endif
