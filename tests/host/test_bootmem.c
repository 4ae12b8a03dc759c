/*
 * test_bootmem.c - the boot allocator against one byte a kilobyte of memory,
 * with random firmware maps: overlapping, unsorted, unaligned. The source is
 * included, so that each input can start from an empty map.
 */
#include "../../mm/boot/bootmem.c"
#include "kernel/cmdline.h"
#include "machine.h"
#include "test.h"

#define UNIT	 1024ul
#define UNITS	 (HOST_RAM_BYTES / UNIT)
#define PER_PAGE (PAGE_SIZE / UNIT)
#define PAGES	 (UNITS / PER_PAGE)

enum {
	NOTHING,
	RAM,
	OTHER
};
static u8 map[UNITS];
static bool model_taken[UNITS];

static void forget_all(void)
{
	nr_firmware = 0;
	ram.n = 0;
	taken.n = 0;
	bootmem_limit = (phys_addr_t)LOWMEM_MAX;
	memset(map, NOTHING, sizeof(map));
	memset(model_taken, 0, sizeof(model_taken));
}

static bool model_is_ram(pfn_t pfn)
{
	for (pfn_t i = 0; i < PER_PAGE; i++)
		if (map[pfn * PER_PAGE + i] != RAM)
			return false;
	return true;
}

static bool model_is_free(pfn_t pfn)
{
	for (pfn_t i = 0; i < PER_PAGE; i++)
		if (model_taken[pfn * PER_PAGE + i])
			return false;
	return model_is_ram(pfn);
}

static void add_region(unsigned long start, unsigned long n, u32 type)
{
	if (start + n > UNITS)
		n = UNITS - start;
	bootmem_add((u64)start * UNIT, (u64)n * UNIT, type);
	for (unsigned long i = start; i < start + n; i++)
		if (type != E820_RAM || map[i] == NOTHING)
			map[i] = type == E820_RAM ? RAM : OTHER;
}

static void take(unsigned long start, unsigned long end)
{
	for (unsigned long i = start / UNIT; i < DIV_ROUND_UP(end, UNIT); i++)
		model_taken[i] = true;
}

static void check_runs(void)
{
	pfn_t pfn = 0, end, seen = 0;

	while (bootmem_next_free(&pfn, &end)) {
		CHECK(pfn < end && end <= PAGES);
		for (; seen < pfn; seen++)
			CHECK(!model_is_free(seen));
		for (; seen < end; seen++)
			CHECK(model_is_free(seen));
		pfn = end;
	}
	for (; seen < PAGES; seen++)
		CHECK(!model_is_free(seen));
	for (pfn = 0; pfn < PAGES && !test_failures(); pfn++) {
		CHECK_EQ(bootmem_is_ram(pfn), model_is_ram(pfn));
		CHECK_EQ(bootmem_is_free(pfn), model_is_free(pfn));
	}
}

static void allocate(struct input *in)
{
	size_t size = 1 + (input_u32(in) & 0x7fff), align = 1ul << input_below(in, 14);
	u8 *block = bootmem_alloc(size, align);
	unsigned long pa = __pa(block);

	CHECK_EQ(pa & (align - 1), 0);
	CHECK(pa + size <= LOWMEM_MAX);
	for (size_t i = 0; i < size; i++)
		if (!CHECK_EQ(block[i], 0))
			break;
	memset(block, 0xff, size);
	for (unsigned long i = pa / UNIT; i < DIV_ROUND_UP(pa + size, UNIT); i++)
		CHECK(map[i] == RAM);
	/* Neighbours may share a kilobyte, but whole ones inside must have been free. */
	for (unsigned long i = DIV_ROUND_UP(pa, UNIT); i < (pa + size) / UNIT; i++)
		CHECK(!model_taken[i]);
	take(pa, pa + size);
}

static int one_input(const u8 *data, size_t n)
{
	struct input in = {data, n};
	u64 limit;

	host_memory_init(HOST_RAM_BYTES);
	forget_all();
	/* Enough to boot, whatever else comes. */
	add_region(30 * 1024, 12 * 1024, E820_RAM);
	for (u32 regions = input_below(&in, 40); regions--;) {
		unsigned long start = input_u32(&in) % UNITS;
		u32 type = 1 + input_below(&in, 3);

		/* Other kinds stay out of the minimum. */
		if (type != E820_RAM && start < 42 * 1024)
			start = start % (29 * 1024);
		add_region(start, type == E820_RAM ? input_u32(&in) % 8192 : input_below(&in, 200),
			   type);
	}
	for (u32 reserves = input_below(&in, 10); reserves--;) {
		unsigned long start = input_u32(&in) % (29ul << 20), size = input_u32(&in) % 100000;

		bootmem_reserve((phys_addr_t)start, (phys_addr_t)(start + size));
		if (size)
			take(start, start + size);
	}
	limit = input_u8(&in) & 1 ? (45ul << 20) + input_u32(&in) % (8ul << 20) : 0;
	bootmem_finish(limit);
	for (unsigned long i = limit ? limit / UNIT : UNITS; i < UNITS; i++)
		map[i] = NOTHING;
	take(0, PAGE_SIZE);
	check_runs();
	for (u32 blocks = input_below(&in, 30); blocks-- && !test_failures();)
		allocate(&in);
	check_runs();
	return 0;
}

static void test_model(void)
{
	check_property(one_input, 400);
}

