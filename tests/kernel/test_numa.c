/*
 * test_numa.c - suite `numa`: nodes, the order of fallback, and memory policies,
 * with as many nodes as numa=fake= made. Cases that need two are skipped with one.
 */
#include "kernel/compiler.h"
#include "kernel/errno.h"
#include "kernel/ktap.h"
#include "mm/mempolicy.h"
#include "mm/zone.h"

#define TURNS 8

static bool is_lonely(void)
{
	if (nr_online_nodes == 1)
		ktap_skip("one node");
	return nr_online_nodes == 1;
}

static void test_nodes(void)
{
	unsigned long least = ~0ul, most = 0;
	pfn_t end = 0;

	EXPECT(nr_online_nodes >= 1 && nr_online_nodes <= MAX_NUMNODES);
	for (int nid = 0; nid < nr_online_nodes; nid++) {
		const pg_data_t *node = NODE_DATA(nid);
		unsigned long present = 0;

		EXPECT_EQ(node->node_id, nid);
		EXPECT(node->node_start_pfn >= end);
		end = node->node_start_pfn + node->node_spanned_pages;
		EXPECT_EQ(page_to_nid(pfn_to_page(node->node_start_pfn)), nid);
		EXPECT_EQ(page_to_nid(pfn_to_page(end - 1)), nid);
		for (int type = 0; type < MAX_NR_ZONES; type++)
			present += node->node_zones[type].present_pages;
		EXPECT_EQ(node->node_present_pages, present);
		least = min(least, present);
		most = max(most, present);
		EXPECT_EQ(node_distance(nid, nid), 10);
	}
	EXPECT_EQ(end, max_pfn);
	/* Each border may be off by half a section. */
	EXPECT(nr_online_nodes == 1 || most - least <= 2 * PAGES_PER_SECTION);
	EXPECT(!alloc_pages_node(nr_online_nodes, GFP_KERNEL, 0));
	EXPECT(!alloc_pages_node(-1, GFP_KERNEL, 0));
}

/* Higher types first, nearer nodes first within a type, no empty zone, none left out. */
static void check_list(const struct zonelist *list, int nid, bool one_node)
{
	unsigned int n = 0, populated = 0;
	struct zone *zone;

	for (; list->zones[n]; n++) {
		const struct zone *before = n ? list->zones[n - 1] : NULL;

		zone = list->zones[n];
		EXPECT(zone->managed_pages && zone_idx(zone) <= list->highest_zoneidx);
		EXPECT(!one_node || zone->node->node_id == nid);
		if (!before)
			continue;
		EXPECT(zone_idx(before) >= zone_idx(zone));
		if (zone_idx(before) == zone_idx(zone))
			EXPECT(node_distance(nid, before->node->node_id) <=
			       node_distance(nid, zone->node->node_id));
	}
	for_each_zone (zone)
		if (zone->managed_pages && zone_idx(zone) <= list->highest_zoneidx &&
		    (!one_node || zone->node->node_id == nid))
			populated++;
	EXPECT_EQ(n, populated);
}

static void test_lists(void)
{
	for (int nid = 0; nid < nr_online_nodes; nid++)
		for (unsigned int i = 0; i <= GFP_ZONEMASK; i++) {
			check_list(&NODE_DATA(nid)->node_zonelists[i], nid, false);
			check_list(&NODE_DATA(nid)->thisnode_zonelists[i], nid, true);
		}
}

/* Who names a node gets it, for single frames and for blocks. */
static void test_named_node(void)
{
	for (int nid = 0; nid < nr_online_nodes; nid++)
		for (unsigned int order = 0; order < 4; order += 3) {
			struct page *page = alloc_pages_node(nid, GFP_HIGHUSER_MOVABLE, order);

			if (!EXPECT(page))
				continue;
			EXPECT_EQ(page_to_nid(page), nid);
			__free_pages(page, order);
		}
}

