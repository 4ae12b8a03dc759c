/*
 * vmap_area.c - who has which addresses of the vmalloc window.
 *
 *   VMALLOC_START                                                   VMALLOC_END
 *   | area A  |g| area B  |g|   free    | area C (ended)  |g|  free  |
 *               ^                                          ^
 *               guard: the last page of each area, never mapped
 *
 * Whatever runs over the end of an area faults. And since the page below an
 * area is the guard of another one, or belongs to nobody, so does whatever runs
 * out of it downwards: kernel stacks need no guard of their own.
 *
 * Areas stand in a list, by address, and in a red-black tree whose nodes know the
 * largest free gap of their subtree (subtree_gap; the gap of one area is the
 * free space before it). The lowest place that is large enough is found by going
 * down once: left while there is one, else here, else right. A place for an
 * aligned area is looked for with room to spare, so that any gap that is large
 * enough will do.
 *
 * An area that has ended keeps its addresses: its entries are cleared, but TLBs may
 * remember them, and nobody may get addresses that still show somebody else's
 * frames. Such areas collect in lazy_list until they are worth a flush (LAZY_MAX
 * bytes or LAZY_AREAS of them) or there is no room: then one flush serves all, a purge.
 * The frames go back at once: only a user of a freed address could see them.
 *
 * Page tables of the window are never freed. So a directory's copy of an entry
 * of the master (arch/fault.c) cannot become stale, and nobody has to look for
 * copies in all address spaces.
 */
#include "arch/hint.h"
#include "arch/tlb.h"
#include "kernel/compiler.h"
#include "kernel/lock.h"
#include "kernel/printk.h"
#include "kernel/wait.h"
#include "mm/slab.h"
#include "internal.h"

/* Linux: 32 MiB for each power of two of CPUs. Here that is about a third of the window. */
#define LAZY_MAX (32ul << 20)
/* Small areas, stacks for one: so that no more than 64 KiB go into descriptors of nothing. */
#define LAZY_AREAS 512
/* Ended areas that go without giving way; each is three ways down a tree. */
#define PURGE_BATCH 64
/* Reports of a full window; later requests fail in silence. */
#define REPORTS_SHOWN 5

/* Protects all of these. Not taken by interrupt handlers. */
static DEFINE_SPINLOCK(vmap_lock);
static LIST_HEAD(areas);
static LIST_HEAD(lazy_list);
static LIST_HEAD(flushed_list); /* of these no TLB knows anything; being removed */
static unsigned int nr_lazy;
static struct rb_root tree = RB_ROOT;
static struct vmalloc_totals totals; /* but `used` and `chunk`, which are found when asked for */

static struct kmem_cache *area_cache;
_Static_assert(LAZY_AREAS * sizeof(struct vmap_area) <= 65536, "LAZY_AREAS");

static struct vmap_area *node_area(struct rb_node *node)
{
	return rb_entry(node, struct vmap_area, rb);
}

/* Where the free space before `area` begins; NULL: that at the end of the window. */
static unsigned long gap_start(const struct vmap_area *area)
{
	const struct list_head *prev = area ? area->list.prev : areas.prev;

	return prev == &areas ? VMALLOC_START : list_entry(prev, struct vmap_area, list)->end;
}

static unsigned long own_gap(const struct vmap_area *area)
{
	return area->start - gap_start(area);
}

static bool set_subtree_gap(struct rb_node *node)
{
	struct vmap_area *area = node_area(node);
	unsigned long gap = own_gap(area);

	if (node->left)
		gap = max(gap, node_area(node->left)->subtree_gap);
	if (node->right)
		gap = max(gap, node_area(node->right)->subtree_gap);
	if (gap == area->subtree_gap)
		return false;
	area->subtree_gap = gap;
	return true;
}

/* The gap before the area after this one has changed. */
static void update_next(const struct vmap_area *area)
{
	if (area->list.next != &areas)
		rb_augment_path(&list_entry(area->list.next, struct vmap_area, list)->rb,
				set_subtree_gap);
}

