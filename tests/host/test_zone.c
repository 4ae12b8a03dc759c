/*
 * test_zone.c - nodes, zones and struct pages from firmware maps made to be
 * awkward: up to 60 pieces, with holes inside sections, over several of them and
 * at the borders of nodes. Built for each memory model.
 *
 * Memory is set up once in a run of the kernel, so every input runs in a process
 * of its own. What is RAM, bootmem tells (test_bootmem.c checks that); all that
 * was made of it is compared frame by frame. Then all of it is taken, and given
 * back.
 */
#include "machine.h"
#include "kernel/cmdline.h"
#include "kernel/string.h"
#include "mm/bootmem.h"
#include "mm/slab.h"
#include "mm/zone.h"
#include "test.h"
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

/* 24 sections, of which the direct map holds two. */
#define TOP    (384ul << 20)
#define FRAMES (TOP >> PAGE_SHIFT)
#define INPUTS 60

static bool was_free[FRAMES], was_ram[FRAMES];

/* --- making a machine --- */

static void random_map(struct input *in)
{
	u32 pieces = 1 + input_below(in, 20);

	/* Enough to run on. */
	bootmem_add(0, 0x9fc00, E820_RAM);
	bootmem_add(0x100000, 24ul << 20, E820_RAM);
	while (pieces--) {
		u64 start = (26ull << 20) + input_u32(in) % (TOP - (30ul << 20));
		u64 size = input_u32(in) % (40ul << 20);

		/* Some on borders of sections. */
		if (input_u8(in) & 1)
			start &= ~0xffffffull;
		bootmem_add(start, min(size, TOP - start), E820_RAM);
	}
	for (u32 holes = input_below(in, 20); holes--;) {
		u64 start = (20ull << 20) + input_u32(in) % (TOP - (20ul << 20));

		bootmem_add(start, input_u32(in) % (8ul << 20), 2);
	}
}

static unsigned int random_options(struct input *in)
{
	unsigned int nodes = input_below(in, 10);
	int n = snprintf(boot_command_line, CMDLINE_MAX, "numa=fake=%u", nodes);

	switch (input_below(in, 5)) {
	case 0:
		snprintf(boot_command_line + n, CMDLINE_MAX - (size_t)n, " movablecore=%uM",
			 input_below(in, 500));
		break;
	case 1:
		snprintf(boot_command_line + n, CMDLINE_MAX - (size_t)n, " kernelcore=%u%%",
			 input_below(in, 120));
		break;
	case 2:
		snprintf(boot_command_line + n, CMDLINE_MAX - (size_t)n,
			 " kernelcore=%uK movablecore=%u%%", input_u32(in) % 300000,
			 input_below(in, 120));
		break;
	}
	return nodes;
}

static void note_frames(void)
{
	for (pfn_t pfn = 0; pfn < FRAMES; pfn++) {
		was_ram[pfn] = bootmem_is_ram(pfn);
		was_free[pfn] = bootmem_is_free(pfn);
	}
}

/* --- checking what became of it --- */

static unsigned int ram_sections(void)
{
	unsigned int sections = 0;

	for (pfn_t start = 0; start < FRAMES; start += PAGES_PER_SECTION)
		sections += bootmem_ram_pages(start, start + PAGES_PER_SECTION) != 0;
	return sections;
}

static void check_nodes(unsigned int wanted)
{
	unsigned int possible = min(ram_sections(), (unsigned int)MAX_NUMNODES);
	unsigned int nodes = wanted ? min(wanted, possible) : 1;
	pfn_t end = 0;

	CHECK_EQ(nr_online_nodes, nodes);
	for (int nid = 0; nid < nr_online_nodes; nid++) {
		const pg_data_t *node = NODE_DATA(nid);

		CHECK(node->node_present_pages > 0);
		CHECK(node->node_start_pfn >= end);
		CHECK_EQ(node->node_start_pfn % PAGES_PER_SECTION, 0);
		end = node->node_start_pfn + node->node_spanned_pages;
		CHECK_EQ(bootmem_ram_pages(node->node_start_pfn, end), node->node_present_pages);
	}
	CHECK_EQ(end, max_pfn);
}

static enum zone_type type_of_frame(pfn_t pfn)
{
	if (pfn < ZONE_DMA_END_PFN)
		return ZONE_DMA;
	return pfn < max_low_pfn ? ZONE_NORMAL : ZONE_HIGHMEM;
}

