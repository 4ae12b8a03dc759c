/*
 * proc_system.c - /proc files about the system, in Linux's formats, and the table of
 * all that stands at the top of /proc.
 *
 * What this kernel does not keep (load, I/O wait, swap before there is any) is shown
 * as 0, so that programs that parse Linux's files find every field.
 */
#include "i386/cpu.h"
#include "fs/proc/proc.h"
#include "fs/proc/proc_vmstat.h"
#include "kernel/blkdev.h"
#include "kernel/cmdline.h"
#include "kernel/string.h"
#include "kernel/time.h"
#include "sched/sched.h"
#include "proc/uts.h"

#define USER_HZ 100u /* ticks a second in /proc/stat */

static int show_version(struct text *text)
{
	text_printf(text, "%s version %s (Pagoda) (gcc %s) %s\n", system_utsname.sysname,
		    system_utsname.release, __VERSION__, system_utsname.version);
	return 0;
}

static int show_cmdline(struct text *text)
{
	text_printf(text, "%s\n", boot_command_line);
	return 0;
}

/* CPU ticks in user mode, in the kernel, and idle, since boot. */
struct cpu_ticks {
	unsigned long user, system, idle;
};

static void sum_ticks(struct cpu_ticks *ticks)
{
	struct task_struct *task;
	unsigned long busy;

	*ticks = (struct cpu_ticks){0};
	for_each_task (task) {
		ticks->user += task->utime + task->cutime;
		ticks->system += task->stime + task->cstime;
	}
	busy = ticks->user + ticks->system;
	ticks->idle = jiffies > busy ? jiffies - busy : 0;
}

static int show_uptime(struct text *text)
{
	struct cpu_ticks ticks;

	sum_ticks(&ticks);
	text_printf(text, "%lu.%02lu %lu.%02lu\n", jiffies / HZ, jiffies % HZ * 100 / HZ,
		    ticks.idle / HZ, ticks.idle % HZ * 100 / HZ);
	return 0;
}

static int show_loadavg(struct text *text)
{
	text_printf(text, "0.00 0.00 0.00 %u/%u %d\n", nr_running(), nr_tasks(), current->pid);
	return 0;
}

static int show_stat(struct text *text)
{
	struct cpu_ticks ticks;
	u32 boot_time = now_seconds() - (u32)(jiffies / HZ);
	unsigned int i;

	sum_ticks(&ticks);
	for (i = 0; i < 2; i++)
		text_printf(text, "%s %lu 0 %lu %lu 0 0 0 0 0 0\n", i ? "cpu0" : "cpu ",
			    ticks.user * USER_HZ / HZ, ticks.system * USER_HZ / HZ,
			    ticks.idle * USER_HZ / HZ);
	text_printf(text, "intr 0\nctxt %lu\nbtime %u\nprocesses %u\n", nr_switches, boot_time,
		    nr_tasks());
	text_printf(text, "procs_running %u\nprocs_blocked 0\n", nr_running());
	return 0;
}

static int show_cpuinfo(struct text *text)
{
	static const char names[32][8] = {
		"fpu",	"vme",	 "de",	 "pse",	    "tsc",  "msr", "pae",  "mce",
		"cx8",	"apic",	 "",	 "sep",	    "mtrr", "pge", "mca",  "cmov",
		"pat",	"pse36", "pn",	 "clflush", "",	    "dts", "acpi", "mmx",
		"fxsr", "sse",	 "sse2", "ss",	    "ht",   "tm",  "ia64", "pbe",
	};
	unsigned int bit;

	text_printf(text, "processor\t: 0\nvendor_id\t: %s\ncpu family\t: %u\nmodel\t\t: %u\n",
		    boot_cpu.vendor, boot_cpu.family, boot_cpu.model_nr);
	text_printf(text, "model name\t: %s\nstepping\t: %u\n", boot_cpu.model, boot_cpu.stepping);
	text_printf(text, "fpu\t\t: %s\ncpuid level\t: %u\nwp\t\t: yes\nflags\t\t:",
		    cpu_has(X86_FEATURE_FPU) ? "yes" : "no", boot_cpu.has_cpuid ? 1u : 0u);
	for (bit = 0; bit < 32; bit++) {
		if (boot_cpu.features >> bit & 1 && names[bit][0])
			text_printf(text, " %.8s", names[bit]);
	}
	text_printf(text, "\n\n");
	return 0;
}

static int show_filesystems(struct text *text)
{
	text_printf(text, "nodev\tsysfs\nnodev\tproc\nnodev\tdevfs\nnodev\tpipefs\n\text2\n");
	return 0;
}

static void show_mount(void *arg, const struct fs_super *sb, const char *point)
{
	bool disk = strcmp(sb->type, sb->source) != 0;

	text_printf(arg, "%s%s /%s %s %s,noatime 0 0\n", disk ? "/dev/" : "", sb->source, point,
		    sb->type, sb->read_only ? "ro" : "rw");
}

static int show_mounts(struct text *text)
{
	vfs_for_each_mount(show_mount, text);
	return 0;
}

static int show_partitions(struct text *text)
{
	const struct block_device *bdev;

	text_printf(text, "major minor  #blocks  name\n\n");
	for (bdev = blkdev_first(); bdev; bdev = bdev->next)
		text_printf(text, "%4u  %7u %10u %s\n", bdev->dev >> 8, bdev->dev & 0xff,
			    bdev->sectors / 2, bdev->name);
	return 0;
}

static int link_self(struct text *text)
{
	text_printf(text, "%d", current->tgid);
	return 0;
}

#define FILE_ENTRY(text, function) {.name = text, .mode = S_IFREG | 0444, .show = function}

struct tree_entry proc_top_entries[] = {
	FILE_ENTRY("buddyinfo", proc_show_buddyinfo),
	FILE_ENTRY("cmdline", show_cmdline),
	FILE_ENTRY("cpuinfo", show_cpuinfo),
	FILE_ENTRY("filesystems", show_filesystems),
	FILE_ENTRY("iomem", proc_show_iomem),
	FILE_ENTRY("ioports", proc_show_ioports),
	FILE_ENTRY("loadavg", show_loadavg),
	FILE_ENTRY("meminfo", proc_show_meminfo),
	FILE_ENTRY("mounts", show_mounts),
	{.name = "pagetypeinfo", .mode = S_IFREG | 0400, .show = proc_show_pagetypeinfo},
	FILE_ENTRY("partitions", show_partitions),
	{.name = "self", .mode = S_IFLNK | 0777, .show = link_self},
	{.name = "slabinfo", .mode = S_IFREG | 0400, .show = proc_show_slabinfo},
	FILE_ENTRY("stat", show_stat),
	FILE_ENTRY("swaps", proc_show_swaps),
	{.name = "sys", .mode = S_IFDIR | 0555, .entries = proc_sysctl_entries},
	{.name = "trace_mark", .mode = S_IFREG | 0222, .write = proc_write_mark},
	FILE_ENTRY("uptime", show_uptime),
	FILE_ENTRY("version", show_version),
	{.name = "vmallocinfo", .mode = S_IFREG | 0400, .show = proc_show_vmallocinfo},
	FILE_ENTRY("vmstat", proc_show_vmstat),
	FILE_ENTRY("zoneinfo", proc_show_zoneinfo),
	{.name = "#",
	 .mode = S_IFDIR | 0555,
	 .task = true,
	 .entries = proc_pid_entries,
	 .next = proc_next_process,
	 .has = proc_has_process},
	{0},
};
