/*
 * rows.c - the rows of each CSV file, as the contract has them.
 *
 * One function a kind of row. Rows of tlb.csv are only noted here and become
 * text in tlb_rows.c; for the others room is asked for once a row, which is
 * never longer than CSV_ROW_MAX but for its quoted text.
 */
#include "rows.h"
#include "csv.h"
#include "ref_trace.h"

#include <string.h>

static const char *const cause_names[] = TRACE_CAUSE_NAMES;

static void end_row(struct recorder *r, struct sink *sink, char *p)
{
	sink_row(sink, csv_end(p));
	if (sink->rows % 4096 == 0)
		recorder_check_writer(r);
}

/*
 * A record to fill in. It is made where it stays: as a copy of a local one it would
 * be read in larger words than it was written in, for which a processor waits.
 */
static struct tlb_record *new_record(struct recorder *r)
{
	struct tlb_record *record = (void *)sink_room(r->tlb_csv, sizeof(*record));

	__builtin_prefetch(record + 8, 1); /* a writer has had this memory */
	sink_row(r->tlb_csv, (char *)(record + 1));
	if (r->tlb_csv->rows % 4096 == 0)
		recorder_check_writer(r);
	*record = (struct tlb_record){0};
	record->pid = r->tasks.current->pid;
	record->has_pid = r->tasks.hinted;
	return record;
}

void row_fill(struct recorder *r, const struct arrival *a, enum tlb_event event,
	      const struct tlb_entry *evicted, enum drop drop)
{
	const uint32_t bits = a->slot.bits;
	const struct walk *w = &r->walk;
	struct tlb_record *record = new_record(r);

	record->icount = w->at.icount;
	record->frame = a->slot.frame;
	record->leaf = w->leaf;
	record->page = a->slot.page;
	record->cr3 = w->at.cr3;
	record->eip = w->at.eip;
	record->event = (uint8_t)event;
	record->cpu = (uint8_t)w->at.cpu;
	record->detail = (uint8_t)(w->reads + 4 * w->writes + 16 * drop);
	if (event == TLB_UPGRADE_ENTRY || event == TLB_UPGRADE_KIND)
		r->written.upgrades++;
	else
		r->written.fills++;
	if (a->id == TLB_I) {
		record->instruction = 1;
		record->access = 2;
		record->user = (bits & TLB_USER_X) != 0;
	} else {
		record->access = (bits & (TLB_SYS_W | TLB_USER_W)) != 0;
		record->user = (bits & (TLB_USER_R | TLB_USER_W)) != 0;
	}
	if (w->mask != PAGE_MASK)
		record->size = w->at.pae ? SIZE_2M : SIZE_4M;
	if (evicted) {
		record->has_evicted = 1;
		record->evicted = evicted->page;
	}
}

void row_flush(struct recorder *r, const struct cpu_view *view, enum flush_reason reason,
	       bool global_too, uint32_t cr3)
{
	struct tlb_record *record = new_record(r);

	r->written.flushes++;
	record->icount = view->icount;
	record->cr3 = cr3;
	record->eip = view->eip;
	record->event = global_too ? TLB_FLUSH_ALL : TLB_FLUSH;
	record->cpu = (uint8_t)view->cpu;
	record->detail = (uint8_t)reason;
}

void row_invlpg(struct recorder *r, const struct cpu_view *view, enum flush_reason reason,
		uint32_t page)
{
	struct tlb_record *record = new_record(r);

	r->written.invlpgs++;
	record->icount = view->icount;
	record->page = page;
	record->cr3 = view->cr3;
	record->eip = view->eip;
	record->event = TLB_INVLPG;
	record->cpu = (uint8_t)view->cpu;
	record->detail = (uint8_t)reason;
}

void row_fault(struct recorder *r, const struct fault *f)
{
	const char *vma = f->vma ? f->vma : "";
	char *p = sink_room(r->faults_csv, CSV_ROW_MAX + 2 * strlen(vma));

	p = csv_comma(csv_dec(p, f->icount));
	p = csv_comma(csv_dec(p, f->cpu));
	p = csv_comma(csv_hex(p, f->addr));
	p = csv_comma(csv_hex(p, f->eip));
	p = csv_comma(csv_dec(p, f->error));
	p = csv_comma(csv_char(p, f->access));
	p = csv_comma(csv_char(p, f->user ? 'u' : 'k'));
	p = csv_comma(csv_char(p, f->error & FAULT_PRESENT ? '1' : '0'));
	p = csv_comma(csv_hex(p, f->cr3));
	if (f->has_pid)
		p = csv_dec(p, f->pid);
	p = csv_comma(p);
	p = csv_comma(csv_dec(p, f->depth));
	p = csv_comma(csv_word(p, cause_names[f->cause]));
	if (f->cause)
		p = csv_char(p, f->major ? '1' : '0');
	p = csv_comma(p);
	if (!f->no_return)
		p = csv_dec(p, f->cost);
	p = csv_comma(csv_text(csv_comma(p), vma));
	if (!f->no_return)
		p = csv_dec(p, f->rounds);
	p = csv_comma(p);
	if (f->has_before)
		p = csv_hex(p, f->before);
	p = csv_comma(p);
	if (f->has_after)
		p = csv_hex(p, f->after);
	end_row(r, r->faults_csv, p);
}

