/*
 * node.c - cuts memory into nodes: `numa=fake=N`.
 *
 * A node is memory at one distance from a CPU. This machine has one kind of
 * memory, and so one node, unless the command line wants more: then it is cut,
 * at section borders, into N pieces with about the same amount of RAM each.
 *
 *   sections   | 0 | 1 | 2 |hole|hole| 5 | 6 | 7 |
 *   numa=fake=2  [-- node 0 -]        [- node 1 -]
 *
 * Holes at a cut belong to neither node. A node has at least one section with
 * RAM, so there cannot be more nodes than such sections.
 */
#include "kernel/cmdline.h"
#include "kernel/math64.h"
#include "kernel/printk.h"
#include "kernel/string.h"
#include "mm/bootmem.h"
#include "internal.h"

static pg_data_t first_node;
pg_data_t *node_data[MAX_NUMNODES] = {&first_node};
int nr_online_nodes = 1;

static unsigned long section_ram(unsigned long section)
{
	pfn_t start = section << PFN_SECTION_SHIFT;

	return bootmem_ram_pages(start, start + PAGES_PER_SECTION);
}

/* What numa= asks for, made possible. */
static unsigned int nodes_wanted(unsigned int possible)
{
	char value[32], expected[32];
	unsigned long n;

	if (!cmdline_get("numa", value, sizeof(value)) || !strcmp(value, "off"))
		return 1;
	if (strncmp(value, "fake=", 5) != 0 || kstrtoul(value + 5, 10, &n) || n == 0) {
		snprintf(expected, sizeof(expected), "off or fake=1..%d", MAX_NUMNODES);
		cmdline_bad("numa", value, expected);
		return 1;
	}
	if (n > possible) {
		pr_warn("numa=%s: this memory makes at most %u node%s\n", value, possible,
			possible == 1 ? "" : "s");
		n = possible;
	}
	return (unsigned int)n;
}

/* Is a node with `done` frames nearer to its target without the next section's? */
static bool node_is_full(unsigned long done, unsigned long more, unsigned long target)
{
	return done + more / 2 >= target;
}

static void node_grow(int nid, unsigned long section)
{
	pg_data_t *node = NODE_DATA(nid);
	pfn_t start = section << PFN_SECTION_SHIFT, end = start + PAGES_PER_SECTION;

	if (!node->node_spanned_pages)
		node->node_start_pfn = start;
	node->node_spanned_pages = min(end, max_pfn) - node->node_start_pfn;
}

static void nodes_cut(unsigned int nodes, unsigned int sections)
{
	unsigned long total = bootmem_ram_pages(0, max_pfn), done = 0;
	unsigned int nid = 0;

	for (unsigned long section = 0; section < NR_SECTIONS; section++) {
		unsigned long ram = section_ram(section);

		if (!ram)
			continue;
		if (NODE_DATA(nid)->node_spanned_pages && nid + 1 < nodes &&
		    (node_is_full(done, ram, mul_div(total, nid + 1, nodes)) ||
		     sections == nodes - nid - 1))
			nid++;
		node_grow((int)nid, section);
		done += ram;
		sections--;
	}
}

void nodes_init(void)
{
	unsigned int sections = 0, nodes;

	for (unsigned long section = 0; section < NR_SECTIONS; section++)
		sections += section_ram(section) != 0;
	nodes = nodes_wanted(min(sections, (unsigned int)MAX_NUMNODES));
	for (unsigned int nid = 1; nid < nodes; nid++) {
		node_data[nid] = bootmem_alloc(sizeof(pg_data_t), __alignof__(pg_data_t));
		node_data[nid]->node_id = (int)nid;
	}
	nr_online_nodes = (int)nodes;
	nodes_cut(nodes, sections);
	for (unsigned int nid = 0; nid < nodes && nodes > 1; nid++)
		pr_info("node %u: [mem 0x%08llx-0x%08llx]\n", nid,
			(u64)NODE_DATA(nid)->node_start_pfn << PAGE_SHIFT,
			((u64)(NODE_DATA(nid)->node_start_pfn + NODE_DATA(nid)->node_spanned_pages)
			 << PAGE_SHIFT) -
				1);
}
