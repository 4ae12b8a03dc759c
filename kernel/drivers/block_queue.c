/*
 * block_queue.c - the order in which a drive gets its work: reads before writes, each by a one-way
 * elevator that merges.
 *
 *   sectors:     ...[  bio  ][ bio ]......[ bio ][ bio ][ bio ]..........[ bio ]...
 *   last request ended here:            ^
 *   next request:                         └────── one ────────┘
 *
 * Somebody waits for what is read, and hardly ever for what is written: so a read goes before all
 * writes, but not more than READS_IN_A_ROW times while there are any.
 *
 * The next request begins with the first bio at or behind the place where the last one ended, or,
 * behind the last of all, at the front again. It takes in what lies side by side with that bio, in
 * both directions, is for the same disk and goes the same way. To be looked at and not to be
 * stored: nothing is merged before its turn, so a bio that comes late is not too late.
 *
 * A bio that has waited too long goes first, or one at the far end could wait for ever: where all
 * reads have, a write waits until it has, too. Before that come those of a request that failed,
 * each by itself.
 *
 * A flush waits until nothing else is there; what comes after it is held back, and let in by a
 * few at a time when the flush is done.
 */
#include "drivers/block_queue.h"
#include "kernel/errno.h"
#include "kernel/time.h"

#define READ_WAIT  (HZ / 2) /* longest that the elevator may let a bio wait: ticks */
#define WRITE_WAIT (5 * HZ)

#define READS_IN_A_ROW 2u /* requests that go before a write that waits */

void block_queue_init(struct block_queue *queue, const char *name,
		      void (*start)(struct block_queue *queue), unsigned int max_sectors,
		      unsigned int max_vecs)
{
	*queue = (struct block_queue){
		.name = name,
		.start = start,
		.max_sectors = max_sectors,
		.max_vecs = max_vecs,
	};
	spin_lock_init(&queue->lock, name);
	queue->sorted[0] = queue->sorted[1] = RB_ROOT;
	INIT_LIST_HEAD(&queue->fifo[0]);
	INIT_LIST_HEAD(&queue->fifo[1]);
	INIT_LIST_HEAD(&queue->retry);
	INIT_LIST_HEAD(&queue->held);
	INIT_LIST_HEAD(&queue->active.bios);
}

static struct bio *bio_of(struct rb_node *node)
{
	return node ? rb_entry(node, struct bio, sorted) : NULL;
}

static void insert(struct block_queue *queue, struct bio *bio)
{
	struct rb_root *sorted = &queue->sorted[bio->write];
	struct rb_node **link = &sorted->node, *parent = NULL;

	while (*link) {
		parent = *link;
		link = bio->at < bio_of(parent)->at ? &parent->left : &parent->right;
	}
	rb_link_node(&bio->sorted, parent, link);
	rb_insert_fixup(sorted, &bio->sorted, NULL);
	list_add_tail(&bio->link, &queue->fifo[bio->write]);
}

/* The first bio that goes this way at or behind `at`, or NULL. */
static struct bio *first_from(const struct block_queue *queue, bool write, u64 at)
{
	struct rb_node *node = queue->sorted[write].node;
	struct bio *found = NULL;

	while (node) {
		if (bio_of(node)->at >= at) {
			found = bio_of(node);
			node = node->left;
		} else {
			node = node->right;
		}
	}
	return found;
}

/* The one that has waited longest, if that was too long; or NULL. */
static struct bio *impatient(const struct block_queue *queue, bool write)
{
	struct bio *bio;

	if (list_empty(&queue->fifo[write]))
		return NULL;
	bio = list_first_entry(&queue->fifo[write], struct bio, link);
	return time_after(jiffies, bio->queued + (write ? WRITE_WAIT : READ_WAIT)) ? bio : NULL;
}

/* NULL: none is there. */
static struct bio *choose(const struct block_queue *queue)
{
	bool write = list_empty(&queue->fifo[0]) ||
		     (queue->reads_in_a_row >= READS_IN_A_ROW && !list_empty(&queue->fifo[1]));
	struct bio *bio = impatient(queue, write);

	if (!bio)
		bio = impatient(queue, !write);
	if (!bio)
		bio = first_from(queue, write, queue->at);
	return bio ? bio : bio_of(rb_first(&queue->sorted[write]));
}

/* Moves a bio from the queue into the active request, before or behind those in it. */
static void take(struct block_queue *queue, struct bio *bio, bool in_front)
{
	struct block_request *request = &queue->active;

	rb_erase(&queue->sorted[bio->write], &bio->sorted, NULL);
	if (in_front) {
		list_move(&bio->link, &request->bios);
		request->sector -= bio->sectors;
	} else {
		list_move_tail(&bio->link, &request->bios);
	}
	request->sectors += bio->sectors;
	request->nr_vecs += bio->nr_vecs;
	request->nr_bios++;
}

