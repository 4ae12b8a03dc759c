/*
 * recorder.c - processor events in, rows out.
 *
 * The books that must balance at the end: every walk that begins ends as
 * exactly one fill, one upgrade or one fault. A walk whose leaf has been read
 * is pending until the next event; only then can the entry it made be seen in
 * the TLB (resolve.c), or does the fault turn up that it led to instead.
 *
 *   read of a directory --> walk begins --> ... --> pending --+--> fill, upgrade
 *                                  '--> entry absent --> fault <--'
 *
 * Bochs also flushes its TLBs where no hook tells (a write to DR7, a change of
 * A20 or of the memory map). It fetches anew at once then, so the first walk
 * after it finds the entry of the running code gone from the instruction TLB
 * though nobody dropped it: the shadow is then brought in line, and a flush row
 * with the reason `emulator` written.
 */
#include "check.h"
#include "recorder.h"
#include "entry.h"
#include "refs.h"
#include "rows.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void recorder_trouble(struct recorder *r, const char *format, ...)
{
	va_list args;

	if (r->trouble[0])
		return;
	va_start(args, format);
	vsnprintf(r->trouble, sizeof(r->trouble), format, args);
	va_end(args);
}

void recorder_check_writer(struct recorder *r)
{
	const char *path;
	int error = sink_error(&r->sinks, &path);

	if (error)
		recorder_trouble(r, "cannot write %s: %s", path, strerror(error));
}

static inline void look_at_tasks(struct recorder *r)
{
	if (r->watch.on)
		watch_check(r);
}

static bool get_view(struct recorder *r, struct cpu_view *view)
{
	if (r->m.view(r->m.ctx, view))
		return true;
	recorder_trouble(r, "the guest has entered 64-bit mode: this version records 32-bit "
			    "paging (with or without PAE) only");
	return false;
}

static void lost(void *ctx, enum tlb_id id, const struct tlb_entry *e)
{
	struct recorder *r = ctx;

	seen_drop(&r->seen, e->space, e->page, id, DROP_EMULATOR);
}

static void hidden_flush(struct recorder *r, const struct cpu_view *view)
{
	struct tlb_loss loss;
	bool global_too;

	tlb_sync(&r->tlb, &r->m, &loss, lost, r);
	if (!loss.lost_global && !loss.lost_other)
		return;
	r->tally.hidden++;
	global_too = loss.lost_global || !loss.kept_global;
	if (!loss.kept_other && (!global_too || !loss.kept_global))
		seen_flush(&r->seen, DROP_EMULATOR, global_too);
	refs_flush(r, FLUSH_EMULATOR, global_too, r->space);
	if (!recorder_wants(r, EVENT_FLUSH))
		return;
	if (loss.lost_global + loss.lost_other == 1 && loss.kept_global + loss.kept_other)
		row_invlpg(r, view, FLUSH_EMULATOR, loss.page);
	else
		row_flush(r, view, FLUSH_EMULATOR, global_too, view->cr3);
}

/* Running code that the shadow has in the instruction TLB and Bochs has not. */
static void look_for_hidden_flush(struct recorder *r, const struct cpu_view *view)
{
	struct tlb_entry *e = tlb_find(&r->tlb, TLB_I, view->fetch & ~PAGE_MASK);
	struct tlb_slot real;

	if (!e || !(e->bits & (view->cpl == 3 ? TLB_USER_X : TLB_SYS_X)))
		return;
	r->m.tlb_read(r->m.ctx, TLB_I, tlb_index(TLB_I, view->fetch), &real);
	if (!real.valid)
		hidden_flush(r, view);
}

/* The access for which the entry was put in, as the bit of an entry that allows it. */
static uint32_t access_bit(const struct arrival *a)
{
	const uint32_t bits = a->slot.bits;

	if (a->id == TLB_I)
		return bits & TLB_USER_X ? TLB_USER_X : TLB_SYS_X;
	if (bits & (TLB_SYS_W | TLB_USER_W))
		return bits & TLB_USER_W ? TLB_USER_W : TLB_SYS_W;
	return bits & TLB_USER_R ? TLB_USER_R : TLB_SYS_R;
}

