/*
 * livefpu.c - the floating-point registers belong to a task: across switches between tasks that
 * never make a system call, into a child, into a handler (which starts with fresh ones) and back,
 * and not into the next program.
 */
#include "try.h"
#include <signal.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/ucontext.h>

#define TASKS 3
#define TURNS 25000000u /* see liveregs.c */

struct fpu {
	uint16_t control, pad;
	uint32_t mxcsr;
	double st[8]; /* st[7] is pushed first */
	float xmm[8][4];
};
static struct fpu want, got;
static uint32_t turns;

/* Loads all, lets `turns` pass, stores all; the stack of the x87 is empty again. */
#define LOAD(i)	     "fldl 8+8*" #i "(%[from])\n\t"
#define STORE(i)     "fstpl 8+8*" #i "(%[to])\n\t"
#define LOAD_XMM(i)  "movups 72+16*" #i "(%[from]), %%xmm" #i "\n\t"
#define STORE_XMM(i) "movups %%xmm" #i ", 72+16*" #i "(%[to])\n\t"
#define EACH(m)	     m(0) m(1) m(2) m(3) m(4) m(5) m(6) m(7)
#define LOAD_ALL                                                             \
	"fninit\n\t" LOAD(7) LOAD(6) LOAD(5) LOAD(4) LOAD(3) LOAD(2) LOAD(1) \
		LOAD(0) "fldcw (%[from])\n\tldmxcsr 4(%[from])\n\t" EACH(LOAD_XMM)
#define STORE_ALL                                            \
	"fnstcw (%[to])\n\tstmxcsr 4(%[to])\n\t" EACH(STORE) \
		EACH(STORE_XMM) "fninit\n\tldmxcsr %[initial]\n\t"
#define STATES [from] "S"(&want), [to] "D"(&got), [initial] "m"(mxcsr_initial)
/* The SSE registers are not the compiler's (-march=i686). */
#define FPU_CLOBBERS \
	"memory", "cc", "st", "st(1)", "st(2)", "st(3)", "st(4)", "st(5)", "st(6)", "st(7)"

static const uint32_t mxcsr_initial = 0x1f80;

static void choose(int seed)
{
	memset(&want, 0, sizeof(want));
	memset(&got, 0xee, sizeof(got));
	want.control = (uint16_t)(0x037f | (seed & 3) << 10); /* rounding */
	want.mxcsr = 0x1f80u | (uint32_t)(~seed & 3) << 13;
	for (int i = 0; i < 8; i++) {
		want.st[i] = seed * 1000 + i + 0.5;
		for (int k = 0; k < 4; k++)
			want.xmm[i][k] = (float)(seed * 100 + i * 4 + k) + 0.25f;
	}
}

static int same(void)
{
	got.pad = 0;
	got.mxcsr &= ~0x3fu; /* what arithmetic has noted */
	return memcmp(&want, &got, sizeof(want)) == 0;
}

static void spin(int me)
{
	choose(me + 1);
	turns = TURNS;
	__asm__ volatile(LOAD_ALL "1:\tdecl %[turns]\n\tjnz 1b\n\t" STORE_ALL
			 : [turns] "+m"(turns)
			 : STATES
			 : FPU_CLOBBERS);
	_exit(same() ? 1 : 50);
}

static void switches(void)
{
	int sum = 0, status;

	fflush(stdout);
	for (int me = 0; me < TASKS; me++) {
		pid_t pid = fork();

		if (pid < 0)
			die("fork");
		if (pid == 0)
			spin(me);
	}
	for (int i = 0; i < TASKS; i++) {
		wait(&status);
		sum += WEXITSTATUS(status);
	}
	printf("kept in %d of %d tasks\n", sum, TASKS);
}

/* A system call between load and store; its result. */
static long call_between(long number, long first, long second)
{
	__asm__ volatile(LOAD_ALL
			 "pushl %%ebx\n\tmovl %%edx, %%ebx\n\tint $0x80\n\tpopl %%ebx\n\t" STORE_ALL
			 : "+a"(number)
			 : STATES, "d"(first), "c"(second)
			 : FPU_CLOBBERS);
	return number;
}

static void child_inherits(void)
{
	int status, kept;
	pid_t child;

	choose(7);
	fflush(stdout);
	child = (pid_t)call_between(SYS_fork, 0, 0);
	kept = same();
	if (child == 0)
		_exit(kept);
	waitpid(child, &status, 0);
	printf("fork: kept in the child %d, in the parent %d\n", WEXITSTATUS(status), kept);
}

