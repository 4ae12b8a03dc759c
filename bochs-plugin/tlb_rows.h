/* tlb_rows.h - rows of tlb.csv, noted as records and turned into text by the writers. */
#ifndef TLBTRACE_TLB_ROWS_H
#define TLBTRACE_TLB_ROWS_H

#include "csv.h"
#include "machine.h"

/* What the event column says, with the reason of a fill or upgrade. The first four in the order of
 * enum fill_reason. */
enum tlb_event {
	TLB_UPGRADE_ENTRY,
	TLB_FILL_COLD,
	TLB_FILL_CONFLICT,
	TLB_FILL_FLUSHED,
	TLB_UPGRADE_KIND,
	TLB_FLUSH,
	TLB_FLUSH_ALL,
	TLB_INVLPG,
};

enum flush_reason {
	FLUSH_CR3,
	FLUSH_CR4,
	FLUSH_CR0,
	FLUSH_TASK,
	FLUSH_EMULATOR,
	FLUSH_INVLPG, /* no reason: the guest wanted it */
};

enum tlb_size {
	SIZE_4K,
	SIZE_4M,
	SIZE_2M
};

struct tlb_record {
	uint64_t icount;
	uint64_t frame;
	uint64_t leaf;
	uint32_t page, cr3, eip, evicted, pid;
	uint8_t event; /* enum tlb_event */
	uint8_t cpu;
	/* fills */
	uint8_t instruction : 1;      /* which TLB */
	uint8_t user : 1, access : 2; /* r, w, x */
	uint8_t size : 2;	      /* enum tlb_size */
	uint8_t has_pid : 1, has_evicted : 1;
	/* fills: reads + 4 * writes of the walk + 16 * enum drop; flushes: enum flush_reason */
	uint8_t detail;
};

#define TLB_ROW_MAX 256u /* longest text of a record, with what csv_copy may scribble behind */

/*
 * tlb_expand - turns @len bytes of records into rows at @out, which has room for
 * TLB_ROW_MAX a record. Returns the length of the text. Any thread.
 */
size_t tlb_expand(const void *records, size_t len, char *out);

#endif