/* __GFP_THISNODE fails where a request without it goes elsewhere. */
static void test_thisnode(void)
{
	const int last = nr_online_nodes - 1;
	const bool has_dma = NODE_DATA(last)->node_zones[ZONE_DMA].managed_pages != 0;
	struct page *page = alloc_page(GFP_HIGHUSER_MOVABLE | __GFP_THISNODE);

	if (EXPECT(page)) {
		EXPECT_EQ(page_to_nid(page), numa_node_id());
		__free_page(page);
	}
	if (is_lonely())
		return;
	page = alloc_pages_node(last, GFP_DMA | __GFP_THISNODE | __GFP_NOWARN, 0);
	EXPECT_EQ(page != NULL, has_dma);
	if (page)
		__free_page(page);
	page = alloc_pages_node(last, GFP_DMA, 0);
	if (EXPECT(page)) {
		EXPECT_EQ(zone_idx(page_zone(page)), ZONE_DMA);
		__free_page(page);
	}
}

/* Takes `n` pages by the policy, counts them by node, gives them back. */
static unsigned int take_by_policy(struct mempolicy *policy, unsigned int n,
				   unsigned int of_node[MAX_NUMNODES])
{
	struct page *pages[TURNS * MAX_NUMNODES];
	unsigned int got = 0;

	for (int nid = 0; nid < MAX_NUMNODES; nid++)
		of_node[nid] = 0;
	while (got < n && (pages[got] = alloc_page_policy(policy, GFP_HIGHUSER_MOVABLE)) != NULL)
		of_node[page_to_nid(pages[got++])]++;
	for (unsigned int i = 0; i < got; i++)
		__free_page(pages[i]);
	return got;
}

static void test_interleave(void)
{
	unsigned long hits = numa_stat_sum(NUMA_INTERLEAVE_HIT);
	unsigned int of_node[MAX_NUMNODES], all = TURNS * (unsigned int)nr_online_nodes;
	struct mempolicy policy;

	EXPECT_EQ(mempolicy_set(&policy, MPOL_INTERLEAVE, online_nodes()), 0);
	EXPECT_EQ(take_by_policy(&policy, all, of_node), all);
	for (int nid = 0; nid < nr_online_nodes; nid++)
		EXPECT_EQ(of_node[nid], TURNS);
	EXPECT_EQ(numa_stat_sum(NUMA_INTERLEAVE_HIT), hits + all);
	if (nr_online_nodes < 4)
		return;
	/* Some of the nodes only. */
	EXPECT_EQ(mempolicy_set(&policy, MPOL_INTERLEAVE, 1u << 1 | 1u << 3), 0);
	EXPECT_EQ(take_by_policy(&policy, 2 * TURNS, of_node), 2 * TURNS);
	EXPECT_EQ(of_node[1], TURNS);
	EXPECT_EQ(of_node[3], TURNS);
}

static void test_one_node(void)
{
	unsigned int of_node[MAX_NUMNODES];
	struct mempolicy policy;

	for (int nid = 0; nid < nr_online_nodes; nid++) {
		EXPECT_EQ(mempolicy_set(&policy, MPOL_BIND, 1u << nid), 0);
		EXPECT_EQ(take_by_policy(&policy, TURNS, of_node), TURNS);
		EXPECT_EQ(of_node[nid], TURNS);
		EXPECT_EQ(mempolicy_set(&policy, MPOL_PREFERRED, 1u << nid), 0);
		EXPECT_EQ(take_by_policy(&policy, TURNS, of_node), TURNS);
		EXPECT_EQ(of_node[nid], TURNS);
	}
	EXPECT_EQ(mempolicy_set(&policy, MPOL_PREFERRED, 0), 0);
	EXPECT_EQ(take_by_policy(&policy, TURNS, of_node), TURNS);
	EXPECT_EQ(of_node[numa_node_id()], TURNS);
}

