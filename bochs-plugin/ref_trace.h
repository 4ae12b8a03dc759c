/*
 * ref_trace.h - the guest's references, reduced, as rows of refs.csv (TRACE=refs).
 *
 * A reference is a use of a page by one kind of access (fetch, read or write; by the kernel or by
 * a program) of the running task. What reduction.h may leave out is left out. Whatever empties a
 * TLB's entry or a frame, names a space anew or begins a phase is a row of its own, and no
 * reference before it is left out for one behind it.
 *
 * Most references repeat one of the last few uses, of k different ones at most, and these are only
 * noted: fewer than k other pages were used since, so that of all that are noted in a row the last
 * one of each alone may stay. Before the next reference that is none of these they are put in, in
 * the order of their last uses.
 */
#ifndef TLBTRACE_REF_TRACE_H
#define TLBTRACE_REF_TRACE_H

#include "model.h"
#include "reduction.h"

#define REF_TRACE_K_MIN	    4u
#define REF_TRACE_K_MAX	    1048576u
#define REF_TRACE_K_DEFAULT 16u
#define REF_TRACE_RECENT    8u

/* Kinds of reductions, and the number of one by the bits of model.h. */
#define REF_TRACE_KIND(bits) \
	(((bits) & REF_CODE ? 4u : (bits) & REF_WRITE ? 2u : 0u) | ((bits) & REF_USER ? 1u : 0u))

/* What a row has to say, of a reference or of what happened. */
struct ref_row {
	uint64_t icount;
	const char *event;
	uint32_t kind; /* bits of model.h, of a reference */
	uint32_t page, eip, pid, space;
	uint8_t allowed;
	bool has_page, global;
	uint64_t uses; /* 0: no reference */
};

/* One of the last uses, each of another page or kind. */
struct recent_use {
	uint32_t page, kind, eip, bits;
	bool valid;
	uint64_t used; /* last, by the clock */
	uint64_t icount;
	uint64_t again; /* references noted since it was put in */
};

struct ref_trace {
	struct reduction *reduction;
	void (*emit)(void *ctx, const struct ref_row *row);
	void *ctx;
	bool on; /* what comes now is recorded */
	uint32_t pid, space;
	uint64_t clock;
	uint64_t references, kept; /* told, and rows of them */
	struct recent_use recent[REF_TRACE_RECENT];
	unsigned int slots; /* of these that are used: k at most */
	/* Numbers for the reduction: page_of[number[page >> 12]] is the page if it has one. */
	uint32_t *number, *page_of;
	uint32_t numbers, room;
	bool no_memory;
};

/* ref_trace_new - for @k frames and more. NULL: out of memory. */
struct ref_trace *ref_trace_new(uint32_t k, void (*emit)(void *ctx, const struct ref_row *row),
				void *ctx);
void ref_trace_free(struct ref_trace *t);

/* ref_trace_again - @count more references of a kind (@bits of model.h), if the last few were so,
 * too. False: ref_trace_put must do it. */
static inline bool ref_trace_again(struct ref_trace *t, uint32_t page, unsigned int bits,
				   uint64_t icount, uint32_t eip, uint32_t count)
{
	const unsigned int kind = REF_TRACE_KIND(bits);
	struct recent_use *r = t->recent, *end = r + t->slots;

	for (; r < end; r++) {
		if (r->page != page || r->kind != kind || !r->valid)
			continue;
		r->used = ++t->clock;
		r->icount = icount;
		r->eip = eip;
		r->again += count;
		return true;
	}
	return false;
}

/* ref_trace_put - one reference, any. */
void ref_trace_put(struct ref_trace *t, const struct model_ref *ref, uint64_t icount);

/* ref_trace_event - something else happened. @event: its word, or NULL for no row. */
void ref_trace_event(struct ref_trace *t, const struct ref_row *row);

/* ref_trace_turn - who runs from here on, where, and whether that is recorded. */
void ref_trace_turn(struct ref_trace *t, uint32_t pid, uint32_t space, bool on);

#endif
