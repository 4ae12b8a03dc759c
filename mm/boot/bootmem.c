/*
 * bootmem.c - memory before there is memory management.
 *
 * The firmware's map is kept as it came. bootmem_finish() turns it into `ram`:
 * the union of all RAM regions, less all others (where they overlap, RAM
 * loses), cut to whole frames. `taken` is what has been set aside or handed
 * out, to the byte. Both are sets of disjoint sorted ranges:
 *
 *      ram:    |=========|       |=======================|
 *      taken:     |==|              |=|   |====|
 *      free:   |==    ===|       |==   ===      =========|
 *
 * What is in `ram` and touches no `taken` range goes to the buddy system when
 * mem_init() asks for it; the rest stays reserved for good.
 */
#include "mm/bootmem.h"
#include "arch/page.h"
#include "kernel/bug.h"
#include "kernel/cmdline.h"
#include "kernel/printk.h"
#include "kernel/string.h"
#include "mm/page.h"
#include "mm/zone.h"

/* Kernel image, page tables, mem_map and enough to run one program. */
#define BOOTMEM_MIN_KB 8192
#define MAX_RANGES     (2 * BOOTMEM_MAX_REGIONS)
#define ADDRESS_END    (1ull << 32)
/* Low memory that early allocations leave alone as long as there is other: ISA DMA, then BIOS. */
#define DMA_END	 (ZONE_DMA_END_PFN << PAGE_SHIFT)
#define BIOS_END 0x100000ul
/* highmem= leaves this much low memory, and 1/LOW_SHARE of all: mem_map is half of that. */
#define LOW_LEAST (ZONE_DMA_END_PFN + (BOOTMEM_MIN_KB << 10 >> PAGE_SHIFT))
#define LOW_SHARE 64
#define NO_SIZE	  (~0ul - 1) /* what does not fit into a word comes as ~0ul */

struct range {
	u64 start, end;
};

struct range_set {
	unsigned int n;
	struct range r[MAX_RANGES];
};

static struct {
	u64 start, end;
	u32 type;
} firmware[BOOTMEM_MAX_REGIONS];
static unsigned int nr_firmware;
static struct range_set ram, taken;

pfn_t max_pfn, max_low_pfn;
phys_addr_t bootmem_limit = (phys_addr_t)LOWMEM_MAX;

/* Takes ranges [from, to) out of the set and puts `count` new ones there. */
static void set_replace(struct range_set *set, unsigned int from, unsigned int to,
			const struct range *new, unsigned int count)
{
	unsigned int n = set->n - (to - from) + count;

	if (n > MAX_RANGES)
		panic("memory map in more than %d pieces", MAX_RANGES);
	memmove(&set->r[from + count], &set->r[to], (set->n - to) * sizeof(set->r[0]));
	for (unsigned int i = 0; i < count; i++)
		set->r[from + i] = new[i];
	set->n = n;
}

/* Adds [start, end), joining what it overlaps or touches. */
static void set_add(struct range_set *set, u64 start, u64 end)
{
	struct range joined = {start, end};
	unsigned int from = 0, to;

	if (start >= end)
		return;
	while (from < set->n && set->r[from].end < start)
		from++;
	for (to = from; to < set->n && set->r[to].start <= end; to++) {
		joined.start = min(joined.start, set->r[to].start);
		joined.end = max(joined.end, set->r[to].end);
	}
	set_replace(set, from, to, &joined, 1);
}

/* Removes [start, end), splitting what sticks out on both sides. */
static void set_remove(struct range_set *set, u64 start, u64 end)
{
	struct range rest[2];
	unsigned int from = 0, to, count = 0;

	if (start >= end)
		return;
	while (from < set->n && set->r[from].end <= start)
		from++;
	for (to = from; to < set->n && set->r[to].start < end; to++)
		;
	if (from == to)
		return;
	if (set->r[from].start < start)
		rest[count++] = (struct range){set->r[from].start, start};
	if (set->r[to - 1].end > end)
		rest[count++] = (struct range){end, set->r[to - 1].end};
	set_replace(set, from, to, rest, count);
}

