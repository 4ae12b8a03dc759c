/*
 * rows.c - the rows of each CSV file, as the contract has them.
 *
 * One function a kind of row. Room is asked for once a row; a row that is
 * never longer than CSV_ROW_MAX but for its quoted text.
 */
#include "rows.h"
#include "csv.h"

#include <string.h>

static const char *const flush_reasons[] = {"cr3", "cr4", "cr0", "task", "emulator"};
static const char *const cause_names[] = TRACE_CAUSE_NAMES;

static void end_row(struct recorder *r, struct sink *sink, char *p)
{
	sink_row(sink, csv_end(p));
	if (sink->rows % 4096 == 0)
		recorder_check_writer(r);
}

static char *put_pid(const struct recorder *r, char *p)
{
	return r->tasks.hinted ? csv_dec(p, r->tasks.current->pid) : p;
}

static const char *size_name(uint32_t mask)
{
	return mask == PAGE_MASK ? ",4K," : mask == 0x3fffff ? ",4M," : ",2M,";
}

/* "access,mode" of an entry, from what it lets through. */
static const char *access_name(const struct arrival *a)
{
	uint32_t bits = a->slot.bits;

	if (a->id == TLB_I)
		return bits & TLB_USER_X ? "x,u," : "x,k,";
	if (bits & (TLB_SYS_W | TLB_USER_W))
		return bits & (TLB_USER_R | TLB_USER_W) ? "w,u," : "w,k,";
	return bits & TLB_USER_R ? "r,u," : "r,k,";
}

void row_fill(struct recorder *r, const struct arrival *a, enum fill_reason reason,
	      const struct tlb_entry *evicted)
{
	static const char *const events[] = {",upgrade,,", ",fill,cold,", ",fill,conflict,",
					     ",fill,flushed,"};
	const struct walk *w = &r->walk;
	char *p = sink_room(r->tlb_csv, CSV_ROW_MAX);

	p = csv_comma(csv_dec(p, w->at.icount));
	p = csv_comma(csv_dec(p, w->at.cpu));
	p = csv_char(p, a->id == TLB_D ? 'd' : 'i');
	p = csv_word(p, events[reason]);
	p = csv_comma(csv_hex(p, a->slot.page));
	p = csv_hex(p, a->slot.frame);
	p = csv_word(p, size_name(w->mask));
	p = csv_word(p, access_name(a));
	p = csv_comma(csv_hex(p, w->leaf));
	p = csv_char(csv_dec(p, w->reads), '+');
	p = csv_comma(csv_dec(p, w->writes));
	p = csv_comma(csv_hex(p, w->at.cr3));
	p = csv_comma(put_pid(r, p));
	p = csv_comma(csv_hex(p, w->at.eip));
	if (evicted)
		p = csv_hex(p, evicted->page);
	end_row(r, r->tlb_csv, p);
}

static char *flush_start(char *p, const struct cpu_view *view)
{
	p = csv_comma(csv_dec(p, view->icount));
	p = csv_comma(csv_dec(p, view->cpu));
	return csv_word(p, "-,");
}

static void flush_end(struct recorder *r, char *p, const struct cpu_view *view, uint32_t cr3)
{
	p = csv_word(p, ",,,,,,,"); /* frame to walk are empty */
	p = csv_comma(csv_hex(p, cr3));
	p = csv_comma(put_pid(r, p));
	p = csv_comma(csv_hex(p, view->eip));
	end_row(r, r->tlb_csv, p);
}

void row_flush(struct recorder *r, const struct cpu_view *view, enum flush_reason reason,
	       bool global_too, uint32_t cr3)
{
	char *p = flush_start(sink_room(r->tlb_csv, CSV_ROW_MAX), view);

	p = csv_word(p, global_too ? "flush_all," : "flush,");
	p = csv_comma(csv_word(p, flush_reasons[reason]));
	flush_end(r, p, view, cr3);
}

void row_invlpg(struct recorder *r, const struct cpu_view *view, const char *reason, uint32_t page)
{
	char *p = flush_start(sink_room(r->tlb_csv, CSV_ROW_MAX), view);

	p = csv_word(p, "invlpg,");
	p = csv_comma(csv_word(p, reason));
	p = csv_hex(p, page);
	flush_end(r, p, view, view->cr3);
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
	p = csv_text(csv_comma(p), vma);
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
	end_row(r, r->marks_csv, csv_text(p, label));
}