static void test_order_of_use(void)
{
	void *first;

	host_memory_init(HOST_RAM_BYTES);
	forget_all();
	add_region(0, 640, E820_RAM);
	add_region(1024, 63 * 1024, E820_RAM);
	bootmem_finish(0);
	CHECK_EQ(max_pfn, PAGES);
	CHECK_EQ(max_low_pfn, LOWMEM_MAX >> PAGE_SHIFT);
	/* ISA DMA's memory is spared while there is other. */
	CHECK_EQ(__pa(bootmem_alloc(1, 1)), 0x1000000);
	CHECK_EQ(__pa(bootmem_alloc(4, 4)), 0x1000004);
	bootmem_limit = 0x400000;
	first = bootmem_alloc(PAGE_SIZE, PAGE_SIZE);
	CHECK_EQ(__pa(first), 0x100000);
	bootmem_limit = 0x80000;
	CHECK_EQ(__pa(bootmem_alloc(PAGE_SIZE, PAGE_SIZE)), 0x1000);
	CHECK_PANICS("no 1048576 bytes below 0x00080000", bootmem_alloc(1 << 20, 1));
}

static void test_bad_maps(void)
{
	forget_all();
	CHECK_PANICS("too little memory: 0 KiB usable, 8192 KiB needed", bootmem_finish(0));
	add_region(0, 4096, E820_RAM);
	CHECK_PANICS("too little memory: 4096 KiB usable", bootmem_finish(0));
	add_region(0, 64 * 1024, E820_RAM);
	CHECK_PANICS("too little memory: 1024 KiB usable", bootmem_finish(1 << 20));
	host_log_clear();
	bootmem_add(0x100000000ull, 0x40000000, E820_RAM);
	CHECK(strstr(host_log(), "above 4 GiB is left out"));
	bootmem_add(0xfffffffffffff000ull, 0x10000, E820_RAM);
	bootmem_add(0x2000, 0, E820_RAM);
	CHECK_EQ(nr_firmware, 2);
	for (int i = 0; i < 100; i++)
		bootmem_add((u64)i << 20, 1, 2);
	CHECK_EQ(nr_firmware, BOOTMEM_MAX_REGIONS);
	CHECK(strstr(host_log(), "more than 64 regions"));
}

/* A machine of `mib` with highmem=`option`: frames of low memory and of all. */
static void highmem_machine(const char *option, unsigned long mib)
{
	forget_all();
	host_log_clear();
	strlcpy(boot_command_line, option, CMDLINE_MAX);
	bootmem_add(0, (u64)mib << 20, E820_RAM);
	bootmem_finish(0);
	boot_command_line[0] = '\0';
}

#define MIB_PAGES (1ul << (20 - PAGE_SHIFT))

static void test_highmem(void)
{
	const unsigned long lowmem = LOWMEM_MAX >> 20;

	highmem_machine("highmem=4M", lowmem);
	CHECK_EQ(max_low_pfn, (lowmem - 4) * MIB_PAGES);
	CHECK_EQ(max_pfn, lowmem * MIB_PAGES);
	CHECK_STR(host_log(), "");
	/* Where a pageblock begins, and not more than was asked for. */
	highmem_machine("highmem=6M", lowmem);
	CHECK_EQ(max_low_pfn, (lowmem - 4) * MIB_PAGES);
	highmem_machine("highmem=100K", lowmem - 1);
	CHECK_EQ(max_low_pfn, (lowmem - 1) * MIB_PAGES);
	/* There is some anyway: more of it, as much, less. */
	highmem_machine("highmem=64M", lowmem + 60);
	CHECK_EQ(max_low_pfn, (lowmem - 4) * MIB_PAGES);
	CHECK_EQ(max_pfn, (lowmem + 60) * MIB_PAGES);
	highmem_machine("highmem=64M", lowmem + 64);
	CHECK_EQ(max_low_pfn, lowmem * MIB_PAGES);
	highmem_machine("highmem=64M", 2048);
	CHECK_EQ(max_low_pfn, lowmem * MIB_PAGES);
	CHECK_EQ(max_pfn, (lowmem + 64) * MIB_PAGES);
	highmem_machine("highmem=0", 2048);
	CHECK_EQ(max_pfn, lowmem * MIB_PAGES);
	CHECK(strstr(host_log(), "highmem=0K: memory ends at frame"));
	/* The kernel needs low memory itself. */
	highmem_machine("highmem=1000M", lowmem);
	CHECK(max_low_pfn >= 24 * MIB_PAGES && max_low_pfn <= 28 * MIB_PAGES);
	CHECK(strstr(host_log(), "highmem=1024000K: more than this memory has to spare"));
	highmem_machine("highmem=4G", lowmem);
	CHECK(max_low_pfn >= 24 * MIB_PAGES && max_low_pfn <= 28 * MIB_PAGES);
	CHECK(strstr(host_log(), "more than this memory has to spare"));
	highmem_machine("highmem=4G", 2048);
	CHECK_EQ(max_pfn, 2048 * MIB_PAGES);
	highmem_machine("highmem=16M", 24);
	CHECK_EQ(max_low_pfn, 24 * MIB_PAGES);
	CHECK(strstr(host_log(), "which is 0K"));
}

/* RAM up to the very end of the 32-bit space. */
static void test_four_gigabytes(void)
{
	pfn_t pfn = 0xffff0, end;

	forget_all();
	bootmem_add(0, 0x200000000ull, E820_RAM);
	bootmem_finish(0);
	CHECK_EQ(max_pfn, 0x100000);
	CHECK(bootmem_is_free(0xfffff) && !bootmem_is_free(0x100000));
	CHECK(bootmem_next_free(&pfn, &end));
	CHECK_EQ(end, 0x100000);
}

static const struct test tests[] = {
	{"random maps agree with an array", test_model},
	{"where allocations come from", test_order_of_use},
	{"bad maps", test_bad_maps},
	{"highmem=", test_highmem},
	{"memory up to 4 GiB", test_four_gigabytes},
};
TEST_MAIN(tests)
