/*
 * sysfs_memory.c - /sys/devices/system/memory: sections of memory, taken out of use
 * and brought back by what is written to their `state`.
 *
 *   memory5/state   "offline" written: its pages move elsewhere, nobody gets them
 *                   "online" written: they are back
 *
 * A section with number N has the bytes [N, N + 1) * 16 MiB. Memory models without
 * sections have no such directory.
 */
#include "fs/sys/sysfs.h"
#include "kernel/string.h"
#include "mm/memory_hotplug.h"

#define BLOCK_SIZE (1ul << SECTION_SHIFT)

_Static_assert(NR_SECTIONS - 1 <= TREE_MAX_NUMBER, "a section's number is too large for a name");

int sysfs_next_section(int from)
{
	if (!MODEL_HOTPLUG)
		return -1;
	for (; from < NR_SECTIONS; from++)
		if (memory_section_state((unsigned int)from) != MEMORY_ABSENT)
			return from;
	return -1;
}

int sysfs_has_sections(int from)
{
	return MODEL_HOTPLUG ? from : -1;
}

int sysfs_show_block_size(struct text *text, int number)
{
	(void)number;
	text_printf(text, "%lx\n", BLOCK_SIZE);
	return 0;
}

int sysfs_show_section_index(struct text *text, int nr)
{
	text_printf(text, "%08x\n", (unsigned int)nr);
	return 0;
}

int sysfs_show_section_device(struct text *text, int nr)
{
	(void)nr;
	text_printf(text, "0\n");
	return 0;
}

int sysfs_show_section_removable(struct text *text, int nr)
{
	text_printf(text, "%d\n", memory_section_removable((unsigned int)nr));
	return 0;
}

int sysfs_show_section_zones(struct text *text, int nr)
{
	const struct zone *zone = memory_section_zone((unsigned int)nr);

	text_printf(text, "%s\n", zone ? zone->name : "none");
	return 0;
}

int sysfs_show_section_state(struct text *text, int nr)
{
	static const char *const names[] = {
		[MEMORY_ONLINE] = "online",
		[MEMORY_GOING_OFFLINE] = "going-offline",
		[MEMORY_OFFLINE] = "offline",
	};
	enum memory_state state = memory_section_state((unsigned int)nr);

	if (state == MEMORY_ABSENT)
		return -ENODEV;
	text_printf(text, "%s\n", names[state]);
	return 0;
}

int sysfs_store_section_state(char *words, int nr)
{
	if (strcmp(words, "online") == 0)
		return online_pages((unsigned int)nr);
	if (strcmp(words, "offline") == 0)
		return offline_pages((unsigned int)nr);
	return -EINVAL;
}
