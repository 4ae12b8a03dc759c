/*
 * tlb_shadow.c - a shadow of Bochs's two TLBs.
 *
 * The shadow exists because the real slot cannot tell what a walk replaced: a
 * walk that raises the permissions of an entry has invalidated it already, and
 * a flush hook that comes after the flush sees nothing of what was there. It
 * also carries what Bochs does not keep: the address space of each entry.
 *
 * A flush costs nothing: entries carry the stamp of the time they were put in,
 * and a flush moves the stamp that valid entries must have, once for global
 * entries and once for the others.
 *
 * Bochs splits a large page into 4 KiB entries, one for each part that is
 * touched, and INVLPG drops them all.
 */
#include "tlb_shadow.h"

#include <string.h>

void tlb_init(struct tlb *t)
{
	memset(t, 0, sizeof(*t));
	t->stamp[0] = t->stamp[1] = 1;
}

void tlb_put(struct tlb *t, enum tlb_id id, const struct tlb_slot *slot, uint32_t space,
	     uint32_t allowed)
{
	struct tlb_entry *e = tlb_at(t, id, slot->page);

	e->bits = slot->bits & TLB_BITS;
	e->stamp = t->stamp[e->bits >> 31];
	e->pfn = (uint32_t)(slot->frame >> 12);
	e->page = slot->page;
	e->mask = slot->mask;
	e->space = space;
	e->allowed = allowed;
	if (slot->mask > PAGE_MASK)
		t->large = true;
}

void tlb_flush(struct tlb *t, bool global_too)
{
	t->stamp[0]++;
	if (global_too) {
		t->stamp[1]++;
		t->large = false;
	}
}

static void drop_large(struct tlb_entry *e, unsigned int n, uint32_t addr)
{
	for (; n--; e++)
		if (!((e->page ^ addr) & ~e->mask))
			tlb_drop(e);
}

void tlb_invlpg(struct tlb *t, uint32_t addr)
{
	struct tlb_entry *e;
	int id;

	if (t->large) {
		drop_large(t->d, DTLB_SIZE, addr);
		drop_large(t->i, ITLB_SIZE, addr);
		return;
	}
	for (id = TLB_D; id <= TLB_I; id++) {
		e = tlb_find(t, id, addr & ~PAGE_MASK);
		if (e)
			tlb_drop(e);
	}
}

bool tlb_same(const struct tlb *t, const struct tlb_entry *e, const struct tlb_slot *real)
{
	if (!tlb_valid(t, e) || !real->valid)
		return tlb_valid(t, e) == real->valid;
	return e->page == real->page && e->pfn == real->frame >> 12 && e->mask == real->mask &&
	       e->bits == (real->bits & TLB_BITS);
}

void tlb_sync(struct tlb *t, const struct machine *m, struct tlb_loss *loss, tlb_lost lost,
	      void *ctx)
{
	struct tlb_slot real;
	struct tlb_entry *e;
	unsigned int n;

	memset(loss, 0, sizeof(*loss));
	for (n = 0; n < DTLB_SIZE + ITLB_SIZE; n++) {
		e = n < DTLB_SIZE ? t->d + n : t->i + (n - DTLB_SIZE);
		if (!tlb_valid(t, e))
			continue;
		if (n < DTLB_SIZE)
			m->tlb_read(m->ctx, TLB_D, n, &real);
		else
			m->tlb_read(m->ctx, TLB_I, n - DTLB_SIZE, &real);
		if (real.valid && real.page == e->page) {
			*(e->bits & TLB_GLOBAL ? &loss->kept_global : &loss->kept_other) += 1;
			continue;
		}
		*(e->bits & TLB_GLOBAL ? &loss->lost_global : &loss->lost_other) += 1;
		loss->page = e->page;
		lost(ctx, n < DTLB_SIZE ? TLB_D : TLB_I, e);
		tlb_drop(e);
	}
}

unsigned int tlb_compare(const struct tlb *t, const struct machine *m)
{
	unsigned int n, differ = 0;
	struct tlb_slot real;

	for (n = 0; n < DTLB_SIZE; n++) {
		m->tlb_read(m->ctx, TLB_D, n, &real);
		differ += !tlb_same(t, t->d + n, &real);
	}
	for (n = 0; n < ITLB_SIZE; n++) {
		m->tlb_read(m->ctx, TLB_I, n, &real);
		differ += !tlb_same(t, t->i + n, &real);
	}
	return differ;
}
