/*
 * test_block_queue.c - the queue of a block device against what it promises, with random work:
 * bios and flushes handed in, plugged or not, requests done or failed, ticks that go by.
 *
 * Looked at: each bio ends once and with its own error; a request is one run of sectors, goes one
 * way and keeps its limits; flushes are barriers; nobody is passed over for longer than allowed,
 * and no read for a write, nor the other way, more often than allowed.
 */
#include "drivers/block_queue.h"
#include "kernel/errno.h"
#include "kernel/time.h"
#include "machine.h"
#include "test.h"
#include <string.h>

#define SECTORS	    400u
#define BIOS	    32u
#define MAX_SECTORS 48u
#define MAX_VECS    12u
#define READ_WAIT   (HZ / 2)
#define WRITE_WAIT  (5 * HZ)
#define READS	    2u /* requests in a row that go before a write */

static struct block_queue queue;
static struct block_device disk = {.name = "disk", .dev = 0x900, .sectors = SECTORS};

static struct item {
	struct bio bio;
	struct bio_vec vecs[4];
	bool failed;	      /* together with others */
	bool used, bad, done; /* done: the drive has, end_io() may come in a moment */
	unsigned int turn;    /* when it was handed in */
	int ended;
} items[BIOS];

static struct page frame;
static unsigned int turn, flushes_begun, reads_in_a_row, writes_in_between;
static bool failed_together;

static struct item *item_of(struct bio *bio)
{
	return container_of(bio, struct item, bio);
}

/* Does it wait behind a flush? */
static bool held_back(const struct item *item)
{
	for (unsigned int i = 0; i < BIOS; i++)
		if (items[i].used && !items[i].done && items[i].bio.flush &&
		    items[i].turn < item->turn)
			return true;
	return false;
}

static void check_request(void)
{
	const struct block_request *request = &queue.active;
	unsigned int sectors = 0, vecs = 0, nr = 0, i;
	struct bio *bio;

	list_for_each_entry (bio, &request->bios, link) {
		CHECK(!item_of(bio)->done);
		CHECK_EQ(bio->flush, request->flush);
		CHECK_EQ(bio->write, request->write);
		CHECK_EQ((sector_t)bio->at, request->flush ? 0 : request->sector + sectors);
		CHECK(!item_of(bio)->failed || request->nr_bios == 1);
		sectors += bio->sectors;
		vecs += bio->nr_vecs;
		nr++;
	}
	CHECK(nr > 0 && nr <= BLOCK_MAX_BIOS && nr == request->nr_bios);
	CHECK(sectors <= MAX_SECTORS && vecs <= MAX_VECS);
	CHECK(request->flush || (sectors == request->sectors && vecs == request->nr_vecs));
	bio = list_first_entry(&request->bios, struct bio, link);
	for (i = 0; i < BIOS; i++) {
		struct item *other = &items[i];

		if (!other->used || other->done || other == item_of(bio))
			continue;
		/* Before a flush all that came earlier is done; behind it nothing that came later.
		 */
		CHECK(!bio->flush || other->turn > item_of(bio)->turn);
		CHECK(!other->bio.flush || other->turn > item_of(bio)->turn);
	}
}

static bool waited_long(const struct bio *bio)
{
	return time_after(jiffies, bio->queued + (bio->write ? WRITE_WAIT : READ_WAIT));
}

/* Has somebody waited too long? Then this is somebody's turn who has, too. */
static void check_patience(void)
{
	struct bio *bio;

	list_for_each_entry (bio, &queue.active.bios, link)
		if (waited_long(bio) || item_of(bio)->failed)
			return;
	for (unsigned int i = 0; i < BIOS; i++) {
		struct item *item = &items[i];

		if (item->used && !item->done && !item->bio.flush && !held_back(item) &&
		    waited_long(&item->bio))
			test_fail(__FILE__, __LINE__, "a bio at %u is passed over",
				  (unsigned int)item->bio.at);
	}
}

