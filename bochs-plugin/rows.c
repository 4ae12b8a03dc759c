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

/*
 * "icount,cpu," of a TLB row. Most rows differ from the one before in the last
 * digits only, so the text of all but the last four is kept.
 */
static char *put_time(struct row_cache *c, char *p, const struct cpu_view *view)
{
	uint64_t high = view->icount / 10000;

	if (high != c->high || !c->high) {
		c->high = high;
		c->high_len = high ? (unsigned int)(csv_dec(c->high_text, high) - c->high_text) : 0;
	}
	p = csv_copy(p, c->high_text, c->high_len);
	if (high)
		p = csv_dec_four(p, (unsigned int)(view->icount % 10000));
	else
		p = csv_dec(p, view->icount);
	return csv_comma(csv_dec(csv_comma(p), view->cpu));
}

/* ",cr3,pid," of a fill; the same for many rows. */
static char *put_space(struct recorder *r, char *p, uint32_t cr3)
{
	struct row_cache *c = &r->row_cache;
	char *q;

	if (c->cr3 != cr3 || c->pid != r->tasks.current->pid || c->hinted != r->tasks.hinted ||
	    !c->space_len) {
		c->cr3 = cr3;
		c->pid = r->tasks.current->pid;
		c->hinted = r->tasks.hinted;
		q = csv_comma(csv_hex(csv_comma(c->space_text), cr3));
		q = csv_comma(put_pid(r, q));
		c->space_len = (unsigned int)(q - c->space_text);
	}
	return csv_copy(p, c->space_text, c->space_len);
}

/* A short constant text with its length, in a place that csv_copy may read whole. */
struct word {
	char text[CSV_CHUNK];
	unsigned int len;
};
#define WORD(s) {s, sizeof(s) - 1}

/* "tlb,event,reason," by TLB and reason; reason none is an upgrade. */
static const struct word fill_words[2][4] = {
	{WORD("d,upgrade,,"), WORD("d,fill,cold,"), WORD("d,fill,conflict,"),
	 WORD("d,fill,flushed,")},
	{WORD("i,upgrade,,"), WORD("i,fill,cold,"), WORD("i,fill,conflict,"),
	 WORD("i,fill,flushed,")},
};

/* ",size,access,mode," by page size (4K, 4M, 2M) and access: read, write, fetch; kernel, user. */
static const struct word access_words[3][6] = {
	{WORD(",4K,r,k,"), WORD(",4K,w,k,"), WORD(",4K,x,k,"), WORD(",4K,r,u,"), WORD(",4K,w,u,"),
	 WORD(",4K,x,u,")},
	{WORD(",4M,r,k,"), WORD(",4M,w,k,"), WORD(",4M,x,k,"), WORD(",4M,r,u,"), WORD(",4M,w,u,"),
	 WORD(",4M,x,u,")},
	{WORD(",2M,r,k,"), WORD(",2M,w,k,"), WORD(",2M,x,k,"), WORD(",2M,r,u,"), WORD(",2M,w,u,"),
	 WORD(",2M,x,u,")},
};

static const struct word *access_word(const struct arrival *a, uint32_t mask)
{
	const uint32_t bits = a->slot.bits;
	unsigned int access, user;

	if (a->id == TLB_I) {
		access = 2;
		user = (bits & TLB_USER_X) != 0;
	} else {
		access = (bits & (TLB_SYS_W | TLB_USER_W)) != 0;
		user = (bits & (TLB_USER_R | TLB_USER_W)) != 0;
	}
	return &access_words[mask == PAGE_MASK ? 0 : mask == 0x3fffff ? 1 : 2][access + 3 * user];
}

void row_fill(struct recorder *r, const struct arrival *a, enum fill_reason reason,
	      const struct tlb_entry *evicted)
{
	const struct word *event = &fill_words[a->id][reason];
	const struct word *access = access_word(a, r->walk.mask);
	const struct walk *w = &r->walk;
	char *p = sink_room(r->tlb_csv, CSV_ROW_MAX);

	p = put_time(&r->row_cache, p, &w->at);
	p = csv_copy(p, event->text, event->len);
	p = csv_comma(csv_hex(p, a->slot.page));
	p = csv_hex(p, a->slot.frame);
	p = csv_copy(p, access->text, access->len);
	p = csv_comma(csv_hex(p, w->leaf));
	p = csv_char(csv_digit(p, w->reads), '+');
	p = csv_digit(p, w->writes);
	p = put_space(r, p, w->at.cr3);
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
