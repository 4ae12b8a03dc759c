/* zone.h - zones of page frames and the node that holds them. */
#ifndef MM_ZONE_H
#define MM_ZONE_H

#include "kernel/list.h"
#include "kernel/lock.h"
#include "mm/gfp.h"
#include "mm/page.h"

enum zone_type {
	ZONE_DMA,     /* below 16 MiB: what ISA DMA reaches */
	ZONE_NORMAL,  /* below 896 MiB: direct map */
	ZONE_HIGHMEM, /* the rest: reached through kmap */
	ZONE_MOVABLE, /* stage B */
	MAX_NR_ZONES
};

#define ZONE_DMA_END_PFN 4096ul /* 16 MiB */

enum zone_watermark {
	WMARK_MIN,
	WMARK_LOW,
	WMARK_HIGH,
	NR_WMARK
};

struct free_area {
	struct list_head free_list; /* stage B: one per migrate type */
	unsigned long nr_free;	    /* blocks */
};

#define PCP_MOST 186 /* frames that a CPU may hold of one zone: 6 batches of 31, as Linux */

/* Single frames held for one CPU, so that most requests take no lock. Last in, first out. */
struct per_cpu_pages {
	unsigned int count;
	unsigned int high;	      /* give a batch back when this many are held */
	unsigned int batch;	      /* moved at a time */
	struct page *entry[PCP_MOST]; /* coldest first */
};

struct zone {
	spinlock_t lock;	  /* protects free_area[] and free_pages; irqs off */
	unsigned long free_pages; /* in free_area[], not those in pcp */
	unsigned long watermark[NR_WMARK];
	unsigned long lowmem_reserve[MAX_NR_ZONES];
	struct free_area free_area[MAX_ORDER];
	struct per_cpu_pages pcp[NR_CPUS]; /* irqs off */
	pfn_t start_pfn;
	unsigned long spanned_pages; /* with holes */
	unsigned long present_pages; /* without */
	unsigned long managed_pages; /* given to the buddy system */
	const char *name;
};

typedef struct pglist_data {
	struct zone node_zones[MAX_NR_ZONES];
	int nr_zones;
	int node_id;
	pfn_t node_start_pfn;
	unsigned long node_spanned_pages;
	unsigned long node_present_pages;
} pg_data_t;

extern pg_data_t contig_page_data;

#define for_each_zone(zone)                      \
	for (zone = contig_page_data.node_zones; \
	     zone < contig_page_data.node_zones + MAX_NR_ZONES; zone++)

static inline struct zone *page_zone(const struct page *page)
{
	return &contig_page_data.node_zones[page->flags >> PAGE_ZONE_SHIFT];
}

/* Free frames of a zone, those in per-CPU lists included. */
unsigned long zone_free_pages(const struct zone *zone);
/* Prints every zone's state: the report of a failed allocation and of a panic. */
void show_free_areas(void);
/* Gives the per-CPU lists back to the free lists. */
void drain_local_pages(void);

/*
 * Boot: sets up zones and mem_map for frames [0, max_pfn), all reserved; then
 * mem_init() hands every frame that bootmem left free to the buddy system.
 */
void zones_init(void);
void mem_init(void);
/* The buddy system's self-check: walks all free lists; panics on a broken one. For tests. */
void buddy_check(void);

#endif
