/*
 * model_tlb.c - one TLB of a what-if model. See model_tlb.h.
 *
 * The ways of a set form a list: in the order of use with LRU, of coming with FIFO; what is flushed
 * goes to the end of it, so that the last one is free whenever any is, with every policy.
 */
#include "model_tlb.h"

#include <stdlib.h>

#define SCAN_WAYS 12u /* up to here the set's keys are compared, else the history is asked */

bool tlb_sim_init(struct tlb_sim *t)
{
	uint32_t i, at;

	t->sets = t->entries / t->ways;
	t->random = 0x2545f491u;
	t->keys = calloc(t->entries, sizeof(*t->keys));
	t->way = calloc(t->entries, sizeof(*t->way));
	t->set = calloc(t->sets, sizeof(*t->set));
	if (!t->keys || !t->way || !t->set || !history_init(&t->history))
		return false;
	for (i = 0; i < t->entries; i++) {
		at = i % t->ways;
		t->way[i].prev = at ? i - 1 : NO_ENTRY;
		t->way[i].next = at + 1 < t->ways ? i + 1 : NO_ENTRY;
	}
	for (i = 0; i < t->sets; i++)
		t->set[i] = (struct tlb_set){i * t->ways, i * t->ways + t->ways - 1, 0};
	return true;
}

void tlb_sim_free(struct tlb_sim *t)
{
	free(t->keys);
	free(t->way);
	free(t->set);
	history_free(&t->history);
}

/* Page number (of 4 KiB or 4 MiB) modulo sets. */
static uint32_t set_of(const struct tlb_sim *t, uint64_t key)
{
	const uint32_t unit = (uint32_t)key & 0xfffffu;

	return t->sets & (t->sets - 1) ? unit % t->sets : unit & (t->sets - 1);
}

static uint64_t stamp_of(const struct tlb_sim *t, uint64_t key)
{
	const uint32_t space = KEY_SPACE(key);

	if (space == SPACE_GLOBAL)
		return t->flushes_all + 1;
	return t->flushes_all + t->flushes_others + 1 +
	       (t->tags && space < t->stamps->room ? t->stamps->flushes[space] : 0);
}

static uint32_t find(const struct tlb_sim *t, uint64_t key)
{
	const uint32_t first = set_of(t, key) * t->ways;
	uint32_t i;

	if (t->ways > SCAN_WAYS) {
		i = history_find(&t->history, key);
		return i == NO_ENTRY ? NO_ENTRY : t->history.pages[i].entry;
	}
	for (i = first; i < first + t->ways; i++)
		if (t->keys[i] == key)
			return i;
	return NO_ENTRY;
}

static void unlink_way(struct tlb_sim *t, struct tlb_set *s, uint32_t i)
{
	const struct tlb_way *w = &t->way[i];

	if (w->prev == NO_ENTRY)
		s->first = w->next;
	else
		t->way[w->prev].next = w->next;
	if (w->next == NO_ENTRY)
		s->last = w->prev;
	else
		t->way[w->next].prev = w->prev;
}

static void to_front(struct tlb_sim *t, struct tlb_set *s, uint32_t i)
{
	if (s->first == i)
		return;
	unlink_way(t, s, i);
	t->way[i].prev = NO_ENTRY;
	t->way[i].next = s->first;
	t->way[s->first].prev = i;
	s->first = i;
}

static void to_end(struct tlb_sim *t, struct tlb_set *s, uint32_t i)
{
	if (s->last == i)
		return;
	unlink_way(t, s, i);
	t->way[i].next = NO_ENTRY;
	t->way[i].prev = s->last;
	t->way[s->last].next = i;
	s->last = i;
}

/* Each node above the way points to the other half from now on. */
static void point_away(struct tlb_set *s, uint32_t ways, uint32_t at)
{
	uint32_t node = 1, half;

	for (half = ways / 2; half; half /= 2) {
		const bool upper = at & half;

		if (upper)
			s->tree &= ~(1ull << node);
		else
			s->tree |= 1ull << node;
		node = 2 * node + upper;
	}
}

static uint32_t pointed_at(const struct tlb_set *s, uint32_t ways)
{
	uint32_t node = 1;

	while (node < ways)
		node = 2 * node + (s->tree >> node & 1);
	return node - ways;
}

static void use(struct tlb_sim *t, uint32_t i, bool coming)
{
	struct tlb_set *s = &t->set[i / t->ways];

	if (t->replace == REPLACE_LRU || coming)
		to_front(t, s, i);
	if (t->replace == REPLACE_PLRU)
		point_away(s, t->ways, i % t->ways);
}

static void note_use(struct tlb_sim *t, uint32_t page)
{
	struct tlb_page *p = &t->history.pages[page];

	if (t->left)
		return;
	p->stamp = stamp_of(t, p->key);
	history_use(&t->history, page, t->entries);
}

static enum outcome reason(const struct tlb_sim *t, const struct tlb_page *p)
{
	if (t->left)
		return p->evicted ? TLB_CONFLICT : TLB_FLUSHED;
	if (!p->listed)
		return TLB_CAPACITY;
	return p->stamp != stamp_of(t, p->key) ? TLB_FLUSHED : TLB_CONFLICT;
}

