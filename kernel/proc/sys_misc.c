/*
 * sys_misc.c - system calls about the system, and those of a task's own that
 * fit nowhere else.
 */
#include "i386/uaccess.h"
#include "console.h"
#include "fs/vfs/vfs.h"
#include "kernel/errno.h"
#include "kernel/string.h"
#include "kernel/time.h"
#include "mm/swap.h"
#include "mm/zone.h"
#include "sched/sched.h"
#include "proc/syscall.h"
#include "proc/uts.h"

/* The release is what C libraries compare with the least they need. */
const struct utsname system_utsname = {
	.sysname = "Linux",
	.nodename = "pagoda",
	.release = "6.1.0-pagoda",
	.version = "#1 Pagoda",
	.machine = "i686",
	.domainname = "(none)",
};

SYSCALL(uname)
{
	return copy_to_user((void __user *)a, &system_utsname, sizeof(system_utsname)) ? -EFAULT
										       : 0;
}

struct sysinfo { /* Linux i386 */
	s32 uptime;
	u32 loads[3]; /* not kept: 0 */
	u32 totalram, freeram, sharedram, bufferram, totalswap, freeswap;
	u16 procs, pad;
	u32 totalhigh, freehigh, mem_unit;
	u8 reserved[8];
};
_Static_assert(sizeof(struct sysinfo) == 64, "sysinfo layout");

/* sysinfo(info): memory counts in units of mem_unit bytes, so that no size is too large */
SYSCALL(sysinfo)
{
	struct sysinfo info;
	struct zone *zone;

	memset(&info, 0, sizeof(info));
	info.uptime = (s32)(jiffies / HZ);
	info.procs = (u16)min(nr_tasks(), 0xffffu);
	info.mem_unit = PAGE_SIZE;
	info.totalswap = total_swap_pages();
	info.freeswap = nr_swap_pages();
	for_each_zone (zone) {
		info.totalram += zone->managed_pages;
		info.freeram += zone_free_pages(zone);
		if (!zone_is_highmem(zone))
			continue;
		info.totalhigh += zone->managed_pages;
		info.freehigh += zone_free_pages(zone);
	}
	return copy_to_user((void __user *)a, &info, sizeof(info)) ? -EFAULT : 0;
}

/* set_thread_area(desc): a segment for thread-local storage; entry_number -1 asks for a free one */
SYSCALL(set_thread_area)
{
	struct user_desc desc;
	int err;

	if (copy_from_user(&desc, (void __user *)a, sizeof(desc)))
		return -EFAULT;
	err = do_set_thread_area(current, &desc, true);
	return err ? err : put_user_u32(desc.entry_number, (u32 __user *)a);
}

SYSCALL(get_thread_area)
{
	struct user_desc desc;
	int err;

	if (copy_from_user(&desc, (void __user *)a, sizeof(desc)))
		return -EFAULT;
	err = do_get_thread_area(current, &desc);
	if (err)
		return err;
	return copy_to_user((void __user *)a, &desc, sizeof(desc)) ? -EFAULT : 0;
}

/* rseq(): one CPU and no migration; C libraries do without it. Known, so it is not reported. */
SYSCALL(rseq)
{
	return -ENOSYS;
}

#define PR_SET_NAME 15
#define PR_GET_NAME 16

/* prctl(option, name) */
SYSCALL(prctl)
{
	char name[TASK_COMM_LEN] = "";
	long n;

	switch (a) {
	case PR_SET_NAME:
		n = strncpy_from_user(name, (const char __user *)b, sizeof(name) - 1);
		if (n < 0)
			return n;
		memcpy(current->comm, name, sizeof(name));
		return 0;
	case PR_GET_NAME:
		memcpy(name, current->comm, sizeof(name));
		return copy_to_user((void __user *)b, name, sizeof(name)) ? -EFAULT : 0;
	default:
		return -EINVAL;
	}
}

#define PER_LINUX 0u
#define PER_QUERY 0xffffffffu

/* personality(persona): there is one */
SYSCALL(personality)
{
	return a == PER_LINUX || a == PER_QUERY ? (long)PER_LINUX : -EINVAL;
}

#define REBOOT_MAGIC1  0xfee1deadu
#define REBOOT_RESTART 0x01234567u
#define REBOOT_HALT    0xcdef0123u
#define REBOOT_OFF     0x4321fedcu

/* reboot(magic, magic2, command): whichever end is asked for, the machine goes off in order */
SYSCALL(reboot)
{
	int err;

	if (a != REBOOT_MAGIC1)
		return -EINVAL;
	if (c != REBOOT_RESTART && c != REBOOT_HALT && c != REBOOT_OFF)
		return -EINVAL;
	err = vfs_shutdown();
	console_drain();
	machine_power_off(err ? 1 : 0);
}
