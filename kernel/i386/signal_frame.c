/*
 * signal_frame.c - running a signal handler in user mode, and coming back.
 *
 * The frame that a handler finds on its stack is Linux i386's, byte for byte:
 * programs look into it. With SA_SIGINFO it is the "rt" form. Below it in the
 * picture the stack that was interrupted, or the alternate one:
 *
 *      esp ->  pretcode, sig, [info and context pointers, info,] context
 *              return code            (for handlers without SA_RESTORER)
 *              FPU state, aligned     (when the task has any)
 *              old stack ...
 *
 * The handler returns to `pretcode`: the C library's restorer or the return
 * code in the frame, either calls sigreturn(), which takes all back from there.
 */
#include "i386/cpu.h"
#include "i386/fpstate.h"
#include "i386/fpu.h"
#include "i386/selectors.h"
#include "i386/uaccess.h"
#include "kernel/compiler.h"
#include "kernel/errno.h"
#include "kernel/string.h"
#include "signal/signal.h"
#include "proc/syscall.h"

struct sigcontext {
	u32 gs, fs, es, ds; /* of selectors the upper halves are unused */
	u32 edi, esi, ebp, esp, ebx, edx, ecx, eax;
	u32 trapno, err, eip, cs;
	u32 eflags, esp_at_signal, ss;
	u32 fpstate; /* user address, or 0 */
	u32 oldmask; /* signals 1 - 32 */
	u32 cr2;
};
_Static_assert(sizeof(struct sigcontext) == 88, "sigcontext layout");

struct sigframe {
	u32 pretcode, sig;
	struct sigcontext sc;
	u8 unused[sizeof(struct fpstate) +
		  FPU_STATE_SIZE]; /* where old kernels had the FPU state */
	u32 high_mask;		   /* signals 33 - 64 */
	u8 retcode[8];
};

struct ucontext {
	u32 flags, link;
	struct {
		u32 sp, flags, size;
	} stack;
	struct sigcontext mcontext;
	sigset_t mask;
};

struct rt_sigframe {
	u32 pretcode, sig, info_addr, uc_addr;
	union {
		struct siginfo info;
		u8 info_bytes[SIGINFO_USER_SIZE];
	};
	struct ucontext uc;
	u8 retcode[8];
};
_Static_assert(__builtin_offsetof(struct rt_sigframe, uc) == 144, "rt_sigframe layout");
_Static_assert(__builtin_offsetof(struct rt_sigframe, retcode) == 260, "rt_sigframe layout");

/* popl %eax; movl $119, %eax; int $0x80 - and for the rt form: movl $173, %eax; int $0x80 */
static const u8 retcode[8] = {0x58, 0xb8, 119, 0, 0, 0, 0xcd, 0x80};
static const u8 rt_retcode[8] = {0xb8, 173, 0, 0, 0, 0xcd, 0x80, 0};

#define FXSAVE_ALIGN   64u
#define EFLAGS_DF      0x00000400u
#define EFLAGS_TF      0x00000100u
#define EFLAGS_RF      0x00010000u
#define EFLAGS_USER    0x00050dd5u /* what sigreturn may set: RF AC OF DF TF SF ZF AF PF CF */
#define NO_SYSTEM_CALL 0xffffffffu

/* Puts the FPU state below *sp and moves *sp; *addr is where, or 0. */
static int push_fpu(u32 *sp, u32 *addr)
{
	const u8 *state = fpu_get_state();
	u32 size = fpstate_fxsave_size();
	struct fpstate image;

	*addr = 0;
	if (!state)
		return 0;
	fpstate_from_cpu(&image, state);
	*sp = ((*sp - size) & ~(FXSAVE_ALIGN - 1)) - sizeof(image);
	*addr = *sp;
	if (copy_to_user((void __user *)*sp, &image, sizeof(image)) ||
	    copy_to_user((void __user *)(*sp + sizeof(image)), state, size))
		return -EFAULT;
	return 0;
}

/* Takes the FPU state back from a frame; without one the task has not used the FPU. */
static int pull_fpu(u32 addr)
{
	struct fpstate image;
	u8 *state;
	int err = 0;

	if (!addr) {
		fpu_free(current);
		return 0;
	}
	if (!cpu_has(X86_FEATURE_FPU) ||
	    copy_from_user(&image, (const void __user *)addr, sizeof(image)))
		return -EFAULT;
	state = fpu_change_state();
	if (!state)
		return -ENOMEM;
	if (copy_from_user(state, (const void __user *)(addr + sizeof(image)),
			   fpstate_fxsave_size()))
		err = -EFAULT;
	else
		fpstate_to_cpu(state, &image);
	fpu_state_written();
	return err;
}

