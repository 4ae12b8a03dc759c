/*
 * iomem.c - claims for what the physical address space is from power-on: memory, what the
 * firmware reserves, the kernel's image, the screen and the BIOS.
 *
 * Memory is shown as bootmem sees it, in whole frames and cut by mem=: the firmware's other
 * ranges win where two overlap, as they do there.
 */
#include "arch/page.h"
#include "i386/sections.h"
#include "boot/boot.h"
#include "kernel/errno.h"
#include "kernel/compiler.h"
#include "kernel/printk.h"
#include "kernel/resource.h"
#include "mm/bootmem.h"

#define VIDEO_RAM_START	 0xa0000u /* PC/AT: 128 KiB for display adapters */
#define VIDEO_RAM_END	 0xbffffu
#define SYSTEM_ROM_START 0xf0000u
#define SYSTEM_ROM_END	 0xfffffu

/* Range types of the firmware's map (ACPI 6.5, section 15). */
#define E820_ACPI 3
#define E820_NVS  4

static struct resource ranges[2 * BOOTMEM_MAX_REGIONS];
static unsigned int nr_ranges;

static struct resource fixed[] = {
	{.name = "Video RAM area", .start = VIDEO_RAM_START, .end = VIDEO_RAM_END},
	{.name = "System ROM", .start = SYSTEM_ROM_START, .end = SYSTEM_ROM_END},
};
static struct resource image[] = {
	{.name = "Kernel code"},
	{.name = "Kernel rodata"},
	{.name = "Kernel data"},
	{.name = "Kernel bss"},
};

/* A claim that is refused was reported: the list lacks a line, and nothing else. */
static void claim(const char *name, phys_addr_t start, phys_addr_t last)
{
	struct resource *res = &ranges[nr_ranges];

	if (nr_ranges == ARRAY_SIZE(ranges))
		return;
	*res = (struct resource){.name = name, .start = start, .end = last, .shared = true};
	if (request_resource(&iomem_resource, res) == 0)
		nr_ranges++;
}

static void claim_memory(void)
{
	pfn_t pfn = 0, end;

	while (bootmem_next_ram(&pfn, &end)) {
		claim("System RAM", PFN_PHYS(pfn), PFN_PHYS(end) - 1);
		pfn = end;
	}
}

static const char *range_name(u32 type)
{
	switch (type) {
	case E820_ACPI:
		return "ACPI Tables";
	case E820_NVS:
		return "ACPI Non-volatile Storage";
	default:
		return "Reserved";
	}
}

static void claim_reserved(void)
{
	const struct memory_range *range;
	unsigned int i;
	u64 last;

	for (i = 0; (range = memory_map_entry(i)); i++) {
		last = range->start + range->size - 1;
		if (range->type != E820_RAM && range->size && range->start <= last &&
		    last <= iomem_resource.end)
			claim(range_name(range->type), (phys_addr_t)range->start,
			      (phys_addr_t)last);
	}
}

static void claim_image(void)
{
	const char *const borders[][2] = {
		{_text, _etext}, {_rodata, _erodata}, {_data, _edata}, {__bss_start, _end}};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(image); i++) {
		image[i].start = __pa(borders[i][0]);
		image[i].end = __pa(borders[i][1]) - 1;
	}
	if (request_resources(&iomem_resource, image, ARRAY_SIZE(image)))
		pr_warn("The kernel does not lie in memory, says the boot loader's map\n");
}

void iomem_init(void)
{
	claim_memory();
	claim_reserved();
	claim_image();
	if (request_resources(&iomem_resource, fixed, ARRAY_SIZE(fixed)))
		pr_warn("The boot loader's map has memory where a PC has screen and BIOS\n");
}
