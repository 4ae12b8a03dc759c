/*
 * isa_machine.c - the models of the 8237A pair and of the diskette controller, and what else
 * the drivers ask of the kernel: an interrupt line, a timer, the CMOS.
 *
 * Register by register after the data sheets, not after the drivers. A device moves its data
 * through isa_dma_from_device(), which counts as the chip does: 16 bits, the page register standing
 * still. What the chip would do wrong with a bad address it does wrong here.
 */
#include "isa_machine.h"
#include "i386/cpu.h"
#include "i386/trap.h"
#include "drivers/rtc.h"
#include "kernel/errno.h"
#include "machine.h"
#include "sched/timer.h"
#include "test.h"
#include <string.h>

#define CYLINDERS 80
#define HEADS	  2
#define TRACK	  18
#define SECTOR	  512

/* --- 8237A --- */

struct isa_controller isa_dma[2];
static u8 pages[16];

static struct isa_channel *channel_at(unsigned int channel)
{
	return &isa_dma[channel / 4].channel[channel % 4];
}

static u8 page_of(unsigned int channel)
{
	static const u8 index[] = {7, 3, 1, 2, 15, 11, 9, 10};

	return pages[index[channel]];
}

u32 isa_dma_address(unsigned int channel)
{
	const struct isa_channel *c = channel_at(channel);

	if (channel < 4)
		return (u32)page_of(channel) << 16 | c->address;
	CHECK(!(page_of(channel) & 1));
	return (u32)page_of(channel) << 16 | (u32)c->address << 1;
}

size_t isa_dma_from_device(unsigned int channel, const u8 *data, size_t n)
{
	struct isa_channel *c = channel_at(channel);
	size_t unit = channel < 4 ? 1 : 2, done = 0;
	u32 to;

	if ((c->mode & 0x0c) != 0x04)
		return 0;
	while (!c->masked && done + unit <= n) {
		to = isa_dma_address(channel);
		memcpy(host_frame(to >> 12) + to % 4096, data + done, unit);
		done += unit;
		c->address++;
		if (c->count-- == 0) {
			isa_dma[channel / 4].status |= (u8)(1u << channel % 4);
			c->masked = true;
		}
	}
	return done;
}

static void dma_access(u16 *pair, struct isa_controller *c, u8 *value, bool write)
{
	unsigned int shift = c->high_byte ? 8 : 0;

	c->high_byte = !c->high_byte;
	if (write)
		*pair = (u16)((*pair & ~(0xffu << shift)) | (unsigned int)*value << shift);
	else
		*value = (u8)(*pair >> shift);
}

static void dma_command(struct isa_controller *c, unsigned int reg, u8 value)
{
	unsigned int i;

	switch (reg) {
	case 10:
		c->channel[value & 3].masked = value & 4;
		break;
	case 11:
		c->channel[value & 3].mode = value & 0xfc;
		break;
	case 12:
		c->high_byte = false;
		break;
	case 13:
		for (i = 0; i < 4; i++)
			c->channel[i].masked = true;
		c->high_byte = false;
		c->status = 0;
		c->cleared = true;
		break;
	default:
		test_fail(__FILE__, __LINE__, "8237A: write %02x to register %u", value, reg);
	}
}

static void dma_register(unsigned int nr, unsigned int reg, u8 *value, bool write)
{
	struct isa_controller *c = &isa_dma[nr];

	if (reg < 8) {
		dma_access(reg & 1 ? &c->channel[reg / 2].count : &c->channel[reg / 2].address, c,
			   value, write);
	} else if (write) {
		dma_command(c, reg, *value);
	} else if (reg == 8) {
		*value = c->status;
		c->status &= 0xf0;
	} else {
		test_fail(__FILE__, __LINE__, "8237A: read of register %u", reg);
	}
}

/* --- diskette controller --- */

struct isa_fdc isa_fdc;

static struct {
	u8 dor, st0;
	u8 command[9], result[16];
	unsigned int got, results, given;
	unsigned int sense; /* drives that have a status left after a reset */
	bool hangs, changed, irq;
} fdc = {.dor = 0x0c, .changed = true};