static bool frame_is_right(pfn_t pfn)
{
	const struct page *page;
	const struct zone *zone;

	if (!pfn_valid(pfn))
		return !was_ram[pfn];
	page = pfn_to_page(pfn);
	zone = page_zone(page);
	if (page_to_pfn(page) != pfn || page_section(page) != pfn >> PFN_SECTION_SHIFT)
		return false;
	if (PageReserved(page) != !was_free[pfn] || page_count(page) != !was_free[pfn])
		return false;
	if (!was_ram[pfn])
		return zone != NULL;
	return pfn >= zone->start_pfn && pfn < zone_end_pfn(zone) &&
	       zone->node->node_id == page_to_nid(page) &&
	       (zone_idx(zone) == type_of_frame(pfn) || zone_idx(zone) == ZONE_MOVABLE);
}

static void check_frames(void)
{
	unsigned long present = 0, managed = 0, ram = 0, free = 0;
	struct zone *zone;

	for (pfn_t pfn = 0; pfn < FRAMES; pfn++) {
		ram += was_ram[pfn];
		free += was_free[pfn];
		if (!CHECK(frame_is_right(pfn))) {
			printf("# frame 0x%lx\n", pfn);
			return;
		}
	}
	for_each_zone (zone) {
		present += zone->present_pages;
		managed += zone->managed_pages;
		CHECK(zone->watermark[WMARK_MIN] <= zone->watermark[WMARK_LOW]);
		CHECK(zone->watermark[WMARK_HIGH] <= zone->managed_pages);
		/* low lies in the middle: the gap above min comes twice. */
		CHECK_EQ(2 * zone->watermark[WMARK_LOW],
			 zone->watermark[WMARK_MIN] + zone->watermark[WMARK_HIGH]);
	}
	CHECK_EQ(present, ram);
	CHECK_EQ(managed, free);
	CHECK_EQ(nr_free_pages(), free);
	CHECK(!pfn_valid(FRAMES) && !pfn_valid(~0ul));
}

/* ZONE_MOVABLE is the top of its node, and begins at a pageblock. */
static void check_movable(void)
{
	for (int nid = 0; nid < nr_online_nodes; nid++) {
		const struct zone *movable = &NODE_DATA(nid)->node_zones[ZONE_MOVABLE];

		if (!movable->spanned_pages)
			continue;
		CHECK_EQ(movable->start_pfn % PAGEBLOCK_PAGES, 0);
		CHECK_EQ(zone_end_pfn(movable),
			 NODE_DATA(nid)->node_start_pfn + NODE_DATA(nid)->node_spanned_pages);
		CHECK(strstr(boot_command_line, "core="));
	}
}

/* Every free frame comes once, and fits back in. */
static void take_all(void)
{
	unsigned long free = nr_free_pages(), n = 0;
	struct page *chain = NULL, *page;

	buddy_check();
	while ((page = alloc_page(GFP_HIGHUSER_MOVABLE | __GFP_MEMALLOC | __GFP_NOWARN)) != NULL) {
		pfn_t pfn = page_to_pfn(page);

		if (!CHECK(was_free[pfn]))
			return;
		was_free[pfn] = false;
		page->private = (unsigned long)chain;
		chain = page;
		n++;
	}
	CHECK_EQ(n, free);
	while (chain) {
		page = chain;
		chain = (struct page *)page->private;
		page->private = 0;
		__free_page(page);
	}
	drain_local_pages();
	CHECK_EQ(nr_free_pages(), free);
	buddy_check();
}

static void run_input(struct input *in)
{
	unsigned int nodes;

	host_memory_init(LOWMEM_MAX);
	random_map(in);
	bootmem_reserve(KERNEL_PHYS, KERNEL_PHYS + 0x80000);
	nodes = random_options(in);
	bootmem_finish(0);
	zones_init();
	note_frames();
	mem_init();
	check_nodes(nodes);
	check_frames();
	check_movable();
	take_all();
}

static int one_input(const u8 *data, size_t n)
{
	struct input in = {data, n};
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		run_input(&in);
		fflush(stdout);
		_exit(test_failures() != 0);
	}
	CHECK(pid > 0 && waitpid(pid, &status, 0) == pid);
	return CHECK_EQ(status, 0);
}

static void test_maps(void)
{
	u8 data[400];

	for (unsigned int i = 0; i < INPUTS && !test_failures(); i++) {
		for (size_t byte = 0; byte < sizeof(data); byte++)
			data[byte] = (u8)test_random();
		one_input(data, sizeof(data));
	}
}

