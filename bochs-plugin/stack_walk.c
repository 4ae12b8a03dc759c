/*
 * stack_walk.c - the chain of calls that leads to an instruction. See stacks.h.
 *
 * Nothing that is read is trusted: it may be no stack at all. A chain ends, for frames lie each
 * above the one before and the user's part is entered once; and it has STACK_FRAMES at most.
 */
#include "recorder.h"
#include "stacks.h"

#include <string.h>

#define CALL_MAX  7u /* bytes of the longest call */
#define PUSH_EBP  0x55
#define RET	  0xc3
#define RET_MORE  0xc2 /* and takes arguments off the stack */
#define CALL_NEAR 0xe8
#define CALL_BY	  0xff /* with 2 in the middle of the byte behind it */

#define ESP_AND_SS   8u
#define GUESS_WORDS  32u     /* of the stack, in which a function without a frame has its caller */
#define FUNCTION_MAX 0x4000u /* bytes of such a function */

/* Where in the walk: the instruction, the registers, and what stack they must lie in. */
struct step {
	struct recorder *r;
	struct stack_chain *chain;
	bool kernel;
	uint32_t eip, ebp, esp;
	uint32_t low, end; /* the next frame lies in there */
};

static bool read_bytes(const struct step *s, uint32_t addr, void *buf, unsigned int len)
{
	return s->r->m.read_linear(s->r->m.ctx, addr, buf, len) == len;
}

static bool stop(struct step *s, enum stack_end why)
{
	s->chain->end = why;
	return false;
}

/* False: there is no room for more. */
static bool add(struct step *s, uint32_t at, uint32_t called)
{
	struct stack_chain *c = s->chain;

	if (c->count == STACK_FRAMES)
		return stop(s, STACK_DEPTH);
	c->at[c->count] = at;
	c->called[c->count++] = called;
	return true;
}

/* Bytes of an operand behind the byte CALL_BY (SDM volume 2, table 2-2), or 0 if it is no call. */
static unsigned int operand_length(uint8_t modrm, uint8_t sib)
{
	const unsigned int mod = modrm >> 6, rm = modrm & 7;
	unsigned int len = 1;

	if ((modrm >> 3 & 7) != 2)
		return 0;
	if (mod == 3)
		return len;
	if (rm == 4) {
		len++;
		if (mod == 0 && (sib & 7) == 5)
			return len + 4;
	} else if (mod == 0 && rm == 5) {
		return len + 4;
	}
	return len + (mod == 1 ? 1 : mod == 2 ? 4 : 0);
}

/* Is there a call right before @at? *called gets where it goes to. */
static enum stack_end behind_call(const struct step *s, uint32_t at, uint32_t *called)
{
	uint8_t code[CALL_MAX];
	uint32_t distance;

	if (at < CALL_MAX || (at >= KERNEL_HALF) != s->kernel)
		return STACK_NO_CALL;
	if (!read_bytes(s, at - CALL_MAX, code, CALL_MAX))
		return STACK_UNREADABLE;
	memcpy(&distance, code + CALL_MAX - 4, 4);
	*called = at + distance;
	if (code[CALL_MAX - 5] == CALL_NEAR && (*called >= KERNEL_HALF) == s->kernel &&
	    *called > CALLED_POINTER)
		return STACK_START;
	*called = CALLED_POINTER;
	for (unsigned int len = 2; len <= CALL_MAX; len++) {
		const uint8_t *call = code + CALL_MAX - len;

		if (call[0] == CALL_BY && operand_length(call[1], len > 2 ? call[2] : 0) == len - 1)
			return STACK_START;
	}
	return STACK_NO_CALL;
}

/* Has the guest said where its stacks end, and what is saved there? It may say anything. */
static bool stacks_known(const struct waiting *w)
{
	const struct trace_tasks *at = &w->at;
	const uint32_t last = at->regs_size - ESP_AND_SS - 4;

	return w->known && at->regs_size > ESP_AND_SS + 4 && at->regs_size <= STACK_REGS_MAX &&
	       at->stack_size && !(at->stack_size & (at->stack_size - 1)) && at->regs_eip <= last &&
	       at->regs_cs <= last && at->regs_ebp <= last;
}