static bool on_alternate_stack(u32 esp)
{
	return current->sas_size && esp - current->sas_sp <= current->sas_size;
}

/* Top of the stack that the handler shall run on. */
static u32 choose_stack(const struct k_sigaction *action, const struct pt_regs *regs)
{
	if ((action->flags & SA_ONSTACK) && current->sas_size && !on_alternate_stack(regs->esp))
		return current->sas_sp + current->sas_size;
	return regs->esp;
}

/* Place for a frame of `size` bytes, aligned as at a call (System V i386 ABI, 2.2.2); 0: none. */
static u32 place_frame(u32 sp, u32 size, const struct pt_regs *regs)
{
	u32 frame = ((sp - size + 4) & ~15u) - 4;

	if (on_alternate_stack(regs->esp) && !on_alternate_stack(frame))
		return 0;
	return frame;
}

static void fill_context(struct sigcontext *sc, const struct pt_regs *regs, u32 fpstate,
			 sigset_t old_blocked)
{
	/* One by one: as a whole it would be built aside and copied. */
	sc->gs = regs->gs & 0xffff;
	sc->fs = regs->fs & 0xffff;
	sc->es = regs->es & 0xffff;
	sc->ds = regs->ds & 0xffff;
	sc->edi = regs->edi;
	sc->esi = regs->esi;
	sc->ebp = regs->ebp;
	sc->esp = regs->esp;
	sc->ebx = regs->ebx;
	sc->edx = regs->edx;
	sc->ecx = regs->ecx;
	sc->eax = regs->eax;
	sc->trapno = current->thread.trap_nr;
	sc->err = current->thread.error_code;
	sc->eip = regs->eip;
	sc->cs = regs->cs & 0xffff;
	sc->eflags = regs->eflags;
	sc->esp_at_signal = regs->esp;
	sc->ss = regs->ss & 0xffff;
	sc->fpstate = fpstate;
	sc->oldmask = (u32)old_blocked;
	sc->cr2 = current->thread.cr2;
}

/*
 * User registers at the handler's first instruction. The FPU's, saved at
 * `fpstate` (0: none), are fresh, as a program's at its start: code that was
 * interrupted may have changed the rounding or hold MMX state, which no
 * compiled handler expects.
 */
static void enter_handler(struct pt_regs *regs, const struct k_sigaction *action, u32 frame,
			  u32 fpstate)
{
	if (fpstate)
		fpu_reset_state();
	regs->esp = frame;
	regs->eip = action->handler;
	regs->cs = USER_CS;
	regs->ds = regs->es = regs->ss = USER_DS;
	regs->eflags &= ~(EFLAGS_DF | EFLAGS_TF | EFLAGS_RF);
	regs->orig_eax = NO_SYSTEM_CALL;
}

static u32 return_address(const struct k_sigaction *action, u32 code)
{
	return action->flags & SA_RESTORER ? action->restorer : code;
}

/* Copies the members `first` to `last` of a frame to user memory. */
#define PUT_FRAME(at, frame, first, last)                                                 \
	copy_to_user((u8 __user *)(at) + __builtin_offsetof(__typeof__(frame), first),    \
		     &(frame).first,                                                      \
		     __builtin_offsetof(__typeof__(frame), last) + sizeof((frame).last) - \
			     __builtin_offsetof(__typeof__(frame), first))

/* What lies unused between the parts of a frame stays as it was on the user's stack. */
static int setup_plain(int sig, const struct k_sigaction *action, sigset_t old_blocked,
		       struct pt_regs *regs)
{
	struct sigframe frame;
	u32 sp = choose_stack(action, regs), fpstate, at;

	if (push_fpu(&sp, &fpstate))
		return -EFAULT;
	at = place_frame(sp, sizeof(frame), regs);
	if (!at)
		return -EFAULT;
	frame.pretcode = return_address(action, at + __builtin_offsetof(struct sigframe, retcode));
	frame.sig = (u32)sig;
	fill_context(&frame.sc, regs, fpstate, old_blocked);
	frame.high_mask = (u32)(old_blocked >> 32);
	__builtin_memcpy(frame.retcode, retcode, sizeof(retcode));
	if (PUT_FRAME(at, frame, pretcode, sc) || PUT_FRAME(at, frame, high_mask, retcode))
		return -EFAULT;
	enter_handler(regs, action, at, fpstate);
	regs->eax = (u32)sig;
	regs->edx = regs->ecx = 0;
	return 0;
}

