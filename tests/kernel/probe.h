/*
 * probe.h - does an access fault? Tried by an instruction with an entry in the
 * exception table, so that the fault itself is seen and the test goes on.
 */
#ifndef TESTS_PROBE_H
#define TESTS_PROBE_H

#include "kernel/compiler.h"
#include "kernel/types.h"

/* An instruction that may fault; `faulted` becomes true if it does. */
#define PROBE(faulted, insn, ...)                    \
	__asm__ volatile("movb $0, %0\n"             \
			 "1:\t" insn "\n\t"          \
			 "jmp 3f\n"                  \
			 "2:\tmovb $1, %0\n"         \
			 "3:\n\t"                    \
			 ".pushsection __ex_table, " \
			 "\"a\"\n\t"                 \
			 ".long 1b, 2b\n\t"          \
			 ".popsection"               \
			 : "=&q"(faulted)            \
			 : __VA_ARGS__               \
			 : "memory", "cc")

static inline bool read_faults(unsigned long addr)
{
	bool faulted;

	PROBE(faulted, "testb %%al, (%1)", "r"(addr));
	return faulted;
}

/* Writes back what is there, should it be writable. */
static inline bool write_faults(unsigned long addr)
{
	bool faulted;

	PROBE(faulted, "orb $0, (%1)", "r"(addr));
	return faulted;
}

#endif