static bool in_entry(const struct step *s, uint32_t eip)
{
	const struct trace_tasks *at = &s->r->waiting.at;

	return s->kernel && eip >= at->entry_start && eip < at->entry_end;
}

/* The registers saved at @regs, but for ESP and SS, which are there only from user mode. */
static bool read_regs(const struct step *s, uint32_t regs, uint8_t saved[STACK_REGS_MAX])
{
	return read_bytes(s, regs, saved, s->r->waiting.at.regs_size - ESP_AND_SS);
}

static uint32_t saved_word(const uint8_t *saved, uint32_t offset)
{
	uint32_t value;

	memcpy(&value, saved + offset, sizeof(value));
	return value;
}

/* Goes on in the program, of which @saved, at @regs, was read. */
static bool enter_user(struct step *s, uint32_t regs, const uint8_t *saved, uint32_t ebp)
{
	const struct trace_tasks *at = &s->r->waiting.at;
	uint32_t esp;

	if (!read_bytes(s, regs + at->regs_size - ESP_AND_SS, &esp, 4))
		return stop(s, STACK_UNREADABLE);
	s->kernel = false;
	s->eip = saved_word(saved, at->regs_eip);
	s->ebp = ebp;
	s->low = s->esp = esp;
	s->end = KERNEL_HALF;
	return add(s, s->eip, CALLED_NONE);
}

/* Goes on in what was interrupted, whose registers were saved at @regs. False: that is all. */
static bool interrupted(struct step *s, uint32_t regs)
{
	const struct trace_tasks *at = &s->r->waiting.at;
	const uint32_t size = at->regs_size - ESP_AND_SS;
	uint8_t saved[STACK_REGS_MAX];
	uint32_t cs;

	if (regs < s->low || regs > s->end || s->end - regs < size)
		return stop(s, STACK_ORDER);
	if (!read_regs(s, regs, saved))
		return stop(s, STACK_UNREADABLE);
	cs = saved_word(saved, at->regs_cs);
	if (!cs)
		return stop(s, STACK_START); /* a thread of the kernel's own: there was nobody */
	if ((cs & 3) == 3)
		return enter_user(s, regs, saved, saved_word(saved, at->regs_ebp));
	s->eip = saved_word(saved, at->regs_eip);
	s->ebp = saved_word(saved, at->regs_ebp);
	s->low = s->esp = regs + size;
	return add(s, s->eip, CALLED_NONE);
}

static bool on_kernel_stack(const struct step *s, uint32_t addr)
{
	return s->end - addr - 1 < s->r->waiting.at.stack_size;
}

/*
 * The kernel has no frame yet, or no more: EBP is that of the program that it was entered from,
 * whose registers are at the top of the stack.
 */
static bool no_kernel_frame(struct step *s, bool entry)
{
	const struct trace_tasks *at = &s->r->waiting.at;
	const uint32_t regs = s->end - at->regs_size;
	uint8_t saved[STACK_REGS_MAX];

	if (!on_kernel_stack(s, s->ebp) && read_regs(s, regs, saved) &&
	    (saved_word(saved, at->regs_cs) & 3) == 3 &&
	    (entry || saved_word(saved, at->regs_ebp) == s->ebp))
		return enter_user(s, regs, saved, s->ebp);
	return stop(s, entry ? STACK_ENTRY : s->ebp ? STACK_ORDER : STACK_START);
}

/* A return address stands at @where: its caller. */
static bool returns_to(struct step *s, uint32_t where, uint32_t at, uint32_t called)
{
	if (!in_entry(s, at))
		return add(s, at, called);
	return interrupted(s, where + 4);
}

/* Can a function that begins at @start be the one that runs at @eip? Who has its symbols knows. */
static bool may_hold(uint32_t start, uint32_t eip)
{
	return start > CALLED_POINTER && start <= eip && eip - start < FUNCTION_MAX;
}