/* The first range that ends after `addr`, or NULL. */
static const struct range *set_find(const struct range_set *set, u64 addr)
{
	for (unsigned int i = 0; i < set->n; i++)
		if (set->r[i].end > addr)
			return &set->r[i];
	return NULL;
}

void bootmem_add(u64 start, u64 size, u32 type)
{
	u64 end = start + size;

	if (end < start || end > ADDRESS_END) {
		pr_notice("memory above 4 GiB is left out: 0x%llx + 0x%llx\n", start, size);
		end = ADDRESS_END;
	}
	if (start >= end)
		return;
	if (nr_firmware == BOOTMEM_MAX_REGIONS) {
		pr_warn("memory map: more than %d regions, 0x%llx + 0x%llx left out\n",
			BOOTMEM_MAX_REGIONS, start, size);
		return;
	}
	firmware[nr_firmware].start = start;
	firmware[nr_firmware].end = end;
	firmware[nr_firmware].type = type;
	nr_firmware++;
}

void bootmem_reserve(phys_addr_t start, phys_addr_t end)
{
	set_add(&taken, start, end);
}

/* Cuts every range of `ram` to whole frames; those that vanish go. */
static void round_to_frames(void)
{
	struct range_set rounded = {.n = 0};

	for (unsigned int i = 0; i < ram.n; i++) {
		u64 start = (ram.r[i].start + PAGE_SIZE - 1) & ~(u64)(PAGE_SIZE - 1);

		set_add(&rounded, start, ram.r[i].end & ~(u64)(PAGE_SIZE - 1));
	}
	ram = rounded;
}

static unsigned long ram_kb(void)
{
	u64 bytes = 0;

	for (unsigned int i = 0; i < ram.n; i++)
		bytes += ram.r[i].end - ram.r[i].start;
	return (unsigned long)(bytes >> 10);
}

static pfn_t last_frame_end(void)
{
	return (pfn_t)(ram.r[ram.n - 1].end >> PAGE_SHIFT);
}

/* How many of `low` frames may be made HIGHMEM. */
static pfn_t most_highmem(pfn_t low)
{
	pfn_t least = LOW_LEAST + max_pfn / LOW_SHARE;

	return low > least ? low - least : 0;
}

/*
 * highmem=SIZE: so much memory is HIGHMEM, as with Linux's option of that name: low memory ends
 * lower, at the border of a pageblock, or what is too much is left out.
 */
static void apply_highmem(void)
{
	unsigned long size = cmdline_get_size("highmem", NO_SIZE), wanted = size >> PAGE_SHIFT;
	pfn_t above = max_pfn - max_low_pfn, more, low;

	if (size == NO_SIZE)
		return;
	if (wanted < above) {
		set_remove(&ram, PFN_PHYS((u64)max_low_pfn + wanted), ADDRESS_END);
		max_pfn = last_frame_end();
		pr_info("highmem=%luK: memory ends at frame 0x%lx\n", wanted * (PAGE_SIZE / 1024),
			max_pfn);
		return;
	}
	more = wanted - above;
	if (more > most_highmem(max_low_pfn)) {
		more = most_highmem(max_low_pfn);
		pr_warn("highmem=%luK: more than this memory has to spare, which is %luK\n",
			wanted * (PAGE_SIZE / 1024), (above + more) * (PAGE_SIZE / 1024));
	}
	low = max_low_pfn - more + PAGEBLOCK_PAGES - 1;
	max_low_pfn = min(max_low_pfn, low - low % PAGEBLOCK_PAGES);
}

void bootmem_finish(u64 limit)
{
	for (unsigned int i = 0; i < nr_firmware; i++)
		if (firmware[i].type == E820_RAM)
			set_add(&ram, firmware[i].start, firmware[i].end);
	for (unsigned int i = 0; i < nr_firmware; i++)
		if (firmware[i].type != E820_RAM)
			set_remove(&ram, firmware[i].start, firmware[i].end);
	if (limit)
		set_remove(&ram, limit, ADDRESS_END);
	round_to_frames();
	if (ram_kb() < BOOTMEM_MIN_KB)
		panic("too little memory: %lu KiB usable, %d KiB needed", ram_kb(), BOOTMEM_MIN_KB);
	max_pfn = last_frame_end();
	max_low_pfn = min(max_pfn, (pfn_t)(lowmem_limit >> PAGE_SHIFT));
	apply_highmem();
	/* Frame 0: the real-mode vectors; and 0 is "none" to many callers. */
	bootmem_reserve(0, PAGE_SIZE);
}

