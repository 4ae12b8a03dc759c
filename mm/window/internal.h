/* internal.h - what vmap_area.c, vmalloc.c and ioremap.c share and nobody else sees. */
#ifndef MM_WINDOW_INTERNAL_H
#define MM_WINDOW_INTERNAL_H

#include "kernel/list.h"
#include "kernel/rbtree.h"
#include "mm/vmalloc.h"

/*
 * A piece of the window. Whoever made it owns `nr_pages` and the entries of its
 * pages; vmap_lock protects the rest.
 */
struct vmap_area {
	unsigned long start, end; /* the last page is the guard: never mapped */
	unsigned long subtree_gap;
	struct rb_node rb;
	struct list_head list; /* all areas, by address */
	struct list_head lazy; /* those ended, until the purge */
	enum vmalloc_kind kind;
	unsigned long nr_pages; /* mapped, from `start` on */
	phys_addr_t phys;
	const void *caller;
};

/* --- vmap_area.c: the tree of areas --- */

/* Reserves addresses for `pages` pages and the guard, at the lowest place; NULL: no room, or no
 * memory for the descriptor. May sleep. */
struct vmap_area *vmap_area_alloc(unsigned long pages, unsigned long align, enum vmalloc_kind kind,
				  const void *caller);
/* The area of that kind that starts at addr, now VMALLOC_UNPURGED, so that nobody finds it again;
 * NULL: there is none. */
struct vmap_area *vmap_area_take(const void *addr, enum vmalloc_kind kind);
/* Gives an area back whose entries are cleared: its addresses wait for the next purge. */
void vmap_area_retire(struct vmap_area *area);

/* --- vmalloc.c: the entries --- */

/* The entry for addr, given that for the page before (NULL: none); made when missing and `alloc`.
 * NULL: out of memory. */
pte_t *vmap_next_pte(pte_t *before, unsigned long addr, bool alloc);
/* Ends an area: clears the entries, frees the frames if they are its own. `name`: who asks. */
void vmap_end(const void *addr, enum vmalloc_kind kind, const char *name);
/* The same for one that its maker gives up. */
void vmap_abandon(struct vmap_area *area);

#endif
