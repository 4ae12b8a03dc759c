/*
 * tlb_rows.c - rows of tlb.csv, noted as records and turned into text by the writers.
 *
 * There can be millions a second. The emulator's thread only notes a record of
 * 48 bytes; the text, twice as long, is made by the writer threads while the
 * guest runs on. Constant parts are copied as whole words of CSV_CHUNK bytes,
 * and numbers that repeat from row to row are not formatted again.
 */
#include "tlb_rows.h"
#include "fill_reason.h"

_Static_assert(sizeof(struct tlb_record) == 48, "six words");

/* A short constant text with its length, in a place that csv_copy may read whole. */
struct word {
	char text[CSV_CHUNK];
	unsigned int len;
};
#define WORD(s) {s, sizeof(s) - 1}

/* "tlb,event,reason," */
static const struct word event_words[2][5] = {
	{WORD("d,upgrade,entry,"), WORD("d,fill,cold,"), WORD("d,fill,conflict,"),
	 WORD("d,fill,flushed,"), WORD("d,upgrade,kind,")},
	{WORD("i,upgrade,entry,"), WORD("i,fill,cold,"), WORD("i,fill,conflict,"),
	 WORD("i,fill,flushed,"), WORD("i,upgrade,kind,")},
};

/* ",size,access,mode," by size, mode, access */
static const struct word access_words[3][2][3] = {
	{{WORD(",4K,r,k,"), WORD(",4K,w,k,"), WORD(",4K,x,k,")},
	 {WORD(",4K,r,u,"), WORD(",4K,w,u,"), WORD(",4K,x,u,")}},
	{{WORD(",4M,r,k,"), WORD(",4M,w,k,"), WORD(",4M,x,k,")},
	 {WORD(",4M,r,u,"), WORD(",4M,w,u,"), WORD(",4M,x,u,")}},
	{{WORD(",2M,r,k,"), WORD(",2M,w,k,"), WORD(",2M,x,k,")},
	 {WORD(",2M,r,u,"), WORD(",2M,w,u,"), WORD(",2M,x,u,")}},
};

static const char *const flush_words[] = {"-,flush,", "-,flush_all,", "-,invlpg,"};
static const char *const flush_reasons[] = {"cr3,", "cr4,", "cr0,", "task,", "emulator,", ","};

static const char *const drop_words[] = DROP_NAMES;

_Static_assert((int)FLUSH_CR3 + 1 == (int)DROP_CR3 && (int)FLUSH_INVLPG + 1 == (int)DROP_INVLPG,
	       "enum drop follows enum flush_reason");

/* Text that rows have in common with the row before. */
struct tlb_text {
	uint64_t high; /* icount / 10000 */
	char high_text[CSV_CHUNK];
	unsigned int high_len;
	uint32_t cr3, pid;
	bool has_pid;
	char space_text[CSV_CHUNK];
	unsigned int space_len;
};

/* "icount,cpu,": most rows differ from the one before in the last digits only. */
static char *put_time(struct tlb_text *t, char *p, const struct tlb_record *r)
{
	uint64_t high = r->icount / 10000;

	if (high != t->high) {
		t->high = high;
		t->high_len = (unsigned int)(csv_dec(t->high_text, high) - t->high_text);
	}
	if (high)
		p = csv_dec_four(csv_copy(p, t->high_text, t->high_len),
				 (unsigned int)(r->icount % 10000));
	else
		p = csv_dec(p, r->icount);
	return csv_comma(csv_dec(csv_comma(p), r->cpu));
}

/* ",cr3,pid,": the same for many rows. */
static char *put_space(struct tlb_text *t, char *p, const struct tlb_record *r)
{
	char *q;

	if (!t->space_len || t->cr3 != r->cr3 || t->pid != r->pid || t->has_pid != r->has_pid) {
		t->cr3 = r->cr3;
		t->pid = r->pid;
		t->has_pid = r->has_pid;
		q = csv_comma(csv_hex(csv_comma(t->space_text), r->cr3));
		if (r->has_pid)
			q = csv_dec(q, r->pid);
		t->space_len = (unsigned int)(csv_comma(q) - t->space_text);
	}
	return csv_copy(p, t->space_text, t->space_len);
}

static char *put_fill(struct tlb_text *t, char *p, const struct tlb_record *r)
{
	const struct word *event = &event_words[r->instruction][r->event];
	const struct word *access = &access_words[r->size][r->user][r->access];

	p = csv_copy(put_time(t, p, r), event->text, event->len);
	p = csv_comma(csv_hex(p, r->page));
	p = csv_copy(csv_hex(p, r->frame), access->text, access->len);
	p = csv_comma(csv_hex(p, r->leaf));
	p = csv_char(csv_digit(p, r->detail & 3), '+');
	p = put_space(t, csv_digit(p, r->detail >> 2 & 3), r);
	p = csv_comma(csv_hex(p, r->eip));
	if (r->has_evicted)
		p = csv_hex(p, r->evicted);
	return csv_end(csv_word(csv_comma(p), drop_words[r->detail >> 4]));
}

static char *put_flush(struct tlb_text *t, char *p, const struct tlb_record *r)
{
	p = csv_word(put_time(t, p, r), flush_words[r->event - TLB_FLUSH]);
	p = csv_word(p, flush_reasons[r->detail]);
	if (r->event == TLB_INVLPG)
		p = csv_hex(p, r->page);
	p = csv_word(p, ",,,,,,"); /* frame to walk are empty */
	p = csv_comma(csv_hex(put_space(t, p, r), r->eip));
	return csv_end(csv_comma(p)); /* evicted and dropped_by are empty */
}

size_t tlb_expand(const void *records, size_t len, char *out)
{
	const struct tlb_record *r = records;
	struct tlb_text t = {0};
	char *p = out;

	for (len /= sizeof(*r); len--; r++)
		p = r->event < TLB_FLUSH ? put_fill(&t, p, r) : put_flush(&t, p, r);
	return (size_t)(p - out);
}
