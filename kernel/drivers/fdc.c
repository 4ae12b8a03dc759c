/*
 * fdc.c - the diskette controller (Intel 82077AA data sheet; NEC uPD765A data sheet).
 *
 * A command goes through one data port, byte by byte, in three phases:
 *
 *   command:   we write   opcode, parameters
 *   execution: it works   interrupt 6 at the end; the data go by DMA
 *   result:    we read    status bytes
 *
 * Before each byte the main status register must say that the controller is ready (RQM)
 * and which way the byte goes (DIO). SEEK and RECALIBRATE have no result phase: SENSE INTERRUPT
 * STATUS asks how they ended. A reset raises an interrupt too, and each of the four
 * possible drives then has a status of its own to be fetched.
 *
 * A controller that is out of step is not argued with: the command fails, and
 * the caller resets it.
 */
#include "drivers/fdc.h"
#include "i386/cpu.h"
#include "i386/trap.h"
#include "drivers/dma8237.h"
#include "kernel/errno.h"
#include "kernel/lock.h"
#include "kernel/resource.h"
#include "kernel/string.h"
#include "kernel/time.h"
#include "kernel/wait.h"

#define FDC_DOR	   0x3f2 /* digital output */
#define FDC_STATUS 0x3f4 /* main status */
#define FDC_DATA   0x3f5
#define FDC_DIR                                                                                  \
	0x3f7	      /* read: digital input; bit 7 alone is the diskette's, the rest the disk's \
		       */
#define FDC_CCR 0x3f7 /* write: data rate */
#define FDC_IRQ 6

#define DOR_RUN	  0x04u /* 0: reset */
#define DOR_DMA	  0x08u /* interrupt and DMA request reach the bus */
#define DOR_MOTOR 0x10u /* of drive 0 */

#define MSR_RQM	 0x80u
#define MSR_DIO	 0x40u /* it has a byte for us */
#define MSR_NONE 0xffu /* nobody drives the bus */

#define DIR_CHANGED 0x80u

#define CMD_SPECIFY	    0x03
#define CMD_RECALIBRATE	    0x07
#define CMD_SENSE_INTERRUPT 0x08
#define CMD_SEEK	    0x0f
#define CMD_VERSION	    0x10
#define CMD_READ	    0x46 /* MFM; one side of a cylinder */

#define DRIVE	      0u
#define STEP_RATE     0xdfu /* SPECIFY: 3 ms a step; head unloads after 240 ms (at 500 kbit/s) */
#define HEAD_LOAD     0x10u /* 16 ms to load it; data by DMA */
#define SECTOR_512    2
#define NO_SHORT_DATA 0xff /* DTL: no meaning for sectors of 512 bytes */

#define ST0_END	  0xc0u /* how it ended: 0 normally */
#define ST0_SEEK  0x20u /* a seek or recalibration is over */
#define ST0_CHECK 0x10u /* recalibrated, and no track 0 */
#define ST0_DRIVE 0x03u
/* End of cylinder, CRC, overrun, no such sector, write-protected, no address mark. */
#define ST1_ERRORS 0xb7u
/* Deleted data, CRC in data, wrong and bad cylinder, no data mark. */
#define ST2_ERRORS 0x73u
#define READ_BYTES 7 /* of the result of READ DATA */

#define POLLS	      5000u /* a port read takes 1 us; the controller is ready within 250 us */
#define RESET_READS   8u    /* reads that hold the reset line for some us */
#define RESET_TICKS   (HZ / 10)
#define COMMAND_TICKS (2 * HZ) /* 80 steps and two turns of the medium are 0.7 s */
#define NR_DRIVES     4

static struct {
	wait_queue_head_t wait;
	volatile bool irq_seen;
	spinlock_t dor_lock; /* dor and its register; the motor's timer wants it: irqs off */
	u8 dor;
} fdc = {
	.wait = WAIT_QUEUE_HEAD_INIT(fdc.wait),
	.dor_lock = SPIN_LOCK_INIT("fdc_dor"),
	.dor = DOR_RUN | DOR_DMA,
};

static struct resource ports[] = {
	{.name = "floppy", .start = FDC_DOR, .end = FDC_DATA},
	{.name = "floppy", .start = FDC_DIR, .end = FDC_DIR},
};

static void fdc_irq(unsigned int irq, struct pt_regs *regs)
{
	(void)irq;
	(void)regs;
	fdc.irq_seen = true;
	wake_up_all(&fdc.wait);
}

static int wait_irq(long ticks)
{
	return wait_event_timeout(fdc.wait, fdc.irq_seen, ticks) ? 0 : -ETIMEDOUT;
}

/* Polls until the controller is ready for a byte: its status, or -ETIMEDOUT. */
static int wait_ready(void)
{
	unsigned int i;
	u8 status;

	for (i = 0; i < POLLS; i++) {
		status = inb(FDC_STATUS);
		if (status & MSR_RQM)
			return status;
	}
	return -ETIMEDOUT;
}

/* The command phase: 0, -ETIMEDOUT, or -EIO when the controller wants to be read instead. */
static int send(const u8 *bytes, unsigned int n)
{
	unsigned int i;
	int status;

	fdc.irq_seen = false;
	for (i = 0; i < n; i++) {
		status = wait_ready();
		if (status < 0)
			return status;
		if (status & MSR_DIO)
			return -EIO;
		outb(bytes[i], FDC_DATA);
	}
	return 0;
}

