/* sysfs.h - files of /sys/devices/system/memory (sysfs_memory.c), for the table in sysfs.c. */
#ifndef FS_SYSFS_H
#define FS_SYSFS_H

#include "fs/pseudo/tree.h"

/* tree_entry.next: of the directory of all sections, and of a section's. */
int sysfs_has_sections(int from);
int sysfs_next_section(int from);

/* tree_entry.show and .store */
int sysfs_show_block_size(struct text *text, int number);
int sysfs_show_section_index(struct text *text, int nr);
int sysfs_show_section_device(struct text *text, int nr);
int sysfs_show_section_removable(struct text *text, int nr);
int sysfs_show_section_zones(struct text *text, int nr);
int sysfs_show_section_state(struct text *text, int nr);
int sysfs_store_section_state(char *words, int nr);

#endif
