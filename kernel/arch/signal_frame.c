/*
 * signal_frame.c - running a signal handler in user mode, and coming back.
 *
 * A frame on the user's stack holds everything about the interrupted program:
 * its registers, FPU state, blocked signals. The user registers are then set
 * so that the return from the kernel enters the handler, with the frame as its
 * stack. When the handler returns, its return address (the C library's
 * restorer, or the few bytes of code in the frame) calls sigreturn(), which
 * puts everything back. Layout and contents are Linux i386's ABI:
 *
 *   higher   FPU state, 64-byte aligned (if the program has used the FPU)
 *            frame: return address, signal number, ...   <- esp in the handler
 *
 * Handlers with SA_SIGINFO get the rt_ frame and three arguments, others the
 * plain frame and one. Arguments are passed on the stack and, as Linux does for
 * register-parameter handlers, in eax, edx and ecx too.
 */
#include "arch/cpu.h"
#include "arch/fpstate.h"
#include "arch/fpu.h"
#include "arch/selectors.h"
#include "arch/thread.h"
#include "arch/uaccess.h"
#include "kernel/errno.h"
#include "kernel/string.h"
#include "proc/signal.h"
#include "proc/syscall.h"

#define NR_SIGRETURN	 119u
#define NR_RT_SIGRETURN	 173u
#define NO_SYSTEM_CALL	 0xffffffffu
#define NR_EXCEPTION_MAX 31u

#define EFLAGS_TF 0x00000100u
#define EFLAGS_DF 0x00000400u
/* What a program may set: CF PF AF ZF SF TF DF OF RF AC (SDM 1, 3.4.3). */
#define EFLAGS_USER 0x00050dd5u

struct sigcontext {
	u32 gs, fs, es, ds; /* upper halves unused */
	u32 edi, esi, ebp, esp, ebx, edx, ecx, eax;
	u32 trapno, err, eip, cs, eflags, esp_at_signal, ss;
	u32 fpstate; /* address, or 0 */
	u32 oldmask, cr2;
};
_Static_assert(sizeof(struct sigcontext) == 88, "sigcontext layout");

struct ucontext {
	u32 flags, link;
	u32 stack_sp, stack_flags, stack_size;
	struct sigcontext mcontext;
	sigset_t sigmask;
};
_Static_assert(sizeof(struct ucontext) == 116, "ucontext layout");

struct sigframe {
	u32 return_to;
	u32 sig;
	struct sigcontext context;
	u32 extramask; /* blocked signals 33 to 64 */
	u8 code[8];
};

struct rt_sigframe {
	u32 return_to;
	u32 sig;
	u32 info_ptr, uc_ptr;
	union {
		struct siginfo info;
		u8 info_bytes[SIGINFO_USER_SIZE];
	};
	struct ucontext uc;
	u8 code[8];
};

/* popl %eax; movl $NR_SIGRETURN, %eax; int $0x80 -- the plain frame's signal number goes first */
static const u8 plain_code[8] = {0x58, 0xb8, NR_SIGRETURN, 0, 0, 0, 0xcd, 0x80};
/* movl $NR_RT_SIGRETURN, %eax; int $0x80 */
static const u8 rt_code[8] = {0xb8, NR_RT_SIGRETURN, 0, 0, 0, 0xcd, 0x80, 0};

static bool on_altstack(u32 esp)
{
	return current->sas_size && esp - current->sas_sp <= current->sas_size;
}

/* Where the frame's stack begins: the alternate one, if the handler asks for it. */
static u32 stack_for(const struct k_sigaction *action, u32 esp)
{
	if ((action->flags & SA_ONSTACK) && current->sas_size && !on_altstack(esp))
		return current->sas_sp + current->sas_size;
	return esp;
}

/* A frame that starts on the alternate stack must end there. */
static bool leaves_altstack(u32 from, u32 to)
{
	return current->sas_size && from - current->sas_sp <= current->sas_size &&
	       to - current->sas_sp > current->sas_size;
}