static int miss(struct tlb_sim *t, uint64_t key)
{
	uint32_t page = history_find(&t->history, key);
	enum outcome outcome = TLB_COLD;

	if (page == NO_ENTRY)
		page = history_add(&t->history, key);
	else if (!t->history.pages[page].renamed)
		outcome = reason(t, &t->history.pages[page]);
	if (page == NO_ENTRY)
		return -1;
	t->history.pages[page].renamed = false;
	note_use(t, page);
	return (int)outcome;
}

int tlb_sim_look(struct tlb_sim *t, uint64_t key, uint8_t need, uint8_t *allowed)
{
	const uint32_t i = find(t, key);

	if (i == NO_ENTRY)
		return miss(t, key);
	*allowed = t->way[i].allowed;
	use(t, i, false);
	note_use(t, t->way[i].page);
	return t->way[i].allowed & need ? TLB_HIT : TLB_UPGRADE;
}

static uint32_t victim(struct tlb_sim *t, uint32_t set)
{
	const uint32_t first = set * t->ways;
	struct tlb_set *s = &t->set[set];
	uint32_t at = 0;

	if (t->replace == REPLACE_LRU || t->replace == REPLACE_FIFO)
		return s->last;
	if (!t->keys[s->last]) { /* with these it matters which free way is taken: the first one */
		while (t->keys[first + at])
			at++;
		return first + at;
	}
	if (t->replace == REPLACE_PLRU)
		return first + pointed_at(s, t->ways);
	t->random ^= t->random << 13;
	t->random ^= t->random >> 17;
	t->random ^= t->random << 5;
	return first + t->random % t->ways;
}

static void leave(struct tlb_sim *t, uint32_t i, bool evicted)
{
	struct tlb_page *p = &t->history.pages[t->way[i].page];

	p->entry = NO_ENTRY;
	p->evicted = evicted;
	t->keys[i] = 0;
	t->valid--;
}

void tlb_sim_fill(struct tlb_sim *t, uint64_t key, uint8_t allowed)
{
	uint32_t i = find(t, key), page;

	if (i == NO_ENTRY) {
		page = history_find(&t->history, key);
		if (page == NO_ENTRY)
			return; /* was never looked up */
		i = victim(t, set_of(t, key));
		if (t->keys[i])
			leave(t, i, true);
		t->keys[i] = key;
		t->way[i].page = page;
		t->history.pages[page].entry = i;
		t->valid++;
		use(t, i, true);
	}
	t->way[i].allowed = allowed;
}

void tlb_sim_touch(struct tlb_sim *t, uint64_t key)
{
	const uint32_t i = find(t, key);

	if (i == NO_ENTRY)
		return;
	use(t, i, false);
	note_use(t, t->way[i].page);
}

static void drop(struct tlb_sim *t, uint32_t i)
{
	leave(t, i, false);
	to_end(t, &t->set[i / t->ways], i);
}

void tlb_sim_drop(struct tlb_sim *t, uint64_t key)
{
	const uint32_t page = history_find(&t->history, key);

	if (page == NO_ENTRY)
		return;
	t->history.pages[page].stamp = 0;
	if (t->history.pages[page].entry != NO_ENTRY)
		drop(t, t->history.pages[page].entry);
}

void tlb_sim_flush(struct tlb_sim *t, bool global_too)
{
	uint32_t i;

	*(global_too ? &t->flushes_all : &t->flushes_others) += 1;
	for (i = 0; t->valid && i < t->entries; i++)
		if (t->keys[i] && (global_too || KEY_SPACE(t->keys[i]) != SPACE_GLOBAL))
			drop(t, i);
}

void tlb_sim_flush_space(struct tlb_sim *t, uint32_t space)
{
	uint32_t i;

	for (i = 0; t->valid && i < t->entries; i++)
		if (t->keys[i] && KEY_SPACE(t->keys[i]) == space)
			drop(t, i);
}

/*
 * What an entry has done before stays in the history under the old name: for the new one the page
 * is new. The history must have them under the new name at once: who drops one asks it.
 */
bool tlb_sim_rename(struct tlb_sim *t, uint32_t from, uint32_t to)
{
	uint32_t i, page;

	for (i = 0; t->valid && i < t->entries; i++) {
		if (!t->keys[i] || KEY_SPACE(t->keys[i]) != from)
			continue;
		t->keys[i] = TLB_KEY(to, 0, t->keys[i] & 0x1fffffu);
		page = history_find(&t->history, t->keys[i]);
		if (page == NO_ENTRY) {
			page = history_add(&t->history, t->keys[i]);
			if (page == NO_ENTRY)
				return false;
			t->history.pages[page].renamed = true;
		}
		t->history.pages[t->way[i].page].entry = NO_ENTRY;
		t->history.pages[page].entry = i;
		t->way[i].page = page;
		note_use(t, page);
	}
	return true;
}
