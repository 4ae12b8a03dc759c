/*
 * kernel.c - the kernel's half of the instruction counter: compiled and linked
 * with mm/ by the kernel's own flags and calling convention, all names but the
 * three below kept to itself. The stand-ins are no more than what the measured
 * ways touch.
 */
#include "cost/cost.h"
#include "arch/hint.h"
#include "arch/irq.h"
#include "arch/pgtable.h"
#include "arch/tlb.h"
#include "kernel/bug.h"
#include "kernel/kallsyms.h"
#include "kernel/printk.h"
#include "kernel/time.h"
#include "kernel/wait.h"
#include "mm/bootmem.h"
#include "mm/compaction.h"
#include "cache/internal.h"
#include "mm/highmem.h"
#include "mm/oom.h"
#include "mm/reclaim.h"
#include "mm/shrinker.h"
#include "mm/slab.h"
#include "mm/swap.h"
#include "mm/vmalloc.h"
#include "mm/vmstat.h"
#include "mm/zone.h"

#define WARM_UP 40
/* Enough for per-CPU lists of full length; high frames are never touched. */
#define MEMORY 0x20000000u

u32 kernel_global = _PAGE_GLOBAL;
volatile unsigned long jiffies;
DEFINE_PER_CPU(int, preempt_count);
pgd_t swapper_pg_dir[PTRS_PER_PGD];
/* vmalloc (4 MiB of it are enough), kmap, fixmap */
static pte_t ptes[3][PTRS_PER_PTE] __aligned(4096);

void panic(const char *fmt, ...)
{
	(void)fmt;
	for (;;)
		__builtin_trap();
}

int printk(const char *fmt, ...)
{
	(void)fmt;
	return 0;
}

void host_hint(enum trace_op op, u32 b, u32 c, u32 s, u32 d)
{
	(void)op;
	(void)b;
	(void)c;
	(void)s;
	(void)d;
}

void might_sleep_at(const char *file, int line)
{
	(void)file;
	(void)line;
}

void warn_at(const char *file, int line, const char *expr)
{
	panic("%s:%d: %s", file, line, expr);
}

int sprint_symbol(char *buf, size_t size, unsigned long addr)
{
	return scnprintf(buf, size, "0x%lx", addr);
}

unsigned long shrink_slab(gfp_t gfp)
{
	(void)gfp;
	return 0;
}

bool try_to_compact_pages(const struct alloc_request *req)
{
	(void)req;
	return false;
}

/* Nothing is short here: nobody reclaims, swaps or is killed. */
unsigned long nr_swapcache_pages, nr_total_slots, nr_free_slots;

bool memalloc_noreclaim(void)
{
	return false;
}

unsigned long try_to_free_pages(const struct alloc_request *req)
{
	(void)req;
	return 0;
}

bool reclaim_again(const struct alloc_request *req, struct reclaim_tries *tries)
{
	(void)req;
	(void)tries;
	return false;
}

void wakeup_kswapd(const struct alloc_request *req)
{
	(void)req;
}

bool oom_current_dies(void)
{
	return false;
}

bool out_of_memory(const struct alloc_request *req)
{
	(void)req;
	return false;
}

bool in_interrupt(void)
{
	return false;
}

void spin_lock_bug(const spinlock_t *lock, const char *what)
{
	panic("%s %s", lock->name, what);
}

pte_t *kernel_pte(unsigned long addr, bool alloc)
{
	(void)alloc;
	return &ptes[(addr >= PKMAP_BASE) + (addr >= FIXADDR_START)][pte_index(addr)];
}

void tlb_flush_kernel_range(unsigned long start, unsigned long end)
{
	(void)start;
	(void)end;
}

/* Never reached: nothing that is measured sleeps. */
void prepare_to_wait(wait_queue_head_t *queue, wait_queue_entry_t *entry, bool interruptible)
{
	(void)queue;
	(void)entry;
	(void)interruptible;
	panic("sleeps");
}