static bool can_join(const struct block_queue *queue, const struct bio *bio)
{
	const struct block_request *request = &queue->active;

	return request->nr_bios < BLOCK_MAX_BIOS &&
	       request->sectors + bio->sectors <= queue->max_sectors &&
	       request->nr_vecs + bio->nr_vecs <= queue->max_vecs;
}

static void begin(struct block_queue *queue, struct bio *bio)
{
	queue->active.disk = bio->disk;
	queue->active.sector = (sector_t)bio->at;
	queue->active.sectors = queue->active.nr_vecs = queue->active.nr_bios = 0;
	queue->active.write = bio->write;
	queue->active.flush = bio->flush;
	queue->busy = true;
	queue->requests++;
}

/* Makes the active request of a bio and all that fits on to it. */
static void gather(struct block_queue *queue, struct bio *bio)
{
	struct bio *prev = bio_of(rb_prev(&bio->sorted)), *next = bio_of(rb_next(&bio->sorted));
	u64 start = bio->at, end = bio->at + bio->sectors;
	struct bio *joined;

	begin(queue, bio);
	queue->reads_in_a_row =
		bio->write || list_empty(&queue->fifo[1]) ? 0 : queue->reads_in_a_row + 1;
	take(queue, bio, false);
	queue->at = end;
	while (next && next->at == end && can_join(queue, next)) {
		joined = next;
		next = bio_of(rb_next(&joined->sorted));
		end += joined->sectors;
		take(queue, joined, false);
	}
	while (prev && prev->at + prev->sectors == start && can_join(queue, prev)) {
		joined = prev;
		prev = bio_of(rb_prev(&joined->sorted));
		start = joined->at;
		take(queue, joined, true);
	}
	queue->at = end;
}

/* Lets some of those in that were held back by a flush, up to the next one, whose turn it is when
 * nothing else is left. */
static void release_held(struct block_queue *queue)
{
	struct bio *bio;
	unsigned int n;

	for (n = 0; n < BLOCK_MAX_BIOS && !list_empty(&queue->held); n++) {
		bio = list_first_entry(&queue->held, struct bio, link);
		if (bio->flush)
			break;
		list_del(&bio->link);
		insert(queue, bio);
	}
}

/* A request of one bio that is not among the sorted ones. */
static void begin_single(struct block_queue *queue, struct bio *bio)
{
	begin(queue, bio);
	list_move_tail(&bio->link, &queue->active.bios);
	queue->active.sectors = bio->sectors;
	queue->active.nr_vecs = bio->nr_vecs;
	queue->active.nr_bios = 1;
}

/* Begins the next request, if the drive is free and there is one. */
static void dispatch(struct block_queue *queue)
{
	struct bio *bio;

	if (queue->busy)
		return;
	release_held(queue);
	bio = choose(queue);
	if (!list_empty(&queue->retry))
		begin_single(queue, list_first_entry(&queue->retry, struct bio, link));
	else if (bio)
		gather(queue, bio);
	else if (!list_empty(&queue->held))
		begin_single(queue, list_first_entry(&queue->held, struct bio, link));
	else
		return;
	io_trace_started(&queue->active);
	queue->start(queue);
}

static void enter(struct block_queue *queue, struct bio *bio)
{
	bio->queued = jiffies;
	queue->bios++;
	io_trace_queued(bio);
	if (bio->flush || !list_empty(&queue->held))
		list_add_tail(&bio->link, &queue->held);
	else
		insert(queue, bio);
}

void block_queue_add(struct block_queue *queue, struct bio *bio)
{
	unsigned long flags;

	spin_lock_irqsave(&queue->lock, flags);
	enter(queue, bio);
	dispatch(queue);
	spin_unlock_irqrestore(&queue->lock, flags);
}

void block_queue_add_list(struct block_queue *queue, struct list_head *bios)
{
	unsigned long flags;
	struct bio *bio;

	spin_lock_irqsave(&queue->lock, flags);
	while (!list_empty(bios)) {
		bio = list_first_entry(bios, struct bio, link);
		list_del(&bio->link);
		enter(queue, bio);
	}
	dispatch(queue);
	spin_unlock_irqrestore(&queue->lock, flags);
}

void block_queue_end(struct block_queue *queue, int error, struct list_head *done)
{
	struct block_request *request = &queue->active;
	bool split = error && request->nr_bios > 1;
	struct bio *bio, *next;

	list_for_each_entry_safe (bio, next, &request->bios, link) {
		list_del(&bio->link);
		if (split) {
			list_add_tail(&bio->link, &queue->retry);
			continue;
		}
		bio->error = error;
		io_trace_done(bio, request->command, request->nr_bios);
		list_add_tail(&bio->link, done);
	}
	queue->retried += split;
	queue->busy = false;
	dispatch(queue);
}

void block_end_bios(struct list_head *done)
{
	struct bio *bio;

	while (!list_empty(done)) {
		bio = list_first_entry(done, struct bio, link);
		list_del(&bio->link);
		bio->end_io(bio);
	}
}
