/*
 * ide_kernel.c - what the IDE driver asks of the kernel, in host tests: an interrupt line, a timer,
 * a thread, a PCI device, and time, in which the models of ide_machine.c go on.
 */
#include "drivers/ide_channel.h"
#include "drivers/partition.h"
#include "drivers/pci.h"
#include "i386/trap.h"
#include "ide_machine.h"
#include "kernel/errno.h"
#include "kernel/resource.h"
#include "machine.h"
#include "mm/slab.h"
#include "proc/task.h"
#include "sched/sched.h"
#include "test.h"
#include <setjmp.h>
#include <string.h>

#define STEPS_MAX 100000u /* in which something must end */

struct resource ioport_resource;
DEFINE_PER_CPU(struct task_struct *, current_task);

static irq_handler_t handler;
static struct ktimer *timer;
static int (*thread)(void *arg);
static void *thread_arg;
/* Where the thread sleeps when it has nothing to do. */
static wait_queue_entry_t thread_waits;
static jmp_buf thread_sleeps;

int request_irq(unsigned int irq, irq_handler_t fn, const char *name)
{
	(void)name;
	CHECK_EQ(irq, 14);
	handler = fn;
	return ata.no_irq_line ? -EBUSY : 0;
}

void timer_setup(struct ktimer *t, void (*fn)(struct ktimer *timer))
{
	INIT_LIST_HEAD(&t->node);
	t->fn = fn;
	timer = t;
}

static LIST_HEAD(armed);

void timer_arm(struct ktimer *t, unsigned long expires)
{
	if (!timer_armed(t))
		list_add(&t->node, &armed);
	t->expires = expires;
}

static void sleep_of_thread(void)
{
	longjmp(thread_sleeps, 1);
}

/* The thread goes on until it has nothing to do, and its wait begins anew. */
static void run_thread(void)
{
	void (*hook)(void) = host_sleep_hook;
	wait_queue_head_t *queue = &ide_channel.failed;

	INIT_LIST_HEAD(&queue->entries);
	host_sleep_hook = sleep_of_thread;
	if (!setjmp(thread_sleeps))
		thread(thread_arg);
	host_sleep_hook = hook;
	INIT_LIST_HEAD(&queue->entries);
	thread_waits.task = NULL;
	list_add(&thread_waits.node, &queue->entries);
}

struct task_struct *kthread_run(int (*fn)(void *), void *arg, const char *name)
{
	static char task;

	(void)name;
	thread = fn;
	thread_arg = arg;
	run_thread();
	return (void *)&task;
}

int request_resource(struct resource *root, struct resource *res)
{
	(void)root;
	(void)res;
	return 0;
}

int request_resources(struct resource *root, struct resource *res, unsigned int n)
{
	(void)root;
	(void)res;
	(void)n;
	return 0;
}

int partition_scan(struct block_device *disk)
{
	(void)disk;
	return 0;
}

const struct pci_dev *pci_find_class(u16 class)
{
	static const struct pci_dev dev = {.class = PCI_CLASS_IDE, .interface = 0x80};

	return ata.no_master || class != PCI_CLASS_IDE ? NULL : &dev;
}

u32 pci_read(const struct pci_dev *dev, unsigned int offset)
{
	(void)dev;
	return offset == PCI_BAR(4) ? ATA_MASTER | PCI_BAR_IO : 0;
}

void pci_write(const struct pci_dev *dev, unsigned int offset, u32 value)
{
	(void)dev;
	CHECK(offset == PCI_COMMAND && value == (PCI_COMMAND_IO | PCI_COMMAND_MASTER));
}

/* --- time --------------------------------------------------------------------------------------
 */

static void tick(void)
{
	jiffies++;
	host_inb(IDE_CONTROL); /* the drive goes on, too */
	if (timer_armed(timer) && !time_after(timer->expires, jiffies)) {
		list_del(&timer->node);
		INIT_LIST_HEAD(&timer->node);
		timer->fn(timer);
	}
}

void ata_sleep(void)
{
	static unsigned long steps, since;

	host_sleeps = 0;
	if (since != ata.commands) {
		since = ata.commands;
		steps = 0;
	}
	if (++steps > STEPS_MAX)
		panic("nothing happens any more");
	host_inb(IDE_CONTROL);
	if (ata_take_interrupt()) {
		handler(14, NULL);
	} else if (host_was_woken(&thread_waits)) {
		run_thread();
	} else {
		tick();
	}
}

void ata_wait(unsigned int ticks)
{
	for (unsigned long end = jiffies + ticks; time_after(end, jiffies);)
		ata_sleep();
}

void ata_noise(bool drive_asks)
{
	if (drive_asks)
		ata_ask();
	handler(14, NULL);
}

void ata_boot(void)
{
	static struct ide_channel pristine;
	static struct task_struct *task;
	static bool booted;

	if (!booted)
		pristine = ide_channel;
	booted = true;
	if (!task)
		task = kzalloc(sizeof(*task), GFP_KERNEL);
	this_cpu(current_task) = task;
	for (unsigned int i = 0; i < IDE_NR_DRIVES; i++)
		blkdev_unregister(&ide_channel.drives[i].bdev);
	ide_channel = pristine;
	INIT_LIST_HEAD(&armed);
	memset(&ide_counts, 0, sizeof(ide_counts));
	ata_power_on();
	ide_init();
	ata.commands = ata.resets = 0;
}
