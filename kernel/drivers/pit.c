/*
 * pit.c - channel 0 of the 8254 as rate generator (Intel 8254 data sheet, mode 2):
 * it counts from RELOAD down to 1, then raises IRQ 0 and starts again.
 */
#include "drivers/pit.h"
#include "i386/cpu.h"
#include "arch/irq.h"
#include "i386/trap.h"
#include "drivers/pic.h"
#include "kernel/bug.h"
#include "kernel/resource.h"
#include "kernel/time.h"
#include "sched/sched.h"

#define PIT_HZ	    1193182u /* 14.31818 MHz / 12 */
#define RELOAD	    ((PIT_HZ + HZ / 2) / HZ)
#define CHANNEL0    0x40
#define CONTROL	    0x43
#define MODE_RATE   0x34 /* channel 0, low byte then high byte, mode 2, binary */
#define LATCH	    0x00 /* of channel 0 */
#define IRQ_TIMER   0
#define NS_PER_1000 838095u /* of 1,000 counts: 1e12 / PIT_HZ */

static struct resource ports = {.name = "timer0", .start = CHANNEL0, .end = CONTROL};

static void pit_interrupt(unsigned int irq, struct pt_regs *regs)
{
	(void)irq;
	timer_tick(regs);
}

void pit_init(void)
{
	BUG_ON(request_resource(&ioport_resource, &ports) != 0);
	outb(MODE_RATE, CONTROL);
	outb(RELOAD & 0xff, CHANNEL0);
	outb(RELOAD >> 8, CHANNEL0);
	BUG_ON(request_irq(IRQ_TIMER, pit_interrupt, "timer") != 0);
}

static u32 read_counter(void)
{
	u32 low;

	outb(LATCH, CONTROL);
	low = inb(CHANNEL0);
	return low | (u32)inb(CHANNEL0) << 8;
}

/*
 * The counter starts again a moment before the tick's interrupt is seen: a line
 * that asks, or a count that fell while `jiffies` stood, tells that it has.
 */
u32 pit_elapsed_ns(void)
{
	static unsigned long last_jiffies;
	static u32 last;
	unsigned long flags = local_irq_save();
	u32 elapsed = RELOAD - min(read_counter(), RELOAD);
	bool pending = pic_pending(IRQ_TIMER);

	if (jiffies != last_jiffies)
		last = 0;
	if (pending) /* the first reading may be from before */
		elapsed = RELOAD - min(read_counter(), RELOAD);
	if (pending || elapsed < last)
		elapsed += RELOAD;
	last = elapsed = max(elapsed, last);
	last_jiffies = jiffies;
	local_irq_restore(flags);
	return elapsed / 1000 * NS_PER_1000 + elapsed % 1000 * NS_PER_1000 / 1000;
}