void row_task(struct recorder *r, const struct cpu_view *view, const char *event, uint32_t pid,
	      uint32_t tgid, uint32_t cr3, const char *name)
{
	char *p = sink_room(r->tasks_csv, CSV_ROW_MAX + 2 * strlen(name));

	p = csv_comma(csv_dec(p, view->icount));
	p = csv_comma(csv_dec(p, view->cpu));
	p = csv_comma(csv_word(p, event));
	p = csv_comma(csv_dec(p, pid));
	p = csv_comma(csv_dec(p, tgid));
	p = csv_comma(csv_hex(p, cr3));
	end_row(r, r->tasks_csv, csv_text(p, name));
}

void row_vma(struct recorder *r, uint64_t icount, const char *event, const struct trace_vma *vma,
	     const char *name)
{
	char *p = sink_room(r->vmas_csv, CSV_ROW_MAX + 2 * strlen(name));

	p = csv_comma(csv_dec(p, icount));
	p = csv_comma(csv_word(p, event));
	p = csv_comma(csv_dec(p, vma->pid));
	p = csv_comma(csv_hex(p, vma->start));
	p = csv_comma(csv_hex(p, vma->end));
	p = csv_comma(csv_dec(p, vma->prot));
	p = csv_comma(csv_dec(p, vma->flags));
	p = csv_comma(csv_dec(p, vma->offset));
	end_row(r, r->vmas_csv, csv_text(p, name));
}

void row_mark(struct recorder *r, uint64_t icount, uint32_t pid, const char *label)
{
	char *p = sink_room(r->marks_csv, CSV_ROW_MAX + 2 * strlen(label));

	p = csv_comma(csv_dec(p, icount));
	p = csv_comma(csv_dec(p, pid));
	p = csv_text(p, label);
	p = csv_dec(csv_comma(p), r->written.walks);
	p = csv_dec(csv_comma(p), r->written.fills);
	p = csv_dec(csv_comma(p), r->written.upgrades);
	p = csv_dec(csv_comma(p), r->written.faults);
	p = csv_dec(csv_comma(p), r->written.flushes);
	end_row(r, r->marks_csv, csv_dec(csv_comma(p), r->written.invlpgs));
}

void row_latency(struct recorder *r, enum latency_kind kind, const struct stretch *s)
{
	static const char *const kinds[] = {"irqs_off", "no_resched"};
	char *p = sink_room(r->latency_csv, CSV_ROW_MAX);

	p = csv_comma(csv_dec(p, s->since));
	p = csv_comma(csv_word(p, kinds[kind]));
	p = csv_comma(csv_dec(p, s->length));
	p = csv_comma(csv_dec(p, s->pid));
	p = csv_comma(csv_hex(p, s->eip));
	end_row(r, r->latency_csv, csv_hex(p, s->end_eip));
}

/* Addresses, blanks between them. */
static char *put_list(char *p, const uint32_t *list, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		if (i)
			p = csv_char(p, ' ');
		p = csv_hex(p, list[i]);
	}
	return p;
}

void row_waiting(struct recorder *r, const struct waiting_task *t)
{
	char *p = sink_room(r->waiting_csv, CSV_ROW_MAX + 4 * WAITING_NAME_MAX);

	p = csv_comma(csv_dec(p, t->pid));
	p = csv_comma(csv_dec(p, t->tgid));
	p = csv_comma(csv_text(p, t->name));
	p = csv_comma(csv_word(p, t->state));
	p = csv_comma(csv_text(p, t->call));
	if (t->has_number)
		p = csv_dec(p, t->number);
	p = csv_comma(p);
	p = csv_comma(put_list(p, t->args, t->has_number ? 3 : 0));
	if (t->has_eip)
		p = csv_hex(p, t->eip);
	end_row(r, r->waiting_csv, put_list(csv_comma(p), t->frames, t->frame_count));
}

void row_use(struct recorder *r, const struct use_count *count)
{
	char *p = sink_room(r->uses_csv, CSV_ROW_MAX);

	p = csv_comma(csv_hex(p, count->page));
	p = csv_comma(csv_text(p, count->use));
	end_row(r, r->uses_csv, csv_dec(p, count->fills));
}

