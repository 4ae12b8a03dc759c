/* invlpg.h - the simulated TLB's instruction (tests/host/machine.c). */
#ifndef ARCH_INVLPG_H
#define ARCH_INVLPG_H

void host_invlpg(unsigned long addr);
#define invlpg(addr) host_invlpg(addr)

#endif
