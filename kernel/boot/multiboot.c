/*
 * multiboot.c - the boot loader's information (Multiboot Specification 0.6.96, section 3.3).
 *
 * The loader's structures lie somewhere in low memory that is ours to reuse, so
 * the command line and the memory map are copied at once, each pointer checked
 * against the early mapping. The map goes to bootmem later, when the console
 * can show it; a loader without a map leaves the two sizes that the BIOS gave.
 */
#include "arch/page.h"
#include "i386/sections.h"
#include "i386/thread.h"
#include "boot/boot.h"
#include "kernel/bug.h"
#include "kernel/cmdline.h"
#include "kernel/printk.h"
#include "kernel/string.h"
#include "mm/bootmem.h"

#define MBI_MEMORY  (1u << 0)
#define MBI_CMDLINE (1u << 2)
#define MBI_MMAP    (1u << 6)

struct multiboot_info {
	u32 flags;
	u32 mem_lower, mem_upper; /* KiB below 640 KiB / from 1 MiB up to the first hole */
	u32 boot_device;
	u32 cmdline;
	u32 mods_count, mods_addr;
	u32 syms[4];
	u32 mmap_length, mmap_addr;
};

/* `size` counts the bytes behind itself. */
struct multiboot_mmap {
	u32 size;
	u64 addr, len;
	u32 type;
} __packed;

#define MAX_RANGES 64
#define BDA_EBDA   0x40eul /* BIOS data area: segment of the extended BIOS data area */
#define VIDEO_RAM  0xa0000u
#define BIOS_END   0x100000u

_Static_assert(BOOT_PAGE_OFFSET == PAGE_OFFSET && BOOT_STACK_SIZE == THREAD_SIZE, "boot.S");

static struct memory_range ranges[MAX_RANGES];
static unsigned int nr_ranges;
static bool ranges_cut;

static bool in_early_map(u32 addr, u32 size)
{
	return size <= EARLY_MAP_SIZE && addr <= EARLY_MAP_SIZE - size;
}

static void add_range(u64 start, u64 size, u32 type)
{
	if (nr_ranges == MAX_RANGES) {
		ranges_cut = true;
		return;
	}
	ranges[nr_ranges++] = (struct memory_range){start, size, type};
}

static void save_mmap(u32 addr, u32 length)
{
	u32 end = addr + length;

	if (!in_early_map(addr, length))
		panic("the boot loader's memory map lies at 0x%08x, out of reach", addr);
	while (addr + sizeof(struct multiboot_mmap) <= end) {
		const struct multiboot_mmap *entry = __va(addr);

		add_range(entry->addr, entry->len, entry->type);
		if (entry->size > end - addr)
			break;
		addr += entry->size + sizeof(entry->size);
	}
}

/* GRUB legacy puts the kernel's file name first; QEMU too. It is not an option. */
static void save_cmdline(u32 addr)
{
	const char *line, *space;

	if (!in_early_map(addr, CMDLINE_MAX))
		return;
	line = __va(addr);
	space = strchr(line, ' ');
	strlcpy(boot_command_line, space ? space + 1 : "", CMDLINE_MAX);
}

void multiboot_save(u32 magic, u32 info)
{
	const struct multiboot_info *mbi;

	if (magic != MULTIBOOT_LOADER_MAGIC)
		panic("not started by a Multiboot loader (EAX 0x%08x)", magic);
	if (!in_early_map(info, sizeof(*mbi)))
		panic("the boot loader's information lies at 0x%08x, out of reach", info);
	mbi = __va(info);
	if (mbi->flags & MBI_CMDLINE)
		save_cmdline(mbi->cmdline);
	if (mbi->flags & MBI_MMAP) {
		save_mmap(mbi->mmap_addr, mbi->mmap_length);
	} else if (mbi->flags & MBI_MEMORY) {
		add_range(0, (u64)mbi->mem_lower << 10, E820_RAM);
		add_range(BIOS_END, (u64)mbi->mem_upper << 10, E820_RAM);
	}
	if (nr_ranges == 0)
		panic("the boot loader gave no memory map");
}

static u32 ebda_start(void)
{
	u32 ebda = (u32) * (const u16 *)__va(BDA_EBDA) << 4;

	return ebda < 0x80000 || ebda > VIDEO_RAM ? VIDEO_RAM : ebda;
}

/*
 * The loader ran in low memory. An emulator that translates code (QEMU) remembers it, and checks
 * each write to such a page until the last of that code is overwritten: a kernel stack that came to
 * lie there made everything 20 times as slow.
 */
static void wipe_loader(u32 ebda)
{
	unsigned int i;

	for (i = 0; i < nr_ranges; i++) {
		u64 start = max(ranges[i].start, (u64)PAGE_SIZE);
		u64 end = min(ranges[i].start + ranges[i].size, (u64)ebda);

		if (ranges[i].type == E820_RAM && start < end)
			memset(__va((u32)start), 0, (u32)(end - start));
	}
}

/* Image, interrupt vectors and BIOS data, extended BIOS data up to the end of the BIOS. */
static void reserve_fixed(u32 ebda)
{
	bootmem_reserve(0, PAGE_SIZE);
	bootmem_reserve(ebda & PAGE_MASK, BIOS_END);
	bootmem_reserve(__pa(_text), __pa(_end));
}

const struct memory_range *memory_map_entry(unsigned int i)
{
	return i < nr_ranges ? &ranges[i] : NULL;
}

void memory_map_init(void)
{
	u32 ebda = ebda_start();
	unsigned int i;

	if (ranges_cut)
		pr_warn("The boot loader's memory map has more than %d entries; the rest is "
			"ignored\n",
			MAX_RANGES);
	for (i = 0; i < nr_ranges; i++)
		bootmem_add(ranges[i].start, ranges[i].size, ranges[i].type);
	bootmem_add_holes();
	reserve_fixed(ebda);
	wipe_loader(ebda);
	bootmem_limit = EARLY_MAP_SIZE;
	bootmem_finish(cmdline_get_size("mem", 0));
	bootmem_print();
}