void row_stack(struct recorder *r, unsigned int number, const struct stack_seen *seen,
	       const uint32_t *words)
{
	static const char *const ends[] = STACK_END_NAMES;
	char *p = sink_room(r->stacks_csv, CSV_ROW_MAX + 2 * STACK_FRAMES * sizeof("?0x00000000"));

	p = csv_comma(csv_dec(p, number));
	p = csv_comma(seen->end == STACK_LOST ? p : csv_dec(p, seen->pid));
	p = csv_comma(csv_dec(p, seen->events[STACK_FAULT]));
	p = csv_comma(csv_dec(p, seen->events[STACK_FILL]));
	p = csv_comma(csv_word(p, ends[seen->end]));
	p = csv_comma(put_list(p, words, seen->count));
	for (unsigned int i = 0; i < seen->count; i++) {
		const uint32_t called = words[seen->count + i];

		if (i)
			p = csv_char(p, ' ');
		if (seen->guessed >> i & 1)
			p = csv_char(p, '?');
		p = called == CALLED_NONE      ? csv_char(p, '-')
		    : called == CALLED_POINTER ? csv_char(p, '*')
					       : csv_hex(p, called);
	}
	end_row(r, r->stacks_csv, p);
}

void row_io(struct recorder *r, const struct trace_io *what, const struct io *io, bool known,
	    struct io_moment done)
{
	static const char *const reasons[] = TRACE_IO_WHY_NAMES;
	char *p = sink_room(r->io_csv, CSV_ROW_MAX);
	const bool started = known && io->started.icount;

	p = csv_comma(csv_dec(p, done.icount));
	p = csv_comma(known ? csv_dec(p, io->queued.icount) : p);
	p = csv_comma(started ? csv_dec(p, io->started.icount) : p);
	p = csv_comma(known ? csv_dec(p, done.usec - io->queued.usec) : p);
	p = csv_comma(started ? csv_dec(p, done.usec - io->started.usec) : p);
	p = csv_comma(known ? csv_dec(p, io->pid) : p);
	p = csv_comma(csv_hex(p, what->device));
	p = csv_comma(csv_dec(p, what->sector));
	p = csv_comma(csv_dec(p, what->sectors));
	p = csv_comma(csv_dec(p, what->pages));
	p = csv_comma(csv_char(p, what->write ? 'w' : 'r'));
	p = csv_comma(csv_word(p, reasons[what->why]));
	p = csv_comma(csv_dec(p, what->command));
	p = csv_comma(csv_dec(p, what->merged));
	end_row(r, r->io_csv, csv_dec(p, what->error));
}

/* Up to the column `zone` (an index, or none). */
static char *begin_reclaim(struct recorder *r, uint64_t icount, enum trace_reclaim_event event,
			   uint32_t node, int zone)
{
	static const char *const events[] = TRACE_RECLAIM_EVENT_NAMES, *const zones[] =
									       TRACE_ZONE_NAMES;
	char *p = sink_room(r->reclaim_csv, CSV_ROW_MAX);

	p = csv_comma(csv_dec(p, icount));
	p = csv_comma(csv_word(p, events[event]));
	p = csv_comma(csv_dec(p, r->tasks.current->pid));
	p = csv_comma(csv_dec(p, node));
	return csv_comma(zone < 0 ? p : csv_word(p, zones[zone]));
}

/* What is known of a page: from `frame` to `slot`. */
static char *put_page(char *p, const struct trace_page *page)
{
	static const char *const kinds[] = TRACE_PAGE_KIND_NAMES;
	const bool in_file = page->dev || page->inode;

	p = csv_comma(csv_hex(p, (uint64_t)page->frame << 12));
	p = csv_comma(csv_word(p, kinds[page->kind]));
	p = csv_comma(page->owner ? csv_dec(p, page->owner) : p);
	p = csv_comma(page->owner ? csv_hex(p, page->address) : p);
	p = csv_comma(page->dev ? csv_hex(p, page->dev) : p);
	p = csv_comma(in_file ? csv_dec(p, page->inode) : p);
	p = csv_comma(in_file ? csv_dec(p, page->index) : p);
	if (page->slot)
		p = csv_dec(csv_char(csv_dec(p, page->area), ':'), page->slot);
	return csv_comma(p);
}

void row_reclaim(struct recorder *r, const struct reclaim_row *row, const struct trace_page *at)
{
	static const char *const reasons[] = TRACE_RECLAIM_WHY_NAMES;
	const bool of_page = row->event < TRACE_RECLAIM_PAGE_EVENTS;
	const bool valued =
		row->event == TRACE_RECLAIM_REFAULT || row->event > TRACE_RECLAIM_KSWAPD_WAKE;
	char *p = begin_reclaim(r, row->icount, row->event, at->node, of_page ? (int)at->zone : -1);

	if (of_page)
		p = put_page(p, at);
	else if (row->event == TRACE_RECLAIM_OOM)
		p = csv_word(csv_dec(csv_word(p, ",,"), at->owner), ",,,,,,");
	else
		p = csv_word(p, ",,,,,,,,");
	p = csv_comma(csv_word(p, reasons[row->why]));
	end_row(r, r->reclaim_csv, csv_word(valued ? csv_dec(p, row->value) : p, ",,,,,,,,,,"));
}

