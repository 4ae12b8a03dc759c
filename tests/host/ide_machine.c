/*
 * ide_machine.c - the models of two ATA drives and of a PIIX bus master.
 *
 * Register by register after ATA/ATAPI-4 and the 82371SB's data sheet, not after the driver. A
 * fault shows in the one place that it is about, so that no other check makes up for a missing one.
 */
#include "ide_machine.h"
#include "drivers/ide_channel.h"
#include "machine.h"
#include "test.h"
#include <string.h>

#define DRDY	   0x40u
#define ABRT	   0x04u
#define ID_WORDS   256
#define READY_LONG ~0ul /* never */

struct ata_machine ata = {.bad_sector = ~0u};

static struct {
	u8 features, count, lba[3], device, control, error, status;
	u8 command; /* under way; 0: none */
	enum ata_fault fault;
	u32 sector;
	unsigned int left, block,
		at;		    /* sectors; sectors of the block; bytes of it that were moved */
	unsigned long ready;	    /* jiffies: then it goes on */
	unsigned int resetting;	    /* polls */
	bool pending, writes, asks; /* asks: INTRQ */
	u8 multiple[2];
	u16 identify[ID_WORDS];
} drive;

static struct {
	u8 command, status;
	u32 table;
} master;

static bool told; /* the interrupt controller has seen an edge */

/* --- drives ------------------------------------------------------------------------------------
 */

static void ask(void)
{
	drive.asks = true;
	master.status |= 4;
	if (!(drive.control & CTL_NIEN) && drive.fault != ATA_NO_INTERRUPT)
		told = true;
}

bool ata_asks(void)
{
	return drive.asks;
}

static unsigned int unit(void)
{
	return drive.device >> 4 & 1;
}

static u8 *sector_at(u32 sector)
{
	static u8 nowhere[8 * ATA_SECTOR];

	return sector < ATA_SECTORS ? ata.disk[unit()][sector] : nowhere;
}

/* The status that a command ends with. */
static void end_command(u8 status)
{
	if (drive.fault == ATA_ERROR)
		status |= ST_ERR;
	if (drive.fault == ATA_DEVICE_FAULT)
		status |= ST_DF;
	if (drive.fault == ATA_DRQ_STAYS)
		status |= ST_DRQ;
	drive.status = DRDY | status;
	drive.error = status & ST_ERR ? ABRT : 0;
	drive.command = 0;
	ask();
}

/* Is what the command should move lost? */
static bool spoilt(void)
{
	bool dma = drive.command == CMD_READ_DMA || drive.command == CMD_WRITE_DMA;

	switch (drive.fault) {
	case ATA_FINE:
	case ATA_NO_INTERRUPT:
		return false;
	case ATA_DRQ_STAYS:
	case ATA_MASTER_ERROR:
	case ATA_MASTER_ACTIVE:
		return dma;
	case ATA_NO_DRQ:
		return !dma;
	default:
		return true;
	}
}

static bool is_bad(void)
{
	return ata.bad_sector >= drive.sector && ata.bad_sector - drive.sector < drive.left;
}

static void set_block(void)
{
	bool multiple = drive.command == CMD_READ_MULTIPLE || drive.command == CMD_WRITE_MULTIPLE;

	drive.block = multiple ? min(drive.left, (unsigned int)drive.multiple[unit()]) : 1;
	drive.at = 0;
}

static void later(void)
{
	drive.status = ST_BSY;
	drive.pending = true;
	drive.ready = drive.fault == ATA_HANGS ? READY_LONG : jiffies + ata.ticks;
}

/* A block is there / can be taken. */
static void offer_block(void)
{
	set_block();
	if (spoilt() || is_bad()) {
		u8 status = is_bad() ? ST_ERR : 0;

		if (drive.fault == ATA_ERROR || drive.fault == ATA_DEVICE_FAULT)
			status |= ST_DRQ;
		end_command(status);
		return;
	}
	drive.status = DRDY | ST_DRQ;
}

static void abort_command(void)
{
	drive.fault = ATA_FINE;
	end_command(ST_ERR);
}

static void make_identify(void)
{
	u16 *id = drive.identify;

	memset(id, 0, sizeof(drive.identify));
	id[27] = 'T' << 8 | 'e';
	id[47] = 0x8010;
	id[49] = 0x300;
	id[53] = 4;
	id[60] = ATA_SECTORS;
	id[88] = 0x0407;
}

/* The command goes on where it was, when its time has come. */
static void go_on(void)
{
	drive.pending = false;
	switch (drive.command) {
	case CMD_IDENTIFY:
		make_identify();
		drive.block = 1;
		drive.at = 0;
		drive.status = DRDY | ST_DRQ;
		ask();
		break;
	case CMD_READ:
	case CMD_READ_MULTIPLE:
		offer_block();
		if (drive.command)
			ask();
		break;
	case CMD_WRITE:
	case CMD_WRITE_MULTIPLE:
		if (drive.at) { /* a block was taken */
			drive.sector += drive.block;
			drive.left -= drive.block;
			if (!drive.left) {
				end_command(0);
				break;
			}
			offer_block();
			if (drive.command)
				ask();
		} else {
			offer_block();
		}
		break;
	default:
		end_command(0);
	}
}

