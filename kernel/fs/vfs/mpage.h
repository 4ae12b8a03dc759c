/*
 * mpage.h - many pages of a file from and to the disk at once: what lies side by side there is one
 * piece of work. A block is a page.
 */
#ifndef FS_MPAGE_H
#define FS_MPAGE_H

#include "kernel/bio.h"
#include "mm/filemap.h"

/* Pages that are being read; begins with `bdev` alone. */
struct mpage {
	struct block_device *bdev;
	struct blk_plug plug;
	struct bio *bio; /* not yet handed in */
	u32 next;	 /* block that would fit on to it */
};

void mpage_begin(struct mpage *read, struct block_device *bdev);
/* Reads a locked page from a block; it comes to end_page_read(), or, one that is only read ahead,
 * is just unlocked when there is no memory. May sleep. */
void mpage_read(struct mpage *read, struct page *page, u32 block, enum trace_io_why why);
/* No more pages. */
void mpage_end(struct mpage *read);

#define NO_BLOCK (~0u)

/*
 * Writes page i to block blocks[i] and waits, for all i with errors[i] 0 and a block (not
 * NO_BLOCK); errors[i] becomes its own, whatever happens to the others. May sleep.
 */
void mpage_write(struct block_device *bdev, struct page **pages, const u32 *blocks, unsigned int nr,
		 int *errors, enum trace_io_why why);

#endif
