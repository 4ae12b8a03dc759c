/*
 * fpstate.c - between the CPU's FPU state and that of signal frames.
 *
 * A frame has the state in FSAVE's format, where handlers look for the x87
 * registers, and behind it, on CPUs with FXSAVE, in that format, which holds
 * the SSE registers too. Both describe the same x87 registers; on the way back
 * the FSAVE part decides, since handlers change that one.
 *
 * Formats: Intel SDM 1, figures 8-5 and 8-9 (FSAVE, 32-bit protected mode) and
 * table 10-2 (FXSAVE). The two tag words differ: FXSAVE has one bit a physical
 * register (1: in use), FSAVE two (3: empty, 0 to 2 by kind of value).
 */
#include "i386/fpstate.h"
#include "i386/cpu.h"
#include "kernel/string.h"

#define FSAVE_SIZE    108
#define UPPER_ONES    0xffff0000u /* FSAVE's unused halves */
#define TAG_VALID     0u
#define TAG_ZERO      1u
#define TAG_SPECIAL   2u
#define TAG_EMPTY     3u
#define TAGS_EMPTY    0xffffu
#define EXPONENT_MASK 0x7fff
#define ST_BYTES      10
#define TOP_SHIFT     11
#define OPCODE_MASK   0x07ffu

/* The first 160 bytes of FXSAVE's image. */
struct fxsave {
	u16 cw, sw;
	u8 tag, reserved;
	u16 opcode;
	u32 ip, cs, data, data_sel, mxcsr, mxcsr_mask;
	u8 st[8][16];
};

/* Kind of the 80-bit value in a register that is in use. */
static u32 tag_of(const u8 *st)
{
	u16 exponent;
	u32 low, high;

	memcpy(&low, st, sizeof(low));
	memcpy(&high, st + 4, sizeof(high));
	memcpy(&exponent, st + 8, sizeof(exponent));
	exponent &= EXPONENT_MASK;
	if (exponent == 0)
		return low || high ? TAG_SPECIAL : TAG_ZERO;
	if (exponent == EXPONENT_MASK || !(high & 0x80000000u))
		return TAG_SPECIAL;
	return TAG_VALID;
}

/* Tags go by physical register, st[] by distance from the top of the stack. */
static u32 full_tag(const struct fxsave *fx)
{
	u32 top = fx->sw >> TOP_SHIFT & 7, tag = UPPER_ONES, i;

	if (!fx->tag)
		return UPPER_ONES | TAGS_EMPTY;

	for (i = 0; i < 8; i++) {
		u32 kind = fx->tag >> i & 1 ? tag_of(fx->st[(i - top) & 7]) : TAG_EMPTY;

		tag |= kind << (2 * i);
	}
	return tag;
}

static u8 short_tag(u32 full)
{
	u8 tag = 0;
	u32 i;

	if ((u16)full == TAGS_EMPTY)
		return 0;

	for (i = 0; i < 8; i++)
		if ((full >> (2 * i) & 3) != TAG_EMPTY)
			tag |= (u8)(1u << i);
	return tag;
}

/* Ten bytes of an x87 register, as three moves. */
static inline void copy_st(u8 *to, const u8 *from)
{
	__builtin_memcpy(to, from, 4);
	__builtin_memcpy(to + 4, from + 4, 4);
	__builtin_memcpy(to + 8, from + 8, 2);
}

/* No x87 register holds anything, as in code that uses SSE only: their bytes do not matter. */
static inline bool all_empty(u32 full)
{
	return (u16)full == TAGS_EMPTY;
}

u32 fpstate_fxsave_size(void)
{
	return cpu_has(X86_FEATURE_FXSR) ? FPU_STATE_SIZE : 0;
}

void fpstate_from_cpu(struct fpstate *to, const u8 *state)
{
	const struct fxsave *fx = (const struct fxsave *)state;
	u32 i;

	if (!cpu_has(X86_FEATURE_FXSR)) {
		memcpy(to, state, FSAVE_SIZE);
		to->magic = FPSTATE_FSAVE_ONLY;
	} else {
		to->cw = fx->cw | UPPER_ONES;
		to->sw = fx->sw | UPPER_ONES;
		to->tag = full_tag(fx);
		to->ip = fx->ip;
		to->cs_opcode = (fx->cs & 0xffff) | (u32)fx->opcode << 16;
		to->data = fx->data;
		to->data_sel = fx->data_sel | UPPER_ONES;
		if (all_empty(to->tag))
			__builtin_memset(to->st, 0, sizeof(to->st));
		else
			for (i = 0; i < 8; i++)
				copy_st(to->st[i], fx->st[i]);
		to->magic = FPSTATE_HAS_FXSAVE;
	}
	to->status = (u16)to->sw;
}

void fpstate_to_cpu(u8 *state, const struct fpstate *from)
{
	struct fxsave *fx = (struct fxsave *)state;
	u32 i;

	if (!cpu_has(X86_FEATURE_FXSR)) {
		memcpy(state, from, FSAVE_SIZE);
		return;
	}
	fx->cw = (u16)from->cw;
	fx->sw = (u16)from->sw;
	fx->tag = short_tag(from->tag);
	fx->ip = from->ip;
	fx->cs = from->cs_opcode & 0xffff;
	fx->opcode = from->cs_opcode >> 16 & OPCODE_MASK;
	fx->data = from->data;
	fx->data_sel = from->data_sel & 0xffff;
	if (all_empty(from->tag))
		return;
	for (i = 0; i < 8; i++)
		copy_st(fx->st[i], from->st[i]);
}
