/*
 * model.h - what-if TLBs: the TLBs of other processors, fed with what this one refers to.
 *
 * A model has TLBs at one or more levels; a file describes it (model_file.c, FORMAT.md). Each
 * reference to a page looks a TLB of level 1 up, then of level 2, and so on; when none has the
 * page, that is a walk, and all of them get it.
 *
 * Nothing here knows Bochs or the recorder: refs.c feeds it in the plugin, analysis/model.c on the
 * host.
 */
#ifndef TLBTRACE_MODEL_H
#define TLBTRACE_MODEL_H

#include "model_tlb.h"

#include <stddef.h>

#define MODEL_TLBS_MAX	 16u /* of one model */
#define MODEL_CACHES_MAX 8u
#define MODEL_LEVELS	 4u
#define MODELS_MAX	 64u
#define MODEL_NAME_MAX	 40u

/* What a reference is: bits of its `kind`. */
#define REF_WRITE  0x01u
#define REF_USER   0x02u
#define REF_WINDOW 0x04u /* Bochs looked no TLB up for it */
#define REF_CODE   0x08u
#define REF_LARGE  0x10u /* to a page of 4 MiB */
#define REF_GLOBAL 0x20u

/* References of one class are counted together where all of them are hits. */
#define REF_CLASS(kind) ((kind) >> 2 & 7u) /* window, code, large */
#define REF_CLASSES	10u
#define REF_CLASS_LINE	8u /* to a line of a cache; of code: one more */

struct model_ref {
	uint32_t page;	   /* linear address, the low 12 bits 0 */
	uint32_t space;	   /* number of the address space, above SPACE_GLOBAL */
	uint32_t eip, pid; /* instruction, and whose: 0 is the kernel */
	uint32_t area;	   /* models_area */
	uint8_t kind;
	uint8_t allowed; /* what the page tables allow without another walk: TLB_SYS_R and so on */
};

enum tlb_of {
	OF_DATA = 1,
	OF_CODE = 2,
	OF_BOTH = 3,
	OF_WALKS = 4, /* directory entries: looked up by the walks for pages of 4 KiB */
};

struct model_tlb {
	char name[MODEL_NAME_MAX];
	struct tlb_sim sim;
	enum tlb_of of;
	unsigned int level;
	bool small, large, pieces; /* 4 KiB pages, 4 MiB pages whole, or in pieces of 4 KiB */
	uint32_t had_pieces[32];   /* 4 MiB pages of which there was one, a bit each */
	unsigned int line_shift;   /* of a cache: bytes in a line, as a power of two; else 0 */
	bool by_linear; /* the set of a cache: by the linear address, not the physical one */
	struct counts total;
	struct counts *area; /* by area */
};

/* Misses of one instruction. */
struct code_counts {
	uint64_t key; /* pid and eip */
	bool used;
	struct counts counts;
};

struct model {
	char name[MODEL_NAME_MAX];
	bool tags;     /* entries have the tag of their address space */
	bool global;   /* entries of global pages outlive a load of CR3 */
	bool accesses; /* an entry knows the kinds of access that it was filled for, no more */
	bool bochs;    /* only what Bochs looked up */
	bool left;     /* reasons by how an entry left: see struct tlb_sim */
	unsigned int tlb_count;
	struct model_tlb tlbs[MODEL_TLBS_MAX];
	struct model_tlb *route[MODEL_LEVELS][4]; /* by level; code and large as bits 0 and 1 */
	struct model_tlb *walks;
	unsigned int cache_count;
	struct model_tlb caches[MODEL_CACHES_MAX];
	struct model_tlb *cache_route[MODEL_LEVELS][2]; /* by level; code is 1 */
	struct model_tlb whole; /* counts only: a walk where the last level asked has a miss */
	struct code_counts *code;
	uint32_t code_used, code_room; /* a power of two, at most half full */
};

/* The counts that belong to one phase or task. */
struct share {
	char *name;
	uint64_t key;
	struct counts *counts; /* of all TLBs of all models, in order */
	uint64_t again[REF_CLASSES];
};

struct share_list {
	struct share *shares;
	uint32_t count, room, current;
};

/*
 * A page that was referred to lately, and is in the first TLB that such references ask, in all
 * models: one more reference of a kind that it has had is a hit there, and changes nothing but the
 * order of use.
 */
struct recent_page {
	struct model_ref ref; /* the last one that models_ref has had */
	uint32_t kinds;	      /* that it has had; bit REF_WRITE and so on; 0: no page */
	uint64_t used;	      /* last time, by the clock */
	uint64_t told;	      /* last time that the models know of */
	uint64_t again;	      /* references that they do not know of */
};

#define RECENT_PAGES 4u

/* A reference to a line of memory, and the last one of its stream: more of them are hits. */
struct model_line {
	uint32_t lin;
	uint64_t phys;
	uint32_t area;
	bool code;
};

struct recent_line {
	uint32_t line; /* linear address >> line_shift */
	uint32_t area;
	bool valid;
	uint64_t again;
};