/* The area behind the lowest gap of `need` bytes, or NULL: the end of the window. */
static struct vmap_area *find_gap(unsigned long need)
{
	struct rb_node *node = tree.node;

	if (!node || node_area(node)->subtree_gap < need)
		return NULL;
	for (;;) {
		if (node->left && node_area(node->left)->subtree_gap >= need)
			node = node->left;
		else if (own_gap(node_area(node)) >= need)
			return node_area(node);
		else
			node = node->right;
	}
}

/* Puts an area right before `next` (NULL: last). All gaps are right before the tree is balanced. */
static void insert_before(struct vmap_area *area, struct vmap_area *next)
{
	struct rb_node *parent = NULL, **link = &tree.node;

	if (next) {
		parent = &next->rb;
		link = &next->rb.left;
	}
	while (*link) {
		parent = *link;
		link = &parent->right;
	}
	list_add_tail(&area->list, next ? &next->list : &areas);
	rb_link_node(&area->rb, parent, link);
	area->subtree_gap = own_gap(area);
	rb_augment_path(parent, set_subtree_gap);
	update_next(area);
	rb_insert_fixup(&tree, &area->rb, set_subtree_gap);
}

/* An area without bytes right after the one before has no gap, and its removal changes none. */
static void remove(struct vmap_area *area)
{
	area->start = area->end = gap_start(area);
	rb_augment_path(&area->rb, set_subtree_gap);
	update_next(area);
	list_del(&area->list);
	rb_erase(&tree, &area->rb, set_subtree_gap);
}

/* Finds a place of `size` bytes and puts the area there; false: there is none. */
static bool place(struct vmap_area *area, unsigned long size, unsigned long align)
{
	unsigned long need = size + align - PAGE_SIZE;
	struct vmap_area *next = find_gap(need);

	if (!next && VMALLOC_END - gap_start(NULL) < need)
		return false;
	area->start = round_up(gap_start(next), align);
	area->end = area->start + size;
	insert_before(area, next);
	return true;
}

/* Some of the ended areas whose addresses nobody remembers: they are free again. */
static void remove_some(void)
{
	struct vmap_area *area;

	spin_lock(&vmap_lock);
	for (unsigned int i = 0; i < PURGE_BATCH && !list_empty(&flushed_list); i++) {
		area = list_first_entry(&flushed_list, struct vmap_area, lazy);
		list_del(&area->lazy);
		nr_lazy--;
		totals.lazy -= area->end - area->start;
		remove(area);
		kmem_cache_free(area_cache, area);
	}
	spin_unlock(&vmap_lock);
}

/* One flush for all ended areas. */
static void flush_lazy(void)
{
	unsigned long start = VMALLOC_END, end = VMALLOC_START;
	struct vmap_area *area;

	if (list_empty(&lazy_list))
		return;
	spin_lock(&vmap_lock);
	list_for_each_entry (area, &lazy_list, lazy) {
		start = min(start, area->start);
		end = max(end, area->end);
	}
	tlb_flush_kernel_range(start, end);
	list_splice_init(&lazy_list, &flushed_list);
	totals.purges++;
	spin_unlock(&vmap_lock);
}

/* No ended area is left afterwards, also of those that another task was about to remove. Gives way
 * in between. */
static void purge(void)
{
	flush_lazy();
	while (!list_empty(&flushed_list)) {
		remove_some();
		cond_resched();
	}
}

void vm_unmap_aliases(void)
{
	purge();
}

static unsigned long largest_gap(void)
{
	unsigned long chunk = VMALLOC_END - gap_start(NULL);

	return tree.node ? max(chunk, node_area(tree.node)->subtree_gap) : chunk;
}

static void report_full(unsigned long size, unsigned long chunk)
{
	static unsigned int shown;

	if (shown++ < REPORTS_SHOWN)
		pr_warn("vmalloc: no %lu KiB in one piece, at most %lu KiB (vmalloc= asks for "
			"more)\n",
			size >> 10, chunk >> 10);
}

