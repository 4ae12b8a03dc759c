/*
 * resolve.c - which TLB entry a finished walk has put in.
 *
 * The shadow holds everything but this one entry, so the entry is where shadow
 * and real TLB differ; the only question is where to look. A walk of 4 KiB
 * pages has told the page, and it can be in one slot of either TLB. For a large
 * page it has told only which; of its 4 KiB pieces Bochs enters the one that
 * was touched. The last address that the processor translated, and the place
 * it fetches from, point at that piece; if they do not, all pieces are tried.
 *
 * The entry may be gone already: an instruction that reads a page and then
 * writes it finds the entry of its own read too weak, and Bochs invalidates it
 * before the second walk; a task switch flushes in the middle of an
 * instruction. An invalidated slot keeps its frame, and that tells.
 */
#include "resolve.h"
#include "entry.h"

#define CANDIDATES 12u

/* Adds every linear page that fits what the walk has told, with @low as its low bits. */
static unsigned int add(const struct walk *w, uint32_t *pages, unsigned int n, uint32_t low)
{
	uint32_t page = (w->lin & ~w->mask) | (low & w->mask & ~PAGE_MASK);
	unsigned int i;

	if (w->known & 0x80000000u) {
		pages[n++] = page;
		return n;
	}
	for (i = 0; i < 4; i++)
		pages[n++] = page | i << 30;
	return n;
}

static unsigned int candidates(const struct walk *w, const struct machine *m, uint32_t *pages)
{
	uint64_t phys[2];
	unsigned int n;

	if (w->mask == PAGE_MASK)
		return add(w, pages, 0, 0);
	m->translated(m->ctx, phys);
	n = add(w, pages, 0, (uint32_t)phys[0]);
	n = add(w, pages, n, (uint32_t)phys[1]);
	return add(w, pages, n, w->at.fetch);
}

static void read_slot(const struct machine *m, enum tlb_id id, uint32_t page, struct arrival *a)
{
	a->id = id;
	m->tlb_read(m->ctx, id, tlb_index(id, page), &a->slot);
}

static bool holds(const struct arrival *a, uint32_t page)
{
	return a->slot.valid && a->slot.page == page;
}

static bool arrived(struct tlb *t, const struct machine *m, uint32_t page, struct arrival *a)
{
	int id;

	for (id = TLB_D; id <= TLB_I; id++) {
		read_slot(m, id, page, a);
		if (holds(a, page) && !tlb_same(t, tlb_at(t, id, page), &a->slot))
			return true;
	}
	return false;
}

/* What a lost data entry must have let through. */
static uint32_t lost_bits(const struct walk *w, bool flushed)
{
	/* A task switch works with system privilege, and writes to the old TSS last. */
	bool user = !flushed && w->at.cpl == 3;
	bool write = w->leaf & ENTRY_DIRTY && (flushed || !(w->leaf_read & ENTRY_DIRTY));
	uint32_t bits = user ? TLB_SYS_R | TLB_USER_R : TLB_SYS_R;

	if (write)
		bits |= user ? TLB_SYS_W | TLB_USER_W : TLB_SYS_W;
	return w->at.pge && (w->leaf & ENTRY_GLOBAL) ? bits | TLB_GLOBAL : bits;
}

/* The entry was put in and invalidated: rebuild it from what the walk and the CPU say. */
static bool gone(const struct walk *w, const struct machine *m, bool flushed, uint32_t page,
		 struct arrival *a)
{
	int id;

	for (id = TLB_D; id <= TLB_I; id++) {
		if (id == TLB_I && (w->at.fetch & ~PAGE_MASK) != page)
			continue;
		read_slot(m, id, page, a);
		if (a->slot.valid || a->slot.frame != walk_frame(w, page))
			continue;
		a->slot.valid = true;
		a->slot.page = page;
		a->slot.mask = w->mask;
		a->slot.bits = lost_bits(w, flushed);
		return true;
	}
	return false;
}

/* The same entry as before: it must have been dropped by something that has no hook. */
static bool renewed(const struct walk *w, const struct machine *m, uint32_t page, struct arrival *a)
{
	bool code = (w->at.fetch & ~PAGE_MASK) == page;

	read_slot(m, code ? TLB_I : TLB_D, page, a);
	if (!holds(a, page))
		read_slot(m, code ? TLB_D : TLB_I, page, a);
	a->hidden = holds(a, page);
	return a->hidden;
}

static bool search_pieces(const struct walk *w, struct tlb *t, const struct machine *m,
			  struct arrival *a)
{
	uint32_t pages[4], low;
	unsigned int i, n;

	for (low = 0; low <= w->mask; low += PAGE_MASK + 1) {
		n = add(w, pages, 0, low);
		for (i = 0; i < n; i++)
			if (arrived(t, m, pages[i], a))
				return true;
	}
	return false;
}

bool resolve(const struct walk *w, struct tlb *t, const struct machine *m, bool flushed,
	     struct arrival *a)
{
	uint32_t pages[CANDIDATES];
	unsigned int i, n = candidates(w, m, pages);

	a->hidden = false;
	for (i = 0; i < n; i++)
		if (arrived(t, m, pages[i], a))
			return true;
	if (w->mask != PAGE_MASK && search_pieces(w, t, m, a))
		return true;
	for (i = 0; i < n; i++)
		if (gone(w, m, flushed, pages[i], a))
			return true;
	for (i = 0; i < n; i++)
		if (renewed(w, m, pages[i], a))
			return true;
	return false;
}