static irq_handler_t irq_handler;
static struct ktimer *timer;

/* Does the fault show now? Counts the times. */
static bool fails(enum isa_fault fault)
{
	if (isa_fdc.fault != fault)
		return false;
	if (isa_fdc.times && --isa_fdc.times == 0)
		isa_fdc.fault = ISA_FINE;
	return true;
}

static void raise(void)
{
	fdc.irq = fdc.dor & 8 && isa_fdc.fault != ISA_NO_IRQ;
}

static void answer(const u8 *bytes, unsigned int n)
{
	memcpy(fdc.result, bytes, n);
	fdc.results = n;
	fdc.given = 0;
}

u8 isa_sector_byte(u32 sector, unsigned int i)
{
	return (u8)(sector * 7 + sector / 256 + i * 13 + i / 256);
}

static void move_head(u8 to)
{
	if (isa_fdc.cylinder != to && isa_fdc.fault != ISA_NO_MEDIUM)
		fdc.changed = false;
	isa_fdc.cylinder = to;
	isa_fdc.seeks++;
	fdc.st0 = 0x20;
	raise();
}

/* Moves sectors until terminal count or the end of the track: ST0 << 8 | ST1. */
static unsigned int move_sectors(u8 cylinder, u8 head, u8 first, u8 last)
{
	u32 sector = (u32)(cylinder * HEADS + head) * TRACK + first - 1;
	u8 data[SECTOR];
	unsigned int i, n;

	for (n = first; n <= last; n++, sector++) {
		for (i = 0; i < SECTOR; i++)
			data[i] = isa_sector_byte(sector, i);
		if (isa_dma_from_device(2, data, SECTOR) < SECTOR)
			return 0;
		if (isa_dma[0].status & 4)
			return 0;
	}
	return 0x4080;
}

static void read_data(void)
{
	u8 head = fdc.command[1] >> 2 & 1, cylinder = fdc.command[2], first = fdc.command[4];
	u8 result[12] = {0}, last = fdc.command[6];
	unsigned int status = 0x4004;

	isa_fdc.reads++;
	CHECK(isa_fdc.motor);
	CHECK_EQ(fdc.command[3], head);
	CHECK_EQ(fdc.command[5], 2);
	if (isa_fdc.fault == ISA_NO_MEDIUM || fails(ISA_READ_HANGS)) {
		fdc.hangs = true;
		return;
	}
	if (fails(ISA_READ_SHORT)) {
		isa_dma_from_device(2, fdc.result, 8);
		status = 0;
	} else if (cylinder < CYLINDERS && cylinder == isa_fdc.cylinder && first <= TRACK) {
		status = move_sectors(cylinder, head, first, last);
	}
	result[0] = (u8)(status >> 8 | head << 2);
	result[1] = (u8)status;
	if (fails(ISA_READ_STATUS))
		memcpy(result, isa_fdc.status, 3);
	answer(result, fails(ISA_RESULT_SHORT) ? 3 : fails(ISA_RESULT_LONG) ? 12 : 7);
	raise();
}

static void sense_interrupt(void)
{
	u8 result[2] = {fdc.st0, isa_fdc.cylinder};

	if (fdc.sense)
		result[0] = (u8)(0xc0 | (4 - fdc.sense--));
	else if (fails(ISA_SEEK_WRONG))
		result[1]++;
	else if (fails(ISA_NO_TRACK_0))
		result[0] = 0x70;
	answer(result, 2);
}

static unsigned int command_size(u8 opcode)
{
	switch (opcode) {
	case 0x03:
	case 0x0f:
		return 3;
	case 0x07:
		return 2;
	case 0x46:
		return 9;
	default:
		return 1;
	}
}

static void fdc_write(u8 byte)
{
	static const u8 version[] = {0x90}, invalid[] = {0x80};

	fdc.command[fdc.got++] = byte;
	if (fdc.got < command_size(fdc.command[0]))
		return;
	fdc.got = 0;
	switch (fdc.command[0]) {
	case 0x03:
		CHECK(!(fdc.command[2] & 1)); /* DMA */
		break;
	case 0x07:
		move_head(0);
		break;
	case 0x08:
		sense_interrupt();
		break;
	case 0x0f:
		move_head(fdc.command[2]);
		break;
	case 0x10:
		answer(version, 1);
		break;
	case 0x46:
		read_data();
		break;
	default:
		answer(invalid, 1);
	}
}

