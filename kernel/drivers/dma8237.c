/*
 * dma8237.c - ISA DMA: two 8237A in cascade and the page registers beside them.
 * (Intel 8237A data sheet; IBM PC/AT technical reference, system board, DMA.)
 *
 * An 8237A has 16 address lines. The PC adds a latch for each channel, the page
 * register, that drives the lines above; nothing carries from the counter into it.
 *
 *   bytes, channels 0-3      A23 ........ A16 | A15 ................. A0
 *                            page register    | the 8237A's address counter
 *   words, channels 5-7      A23 ... A17 | A16 .................... A1 | 0
 *                            page, bits  | the address counter,        |
 *                            7-1         | in words                    |
 *
 * So memory must lie below 16 MiB, and a transfer must stay within 64 KiB (128 KiB) of one
 * page: at its end the counter would wrap to the beginning. dma_setup() refuses both.
 *
 * Address and count are 16 bits wide behind ports of 8: the first access moves the low byte, the
 * next the high one. One flip-flop a controller says which is next, so every use of it
 * begins by clearing it and goes on under dma_lock.
 *
 * A count register holds transfers less one, and 0xffff when all are done ("terminal
 * count", a bit of the status register; the channel is masked then). 0xffff
 * is also what a transfer of 65,536 starts with: the status tells them apart. Reading it
 * clears the bits of all four channels, so they are collected in `done`.
 */
#include "drivers/dma8237.h"
#include "i386/cpu.h"
#include "kernel/bug.h"
#include "kernel/errno.h"
#include "kernel/lock.h"
#include "kernel/printk.h"
#include "kernel/resource.h"

#define PER_CONTROLLER 4u
#define TRANSFERS      0x10000u /* the most that a count register holds */

#define STATUS_TC      0x0fu /* one bit a channel */
#define MASK_SET       0x04
#define MODE_SINGLE    0x40 /* gives the bus back after each transfer */
#define MODE_CASCADE   0xc0
#define MODE_TO_MEMORY 0x04 /* the data sheet's "write" */
#define MODE_TO_DEVICE 0x08

/* Ports of a controller. The second one hangs on the address bus one line higher. */
struct controller {
	u16 base;  /* address of channel 0, then its count, then channel 1's ... */
	u16 pitch; /* from one port to the next */
	u16 status, mask, mode, clear_pointer, master_clear;
};

static const struct controller controllers[] = {
	{.base = 0x00,
	 .pitch = 1,
	 .status = 0x08,
	 .mask = 0x0a,
	 .mode = 0x0b,
	 .clear_pointer = 0x0c,
	 .master_clear = 0x0d},
	{.base = 0xc0,
	 .pitch = 2,
	 .status = 0xd0,
	 .mask = 0xd4,
	 .mode = 0xd6,
	 .clear_pointer = 0xd8,
	 .master_clear = 0xda},
};

static const u16 page_ports[DMA_CHANNELS] = {0x87, 0x83, 0x81, 0x82, 0, 0x8b, 0x89, 0x8a};

static struct resource ports[] = {
	{.name = "dma1", .start = 0x00, .end = 0x1f},
	{.name = "dma page reg", .start = 0x80, .end = 0x8f},
	{.name = "dma2", .start = 0xc0, .end = 0xdf},
};

static DEFINE_SPINLOCK(dma_lock); /* byte pointers, done, owners; taken with interrupts off */
static const char *owners[DMA_CHANNELS]; /* NULL: free */
static u8 done[ARRAY_SIZE(controllers)]; /* channels that reached terminal count */

static const struct controller *controller_of(unsigned int channel)
{
	return &controllers[channel / PER_CONTROLLER];
}

/* Bytes a transfer, as a shift. */
static unsigned int unit_shift(unsigned int channel)
{
	return channel / PER_CONTROLLER;
}

static u16 address_port(unsigned int channel)
{
	const struct controller *c = controller_of(channel);

	return (u16)(c->base + channel % PER_CONTROLLER * 2 * c->pitch);
}

static u16 count_port(unsigned int channel)
{
	return (u16)(address_port(channel) + controller_of(channel)->pitch);
}

static void mask(unsigned int channel)
{
	outb((u8)(MASK_SET | channel % PER_CONTROLLER), controller_of(channel)->mask);
}

static void unmask(unsigned int channel)
{
	outb((u8)(channel % PER_CONTROLLER), controller_of(channel)->mask);
}

