/*
 * shmem.h - shared memory whose pages can leave memory for a swap area.
 *
 *   in memory     mapping.page_tree: index -> page             counted as Shmem
 *   on its way    swapped: index -> entry, the page is in the swap cache
 *   out           swapped: index -> entry of the slot
 *
 * Each index is in one of the two trees at most, but for a page that is being read: it is in the
 * page cache already, locked, and its slot still has what it will hold. Whoever has the page of an
 * index locked in the page cache may change its place in `swapped`, and nobody else until all areas
 * are gone.
 *
 * The entries are not kept in the page tree, so that all others who look for pages there find
 * pages.
 */
#ifndef MM_CACHE_SHMEM_H
#define MM_CACHE_SHMEM_H

#include "mm/filemap.h"

struct shmem_object {
	struct mapped_file file;
	struct address_space mapping;
	/* Changed under mapping.tree_lock. */
	struct radix_tree_root swapped; /* a swp_entry_t's val, as a pointer */
	unsigned long nr_swapped;
	struct list_head listed; /* of all objects; shmem_list_lock */
};

static inline struct shmem_object *shmem_of(struct address_space *mapping)
{
	return container_of(mapping, struct shmem_object, mapping);
}

/* shmem_swap.c */
void shmem_list(struct shmem_object *object);
void shmem_unlist(struct shmem_object *object);
/*
 * Fills a page of the object, locked and just added: from its slot, which is given back, or with
 * zeroes. 0, -EIO or -ENOMEM. May sleep.
 */
int shmem_readpage(struct address_space *mapping, struct page *page);
/*
 * A page that has left memory becomes the page of `index` again, without a copy if that can be.
 * `vmf` is told from where. 0 also when there is nothing to do; -EIO or -ENOMEM. May sleep.
 */
int shmem_bring_back(struct shmem_object *object, unsigned long index, struct vm_fault *vmf);
/* Gives all slots back: nobody can reach the object any more, and its page tree is empty. */
void shmem_drop_slots(struct shmem_object *object);

#endif
