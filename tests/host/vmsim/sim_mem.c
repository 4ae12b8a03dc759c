/*
 * sim_mem.c - memory of the simulated machine: frames, windows, slab caches.
 *
 * Low memory lies where the direct map has it (PAGE_OFFSET), so that __va() and
 * page_address() work as in the kernel; high memory lies elsewhere and is
 * reached through kmap only. Frames are handed out highest first, so both kinds
 * are used. Objects come from malloc(), one by one, for ASan's sake.
 */
#include <stdlib.h>
#include <string.h>
#include "mm/highmem.h"
#include "mm/slab.h"
#include "mm/vmstat.h"
#include "sim.h"
#include "sim_host.h"
#include "sim_internal.h"

#define LOW_FRAMES  2048ul
#define HIGH_FRAMES 6144ul
#define POISON	    0xdb
#define HIGH_BASE   0x50000000ul

pfn_t max_pfn = LOW_FRAMES + HIGH_FRAMES, max_low_pfn = LOW_FRAMES;
struct page *mem_map;
u32 per_cpu__vm_events[NR_VM_EVENTS];

static unsigned long fail_countdown;
static bool failed;
static unsigned long pages_used, objects_used;
static unsigned int windows;
/* Free frames of each kind, as stacks. */
static pfn_t free_low[LOW_FRAMES], free_high[HIGH_FRAMES];
static unsigned long nr_free_low, nr_free_high;

struct kmem_cache {
	size_t size;
};

void sim_mem_init(void)
{
	BUG_ON(!sim_map_fixed(PAGE_OFFSET, LOW_FRAMES << PAGE_SHIFT));
	BUG_ON(!sim_map_fixed(HIGH_BASE, HIGH_FRAMES << PAGE_SHIFT));
	mem_map = calloc(max_pfn, sizeof(struct page));
	/* Frame 0 stays reserved, as page 0 always is. */
	for (pfn_t pfn = 1; pfn < max_pfn; pfn++) {
		atomic_set(&mem_map[pfn]._mapcount, -1);
		if (pfn < LOW_FRAMES)
			free_low[nr_free_low++] = pfn;
		else
			free_high[nr_free_high++] = pfn;
	}
}

struct page *sim_first_page(void)
{
	return mem_map + 1;
}

unsigned long sim_nr_pages(void)
{
	return max_pfn - 1;
}

u8 *sim_frame(const struct page *page)
{
	pfn_t pfn = page_to_pfn(page);

	BUG_ON(pfn >= max_pfn);
	return pfn < LOW_FRAMES ? pfn_to_virt(pfn)
				: (u8 *)HIGH_BASE + ((pfn - LOW_FRAMES) << PAGE_SHIFT);
}

void sim_fail_nth(unsigned long n)
{
	fail_countdown = n;
	failed = false;
}

bool sim_failed(void)
{
	return failed;
}

unsigned long sim_pages_used(void)
{
	return pages_used;
}

unsigned long sim_objects_used(void)
{
	return objects_used;
}

/* Every allocation passes here: may it succeed? */
static bool allowed(gfp_t gfp)
{
	if (gfp & __GFP_WAIT) {
		might_sleep();
		sim_yield();
	}
	if (fail_countdown && --fail_countdown == 0) {
		failed = true;
		return false;
	}
	return true;
}

struct page *alloc_pages(gfp_t gfp, unsigned int order)
{
	struct page *page;

	BUG_ON(order);
	if (!allowed(gfp))
		return NULL;
	if ((gfp & __GFP_HIGHMEM) && nr_free_high)
		page = pfn_to_page(free_high[--nr_free_high]);
	else if (nr_free_low)
		page = pfn_to_page(free_low[--nr_free_low]);
	else
		return NULL;
	BUG_ON(page_count(page) || page->mapping || page_mapcount(page) || page->flags);
	atomic_set(&page->_refcount, 1);
	pages_used++;
	if (gfp & __GFP_ZERO)
		memset(sim_frame(page), 0, PAGE_SIZE);
	return page;
}

struct page *alloc_page(gfp_t gfp)
{
	return alloc_pages(gfp, 0);
}

void put_page(struct page *page)
{
	const unsigned long harmless = BIT(PG_uptodate) | BIT(PG_error) | BIT(PG_dirty);

	BUG_ON(page_count(page) <= 0);
	if (!atomic_dec_and_test(&page->_refcount))
		return;
	BUG_ON(page->mapping || page_mapcount(page));
	BUG_ON(page->flags & ~harmless);
	sim_tlb_check_free(page_to_pfn(page));
	page->flags = 0;
	memset(sim_frame(page), POISON, PAGE_SIZE);
	pages_used--;
	if (PageHighMem(page))
		free_high[nr_free_high++] = page_to_pfn(page);
	else
		free_low[nr_free_low++] = page_to_pfn(page);
}

void __free_pages(struct page *page, unsigned int order)
{
	BUG_ON(order);
	put_page(page);
}

void __free_page(struct page *page)
{
	put_page(page);
}

unsigned long __get_free_pages(gfp_t gfp, unsigned int order)
{
	struct page *page = alloc_pages(gfp & ~__GFP_HIGHMEM, order);

	return page ? (unsigned long)page_address(page) : 0;
}

unsigned long get_zeroed_page(gfp_t gfp)
{
	return __get_free_pages(gfp | __GFP_ZERO, 0);
}

void free_pages(unsigned long addr, unsigned int order)
{
	__free_pages(virt_to_page(addr), order);
}

void *kmap_atomic(struct page *page)
{
	BUG_ON(windows >= KM_MAX_DEPTH);
	windows++;
	preempt_disable();
	return sim_frame(page);
}

void kunmap_atomic(void *addr)
{
	(void)addr;
	BUG_ON(!windows);
	windows--;
	preempt_enable();
}

void *kmap(struct page *page)
{
	might_sleep();
	return sim_frame(page);
}

void kunmap(struct page *page)
{
	(void)page;
}

struct kmem_cache *kmem_cache_create(const char *name, size_t size, size_t align,
				     unsigned int flags, void (*ctor)(void *object))
{
	struct kmem_cache *cache = malloc(sizeof(*cache));

	(void)name;
	(void)align;
	(void)flags;
	BUG_ON(ctor || !cache);
	cache->size = size;
	return cache;
}

void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp)
{
	void *object;

	if (!allowed(gfp))
		return NULL;
	object = malloc(cache->size);
	BUG_ON(!object);
	memset(object, gfp & __GFP_ZERO ? 0 : POISON, cache->size);
	objects_used++;
	return object;
}

void kmem_cache_free(struct kmem_cache *cache, void *object)
{
	memset(object, POISON, cache->size);
	free(object);
	objects_used--;
}
