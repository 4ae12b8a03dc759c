# counted.sed - makes Bochs's cpu/paging.cc call counted.h; eight calls, or the build refuses.
/^#include "cpustats.h"/a #include "counted.h"
/^  INC_TLB_STAT(tlbLookups);/a counted_lookup(BX_CPU_THIS_PTR stats);
/^    tlbEntry->invalidate();/i counted_weak();
/^  INC_TLB_STAT(tlbMisses);/a counted_walk(BX_CPU_THIS_PTR cr0.get_PG());
/^  tlbEntry->lpf = lpf | TLB_NoHostPtr;/i counted_fill(tlbEntry, lpf, isExecute, BX_CPU_THIS_PTR cr0.get_PG());
/^  BX_CPU_THIS_PTR cr2 = laddr;/a counted_fault();
/^  INC_TLBFLUSH_STAT(tlbGlobalFlushes);/a counted_flush(true, BX_CPU_THIS_PTR cr0.get_PG());
/^  INC_TLBFLUSH_STAT(tlbNonGlobalFlushes);/a counted_flush(false, BX_CPU_THIS_PTR cr0.get_PG());
/^  BX_CPU_THIS_PTR DTLB.invlpg(laddr);/i counted_invlpg(BX_CPU_THIS_PTR cr0.get_PG());
