/*
 * movable.c - how much memory is ZONE_MOVABLE: `kernelcore=` and `movablecore=`.
 *
 * Only pages that can be moved elsewhere come from ZONE_MOVABLE, so that all of
 * it can be emptied: for large blocks, or to take memory away. kernelcore= says
 * how much memory stays for every kind of page, movablecore= how much does not;
 * given both, the larger core counts. ZONE_MOVABLE is the top of the highest
 * zone, and the core is shared out evenly over the nodes as far as they reach:
 *
 *            node 0                          node 1
 *   DMA NORMAL | HIGHMEM            HIGHMEM
 *   [==========|=====[ movable ]    [======[    movable      ]
 *    always core  its share of the rest of the core
 *
 * As in Linux, sizes take K, M, G or %, and a core of nothing or of everything
 * means that there is no ZONE_MOVABLE.
 */
#include "kernel/cmdline.h"
#include "kernel/math64.h"
#include "kernel/printk.h"
#include "kernel/string.h"
#include "mm/bootmem.h"
#include "internal.h"

pfn_t movable_start[MAX_NUMNODES];

static pfn_t node_end(int nid)
{
	return NODE_DATA(nid)->node_start_pfn + NODE_DATA(nid)->node_spanned_pages;
}

/* First frame of the highest zone: memory below it is always core. */
static pfn_t top_zone_start(void)
{
	if (max_pfn > max_low_pfn)
		return max_low_pfn;
	return max_pfn > ZONE_DMA_END_PFN ? ZONE_DMA_END_PFN : 0;
}

/* Value of an option in frames; false when it is not there or makes no sense. */
static bool option_pages(const char *key, unsigned long total, unsigned long *pages)
{
	char value[32];
	const char *end;
	unsigned long n;

	if (!cmdline_get(key, value, sizeof(value)))
		return false;
	n = memparse(value, &end);
	if (end != value && strcmp(end, "%") == 0 && n <= 100) {
		*pages = mul_div(total, n, 100);
	} else if (end != value && !*end) {
		*pages = n >> PAGE_SHIFT;
	} else {
		cmdline_bad(key, value, "a size or a percentage");
		return false;
	}
	return true;
}

/* Frames that stay for every kind of page, 0 when all do. */
static unsigned long core_wanted(void)
{
	unsigned long total = bootmem_ram_pages(0, max_pfn), core = 0, movable;

	option_pages("kernelcore", total, &core);
	if (option_pages("movablecore", total, &movable)) {
		if (movable >= total)
			pr_warn("movablecore: %luK wanted, but memory has %luK; no ZONE_MOVABLE\n",
				movable * (PAGE_SIZE / 1024), total * (PAGE_SIZE / 1024));
		else
			core = max(core, total - movable);
	}
	if (core >= total)
		pr_warn("kernelcore: all of the memory's %luK are core; no ZONE_MOVABLE\n",
			total * (PAGE_SIZE / 1024));
	return core < total ? core : 0;
}

/* Shares out `core` frames over what the nodes have above `top`: core_of[nid] frames each. */
static void share_core(unsigned long core, pfn_t top, unsigned long core_of[MAX_NUMNODES])
{
	unsigned long room[MAX_NUMNODES];
	unsigned int open = 0;

	for (int nid = 0; nid < nr_online_nodes; nid++) {
		core_of[nid] = 0;
		room[nid] =
			bootmem_ram_pages(max(top, NODE_DATA(nid)->node_start_pfn), node_end(nid));
		open += room[nid] != 0;
	}
	while (core && open) {
		unsigned long share = DIV_ROUND_UP(core, open);

		for (int nid = 0; nid < nr_online_nodes && core; nid++) {
			unsigned long n = min(min(share, room[nid]), core);

			core_of[nid] += n;
			core -= n;
			if (n && !(room[nid] -= n))
				open--;
		}
	}
}

/* The frame behind the first n frames of RAM at or above `pfn`. */
static pfn_t skip_ram(pfn_t pfn, unsigned long n)
{
	pfn_t end;

	while (n && bootmem_next_ram(&pfn, &end)) {
		pfn_t step = min(end - pfn, n);

		pfn += step;
		n -= step;
	}
	return pfn;
}

void movable_init(void)
{
	const pfn_t top = top_zone_start();
	unsigned long core = core_wanted(), below = bootmem_ram_pages(0, top);
	unsigned long core_of[MAX_NUMNODES];

	share_core(core > below ? core - below : 0, top, core_of);
	for (int nid = 0; nid < nr_online_nodes; nid++) {
		pfn_t start = max(top, NODE_DATA(nid)->node_start_pfn);

		movable_start[nid] = node_end(nid);
		if (!core || start >= node_end(nid))
			continue;
		start = round_up(skip_ram(start, core_of[nid]), PAGEBLOCK_PAGES);
		movable_start[nid] = min(start, node_end(nid));
		pr_info("node %d: ZONE_MOVABLE has %luK\n", nid,
			bootmem_ram_pages(movable_start[nid], node_end(nid)) * (PAGE_SIZE / 1024));
	}
}