/* Lowest aligned address in [goal, limit) with `size` bytes of RAM that nobody has taken, or 0. */
static u64 find_room(u64 goal, u64 limit, size_t size, size_t align)
{
	const struct range *r, *t;
	u64 addr = goal;

	while ((r = set_find(&ram, addr)) != NULL) {
		addr = max(addr, r->start);
		addr = (addr + align - 1) & ~(u64)(align - 1);
		if (addr + size > limit)
			return 0;
		if (addr + size > r->end) {
			addr = r->end;
			continue;
		}
		t = set_find(&taken, addr);
		if (!t || t->start >= addr + size)
			return addr;
		addr = t->end;
	}
	return 0;
}

void *bootmem_alloc(size_t size, size_t align)
{
	const u64 goals[] = {DMA_END, BIOS_END, 0};
	u64 limit = min(bootmem_limit, (phys_addr_t)PFN_PHYS(max_low_pfn));
	u64 addr = 0;

	BUG_ON(size == 0 || !is_power_of_2(align));
	for (unsigned int i = 0; i < ARRAY_SIZE(goals) && !addr; i++)
		addr = find_room(goals[i], limit, size, align);
	if (!addr)
		panic("boot allocator: no %lu bytes below 0x%08lx", (unsigned long)size,
		      (unsigned long)limit);
	set_add(&taken, addr, addr + size);
	return memset(__va((phys_addr_t)addr), 0, size);
}

bool bootmem_next_ram(pfn_t *pfn, pfn_t *end)
{
	const struct range *r = set_find(&ram, (u64)*pfn << PAGE_SHIFT);

	if (!r)
		return false;
	*pfn = max(*pfn, (pfn_t)(r->start >> PAGE_SHIFT));
	*end = (pfn_t)(r->end >> PAGE_SHIFT);
	return true;
}

unsigned long bootmem_ram_pages(pfn_t start, pfn_t end)
{
	unsigned long pages = 0;
	pfn_t run_end;

	while (bootmem_next_ram(&start, &run_end) && start < end) {
		pages += min(run_end, end) - start;
		start = run_end;
	}
	return pages;
}

bool bootmem_next_free(pfn_t *pfn, pfn_t *end)
{
	const struct range *t;

	while (bootmem_next_ram(pfn, end)) {
		t = set_find(&taken, (u64)*pfn << PAGE_SHIFT);
		if (!t)
			return true;
		if (t->start >> PAGE_SHIFT > *pfn) {
			*end = min(*end, (pfn_t)(t->start >> PAGE_SHIFT));
			return true;
		}
		*pfn = (pfn_t)((t->end + PAGE_SIZE - 1) >> PAGE_SHIFT);
	}
	return false;
}

bool bootmem_is_ram(pfn_t pfn)
{
	pfn_t run = pfn, end;

	return bootmem_next_ram(&run, &end) && run == pfn;
}

bool bootmem_is_free(pfn_t pfn)
{
	pfn_t run = pfn, end;

	return bootmem_next_free(&run, &end) && run == pfn;
}

static const char *type_name(u32 type)
{
	static const char *const names[] = {
		[1] = "usable", [2] = "reserved", [3] = "ACPI data", [4] = "ACPI NVS", [5] = "bad",
	};

	return type < ARRAY_SIZE(names) && names[type] ? names[type] : "unknown";
}

void bootmem_print(void)
{
	for (unsigned int i = 0; i < nr_firmware; i++)
		pr_info(" e820: [0x%09llx-0x%09llx] %s\n", firmware[i].start, firmware[i].end - 1,
			type_name(firmware[i].type));
	pr_info("RAM: %lu KiB in %u pieces, last frame 0x%lx, low memory ends at frame 0x%lx\n",
		ram_kb(), ram.n, max_pfn - 1, max_low_pfn);
}
