/*
 * instrument.h - where Bochs calls the plugin.
 *
 * Every source file of Bochs's processor includes this, so a change here costs
 * a whole build; what the hooks do is in hooks.cc. Only those that are needed
 * have a body: the empty ones cost the emulator nothing.
 *
 * BEFORE_EXECUTION comes once an instruction and so is a test of one byte,
 * which costs about 4 % (measured). It is needed: a walk must be settled before
 * the next instruction can invalidate the entry it made or flush the TLBs, and
 * a way without it (STOP_TRACE) would change when the guest gets interrupts.
 *
 * With TLBTRACE_REFS (the flavour `refs` of setup/bochs.sh) there are calls at each reference to
 * memory and at each instruction, for what-if models and the checker of stale translations. Bochs
 * tells neither the privilege of an access nor whether it has looked up its TLB; the place of the
 * call does, and that is known when it is compiled: accesses by the processor itself (descriptors,
 * the TSS) are in functions called system_*, those that name a privilege have it in a parameter
 * curr_pl, and those in stack.cc go by the window of the stack.
 */
#ifndef TLBTRACE_INSTRUMENT_H
#define TLBTRACE_INSTRUMENT_H

#if BX_INSTRUMENTATION

#define TLBTRACE_WRITES 1 /* in tlbtrace_watch: tlbtrace_access is to be called for writes */
#define TLBTRACE_READS	2 /* and for reads */

extern unsigned char tlbtrace_pending, tlbtrace_watch;

void tlbtrace_init_env(void);
void tlbtrace_exit_env(void);
void tlbtrace_initialize(void);
void tlbtrace_reset(void);
void tlbtrace_settle(void);
void tlbtrace_phy_access(bx_phy_address phy, unsigned len, unsigned rw);
void tlbtrace_access(bx_address lin, bx_phy_address phy, unsigned len, unsigned rw);
void tlbtrace_exception(unsigned vector, unsigned error_code);
void tlbtrace_interrupt(unsigned vector);
void tlbtrace_far_branch(unsigned what);
void tlbtrace_tlb_cntrl(unsigned what, bx_phy_address value);
void tlbtrace_outp(unsigned addr);

#define BX_INSTR_INIT_ENV()	     tlbtrace_init_env()
#define BX_INSTR_EXIT_ENV()	     tlbtrace_exit_env()
#define BX_INSTR_INITIALIZE(cpu_id)  tlbtrace_initialize()
#define BX_INSTR_RESET(cpu_id, type) tlbtrace_reset()
#ifdef TLBTRACE_REFS
extern unsigned char tlbtrace_refs; /* references are wanted */
void tlbtrace_data(Bit32u lin, bx_phy_address phy, unsigned len, unsigned rw, unsigned pl,
		   bool window);
void tlbtrace_fetch(unsigned len);

enum {
	curr_pl = 4 /* where there is no parameter of that name: that of the code */
};
#define TLBTRACE_FETCH(i)                            \
	do {                                         \
		if (tlbtrace_refs)                   \
			tlbtrace_fetch((i)->ilen()); \
	} while (0)
#define BX_INSTR_LIN_ACCESS(cpu_id, lin, phy, len, memtype, rw)                                \
	do {                                                                                   \
		if (tlbtrace_refs)                                                             \
			tlbtrace_data((Bit32u)(lin), phy, len, rw,                             \
				      __builtin_strncmp(__func__, "system_", 7) ? curr_pl : 0, \
				      __builtin_strstr(__BASE_FILE__, "stack.cc") != NULL);    \
		if (tlbtrace_watch & ((rw) & 1 ? TLBTRACE_WRITES : TLBTRACE_READS))            \
			tlbtrace_access(lin, phy, len, rw);                                    \
	} while (0)
#else
#define TLBTRACE_FETCH(i)
#define BX_INSTR_LIN_ACCESS(cpu_id, lin, phy, len, memtype, rw)
#endif
#define BX_INSTR_BEFORE_EXECUTION(cpu_id, i)               \
	do {                                               \
		if (__builtin_expect(tlbtrace_pending, 0)) \
			tlbtrace_settle();                 \
		TLBTRACE_FETCH(i);                         \
	} while (0)
#define BX_INSTR_PHY_ACCESS(cpu_id, phy, len, memtype, rw) tlbtrace_phy_access(phy, len, rw)
#define BX_INSTR_EXCEPTION(cpu_id, vector, error_code)	   tlbtrace_exception(vector, error_code)
#define BX_INSTR_HWINTERRUPT(cpu_id, vector, cs, eip)	   tlbtrace_interrupt(vector)
#define BX_INSTR_FAR_BRANCH(cpu_id, what, prev_cs, prev_eip, new_cs, new_eip) \
	tlbtrace_far_branch(what)
#define BX_INSTR_TLB_CNTRL(cpu_id, what, value) tlbtrace_tlb_cntrl(what, value)
#define BX_INSTR_OUTP(addr, len, val)        \
	do {                                 \
		if ((len) == 4)              \
			tlbtrace_outp(addr); \
	} while (0)

#else

#define BX_INSTR_INIT_ENV()
#define BX_INSTR_EXIT_ENV()
#define BX_INSTR_INITIALIZE(cpu_id)
#define BX_INSTR_RESET(cpu_id, type)
#define BX_INSTR_BEFORE_EXECUTION(cpu_id, i)
#define BX_INSTR_PHY_ACCESS(cpu_id, phy, len, memtype, rw)
#define BX_INSTR_LIN_ACCESS(cpu_id, lin, phy, len, memtype, rw)
#define BX_INSTR_EXCEPTION(cpu_id, vector, error_code)
#define BX_INSTR_HWINTERRUPT(cpu_id, vector, cs, eip)
#define BX_INSTR_FAR_BRANCH(cpu_id, what, prev_cs, prev_eip, new_cs, new_eip)
#define BX_INSTR_TLB_CNTRL(cpu_id, what, value)
#define BX_INSTR_OUTP(addr, len, val)

#endif

#define BX_INSTR_EXIT(cpu_id)
#define BX_INSTR_HLT(cpu_id)
#define BX_INSTR_MWAIT(cpu_id, addr, len, flags)
#define BX_INSTR_DEBUG_PROMPT()
#define BX_INSTR_DEBUG_CMD(cmd)
#define BX_INSTR_CNEAR_BRANCH_TAKEN(cpu_id, branch_eip, new_eip)
#define BX_INSTR_CNEAR_BRANCH_NOT_TAKEN(cpu_id, branch_eip)
#define BX_INSTR_UCNEAR_BRANCH(cpu_id, what, branch_eip, new_eip)
#define BX_INSTR_OPCODE(cpu_id, i, opcode, len, is32, is64)
#define BX_INSTR_INTERRUPT(cpu_id, vector)
#define BX_INSTR_CLFLUSH(cpu_id, laddr, paddr)
#define BX_INSTR_CACHE_CNTRL(cpu_id, what)
#define BX_INSTR_PREFETCH_HINT(cpu_id, what, seg, offset)
#define BX_INSTR_AFTER_EXECUTION(cpu_id, i)
#define BX_INSTR_REPEAT_ITERATION(cpu_id, i)
#define BX_INSTR_INP(addr, len)
#define BX_INSTR_INP2(addr, len, val)
#define BX_INSTR_WRMSR(cpu_id, addr, value)
#define BX_INSTR_VMEXIT(cpu_id, reason, qualification)

#endif