/* An entry in the place of @old, which is of the same page and did not let the access through. */
static enum tlb_event upgrade(struct recorder *r, const struct arrival *a,
			      const struct tlb_entry *old)
{
	r->tally.upgrades++;
	if (!(old->allowed & access_bit(a))) {
		r->tally.upgrades_entry++;
		return TLB_UPGRADE_ENTRY;
	}
	r->tally.upgrades_kind++;
	return TLB_UPGRADE_KIND;
}

/* An entry for a page that has none. */
static enum fill_reason fill(struct recorder *r, const struct arrival *a, uint32_t space,
			     enum drop *drop)
{
	enum fill_reason reason =
		seen_fill(&r->seen, space, a->slot.page, a->slot.mask, a->id, drop);

	r->tally.fills++;
	r->tally.cold += reason == REASON_COLD;
	r->tally.conflict += reason == REASON_CONFLICT;
	r->tally.flushed += reason == REASON_FLUSHED;
	r->tally.dropped[*drop]++;
	if (reason == REASON_NONE)
		recorder_trouble(r, "out of memory for the set of pages seen");
	return reason;
}

/* Enters what has arrived into shadow and history, and writes its row. */
static void enter(struct recorder *r, const struct arrival *a)
{
	uint32_t space = a->slot.bits & TLB_GLOBAL ? SPACE_GLOBAL : r->space;
	struct tlb_entry *e = tlb_at(&r->tlb, a->id, a->slot.page);
	struct tlb_entry *old = tlb_valid(&r->tlb, e) ? e : NULL;
	enum drop drop = DROP_NONE;
	enum tlb_event event;

	if (old && old->page == a->slot.page) {
		event = upgrade(r, a, old);
		old = NULL;
	} else {
		event = (enum tlb_event)fill(r, a, space, &drop);
		if (r->trouble[0])
			return;
		if (old)
			seen_evict(&r->seen, old->space, old->page, a->id);
	}
	if (recorder_wants(r, EVENT_TLB)) {
		row_fill(r, a, event, old, drop);
		if (event != TLB_UPGRADE_ENTRY && event != TLB_UPGRADE_KIND) {
			frame_use_fill(r, a->slot.page, a->slot.frame);
			stacks_fill(r, &r->walk.at);
		}
	}
	check_walk(r, a);
	tlb_put(&r->tlb, a->id, &a->slot, space, walk_allows(&r->walk, a->id));
}

static void settle(struct recorder *r, bool flushed)
{
	struct arrival a;

	if (!recorder_pending(r))
		return;
	if (resolve(&r->walk, &r->tlb, &r->m, flushed, &a)) {
		if (a.hidden) {
			lost(r, a.id, tlb_at(&r->tlb, a.id, a.slot.page));
			tlb_drop(tlb_at(&r->tlb, a.id, a.slot.page));
			hidden_flush(r, &r->walk.at);
		}
		enter(r, &a);
	} else {
		r->tally.unresolved++;
	}
	walk_end(&r->walk);
}

void recorder_settle(struct recorder *r)
{
	settle(r, false);
}

/* A walk that went no further than a table, or to an absent entry without a fault. */
static void abandon(struct recorder *r)
{
	if (r->walk.state == WALK_IDLE)
		return;
	r->tally.unresolved++;
	walk_end(&r->walk);
}

/* A load of the four PDPTEs (with CR0, CR3 or CR4) is no walk. It is read before it counts. */
static bool is_pdpte(const struct cpu_view *view, uint64_t addr, unsigned int len)
{
	unsigned int i;

	if (len != 8)
		return false;
	for (i = 0; view->pae && i < 4; i++)
		if ((view->pdpt[i] & 1) && (view->pdpt[i] ^ addr) >> 12 == 0)
			return false;
	return true;
}

/* The page is known, the entry will come with the next event: its history is far away. */
static void expect(const struct recorder *r)
{
	const struct tlb_entry *e = &r->tlb.d[tlb_index(TLB_D, r->walk.lin)];

	if (r->walk.state != WALK_LEAF)
		return;
	seen_prefetch(&r->seen, r->space, r->walk.lin);
	if (tlb_valid(&r->tlb, e))
		seen_prefetch(&r->seen, e->space, e->page);
}

