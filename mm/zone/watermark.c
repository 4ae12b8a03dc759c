/*
 * watermark.c - how much of a zone stays free: watermarks and reserves.
 *
 * Watermarks, in frames of one zone:
 *
 *   min   only GFP_ATOMIC (half of it) and __GFP_MEMALLOC (all) go below
 *   low   ordinary requests stop here first, wake kswapd and then try harder
 *   high  where kswapd rests
 *
 * The numbers are Linux's (setup_per_zone_wmarks() since 4.6). The machine's
 * reserve, min_free_kbytes, is sqrt(16 * low memory in KiB), 128 to 65,536; a
 * zone's share of it is as its share of low memory:
 *
 *   share = reserve * zone / low memory          min  = share
 *   gap   = max(share / 4, zone / 1000)          low  = min + gap
 *                                                high = min + 2 * gap
 *
 * HIGHMEM zones have a small min, zone / 1024 (32 to 128): nothing that frees
 * memory needs it. Their gap is that of their share. Beyond Linux, min is at
 * most half a zone and high at most all of it, so that a zone of a few frames
 * is of use and a too large min_free_kbytes does not stop the machine.
 *
 * So that requests which could go higher do not eat the low zones bare, a zone
 * keeps lowmem_reserve[class] frames back from requests of a higher class:
 * the node's memory in the zones above, up to that class, divided by the ratio.
 */
#include "kernel/math64.h"
#include "mm/zone.h"

#define MIN_FREE_KB_LEAST 128
#define MIN_FREE_KB_MOST  65536
#define HIGHMEM_MIN_LEAST 32ul /* SWAP_CLUSTER_MAX: what one pass of reclaim frees */
#define HIGHMEM_MIN_MOST  128ul
#define GAP_SHARE	  1000 /* watermark_scale_factor 10 of 10,000 */

unsigned long min_free_kbytes;
unsigned int lowmem_reserve_ratio[MAX_NR_ZONES] = {
	[ZONE_DMA] = 256,
	[ZONE_NORMAL] = 32,
	[ZONE_HIGHMEM] = 0,
	[ZONE_MOVABLE] = 0,
};

static unsigned long lowmem_pages(void)
{
	unsigned long pages = 0;
	struct zone *zone;

	for_each_zone (zone)
		if (!zone_is_highmem(zone))
			pages += zone->managed_pages;
	return pages;
}

static unsigned long default_min_free_kbytes(unsigned long low)
{
	unsigned long kb = int_sqrt(low * (PAGE_SIZE / 1024) * 16);

	return min(max(kb, (unsigned long)MIN_FREE_KB_LEAST), (unsigned long)MIN_FREE_KB_MOST);
}

/* `reserve` and `low` in frames, of the machine. */
static void zone_set_watermarks(struct zone *zone, unsigned long reserve, unsigned long low)
{
	unsigned long managed = zone->managed_pages;
	unsigned long share = low ? mul_div(reserve, managed, low) : 0;
	unsigned long gap = max(share / 4, managed / GAP_SHARE), min_mark = share, flags;

	if (zone_is_highmem(zone))
		min_mark = min(max(managed / 1024, HIGHMEM_MIN_LEAST), HIGHMEM_MIN_MOST);
	min_mark = min(min_mark, managed / 2);
	gap = min(gap, (managed - min_mark) / 2);
	spin_lock_irqsave(&zone->lock, flags);
	zone->watermark[WMARK_MIN] = min_mark;
	zone->watermark[WMARK_LOW] = min_mark + gap;
	zone->watermark[WMARK_HIGH] = min_mark + 2 * gap;
	spin_unlock_irqrestore(&zone->lock, flags);
}

unsigned long setup_per_zone_wmarks(unsigned long kb)
{
	unsigned long low = lowmem_pages();
	struct zone *zone;

	min_free_kbytes = kb ? kb : default_min_free_kbytes(low);
	for_each_zone (zone)
		zone_set_watermarks(zone, min_free_kbytes / (PAGE_SIZE / 1024), low);
	return min_free_kbytes;
}

void setup_per_zone_lowmem_reserve(const unsigned int ratio[MAX_NR_ZONES])
{
	struct zone *zone;

	for (unsigned int i = 0; i < MAX_NR_ZONES; i++)
		lowmem_reserve_ratio[i] = ratio[i];
	for_each_zone (zone) {
		const struct zone *zones = zone->node->node_zones;
		unsigned int type = zone_idx(zone), divisor = lowmem_reserve_ratio[type];
		unsigned long above = 0;

		for (unsigned int class = 0; class < MAX_NR_ZONES; class ++) {
			above += class > type ? zones[class].managed_pages : 0;
			zone->lowmem_reserve[class] = divisor ? above / divisor : 0;
		}
	}
}
