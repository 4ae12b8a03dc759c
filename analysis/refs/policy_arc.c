/*
 * policy_arc.c - ARC (Megiddo and Modha, FAST 2003): how much of memory is for pages that were used
 * once, and how much for those used again, is learnt from what was thrown out too early.
 *
 *            used once                          used again
 *   out <── B1 (names) <── T1 ── used again ──> T2 ──> B2 (names) ──> out
 *            │  a use: p grows           a use: p shrinks  │
 *            └───────────────────> T2 <────────────────────┘
 *
 * T1 and T2 are in memory; T1 should have p frames. T1 and B1 are together never more names than
 * there are frames, and all four never more than twice as many. p is not whole: it has 16 bits of
 * fraction.
 */
#include "policies.h"
#include "queues.h"

enum {
	T1 = NOWHERE + 1,
	T2,
	B1,
	B2
};

struct arc {
	struct queues queues;
	u32 frames;
	u64 p; /* in 1/65536 of a frame */
	struct replay_result result;
};

#define ONE 65536ull

/* The oldest of T1 or T2 leaves, its name stays; or, when it is not to, goes as well. */
static void evict(struct arc *arc, u32 from, u32 to)
{
	u32 victim = queue_oldest(&arc->queues, from);

	arc->result.writes += arc->queues.pages[victim].dirty;
	arc->queues.pages[victim].dirty = false;
	queue_move(&arc->queues, victim, to);
}

static void replace(struct arc *arc, bool was_b2)
{
	const u32 *nr = arc->queues.nr;
	bool t1 = nr[T1] && (nr[T1] * ONE > arc->p || (was_b2 && nr[T1] * ONE == arc->p));

	if (nr[T1] + nr[T2] < arc->frames) /* pages have gone by themselves */
		return;
	evict(arc, t1 ? T1 : T2, t1 ? B1 : B2);
}

/* What p changes by: 1, or more when the list with the name is the shorter one. */
static u64 step(u32 hit, u32 other)
{
	return hit >= other ? ONE : other * ONE / hit;
}

static void learn(struct arc *arc, u32 queue)
{
	const u32 *nr = arc->queues.nr;
	u64 by = queue == B1 ? step(nr[B1], nr[B2]) : step(nr[B2], nr[B1]);

	if (queue == B2)
		arc->p -= by < arc->p ? by : arc->p;
	else if (arc->p + by < arc->frames * ONE)
		arc->p += by;
	else
		arc->p = arc->frames * ONE;
}

/* Room for a page whose name is not known. */
static void make_room(struct arc *arc)
{
	const u32 *nr = arc->queues.nr;

	if (nr[T1] == arc->frames) {
		evict(arc, T1, NOWHERE);
	} else if (nr[T1] + nr[B1] == arc->frames) {
		queue_move(&arc->queues, queue_oldest(&arc->queues, B1), NOWHERE);
		replace(arc, false);
	} else if (nr[T1] + nr[T2] + nr[B1] + nr[B2] >= arc->frames) {
		if (nr[T1] + nr[T2] + nr[B1] + nr[B2] == 2 * arc->frames)
			queue_move(&arc->queues, queue_oldest(&arc->queues, B2), NOWHERE);
		replace(arc, false);
	}
}

static void use(struct arc *arc, u32 page)
{
	u32 queue = arc->queues.pages[page].queue;

	arc->result.faults += queue != T1 && queue != T2;
	if (queue == B1 || queue == B2) {
		learn(arc, queue);
		replace(arc, queue == B2);
	} else if (queue == NOWHERE) {
		make_room(arc);
	}
	queue_move(&arc->queues, page, queue == NOWHERE ? T1 : T2);
}

struct replay_result replay_arc(const struct replay *replay)
{
	struct arc arc = {.frames = replay->frames};

	queues_begin(&arc.queues, replay->nr_pages);
	for (unsigned long i = 0; i < replay->nr_refs; i++) {
		const struct reference *ref = &replay->refs[i];
		struct queue_page *page = &arc.queues.pages[ref->page];

		if (ref->gone)
			queue_move(&arc.queues, ref->page, NOWHERE);
		else
			use(&arc, ref->page);
		page->dirty = !ref->gone && (page->dirty || ref->write);
	}
	queues_end(&arc.queues);
	return arc.result;
}