/* Places the area where there is room; false: there is none. */
static bool place_locked(struct vmap_area *area, unsigned long size, unsigned long align)
{
	bool placed;

	spin_lock(&vmap_lock);
	placed = place(area, size, align);
	totals.areas += placed;
	spin_unlock(&vmap_lock);
	return placed;
}

/* Places the area, after a purge if that helps; false: the window is full. May sleep. */
static bool place_or_purge(struct vmap_area *area, unsigned long size, unsigned long align)
{
	unsigned long chunk;

	if (totals.lazy > LAZY_MAX || nr_lazy > LAZY_AREAS)
		purge();
	if (place_locked(area, size, align))
		return true;
	purge();
	if (place_locked(area, size, align))
		return true;
	spin_lock(&vmap_lock);
	chunk = largest_gap();
	spin_unlock(&vmap_lock);
	report_full(size, chunk);
	return false;
}

struct vmap_area *vmap_area_alloc(unsigned long pages, unsigned long align, enum vmalloc_kind kind,
				  const void *caller)
{
	struct vmap_area *area;

	/* More than the window holds: said here, before sums with it can overflow. */
	if (!pages || pages >= (VMALLOC_END - VMALLOC_START) >> PAGE_SHIFT)
		return NULL;
	area = kmem_cache_alloc(area_cache, GFP_KERNEL);
	if (!area)
		return NULL;
	*area = (struct vmap_area){.kind = kind, .caller = caller};
	if (!place_or_purge(area, (pages + 1) << PAGE_SHIFT, align)) {
		kmem_cache_free(area_cache, area);
		return NULL;
	}
	trace_hint(TRACE_WINDOW, area->start, area->end, (unsigned long)caller, 0);
	return area;
}

/* The area with the lowest end above addr, or NULL: the one that holds addr, or the next. */
static struct vmap_area *find_from(unsigned long addr)
{
	struct rb_node *node = tree.node;
	struct vmap_area *found = NULL;

	while (node) {
		if (node_area(node)->end > addr) {
			found = node_area(node);
			node = node->left;
		} else {
			node = node->right;
		}
	}
	return found;
}

struct vmap_area *vmap_area_take(const void *addr, enum vmalloc_kind kind)
{
	struct vmap_area *area;

	spin_lock(&vmap_lock);
	area = find_from((unsigned long)addr);
	if (area && area->start == (unsigned long)addr && area->kind == kind) {
		area->kind = VMALLOC_UNPURGED;
		totals.areas--;
	} else {
		area = NULL;
	}
	spin_unlock(&vmap_lock);
	return area;
}

void vmap_area_retire(struct vmap_area *area)
{
	spin_lock(&vmap_lock);
	list_add_tail(&area->lazy, &lazy_list);
	nr_lazy++;
	totals.lazy += area->end - area->start;
	spin_unlock(&vmap_lock);
}

/* The state of the first area from addr on; false: there is none. */
static bool next_info(unsigned long addr, struct vmalloc_info *info)
{
	const struct vmap_area *area;

	spin_lock(&vmap_lock);
	area = find_from(addr);
	if (area)
		*info = (struct vmalloc_info){.start = area->start,
					      .end = area->end,
					      .caller = area->caller,
					      .nr_pages = area->nr_pages,
					      .phys = area->phys,
					      .kind = area->kind};
	spin_unlock(&vmap_lock);
	return area;
}

void vmalloc_for_each(void (*fn)(void *arg, const struct vmalloc_info *info), void *arg)
{
	struct vmalloc_info info = {.end = VMALLOC_START};

	while (next_info(info.end, &info))
		fn(arg, &info);
}

void vmalloc_totals(struct vmalloc_totals *result)
{
	const struct vmap_area *area;

	spin_lock(&vmap_lock);
	*result = totals;
	result->chunk = largest_gap();
	list_for_each_entry (area, &areas, list)
		if (area->kind != VMALLOC_UNPURGED)
			result->used += area->nr_pages << PAGE_SHIFT;
	spin_unlock(&vmap_lock);
}

void vmalloc_init(void)
{
	area_cache = kmem_cache_create("vmap_area", sizeof(struct vmap_area), 0, SLAB_PANIC, NULL);
}
