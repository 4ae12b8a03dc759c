/* zone.h - zones of page frames and the node that holds them. */
#ifndef MM_ZONE_H
#define MM_ZONE_H

#include "kernel/list.h"
#include "kernel/lock.h"
#include "mm/gfp.h"
#include "mm/page.h"

struct pglist_data;

enum zone_type {
	ZONE_DMA,     /* below 16 MiB: what ISA DMA reaches */
	ZONE_NORMAL,  /* below 896 MiB: direct map */
	ZONE_HIGHMEM, /* the rest: reached through kmap */
	ZONE_MOVABLE, /* movable pages only: can be emptied (movablecore=, kernelcore=) */
	MAX_NR_ZONES
};

#define ZONE_DMA_END_PFN 4096ul /* 16 MiB */

enum zone_watermark {
	WMARK_MIN,
	WMARK_LOW,
	WMARK_HIGH,
	NR_WMARK
};

/*
 * What can be done with a page that is in use. Blocks of 4 MiB (a pageblock)
 * are kept to one kind as far as possible, so that the unmovable ones do not
 * spread over all of memory.
 */
enum migratetype {
	MIGRATE_UNMOVABLE,		    /* nothing */
	MIGRATE_MOVABLE,		    /* moved elsewhere: __GFP_MOVABLE */
	MIGRATE_RECLAIMABLE,		    /* freed by asking its owner: __GFP_RECLAIMABLE */
	MIGRATE_PCPTYPES,		    /* those above are what requests ask for */
	MIGRATE_ISOLATE = MIGRATE_PCPTYPES, /* not given out: being emptied */
	MIGRATE_TYPES
};

extern const char *const migratetype_names[MIGRATE_TYPES];

/* Too little memory to keep the kinds apart: everything is MIGRATE_UNMOVABLE, as in Linux. */
extern bool page_group_by_mobility_disabled;

#define PAGEBLOCK_ORDER (MAX_ORDER - 1)
#define PAGEBLOCK_PAGES (1ul << PAGEBLOCK_ORDER)

struct free_area {
	struct list_head free_list[MIGRATE_TYPES]; /* by type of the pageblock */
	unsigned long nr_free;			   /* blocks, of all types */
};

#define PCP_MOST 186 /* frames that a list may hold: 6 batches of 31, as Linux */

/* Single frames of one migrate type. Last in, first out. */
struct pcp_list {
	unsigned int count;
	unsigned int high;	      /* full: gives a batch back; 0: takes no frame in */
	unsigned int batch;	      /* frames moved at a time */
	unsigned long taken;	      /* frames that alloc_page() took, since boot */
	struct page *entry[PCP_MOST]; /* oldest first */
};

/* Single frames held for one CPU, so that most requests take no lock. */
struct per_cpu_pages {
	struct pcp_list *by_type[MIGRATE_TYPES]; /* where a freed frame goes: hot[], or nowhere */
	struct pcp_list hot[MIGRATE_PCPTYPES];	 /* the data cache may still hold their bytes */
	struct pcp_list cold[MIGRATE_PCPTYPES];	 /* it does not: __GFP_COLD, free_cold_page() */
};

/*
 * Pages in the order of their use: reclaim/lru.h. The number is read off the page's flags:
 * PG_active is the lowest bit, PG_swapbacked the next.
 */
enum lru_list {
	LRU_INACTIVE_FILE,
	LRU_ACTIVE_FILE,
	LRU_INACTIVE_ANON,
	LRU_ACTIVE_ANON,
	LRU_UNEVICTABLE,
	NR_LRU_LISTS
};

/*
 * What pages are used for now: one counter of each in every zone, changed where it happens
 * (vmstat.h). A page may be in several: cached, shared, mapped and dirty.
 */
