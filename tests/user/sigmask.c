/*
 * sigmask.c - what holds while a handler runs and after it: masks, stacks, flags, and whatever the
 * handler has written into its frame; and the signals that exceptions become.
 */
#include "try.h"
#include <signal.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/ucontext.h>

static char order[32];
static volatile sig_atomic_t seen;
static char alt[65536];

static int blocked(int sig)
{
	sigset_t set;

	sigprocmask(SIG_SETMASK, NULL, &set);
	return sigismember(&set, sig);
}

static void handle(int sig, void (*fn)(int, siginfo_t *, void *), int flags, int first, int second)
{
	struct sigaction action = {.sa_sigaction = fn, .sa_flags = flags | SA_SIGINFO};

	sigemptyset(&action.sa_mask);
	if (first)
		sigaddset(&action.sa_mask, first);
	if (second)
		sigaddset(&action.sa_mask, second);
	if (sigaction(sig, &action, NULL))
		die("sigaction");
}

static void change(int how, int sig)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, sig);
	sigprocmask(how, &set, NULL);
}

static void note(int sig, siginfo_t *info, void *context)
{
	size_t n = strlen(order);

	(void)info;
	(void)context;
	order[n] = sig == SIGUSR1 ? '1' : sig == SIGUSR2 ? '2' : sig == SIGTERM ? 'T' : '?';
	seen++;
}

static void within(int sig, siginfo_t *info, void *context)
{
	note(sig, info, context);
	printf("within: own %d mask %d %d other %d\n", blocked(SIGUSR1), blocked(SIGUSR2),
	       blocked(SIGQUIT), blocked(SIGHUP));
	raise(SIGUSR2);
	if (seen++ < 5)
		raise(SIGUSR1); /* once more, afterwards */
	order[strlen(order)] = '-';
}

static void masks(void)
{
	handle(SIGUSR1, within, 0, SIGUSR2, SIGQUIT);
	handle(SIGUSR2, note, 0, 0, 0);
	seen = 3;
	raise(SIGUSR1);
	handle(SIGUSR1, note, 0, 0, 0);
	printf("order %s, after: own %d mask %d\n", order, blocked(SIGUSR1), blocked(SIGUSR2));
	memset(order, 0, sizeof(order));
}

/* Several at once. */
static void together(void)
{
	sigset_t set, none;

	memset(order, 0, sizeof(order));
	handle(SIGUSR1, note, 0, 0, 0);
	handle(SIGUSR2, note, 0, 0, 0);
	handle(SIGTERM, note, 0, 0, 0);
	sigemptyset(&none);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGUSR2);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	raise(SIGTERM);
	raise(SIGUSR2);
	raise(SIGUSR1);
	raise(SIGUSR1);
	sigprocmask(SIG_SETMASK, &none, NULL);
	printf("together %s\n", order);
	memset(order, 0, sizeof(order));
	handle(SIGUSR1, note, 0, SIGUSR2, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	raise(SIGTERM);
	raise(SIGUSR2);
	raise(SIGUSR1);
	sigprocmask(SIG_SETMASK, &none, NULL);
	printf("the first masks the others %s\n", order);
}

static void suspends(void)
{
	sigset_t wait;

	change(SIG_BLOCK, SIGUSR1);
	handle(SIGUSR1, note, 0, 0, 0);
	raise(SIGUSR1);
	sigprocmask(SIG_SETMASK, NULL, &wait);
	sigdelset(&wait, SIGUSR1);
	sigaddset(&wait, SIGHUP);
	seen = 0;
	show("sigsuspend", sigsuspend(&wait));
	printf("handled %d, mask back: %d %d\n", (int)seen, blocked(SIGUSR1), blocked(SIGHUP));
	change(SIG_UNBLOCK, SIGUSR1);
}

static void inherited(void)
{
	int status;
	pid_t pid;

	change(SIG_BLOCK, SIGUSR2);
	raise(SIGUSR2);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		sigset_t pending;

		sigpending(&pending);
		_exit(blocked(SIGUSR2) * 2 + sigismember(&pending, SIGUSR2));
	}
	waitpid(pid, &status, 0);
	printf("child: mask and pending %d\n", WEXITSTATUS(status));
	signal(SIGUSR2, SIG_IGN); /* what is pending goes */
	signal(SIGUSR2, SIG_DFL);
	change(SIG_UNBLOCK, SIGUSR2);
	printf("ignored, it was gone\n");
}

static void not_to_be_blocked(void)
{
	sigset_t all;
	int status;
	pid_t pid;

	sigfillset(&all);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		sigprocmask(SIG_SETMASK, &all, NULL);
		printf("blocked: KILL %d STOP %d TERM %d\n", blocked(SIGKILL), blocked(SIGSTOP),
		       blocked(SIGTERM));
		fflush(stdout);
		raise(SIGTERM);
		raise(SIGSTOP);
		for (;;)
			;
	}
	waitpid(pid, &status, WUNTRACED);
	printf("stopped %d\n", WIFSTOPPED(status));
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	printf("signal %d\n", WTERMSIG(status));
}

/* The alternate stack is in use while its handler runs, also by handlers inside it. */
static uintptr_t outer_at, inner_at;

static void inner(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)info;
	(void)context;
	inner_at = (uintptr_t)__builtin_frame_address(0);
}

