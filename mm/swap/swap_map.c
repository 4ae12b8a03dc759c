/* swap_map.c - slots of a swap area: given out, shared, given back. See swap_map.h. */
#include "swap/swap_map.h"
#include "kernel/bitops.h"
#include "kernel/bug.h"
#include "kernel/errno.h"
#include "kernel/string.h"
#include "mm/vmalloc.h"

static unsigned long nr_clusters(const struct swap_map *map)
{
	return DIV_ROUND_UP(map->slots, SWAP_CLUSTER);
}

int swap_map_init(struct swap_map *map, unsigned long slots)
{
	BUG_ON(slots < 2);
	*map = (struct swap_map){.slots = slots};
	map->slot = vzalloc(slots * sizeof(*map->slot));
	map->cluster_free = vzalloc(nr_clusters(map));
	map->failed = vzalloc(BITS_TO_LONGS(slots) * sizeof(*map->failed));
	if (!map->slot || !map->cluster_free || !map->failed) {
		swap_map_destroy(map);
		return -ENOMEM;
	}
	memset(map->cluster_free, SWAP_CLUSTER, nr_clusters(map));
	if (slots % SWAP_CLUSTER)
		map->cluster_free[nr_clusters(map) - 1] = slots % SWAP_CLUSTER;
	return swap_map_set_bad(map, 0);
}

void swap_map_destroy(struct swap_map *map)
{
	vfree(map->slot);
	vfree(map->cluster_free);
	vfree(map->failed);
	*map = (struct swap_map){.slots = 0};
}

int swap_map_set_bad(struct swap_map *map, unsigned long slot)
{
	if (slot >= map->slots || map->slot[slot])
		return -EINVAL;
	map->slot[slot] = SLOT_BAD;
	map->cluster_free[slot / SWAP_CLUSTER]--;
	map->bad++;
	return 0;
}

/* The end of the cluster that `slot` lies in. */
static unsigned long cluster_end(const struct swap_map *map, unsigned long slot)
{
	unsigned long end = (slot / SWAP_CLUSTER + 1) * SWAP_CLUSTER;

	return end < map->slots ? end : map->slots;
}

/* The first free slot from `from` to the end of its cluster, or 0. */
static unsigned long free_in_cluster(const struct swap_map *map, unsigned long from)
{
	unsigned long end = cluster_end(map, from);

	for (; from < end; from++)
		if (!map->slot[from])
			return from;
	return 0;
}

/* A cluster that is all free, else the lowest one with a gap; there is one. */
static unsigned long choose_cluster(struct swap_map *map)
{
	unsigned long clusters = nr_clusters(map), gap = clusters;

	for (unsigned long c = map->first_gap; c < clusters; c++) {
		if (map->cluster_free[c] == SWAP_CLUSTER)
			return c;
		if (map->cluster_free[c] && gap == clusters)
			gap = c;
	}
	BUG_ON(gap == clusters);
	map->first_gap = gap;
	return gap;
}

unsigned long swap_map_alloc(struct swap_map *map)
{
	unsigned long slot = 0;

	if (map->used + map->bad == map->slots)
		return 0;
	if (map->next % SWAP_CLUSTER && map->next < map->slots)
		slot = free_in_cluster(map, map->next);
	if (!slot)
		slot = free_in_cluster(map, choose_cluster(map) * SWAP_CLUSTER);
	map->slot[slot] = SLOT_CACHED;
	map->cluster_free[slot / SWAP_CLUSTER]--;
	map->used++;
	map->next = slot + 1;
	return slot;
}

/* Of a slot in use. */
static u16 *used_slot(const struct swap_map *map, unsigned long slot)
{
	u16 *value;

	BUG_ON(slot >= map->slots);
	value = &map->slot[slot];
	BUG_ON(!*value || *value == SLOT_BAD);
	return value;
}

void swap_map_dup(struct swap_map *map, unsigned long slot)
{
	u16 *value = used_slot(map, slot);

	BUG_ON((*value & SLOT_ENTRIES) == SLOT_COUNT_MAX);
	++*value;
}

bool swap_map_fail(struct swap_map *map, unsigned long slot)
{
	used_slot(map, slot);
	return !test_and_set_bit(slot, map->failed);
}

bool swap_map_failed(const struct swap_map *map, unsigned long slot)
{
	used_slot(map, slot);
	return test_bit(slot, map->failed);
}

static bool free_if_unused(struct swap_map *map, unsigned long slot)
{
	unsigned long cluster = slot / SWAP_CLUSTER;

	if (map->slot[slot])
		return false;
	map->used--;
	if (unlikely(test_bit(slot, map->failed))) {
		map->slot[slot] = SLOT_BAD;
		map->bad++;
		return true;
	}
	map->cluster_free[cluster]++;
	if (cluster < map->first_gap)
		map->first_gap = cluster;
	return true;
}

bool swap_map_put(struct swap_map *map, unsigned long slot)
{
	u16 *value = used_slot(map, slot);

	BUG_ON(!(*value & SLOT_ENTRIES));
	--*value;
	return free_if_unused(map, slot);
}

bool swap_map_cache(struct swap_map *map, unsigned long slot)
{
	u16 *value = used_slot(map, slot);

	if (*value & SLOT_CACHED)
		return false;
	*value |= SLOT_CACHED;
	return true;
}

bool swap_map_uncache(struct swap_map *map, unsigned long slot)
{
	u16 *value = used_slot(map, slot);

	BUG_ON(!(*value & SLOT_CACHED));
	*value &= (u16)~SLOT_CACHED;
	return free_if_unused(map, slot);
}

void swap_map_validate(const struct swap_map *map)
{
	unsigned long used = 0, bad = 0, free = 0;

	for (unsigned long slot = 0; slot < map->slots; slot++) {
		if (slot % SWAP_CLUSTER == 0)
			free = 0;
		free += !map->slot[slot];
		bad += map->slot[slot] == SLOT_BAD;
		used += map->slot[slot] && map->slot[slot] != SLOT_BAD;
		BUG_ON(!map->slot[slot] && slot / SWAP_CLUSTER < map->first_gap);
		if (slot + 1 == cluster_end(map, slot))
			BUG_ON(map->cluster_free[slot / SWAP_CLUSTER] != free);
	}
	BUG_ON(used != map->used || bad != map->bad);
}
