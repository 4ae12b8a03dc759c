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

_Static_assert(NR_SECTIONS <= TREE_NUMBERS, "a section's number is too large for a name");

static int next_section(struct task_struct *task, int from)
{
	(void)task;
	if (!MODEL_HOTPLUG)
		return -1;
	for (; from < NR_SECTIONS; from++)
		if (memory_section_state((unsigned int)from) != MEMORY_ABSENT)
			return from;
	return -1;
}

bool sysfs_has_sections(struct task_struct *task, int number)
{
	(void)task;
	(void)number;
	return MODEL_HOTPLUG;
}

static int show_block_size(struct text *text)
{
	text_printf(text, "%lx\n", BLOCK_SIZE);
	return 0;
}

static int show_section_index(struct text *text)
{
	text_printf(text, "%08x\n", (unsigned int)text->number);
	return 0;
}

static int show_section_device(struct text *text)
{
	text_printf(text, "0\n");
	return 0;
}

static int show_section_removable(struct text *text)
{
	text_printf(text, "%d\n", memory_section_removable((unsigned int)text->number));
	return 0;
}

static int show_section_zones(struct text *text)
{
	const struct zone *zone = memory_section_zone((unsigned int)text->number);

	text_printf(text, "%s\n", zone ? zone->name : "none");
	return 0;
}

static int show_section_state(struct text *text)
{
	static const char *const names[] = {
		[MEMORY_ONLINE] = "online",
		[MEMORY_GOING_OFFLINE] = "going-offline",
		[MEMORY_OFFLINE] = "offline",
	};
	enum memory_state state = memory_section_state((unsigned int)text->number);

	if (state == MEMORY_ABSENT)
		return -ENODEV;
	text_printf(text, "%s\n", names[state]);
	return 0;
}

static int store_section_state(struct text *words)
{
	if (strcmp(words->buf, "online") == 0)
		return online_pages((unsigned int)words->number);
	if (strcmp(words->buf, "offline") == 0)
		return offline_pages((unsigned int)words->number);
	return -EINVAL;
}

#define FILE_OF(text, fn) {.name = text, .mode = S_IFREG | 0444, .show = fn}

static struct tree_entry section_entries[] = {
	FILE_OF("phys_device", show_section_device),
	FILE_OF("phys_index", show_section_index),
	FILE_OF("removable", show_section_removable),
	{.name = "state",
	 .mode = S_IFREG | 0644,
	 .show = show_section_state,
	 .store = store_section_state},
	FILE_OF("valid_zones", show_section_zones),
	{0},
};

struct tree_entry sysfs_memory_entries[] = {
	FILE_OF("block_size_bytes", show_block_size),
	{.name = "memory#",
	 .mode = S_IFDIR | 0555,
	 .entries = section_entries,
	 .next = next_section},
	{0},
};
