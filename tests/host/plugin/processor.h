/*
 * processor.h - the processor of test_machine.c: memory, registers, page tables, and what the
 * recorder may ask of them.
 */
#ifndef PLUGIN_PROCESSOR_H
#define PLUGIN_PROCESSOR_H

#include "check.h"
#include "machine.h"

#define MEMORY 0x100000u /* physical; paging structures lie in it */
#define DIRS   4u	 /* address spaces */
#define PAGES  512u	 /* linear pages that programs use, in 8 runs of 64 */

#define P  0x01u
#define RW 0x02u
#define US 0x04u
#define A  0x20u
#define D  0x40u
#define PS 0x80u
#define G  0x100u

/* What the recorder must find out by itself: how a page left a TLB. */
enum {
	NEVER,
	PRESENT,
	LOST,
	FLUSHED
};

static struct {
	uint8_t memory[MEMORY];
	struct tlb_slot d[DTLB_SIZE], i[ITLB_SIZE];
	uint64_t icount;
	uint32_t eip, cr3, fetch;
	unsigned int cpl, dir;
	bool pse, pae, pge;
	uint64_t pdpt[4], phys[2];
	uint32_t allowed[2][DTLB_SIZE];	    /* by the page tables when the entry was put in */
	uint8_t state[2][DIRS + 1][8][64];  /* TLB, space (global last), page */
	const char *by[2][DIRS + 1][8][64]; /* what dropped it first since it was there, or NULL */
} cpu;

/* --- what the recorder may ask ---------------------------------------------------------------- */

static bool get_view(void *ctx, struct cpu_view *v)
{
	(void)ctx;
	*v = (struct cpu_view){.icount = cpu.icount,
			       .eip = cpu.eip,
			       .fetch = cpu.fetch,
			       .esp = 0x1000,
			       .cr3 = cpu.cr3,
			       .cpl = cpu.cpl,
			       .paging = true,
			       .wp = true,
			       .pse = cpu.pse,
			       .pae = cpu.pae,
			       .pge = cpu.pge};
	memcpy(v->pdpt, cpu.pdpt, sizeof(v->pdpt));
	return true;
}

static void get_tlb(void *ctx, enum tlb_id id, unsigned int index, struct tlb_slot *slot)
{
	(void)ctx;
	*slot = id == TLB_D ? cpu.d[index] : cpu.i[index];
}

static void get_translated(void *ctx, uint64_t phys[2])
{
	(void)ctx;
	memcpy(phys, cpu.phys, sizeof(cpu.phys));
}

static unsigned int get_linear(void *ctx, uint32_t addr, void *buf, unsigned int len)
{
	(void)ctx;
	if (addr >= MEMORY)
		return 0;
	len = len < MEMORY - addr ? len : MEMORY - addr;
	memcpy(buf, cpu.memory + addr, len);
	return len;
}

/* --- paging structures ------------------------------------------------------------------------ */

static uint64_t get_entry(uint64_t addr)
{
	uint64_t value = 0;

	memcpy(&value, cpu.memory + addr, cpu.pae ? 8 : 4);
	return value;
}

static void set_entry(uint64_t addr, uint64_t value)
{
	memcpy(cpu.memory + addr, &value, cpu.pae ? 8 : 4);
}

/* The page number in the tests' terms: run of 64 pages, and page in the run. */
static uint32_t page_of(unsigned int run, unsigned int n)
{
	/* Runs that meet in the same slots, and two that are large pages. */
	static const uint32_t starts[8] = {0x08040000, 0x08840000, 0x00000000, 0xbf800000,
					   0xc0000000, 0xc0800000, 0x40000000, 0x40800000};

	return starts[run] + (n << 12);
}

static bool is_large(unsigned int run)
{
	return run >= 4 && run < 6 && (cpu.pse || cpu.pae);
}

static uint64_t dir_base(unsigned int dir, uint32_t page)
{
	return cpu.pae ? 0x20000 + dir * 0x4000 + (page >> 30) * 0x1000 : 0x10000 + dir * 0x1000;
}

/* Address of the directory entry and, in *table, of the table entry. */
static uint64_t entry_addr(unsigned int dir, unsigned int run, uint32_t page, uint64_t *table)
{
	uint64_t base = 0x40000 + (dir * 8 + run) * 0x1000;

	if (cpu.pae) {
		*table = base + (page >> 12 & 511) * 8;
		return dir_base(dir, page) + (page >> 21 & 511) * 8;
	}
	*table = base + (page >> 12 & 1023) * 4;
	return dir_base(dir, page) + (page >> 22) * 4;
}

static uint64_t large_mask(void)
{
	return cpu.pae ? 0x1fffff : 0x3fffff;
}

static void random_entry(unsigned int dir, unsigned int run, unsigned int n)
{
	uint32_t page = page_of(run, n);
	uint64_t table, dir_entry, flags = below(2) * RW | below(2) * US | (below(8) ? P : 0);
	uint64_t at = entry_addr(dir, run, page, &table);

	dir_entry = (table & ~0xfffull) | P | RW | US;
	if (run >= 4 && run < 6)
		flags |= G; /* the kernel's: global, the same in every directory */
	if (is_large(run)) {
		if (get_entry(at) & P)
			return; /* made once */
		set_entry(at, ((uint64_t)run << 22) | P | RW | PS | G);
		return;
	}
	if (!(get_entry(at) & P))
		set_entry(at, dir_entry);
	set_entry(table, (uint64_t)(1 + below(0xffff)) << 12 | flags);
}

#endif