void prepare_to_wait_killable(wait_queue_head_t *queue, wait_queue_entry_t *entry)
{
	prepare_to_wait(queue, entry, true);
}

void finish_wait(wait_queue_head_t *queue, wait_queue_entry_t *entry)
{
	(void)queue;
	(void)entry;
}

long schedule_timeout(long timeout)
{
	return timeout;
}

bool exiting_current(void)
{
	return false;
}

bool fatal_signal_pending_current(void)
{
	return false;
}

void cond_resched(void)
{
}

void wake_up_all(wait_queue_head_t *queue)
{
	(void)queue;
}

static struct page *high[2], *low;
static struct kmem_cache *cache;

void cost_setup(void)
{
	bootmem_add(0, MEMORY, E820_RAM);
	bootmem_finish(0);
	zones_init();
	mem_init();
	kmem_cache_init();
	kmap_init();
	vmalloc_init();
	high[0] = alloc_page(GFP_HIGHUSER);
	high[1] = alloc_page(GFP_HIGHUSER);
	low = alloc_page(GFP_KERNEL);
	cache = kmem_cache_create("cost", 100, 0, SLAB_PANIC, NULL);
}

void __noinline cost_mark(void)
{
	barrier();
}

static void nothing(void)
{
	barrier();
}

static void page_user(void)
{
	__free_page(alloc_page(GFP_HIGHUSER));
}

static void page_kernel(void)
{
	__free_page(alloc_page(GFP_KERNEL));
}

static void page_order_3(void)
{
	__free_pages(alloc_pages(GFP_KERNEL, 3), 3);
}

static void page_cold(void)
{
	free_cold_page(alloc_page(GFP_KERNEL | __GFP_COLD));
}

static void page_shared(void)
{
	get_page(high[0]);
	put_page(high[0]);
}

static void kmalloc_32(void)
{
	kfree(kmalloc(32, GFP_KERNEL));
}

static void kmalloc_256(void)
{
	kfree(kmalloc(256, GFP_KERNEL));
}

static void cache_object(void)
{
	kmem_cache_free(cache, kmem_cache_alloc(cache, GFP_KERNEL));
}

static void kmap_atomic_same(void)
{
	kunmap_atomic(kmap_atomic(high[0]));
}

static void kmap_atomic_other(void)
{
	static unsigned int turn;

	kunmap_atomic(kmap_atomic(high[turn ^= 1]));
}

static void kmap_atomic_low(void)
{
	kunmap_atomic(kmap_atomic(low));
}

static void kmap_again(void)
{
	kmap(high[0]);
	kunmap(high[0]);
}

static void vmalloc_16(void)
{
	vfree(vmalloc(16 * PAGE_SIZE));
}

const struct cost_row cost_rows[] = {
	{"nothing", nothing, 0},
	{"alloc_page + __free_page, user", page_user, 80},
	{"alloc_page + __free_page, kernel", page_kernel, 80},
	{"alloc_pages + __free_pages, order 3", page_order_3, 512},
	{"alloc_page + free_cold_page", page_cold, 300},
	{"get_page + put_page", page_shared, 30},
	{"kmalloc(32) + kfree", kmalloc_32, 60},
	{"kmalloc(256) + kfree", kmalloc_256, 60},
	{"kmem_cache_alloc + kmem_cache_free", cache_object, 60},
	{"kmap_atomic + kunmap_atomic, same page", kmap_atomic_same, 38},
	{"kmap_atomic + kunmap_atomic, another page", kmap_atomic_other, 40},
	{"kmap_atomic + kunmap_atomic, low page", kmap_atomic_low, 20},
	{"kmap + kunmap, page that has a slot", kmap_again, 120},
	{"vmalloc(64 KiB) + vfree", vmalloc_16, 2600},
	{NULL, NULL, 0},
};

void cost_run(void)
{
	for (const struct cost_row *row = cost_rows; row->name; row++) {
		for (unsigned int i = 0; i < WARM_UP; i++)
			row->run();
		cost_mark();
		row->run();
		cost_mark();
	}
}