static void test_refused(void)
{
	struct mempolicy policy;

	EXPECT_EQ(mempolicy_set(&policy, NR_MPOL_MODES, 0), -EINVAL);
	EXPECT_EQ(mempolicy_set(&policy, MPOL_DEFAULT, 1), -EINVAL);
	EXPECT_EQ(mempolicy_set(&policy, MPOL_LOCAL, 1), -EINVAL);
	EXPECT_EQ(mempolicy_set(&policy, MPOL_BIND, 0), -EINVAL);
	EXPECT_EQ(mempolicy_set(&policy, MPOL_INTERLEAVE, 0), -EINVAL);
	EXPECT_EQ(mempolicy_set(&policy, MPOL_BIND, ~online_nodes() & 0xff), -EINVAL);
	EXPECT_EQ(mempolicy_set(&policy, MPOL_PREFERRED, 1u << MAX_NUMNODES), -EINVAL);
	EXPECT_EQ(mempolicy_set(&policy, MPOL_BIND, 0xff), 0);
	EXPECT_EQ(policy.nodes, online_nodes());
}

/* Every zone of `node` looks full; setup_per_zone_wmarks() undoes it. */
static void close_node(pg_data_t *node)
{
	for (int type = 0; type < MAX_NR_ZONES; type++)
		for (int mark = 0; mark < NR_WMARK; mark++)
			node->node_zones[type].watermark[mark] =
				node->node_zones[type].managed_pages;
}

/* A full node: who prefers it gets another's page, and all three counters say so. */
static void test_miss(void)
{
	const int full = nr_online_nodes - 1;
	const gfp_t gfp = GFP_HIGHUSER_MOVABLE | __GFP_NOWARN;
	struct page *page;
	unsigned long miss, foreign, hit;

	if (is_lonely())
		return;
	close_node(NODE_DATA(full));
	hit = numa_stat_sum(NUMA_HIT);
	miss = numa_stat_sum(NUMA_MISS);
	foreign = numa_stat_sum(NUMA_FOREIGN);
	page = alloc_pages_node(full, gfp, 1);
	EXPECT(!alloc_pages_node(full, gfp | __GFP_THISNODE, 1));
	EXPECT(!alloc_pages_nodemask(gfp, 1, 1u << full));
	if (EXPECT(page)) {
		EXPECT(page_to_nid(page) != full);
		EXPECT_EQ(numa_stat_sum(NUMA_MISS), miss + 2);
		EXPECT_EQ(numa_stat_sum(NUMA_FOREIGN), foreign + 2);
		EXPECT_EQ(numa_stat_sum(NUMA_HIT), hit);
		__free_pages(page, 1);
	}
	setup_per_zone_wmarks(min_free_kbytes);
	page = alloc_pages_node(full, gfp, 1);
	if (EXPECT(page)) {
		EXPECT_EQ(page_to_nid(page), full);
		EXPECT_EQ(numa_stat_sum(NUMA_HIT), hit + 2);
		__free_pages(page, 1);
	}
}

/* The short way counts as well, though it knows no zone. */
static void test_counts(void)
{
	unsigned long before = numa_stat_sum(NUMA_HIT), zones = 0;
	struct page *page[4];

	for (unsigned int i = 0; i < ARRAY_SIZE(page); i++)
		page[i] = alloc_page(GFP_HIGHUSER_MOVABLE);
	EXPECT_EQ(numa_stat_sum(NUMA_HIT), before + ARRAY_SIZE(page));
	for (unsigned int i = 0; i < ARRAY_SIZE(page); i++)
		if (EXPECT(page[i]))
			__free_page(page[i]);
	for (int type = 0; type < MAX_NR_ZONES; type++)
		zones += zones_allocated((enum zone_type)type);
	EXPECT_EQ(zones, numa_stat_sum(NUMA_LOCAL) + numa_stat_sum(NUMA_OTHER));
	EXPECT_EQ(zones, numa_stat_sum(NUMA_HIT) + numa_stat_sum(NUMA_MISS));
	EXPECT_EQ(numa_stat_sum(NUMA_MISS), numa_stat_sum(NUMA_FOREIGN));
}

static const struct ktap_case cases[] = {
	{"nodes", test_nodes},
	{"zonelists", test_lists},
	{"a node by name", test_named_node},
	{"this node or none", test_thisnode},
	{"interleave", test_interleave},
	{"bind and preferred", test_one_node},
	{"refused policies", test_refused},
	{"a full node", test_miss},
	{"counters", test_counts},
	{NULL, NULL},
};
const struct ktap_suite numa_suite = {"numa", cases};
