/* mpage.c - many pages of a file from and to the disk at once. */
#include "fs/vfs/mpage.h"
#include "fs/vfs/bdev.h"

static void end_read(struct bio *bio)
{
	unsigned int i;

	for (i = 0; i < bio->nr_vecs; i++)
		end_page_read(bio->vecs[i].page, bio->error);
	bio_put(bio);
}

/* NULL: what is read ahead is not worth a bio of the reserve. */
static struct bio *new_bio(struct block_device *bdev, u32 block, bool write, enum trace_io_why why)
{
	struct bio *bio = bio_alloc(why == TRACE_IO_READAHEAD ? GFP_AHEAD_BIO : __GFP_WAIT);

	if (!bio)
		return NULL;
	bio->bdev = bdev;
	bio->sector = block * SECTORS_PER_BLOCK;
	bio->write = write;
	bio->why = (u8)why;
	return bio;
}

void mpage_begin(struct mpage *read, struct block_device *bdev)
{
	read->bdev = bdev;
	read->bio = NULL;
	blk_start_plug(&read->plug);
}

static void hand_in(struct mpage *read)
{
	if (!read->bio)
		return;
	read->bio->end_io = end_read;
	submit_bio(read->bio);
	read->bio = NULL;
}

void mpage_read(struct mpage *read, struct page *page, u32 block, enum trace_io_why why)
{
	if (read->bio && (read->next != block || read->bio->why != why))
		hand_in(read);
	if (!read->bio)
		read->bio = new_bio(read->bdev, block, false, why);
	if (!read->bio) {
		unlock_page(page); /* who needs it reads it himself */
		return;
	}
	bio_add_page(read->bio, page, 0, PAGE_SIZE);
	read->next = block + 1;
	if (read->bio->nr_vecs == BIO_MAX_VECS)
		hand_in(read);
}

void mpage_end(struct mpage *read)
{
	hand_in(read);
	blk_finish_plug(&read->plug);
}

/* Hands in all of them: the first error when they are done, or 0. */
static int write_runs(struct block_device *bdev, struct page **pages, const u32 *blocks,
		      unsigned int nr, const int *errors, enum trace_io_why why)
{
	struct bio_batch batch = {0};
	struct bio *bio = NULL;
	struct blk_plug plug;
	unsigned int i;
	u32 next = 0;

	blk_start_plug(&plug);
	for (i = 0; i < nr; i++) {
		if (errors[i] || blocks[i] == NO_BLOCK)
			continue;
		if (bio && (blocks[i] != next || bio->nr_vecs == BIO_MAX_VECS)) {
			bio_batch_submit(&batch, bio);
			bio = NULL;
		}
		if (!bio)
			bio = new_bio(bdev, blocks[i], true, why);
		bio_add_page(bio, pages[i], 0, PAGE_SIZE);
		next = blocks[i] + 1;
	}
	if (bio)
		bio_batch_submit(&batch, bio);
	blk_finish_plug(&plug);
	return bio_batch_wait(&batch);
}

void mpage_write(struct block_device *bdev, struct page **pages, const u32 *blocks, unsigned int nr,
		 int *errors, enum trace_io_why why)
{
	unsigned int i;

	if (!write_runs(bdev, pages, blocks, nr, errors, why))
		return;
	/* Which one was it? The good ones are written twice. */
	for (i = 0; i < nr; i++) {
		if (!errors[i] && blocks[i] != NO_BLOCK)
			errors[i] = blkdev_rw_why(bdev, blocks[i] * SECTORS_PER_BLOCK, pages[i], 0,
						  SECTORS_PER_BLOCK, true, why);
	}
}
