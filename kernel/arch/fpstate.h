/* fpstate.h - FPU state as it stands in signal frames (Linux i386's struct _fpstate). */
#ifndef ARCH_FPSTATE_H
#define ARCH_FPSTATE_H

#include "arch/thread.h"
#include "kernel/compiler.h"
#include "kernel/types.h"

struct fpstate {
	/* FSAVE's image, 108 bytes. */
	u32 cw, sw, tag, ip, cs_opcode, data, data_sel;
	u8 st[8][10];
	u16 status, magic; /* sw again; magic: what follows */
	u8 fxsave[FPU_STATE_SIZE];
};
#define FPSTATE_SMALL 112 /* without the FXSAVE part */
_Static_assert(__builtin_offsetof(struct fpstate, fxsave) == FPSTATE_SMALL, "fpstate layout");
_Static_assert(sizeof(struct fpstate) == FPSTATE_SMALL + FPU_STATE_SIZE, "fpstate layout");

#define FPSTATE_HAS_FXSAVE 0x0000
#define FPSTATE_FSAVE_ONLY 0xffff

/* From the CPU's format, as fpu_get_state() gives it; returns the bytes of `to` that count. */
u32 fpstate_from_cpu(struct fpstate *to, const u8 *state);
/* Back to the CPU's format, FPU_STATE_SIZE bytes; what a handler changed in the FSAVE part holds.
 */
void fpstate_to_cpu(u8 *state, const struct fpstate *from);
/* Bytes of a frame's state on this CPU. */
u32 fpstate_size(void);

#endif
