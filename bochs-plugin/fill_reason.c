/*
 * fill_reason.c - why an entry is filled: which pages were ever in a TLB, and how they left it.
 *
 * Sixteen bytes a page and address space: a key with flags in its low bits, and for each TLB how
 * many flushes there had been when the page last came in.
 *
 *     63            32 31         12   11     10     9..7    6..4    3..2     1..0
 *    | address space  | page number | parts | piece | I by | D by | conflict | seen |
 *
 * Flushes take thousands of entries at once and have nothing to do here but add their reason to a
 * log; the first one after a page came in is the one that dropped it. What drops single entries
 * (INVLPG, a page fault) is noted in the word, unless something has dropped the entry before. A
 * page that lost its place to another one is treated alike: what would have dropped its entry
 * is what a larger TLB could not have saved it from.
 *
 * Address-space numbers begin at 1, so no used key is 0.
 */
#include "fill_reason.h"
#include "large_pages.h"

#include <stdlib.h>

#define FIRST_SIZE 131072u /* pages: one large page of the host */
#define FLAGS	   0xfffull
#define PIECE	   0x400u /* the page is a piece of a large one */
#define PARTS	   0x800u /* a large page begins here, and pieces of it have been seen */

static uint64_t flag_seen(enum tlb_id id)
{
	return 1u << id;
}

static uint64_t flag_conflict(enum tlb_id id)
{
	return 4u << id;
}

static unsigned int drop_shift(enum tlb_id id)
{
	return id == TLB_D ? 4 : 7;
}

_Static_assert(DROP_END <= 8, "three bits for what dropped an entry");

static uint64_t key_of(uint32_t space, uint32_t page)
{
	return (uint64_t)space << 32 | (page & ~PAGE_MASK);
}

bool seen_init(struct seen *s)
{
	*s = (struct seen){.mask = FIRST_SIZE - 1};
	s->slots = large_alloc(FIRST_SIZE * sizeof(*s->slots));
	return s->slots != NULL;
}

void seen_free(struct seen *s)
{
	large_free(s->slots, (s->mask + 1) * sizeof(*s->slots));
	free(s->flushes[0].drops);
	free(s->flushes[1].drops);
	*s = (struct seen){0};
}

/* Four neighbouring pages share a cache line; the lines are spread (2^64 / golden ratio). */
static uint64_t home(uint64_t key)
{
	uint64_t page = key >> 12;

	return ((page >> 2) * 0x9e3779b97f4a7c15ull) >> 20 << 2 | (page & 3);
}

/* The place of @key, or the free one where it belongs. */
static struct seen_page *find(const struct seen *s, uint64_t key)
{
	uint64_t n = home(key);

	while (s->slots[n & s->mask].key && (s->slots[n & s->mask].key & ~FLAGS) != key)
		n++;
	return &s->slots[n & s->mask];
}

static bool grow(struct seen *s)
{
	struct seen bigger = *s;
	uint64_t n;

	bigger.mask = s->mask * 2 + 1;
	bigger.slots = large_alloc((bigger.mask + 1) * sizeof(*bigger.slots));
	if (!bigger.slots)
		return false;
	for (n = 0; n <= s->mask; n++)
		if (s->slots[n].key)
			*find(&bigger, s->slots[n].key & ~FLAGS) = s->slots[n];
	large_free(s->slots, (s->mask + 1) * sizeof(*s->slots));
	*s = bigger;
	return true;
}

/* The same, added if it is new. NULL: no memory. */
static struct seen_page *find_or_add(struct seen *s, uint64_t key)
{
	struct seen_page *page = find(s, key);

	if (page->key)
		return page;
	if (s->used * 2 > s->mask) {
		if (!grow(s))
			return NULL;
		page = find(s, key);
	}
	s->used++;
	page->key = key;
	return page;
}

void seen_prefetch(const struct seen *s, uint32_t space, uint32_t page)
{
	__builtin_prefetch(&s->slots[home(key_of(space, page)) & s->mask]);
}

/* The flushes that hit entries of the page's kind. */
static const struct flush_log *log_of(const struct seen *s, const struct seen_page *page)
{
	return &s->flushes[page->key >> 32 == SPACE_GLOBAL];
}

