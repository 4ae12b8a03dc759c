/*
 * dma8237.h - ISA DMA: the two 8237A controllers of a PC/AT.
 *
 * A driver takes a channel with request_dma(), arms it with dma_setup() before each transfer, tells
 * its device to go, and asks dma_residue() afterwards. A channel belongs to one driver, which
 * sees to it that these calls do not overlap; what channels share (the byte pointer of a
 * controller) is protected by dma_lock, a leaf lock, taken here with interrupts off.
 */
#ifndef DRIVERS_DMA8237_H
#define DRIVERS_DMA8237_H

#include "kernel/compiler.h"
#include "kernel/types.h"

#define DMA_CHANNELS 8
#define DMA_CASCADE  4	       /* joins the two controllers; nobody can have it */
#define DMA_LIMIT    0x1000000 /* first byte past the 24 address lines: 16 MiB */

enum dma_direction {
	DMA_FROM_DEVICE, /* the device is read, memory written */
	DMA_TO_DEVICE,
};

/* Puts both controllers in a known state, every channel masked. Boot. */
void dma_init(void);
/*
 * Takes a channel: 0-3 move bytes, 5-7 words of 16 bits. Returns 0, -EINVAL (no such channel, or
 * the cascade) or -EBUSY (somebody has it; a message says who). Any context.
 */
int __must_check request_dma(unsigned int channel, const char *name);
/* Masks a channel and gives it back. It must have been taken. Any context. */
void free_dma(unsigned int channel);
/*
 * Arms a channel for one transfer of `bytes` bytes from or to physical address `phys`. Returns 0,
 * or -EINVAL and changes nothing when the hardware cannot do that: no byte, more than 64 KiB
 * (words: 128 KiB), memory at or above 16 MiB, memory on both sides of a multiple of 64 KiB (words:
 * 128 KiB; and an odd address or length), or a channel that was not taken. Any context.
 */
int __must_check dma_setup(unsigned int channel, phys_addr_t phys, size_t bytes,
			   enum dma_direction direction);
/* Masks a channel: the device gets no more cycles. Any context. */
void dma_stop(unsigned int channel);
/* Bytes of the transfer last armed that were not moved; 0: all were. Channel taken. Any context. */
size_t dma_residue(unsigned int channel);

#endif