/* The result phase: how many bytes it had, -ETIMEDOUT, or -EIO when there are more than `most`. */
static int receive(u8 *bytes, int most)
{
	int status, n;

	for (n = 0; n <= most; n++) {
		status = wait_ready();
		if (status < 0)
			return status;
		if (!(status & MSR_DIO))
			return n;
		if (n < most)
			bytes[n] = inb(FDC_DATA);
	}
	return -EIO;
}

/* Asks how the last seek, or reset, ended. 0, -ETIMEDOUT, or -EIO: there was none. */
static int sense_interrupt(u8 *st0, u8 *cylinder)
{
	static const u8 command[] = {CMD_SENSE_INTERRUPT};
	u8 result[2];
	int n = send(command, sizeof(command));

	if (n)
		return n;
	n = receive(result, sizeof(result));
	if (n != sizeof(result))
		return n < 0 ? n : -EIO;
	*st0 = result[0];
	*cylinder = result[1];
	return 0;
}

static void write_dor(u8 set, u8 clear)
{
	unsigned long flags;

	spin_lock_irqsave(&fdc.dor_lock, flags);
	fdc.dor = (u8)((fdc.dor | set) & ~clear);
	outb(fdc.dor, FDC_DOR);
	spin_unlock_irqrestore(&fdc.dor_lock, flags);
}

/* VERSION has no execution phase: the answer is there at once. */
static int ask_version(u8 *version)
{
	static const u8 command[] = {CMD_VERSION};
	int n;

	write_dor(0, 0);
	n = send(command, sizeof(command));
	if (n)
		return n;
	n = receive(version, 1);
	if (n < 0)
		return n;
	return n == 1 ? 0 : -EIO;
}

int fdc_probe(u8 *version)
{
	int err;

	if (inb(FDC_STATUS) == MSR_NONE)
		return -ENXIO;
	err = request_resources(&ioport_resource, ports, ARRAY_SIZE(ports));
	if (err)
		return err;
	err = ask_version(version);
	if (err)
		goto out_ports;
	err = request_dma(FDC_DMA_CHANNEL, "floppy");
	if (err)
		goto out_ports;
	err = request_irq(FDC_IRQ, fdc_irq, "floppy");
	if (err)
		goto out_dma;
	return 0;
out_dma:
	free_dma(FDC_DMA_CHANNEL);
out_ports:
	release_resource(&ports[0]);
	release_resource(&ports[1]);
	return err;
}

int fdc_reset(u8 rate)
{
	static const u8 specify[] = {CMD_SPECIFY, STEP_RATE, HEAD_LOAD};
	u8 st0, cylinder;
	int i, err;

	fdc.irq_seen = false;
	write_dor(0, DOR_RUN);
	for (i = 0; i < (int)RESET_READS; i++)
		inb(FDC_DOR); /* to QEMU, a read of the status would end the reset */
	write_dor(DOR_RUN, 0);
	err = wait_irq(RESET_TICKS);
	for (i = 0; !err && i < NR_DRIVES; i++)
		err = sense_interrupt(&st0, &cylinder);
	if (err)
		return err;
	outb(rate, FDC_CCR);
	return send(specify, sizeof(specify));
}

void fdc_motor(bool on)
{
	write_dor(on ? DOR_MOTOR : 0, on ? 0 : DOR_MOTOR);
}

bool fdc_motor_is_on(void)
{
	return fdc.dor & DOR_MOTOR;
}

bool fdc_medium_changed(void)
{
	return inb(FDC_DIR) & DIR_CHANGED;
}

/* The end of a movement of the head. */
static int moved_to(u8 wanted)
{
	u8 st0, cylinder;
	int err = wait_irq(COMMAND_TICKS);

	if (!err)
		err = sense_interrupt(&st0, &cylinder);
	if (err)
		return err;
	if ((st0 & (ST0_END | ST0_SEEK | ST0_CHECK | ST0_DRIVE)) != (ST0_SEEK | DRIVE))
		return -EIO;
	return cylinder == wanted ? 0 : -EIO;
}

int fdc_recalibrate(void)
{
	static const u8 command[] = {CMD_RECALIBRATE, DRIVE};
	int err = send(command, sizeof(command));

	return err ? err : moved_to(0);
}

int fdc_seek(u8 cylinder)
{
	const u8 command[] = {CMD_SEEK, DRIVE, cylinder};
	int err = send(command, sizeof(command));

	return err ? err : moved_to(cylinder);
}

int fdc_read_error(const u8 *result, int n)
{
	if (n != READ_BYTES)
		return -EIO;
	if ((result[0] & (ST0_END | ST0_DRIVE)) != DRIVE)
		return -EIO;
	return result[1] & ST1_ERRORS || result[2] & ST2_ERRORS ? -EIO : 0;
}

int fdc_read(const struct fdc_place *place, u8 result[FDC_RESULT_MAX])
{
	const u8 command[] = {
		CMD_READ,	    (u8)(place->head << 2 | DRIVE),
		place->cylinder,    place->head,
		place->sector,	    SECTOR_512,
		place->last_sector, place->gap,
		NO_SHORT_DATA,
	};
	int n = send(command, sizeof(command));

	memset(result, 0, FDC_RESULT_MAX);
	if (!n)
		n = wait_irq(COMMAND_TICKS);
	if (!n)
		n = receive(result, FDC_RESULT_MAX);
	return n < 0 ? n : fdc_read_error(result, n);
}