static enum drop dropped_by(const struct seen *s, const struct seen_page *page, enum tlb_id id)
{
	const struct flush_log *log = log_of(s, page);
	enum drop noted = page->key >> drop_shift(id) & 7;

	if (noted)
		return noted;
	return log->count != page->since[id] ? log->drops[page->since[id]] : DROP_NONE;
}

/* Notes that @page is a piece of a large one, or that it is none (any more). */
static bool note_size(struct seen *s, struct seen_page **page, uint32_t mask)
{
	uint64_t key = (*page)->key & ~FLAGS;
	struct seen_page *first;

	if (mask == PAGE_MASK) {
		(*page)->key &= ~(uint64_t)PIECE;
		return true;
	}
	if ((*page)->key & PIECE)
		return true;
	(*page)->key |= PIECE;
	first = find_or_add(s, key & ~(uint64_t)mask);
	if (!first)
		return false;
	first->key |= PARTS;
	*page = find(s, key); /* the table may have moved */
	return true;
}

enum fill_reason seen_fill(struct seen *s, uint32_t space, uint32_t page, uint32_t mask,
			   enum tlb_id id, enum drop *drop)
{
	struct seen_page *p = find_or_add(s, key_of(space, page));
	enum fill_reason reason = REASON_COLD;

	*drop = DROP_NONE;
	if (!p || s->no_memory ||
	    ((mask != PAGE_MASK || p->key & PIECE) && !note_size(s, &p, mask)))
		return REASON_NONE;
	if (p->key & flag_seen(id)) {
		*drop = dropped_by(s, p, id);
		reason = p->key & flag_conflict(id) ? REASON_CONFLICT : REASON_FLUSHED;
		/* It is gone, and not by anything that has a hook. */
		if (reason == REASON_FLUSHED && *drop == DROP_NONE)
			*drop = DROP_EMULATOR;
	}
	p->key = (p->key | flag_seen(id)) & ~(flag_conflict(id) | 7ull << drop_shift(id));
	p->since[id] = log_of(s, p)->count;
	return reason;
}

void seen_evict(struct seen *s, uint32_t space, uint32_t page, enum tlb_id id)
{
	struct seen_page *p = find(s, key_of(space, page));

	if (p->key)
		p->key |= flag_conflict(id);
}

static void note_drop(const struct seen *s, struct seen_page *p, enum tlb_id id, enum drop drop)
{
	if (p->key & flag_seen(id) && dropped_by(s, p, id) == DROP_NONE)
		p->key |= (uint64_t)drop << drop_shift(id);
}

void seen_drop(struct seen *s, uint32_t space, uint32_t page, enum tlb_id id, enum drop drop)
{
	struct seen_page *p = find(s, key_of(space, page));

	if (p->key)
		note_drop(s, p, id, drop);
}

void seen_invlpg(struct seen *s, uint32_t space, uint32_t page, uint32_t large)
{
	const uint64_t key = key_of(space, page), first = key & ~(uint64_t)large;
	struct seen_page *p;
	uint32_t piece;

	seen_drop(s, space, page, TLB_D, DROP_INVLPG);
	seen_drop(s, space, page, TLB_I, DROP_INVLPG);
	if (!(find(s, first)->key & PARTS))
		return;
	for (piece = 0; piece < large; piece += PAGE_MASK + 1) {
		p = find(s, first + piece);
		if (!(p->key & PIECE))
			continue;
		note_drop(s, p, TLB_D, DROP_INVLPG);
		note_drop(s, p, TLB_I, DROP_INVLPG);
	}
}

void seen_flush(struct seen *s, enum drop drop, bool global_too)
{
	int kind;

	for (kind = 0; kind < (global_too ? 2 : 1); kind++) {
		struct flush_log *log = &s->flushes[kind];

		if (log->count == log->room) {
			uint32_t room = log->room ? 2 * log->room : FIRST_SIZE;
			uint8_t *drops = room ? realloc(log->drops, room) : NULL;

			if (!drops) {
				s->no_memory = true;
				return;
			}
			log->drops = drops;
			log->room = room;
		}
		log->drops[log->count++] = (uint8_t)drop;
	}
}
