/* fpstate.h - FPU state as it stands in signal frames (Linux i386's struct _fpstate). */
#ifndef I386_FPSTATE_H
#define I386_FPSTATE_H

#include "i386/thread.h"
#include "kernel/compiler.h"
#include "kernel/types.h"

struct fpstate {
	/* FSAVE's image, 108 bytes. */
	u32 cw, sw, tag, ip, cs_opcode, data, data_sel;
	u8 st[8][10];
	u16 status, magic; /* sw again; magic: what follows */
	/* FPU_STATE_SIZE bytes of FXSAVE's image follow, on CPUs that have it. */
};
_Static_assert(sizeof(struct fpstate) == 112, "fpstate layout");

#define FPSTATE_HAS_FXSAVE 0x0000
#define FPSTATE_FSAVE_ONLY 0xffff

/* The FSAVE part from the CPU's format, as fpu_get_state() gives it. The FXSAVE part is that
 * itself. */
void fpstate_from_cpu(struct fpstate *to, const u8 *state);
/*
 * The other way: `state` holds what the FXSAVE part of the frame did; what a handler changed in the
 * FSAVE part goes into it. Without FXSAVE the FSAVE part is the state.
 */
void fpstate_to_cpu(u8 *state, const struct fpstate *from);
/* Bytes of the FXSAVE part on this CPU: FPU_STATE_SIZE or 0. */
u32 fpstate_fxsave_size(void);

#endif