/*
 * A function that never makes a frame has its return address a few words up the stack, below its
 * caller's frame: the nearest one that is behind a call to what may be this function. False: the
 * chain has ended.
 */
static bool guess_caller(struct step *s, uint32_t eip)
{
	uint32_t words[GUESS_WORDS], called, above;
	unsigned int n = GUESS_WORDS;

	if (read_bytes(s, s->ebp + 4, &above, 4) && behind_call(s, above, &called) == STACK_START &&
	    may_hold(called, eip))
		return true; /* it has made one */
	if (s->ebp >= s->esp && s->ebp - s->esp < sizeof(words))
		n = (s->ebp - s->esp) / 4;
	if (!read_bytes(s, s->esp, words, 4 * n))
		return true;
	for (unsigned int i = 0; i < n; i++) {
		if (in_entry(s, words[i]) || behind_call(s, words[i], &called) != STACK_START ||
		    !may_hold(called, eip))
			continue;
		if (!add(s, words[i], called))
			return false;
		s->chain->guessed |= 1ull << (s->chain->count - 1);
		return true;
	}
	return true;
}

/*
 * The function at @eip may have no frame yet, or no more: its return address is on top of the stack
 * then. True: go on with EBP's frame (or with the registers that were found).
 */
static bool without_frame(struct step *s, uint32_t eip)
{
	uint8_t code[4] = {0}; /* the byte before eip, and three from it on */
	uint32_t where = s->esp, at, called;
	bool sure = read_bytes(s, eip - 1, code, sizeof(code));

	if (sure && code[0] == PUSH_EBP &&
	    ((code[1] == 0x89 && code[2] == 0xe5) || (code[1] == 0x8b && code[2] == 0xec)))
		where += 4;
	else
		sure = sure && (code[1] == PUSH_EBP || code[1] == RET || code[1] == RET_MORE);
	if (!read_bytes(s, where, &at, 4) || behind_call(s, at, &called) != STACK_START ||
	    (!sure && called != eip))
		return guess_caller(s, eip);
	s->low = where + 4;
	return returns_to(s, where, at, called);
}

/* The frame that EBP points to. False: the chain has ended. */
static bool next_frame(struct step *s)
{
	uint32_t frame[2], called, ebp = s->ebp;
	enum stack_end found;

	if (s->kernel && !on_kernel_stack(s, ebp))
		return no_kernel_frame(s, false);
	if (!ebp)
		return stop(s, STACK_START);
	if (ebp % 4 || ebp < s->low || ebp > s->end - 8)
		return stop(s, STACK_ORDER);
	if (!read_bytes(s, ebp, frame, sizeof(frame)))
		return stop(s, STACK_UNREADABLE);
	found = behind_call(s, frame[1], &called);
	if (found != STACK_START)
		return stop(s, found);
	s->ebp = frame[0];
	s->low = ebp + 8;
	return returns_to(s, ebp + 4, frame[1], called);
}

/* One more of the chain. False: there is none. */
static bool step(struct step *s)
{
	const uint32_t eip = s->eip;

	s->eip = 0;
	if (!eip)
		return next_frame(s);
	return in_entry(s, eip) ? no_kernel_frame(s, true) : without_frame(s, eip);
}

void stacks_read(struct recorder *r, const struct cpu_view *view, struct stack_chain *chain)
{
	const struct trace_tasks *at = &r->waiting.at;
	struct step s = {
		.r = r,
		.chain = chain,
		.kernel = view->cpl != 3,
		.eip = view->eip,
		.ebp = view->ebp,
		.esp = view->esp,
		.low = view->esp,
		.end = KERNEL_HALF,
	};

	chain->count = 0;
	chain->guessed = 0;
	add(&s, s.eip, CALLED_NONE);
	if (view->interrupted) {
		s.eip = view->interrupted;
		add(&s, s.eip, CALLED_NONE);
	}
	if (s.kernel && !stacks_known(&r->waiting)) {
		stop(&s, STACK_UNKNOWN);
		return;
	}
	if (s.kernel)
		s.end = ((s.esp - 1) | (at->stack_size - 1)) + 1;
	while (step(&s))
		;
}
