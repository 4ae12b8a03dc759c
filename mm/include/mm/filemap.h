/*
 * filemap.h - the page cache: file contents in page frames, shared by read(),
 * write() and file mappings. File systems give the operations.
 */
#ifndef MM_FILEMAP_H
#define MM_FILEMAP_H

#include "kernel/list.h"
#include "kernel/lock.h"
#include "kernel/radix_tree.h"
#include "mm/mm.h"

struct address_space_ops {
	/*
	 * Fills a locked page (any zone) that is not uptodate; beyond the end of
	 * file with zeroes. May sleep. 0 or -EIO. The caller sets PG_uptodate and unlocks.
	 */
	int (*readpage)(struct address_space *mapping, struct page *page);
	/*
	 * Starts to fill `nr` pages with consecutive indices, all locked, none uptodate, in the
	 * file. Each comes to end_page_read(), soon or later. Of them `wanted` from `first` on are
	 * waited for, the others may be. May sleep. NULL: there is only readpage.
	 */
	void (*readpages)(struct address_space *mapping, struct page **pages, unsigned int nr,
			  unsigned int first, unsigned int wanted);
	/*
	 * writepage of `nr` pages in the order of their indices, at once: errors[i] is that
	 * of page i. NULL: there is only writepage.
	 */
	void (*writepages)(struct address_space *mapping, struct page **pages, unsigned int nr,
			   int *errors);
	/* Writes a locked dirty page to the disk. May sleep. 0, -EIO or -ENOSPC. */
	int (*writepage)(struct address_space *mapping, struct page *page);
	/*
	 * Makes sure that [from, to) of the page has blocks on disk before it is
	 * dirtied (page locked). NULL: nothing to do. 0, -ENOSPC, -EIO.
	 */
	int (*prepare_write)(struct address_space *mapping, struct page *page, unsigned int from,
			     unsigned int to);
};

/* Pages that readpages and writepages get at once: the disk moves them with one command. */
#define PAGES_AT_ONCE 32

#define PAGECACHE_TAG_DIRTY 0 /* dirty, or being written */

/* Reading ahead: where the reader is expected next. readahead.c. */
struct readahead {
	unsigned long next;  /* behind what was read in last: who asks for it reads in order */
	unsigned long start; /* who reads this page makes the next part come; NO_READAHEAD: none */
	unsigned int size;   /* pages read in last */
};

struct address_space {
	void *host; /* the inode or block device */
	const struct address_space_ops *a_ops;
	spinlock_t tree_lock;
	struct radix_tree_root page_tree;
	unsigned long nrpages;
	struct rb_root i_mmap; /* areas that map it, by pages: interval_tree.c */
	spinlock_t i_mmap_lock;
	/* Bytes; kept by the file system. A fault beyond it is SIGBUS. */
	loff_t size;
	u32 dev, ino; /* for the recording; dev 0: no inode, and ino is just a number */
	struct readahead ra;
};

void address_space_init(struct address_space *mapping, void *host,
			const struct address_space_ops *ops);

/* The cached page, with a reference, or NULL. Does not sleep. */
struct page *find_get_page(struct address_space *mapping, unsigned long index);
/*
 * The page at `index`, read in if need be: referenced, uptodate, unlocked.
 * ERR_PTR(-EIO / -ENOMEM). *major (may be NULL) is set when it waited for the disk. May sleep.
 */
struct page *read_cache_page(struct address_space *mapping, unsigned long index, bool *major);
/* The page at `index` locked and referenced, made (not uptodate) when absent. ERR_PTR(-ENOMEM). */
struct page *find_or_create_page(struct address_space *mapping, unsigned long index);

/* The end of a page of readpages: valid, but for what lies behind the end of the file, or an error.
 * Unlocks it. Any context. */
void end_page_read(struct page *page, int error);

void lock_page(struct page *page); /* may sleep */
/* The same of whoever may be killed meanwhile: 0, or -EINTR, and the page is not locked. */
int __must_check lock_page_killable(struct page *page);
bool trylock_page(struct page *page);
void unlock_page(struct page *page);
/* Marks the page dirty in flags and tree. */
void set_page_dirty(struct page *page);
/* The page was used: PG_referenced. Any context. */
static inline void mark_page_accessed(struct page *page)
{
	if (!PageReferenced(page))
		SetPageReferenced(page);
}
/* A page-table entry with the dirty bit is going: keep what it says. */
void page_note_dirty_pte(struct page *page);

/* Copies between a file's pages and a buffer through `copy`, which returns bytes NOT copied (user
 * copies may fault). The file position is the caller's. Returns bytes moved or a negative errno. */
typedef unsigned long (*page_copy_fn)(void *page_addr, void *buf, unsigned long n);
ssize_t filemap_read(struct address_space *mapping, loff_t pos, void *buf, size_t count,
		     page_copy_fn to_buf);
/* Grows mapping->size as it goes. */
ssize_t filemap_write(struct address_space *mapping, loff_t pos, void *buf, size_t count,
		      page_copy_fn from_buf);
/* Writes all dirty pages of the mapping and waits. First error, or 0. May sleep. */
int filemap_sync(struct address_space *mapping);
/* Drops cached pages from byte `size` on, zeroes the rest of the last page, unmaps them from all
 * areas. Dirty pages are lost. May sleep. */
void truncate_inode_pages(struct address_space *mapping, loff_t size);

/* Drops the cached pages that are clean, not mapped and in nobody's use: how many. The data is on
 * the disk; where there is none (shared memory), nothing is dropped. May sleep. */
unsigned long drop_clean_pages(struct address_space *mapping);

/* vm_ops of file areas: private ones and shared ones. */
extern const struct vm_ops file_vm_ops;
extern const struct vm_ops shared_file_vm_ops;

/* Is it memory that processes share and no file backs (shmem.c)? */
extern const struct address_space_ops shmem_aops;
static inline bool mapping_is_shmem(const struct address_space *mapping)
{
	return mapping->a_ops == &shmem_aops;
}
/* Is any page of it dirty? Does not sleep. */
bool mapping_dirty(struct address_space *mapping);
/* Pages in all caches / dirty ones: /proc/meminfo. */
unsigned long nr_cached_pages(void);
unsigned long nr_dirty_pages(void);
void filemap_init(void);

#endif