static int setup_rt(int sig, const struct k_sigaction *action, const struct siginfo *info,
		    sigset_t old_blocked, struct pt_regs *regs)
{
	struct rt_sigframe frame;
	u32 sp = choose_stack(action, regs), fpstate, at;

	if (push_fpu(&sp, &fpstate))
		return -EFAULT;
	at = place_frame(sp, sizeof(frame), regs);
	if (!at)
		return -EFAULT;
	frame.pretcode =
		return_address(action, at + __builtin_offsetof(struct rt_sigframe, retcode));
	frame.sig = (u32)sig;
	frame.info_addr = at + __builtin_offsetof(struct rt_sigframe, info);
	frame.uc_addr = at + __builtin_offsetof(struct rt_sigframe, uc);
	frame.info = *info;
	frame.uc.flags = frame.uc.link = 0;
	frame.uc.stack.sp = current->sas_sp;
	frame.uc.stack.size = current->sas_size;
	frame.uc.stack.flags = !current->sas_size	       ? SS_DISABLE
			       : on_alternate_stack(regs->esp) ? SS_ONSTACK
							       : 0;
	fill_context(&frame.uc.mcontext, regs, fpstate, old_blocked);
	frame.uc.mask = old_blocked;
	__builtin_memcpy(frame.retcode, rt_retcode, sizeof(rt_retcode));
	if (PUT_FRAME(at, frame, pretcode, info) || PUT_FRAME(at, frame, uc, retcode))
		return -EFAULT;
	enter_handler(regs, action, at, fpstate);
	regs->eax = (u32)sig;
	regs->edx = frame.info_addr;
	regs->ecx = frame.uc_addr;
	return 0;
}

int setup_signal_frame(int sig, const struct k_sigaction *action, const struct siginfo *info,
		       sigset_t old_blocked, struct pt_regs *regs)
{
	if (action->flags & SA_SIGINFO)
		return setup_rt(sig, action, info, old_blocked, regs);
	return setup_plain(sig, action, old_blocked, regs);
}

/* A selector of user privilege, or none; what cannot be loaded is dropped by entry.S. */
static u32 user_selector(u32 selector)
{
	selector &= 0xffff;
	return selector ? selector | 3 : 0;
}

static int restore_context(const struct sigcontext *sc, struct pt_regs *regs)
{
	if (pull_fpu(sc->fpstate))
		return -EFAULT;
	regs->gs = user_selector(sc->gs);
	regs->fs = user_selector(sc->fs);
	regs->es = user_selector(sc->es);
	regs->ds = user_selector(sc->ds);
	regs->edi = sc->edi;
	regs->esi = sc->esi;
	regs->ebp = sc->ebp;
	regs->esp = sc->esp;
	regs->ebx = sc->ebx;
	regs->edx = sc->edx;
	regs->ecx = sc->ecx;
	regs->eax = sc->eax;
	regs->eip = sc->eip;
	regs->cs = (sc->cs & 0xffff) | 3;
	regs->ss = (sc->ss & 0xffff) | 3;
	regs->eflags = (regs->eflags & ~EFLAGS_USER) | (sc->eflags & EFLAGS_USER);
	regs->orig_eax = NO_SYSTEM_CALL;
	return 0;
}

/* sigreturn(): the restorer has popped the return address and the signal number. */
SYSCALL(sigreturn)
{
	struct pt_regs *regs = task_pt_regs(current);
	const struct sigframe __user *frame = (const void __user *)(regs->esp - 8);
	struct sigcontext sc;
	u32 high;

	if (copy_from_user(&sc, &frame->sc, sizeof(sc)) || get_user_u32(&high, &frame->high_mask))
		goto bad_frame;
	current->restart.fn = NULL; /* the handler ended whatever it interrupted */
	set_blocked(sc.oldmask | (sigset_t)high << 32);
	if (restore_context(&sc, regs))
		goto bad_frame;
	return (long)regs->eax;
bad_frame:
	force_sig(SIGSEGV);
	return 0;
}

/* rt_sigreturn(): only the return address is gone. */
SYSCALL(rt_sigreturn)
{
	struct pt_regs *regs = task_pt_regs(current);
	const struct rt_sigframe __user *frame = (const void __user *)(regs->esp - 4);
	struct ucontext uc;

	if (copy_from_user(&uc, &frame->uc, sizeof(uc)))
		goto bad_frame;
	current->restart.fn = NULL;
	set_blocked(uc.mask);
	if (restore_context(&uc.mcontext, regs))
		goto bad_frame;
	if (uc.stack.flags & SS_DISABLE) {
		current->sas_sp = current->sas_size = 0;
	} else if (uc.stack.size >= MINSIGSTKSZ) {
		current->sas_sp = uc.stack.sp;
		current->sas_size = uc.stack.size;
	}
	return (long)regs->eax;
bad_frame:
	force_sig(SIGSEGV);
	return 0;
}