enum zone_stat_item {
	NR_LRU_BASE, /* lists of enum lru_list, in its order */
	NR_INACTIVE_FILE = NR_LRU_BASE,
	NR_ACTIVE_FILE,
	NR_INACTIVE_ANON,
	NR_ACTIVE_ANON,
	NR_UNEVICTABLE,
	NR_ANON_PAGES,	       /* mapped by processes, of no file */
	NR_ISOLATED_ANON,      /* ... or were, and are on a mover's list: PG_isolated */
	NR_FILE_PAGES,	       /* in the page cache, shared memory included */
	NR_FILE_MAPPED,	       /* ... and mapped by processes */
	NR_SHMEM,	       /* ... of shared memory */
	NR_FILE_DIRTY,	       /* ... to be written to a disk */
	NR_WRITEBACK,	       /* ... being written to it: PG_writeback */
	NR_ISOLATED_FILE,      /* ... on a mover's list: PG_isolated */
	NR_SLAB_RECLAIMABLE,   /* of caches with SLAB_RECLAIM_ACCOUNT */
	NR_SLAB_UNRECLAIMABLE, /* of the others */
	NR_PAGETABLE,	       /* tables of processes: PG_table */
	NR_KERNEL_STACK_KB,    /* KiB, by the zone of a stack's first page */
	/* Since boot. */
	NR_DIRTIED, /* became dirty */
	NR_WRITTEN, /* reached the disk */
	NR_VM_ZONE_STAT_ITEMS
};

struct zone {
	spinlock_t lock;	   /* protects free_area[] and free_pages; irqs off */
	unsigned long free_pages;  /* in free_area[] and usable; not those in pcp */
	unsigned long nr_isolated; /* in free_area[] on the lists of MIGRATE_ISOLATE */
	unsigned long watermark[NR_WMARK];
	unsigned long lowmem_reserve[MAX_NR_ZONES];
	struct free_area free_area[MAX_ORDER];
	struct per_cpu_pages pcp[NR_CPUS]; /* irqs off */
	pfn_t start_pfn;
	unsigned long spanned_pages; /* with holes */
	unsigned long present_pages; /* without */
	unsigned long managed_pages; /* given to the buddy system */
	struct pglist_data *node;
	const char *name;
	struct list_head lru[NR_LRU_LISTS];	 /* newest first; process context */
	atomic_t vm_stat[NR_VM_ZONE_STAT_ITEMS]; /* any context */
	/* Since boot, in frames: given out the long way; and see enum numa_stat. */
	unsigned long taken, numa_miss, numa_foreign, numa_interleave;
};

/* /proc/vmstat's counters of a node or zone, in frames. Linux's names and meaning. */
enum numa_stat {
	NUMA_HIT,     /* wanted here, and got here */
	NUMA_MISS,    /* wanted on another node, but got here */
	NUMA_FOREIGN, /* wanted here, but got on another node */
	NUMA_INTERLEAVE_HIT,
	NUMA_LOCAL, /* got here, by a CPU of this node */
	NUMA_OTHER, /* got here, by a CPU of another node */
	NR_NUMA_STATS
};

/* Zone modifiers of a gfp_t: DMA, HIGHMEM, MOVABLE. */
#define GFP_ZONEMASK 7u

/* Populated zones in the order of fallback; ends in NULL. */
struct zonelist {
	struct zone *zones[MAX_NUMNODES * MAX_NR_ZONES + 1];
	enum zone_type highest_zoneidx; /* what was asked for: which lowmem_reserve[] holds */
};

/* A node: memory at one distance from a CPU. Ours are made by numa=fake=N. */
typedef struct pglist_data {
	struct zone node_zones[MAX_NR_ZONES];
	struct zonelist node_zonelists[GFP_ZONEMASK + 1];     /* by zone modifiers */
	struct zonelist thisnode_zonelists[GFP_ZONEMASK + 1]; /* this node's zones only */
	int nr_zones;
	int node_id;
	pfn_t node_start_pfn;
	unsigned long node_spanned_pages; /* with holes */
	unsigned long node_present_pages; /* without */
	struct page *node_mem_map;	  /* DISCONTIGMEM: of node_start_pfn; else NULL */
} pg_data_t;

