/*
 * signal_take.c - what a signal does to the task that takes it.
 *
 * On the way to user mode the task takes its pending signals one by one. One
 * with a handler changes the user registers so that user mode goes on in the
 * handler (arch/signal_frame.c). The others act here: they are ignored, stop
 * the process, or end it. A system call that the signal interrupted is made
 * anew, or returns EINTR, as the rules for its error code say.
 */
#include "i386/trap.h"
#include "kernel/errno.h"
#include "kernel/printk.h"
#include "mm/mm.h"
#include "sched/sched.h"
#include "signal/signal.h"

#define SYSCALL_INSN_SIZE  2 /* int $0x80 */
#define NR_RESTART_SYSCALL 0
#define LOGLEVEL_DEBUG	   7 /* as in KERN_DEBUG */

static const char *const signal_names[] = {
	[SIGHUP] = "HUP",   [SIGINT] = "INT",	    [SIGQUIT] = "QUIT", [SIGILL] = "ILL",
	[SIGTRAP] = "TRAP", [SIGABRT] = "ABRT",	    [SIGBUS] = "BUS",	[SIGFPE] = "FPE",
	[SIGKILL] = "KILL", [SIGUSR1] = "USR1",	    [SIGSEGV] = "SEGV", [SIGUSR2] = "USR2",
	[SIGPIPE] = "PIPE", [SIGALRM] = "ALRM",	    [SIGTERM] = "TERM", [SIGSTKFLT] = "STKFLT",
	[SIGCHLD] = "CHLD", [SIGCONT] = "CONT",	    [SIGSTOP] = "STOP", [SIGTSTP] = "TSTP",
	[SIGTTIN] = "TTIN", [SIGTTOU] = "TTOU",	    [SIGURG] = "URG",	[SIGXCPU] = "XCPU",
	[SIGXFSZ] = "XFSZ", [SIGVTALRM] = "VTALRM", [SIGPROF] = "PROF", [SIGWINCH] = "WINCH",
	[SIGIO] = "IO",	    [SIGPWR] = "PWR",	    [SIGSYS] = "SYS",
};

const char *signal_name(int sig)
{
	return sig > 0 && sig < SIGRTMIN ? signal_names[sig] : "RT";
}

/*
 * Does to an interrupted system call what its error code asks for. `handler`:
 * the flags of the handler that will run, or NULL when none will. Acts once:
 * orig_eax is -1 afterwards.
 */
static void fix_interrupted_call(struct pt_regs *regs, const struct k_sigaction *handler)
{
	bool again;

	if ((s32)regs->orig_eax < 0)
		return;
	switch (-(s32)regs->eax) {
	case ERESTARTSYS:
		again = !handler || (handler->flags & SA_RESTART);
		break;
	case ERESTART_RESTARTBLOCK:
	case ERESTARTNOHAND:
		again = !handler;
		break;
	default:
		return;
	}
	if (again) {
		regs->eax = (s32)regs->eax == -ERESTART_RESTARTBLOCK ? NR_RESTART_SYSCALL
								     : regs->orig_eax;
		regs->eip -= SYSCALL_INSN_SIZE;
	} else {
		regs->eax = (u32)-EINTR;
	}
	regs->orig_eax = (u32)-1;
}

/* Tells the parent about a stop or its end, if it wants such news. */
static void notify_stop(struct task_struct *leader, int code, int sig)
{
	struct task_struct *parent;
	struct siginfo info = {
		.si_signo = SIGCHLD, .si_code = code, .si_pid = leader->pid, .si_status = sig};

	spin_lock(&tasklist_lock);
	parent = leader->parent;
	if (!(parent->sighand->action[SIGCHLD - 1].flags & SA_NOCLDSTOP))
		send_sig_process(SIGCHLD, &info, parent);
	wake_up_all(&parent->wait_child);
	spin_unlock(&tasklist_lock);
}

/* Stops every thread of the process; each does so when it takes notice. */
static void begin_stop(int sig)
{
	struct signal_struct *signal = current->signal;
	struct task_struct *thread;

	spin_lock(&signal->lock);
	signal->group_stop = true;
	signal->stop_sig = sig;
	signal->stop_unreported = true;
	signal->cont_unreported = false;
	for_each_thread(current, thread)
	{
		thread->sigpending = true;
		wake_up_signalled(thread, false);
	}
	spin_unlock(&signal->lock);
	notify_stop(current->group_leader, CLD_STOPPED, sig);
}

static void stay_stopped(void)
{
	struct signal_struct *signal = current->signal;

	while (signal->group_stop && !signal->group_exit) {
		/* Whoever ends the stop wakes those that are in it: either is first. */
		spin_lock(&signal->lock);
		if (signal->group_stop && !signal->group_exit)
			current->state = TASK_STOPPED;
		spin_unlock(&signal->lock);
		schedule();
	}
	if (signal->cont_unreported && thread_group_leader(current))
		notify_stop(current, CLD_CONTINUED, SIGCONT);
}