static bool moves_data(u8 command)
{
	return command == CMD_READ || command == CMD_WRITE || command == CMD_READ_MULTIPLE ||
	       command == CMD_WRITE_MULTIPLE || command == CMD_READ_DMA || command == CMD_WRITE_DMA;
}

static void note_command(u8 command)
{
	ata.log[ata.commands++ % ATA_LOG] =
		(struct ata_command){command, (u8)unit(), drive.sector, drive.left};
	if (ata.times) {
		drive.fault = ata.fault;
		ata.times--;
	}
}

static void set_multiple(void)
{
	if (drive.count > 16 || !drive.count || (drive.count & (drive.count - 1))) {
		abort_command();
		return;
	}
	drive.multiple[unit()] = drive.count;
	end_command(0);
}

static void begin_command(u8 command)
{
	if (drive.status & ST_BSY)
		test_fail(__FILE__, __LINE__, "command %02x to a busy drive", command);
	drive.command = command;
	drive.fault = ATA_FINE;
	drive.asks = drive.pending = false;
	drive.left = drive.count ? drive.count : 256;
	drive.sector = drive.lba[0] | (u32)drive.lba[1] << 8 | (u32)drive.lba[2] << 16 |
		       (u32)(drive.device & 0xf) << 24;
	drive.at = 0;
	if (moves_data(command) || command == CMD_FLUSH_CACHE)
		note_command(command);
	if (drive.fault == ATA_ABORTED ||
	    ((command == CMD_READ_MULTIPLE || command == CMD_WRITE_MULTIPLE) &&
	     !drive.multiple[unit()])) {
		abort_command();
	} else if (command == CMD_SET_MULTIPLE) {
		set_multiple();
	} else if (command == CMD_SET_FEATURES) {
		end_command(0);
	} else if (command == CMD_READ_DMA || command == CMD_WRITE_DMA) {
		drive.status = ST_BSY; /* until the bus master begins */
	} else {
		later();
		if (drive.command != CMD_FLUSH_CACHE && drive.fault != ATA_HANGS &&
		    (drive.command == CMD_WRITE || drive.command == CMD_WRITE_MULTIPLE))
			drive.ready = jiffies; /* the first block is polled for */
	}
}

/* A reset begins / is over: what was set is forgotten. */
static void control(u8 value)
{
	if (value & CTL_SRST & ~drive.control) {
		if (master.command & 1)
			test_fail(__FILE__, __LINE__, "the bus master runs across a reset");
		drive.command = 0;
		drive.pending = drive.asks = told = false;
		drive.multiple[0] = drive.multiple[1] = 0;
		drive.status = ST_BSY;
		drive.fault = ATA_FINE;
		ata.resets++;
	}
	if (drive.control & ~value & CTL_SRST)
		drive.resetting = ata.reset_polls + 1;
	drive.control = value;
	if (drive.asks && !(value & CTL_NIEN))
		told = true;
}

static void time_passes(void)
{
	if (drive.resetting && --drive.resetting == 0) {
		drive.status = DRDY;
		drive.device = 0;
	}
	if (drive.pending && drive.ready != READY_LONG && !time_after(drive.ready, jiffies))
		go_on();
}

/* --- the data port -----------------------------------------------------------------------------
 */

static void block_moved(void)
{
	if (drive.command == CMD_IDENTIFY) {
		drive.command = 0;
		drive.status = DRDY;
	} else if (drive.writes) {
		later();
	} else {
		drive.sector += drive.block;
		drive.left -= drive.block;
		drive.status = DRDY;
		if (drive.left)
			later();
		else
			drive.command = 0;
	}
}

static void move_sector(u8 *data, bool write)
{
	u8 *there = drive.command == CMD_IDENTIFY ? (u8 *)drive.identify
						  : sector_at(drive.sector + drive.at / ATA_SECTOR);

	if (!drive.command || !(drive.status & ST_DRQ)) {
		if (!write)
			memset(data, 0xee, ATA_SECTOR);
		return;
	}
	drive.writes = write;
	memcpy(write ? there : data, write ? data : there, ATA_SECTOR);
	drive.at += ATA_SECTOR;
	if (drive.at == drive.block * ATA_SECTOR)
		block_moved();
}

static void move_words(u16 port, u8 *data, unsigned long words, bool write)
{
	CHECK(port == IDE_DATA && words % WORDS_PER_SECTOR == 0);
	for (; words; words -= WORDS_PER_SECTOR, data += ATA_SECTOR)
		move_sector(data, write);
}

void host_insw(u16 port, void *buf, unsigned long count)
{
	move_words(port, buf, count, false);
}

