/*
 * main.c - start-up, as two tables.
 *
 * boot.S calls kernel_main() on the boot thread with interrupts off. The first
 * table brings up what needs no sleeping: machine, memory, scheduler. Then the
 * first kernel thread, pid 1, runs the second table (disks, file systems, self-
 * test: all may sleep) and goes on to become init (proc/init.c), while the boot
 * thread becomes the idle task.
 */
#include "i386/cpu.h"
#include "i386/fpu.h"
#include "i386/gdt.h"
#include "arch/hint.h"
#include "arch/irq.h"
#include "arch/page.h"
#include "i386/paging.h"
#include "i386/trap.h"
#include "boot/boot.h"
#include "console.h"
#include "crash.h"
#include "drivers/dma8237.h"
#include "drivers/floppy.h"
#include "drivers/ide.h"
#include "drivers/pci.h"
#include "drivers/pic.h"
#include "drivers/pit.h"
#include "drivers/rtc.h"
#include "drivers/serial.h"
#include "drivers/vga.h"
#include "fs/vfs/vfs.h"
#include "kernel/bio.h"
#include "kernel/bug.h"
#include "kernel/cmdline.h"
#include "kernel/errno.h"
#include "kernel/printk.h"
#include "kernel/string.h"
#include "mm/reclaim.h"
#include "mm/fault.h"
#include "mm/fault_inject.h"
#include "mm/filemap.h"
#include "mm/highmem.h"
#include "mm/slab.h"
#include "mm/validate.h"
#include "mm/vmalloc.h"
#include "mm/zone.h"
#include "sched/sched.h"
#include "kernel/bench.h"
#include "kernel/ktap.h"

#define PAGODA_VERSION "0.1"
#define SELFTEST_MAX   128

struct start_step {
	const char *name;
	void (*run)(void);
};

static const char banner[] = "Pagoda " PAGODA_VERSION " (i386)";

static void say_hello(void)
{
	pr_info("%s, memory model %s\n", banner, MEMORY_MODEL);
	trace_hint(TRACE_HELLO, TRACE_VERSION, PAGE_SIZE, (u32)banner, 0);
	tasks_say_where();
	trace_hint(TRACE_MARK, 0, 0, (u32) "boot", 0);
	pr_info("Command line: %s\n", boot_command_line);
}

static void run_selftest(void)
{
	char which[SELFTEST_MAX] = "all";

	cmdline_get("selftest", which, sizeof(which));
	trace_hint(TRACE_MARK, (u32)current->pid, 0, (u32) "selftest", 0);
	selftest_asked = strcmp(which, "none") != 0;
	selftest_totals = ktap_run(which);
}

/* Boot thread, interrupts off, no sleeping. */
static const struct start_step early_steps[] = {
	{"loglevel", loglevel_init},
	{"banner", say_hello},
	{"cpu", cpu_detect},
	{"segments", gdt_init},
	{"exceptions", trap_init},
	{"windows", paging_size_windows},
	{"memory map", memory_map_init},
	{"memory ranges", iomem_init},
	{"direct map", paging_init},
	{"zones", zones_init},
	{"buddy system", mem_init},
	{"page tables", paging_use_page_allocator},
	{"reclaim", reclaim_init},
	{"slab", kmem_cache_init},
	{"kmap", kmap_init},
	{"uses of frames", frames_say_where},
	{"vmalloc", vmalloc_init},
	{"screen", vga_remap},
	{"layout", paging_print_layout},
	{"fpu", fpu_init},
	{"page directories", pgd_cache_init},
	{"address spaces", mm_cache_init},
	{"demand paging", fault_init},
	{"fork", dup_mm_init},
	{"page cache", filemap_init},
	{"fault injection", fault_inject_init},
	{"checks", validate_init},
	{"clock", rtc_init},
	{"scheduler", sched_init},
	{"interrupts", pic_init},
	{"ISA DMA", dma_init},
	{"timer", pit_init},
	{"serial port", serial_irq_init},
};

static void start_kswapd(void)
{
	char name[] = "kswapd0";

	reclaim_policy_start();
	for (int nid = 0; nid < nr_online_nodes; nid++) {
		name[sizeof(name) - 2] = (char)('0' + nid);
		BUG_ON(IS_ERR(kthread_run(kswapd, NODE_DATA(nid), name)));
	}
}

/* Pid 1, may sleep. */
static const struct start_step late_steps[] = {
	{"spare stacks", stack_cache_init},
	{"files", vfs_init},
	{"bios", bio_cache_init},
	{"PCI", pci_init},
	{"disks", ide_init},
	{"floppy", floppy_init},
	{"kswapd", start_kswapd},
	{"self-test", run_selftest},
	{"bench", bench_if_asked},
	{"crash", crash_after_selftest},
};

static void run_steps(const struct start_step *steps, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		pr_debug("start: %s\n", steps[i].name);
		steps[i].run();
	}
}

static int first_thread(void *unused)
{
	run_steps(late_steps, ARRAY_SIZE(late_steps));
	return kernel_init(unused);
}

void kernel_main(u32 magic, u32 info)
{
	struct task_struct *first;

	serial_init();
	vga_init();
	multiboot_save(magic, info);
	run_steps(early_steps, ARRAY_SIZE(early_steps));
	local_irq_enable();
	crash_boot_thread();
	first = kthread_run(first_thread, NULL, "init");
	BUG_ON(IS_ERR(first) || first->pid != 1);
	cpu_idle();
}