/* Nodes 0 .. nr_online_nodes - 1; the others are NULL. */
extern pg_data_t *node_data[MAX_NUMNODES];
extern int nr_online_nodes;
#define NODE_DATA(nid) (node_data[nid])

/* Distance of two nodes, as firmware tables give it: 10 is here, 20 is twice as far. */
static inline int node_distance(int from, int to)
{
	return from == to ? 10 : 20;
}

/* The node of this CPU: there is one CPU, and it sits at node 0. */
static inline int numa_node_id(void)
{
	return 0;
}

/* The zones of all nodes, populated or not. `zone` ends as NULL. */
static inline struct zone *first_zone(void)
{
	return &NODE_DATA(0)->node_zones[0];
}

static inline struct zone *next_zone(struct zone *zone)
{
	const pg_data_t *node = zone->node;

	if (zone < &node->node_zones[MAX_NR_ZONES - 1])
		return zone + 1;
	return node->node_id + 1 < nr_online_nodes ? NODE_DATA(node->node_id + 1)->node_zones
						   : NULL;
}

#define for_each_zone(zone) for (zone = first_zone(); zone; zone = next_zone(zone))

static inline enum zone_type zone_idx(const struct zone *zone)
{
	return (enum zone_type)(zone - zone->node->node_zones);
}

/* Is the zone's memory outside the direct map? ZONE_MOVABLE may be of either kind. */
static inline bool zone_is_highmem(const struct zone *zone)
{
	return zone_idx(zone) == ZONE_HIGHMEM ||
	       (zone_idx(zone) == ZONE_MOVABLE && zone->start_pfn >= max_low_pfn);
}

static inline pfn_t zone_end_pfn(const struct zone *zone)
{
	return zone->start_pfn + zone->spanned_pages;
}

/* By node and zone bits of page->flags. */
extern struct zone *zone_table[MAX_NUMNODES * MAX_NR_ZONES];

static inline struct zone *page_zone(const struct page *page)
{
	return zone_table[page->flags >> PAGE_ZONE_SHIFT];
}

/*
 * Watermarks of all zones from a reserve in KiB; 0: the default, from the amount
 * of low memory. Returns what it set. Any context but interrupts.
 */
unsigned long setup_per_zone_wmarks(unsigned long kb);
extern unsigned long min_free_kbytes; /* what was set last */
/* lowmem_reserve[] of all zones from the ratios, of which each zone type has one; 0: no reserve. */
void setup_per_zone_lowmem_reserve(const unsigned int ratio[MAX_NR_ZONES]);
extern unsigned int lowmem_reserve_ratio[MAX_NR_ZONES];

/* The type of the pageblock that holds the page. */
enum migratetype get_pageblock_migratetype(const struct page *page);

/* Free frames of a zone, those in per-CPU lists included. */
unsigned long zone_free_pages(const struct zone *zone);
/* Sums over the nodes of all zones of one type: free frames, and frames given to the buddy system.
 */
unsigned long zones_free_pages(enum zone_type type);
unsigned long zones_managed_pages(enum zone_type type);
/* Frames that were ever given out of a zone / of all zones of a type. */
unsigned long zone_allocated(const struct zone *zone);
unsigned long zones_allocated(enum zone_type type);
extern const char *const numa_stat_names[NR_NUMA_STATS];
unsigned long zone_numa_stat(const struct zone *zone, enum numa_stat stat);
/* The sum over all zones of all nodes. */
unsigned long numa_stat_sum(enum numa_stat stat);
/* Prints every zone's state: the report of a failed allocation and of a panic. */
void show_free_areas(void);
/* Gives the per-CPU lists, hot and cold, back to the free lists. */
void drain_local_pages(void);

/*
 * Boot: sets up zones and mem_map for frames [0, max_pfn), all reserved; then
 * mem_init() hands every frame that bootmem left free to the buddy system.
 */
void zones_init(void);
void mem_init(void);
/* The buddy system's self-check: walks all free lists; panics on a broken one. Interrupts are off
 * for a part of it at a time. For tests. */
void buddy_check(void);

#endif
