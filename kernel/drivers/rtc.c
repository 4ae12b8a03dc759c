/*
 * rtc.c - the CMOS clock (Motorola MC146818 data sheet), read once at boot.
 *
 * The registers change once a second and must not be read while they do: two
 * equal readings in a row, with no update under way, are taken as good.
 */
#include "drivers/rtc.h"
#include "i386/cpu.h"
#include "kernel/bug.h"
#include "kernel/compiler.h"
#include "kernel/printk.h"
#include "kernel/resource.h"
#include "kernel/string.h"

#define CMOS_INDEX 0x70
#define CMOS_DATA  0x71

#define REG_SECONDS  0x00
#define REG_STATUS_A 0x0a
#define REG_STATUS_B 0x0b
#define REG_CENTURY  0x32 /* not the chip's: where PC BIOSes keep it */
#define A_UPDATING   0x80
#define B_24_HOURS   0x02
#define B_BINARY     0x04
#define HOUR_PM	     0x80
#define TRIES	     100000u /* an update takes 2 ms, a port read about 1 us */

enum {
	SECOND,
	MINUTE,
	HOUR,
	DAY,
	MONTH,
	YEAR,
	CENTURY,
	FIELDS
};
static const u8 field_registers[FIELDS] = {0x00, 0x02, 0x04, 0x07, 0x08, 0x09, REG_CENTURY};

static struct resource ports = {.name = "rtc0", .start = CMOS_INDEX, .end = CMOS_DATA};

u32 rtc_boot_time;

u8 cmos_read(u8 reg)
{
	outb(reg, CMOS_INDEX);
	return inb(CMOS_DATA);
}

u8 rtc_seconds(void)
{
	return cmos_read(REG_SECONDS);
}

static void read_fields(u8 fields[FIELDS])
{
	unsigned int i;

	for (i = 0; i < FIELDS; i++)
		fields[i] = cmos_read(field_registers[i]);
}

static bool read_stable(u8 fields[FIELDS])
{
	u8 again[FIELDS];
	unsigned int tries;

	for (tries = 0; tries < TRIES; tries++) {
		if (cmos_read(REG_STATUS_A) & A_UPDATING)
			continue;
		read_fields(fields);
		read_fields(again);
		if (memcmp(fields, again, FIELDS) == 0)
			return true;
	}
	return false;
}

static u8 from_bcd(u8 value)
{
	return (u8)((value >> 4) * 10 + (value & 15));
}

/* Makes binary, 24-hour values of what the clock's mode gives. */
static void decode(u8 fields[FIELDS], u8 status_b)
{
	bool pm = !(status_b & B_24_HOURS) && (fields[HOUR] & HOUR_PM);
	unsigned int i;

	if (!(status_b & B_24_HOURS))
		fields[HOUR] &= (u8)~HOUR_PM;
	for (i = 0; i < FIELDS && !(status_b & B_BINARY); i++)
		fields[i] = from_bcd(fields[i]);
	if (!(status_b & B_24_HOURS))
		fields[HOUR] = (u8)(fields[HOUR] % 12 + (pm ? 12 : 0));
}

/* Days from 1970-01-01 in the Gregorian calendar; counting years from March puts the leap day last.
 */
static u32 days_since_1970(u32 year, u32 month, u32 day)
{
	u32 y = month > 2 ? year : year - 1;
	u32 m = month > 2 ? month - 3 : month + 9;

	return y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 + day - 1 - 719468;
}

void rtc_init(void)
{
	u8 f[FIELDS];
	u32 year;

	BUG_ON(request_resource(&ioport_resource, &ports) != 0);
	if (!read_stable(f)) {
		pr_warn("rtc: the clock does not stand still; time starts at 1970\n");
		return;
	}
	decode(f, cmos_read(REG_STATUS_B));
	year = f[CENTURY] == 19 || f[CENTURY] == 20 ? f[CENTURY] * 100u + f[YEAR]
						    : (f[YEAR] < 70 ? 2000u : 1900u) + f[YEAR];
	if (year < 1970 || f[MONTH] < 1 || f[MONTH] > 12 || f[DAY] < 1 || f[DAY] > 31 ||
	    f[HOUR] > 23 || f[MINUTE] > 59 || f[SECOND] > 59) {
		pr_warn("rtc: no valid time; it starts at 1970\n");
		return;
	}
	rtc_boot_time = days_since_1970(year, f[MONTH], f[DAY]) * 86400u + f[HOUR] * 3600u +
			f[MINUTE] * 60u + f[SECOND];
	pr_info("rtc: %04u-%02u-%02u %02u:%02u:%02u UTC\n", year, f[MONTH], f[DAY], f[HOUR],
		f[MINUTE], f[SECOND]);
}