static void write_dor(u8 value)
{
	if (!(value & 4)) {
		fdc.hangs = fdc.irq = false;
		fdc.got = fdc.results = fdc.given = fdc.sense = 0;
	} else if (!(fdc.dor & 4)) {
		isa_fdc.resets++;
		fdc.sense = 4;
		raise();
	}
	isa_fdc.motor = value & 0x10;
	fdc.dor = value;
}

static u8 main_status(void)
{
	if (isa_fdc.fault == ISA_MUTE || fdc.hangs || !(fdc.dor & 4))
		return 0x10;
	if (isa_fdc.fault == ISA_TALKS || fdc.given < fdc.results)
		return 0xd0;
	return fdc.got ? 0x90 : 0x80;
}

static u8 fdc_read(void)
{
	return fdc.given < fdc.results ? fdc.result[fdc.given++] : 0;
}

/* --- ports --- */

u8 host_inb(u16 port)
{
	u8 value = 0;

	if (isa_fdc.fault == ISA_NOISE)
		return isa_fdc.noise();
	if (port < 0x10)
		dma_register(0, port, &value, false);
	else if (port >= 0xc0 && port < 0xe0)
		dma_register(1, (port - 0xc0u) / 2, &value, false);
	else if (isa_fdc.fault == ISA_NO_CONTROLLER)
		value = 0xff;
	else if (port == 0x3f2)
		value = fdc.dor;
	else if (port == 0x3f4)
		value = main_status();
	else if (port == 0x3f5)
		value = fdc_read();
	else if (port == 0x3f7)
		value = isa_fdc.motor && (fdc.changed || isa_fdc.fault == ISA_NO_MEDIUM) ? 0x80 : 0;
	else
		test_fail(__FILE__, __LINE__, "read of port %x", port);
	return value;
}

void host_outb(u8 value, u16 port)
{
	if (port < 0x10)
		dma_register(0, port, &value, true);
	else if (port >= 0xc0 && port < 0xe0)
		dma_register(1, (port - 0xc0u) / 2, &value, true);
	else if (port >= 0x80 && port < 0x90)
		pages[port - 0x80] = value;
	else if (port == 0x3f2)
		write_dor(value);
	else if (port == 0x3f5 && isa_fdc.fault != ISA_NOISE)
		fdc_write(value);
	else if (port != 0x3f5 && port != 0x3f7)
		test_fail(__FILE__, __LINE__, "write to port %x", port);
}

/* --- what the kernel gives drivers --- */

int request_irq(unsigned int irq, irq_handler_t handler, const char *name)
{
	(void)name;
	CHECK_EQ(irq, 6);
	if (isa_fdc.irq_taken)
		return -EBUSY;
	irq_handler = handler;
	return 0;
}

void isa_sleep(void)
{
	bool noise = isa_fdc.fault == ISA_NOISE && isa_fdc.noise() & 1;

	host_sleeps = 0;
	if ((!fdc.irq && !noise) || !irq_handler)
		return;
	fdc.irq = false;
	irq_handler(6, NULL);
}

u8 cmos_read(u8 reg)
{
	CHECK_EQ(reg, 0x10);
	return (u8)(isa_fdc.drive_type << 4);
}

void timer_setup(struct ktimer *t, void (*fn)(struct ktimer *timer))
{
	t->fn = fn;
}

void timer_arm(struct ktimer *t, unsigned long expires)
{
	(void)expires;
	timer = t;
}

bool timer_cancel(struct ktimer *t)
{
	bool armed = timer == t;

	if (armed)
		timer = NULL;
	return armed;
}

bool isa_timer_armed(void)
{
	return timer != NULL;
}

void isa_timer_fire(void)
{
	struct ktimer *t = timer;

	timer = NULL;
	t->fn(t);
}
