/* stacks.c - which chains of calls led to faults and fills, and how often. See stacks.h. */
#include "stacks.h"
#include "recorder.h"
#include "rows.h"

#include <stdlib.h>
#include <string.h>

bool stacks_open(struct recorder *r)
{
	struct stacks *s = &r->stacks;

	if (!r->opt.stack_faults && !r->opt.stack_fills)
		return true;
	s->seen = calloc(STACKS_MAX, sizeof(*s->seen));
	s->buckets = calloc(STACKS_BUCKETS, sizeof(*s->buckets));
	return s->seen && s->buckets;
}

/* FNV-1a, by words. */
static uint32_t hash_of(const struct stack_chain *c, uint32_t pid)
{
	uint32_t h = (2166136261u ^ pid) * 16777619u;

	for (unsigned int i = 0; i < c->count; i++)
		h = ((h ^ c->at[i]) * 16777619u ^ c->called[i]) * 16777619u;
	h = (h ^ c->end) * 16777619u;
	return h ^ h >> 15;
}

static bool is_same(const struct stacks *s, const struct stack_seen *seen,
		    const struct stack_chain *c, uint32_t pid)
{
	const size_t bytes = c->count * sizeof(uint32_t);

	return seen->pid == pid && seen->end == c->end && seen->count == c->count &&
	       seen->guessed == c->guessed && !memcmp(&s->words[seen->first], c->at, bytes) &&
	       !memcmp(&s->words[seen->first + c->count], c->called, bytes);
}

/* Room for the words of one more chain. False: there is none. */
static bool make_room(struct stacks *s)
{
	const size_t room = s->words_room ? 2 * s->words_room : 1u << 16;
	uint32_t *words;

	if (s->count == STACKS_MAX)
		return false;
	if (s->words_used + 2 * STACK_FRAMES <= s->words_room)
		return true;
	if (room > STACKS_WORDS || !(words = realloc(s->words, room * sizeof(*words))))
		return false;
	s->words = words;
	s->words_room = room;
	return true;
}

/* The chain's place among those seen, made if need be; NULL: there is no room. */
static struct stack_seen *keep(struct stacks *s, const struct stack_chain *c, uint32_t pid)
{
	const uint32_t hash = hash_of(c, pid);
	uint32_t *bucket = &s->buckets[hash % STACKS_BUCKETS];
	struct stack_seen *seen;

	for (uint32_t n = *bucket; n; n = seen->next) {
		seen = &s->seen[n - 1];
		if (seen->hash == hash && is_same(s, seen, c, pid))
			return seen;
	}
	if (!make_room(s))
		return NULL;
	seen = &s->seen[s->count++];
	*seen = (struct stack_seen){.hash = hash,
				    .next = *bucket,
				    .pid = pid,
				    .first = (uint32_t)s->words_used,
				    .count = (uint16_t)c->count,
				    .end = (uint16_t)c->end,
				    .guessed = c->guessed};
	*bucket = s->count;
	memcpy(&s->words[s->words_used], c->at, c->count * sizeof(uint32_t));
	memcpy(&s->words[s->words_used + c->count], c->called, c->count * sizeof(uint32_t));
	s->words_used += 2 * c->count;
	return seen;
}

static void take(struct recorder *r, const struct cpu_view *view, enum stack_event event)
{
	struct stack_chain chain;
	struct stack_seen *seen;

	stacks_read(r, view, &chain);
	seen = keep(&r->stacks, &chain, r->tasks.current->tgid);
	(seen ? seen->events : r->stacks.lost)[event]++;
}

void stacks_fault(struct recorder *r, const struct cpu_view *view)
{
	if (r->opt.stack_faults)
		take(r, view, STACK_FAULT);
}

void stacks_fill(struct recorder *r, const struct cpu_view *view)
{
	if (r->opt.stack_fills && ++r->stacks.fills % r->opt.stack_fills == 0)
		take(r, view, STACK_FILL);
}

void stacks_write(struct recorder *r)
{
	const struct stacks *s = &r->stacks;
	const struct stack_seen lost = {.end = STACK_LOST,
					.events = {s->lost[STACK_FAULT], s->lost[STACK_FILL]}};

	for (unsigned int i = 0; i < s->count; i++)
		row_stack(r, i + 1, &s->seen[i], &s->words[s->seen[i].first]);
	if (lost.events[STACK_FAULT] || lost.events[STACK_FILL])
		row_stack(r, s->count + 1, &lost, NULL);
}

void stacks_free(struct recorder *r)
{
	free(r->stacks.seen);
	free(r->stacks.buckets);
	free(r->stacks.words);
	r->stacks = (struct stacks){0};
}