/* Does one wait that goes this way and can be begun? */
static bool waits(bool write)
{
	for (unsigned int i = 0; i < BIOS; i++) {
		const struct item *item = &items[i];
		const struct bio *bio;
		bool active = false;

		list_for_each_entry (bio, &queue.active.bios, link)
			active |= bio == &item->bio;
		if (item->used && !item->done && !active && !item->bio.flush && !item->failed &&
		    item->bio.write == write && !held_back(item))
			return true;
	}
	return false;
}

/* Reads go first, but now and then a write; only who has waited too long is before both. */
static void check_turns(void)
{
	bool exempt = false, write = queue.active.write;
	struct bio *bio;

	list_for_each_entry (bio, &queue.active.bios, link) {
		if (bio->flush || item_of(bio)->failed)
			return;
		exempt |= waited_long(bio);
	}
	if (!exempt && waits(!write)) {
		CHECK_EQ(write, reads_in_a_row >= READS);
		writes_in_between += write;
	}
	reads_in_a_row = !write && waits(true) ? reads_in_a_row + 1 : 0;
}

static void start(struct block_queue *q)
{
	CHECK(q == &queue && q->busy);
	check_turns();
	flushes_begun += q->active.flush;
	check_request();
	check_patience();
}

static void end_item(struct bio *bio)
{
	struct item *item = item_of(bio);

	CHECK(item->used && !item->ended);
	CHECK_EQ(bio->error, item->bad ? -EIO : 0);
	item->ended++;
}

static void hand_in(struct input *in)
{
	struct item *item;
	unsigned int i, nr;

	for (i = 0; i < BIOS && items[i].used && !items[i].ended; i++)
		;
	if (i == BIOS)
		return;
	item = &items[i];
	turn++;
	*item = (struct item){.used = true, .turn = turn};
	bio_init(&item->bio, item->vecs, ARRAY_SIZE(item->vecs));
	item->bio.bdev = &disk;
	item->bio.end_io = end_item;
	item->bio.write = input_below(in, 2);
	item->bad = input_below(in, 8) == 0;
	item->bio.flush = input_below(in, 12) == 0;
	if (item->bio.flush) {
		item->bio.write = true;
	} else {
		nr = 1 + input_below(in, 4);
		for (unsigned int v = 0; v < nr; v++)
			bio_add_page(&item->bio, &frame, 0, (1 + input_below(in, 4)) * SECTOR_SIZE);
		item->bio.sector = input_below(in, SECTORS - item->bio.sectors);
		if (input_below(in, 2)) /* in a crowd */
			item->bio.sector = input_below(in, 60);
	}
	submit_bio(&item->bio);
}

/* The drive is done: a bad bio among several spoils all, as far as the drive can tell. */
static void finish(void)
{
	unsigned long flags;
	struct bio *bio;
	int error = 0;
	LIST_HEAD(done);

	if (!queue.busy)
		return;
	list_for_each_entry (bio, &queue.active.bios, link)
		if (item_of(bio)->bad)
			error = -EIO;
	failed_together |= error && queue.active.nr_bios > 1;
	list_for_each_entry (bio, &queue.active.bios, link) {
		item_of(bio)->done = !error || queue.active.nr_bios == 1;
		item_of(bio)->failed = error;
	}
	spin_lock_irqsave(&queue.lock, flags);
	block_queue_end(&queue, error, &done);
	spin_unlock_irqrestore(&queue.lock, flags);
	block_end_bios(&done);
}

#define CROWD 60u

static struct {
	struct bio bio;
	struct bio_vec vecs[5];
	unsigned int ended;
} crowd[CROWD];

static void crowd_start(struct block_queue *q)
{
	CHECK(q == &queue && q->busy);
}

static void crowd_end(struct bio *bio)
{
	for (unsigned int i = 0; i < CROWD; i++)
		crowd[i].ended += bio == &crowd[i].bio;
}

