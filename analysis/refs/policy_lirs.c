/*
 * policy_lirs.c - LIRS (Jiang and Zhang, SIGMETRICS 2002): pages whose last two uses were close
 * (LIR) have memory nearly to themselves, the others (HIR) pass through a small queue.
 *
 *   stack S, the page used last on top:   LIR pages, and HIR pages used since the oldest LIR page
 *   queue Q:                              HIR pages in memory; the oldest leaves
 *
 * A HIR page that is used while it is in S had its uses closer than the oldest LIR page: it becomes
 * LIR, and that one HIR. The bottom of S is always LIR: what is below is taken off. So S has names
 * of pages that have left, as many as there were since the oldest LIR page's use.
 *
 * HIR pages have a hundredth of the frames, at least one. With one frame in all there is no choice.
 */
#include "policies.h"
#include "memory.h"
#include "kernel/list.h"
#include <stdlib.h>

struct page {
	struct list_head in_stack, in_queue;
	bool stacked, lir, resident, dirty;
};

struct lirs {
	struct page *pages;
	struct list_head stack, queue; /* the newest first */
	u32 frames, lir_share, nr_lir, nr_resident;
	struct replay_result result;
};

static void off_stack(struct page *page)
{
	if (page->stacked)
		list_del(&page->in_stack);
	page->stacked = false;
}

static void to_top(struct lirs *lirs, struct page *page)
{
	off_stack(page);
	list_add(&page->in_stack, &lirs->stack);
	page->stacked = true;
}

static struct page *bottom(struct lirs *lirs)
{
	return list_entry(lirs->stack.prev, struct page, in_stack);
}

static void prune(struct lirs *lirs)
{
	while (!list_empty(&lirs->stack) && !bottom(lirs)->lir)
		off_stack(bottom(lirs));
}

/* The page, which is in no queue, becomes LIR; the oldest of these HIR if they are too many. */
static void become_lir(struct lirs *lirs, struct page *page)
{
	to_top(lirs, page);
	page->lir = true;
	prune(lirs);
	if (++lirs->nr_lir <= lirs->lir_share)
		return;
	page = bottom(lirs);
	page->lir = false;
	lirs->nr_lir--;
	list_add(&page->in_queue, &lirs->queue);
	prune(lirs);
}

static void fault(struct lirs *lirs, struct page *page)
{
	lirs->result.faults++;
	if (lirs->nr_resident == lirs->frames) {
		struct page *victim = list_entry(lirs->queue.prev, struct page, in_queue);

		list_del(&victim->in_queue);
		lirs->result.writes += victim->dirty;
		victim->resident = victim->dirty = false;
		lirs->nr_resident--;
	}
	page->resident = true;
	lirs->nr_resident++;
}

static void use(struct lirs *lirs, struct page *page)
{
	bool new = !page->resident;

	if (page->lir) {
		to_top(lirs, page);
		prune(lirs);
		return;
	}
	if (new)
		fault(lirs, page);
	else
		list_del(&page->in_queue);
	if (page->stacked || (new && lirs->nr_lir < lirs->lir_share)) {
		become_lir(lirs, page);
	} else {
		if (lirs->lir_share)
			to_top(lirs, page);
		list_add(&page->in_queue, &lirs->queue);
	}
}

static void gone(struct lirs *lirs, struct page *page)
{
	if (page->resident && !page->lir)
		list_del(&page->in_queue);
	lirs->nr_resident -= page->resident;
	lirs->nr_lir -= page->lir;
	off_stack(page);
	page->lir = page->resident = page->dirty = false;
	prune(lirs);
}

struct replay_result replay_lirs(const struct replay *replay)
{
	u32 hir_share = replay->frames < 100 ? 1 : replay->frames / 100;
	struct lirs lirs = {.frames = replay->frames, .lir_share = replay->frames - hir_share};

	lirs.pages = refs_zeroed(replay->nr_pages, sizeof(*lirs.pages));
	INIT_LIST_HEAD(&lirs.stack);
	INIT_LIST_HEAD(&lirs.queue);
	for (unsigned long i = 0; i < replay->nr_refs; i++) {
		const struct reference *ref = &replay->refs[i];

		if (ref->gone) {
			gone(&lirs, &lirs.pages[ref->page]);
			continue;
		}
		use(&lirs, &lirs.pages[ref->page]);
		lirs.pages[ref->page].dirty |= ref->write;
	}
	free(lirs.pages);
	return lirs.result;
}