static uint32_t handler_mxcsr;
static uint16_t handler_control, handler_status;
static uint32_t frame_control, frame_mxcsr;

/* What it finds, and what it leaves behind. */
static void spoils(int sig, siginfo_t *info, void *context)
{
	const uint32_t *frame = (const void *)((ucontext_t *)context)->uc_mcontext.fpregs;

	(void)sig;
	(void)info;
	__asm__ volatile("fnstcw %0\n\tfnstsw %1\n\tstmxcsr %2"
			 : "=m"(handler_control), "=m"(handler_status), "=m"(handler_mxcsr));
	frame_control = frame[0] & 0xffff;
	frame_mxcsr = frame[28 + 6]; /* of the FXSAVE image behind the 112 bytes of FSAVE's */
	__asm__ volatile("fninit\n\tfldpi\n\tfldpi\n\tfldpi\n\txorps %xmm0, %xmm0\n\t"
			 "xorps %xmm3, %xmm3\n\txorps %xmm7, %xmm7");
}

static void handler_starts_fresh(void)
{
	struct sigaction action = {.sa_sigaction = spoils, .sa_flags = SA_SIGINFO};

	sigaction(SIGUSR1, &action, NULL);
	choose(9);
	call_between(SYS_kill, getpid(), SIGUSR1);
	printf("handler: control %#x status top %d mxcsr %#x\n", handler_control,
	       handler_status >> 11 & 7, handler_mxcsr);
	printf("frame: control %#x mxcsr %#x\n", frame_control, frame_mxcsr & ~0x3fu);
	printf("after the handler: kept %d\n", same());
}

/* The handler's frame may be changed: what returns is what stands in it. */
static void changes(int sig, siginfo_t *info, void *context)
{
	uint32_t *frame = (void *)((ucontext_t *)context)->uc_mcontext.fpregs;
	double value = 77.5;

	(void)sig;
	(void)info;
	frame[28 + 6] = 0x3f80;		    /* MXCSR: round down */
	memcpy(frame + 28 + 40, &value, 8); /* low half of xmm0 */
}

static void frame_is_what_returns(void)
{
	struct sigaction action = {.sa_sigaction = changes, .sa_flags = SA_SIGINFO};
	double low;

	sigaction(SIGUSR1, &action, NULL);
	choose(3);
	call_between(SYS_kill, getpid(), SIGUSR1);
	memcpy(&low, got.xmm[0], 8);
	printf("changed frame: mxcsr %#x xmm0 %.1f\n", got.mxcsr & ~0x3fu, low);
}

/* Bits that no MXCSR has would be an exception, in the kernel, when it loads them. */
static void lies(int sig, siginfo_t *info, void *context)
{
	uint32_t *frame = (void *)((ucontext_t *)context)->uc_mcontext.fpregs;

	(void)sig;
	(void)info;
	frame[28 + 6] = 0xffffffff;
}

/* Kernels refuse the frame or leave the bits out. */
static void frame_may_lie(void)
{
	struct sigaction action = {.sa_sigaction = lies, .sa_flags = SA_SIGINFO};
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		sigaction(SIGUSR1, &action, NULL);
		choose(4);
		call_between(SYS_kill, getpid(), SIGUSR1);
		_exit(got.mxcsr >> 16 != 0);
	}
	waitpid(pid, &status, 0);
	printf("bits that there are not: %d\n", status == 0 || WTERMSIG(status) == SIGSEGV);
}

/* A fresh program has fresh registers, whatever the old one left. */
static void report_start(void)
{
	uint16_t control, status;
	uint32_t mxcsr;

	__asm__ volatile("fnstcw %0\n\tfnstsw %1\n\tstmxcsr %2"
			 : "=m"(control), "=m"(status), "=m"(mxcsr));
	printf("new program: control %#x top %d mxcsr %#x\n", control, status >> 11 & 7,
	       mxcsr & ~0x3fu);
}

static void exec_starts_fresh(void)
{
	static char path[256];
	char *const args[] = {(char *)"livefpu", (char *)"fresh", NULL};

	if (readlink("/proc/self/exe", path, sizeof(path) - 1) < 0)
		die("/proc/self/exe");
	choose(2);
	__asm__ volatile(LOAD_ALL : : STATES : FPU_CLOBBERS);
	execv(path, args);
	die("execv");
}

int main(int argc, char **argv)
{
	(void)argv;
	report_start();
	if (argc > 1)
		return 0;
	switches();
	child_inherits();
	handler_starts_fresh();
	frame_is_what_returns();
	frame_may_lie();
	in_child("exec", exec_starts_fresh);
	return 0;
}
