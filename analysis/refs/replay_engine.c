/*
 * replay_engine.c - the kernel's replacement policies (mm/reclaim/policy_*.c) over a string of
 * references.
 *
 * The engine has the lists, moves pages as the policy answers, and sees each reference: it sets the
 * accessed bit, as the CPU would, or makes the page the newest one for a policy that is exact then.
 * The reference that faults is one, too.
 */
#include "replay_engine.h"
#include "kernel/list.h"
#include <stdlib.h>

struct frame {
	struct list_head node;
	u32 page, stamp;
	bool young, marked, dirty, active;
};

struct engine {
	const struct replay *replay;
	const struct reclaim_policy *policy;
	struct policy_pool pool;
	struct list_head lists[2]; /* inactive, active */
	struct frame *frames;
	struct frame **where; /* page -> frame, or NULL */
	unsigned int used;    /* frames */
	unsigned int tick_left;
	u32 random;
	struct replay_result result;
};

u32 replay_random(u32 *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

static void *zeroed(size_t n, size_t size)
{
	void *memory = calloc(n ? n : 1, size);

	if (!memory)
		abort();
	return memory;
}

static void place(struct engine *engine, struct frame *frame, bool active)
{
	frame->active = active;
	list_add(&frame->node, &engine->lists[active]);
	*(active ? &engine->pool.nr_active : &engine->pool.nr_inactive) += 1;
}

static void displace(struct engine *engine, struct frame *frame)
{
	list_del(&frame->node);
	*(frame->active ? &engine->pool.nr_active : &engine->pool.nr_inactive) -= 1;
}

static enum policy_verdict ask(struct engine *engine, struct frame *frame,
			       enum policy_verdict (*question)(const struct policy_pool *,
							       struct policy_page *))
{
	struct policy_page page = {.young = frame->young,
				   .marked = frame->marked,
				   .dirty = frame->dirty,
				   .active = frame->active,
				   .stamp = engine->policy->stamps ? &frame->stamp : NULL};
	enum policy_verdict verdict = question(&engine->pool, &page);

	frame->young = false;
	frame->marked = page.marked;
	return verdict;
}

/* --- ticks ---------------------------------------------------------------------------------------
 */

static void tick_list(struct engine *engine, struct list_head *list, struct list_head *stay,
		      struct list_head *newest)
{
	while (!list_empty(list)) {
		struct frame *frame = list_entry(list->prev, struct frame, node);
		enum policy_verdict verdict = ask(engine, frame, engine->policy->tick);

		list_del(&frame->node);
		frame->active = verdict == POLICY_TO_ACTIVE;
		list_add(&frame->node, frame->active		? &engine->lists[1]
				       : verdict == POLICY_STAY ? stay
								: newest);
	}
}

static void tick(struct engine *engine)
{
	struct list_head *lists = engine->lists, *node;
	LIST_HEAD(inactive);
	LIST_HEAD(active);
	LIST_HEAD(newest);
	LIST_HEAD(stay);

	list_splice_init(&lists[0], &inactive);
	list_splice_init(&lists[1], &active);
	tick_list(engine, &inactive, &stay, &newest);
	tick_list(engine, &active, &stay, &newest);
	list_splice_init(&stay, &lists[0]);
	list_splice_init(&newest, &lists[0]);
	engine->pool.nr_inactive = engine->pool.nr_active = 0;
	list_for_each (node, &lists[0])
		engine->pool.nr_inactive++;
	list_for_each (node, &lists[1])
		engine->pool.nr_active++;
}

/* --- faults --------------------------------------------------------------------------------------
 */

static struct frame *candidate(struct engine *engine)
{
	enum policy_end end = engine->policy->next(&engine->pool);
	struct list_head *list = &engine->lists[end == OLDEST_ACTIVE];

	engine->pool.asked++;
	if (end == ANY_PAGE)
		return &engine->frames[replay_random(&engine->random) % engine->used];
	if (list_empty(list))
		list = &engine->lists[end != OLDEST_ACTIVE];
	return list_entry(list->prev, struct frame, node);
}

/* A frame whose page has left. */
static struct frame *evict(struct engine *engine)
{
	enum policy_verdict verdict;
	struct frame *frame;

	engine->pool.kept = 0;
	for (;; engine->pool.kept++) {
		frame = candidate(engine);
		displace(engine, frame);
		verdict = ask(engine, frame, engine->policy->judge);
		if (verdict == POLICY_EVICT)
			break;
		if (verdict == POLICY_CLEAN) {
			engine->result.writes++;
			frame->dirty = false;
		}
		place(engine, frame, verdict == POLICY_TO_ACTIVE);
	}
	engine->result.writes += frame->dirty;
	engine->where[frame->page] = NULL;
	return frame;
}

static struct frame *fault(struct engine *engine, unsigned long ref)
{
	const struct replay *replay = engine->replay;
	bool room = engine->used < replay->frames;
	struct frame *frame = room ? &engine->frames[engine->used++] : evict(engine);

	engine->result.faults++;
	if (replay->left)
		replay->left(replay->arg, ref, room ? NOBODY : frame->page);
	*frame = (struct frame){.page = replay->refs[ref].page, .stamp = engine->pool.now};
	engine->where[frame->page] = frame;
	place(engine, frame, false);
	return frame;
}

/* The page is gone. The used frames stay together: the last one's page moves. */
static void forget(struct engine *engine, u32 page)
{
	struct frame *frame = engine->where[page], *last = &engine->frames[engine->used - 1];

	if (!frame)
		return;
	displace(engine, frame);
	engine->where[page] = NULL;
	engine->used--;
	if (frame == last)
		return;
	*frame = *last;
	list_add(&frame->node, &last->node);
	list_del(&last->node);
	engine->where[frame->page] = frame;
}

static void refer(struct engine *engine, unsigned long ref)
{
	const struct reference *use = &engine->replay->refs[ref];
	struct frame *frame = engine->where[use->page];

	if (use->gone) {
		forget(engine, use->page);
		return;
	}
	engine->pool.now = (u32)ref;
	if (engine->policy->ticks && engine->tick_left-- == 0) {
		tick(engine);
		engine->tick_left = engine->replay->tick - 1;
	}
	if (!frame)
		frame = fault(engine, ref);
	if (engine->policy->exact_when_seen) {
		displace(engine, frame);
		place(engine, frame, false);
	} else {
		frame->young = true;
	}
	frame->dirty |= use->write;
}

struct replay_result replay_policy(const struct replay *asked, const struct reclaim_policy *policy)
{
	struct replay replay = *asked;
	struct engine engine = {.replay = &replay, .policy = policy};

	replay.tick = replay.tick ? replay.tick : replay.frames;
	engine.pool.tau = replay.tau ? replay.tau : 2 * replay.frames;
	engine.random = replay.seed ? replay.seed : 1;
	engine.tick_left = replay.tick;
	INIT_LIST_HEAD(&engine.lists[0]);
	INIT_LIST_HEAD(&engine.lists[1]);
	engine.frames = zeroed(replay.frames, sizeof(*engine.frames));
	engine.where = zeroed(replay.nr_pages, sizeof(*engine.where));
	for (unsigned long ref = 0; ref < replay.nr_refs; ref++)
		refer(&engine, ref);
	free(engine.frames);
	free(engine.where);
	return engine.result;
}

/* --- OPT: a heap of (next use, page), the farthest first; what is out of date is thrown away late
 * - */

struct use {
	unsigned long next;
	u32 page;
};

struct heap {
	struct use *uses;
	unsigned long nr;
};

static void heap_push(struct heap *heap, struct use use)
{
	unsigned long at = heap->nr++;

	for (; at && heap->uses[(at - 1) / 2].next < use.next; at = (at - 1) / 2)
		heap->uses[at] = heap->uses[(at - 1) / 2];
	heap->uses[at] = use;
}

static struct use heap_pop(struct heap *heap)
{
	struct use top = heap->uses[0], last = heap->uses[--heap->nr];
	unsigned long at = 0, child;

	for (; (child = 2 * at + 1) < heap->nr; at = child) {
		if (child + 1 < heap->nr && heap->uses[child + 1].next > heap->uses[child].next)
			child++;
		if (heap->uses[child].next <= last.next)
			break;
		heap->uses[at] = heap->uses[child];
	}
	heap->uses[at] = last;
	return top;
}

/* next[ref]: when the page of this reference is used again; nr_refs + its page: never. */
static unsigned long *next_uses(const struct replay *replay)
{
	unsigned long *next = zeroed(replay->nr_refs, sizeof(*next));
	unsigned long *seen = zeroed(replay->nr_pages, sizeof(*seen));

	for (u32 page = 0; page < replay->nr_pages; page++)
		seen[page] = replay->nr_refs + page;
	for (unsigned long ref = replay->nr_refs; ref-- > 0;) {
		u32 page = replay->refs[ref].page;

		next[ref] = seen[page];
		seen[page] = replay->refs[ref].gone ? replay->nr_refs + page : ref;
	}
	free(seen);
	return next;
}

struct replay_result replay_opt(const struct replay *replay)
{
	enum {
		OUT,
		CLEAN,
		DIRTY
	} *state = zeroed(replay->nr_pages, sizeof(*state));
	unsigned long *next = next_uses(replay),
		      *current = zeroed(replay->nr_pages, sizeof(*current));
	struct heap heap = {zeroed(replay->nr_refs, sizeof(struct use)), 0};
	struct replay_result result = {0};
	unsigned int used = 0;

	for (unsigned long ref = 0; ref < replay->nr_refs; ref++) {
		u32 page = replay->refs[ref].page;

		if (replay->refs[ref].gone) {
			used -= state[page] != OUT;
			state[page] = OUT;
			continue;
		}
		result.faults += state[page] == OUT;
		if (state[page] == OUT && used++ == replay->frames) {
			struct use victim;

			do
				victim = heap_pop(&heap);
			while (state[victim.page] == OUT || current[victim.page] != victim.next);
			result.writes += state[victim.page] == DIRTY;
			state[victim.page] = OUT;
			used--;
		}
		if (state[page] != DIRTY)
			state[page] = replay->refs[ref].write ? DIRTY : CLEAN;
		current[page] = next[ref];
		heap_push(&heap, (struct use){next[ref], page});
	}
	free(state);
	free(next);
	free(current);
	free(heap.uses);
	return result;
}
