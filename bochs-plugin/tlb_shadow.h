/* tlb_shadow.h - a shadow of Bochs's two TLBs. */
#ifndef TLBTRACE_TLB_SHADOW_H
#define TLBTRACE_TLB_SHADOW_H

#include "machine.h"

struct tlb_entry {
	uint64_t stamp; /* valid while equal to the stamp of its kind */
	uint32_t pfn;	/* frame >> 12 */
	uint32_t page;
	uint32_t bits;
	uint32_t mask;
	uint32_t space;	  /* address-space number it was filled in */
	uint32_t allowed; /* by the page tables when it was filled: TLB_SYS_R and so on */
};

struct tlb {
	struct tlb_entry d[DTLB_SIZE];
	struct tlb_entry i[ITLB_SIZE];
	uint64_t stamp[2]; /* [0] others, [1] global entries */
	bool large;	   /* an entry of a large page may be valid */
};

/* tlb_init - empty TLBs. */
void tlb_init(struct tlb *t);

/* tlb_index - slot of linear address @page in TLB @id. */
static inline unsigned int tlb_index(enum tlb_id id, uint32_t page)
{
	return page >> 12 & (id == TLB_D ? DTLB_SIZE - 1 : ITLB_SIZE - 1);
}

/* tlb_at - the slot that @page would occupy, valid or not. */
static inline struct tlb_entry *tlb_at(struct tlb *t, enum tlb_id id, uint32_t page)
{
	return (id == TLB_D ? t->d : t->i) + tlb_index(id, page);
}

static inline bool tlb_valid(const struct tlb *t, const struct tlb_entry *e)
{
	return e->stamp == t->stamp[e->bits >> 31];
}

/* tlb_find - the valid entry of @page, or NULL. */
static inline struct tlb_entry *tlb_find(struct tlb *t, enum tlb_id id, uint32_t page)
{
	struct tlb_entry *e = tlb_at(t, id, page);

	return tlb_valid(t, e) && e->page == page ? e : 0;
}

/* tlb_put - enters *slot, which must be valid, for address space @space. @allowed: see above. */
void tlb_put(struct tlb *t, enum tlb_id id, const struct tlb_slot *slot, uint32_t space,
	     uint32_t allowed);

/* tlb_drop - invalidates one entry. */
static inline void tlb_drop(struct tlb_entry *e)
{
	e->stamp = 0;
}

/* tlb_flush - drops all entries, or all but the global ones. */
void tlb_flush(struct tlb *t, bool global_too);

/* tlb_invlpg - drops what maps @addr in either TLB; large pages go whole. */
void tlb_invlpg(struct tlb *t, uint32_t addr);

/* tlb_same - whether the shadow entry says what the real one says. */
bool tlb_same(const struct tlb *t, const struct tlb_entry *e, const struct tlb_slot *real);

/* What tlb_sync found gone from the real TLBs. */
struct tlb_loss {
	unsigned int lost_global, lost_other;
	unsigned int kept_global, kept_other;
	uint32_t page; /* of one lost entry */
};

/* Called with each lost entry, before it is dropped. */
typedef void (*tlb_lost)(void *ctx, enum tlb_id id, const struct tlb_entry *e);

/* tlb_sync - drops every shadow entry that the real TLBs no longer hold. */
void tlb_sync(struct tlb *t, const struct machine *m, struct tlb_loss *loss, tlb_lost lost,
	      void *ctx);

/* tlb_compare - number of slots in which shadow and real TLBs differ. */
unsigned int tlb_compare(const struct tlb *t, const struct machine *m);

#endif