void row_zone(struct recorder *r, uint64_t icount, const struct trace_zone *zone)
{
	const uint32_t counts[] = {zone->free,		zone->min,	     zone->low,
				   zone->high,		zone->inactive_anon, zone->active_anon,
				   zone->inactive_file, zone->active_file,   zone->unevictable,
				   zone->swap_used};
	char *p = begin_reclaim(r, icount, TRACE_RECLAIM_STATE, zone->node, (int)zone->zone);
	size_t i;

	p = csv_word(p, ",,,,,,,,,");
	for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		p = csv_dec(csv_comma(p), counts[i]);
	end_row(r, r->reclaim_csv, p);
}

void row_buddy(struct recorder *r, uint64_t icount, const struct buddy_zone *zone)
{
	static const char *const zones[] = TRACE_ZONE_NAMES;
	char *p = sink_room(r->buddy_csv, CSV_ROW_MAX);

	p = csv_comma(csv_dec(p, icount));
	p = csv_comma(csv_dec(p, zone->at.node));
	p = csv_word(p, zones[zone->at.zone]);
	for (unsigned int order = 0; order < BUDDY_ORDERS; order++)
		p = csv_dec(csv_comma(p), zone->free[order]);
	end_row(r, r->buddy_csv, p);
}

void row_model(struct recorder *r, const struct model_row *row)
{
	char *p = sink_room(r->model_csv, CSV_ROW_MAX + 2 * strlen(row->key));
	uint64_t accesses = 0;
	int i;

	for (i = 0; i < OUTCOMES; i++)
		accesses += row->counts->n[i];
	p = csv_comma(csv_word(p, row->model));
	p = csv_comma(csv_word(p, row->tlb));
	p = csv_comma(row->level ? csv_dec(p, row->level) : p);
	p = csv_comma(csv_word(p, row->dimension));
	p = csv_comma(csv_text(p, row->key));
	p = csv_dec(p, accesses);
	for (i = 0; i < OUTCOMES; i++)
		p = csv_dec(csv_comma(p), row->counts->n[i]);
	end_row(r, r->model_csv, p);
}

void row_ref(struct recorder *r, const struct ref_row *row)
{
	char *p = sink_room(r->refs_csv, CSV_ROW_MAX);

	p = csv_comma(csv_dec(p, row->icount));
	p = csv_comma(csv_word(p, row->event));
	if (row->uses)
		p = csv_char(p, row->kind & REF_USER ? 'u' : 'k');
	p = csv_comma(p);
	p = csv_comma(row->has_page ? csv_hex(p, row->page) : p);
	if (row->uses)
		p = csv_word(p, row->kind & REF_LARGE ? "4M" : "4K");
	p = csv_comma(p);
	p = csv_comma(csv_digit(p, row->global));
	p = csv_comma(row->uses ? csv_dec(p, row->allowed) : p);
	p = csv_comma(csv_dec(p, row->space));
	p = csv_comma(csv_dec(p, row->pid));
	p = csv_comma(row->uses ? csv_hex(p, row->eip) : p);
	end_row(r, r->refs_csv, row->uses ? csv_dec(p, row->uses) : p);
}

void row_stale(struct recorder *r, const struct stale_report *found,
	       const struct stale_change *user)
{
	static const char *const kinds[] = STALE_KIND_NAMES, *const holders[] = STALE_HOLDER_NAMES;
	char *p = sink_room(r->stale_csv, CSV_ROW_MAX);

	p = csv_comma(csv_dec(p, user->icount));
	p = csv_comma(csv_dec(p, user->pid));
	p = csv_comma(csv_hex(p, user->eip));
	p = csv_comma(csv_char(p, found->use.access));
	p = csv_comma(csv_char(p, found->use.user ? 'u' : 'k'));
	p = csv_comma(csv_hex(p, found->use.lin & ~PAGE_MASK));
	p = csv_comma(csv_word(p, kinds[found->kind]));
	p = csv_comma(csv_word(p, holders[found->holder]));
	p = csv_comma(csv_hex(p, found->cached));
	p = csv_comma(csv_hex(p, found->memory));
	if (!found->change.seen) {
		end_row(r, r->stale_csv, csv_word(p, ",,"));
		return;
	}
	p = csv_comma(csv_dec(p, found->change.icount));
	p = csv_comma(csv_dec(p, found->change.pid));
	end_row(r, r->stale_csv, csv_hex(p, found->change.eip));
}