void recorder_read(struct recorder *r, uint64_t addr, unsigned int len, uint64_t value)
{
	struct walk *w = &r->walk;

	if (w->state == WALK_TABLE && walk_follow(w, addr, len, value)) {
		expect(r);
		return;
	}
	recorder_settle(r);
	abandon(r);
	look_at_tasks(r);
	if (!get_view(r, &w->at))
		return;
	if (r->buddy.count && w->at.icount >= r->buddy.next)
		buddy_look(r, w->at.icount);
	if (is_pdpte(&w->at, addr, len)) {
		r->tally.pdpte_loads++;
		return;
	}
	look_for_hidden_flush(r, &w->at);
	if (!walk_begin(w, addr, len, value)) {
		r->tally.stray++;
		return;
	}
	r->tally.walks++;
	r->written.walks += r->recording;
}

void recorder_write(struct recorder *r, uint64_t addr, uint64_t value)
{
	if (!walk_write(&r->walk, addr, value))
		r->tally.stray++;
}

/* The walk that led to the fault is over. */
static void end_in_fault(struct recorder *r, uint32_t cr2)
{
	if (r->walk.state == WALK_IDLE || ((cr2 ^ r->walk.lin) & r->walk.known)) {
		r->tally.unresolved++;
		return;
	}
	r->tally.walk_faults++;
	walk_end(&r->walk);
}

/*
 * A data access to @cr2 has faulted. Bochs has given up the entry that was too weak for it, in a
 * larger TLB, too; one for a fetch it leaves alone.
 */
static void drop_by_fault(struct recorder *r, uint32_t cr2, bool fetch)
{
	struct tlb_entry *e = tlb_find(&r->tlb, TLB_D, cr2 & ~PAGE_MASK);
	struct tlb_slot real;

	if (e) {
		r->m.tlb_read(r->m.ctx, TLB_D, tlb_index(TLB_D, cr2), &real);
		if (real.valid)
			return;
		tlb_drop(e);
	} else if (fetch) {
		return;
	}
	seen_drop(&r->seen, r->space, cr2, TLB_D, DROP_FAULT);
	seen_drop(&r->seen, SPACE_GLOBAL, cr2, TLB_D, DROP_FAULT);
}

/* Without NX the code does not tell a fetch: it is one if it faults where the CPU fetches. */
static char fault_access(const struct cpu_view *view, uint32_t cr2, uint32_t error)
{
	if (error & FAULT_WRITE)
		return 'w';
	return (error & FAULT_FETCH) || cr2 == view->fetch ? 'x' : 'r';
}

void recorder_fault(struct recorder *r, uint32_t cr2, uint32_t error)
{
	struct cpu_view view;
	struct fault fault;
	uint32_t mask;

	if (!get_view(r, &view))
		return;
	look_at_tasks(r);
	if (r->walk.state == WALK_TABLE)
		abandon(r);
	if (view.pae && !(view.pdpt[cr2 >> 30] & 1))
		recorder_settle(r); /* no walk was needed to find this out */
	else
		end_in_fault(r, cr2);
	r->tally.faults++;
	fault = (struct fault){
		.icount = view.icount,
		.addr = cr2,
		.eip = view.eip,
		.esp = view.esp,
		.cr3 = view.cr3,
		.error = error,
		.cpu = view.cpu,
		.access = fault_access(&view, cr2, error),
		.user = error & FAULT_USER,
		.from_user = view.cpl == 3,
		.wanted = recorder_wants(r, EVENT_FAULT),
	};
	fault.has_before = entry_of(&r->m, &view, cr2, &fault.before, &mask);
	r->written.faults += fault.wanted;
	if (fault.wanted)
		stacks_fault(r, &view);
	drop_by_fault(r, cr2, fault.access == 'x');
	refs_fault(r, cr2, fault.access == 'x');
	check_fault(r, cr2, fault.access, fault.user);
	fault_open(&r->faults, &r->tasks, &fault);
}

void recorder_fault_over(void *recorder, struct fault *f)
{
	struct recorder *r = recorder;
	struct cpu_view view;
	uint32_t mask;

	f->has_after = f->has_before && r->m.view(r->m.ctx, &view) && f->cr3 == view.cr3 &&
		       entry_of(&r->m, &view, f->addr, &f->after, &mask);
}

void recorder_return(struct recorder *r, unsigned int cpl, uint32_t eip, uint32_t esp)
{
	uint64_t now;

	look_at_tasks(r);
	if (!r->tasks.current->depth)
		return;
	/* The faulting instruction was counted at delivery, the returning one is not yet. */
	now = *r->m.icount;
	if (cpl == 3)
		fault_user_return(&r->faults, &r->tasks, now);
	else
		fault_kernel_return(&r->faults, &r->tasks, now, eip, esp);
}

