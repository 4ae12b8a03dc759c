/* pic.h - the two 8259A interrupt controllers. */
#ifndef DRIVERS_PIC_H
#define DRIVERS_PIC_H

#include "kernel/types.h"

#define IRQ_VECTOR_BASE 0x20 /* IRQ 0 comes as this vector, and so on to IRQ 15 */

/* Moves the lines away from the CPU's exceptions and masks them all. */
void pic_init(void);
void pic_unmask(unsigned int irq);
/* Is this interrupt real? The controllers raise 7 and 15 also for lines that went away. */
bool pic_is_real(unsigned int irq);
/* Handled: the controller may raise this and lower lines again. */
void pic_eoi(unsigned int irq);
/* The line asks, but the CPU has not taken it yet. Interrupts off. */
bool pic_pending(unsigned int irq);

#endif