/* The byte pointer must be clear; it is afterwards, too. dma_lock. */
static void write_pair(u32 value, u16 port)
{
	outb((u8)value, port);
	outb((u8)(value >> 8), port);
}

void dma_init(void)
{
	unsigned int i;

	BUG_ON(request_resources(&ioport_resource, ports, ARRAY_SIZE(ports)) != 0);
	for (i = 0; i < ARRAY_SIZE(controllers); i++)
		outb(0, controllers[i].master_clear);
	outb(MODE_CASCADE, controller_of(DMA_CASCADE)->mode);
	unmask(DMA_CASCADE);
}

int request_dma(unsigned int channel, const char *name)
{
	const char *owner;
	unsigned long flags;

	if (channel >= DMA_CHANNELS || channel == DMA_CASCADE)
		return -EINVAL;
	spin_lock_irqsave(&dma_lock, flags);
	owner = owners[channel];
	if (!owner)
		owners[channel] = name;
	spin_unlock_irqrestore(&dma_lock, flags);
	if (!owner)
		return 0;
	pr_warn("dma channel %u: %s wants it, %s has it\n", channel, name, owner);
	return -EBUSY;
}

void free_dma(unsigned int channel)
{
	unsigned long flags;

	spin_lock_irqsave(&dma_lock, flags);
	BUG_ON(channel >= DMA_CHANNELS || !owners[channel]);
	mask(channel);
	owners[channel] = NULL;
	spin_unlock_irqrestore(&dma_lock, flags);
}

/* Can the channel reach these bytes in one go? The limit is a window's edge, too. */
static bool reachable(unsigned int channel, phys_addr_t phys, size_t bytes)
{
	unsigned int shift = unit_shift(channel);
	size_t window = TRANSFERS << shift;

	if (bytes == 0 || bytes > window || phys >= DMA_LIMIT)
		return false;
	if ((phys | bytes) & ((1u << shift) - 1))
		return false;
	return phys / window == (phys + bytes - 1) / window;
}

int dma_setup(unsigned int channel, phys_addr_t phys, size_t bytes, enum dma_direction direction)
{
	const struct controller *c;
	unsigned int shift;
	unsigned long flags;
	u8 mode;

	if (channel >= DMA_CHANNELS || !owners[channel] || !reachable(channel, phys, bytes))
		return -EINVAL;
	c = controller_of(channel);
	shift = unit_shift(channel);
	mode = direction == DMA_FROM_DEVICE ? MODE_TO_MEMORY : MODE_TO_DEVICE;
	mode |= MODE_SINGLE | (u8)(channel % PER_CONTROLLER);
	spin_lock_irqsave(&dma_lock, flags);
	mask(channel);
	done[channel / PER_CONTROLLER] |= inb(c->status) & STATUS_TC;
	done[channel / PER_CONTROLLER] &= (u8) ~(1u << channel % PER_CONTROLLER);
	outb(mode, c->mode);
	outb(0, c->clear_pointer);
	write_pair(phys >> shift & 0xffff, address_port(channel));
	write_pair((bytes >> shift) - 1, count_port(channel));
	outb((u8)(phys >> 16 & ~(u32)shift), page_ports[channel]);
	unmask(channel);
	spin_unlock_irqrestore(&dma_lock, flags);
	return 0;
}

void dma_stop(unsigned int channel)
{
	unsigned long flags;

	spin_lock_irqsave(&dma_lock, flags);
	BUG_ON(channel >= DMA_CHANNELS || !owners[channel]);
	mask(channel);
	spin_unlock_irqrestore(&dma_lock, flags);
}

size_t dma_residue(unsigned int channel)
{
	const struct controller *c;
	unsigned long flags;
	u32 left;
	u8 *reached;

	spin_lock_irqsave(&dma_lock, flags);
	BUG_ON(channel >= DMA_CHANNELS || !owners[channel]);
	c = controller_of(channel);
	reached = &done[channel / PER_CONTROLLER];
	*reached |= inb(c->status) & STATUS_TC;
	outb(0, c->clear_pointer);
	left = inb(count_port(channel));
	left = (left | (u32)inb(count_port(channel)) << 8) + 1;
	if (left == TRANSFERS && *reached >> channel % PER_CONTROLLER & 1)
		left = 0;
	spin_unlock_irqrestore(&dma_lock, flags);
	return (size_t)left << unit_shift(channel);
}
