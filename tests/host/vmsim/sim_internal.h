/* sim_internal.h - between the files of the simulated machine. */
#ifndef SIM_INTERNAL_H
#define SIM_INTERNAL_H

#include "kernel/types.h"

void sim_mem_init(void);
/* A frame is being freed: no live translation may lead to it. */
void sim_tlb_check_free(pfn_t pfn);

#endif