/* The psABI's alignment: at function entry esp + 4 is a multiple of 16. */
static u32 align_frame(u32 esp)
{
	return ((esp + 4) & ~15u) - 4;
}

/* Puts the FPU state below *esp, if there is any: its address, 0, or -1 (fault). */
static u32 push_fpu(u32 *esp)
{
	const u8 *state = fpu_get_state();
	struct fpstate fp;
	u32 size;

	if (!state)
		return 0;
	size = fpstate_from_cpu(&fp, state);
	*esp = (*esp - size) & ~(u32)(FPSTATE_ALIGN - 1);
	return copy_to_user((void __user *)*esp, &fp, size) ? (u32)-1 : *esp;
}

static void save_context(struct sigcontext *sc, const struct pt_regs *regs, u32 fpstate,
			 sigset_t blocked, const struct siginfo *info)
{
	u32 vector = ~regs->orig_eax; /* of an exception; a system call gives a large number */

	*sc = (struct sigcontext){
		.gs = regs->gs & 0xffff,
		.fs = regs->fs & 0xffff,
		.es = regs->es & 0xffff,
		.ds = regs->ds & 0xffff,
		.edi = regs->edi,
		.esi = regs->esi,
		.ebp = regs->ebp,
		.esp = regs->esp,
		.ebx = regs->ebx,
		.edx = regs->edx,
		.ecx = regs->ecx,
		.eax = regs->eax,
		.trapno = vector <= NR_EXCEPTION_MAX ? vector : 0,
		.err = vector <= NR_EXCEPTION_MAX ? regs->error_code : 0,
		.eip = regs->eip,
		.cs = regs->cs & 0xffff,
		.eflags = regs->eflags,
		.esp_at_signal = regs->esp,
		.ss = regs->ss & 0xffff,
		.fpstate = fpstate,
		.oldmask = (u32)blocked,
		.cr2 = info->si_signo == SIGSEGV || info->si_signo == SIGBUS ? info->si_addr : 0,
	};
}

/* User mode goes on in the handler, with the frame at esp. */
static void enter_handler(struct pt_regs *regs, const struct k_sigaction *action, u32 frame,
			  u32 sig, u32 info, u32 uc)
{
	regs->esp = frame;
	regs->eip = action->handler;
	regs->eax = sig;
	regs->edx = info;
	regs->ecx = uc;
	regs->ds = regs->es = regs->ss = USER_DS;
	regs->cs = USER_CS;
	regs->eflags &= ~(EFLAGS_TF | EFLAGS_DF);
	regs->orig_eax = NO_SYSTEM_CALL;
}

static int setup_plain(int sig, const struct k_sigaction *action, const struct siginfo *info,
		       sigset_t blocked, struct pt_regs *regs)
{
	u32 start = stack_for(action, regs->esp), esp = start, fpstate = push_fpu(&esp);
	u32 at = align_frame(esp - sizeof(struct sigframe));
	struct sigframe frame;

	if (fpstate == (u32)-1 || leaves_altstack(start, at))
		return -EFAULT;
	frame.return_to = action->flags & SA_RESTORER
				  ? action->restorer
				  : at + __builtin_offsetof(struct sigframe, code);
	frame.sig = (u32)sig;
	save_context(&frame.context, regs, fpstate, blocked, info);
	frame.extramask = (u32)(blocked >> 32);
	memcpy(frame.code, plain_code, sizeof(frame.code));
	if (copy_to_user((void __user *)at, &frame, sizeof(frame)))
		return -EFAULT;
	enter_handler(regs, action, at, (u32)sig, 0, 0);
	return 0;
}