/* Runs `check` on a machine made by hand. */
static void on_machine(const char *options, void (*make)(void), void (*check)(void))
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		strlcpy(boot_command_line, options, CMDLINE_MAX);
		host_memory_init(LOWMEM_MAX);
		make();
		bootmem_finish(0);
		zones_init();
		note_frames();
		mem_init();
		check_frames();
		check();
		fflush(stdout);
		_exit(test_failures() != 0);
	}
	CHECK(pid > 0 && waitpid(pid, &status, 0) == pid);
	CHECK_EQ(status, 0);
}

/* 62 regions, most of them small and unaligned; the border of two nodes falls into a wide hole. */
static void make_comb(void)
{
	bootmem_add(0, 24ul << 20, E820_RAM);
	bootmem_add(260ul << 20, 24ul << 20, E820_RAM);
	for (u64 i = 0; i < 60; i++)
		bootmem_add((26ull << 20) + i * 0x40000 + (i >= 30 ? 200ull << 20 : 0), 0x23000,
			    E820_RAM);
}

static void check_comb(void)
{
	CHECK_EQ(nr_online_nodes, 2);
	/* No page for what lies between the nodes, but in the model that has one array for all. */
	CHECK_EQ(pfn_valid((120ul << 20) >> PAGE_SHIFT), strcmp(MEMORY_MODEL, "flat") == 0);
}

static void make_plain(void)
{
	bootmem_add(0, 128ul << 20, E820_RAM);
}

static unsigned long movable_mib(int nid)
{
	return NODE_DATA(nid)->node_zones[ZONE_MOVABLE].present_pages >> (20 - PAGE_SHIFT);
}

/* Of 128 MiB, the direct map holds 32. 64 core: 32 and half of the other half on each node. */
static void check_shared_core(void)
{
	CHECK_EQ(nr_online_nodes, 2);
	CHECK_EQ(movable_mib(0), 16);
	CHECK_EQ(movable_mib(1), 48);
}

static void check_no_movable(void)
{
	CHECK_EQ(zones_managed_pages(ZONE_MOVABLE), 0);
	CHECK_EQ(nr_online_nodes, 1);
}

static void check_eight(void)
{
	CHECK_EQ(nr_online_nodes, 8);
	for (int nid = 0; nid < 8; nid++)
		CHECK_EQ(NODE_DATA(nid)->node_present_pages, PAGES_PER_SECTION);
}

static void test_by_hand(void)
{
	on_machine("numa=fake=2", make_comb, check_comb);
	on_machine("numa=fake=2 kernelcore=64M", make_plain, check_shared_core);
	on_machine("numa=fake=2 movablecore=50%", make_plain, check_shared_core);
	on_machine("movablecore=8G", make_plain, check_no_movable);
	on_machine("movablecore=128M", make_plain, check_no_movable);
	on_machine("kernelcore=100%", make_plain, check_no_movable);
	on_machine("kernelcore=junk numa=fake=", make_plain, check_no_movable);
	on_machine("numa=4 movablecore=1T", make_plain, check_no_movable);
	on_machine("numa=off", make_plain, check_no_movable);
	on_machine("numa=fake=99", make_plain, check_eight);
}

static void test_holes_on_demand(void)
{
	pfn_t pfn = 0, end;

	host_memory_init(LOWMEM_MAX);
	strlcpy(boot_command_line, "memmap=4K$20M,1M$22M x memmap=2M$40M memmap=1M@90M memmap",
		CMDLINE_MAX);
	host_log_clear();
	bootmem_add(0, 64ul << 20, E820_RAM);
	bootmem_add_holes();
	bootmem_finish(0);
	CHECK(strstr(host_log(), "memmap=1M@90M: expected a hole"));
	CHECK(strstr(host_log(), "memmap=: expected a hole"));
	CHECK(bootmem_next_ram(&pfn, &end));
	CHECK_EQ(end, 20 << 8);
	CHECK(!bootmem_is_ram(20 << 8) && bootmem_is_ram((20 << 8) + 1));
	CHECK(!bootmem_is_ram(22 << 8) && !bootmem_is_ram((23 << 8) - 1));
	CHECK_EQ(bootmem_ram_pages(0, 64 << 8), (61 << 8) - 1);
}

static const struct test tests[] = {
	{"random maps, nodes and cores", test_maps},
	{"machines made by hand", test_by_hand},
	{"memmap=", test_holes_on_demand},
};
TEST_MAIN(tests)
