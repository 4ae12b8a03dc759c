/* sysfs.h - /sys/devices/system/memory (sysfs_memory.c), for the tables in sysfs.c. */
#ifndef FS_SYSFS_H
#define FS_SYSFS_H

#include "fs/pseudo/tree.h"

extern struct tree_entry sysfs_memory_entries[];
/* tree_entry.has: has this memory model sections? */
bool sysfs_has_sections(struct task_struct *task, int number);

#endif
