/* serial.h - the first serial port (COM1, IRQ 4): console, and input for the terminal. */
#ifndef DRIVERS_SERIAL_H
#define DRIVERS_SERIAL_H

/* Sets up the port (115200 8N1, FIFOs) and registers the console. Output works from here on. */
void serial_init(void);
/* Takes IRQ 4: from here on output drains, and input arrives, by interrupt. */
void serial_irq_init(void);
/* `rx` gets each byte that arrives, in the interrupt handler, interrupts off. NULL: dropped. */
void serial_set_receiver(void (*rx)(char c));
/* Waits (bounded) until all output has left. For the machine's end; interrupts may be off. */
void serial_flush(void);

#endif
