/*
 * tree_nodes.c - memory for the nodes of page trees: of the page cache, of swap caches, of shared
 * memory.
 *
 * A tree grows under tree_lock or swap_lock, where nobody may sleep: a node is there at once or not
 * at all. Who cannot do without lets the lock go, gets as many nodes as one insertion may need, as
 * he got the page, by reclaim and by the out-of-memory killer, and inserts once more.
 */
#include "internal.h"
#include "kernel/bug.h"
#include "kernel/radix_tree.h"
#include "mm/slab.h"
#include "page/internal.h"

static struct kmem_cache *radix_cache;
/* Those of tree_nodes_get(). */
static void *spare[RADIX_TREE_INSERT_MAX];
static unsigned int nr_spare;

/* Not cleared: radix_tree.c does it. Who frees memory may use the last frame: a page without a
 * place in the tree of its swap area stays in memory. */
static void *alloc_radix_node(size_t size)
{
	const gfp_t reserve = memalloc_noreclaim() ? __GFP_MEMALLOC : 0;

	if (unlikely(nr_spare))
		return spare[--nr_spare];
	if (unlikely(!radix_cache))
		radix_cache = kmem_cache_create("radix_tree_node", size, 0,
						SLAB_RECLAIM_ACCOUNT | SLAB_PANIC, NULL);
	return kmem_cache_alloc(radix_cache, GFP_ATOMIC | __GFP_NOWARN | reserve);
}

static void free_radix_node(void *node)
{
	kmem_cache_free(radix_cache, node);
}

static void free_nodes(void **nodes, unsigned int nr)
{
	while (nr)
		kmem_cache_free(radix_cache, nodes[--nr]);
}

bool tree_nodes_get(gfp_t gfp)
{
	void *nodes[RADIX_TREE_INSERT_MAX];
	unsigned int nr;

	if (!(gfp & __GFP_WAIT) || (gfp & __GFP_NORETRY))
		return false;
	for (nr = 0; nr < ARRAY_SIZE(nodes); nr++) {
		nodes[nr] = kmem_cache_alloc(radix_cache, gfp & (GFP_KERNEL | __GFP_NOWARN));
		if (!nodes[nr]) {
			free_nodes(nodes, nr);
			return false;
		}
	}
	/* From here on nobody sleeps: others' are back in the cache by now. */
	BUG_ON(nr_spare);
	for (nr_spare = 0; nr_spare < nr; nr_spare++)
		spare[nr_spare] = nodes[nr_spare];
	return true;
}

void tree_nodes_put(void)
{
	free_nodes(spare, nr_spare);
	nr_spare = 0;
}

/* One node made and freed: its size is known to the tree alone, and the cache must be there
 * before the first use under a spinlock. */
void tree_nodes_init(void)
{
	struct radix_tree_root tree = RADIX_TREE_INIT;

	radix_tree_init(alloc_radix_node, free_radix_node);
	if (radix_tree_insert(&tree, 1, &tree))
		panic("no memory for the page cache");
	radix_tree_delete(&tree, 1);
}
