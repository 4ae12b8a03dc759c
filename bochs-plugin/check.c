/*
 * check.c - what the recorder tells the judge of stale translations, and what becomes of its
 * reports.
 *
 * The judge looks at the whole run, whatever the filters choose. What Bochs flushes by itself is no
 * flush for it: a real machine would not.
 */
#include "check.h"
#include "rows.h"

#include <stdio.h>

static uint32_t read_entry(void *ctx, uint32_t phys)
{
	struct recorder *r = ctx;
	uint32_t entry;

	/* Outside of memory all bits are set, as a walk would find. */
	return r->m.read_phys(r->m.ctx, phys, &entry, sizeof(entry)) == sizeof(entry) ? entry : ~0u;
}

static void who(void *ctx, struct stale_change *change)
{
	struct recorder *r = ctx;
	struct cpu_view view;

	if (!r->m.view(r->m.ctx, &view))
		return;
	change->icount = view.icount;
	change->eip = view.eip;
	change->pid = r->tasks.current->pid;
}

static void report(void *ctx, const struct stale_report *found)
{
	struct recorder *r = ctx;
	struct stale_change user = {0};

	who(r, &user);
	if (!r->stale_csv->rows) {
		r->first_stale = *found;
		r->first_stale_use = user;
	}
	row_stale(r, found, &user);
}

bool check_open(struct recorder *r)
{
	const struct stale_ops ops = {read_entry, who, report};

	if (r->opt.check_stale)
		r->stale = stale_new(&ops, r);
	return r->stale || !r->opt.check_stale;
}

void check_close(struct recorder *r)
{
	if (r->stale)
		stale_settle(r->stale);
}

void check_free(struct recorder *r)
{
	stale_free(r->stale);
	r->stale = NULL;
}

void check_walk(struct recorder *r, const struct arrival *a)
{
	const uint32_t bits = a->slot.bits;
	const struct stale_pair now = {(uint32_t)r->walk.dir, (uint32_t)r->walk.leaf};
	struct stale_access use = {a->slot.page, 'x', bits & TLB_USER_X};

	if (!r->stale)
		return;
	if (a->id == TLB_D) {
		use.access = bits & (TLB_SYS_W | TLB_USER_W) ? 'w' : 'r';
		use.user = bits & (TLB_USER_R | TLB_USER_W);
	}
	stale_walk(r->stale, &use, a->id, &now, (uint32_t)r->walk.leaf_read, bits & TLB_GLOBAL);
}

void check_fault(struct recorder *r, uint32_t lin, char access, bool user)
{
	const struct stale_access use = {lin, access, user};

	if (!r->stale)
		return;
	stale_settle(r->stale);
	stale_fault(r->stale, &use);
}

static void set_mode(struct recorder *r, const struct cpu_view *view)
{
	if (view->pae)
		recorder_trouble(r, "check=stale: the guest has turned on PAE, and this version "
				    "judges 32-bit paging only");
	stale_mode(r->stale, r->cr3, view->wp, view->pse);
}

/* Of CR0 only the end of paging flushes the TLBs (Intel SDM 3A, 4.10.4.1); Bochs does for others.
 */
void check_flush(struct recorder *r, enum flush_reason reason, bool global_too,
		 const struct cpu_view *view)
{
	if (!r->stale)
		return;
	stale_settle(r->stale);
	if (reason != FLUSH_EMULATOR && (reason != FLUSH_CR0 || !view->paging))
		stale_flush(r->stale, global_too);
	set_mode(r, view);
}

void check_reset(struct recorder *r)
{
	if (!r->stale)
		return;
	stale_settle(r->stale);
	stale_flush(r->stale, true);
}

void check_cr3(struct recorder *r)
{
	struct cpu_view view;

	if (!r->stale || !r->m.view(r->m.ctx, &view))
		return;
	stale_settle(r->stale); /* what was written was so in the space that is left */
	set_mode(r, &view);
}

void check_invlpg(struct recorder *r, uint32_t lin)
{
	if (!r->stale)
		return;
	stale_settle(r->stale);
	stale_invlpg(r->stale, lin);
}

/* An access by an entry of Bochs's, not by one that the pending walk has just put in. */
static void use(struct recorder *r, uint32_t lin, bool write)
{
	struct stale_access use = {lin, write ? 'w' : 'r', false};
	struct cpu_view view;

	if (r->walk.state == WALK_LEAF && !((r->walk.lin ^ lin) & ~r->walk.mask))
		return;
	if (!r->m.view(r->m.ctx, &view))
		return;
	use.user = view.cpl == 3;
	stale_use(r->stale, &use, tlb_find(&r->tlb, TLB_D, lin & ~PAGE_MASK));
}

bool recorder_access(struct recorder *r, uint32_t lin, uint64_t phys, unsigned int len, bool write)
{
	const bool suspect = stale_suspect(r->stale, lin);
	const bool unsettled = stale_unsettled(r->stale);

	if (suspect)
		use(r, lin, write);
	if (unsettled && write)
		stale_settle(r->stale); /* an earlier write of the same instruction */
	return (write && stale_write(r->stale, phys, len)) || suspect || unsettled;
}

void recorder_fetch(struct recorder *r, uint32_t lin, bool user)
{
	const struct stale_access use = {lin, 'x', user};

	stale_settle(r->stale);
	if (stale_fetchable(r->stale) && stale_suspect(r->stale, lin))
		stale_use(r->stale, &use, tlb_find(&r->tlb, TLB_I, lin & ~PAGE_MASK));
}

void check_put(struct recorder *r)
{
	const struct stale_tally *t;

	if (!r->stale)
		return;
	t = stale_tally(r->stale);
	meta_number(&r->meta, "stale_suspects", t->suspects);
	meta_number(&r->meta, "stale_flushed", t->flushed);
	meta_number(&r->meta, "stale_restored", t->restored);
	meta_number(&r->meta, "stale_replaced", t->replaced);
	meta_number(&r->meta, "stale_left", stale_suspects(r->stale));
	meta_number(&r->meta, "stale_reports", t->reports);
	meta_number(&r->meta, "stale_reports_bochs", t->by_bochs);
	meta_number(&r->meta, "stale_unseen", t->unseen);
}

bool check_failure(const struct recorder *r, char *text, size_t size)
{
	static const char *const kinds[] = {"is not present",	 "is another frame",
					    "is not the user's", "may not be written",
					    "is not dirty",	 "was not accessed"};
	const struct stale_report *f = &r->first_stale;
	char by[80];

	if (!r->stale || !stale_tally(r->stale)->reports)
		return false;
	snprintf(by, sizeof(by), "changed without a flush by 0x%08x at %llu", f->change.eip,
		 (unsigned long long)f->change.icount);
	snprintf(text, size,
		 "stale TLB entry used: page 0x%08x %s by the page table (0x%08x, cached 0x%08x), "
		 "%s; "
		 "used (%c) by 0x%08x of task %u at %llu; %llu reports in stale.csv",
		 f->use.lin & ~PAGE_MASK, kinds[f->kind], f->memory, f->cached,
		 f->change.seen ? by : "changed by a write that was not seen", f->use.access,
		 r->first_stale_use.eip, r->first_stale_use.pid,
		 (unsigned long long)r->first_stale_use.icount,
		 (unsigned long long)stale_tally(r->stale)->reports);
	return true;
}