static void outer(int sig, siginfo_t *info, void *context)
{
	stack_t stack = {.ss_flags = SS_DISABLE}, now;

	(void)sig;
	(void)info;
	outer_at = (uintptr_t)__builtin_frame_address(0);
	show("sigaltstack on the stack", sigaltstack(&stack, NULL));
	sigaltstack(NULL, &now);
	printf("in use %d, before %d\n", now.ss_flags == SS_ONSTACK,
	       ((ucontext_t *)context)->uc_stack.ss_flags == SS_ONSTACK);
	raise(SIGUSR2);
}

static void stacks(void)
{
	stack_t stack = {.ss_sp = alt, .ss_size = sizeof(alt)}, now;

	sigaltstack(&stack, NULL);
	handle(SIGUSR1, outer, SA_ONSTACK, 0, 0);
	handle(SIGUSR2, inner, SA_ONSTACK, 0, 0);
	raise(SIGUSR1);
	printf("on it: outer %d inner %d, below %d\n", outer_at - (uintptr_t)alt < sizeof(alt),
	       inner_at - (uintptr_t)alt < sizeof(alt), inner_at < outer_at);
	sigaltstack(NULL, &now);
	printf("afterwards %d\n", now.ss_flags);
	stack.ss_flags = SS_DISABLE;
	sigaltstack(&stack, NULL);
	raise(SIGUSR1);
	printf("without: outer %d\n", outer_at - (uintptr_t)alt < sizeof(alt));
}

/* A handler may rely on the direction flag; the code it interrupted gets its own back. */
static unsigned int flags_within;

static void look_at_flags(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)info;
	(void)context;
	__asm__ volatile("pushfl\n\tpopl %0" : "=r"(flags_within));
	flags_within &= 0x700;
}

static void flags(void)
{
	unsigned int after;

	handle(SIGUSR1, look_at_flags, 0, 0, 0);
	__asm__ volatile("pushl %%ebx\n\tmovl %%edx, %%ebx\n\tstd\n\tint $0x80\n\tpushfl\n\tcld\n\t"
			 "popl %%eax\n\tpopl %%ebx"
			 : "=a"(after)
			 : "a"(SYS_kill), "d"(getpid()), "c"(SIGUSR1)
			 : "memory", "cc");
	printf("flags within %#x, after %#x\n", flags_within, after & 0x400);
}

/* One step at a time; the handler itself is not stepped through. */
static void step(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)info;
	__asm__ volatile("pushfl\n\tpopl %0" : "=r"(flags_within));
	if (++seen == 4)
		((ucontext_t *)context)->uc_mcontext.gregs[REG_EFL] &= ~0x100;
}

static void stepping(void)
{
	seen = 0;
	handle(SIGTRAP, step, 0, 0, 0);
	__asm__ volatile(
		"pushfl\n\torl $0x100, (%%esp)\n\tpopfl\n\tnop\n\tnop\n\tnop\n\tnop\n\tnop\n\tnop"
		:
		:
		: "memory", "cc");
	printf("steps %d, within %#x\n", (int)seen, flags_within & 0x100);
}

/* What the handler writes into the frame is what comes back. */
static void rewrites(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;

	printf("signal %d code %d at the instruction %d\n", sig, info->si_code,
	       (uintptr_t)info->si_addr == (uintptr_t)uc->uc_mcontext.gregs[REG_EIP]);
	uc->uc_mcontext.gregs[REG_EIP] += 2;
	uc->uc_mcontext.gregs[REG_EAX] = 4711;
	uc->uc_mcontext.gregs[REG_EDX] = 0;
	sigaddset(&uc->uc_sigmask, SIGHUP);
	sigaddset(&uc->uc_sigmask, SIGKILL);
}

/* INTO is a trap of its own, not a protection fault: it need not be stepped over. */
static void overflows(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;

	printf("signal %d code %d trap %d\n", sig, info->si_code,
	       (int)uc->uc_mcontext.gregs[REG_TRAPNO]);
	if (uc->uc_mcontext.gregs[REG_TRAPNO] == 13)
		uc->uc_mcontext.gregs[REG_EIP]++;
}

static void exceptions(void)
{
	uint32_t value;

	handle(SIGILL, rewrites, 0, 0, 0);
	handle(SIGFPE, rewrites, 0, 0, 0);
	__asm__ volatile("ud2" : "=a"(value) : : "edx", "memory");
	printf("went on with %u, masks %d %d\n", value, blocked(SIGHUP), blocked(SIGKILL));
	change(SIG_UNBLOCK, SIGHUP);
	__asm__ volatile("divl %%ecx" : "=a"(value) : "0"(1), "c"(0), "d"(0) : "memory", "cc");
	printf("went on with %u\n", value);
	handle(SIGSEGV, overflows, 0, 0, 0);
	__asm__ volatile("movb $127, %%al\n\taddb $1, %%al\n\tinto" : : : "eax", "cc", "memory");
	/* An unmasked x87 exception comes with the next waiting instruction (2 bytes: fwait, nop).
	 */
	__asm__ volatile(
		"fninit\n\tpushl $0x37b\n\tfldcw (%%esp)\n\taddl $4, %%esp\n\tfld1\n\tfldz\n\t"
		"fdivrp\n\tfwait\n\tnop\n\tfninit"
		: "=a"(value)
		:
		: "edx", "memory", "cc", "st", "st(1)");
	printf("went on with %u\n", value);
}

int main(void)
{
	masks();
	together();
	suspends();
	inherited();
	not_to_be_blocked();
	stacks();
	flags();
	stepping();
	exceptions();
	return 0;
}