void recorder_cr3(struct recorder *r, uint32_t cr3)
{
	r->cr3 = cr3;
	r->space = space_of(&r->tasks, cr3);
	if (!r->space || !task_switch_cr3(&r->tasks, cr3, *r->m.icount))
		recorder_trouble(r, "out of memory for address spaces");
	check_cr3(r);
}

void recorder_flush(struct recorder *r, enum flush_reason reason, bool global_too, uint32_t cr3)
{
	const uint32_t from = r->space;
	struct cpu_view view;

	settle(r, true);
	if (!get_view(r, &view))
		return;
	look_at_tasks(r);
	r->watch.renamed = true; /* a new name comes with a new address space */
	tlb_flush(&r->tlb, global_too);
	seen_flush(&r->seen, (enum drop)(reason + 1), global_too);
	*(reason == FLUSH_EMULATOR ? &r->tally.hidden : &r->tally.flushes) += 1;
	if (cr3 != r->cr3)
		recorder_cr3(r, cr3);
	refs_flush(r, reason, global_too, from);
	check_flush(r, reason, global_too, &view);
	if (recorder_wants(r, EVENT_FLUSH))
		row_flush(r, &view, reason, global_too, cr3);
}

void recorder_invlpg(struct recorder *r, uint32_t addr)
{
	struct cpu_view view;
	uint32_t large;

	recorder_settle(r);
	if (!get_view(r, &view))
		return;
	look_at_tasks(r);
	large = view.pae ? LARGE_2M_MASK : LARGE_4M_MASK;
	tlb_invlpg(&r->tlb, addr);
	seen_invlpg(&r->seen, r->space, addr, large);
	seen_invlpg(&r->seen, SPACE_GLOBAL, addr, large);
	check_invlpg(r, addr);
	r->tally.invlpgs++;
	refs_invlpg(r, addr);
	if (recorder_wants(r, EVENT_FLUSH))
		row_invlpg(r, &view, FLUSH_INVLPG, addr & ~PAGE_MASK);
}

void recorder_latency(struct recorder *r, enum latency_kind kind, uint64_t icount, uint32_t eip)
{
	const struct stretch *s =
		latency_end(&r->latency, kind, icount, eip, r->tasks.current->pid);

	if (s && recorder_wants(r, EVENT_TLB | EVENT_FAULT | EVENT_FLUSH))
		row_latency(r, kind, s);
}

void recorder_interrupts(struct recorder *r, bool on, uint32_t eip)
{
	if (!on) {
		latency_begin(&r->latency, LATENCY_IRQS_OFF, *r->m.icount, eip);
		return;
	}
	/* The firmware, the loader and the kernel's first steps are nobody's wait. */
	r->latency.counts = r->hint_version != 0;
	recorder_latency(r, LATENCY_IRQS_OFF, *r->m.icount, eip);
}

void recorder_switch(struct recorder *r, const struct cpu_view *view, uint32_t pid, uint32_t tgid,
		     uint32_t cr3, const char *name)
{
	struct task *left;

	if (!task_switch_pid(&r->tasks, pid, tgid, view->icount, &left)) {
		recorder_trouble(r, "out of memory for tasks");
		return;
	}
	r->tasks.current->name = name;
	if (left) {
		fault_exit(&r->faults, &r->tasks, left, view->icount);
		task_free(left);
	}
	refs_task(r, name ? name : "");
	row_task(r, view, "switch", pid, tgid, cr3, name ? name : "");
}

void recorder_reset(struct recorder *r)
{
	recorder_settle(r);
	abandon(r);
	if (r->opt.reset_ends && *r->m.icount) {
		r->was_reset = true;
		recorder_trouble(r, "the guest reset the machine");
	}
	tlb_flush(&r->tlb, true);
	seen_flush(&r->seen, DROP_EMULATOR, true);
	recorder_cr3(r, 0);
	refs_flush(r, FLUSH_CR0, true, r->space);
	check_reset(r);
	/* Where the tasks and the frames were, there is another system now. */
	frame_use_reset(r);
	r->watch.on = r->tasks.watched = r->waiting.known = false;
}
