/*
 * walk.c - one page walk, put together from the memory accesses it makes.
 *
 * Bochs calls the physical-access hook only for reads of page directory and
 * page table entries, and for writes that set their A and D bits. The hook
 * does not say which of these it is, but the order does:
 *
 *   IDLE --read in the directory--> TABLE --read in that table--> LEAF
 *     |                               '-- entry not present --> ABSENT
 *     |-- entry of a large page ----> LEAF
 *     '-- entry not present --------> ABSENT
 *
 * and where an entry lies tells which part of the linear address it serves:
 *
 *   32-bit:  directory 4 bytes: bits 31-22, table 4 bytes: bits 21-12
 *   PAE:     directory 8 bytes: bits 29-21, table 8 bytes: bits 20-12;
 *            bits 31-30 by finding the directory among the four PDPTEs
 *            (two of them may name the same directory: then they stay unknown)
 *
 * (Intel SDM volume 3, 4.3 and 4.4.) A directory may be its own table, so the
 * state and not the address decides what a read is.
 */
#include "walk.h"
#include "entry.h"

#include <string.h>

#define PAE_FRAME      0x000ffffffffff000ull
#define LARGE_2M_FRAME 0x000fffffffe00000ull

static unsigned int entry_size(const struct walk *w)
{
	return w->at.pae ? 8 : 4;
}

static uint64_t entry_frame(const struct walk *w, uint64_t entry)
{
	return w->at.pae ? entry & PAE_FRAME : entry & 0xfffff000u;
}

/* The linear bits that the directory's place gives; false if it is no directory of this CPU. */
static bool directory_bits(const struct cpu_view *view, uint64_t addr, uint32_t *lin,
			   uint32_t *known)
{
	unsigned int i, found = 0;

	if (!view->pae) {
		*lin = (uint32_t)(addr & 0xffc) << 20;
		*known = 0xffc00000u;
		return (addr & ~0xfffull) == (view->cr3 & 0xfffff000u);
	}
	*lin = (uint32_t)(addr & 0xff8) << 18;
	*known = 0x3fe00000u;
	for (i = 0; i < 4; i++) {
		if (!(view->pdpt[i] & ENTRY_PRESENT) ||
		    (view->pdpt[i] & PAE_FRAME) != (addr & PAE_FRAME))
			continue;
		*lin = (*lin & 0x3fffffffu) | i << 30;
		found++;
	}
	if (found == 1)
		*known |= 0xc0000000u;
	else
		*lin &= 0x3fffffffu;
	return found != 0;
}

bool walk_begin(struct walk *w, uint64_t addr, unsigned int len, uint64_t value)
{
	const struct cpu_view *view = &w->at;
	uint32_t lin, known;

	if (len != entry_size(w) || !directory_bits(view, addr, &lin, &known))
		return false;
	w->lin = lin;
	w->known = known;
	w->dir_addr = w->leaf_addr = addr;
	w->dir = w->leaf = w->leaf_read = value;
	w->reads = 1;
	w->writes = 0;
	w->mask = PAGE_MASK;
	if (!(value & ENTRY_PRESENT)) {
		w->state = WALK_ABSENT;
	} else if ((value & ENTRY_LARGE) && (view->pse || view->pae)) {
		w->mask = view->pae ? LARGE_2M_MASK : LARGE_4M_MASK;
		w->state = WALK_LEAF;
	} else {
		w->state = WALK_TABLE;
	}
	return true;
}

bool walk_follow(struct walk *w, uint64_t addr, unsigned int len, uint64_t value)
{
	if (len != entry_size(w) || (addr & ~0xfffull) != entry_frame(w, w->dir))
		return false;
	if (w->at.pae) {
		w->lin |= (uint32_t)(addr & 0xff8) << 9;
		w->known |= 0x001ff000u;
	} else {
		w->lin |= (uint32_t)(addr & 0xffc) << 10;
		w->known |= 0x003ff000u;
	}
	w->leaf_addr = addr;
	w->leaf = w->leaf_read = value;
	w->reads++;
	w->state = value & ENTRY_PRESENT ? WALK_LEAF : WALK_ABSENT;
	return true;
}

bool walk_write(struct walk *w, uint64_t addr, uint64_t value)
{
	if (w->state != WALK_LEAF)
		return false;
	/* One entry may be both, in a directory that maps itself. */
	if (addr != w->leaf_addr && addr != w->dir_addr)
		return false;
	if (addr == w->dir_addr)
		w->dir = value;
	if (addr == w->leaf_addr)
		w->leaf = value;
	w->writes++;
	return true;
}

void walk_end(struct walk *w)
{
	w->state = WALK_IDLE;
}

uint32_t walk_allows(const struct walk *w, enum tlb_id id)
{
	const uint64_t both = w->dir & w->leaf;
	uint32_t allowed;

	if (id == TLB_I)
		return both & ENTRY_USER ? TLB_SYS_X | TLB_USER_X : TLB_SYS_X;
	allowed = both & ENTRY_USER ? TLB_SYS_R | TLB_USER_R : TLB_SYS_R;
	if (!(w->leaf & ENTRY_DIRTY))
		return allowed;
	if (both & ENTRY_WRITE || !w->at.wp)
		allowed |= TLB_SYS_W;
	if (both & ENTRY_WRITE && both & ENTRY_USER)
		allowed |= TLB_USER_W;
	return allowed;
}

uint64_t walk_frame(const struct walk *w, uint32_t lin)
{
	uint64_t base;

	if (w->mask == PAGE_MASK)
		return entry_frame(w, w->leaf);
	if (w->mask == LARGE_2M_MASK)
		base = w->leaf & LARGE_2M_FRAME;
	else /* PSE-36: bits 20-13 are bits 39-32 of the frame */
		base = (w->leaf & 0xffc00000u) | (w->leaf & 0x001fe000u) << 19;
	return base | (lin & w->mask & ~PAGE_MASK);
}
