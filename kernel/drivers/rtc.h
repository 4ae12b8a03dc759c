/* rtc.h - the battery-backed CMOS clock. */
#ifndef DRIVERS_RTC_H
#define DRIVERS_RTC_H

#include "kernel/types.h"

/* Seconds since 1970, UTC, when rtc_init() ran; 0 when the clock shows no valid time. */
extern u32 rtc_boot_time;

void rtc_init(void);
/* A byte of the clock's battery-backed memory, where the BIOS keeps facts too. Not in interrupts:
 * index and data are two ports. */
u8 cmos_read(u8 reg);
/* The clock's seconds register as it stands, for waits with interrupts off. */
u8 rtc_seconds(void);

#endif
