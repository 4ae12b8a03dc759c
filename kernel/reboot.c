/*
 * reboot.c - the machine's end.
 *
 * Emulators are left by a port of theirs: Bochs by "Shutdown" written to 0x8900,
 * QEMU by isa-debug-exit (its exit status is 2 * value + 1: 33 or 35, as 1 is
 * that of QEMU's own errors). Where nobody listens, the CPU halts for good.
 */
#include "i386/cpu.h"
#include "arch/hint.h"
#include "arch/irq.h"
#include "i386/oops.h"
#include "console.h"
#include "drivers/block_queue.h"
#include "drivers/rtc.h"
#include "drivers/serial.h"
#include "kernel/cmdline.h"
#include "kernel/compiler.h"
#include "kernel/printk.h"
#include "kernel/string.h"
#include "kernel/time.h"
#include "mm/validate.h"
#include "mm/vmstat.h"
#include "sched/sched.h"
#include "kernel/ktap.h"

#define BOCHS_SHUTDOWN_PORT 0x8900
#define QEMU_EXIT_PORT	    0xf4
#define QEMU_ORDERLY	    16
#define QEMU_PANIC	    17
#define STATUS_WARNED	    1
#define SECOND_POLLS	    10000000u /* reads of the clock in a second, at most: 1 us each */

struct ktap_totals selftest_totals;
bool selftest_asked;

static void __noreturn leave(u8 qemu_value)
{
	const char *p;

	local_irq_disable();
	serial_flush();
	for (p = "Shutdown"; *p; p++)
		outb((u8)*p, BOCHS_SHUTDOWN_PORT);
	outb(qemu_value, QEMU_EXIT_PORT);
	for (;;)
		__asm__ volatile("cli\n\thlt");
}

static void send_counter(const char *name, u32 value)
{
	trace_hint(TRACE_COUNTER, value, 0, (u32)name, 0);
}

static void send_counters(void)
{
	unsigned int i;

	for (i = 0; i < NR_VM_EVENTS; i++)
		send_counter(vm_event_names[i], vm_event_sum((enum vm_event)i));
	send_counter("jiffies", jiffies);
	send_counter("ctxt", nr_switches);
	send_counter("io_done", io_bios_done);
	send_counter("io_failed", io_bios_failed);
	send_counter("io_commands", io_commands);
	send_counter("warnings", warn_count);
	send_counter("unknown_options", cmdline_unknown);
	send_counter("bad_options", cmdline_bad_values);
	send_counter("selftest_pass", selftest_totals.passed);
	send_counter("selftest_failures", selftest_totals.failed);
	send_counter("selftest_skip", selftest_totals.skipped);
}

static enum trace_selftest selftest_verdict(void)
{
	if (selftest_totals.failed || warn_count)
		return TRACE_SELFTEST_FAILED;
	return selftest_asked ? TRACE_SELFTEST_OK : TRACE_SELFTEST_NONE;
}

void machine_power_off(int status)
{
	validate_if_asked();
	local_irq_disable();
	send_counters();
	if (warn_count)
		printk(KERN_WARNING "%u kernel warnings: this run is no pass\n", warn_count);
	if (status == 0 && warn_count)
		status = STATUS_WARNED;
	trace_hint(TRACE_FINISH, selftest_verdict(), (u32)status, 0, 0);
	console_fresh_line();
	printk(KERN_EMERG "Pagoda: power off, status %d\n", status);
	leave(QEMU_ORDERLY);
}

/* Waits by the CMOS clock: interrupts may be off and the timer dead. */
static void wait_seconds(unsigned long seconds)
{
	u8 now = rtc_seconds();
	u32 polls;

	for (; seconds > 0; seconds--) {
		for (polls = 0; polls < SECOND_POLLS && rtc_seconds() == now; polls++)
			;
		now = rtc_seconds();
	}
}

/* panic=N: end after N seconds; 0: never; without it: at once (Linux would wait for ever). */
void machine_halt(void)
{
	char value[12];
	unsigned long seconds;

	local_irq_disable();
	serial_flush();
	if (cmdline_get("panic", value, sizeof(value)) && kstrtoul(value, 10, &seconds) == 0) {
		if (seconds == 0) {
			for (;;)
				__asm__ volatile("hlt");
		}
		wait_seconds(seconds);
	}
	leave(QEMU_PANIC);
}
