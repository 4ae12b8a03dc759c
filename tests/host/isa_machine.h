/*
 * isa_machine.h - the part of a PC that the ISA drivers see, in software: two 8237A with their
 * page registers, and a diskette controller with one drive, which can be made to fail.
 */
#ifndef HOST_ISA_MACHINE_H
#define HOST_ISA_MACHINE_H

#include "kernel/types.h"

/* --- 8237A --- */

struct isa_channel {
	u16 address, count; /* as programmed, then counting */
	u8 mode, page;
	bool masked;
};

struct isa_controller {
	struct isa_channel channel[4];
	bool high_byte; /* the byte pointer: the next access is to the high byte */
	u8 status;
	bool cleared; /* has seen a master clear */
};

extern struct isa_controller isa_dma[2];

/* Physical address that a channel (0-7) drives next. */
u32 isa_dma_address(unsigned int channel);
/*
 * A device gives `n` bytes: moved until terminal count, or not at all by a masked channel or one
 * of the other direction. Words for channels 5-7. Returns the bytes taken.
 */
size_t isa_dma_from_device(unsigned int channel, const u8 *data, size_t n);

/* --- diskette --- */

#define ISA_SECTORS 2880u

enum isa_fault {
	ISA_FINE,
	ISA_NO_CONTROLLER, /* all ports read 0xff */
	ISA_MUTE,	   /* never ready */
	ISA_TALKS,	   /* always has a byte for us */
	ISA_NO_IRQ,	   /* works, but its interrupts are lost */
	ISA_READ_HANGS,	   /* READ DATA never ends */
	ISA_READ_STATUS,   /* READ DATA ends with isa_fdc.status[] */
	ISA_READ_SHORT,	   /* half the data, and the claim that all is well */
	ISA_RESULT_SHORT,  /* three bytes of result */
	ISA_RESULT_LONG,   /* twelve */
	ISA_SEEK_WRONG,	   /* ends up one cylinder off */
	ISA_NO_TRACK_0,	   /* recalibration finds none */
	ISA_NO_MEDIUM,
	ISA_NOISE, /* any port reads what isa_fdc.noise gives, interrupts come at any time */
	ISA_FAULTS
};

struct isa_fdc {
	enum isa_fault fault;
	unsigned int times; /* that the fault will still show; 0: for ever */
	u8 status[3];
	u8 (*noise)(void);
	u8 drive_type;	/* CMOS */
	bool irq_taken; /* by another driver */
	/* Seen from outside. */
	bool motor;
	unsigned int resets, seeks, reads;
	u8 cylinder; /* where the head is */
};

extern struct isa_fdc isa_fdc;
/* Is the timer for the motor armed? */
bool isa_timer_armed(void);
/* Lets the armed timer run out. */
void isa_timer_fire(void);
/* Byte `i` of a sector. */
u8 isa_sector_byte(u32 sector, unsigned int i);
/* Delivers a waiting interrupt: for host_sleep_hook. */
void isa_sleep(void);

#endif
