/*
 * policy_2q.c - 2Q (Johnson and Shasha, VLDB 1994): a page is worth its place when it is used again
 * after it has left a first queue.
 *
 *   new ──> A1in (FIFO, 1/4 of the frames) ──> A1out (names only, as many as 1/2 of the frames) ──>
 * out │ used again └──> Am (LRU) ──> out
 *
 * Uses of a page in A1in change nothing: they are one burst. When a frame is needed, A1in gives one
 * if it has more than its share (or Am has none), else Am.
 */
#include "policies.h"
#include "queues.h"

enum {
	A1IN = NOWHERE + 1,
	A1OUT,
	AM
};

struct twoq {
	struct queues queues;
	u32 frames, in_share, out_share;
	struct replay_result result;
};

static void make_room(struct twoq *twoq)
{
	struct queues *queues = &twoq->queues;
	bool from_in = queues->nr[A1IN] > twoq->in_share || !queues->nr[AM];
	u32 victim;

	if (queues->nr[A1IN] + queues->nr[AM] < twoq->frames)
		return;
	victim = queue_oldest(queues, from_in ? A1IN : AM);
	twoq->result.writes += queues->pages[victim].dirty;
	queues->pages[victim].dirty = false;
	queue_move(queues, victim, from_in ? A1OUT : NOWHERE);
	if (queues->nr[A1OUT] > twoq->out_share)
		queue_move(queues, queue_oldest(queues, A1OUT), NOWHERE);
}

static void use(struct twoq *twoq, u32 page)
{
	u32 queue = twoq->queues.pages[page].queue;

	if (queue == AM) {
		queue_move(&twoq->queues, page, AM);
	} else if (queue != A1IN) {
		twoq->result.faults++;
		queue_move(&twoq->queues, page, NOWHERE);
		make_room(twoq);
		queue_move(&twoq->queues, page, queue == A1OUT ? AM : A1IN);
	}
}

struct replay_result replay_2q(const struct replay *replay)
{
	struct twoq twoq = {.frames = replay->frames,
			    .in_share = replay->frames < 4 ? 1 : replay->frames / 4,
			    .out_share = replay->frames < 2 ? 1 : replay->frames / 2};

	queues_begin(&twoq.queues, replay->nr_pages);
	for (unsigned long i = 0; i < replay->nr_refs; i++) {
		const struct reference *ref = &replay->refs[i];
		struct queue_page *page = &twoq.queues.pages[ref->page];

		if (ref->gone)
			queue_move(&twoq.queues, ref->page, NOWHERE);
		else
			use(&twoq, ref->page);
		page->dirty = !ref->gone && (page->dirty || ref->write);
	}
	queues_end(&twoq.queues);
	return twoq.result;
}
