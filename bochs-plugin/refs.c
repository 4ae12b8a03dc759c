/*
 * refs.c - references of the guest, for the what-if models and refs.csv. See refs.h.
 *
 * What a model must know of a page (large, global, what its entry allows) is in the shadow of
 * Bochs's TLB: Bochs has looked it up just now. It is not there when Bochs uses a page by one of
 * its windows long after the page lost its place in the TLB; then the page tables are read.
 */
#include "refs.h"
#include "entry.h"
#include "kernel/trace_port.h"
#include "rows.h"

#include <stdlib.h>

/* The kernel's half, as in analysis/areas.awk (kernel/include/arch/layout.h). */
#define VMALLOC	    0xf8800000u /* unless the guest says where its direct map ends */
#define VMALLOC_END 0xff7fe000u
#define KMAP	    0xff800000u
#define FIXMAP	    0xffc00000u

/* Whether what comes now is part of the recording. */
static void count_or_not(struct recorder *r)
{
	const struct task *task = r->tasks.current;
	const bool wanted =
		r->recording &&
		(!r->opt.one_process ||
		 (r->tasks.hinted && (task->pid == r->opt.pid || task->tgid == r->opt.pid)));

	models_count(&r->refs->models, wanted);
	if (r->refs->trace)
		ref_trace_turn(r->refs->trace, task->pid, r->space, wanted);
}

static void emit_ref(void *ctx, const struct ref_row *row)
{
	row_ref(ctx, row);
}

bool refs_open(struct recorder *r)
{
	struct refs *refs = calloc(1, sizeof(*refs));
	char error[512];
	unsigned int i;

	if (!refs) {
		recorder_trouble(r, "out of memory");
		return false;
	}
	r->refs = refs;
	models_init(&refs->models);
	for (i = 0; i < r->opt.model_count; i++) {
		if (!models_read(&refs->models, r->opt.models[i], error, sizeof(error))) {
			recorder_trouble(r, "%s", error);
			return false;
		}
	}
	if (!models_start(&refs->models)) {
		recorder_trouble(r, "out of memory for the models");
		return false;
	}
	if (r->opt.refs_k)
		refs->trace = ref_trace_new(r->opt.refs_k, emit_ref, r);
	if (r->opt.refs_k && !refs->trace) {
		recorder_trouble(r, "out of memory for the references");
		return false;
	}
	refs->none = models_area(&refs->models, "[none]");
	refs->direct_map = models_area(&refs->models, "[direct map]");
	refs->vmalloc = models_area(&refs->models, "[vmalloc]");
	refs->kmap = models_area(&refs->models, "[kmap]");
	refs->fixmap = models_area(&refs->models, "[fixmap]");
	count_or_not(r);
	return true;
}

static bool in_direct_map(const struct frame_use *u, uint32_t page)
{
	return u->known ? page - u->at.page_offset < u->at.direct_bytes : page < VMALLOC;
}

static uint32_t area_of(const struct recorder *r, uint32_t page)
{
	const struct refs *refs = r->refs;

	if (page < KERNEL_HALF)
		return area_map_find(&refs->areas, r->tasks.current->tgid, page, refs->none);
	if (in_direct_map(&r->use, page))
		return refs->direct_map;
	if (page < VMALLOC_END)
		return refs->vmalloc;
	if (page < KMAP)
		return refs->none;
	return page < FIXMAP ? refs->kmap : refs->fixmap;
}

/* With 32-bit paging; PAE's large pages count as ordinary ones, and so do those of 2 MiB above. */
static unsigned int kind_by_tables(const struct recorder *r, uint32_t page)
{
	struct cpu_view view;
	uint32_t entry, mask;

	if (!r->m.view(r->m.ctx, &view) || !entry_of(&r->m, &view, page, &entry, &mask) ||
	    !(entry & ENTRY_PRESENT))
		return 0;
	return (mask == LARGE_4M_MASK ? REF_LARGE : 0) |
	       (entry & ENTRY_GLOBAL && view.pge ? REF_GLOBAL : 0);
}

/* A trace that has no memory has lost rows. */
static void look_for_memory(struct recorder *r)
{
	if (r->refs->trace->no_memory)
		recorder_trouble(r, "out of memory for the references");
}

void refs_put(struct recorder *r, uint32_t page, unsigned int kind, uint32_t eip, bool for_models,
	      bool for_trace)
{
	struct model_ref ref = {.page = page, .space = r->space, .eip = eip, .allowed = 0x0f};
	const struct tlb_entry *e;

	recorder_settle(r);
	e = tlb_find(&r->tlb, kind & REF_CODE ? TLB_I : TLB_D, page);
	if (e) {
		kind |= (e->bits & TLB_GLOBAL ? REF_GLOBAL : 0) |
			(e->mask == LARGE_4M_MASK ? REF_LARGE : 0);
		ref.allowed = (uint8_t)e->allowed;
	} else {
		kind |= kind_by_tables(r, page);
	}
	ref.kind = (uint8_t)kind;
	if (for_trace)
		ref_trace_put(r->refs->trace, &ref, *r->m.icount);
	if (for_models) {
		ref.area = area_of(r, page);
		ref.pid = eip < KERNEL_HALF ? r->tasks.current->pid : 0;
		models_ref(&r->refs->models, &ref);
	}
	if (r->refs->models.no_memory)
		recorder_trouble(r, "out of memory for the models");
	if (for_trace)
		look_for_memory(r);
}