struct models {
	struct model *list[MODELS_MAX];
	unsigned int count;
	unsigned int tlb_count; /* of all, with the whole of each */
	bool unified;		/* code and data meet in one TLB at least */
	bool counting;
	bool no_memory;
	struct space_stamps stamps;
	bool windows;	/* some model is of Bochs: REF_WINDOW matters */
	bool filled;	/* the reference in work has changed what a TLB holds */
	uint64_t clock; /* references */
	struct recent_page recent[2][RECENT_PAGES]; /* of data [0] and code [1] */
	unsigned int line_shift; /* of the shortest line of all caches; 0: there are none */
	bool caches_unified;	 /* code and data meet in the first cache of a model */
	struct recent_line recent_lines[2]; /* of data and code */
	uint64_t again_total[REF_CLASSES];
	uint64_t *again_area[REF_CLASSES];
	struct counts *taken; /* of `totals`, what phases and tasks have already */
	uint64_t again_taken[REF_CLASSES];
	struct share_list phases, tasks;
	char **areas;
	uint32_t area_count, area_room;
};

/* models_init - no models yet. False: no memory. */
bool models_init(struct models *m);
void models_free(struct models *m);

/*
 * models_read - adds the models of the file @path. Returns false with what is wrong, and where, in
 * @error (@size bytes).
 */
bool models_read(struct models *m, const char *path, char *error, size_t size);

/* models_start - all models are there; before the first reference. False: no memory. */
bool models_start(struct models *m);

/* models_area - the number of the area called @name; after models_start. */
uint32_t models_area(struct models *m, const char *name);

/*
 * models_again - counts the reference if it can only be a hit (see struct recent_page); else
 * models_ref must do it.
 */
static inline bool models_again(struct models *m, uint32_t page, unsigned int kind)
{
	struct recent_page *r = m->recent[kind >> 3 & 1];
	unsigned int i;

	for (i = 0; i < RECENT_PAGES; i++, r++) {
		if (r->ref.page != page || !(r->kinds >> (kind & 7) & 1))
			continue;
		r->again++;
		r->used = ++m->clock;
		return true;
	}
	return false;
}

/* models_repeat - the same reference, which was the last one, @count times more. */
void models_repeat(struct models *m, uint32_t page, unsigned int kind, uint32_t count);

/* models_ref - one reference. It need not be a new page: models_again is a shortcut only. */
void models_ref(struct models *m, const struct model_ref *ref);

/*
 * models_line_again, models_line, models_line_repeat - the same three for caches, where there are
 * some (line_shift is not 0): a reference to the line of linear address @lin. One that lies in two
 * lines is two.
 */
static inline bool models_line_again(struct models *m, uint32_t lin, bool code)
{
	struct recent_line *r = &m->recent_lines[code];

	if (r->line != lin >> m->line_shift || !r->valid)
		return false;
	r->again++;
	return true;
}
void models_line(struct models *m, const struct model_line *ref);
static inline void models_line_repeat(struct models *m, bool code, uint32_t count)
{
	m->recent_lines[code].again += count;
}

/* models_settle_lines - part of models_settle. */
void models_settle_lines(struct models *m);

/* What flushes. */
enum models_flush {
	MODELS_CR3,	 /* a load of CR3 or a task switch */
	MODELS_GLOBAL,	 /* everything: CR0, CR4, reset */
	MODELS_EMULATOR, /* Bochs by itself: no processor would */
};

/*
 * models_flush - the TLBs are flushed.
 * @global_too: the guest keeps no global pages now
 * @from, @to: address spaces before and after
 */
void models_flush(struct models *m, enum models_flush what, bool global_too, uint32_t from,
		  uint32_t to);

/* models_rename - the address space @from, in use, is called @to from now on (exec). */
void models_rename(struct models *m, uint32_t from, uint32_t to);

/* models_invlpg - the entries of @page go, in space @space and among the global ones. */
void models_invlpg(struct models *m, uint32_t space, uint32_t page);

/* models_fault - a page fault at @page: the entry that was too weak goes. @code: of a fetch */
void models_fault(struct models *m, uint32_t space, uint32_t page, bool code);

/* models_phase, models_task - what comes now belongs to this phase; to this task. */
void models_phase(struct models *m, const char *label);
void models_task(struct models *m, uint32_t pid, const char *name);

/* models_count - whether what comes now is counted (the TLBs work in any case). */
void models_count(struct models *m, bool counting);

/* One row of model.csv; see MODEL_HEADER. */
struct model_row {
	const char *model, *tlb; /* tlb "" is the model as a whole */
	unsigned int level;
	const char *dimension, *key;
	const struct counts *counts;
};

#define MODEL_HEADER \
	"model,tlb,level,dimension,key,accesses,hits,cold,capacity,conflict,flush,upgrade\n"

/* models_rows - hands each row to @emit. No reference may come after it. */
void models_rows(struct models *m, void (*emit)(void *ctx, const struct model_row *row), void *ctx);

/* models_settle - brings the counts up to date with what models_again has counted. */
void models_settle(struct models *m);

/* models_forget - nothing is known to be a hit any more (an area has changed, say). */
void models_forget(struct models *m);

/* model_code - the counts of the instruction at @eip of @pid, or NULL without memory. */
struct counts *model_code(struct model *m, uint32_t pid, uint32_t eip);

#endif