static int setup_rt(int sig, const struct k_sigaction *action, const struct siginfo *info,
		    sigset_t blocked, struct pt_regs *regs)
{
	u32 start = stack_for(action, regs->esp), esp = start, fpstate = push_fpu(&esp);
	u32 at = align_frame(esp - sizeof(struct rt_sigframe));
	struct rt_sigframe frame;

	if (fpstate == (u32)-1 || leaves_altstack(start, at))
		return -EFAULT;
	memset(&frame, 0, sizeof(frame));
	frame.return_to = action->flags & SA_RESTORER
				  ? action->restorer
				  : at + __builtin_offsetof(struct rt_sigframe, code);
	frame.sig = (u32)sig;
	frame.info_ptr = at + __builtin_offsetof(struct rt_sigframe, info);
	frame.uc_ptr = at + __builtin_offsetof(struct rt_sigframe, uc);
	frame.info = *info;
	frame.uc.stack_sp = current->sas_sp;
	frame.uc.stack_size = current->sas_size;
	frame.uc.stack_flags = !current->sas_size	? SS_DISABLE
			       : on_altstack(regs->esp) ? SS_ONSTACK
							: 0;
	save_context(&frame.uc.mcontext, regs, fpstate, blocked, info);
	frame.uc.sigmask = blocked;
	memcpy(frame.code, rt_code, sizeof(frame.code));
	if (copy_to_user((void __user *)at, &frame, sizeof(frame)))
		return -EFAULT;
	enter_handler(regs, action, at, (u32)sig, frame.info_ptr, frame.uc_ptr);
	return 0;
}

int setup_signal_frame(int sig, const struct k_sigaction *action, const struct siginfo *info,
		       sigset_t old_blocked, struct pt_regs *regs)
{
	if (action->flags & SA_SIGINFO)
		return setup_rt(sig, action, info, old_blocked, regs);
	return setup_plain(sig, action, info, old_blocked, regs);
}

/* Takes the FPU state back from a frame; without one the task has not used the FPU. */
static int restore_fpu(u32 fpstate)
{
	struct fpstate fp;
	u8 state[FPU_STATE_SIZE];

	if (!fpstate) {
		fpu_free(current);
		return 0;
	}
	if (!cpu_has(X86_FEATURE_FPU) ||
	    copy_from_user(&fp, (void __user *)fpstate, fpstate_size()))
		return -EFAULT;
	fpstate_to_cpu(state, &fp);
	return fpu_set_state(state);
}

/* Segments and flags are the program's word: only user privilege and harmless flags pass. */
static int restore_context(const struct sigcontext *sc, struct pt_regs *regs)
{
	regs->gs = sc->gs & 0xffff;
	regs->fs = sc->fs & 0xffff;
	regs->es = sc->es & 0xffff;
	regs->ds = sc->ds & 0xffff;
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
	return restore_fpu(sc->fpstate);
}

/* The frame is not there: nothing to go back to. */
static long bad_frame(void)
{
	force_sig(SIGSEGV);
	return 0;
}

/* The restorer has popped return address and signal number. */
SYSCALL(sigreturn)
{
	struct pt_regs *regs = task_pt_regs(current);
	struct sigframe frame;
	u32 at = regs->esp - 2 * sizeof(u32);

	if (copy_from_user(&frame, (void __user *)at, sizeof(frame)))
		return bad_frame();
	set_blocked(frame.context.oldmask | (sigset_t)frame.extramask << 32);
	if (restore_context(&frame.context, regs))
		return bad_frame();
	return (long)regs->eax; /* the way out stores the result there */
}

/* The restorer has popped the return address. */
SYSCALL(rt_sigreturn)
{
	struct pt_regs *regs = task_pt_regs(current);
	struct rt_sigframe frame;
	u32 at = regs->esp - sizeof(u32);

	if (copy_from_user(&frame, (void __user *)at, sizeof(frame)))
		return bad_frame();
	set_blocked(frame.uc.sigmask);
	if (restore_context(&frame.uc.mcontext, regs))
		return bad_frame();
	if (frame.uc.stack_flags & SS_DISABLE) {
		current->sas_sp = current->sas_size = 0;
	} else if (frame.uc.stack_size >= MINSIGSTKSZ) {
		current->sas_sp = frame.uc.stack_sp;
		current->sas_size = frame.uc.stack_size;
	}
	return (long)regs->eax;
}
