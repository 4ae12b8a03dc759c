/* internal.h - pages of files, as the other rooms of mm/ see them. */
#ifndef MM_CACHE_INTERNAL_H
#define MM_CACHE_INTERNAL_H

#include "kernel/wait.h"
#include "mm/fault.h"
#include "mm/filemap.h"
#include "mm/gfp.h"
#include "mm/swap_entry.h"

/* filemap.c and its neighbours. */
int add_to_page_cache(struct page *page, struct address_space *mapping, unsigned long index);
void remove_from_page_cache(struct page *page);
/* Up to `most` pages with index >= first, in order, each with a reference: how many. */
unsigned int find_get_pages(struct address_space *mapping, struct page **pages, unsigned long first,
			    unsigned int most);
/* Forgets that a page is dirty (flag, tag, count); page locked. True if it was. */
bool clear_page_dirty(struct page *page);
/* Where those sleep that wait for the page to be unlocked; PG_waiters wakes them. */
wait_queue_head_t *page_wait_queue(const struct page *page);
/*
 * Writes up to PAGES_AT_ONCE locked dirty pages of a file, which may be mapped; errors[]: 0, or why
 * the page is dirty still. May sleep.
 */
void writeback_pages(struct address_space *mapping, struct page **pages, unsigned int nr,
		     int *errors);
/* Brings a locked page up to date: 0 or -EIO. */
int fill_page(struct address_space *mapping, struct page *page);
/* A fresh page, locked, entered at `index`; ERR_PTR(-EEXIST) when somebody was faster, or -ENOMEM.
 */
struct page *add_new_page(struct address_space *mapping, unsigned long index, gfp_t gfp);
/*
 * readahead.c: `index` is wanted and not there, with `count` - 1 pages behind it; or, for a fault,
 * with what one fault may map. Starts to read these and perhaps more. Or it is there, and where the
 * next part was to be begun. What fails is left to whoever needs the page. May sleep.
 */
void readahead_missing(struct address_space *mapping, unsigned long index, unsigned long count);
void readahead_around(struct address_space *mapping, unsigned long index);
void readahead_next(struct address_space *mapping);
/* read_cache_page() for read(), which wants `count` pages from here on; ERR_PTR(-EINTR) for who is
 * killed before the page is there. */
struct page *page_to_read(struct address_space *mapping, unsigned long index, unsigned long count);
#define NO_READAHEAD (~0ul)
/* Pages of the file, the last one perhaps in part. */
static inline unsigned long mapping_pages(const struct address_space *mapping)
{
	return (unsigned long)((mapping->size + (loff_t)PAGE_SIZE - 1) >> PAGE_SHIFT);
}
/* Takes the pages from `first` on out of every area that maps the file. */
void unmap_mapping_pages(struct address_space *mapping, unsigned long first);
/* Zeroes bytes [from, PAGE_SIZE) of a page. */
void zero_page_tail(struct page *page, unsigned int from);
int filemap_fault(struct vm_area_struct *vma, struct vm_fault *vmf);
void filemap_map_pages(struct vm_area_struct *vma, unsigned long pgoff, unsigned int count,
		       pte_t *ptep);

/* tree_nodes.c */
void tree_nodes_init(void);
/*
 * An insertion under a spinlock has found no memory. Takes nodes for the next one, which must come
 * before the caller sleeps, and then tree_nodes_put(): gives back what is left. `gfp` says what may
 * be done for it: false, nothing (no __GFP_WAIT, or __GFP_NORETRY), or there is none even so. May
 * sleep with __GFP_WAIT.
 */
bool tree_nodes_get(gfp_t gfp);
void tree_nodes_put(void);

/* file_rw.c */
void filemap_rw_init(void);

/* shmem.c: memory that processes share and no file backs. */
struct mapped_file *shmem_create(unsigned long size);
extern const struct vm_ops shmem_vm_ops;
void shmem_init(void);
/*
 * shmem_swap.c: a dirty page of shared memory, locked and not mapped, goes over from the page cache
 * to the swap cache, where it waits to be written. The caller has a reference. False: no slot or no
 * memory, and nothing has changed.
 */
bool shmem_swap_out(struct page *page);
/*
 * For swapoff: brings all pages of shared memory back whose slots are in the area of that type,
 * which gives out none any more. 0, -ENOMEM, -EIO, or -EINTR: some are still there. What an object
 * that is just going has there goes with it. May sleep; no page may be locked.
 */
int __must_check shmem_unuse(unsigned int type);
/* For tests: calls `fn` for each entry that shared memory has. How many. Nobody else runs. */
unsigned long shmem_for_each_entry(void (*fn)(swp_entry_t entry));

#endif
