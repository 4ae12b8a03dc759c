/*
 * refs.h - references of the guest, for the what-if models and for refs.csv.
 *
 * Only the flavour `refs` of Bochs (setup/bochs.sh) has calls at each reference; without `model=`
 * or `refs` on the tlbtrace line nobody wants them, and all of this is left out.
 */
#ifndef TLBTRACE_REFS_H
#define TLBTRACE_REFS_H

#include "area_map.h"
#include "model.h"
#include "recorder.h"
#include "ref_trace.h"

struct refs {
	struct models models;
	struct ref_trace *trace; /* NULL: no refs.csv */
	struct area_map areas;
	uint32_t none, direct_map, vmalloc, kmap, fixmap; /* numbers of areas */
};

/* refs_open - reads the models that the options name. False: r->trouble says why. */
bool refs_open(struct recorder *r);

/* refs_put - a reference to @page by the instruction @eip that is no repetition: for the models
 * (models_again), for refs.csv (ref_trace_again).
 * @kind: REF_WRITE, REF_USER, REF_WINDOW, REF_CODE */
void refs_put(struct recorder *r, uint32_t page, unsigned int kind, uint32_t eip, bool for_models,
	      bool for_trace);

/* refs_line - the same for the caches of models (models_line_again): of the line of @lin. */
void refs_line(struct recorder *r, uint32_t lin, uint64_t phys, bool code);

/* What else happens to TLBs, areas, tasks and phases; all do nothing where nobody wants
 * references. */
void refs_flush(struct recorder *r, enum flush_reason reason, bool global_too, uint32_t from);
void refs_invlpg(struct recorder *r, uint32_t addr);
void refs_fault(struct recorder *r, uint32_t addr, bool code);
void refs_space(struct recorder *r, uint32_t from);
void refs_task(struct recorder *r, const char *name);
void refs_phase(struct recorder *r, const char *label);
struct trace_vma;
void refs_area(struct recorder *r, unsigned int event, const struct trace_vma *vma,
	       const char *name);

/* refs_close - the last rows of model.csv and refs.csv; refs_facts - what meta.csv says of them. */
void refs_close(struct recorder *r);
void refs_facts(struct recorder *r);
void refs_free(struct recorder *r);

#endif
