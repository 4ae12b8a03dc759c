/* model_history.c - the pages that a TLB was ever asked for, and which an ideal one would hold. */
#include "model_tlb.h"

#include <stdlib.h>

#define FIRST_ROOM 1024u /* pages */

bool history_init(struct tlb_history *h)
{
	*h = (struct tlb_history){.room = FIRST_ROOM,
				  .mask = 2 * FIRST_ROOM - 1,
				  .first = NO_ENTRY,
				  .last = NO_ENTRY};
	h->pages = calloc(h->room, sizeof(*h->pages));
	h->slots = calloc(h->mask + 1, sizeof(*h->slots));
	return h->pages && h->slots;
}

void history_free(struct tlb_history *h)
{
	free(h->pages);
	free(h->slots);
}

/* The slot of @key, or the free one where it belongs (2^64 / golden ratio spreads them). */
static uint32_t *slot_of(const struct tlb_history *h, uint64_t key)
{
	uint32_t n = (uint32_t)(key * 0x9e3779b97f4a7c15ull >> 32);

	while (h->slots[n & h->mask] && h->pages[h->slots[n & h->mask] - 1].key != key)
		n++;
	return &h->slots[n & h->mask];
}

uint32_t history_find(const struct tlb_history *h, uint64_t key)
{
	return *slot_of(h, key) - 1; /* NO_ENTRY if it is free */
}

static bool grow(struct tlb_history *h)
{
	struct tlb_page *pages = realloc(h->pages, 2 * (size_t)h->room * sizeof(*pages));
	uint32_t *slots = calloc(2 * ((size_t)h->mask + 1), sizeof(*slots));
	uint32_t i;

	if (pages)
		h->pages = pages;
	if (!pages || !slots) {
		free(slots);
		return false;
	}
	free(h->slots);
	h->slots = slots;
	h->room *= 2;
	h->mask = h->mask * 2 + 1;
	for (i = 0; i < h->used; i++)
		*slot_of(h, h->pages[i].key) = i + 1;
	return true;
}

uint32_t history_add(struct tlb_history *h, uint64_t key)
{
	if (h->used == h->room && !grow(h))
		return NO_ENTRY;
	h->pages[h->used] = (struct tlb_page){.key = key, .entry = NO_ENTRY};
	*slot_of(h, key) = ++h->used;
	return h->used - 1;
}

static void take_out(struct tlb_history *h, struct tlb_page *p)
{
	if (p->prev == NO_ENTRY)
		h->first = p->next;
	else
		h->pages[p->prev].next = p->next;
	if (p->next == NO_ENTRY)
		h->last = p->prev;
	else
		h->pages[p->next].prev = p->prev;
	p->listed = false;
	h->listed--;
}

void history_use(struct tlb_history *h, uint32_t page, uint32_t size)
{
	struct tlb_page *p = &h->pages[page];

	if (h->first == page)
		return;
	if (p->listed)
		take_out(h, p);
	else if (h->listed == size)
		take_out(h, &h->pages[h->last]);
	p->listed = true;
	p->prev = NO_ENTRY;
	p->next = h->first;
	if (h->first == NO_ENTRY)
		h->last = page;
	else
		h->pages[h->first].prev = page;
	h->first = page;
	h->listed++;
}