void host_outsw(u16 port, const void *buf, unsigned long count)
{
	u8 data[8 * ATA_SECTOR];

	CHECK(count * 2 <= sizeof(data));
	memcpy(data, buf, count * 2);
	move_words(port, data, count, true);
}

/* --- the bus master ----------------------------------------------------------------------------
 */

/* One entry of the table; false: it was the last. `*room`: bytes that the drive still moves. */
static bool move_entry(u32 at, bool write, size_t *room, u8 **there)
{
	u32 entry[2];
	size_t bytes, n;

	memcpy(entry, host_frame(at >> 12) + at % PAGE_SIZE, sizeof(entry));
	bytes = entry[1] & 0xffff ? entry[1] & 0xffff : 0x10000;
	CHECK((entry[0] & 1) == 0 && (entry[0] & 0xffff) + bytes <= 0x10000);
	for (; bytes && *room; bytes -= n, *room -= n, entry[0] += n, *there += n) {
		u8 *here = host_frame(entry[0] >> 12) + entry[0] % PAGE_SIZE;

		n = min(min(bytes, *room), (size_t)(PAGE_SIZE - entry[0] % PAGE_SIZE));
		memcpy(write ? *there : here, write ? here : *there, n);
	}
	if (!bytes && entry[1] >> 31)
		master.status &= (u8)~1u;
	return !(entry[1] >> 31) && *room;
}

/* The transfer that the drive waits for. */
static void transfer(void)
{
	bool write = drive.command == CMD_WRITE_DMA;
	size_t room = drive.left * ATA_SECTOR;
	u8 *there = sector_at(drive.sector);
	u32 at = master.table;

	if ((drive.command != CMD_READ_DMA && !write) || drive.fault == ATA_HANGS ||
	    write == !!(master.command & 8))
		return;
	if (is_bad()) {
		drive.fault = ATA_ERROR;
		room = 0;
	}
	if (spoilt())
		room = drive.fault == ATA_MASTER_ACTIVE || drive.fault == ATA_MASTER_ERROR
			       ? room / 2
			       : 0;
	while (room && move_entry(at, write, &room, &there))
		at += 8;
	if (drive.fault != ATA_MASTER_ACTIVE && spoilt())
		master.status &= (u8)~1u;
	if (drive.fault == ATA_MASTER_ERROR)
		master.status |= 2;
	if (room)
		return; /* the table was too short: the drive waits for ever */
	drive.pending = true;
	drive.ready = jiffies + ata.ticks;
}

static void master_write(unsigned int reg, u8 value)
{
	if (reg == 0) {
		bool begins = value & ~master.command & 1;

		master.command = value;
		if (begins) {
			master.status |= 1;
			transfer();
		} else if (!(value & 1)) {
			master.status &= (u8)~1u;
		}
	} else if (reg == 2) {
		master.status &= (u8) ~(value & 6);
	}
}

/* --- ports -------------------------------------------------------------------------------------
 */

u8 host_inb(u16 port)
{
	time_passes();
	switch (port) {
	case IDE_STATUS:
		drive.asks = told = false;
		return drive.status;
	case IDE_CONTROL:
		return drive.status;
	case IDE_ERROR:
		return drive.error;
	case IDE_COUNT:
		return drive.count;
	case IDE_LBA_LOW:
		return drive.lba[0];
	case ATA_MASTER + 2:
		return master.status;
	default:
		return port >= ATA_MASTER ? master.command : 0xff;
	}
}

void host_outb(u8 value, u16 port)
{
	switch (port) {
	case IDE_FEATURES:
		drive.features = value;
		break;
	case IDE_COUNT:
		drive.count = value;
		break;
	case IDE_LBA_LOW:
	case IDE_LBA_MID:
	case IDE_LBA_HIGH:
		drive.lba[port - IDE_LBA_LOW] = value;
		break;
	case IDE_DEVICE:
		drive.device = value;
		break;
	case IDE_COMMAND:
		begin_command(value);
		break;
	case IDE_CONTROL:
		control(value);
		break;
	default:
		CHECK(port >= ATA_MASTER && port < ATA_MASTER + 8);
		master_write(port - ATA_MASTER, value);
	}
}

void host_outl(u32 value, u16 port)
{
	CHECK_EQ(port, ATA_MASTER + 4);
	CHECK(value % 4 == 0);
	master.table = value;
}

/* --- power -------------------------------------------------------------------------------------
 */

bool ata_take_interrupt(void)
{
	bool was = told;

	told = false;
	return was;
}

void ata_ask(void)
{
	drive.asks = true;
}

void ata_power_on(void)
{
	memset(&drive, 0, sizeof(drive));
	memset(&master, 0, sizeof(master));
	drive.status = DRDY;
	master.status = 6; /* as the firmware left it */
	told = false;
	ata.fault = ATA_FINE;
	ata.times = ata.ticks = ata.reset_polls = 0;
	ata.bad_sector = ~0u;
}