/* The action of a signal that has no handler. May not return. */
static void default_action(int sig)
{
	switch (sig) {
	case SIGCHLD:
	case SIGCONT:
	case SIGURG:
	case SIGWINCH:
		return;
	case SIGSTOP:
	case SIGTSTP:
	case SIGTTIN:
	case SIGTTOU:
		begin_stop(sig);
		return;
	default:
		do_group_exit(sig);
	}
}

/* Makes user mode run the handler of a signal just taken. */
static void handle_signal(int sig, const struct siginfo *info, struct pt_regs *regs)
{
	struct k_sigaction *slot = &current->sighand->action[sig - 1];
	struct k_sigaction action = *slot;
	sigset_t old = current->restore_blocked ? current->saved_blocked : current->blocked;
	sigset_t block = current->blocked | action.mask;

	/* Once: the frame below is written asleep, and other threads take signals meanwhile. */
	if (action.flags & SA_RESETHAND)
		slot->handler = SIG_DFL;
	fix_interrupted_call(regs, &action);
	if (setup_signal_frame(sig, &action, info, old, regs)) {
		/* No stack to run on, not even for SIGSEGV: then that one is not handled. */
		if (sig == SIGSEGV)
			slot->handler = SIG_DFL;
		force_sig(SIGSEGV);
		return;
	}
	if (!(action.flags & SA_NODEFER))
		block |= sigmask(sig);
	current->restore_blocked = false;
	set_blocked(block);
}

/* The signal to take now: one that the task brought upon itself comes before all others. */
static int next_signal(struct siginfo *info)
{
	int sig = current->forced.si_signo;

	if (!sig)
		return dequeue_signal(~current->blocked, info);
	*info = current->forced;
	current->forced.si_signo = 0;
	return sig; /* it has a handler: handle_signal() sets sigpending anew */
}

void do_signal(struct pt_regs *regs)
{
	struct signal_struct *signal = current->signal;
	struct siginfo info;
	bool forced;
	u32 handler;
	int sig;

	for (;;) {
		if (signal->group_exit && signal->group_execer != current)
			do_exit(signal->group_exit_code);
		if (signal->group_stop)
			stay_stopped();
		forced = current->forced.si_signo != 0;
		sig = next_signal(&info);
		if (!sig)
			break;
		handler = current->sighand->action[sig - 1].handler;
		if (handler == SIG_DFL || sig == SIGKILL || sig == SIGSTOP) {
			if (forced || !signal_unkillable(current))
				default_action(sig);
		} else if (handler != SIG_IGN) {
			handle_signal(sig, &info, regs);
			return;
		}
	}
	fix_interrupted_call(regs, NULL);
	if (current->restore_blocked) {
		current->restore_blocked = false;
		set_blocked(current->saved_blocked);
	}
}

/*
 * A signal that its cause makes unavoidable: if it has no handler that can run,
 * the task dies, on its way back to user mode. It goes past the pending sets,
 * straight to do_signal(): no lock and no memory is needed, and its details
 * cannot get lost.
 */
static void force_sig_info(int sig, int code, u32 addr)
{
	struct siginfo *info = &current->forced;
	struct k_sigaction *action = &current->sighand->action[sig - 1];

	if (action->handler == SIG_IGN || (current->blocked & sigmask(sig)))
		action->handler = SIG_DFL;
	info->si_signo = sig;
	info->si_errno = 0;
	info->si_code = code;
	info->si_addr = addr;
	info->si_uid = info->si_utime = info->si_stime = 0;
	info->si_status = 0;
	current->sigpending = true;
}

void force_sig(int sig)
{
	force_sig_info(sig, SI_KERNEL, 0);
}

/*
 * The current task's last instruction in user mode did something forbidden.
 * When that is the end of it, the console says so in one line. Interrupts on.
 */
void force_sig_fault(int sig, int si_code, u32 addr, struct pt_regs *regs)
{
	const struct k_sigaction *action = &current->sighand->action[sig - 1];
	bool fatal = action->handler == SIG_DFL || action->handler == SIG_IGN ||
		     (current->blocked & sigmask(sig));

	if (fatal) {
		pr_info("%s[%d]: SIG%s at address 0x%08x, eip 0x%08x, esp 0x%08x\n", current->comm,
			current->pid, signal_name(sig), addr, regs->eip, regs->esp);
		if (console_loglevel > LOGLEVEL_DEBUG && current->mm)
			mm_dump(current->mm);
	}
	force_sig_info(sig, si_code, addr);
}