static void finish_crowd(void)
{
	unsigned long flags;
	LIST_HEAD(done);

	spin_lock_irqsave(&queue.lock, flags);
	block_queue_end(&queue, 0, &done);
	spin_unlock_irqrestore(&queue.lock, flags);
	block_end_bios(&done);
}

static int one_input(const u8 *data, size_t n)
{
	struct input input = {data, n};
	unsigned int i;

	memset(items, 0, sizeof(items));
	block_queue_init(&queue, "test", start, MAX_SECTORS, MAX_VECS);
	disk.queue = &queue;
	turn = reads_in_a_row = 0;
	while (input.left && !test_failures()) {
		switch (input_below(&input, 5)) {
		case 0:
		case 1:
			hand_in(&input);
			break;
		case 2:
		case 3:
			finish();
			break;
		default:
			jiffies += input_below(&input, 40);
		}
	}
	for (i = 0; i < 10 * BIOS && queue.busy; i++)
		finish();
	CHECK(!queue.busy);
	for (i = 0; i < BIOS; i++)
		CHECK(!items[i].used || items[i].ended == 1);
	return 0;
}

static void test_random_work(void)
{
	failed_together = false;
	flushes_begun = writes_in_between = 0;
	check_property(one_input, 3000);
	CHECK(failed_together && flushes_begun && writes_in_between);
}

/* `n` neighbours, of so many pieces each, wait behind a request; or also behind a flush. */
static void hand_in_crowd(unsigned int n, unsigned int pieces, bool behind_flush)
{
	memset(items, 0, sizeof(items));
	memset(crowd, 0, sizeof(crowd));
	block_queue_init(&queue, "test", crowd_start, 4 * CROWD, MAX_VECS);
	disk.queue = &queue;
	for (unsigned int i = 0; i < n; i++) {
		struct bio *bio = &crowd[i].bio;

		bio_init(bio, crowd[i].vecs, ARRAY_SIZE(crowd[i].vecs));
		bio->bdev = &disk;
		bio->end_io = crowd_end;
		bio->write = true;
		bio->flush = behind_flush && i == 1;
		for (unsigned int v = 0; v < pieces && !bio->flush; v++)
			bio_add_page(bio, &frame, 0, SECTOR_SIZE);
		bio->sector = i ? i * pieces : SECTORS - pieces;
		submit_bio(bio);
	}
}

static unsigned int nr_held(void)
{
	struct bio *bio;
	unsigned int n = 0;

	list_for_each_entry (bio, &queue.held, link)
		n++;
	return n;
}

/* What takes long with interrupts off has a limit: bios and pieces of a request, and bios that were
 * held back. */
static void test_limits(void)
{
	hand_in_crowd(CROWD, 1, false);
	queue.max_vecs = CROWD;
	finish_crowd();
	CHECK_EQ(queue.active.nr_bios, BLOCK_MAX_BIOS);
	while (queue.busy)
		finish_crowd();
	hand_in_crowd(CROWD, 5, false);
	finish_crowd();
	CHECK(queue.active.nr_bios == 2 && queue.active.nr_vecs == 10);
	while (queue.busy)
		finish_crowd();
	hand_in_crowd(CROWD, 1, true);
	CHECK_EQ(nr_held(), CROWD - 1);
	finish_crowd();
	CHECK(queue.active.flush && nr_held() == CROWD - 2);
	finish_crowd();
	CHECK_EQ(nr_held(), CROWD - 2 - BLOCK_MAX_BIOS);
	while (queue.busy)
		finish_crowd();
	for (unsigned int i = 0; i < CROWD; i++)
		CHECK(crowd[i].ended == 1);
}

static const struct test tests[] = {
	{"limits of a request", test_limits},
	{"random work keeps the queue's promises", test_random_work},
};

int main(void)
{
	host_boot();
	return test_main(tests, ARRAY_SIZE(tests));
}
