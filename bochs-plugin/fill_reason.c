/*
 * fill_reason.c - why an entry is filled: which pages were ever in a TLB, and how they left it.
 *
 * One 64-bit word a page and address space: the key above, four flags below.
 * A page that is filled again and has no conflict flag must have been flushed:
 * so a flush, which takes thousands of entries at once, has nothing to do here.
 *
 *     63            24 23          4  3          2          1      0
 *    | address space  | page number | conflict I | conflict D | I | D seen |
 *
 * Address-space numbers begin at 1, so no used word is 0.
 */
#include "fill_reason.h"

#include <stdlib.h>

#define FIRST_SIZE 4096u

static uint64_t flag_seen(enum tlb_id id)
{
	return 1u << id;
}

static uint64_t flag_conflict(enum tlb_id id)
{
	return 4u << id;
}

static uint64_t key_of(uint32_t space, uint32_t page)
{
	return (uint64_t)space << 24 | (uint64_t)(page >> 12) << 4;
}

bool seen_init(struct seen *s)
{
	s->slots = calloc(FIRST_SIZE, sizeof(*s->slots));
	s->mask = FIRST_SIZE - 1;
	s->used = 0;
	return s->slots != NULL;
}

void seen_free(struct seen *s)
{
	free(s->slots);
	s->slots = NULL;
}

/* Eight neighbouring pages share a cache line; the lines are spread (2^64 / golden ratio). */
static uint64_t home(uint64_t key)
{
	uint64_t page = key >> 4;

	return ((page >> 3) * 0x9e3779b97f4a7c15ull) >> 20 << 3 | (page & 7);
}

/* The word of @key, or the empty one where it belongs. */
static uint64_t *find(const struct seen *s, uint64_t key)
{
	uint64_t n = home(key);

	while (s->slots[n & s->mask] && (s->slots[n & s->mask] & ~15ull) != key)
		n++;
	return &s->slots[n & s->mask];
}

static bool grow(struct seen *s)
{
	struct seen bigger = {.mask = s->mask * 2 + 1, .used = s->used};
	uint64_t n;

	bigger.slots = calloc(bigger.mask + 1, sizeof(*bigger.slots));
	if (!bigger.slots)
		return false;
	for (n = 0; n <= s->mask; n++)
		if (s->slots[n])
			*find(&bigger, s->slots[n] & ~15ull) = s->slots[n];
	free(s->slots);
	*s = bigger;
	return true;
}

void seen_prefetch(const struct seen *s, uint32_t space, uint32_t page)
{
	__builtin_prefetch(&s->slots[home(key_of(space, page)) & s->mask]);
}

enum fill_reason seen_fill(struct seen *s, uint32_t space, uint32_t page, enum tlb_id id)
{
	uint64_t key = key_of(space, page);
	uint64_t *word = find(s, key);
	enum fill_reason reason;

	if (!*word) {
		if (s->used * 2 > s->mask) {
			if (!grow(s))
				return REASON_NONE;
			word = find(s, key);
		}
		s->used++;
		*word = key;
	}
	if (!(*word & flag_seen(id)))
		reason = REASON_COLD;
	else
		reason = *word & flag_conflict(id) ? REASON_CONFLICT : REASON_FLUSHED;
	*word = (*word | flag_seen(id)) & ~flag_conflict(id);
	return reason;
}

void seen_evict(struct seen *s, uint32_t space, uint32_t page, enum tlb_id id)
{
	uint64_t *word = find(s, key_of(space, page));

	if (*word)
		*word |= flag_conflict(id);
}