/* A row of refs.csv that is no reference (@event NULL: none, but nothing is left out across it). */
static void put_event(struct recorder *r, const char *event, const uint32_t *page, bool global)
{
	const struct ref_row row = {
		.icount = *r->m.icount,
		.event = event,
		.page = page ? *page & ~PAGE_MASK : 0,
		.has_page = page,
		.pid = r->tasks.current->pid,
		.space = r->space,
		.global = global,
	};

	if (!r->refs->trace)
		return;
	ref_trace_event(r->refs->trace, &row);
	look_for_memory(r);
}

void refs_line(struct recorder *r, uint32_t lin, uint64_t phys, bool code)
{
	const struct model_line line = {lin, phys, area_of(r, lin & ~PAGE_MASK), code};

	models_line(&r->refs->models, &line);
	if (r->refs->models.no_memory)
		recorder_trouble(r, "out of memory for the models");
}

void refs_flush(struct recorder *r, enum flush_reason reason, bool global_too, uint32_t from)
{
	static const enum models_flush kinds[] = {
		[FLUSH_CR3] = MODELS_CR3,	    [FLUSH_TASK] = MODELS_CR3,
		[FLUSH_CR4] = MODELS_GLOBAL,	    [FLUSH_CR0] = MODELS_GLOBAL,
		[FLUSH_EMULATOR] = MODELS_EMULATOR,
	};
	static const char *const events[] = {
		[MODELS_CR3] = "cr3", [MODELS_GLOBAL] = "flush", [MODELS_EMULATOR] = NULL};

	if (!r->refs)
		return;
	models_flush(&r->refs->models, kinds[reason], global_too, from, r->space);
	put_event(r, events[kinds[reason]], NULL, global_too);
}

void refs_invlpg(struct recorder *r, uint32_t addr)
{
	if (!r->refs)
		return;
	models_invlpg(&r->refs->models, r->space, addr & ~PAGE_MASK);
	put_event(r, "invlpg", &addr, false);
}

void refs_fault(struct recorder *r, uint32_t addr, bool code)
{
	if (!r->refs)
		return;
	models_fault(&r->refs->models, r->space, addr & ~PAGE_MASK, code);
	put_event(r, code ? "fault_x" : "fault", &addr, false);
}

void refs_space(struct recorder *r, uint32_t from)
{
	if (!r->refs || r->space == from)
		return;
	models_rename(&r->refs->models, from, r->space);
	put_event(r, "rename", NULL, false);
}

void refs_task(struct recorder *r, const char *name)
{
	if (!r->refs)
		return;
	models_task(&r->refs->models, r->tasks.current->pid, name);
	count_or_not(r);
}

void refs_phase(struct recorder *r, const char *label)
{
	if (!r->refs)
		return;
	models_phase(&r->refs->models, label);
	count_or_not(r);
	put_event(r, "mark", NULL, false);
}

void refs_area(struct recorder *r, unsigned int event, const struct trace_vma *vma,
	       const char *name)
{
	struct refs *refs = r->refs;
	bool good;

	if (!refs || vma->start == vma->end)
		return;
	models_forget(&refs->models);
	put_event(r, NULL, NULL, false);
	good = area_map_clear(&refs->areas, vma->pid, vma->start, vma->end - 1,
			      event == TRACE_VMA_CHANGE);
	if (good && event != TRACE_VMA_UNMAP)
		good = area_map_set(&refs->areas, vma->pid, vma->start, vma->end - 1,
				    models_area(&refs->models, name[0] ? name : "[anon]"));
	if (!good)
		recorder_trouble(r, "out of memory for areas");
}

static void emit(void *ctx, const struct model_row *row)
{
	row_model(ctx, row);
}

void refs_close(struct recorder *r)
{
	if (!r->refs)
		return;
	models_rows(&r->refs->models, emit, r);
	put_event(r, NULL, NULL, false);
}

void refs_facts(struct recorder *r)
{
	if (!r->refs || !r->refs->trace)
		return;
	meta_number(&r->meta, "refs_references", r->refs->trace->references);
	meta_number(&r->meta, "refs_kept", r->refs->trace->kept);
}

void refs_free(struct recorder *r)
{
	if (!r->refs)
		return;
	models_free(&r->refs->models);
	ref_trace_free(r->refs->trace);
	area_map_free(&r->refs->areas);
	free(r->refs);
	r->refs = NULL;
}
