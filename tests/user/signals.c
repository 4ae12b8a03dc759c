/* signals.c - handlers, masks, restarted calls, frames, stacks, queues, timers, stopping. */
#include "try.h"
#include <fenv.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/ucontext.h>
#include <time.h>

static volatile sig_atomic_t count, last, on_alt;
static sigjmp_buf env;
static char *area;
static char alt[65536];
static volatile int *volatile nowhere = (int *)16;

static void counting(int sig)
{
	count++;
	last = sig;
}

static void handle(int sig, void (*fn)(int), int flags)
{
	struct sigaction action = {.sa_handler = fn, .sa_flags = flags};

	sigaction(sig, &action, NULL);
}

static void handle_info(int sig, void (*fn)(int, siginfo_t *, void *), int flags)
{
	struct sigaction action = {.sa_sigaction = fn, .sa_flags = flags | SA_SIGINFO};

	sigaction(sig, &action, NULL);
}

static void basics(void)
{
	struct sigaction old;
	sigset_t set, pending;

	handle(SIGUSR1, counting, 0);
	raise(SIGUSR1);
	printf("raised: %d %d\n", (int)count, (int)last);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	raise(SIGUSR1);
	raise(SIGUSR1);
	sigpending(&pending);
	printf("blocked: %d pending %d\n", (int)count, sigismember(&pending, SIGUSR1));
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	printf("unblocked: %d\n", (int)count);
	handle(SIGUSR2, counting, SA_RESETHAND);
	raise(SIGUSR2);
	sigaction(SIGUSR2, NULL, &old);
	printf("reset %d\n", old.sa_handler == SIG_DFL);
	signal(SIGUSR1, SIG_IGN);
	raise(SIGUSR1);
	printf("ignored: %d\n", (int)count);
	show("SIGKILL handler", sigaction(SIGKILL, &old, NULL));
	show("signal 65", kill(getpid(), 65));
}

/* A handler that runs inside itself, or not. */
static volatile int depth, deepest;
static void nesting(int sig)
{
	if (++depth > deepest)
		deepest = depth;
	if (depth < 3)
		raise(sig);
	depth--;
}

static void nested(void)
{
	handle(SIGUSR1, nesting, SA_NODEFER);
	raise(SIGUSR1);
	printf("nested %d\n", deepest);
}

static void with_info(int sig, siginfo_t *info, void *uc)
{
	ucontext_t *context = uc;

	printf("signal %d code %d mine %d value %d mask %d\n", sig, info->si_code,
	       info->si_pid == getpid(), info->si_code == SI_QUEUE ? info->si_value.sival_int : 0,
	       sigismember(&context->uc_sigmask, SIGUSR2));
}

static void details(void)
{
	sigset_t set;

	handle_info(SIGUSR1, with_info, 0);
	kill(getpid(), SIGUSR1);
	sigqueue(getpid(), SIGUSR1, (union sigval){.sival_int = 42});
	/* Real-time signals queue, in order. */
	handle_info(SIGRTMIN, with_info, 0);
	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN);
	sigprocmask(SIG_BLOCK, &set, NULL);
	for (int i = 1; i <= 3; i++)
		sigqueue(getpid(), SIGRTMIN, (union sigval){.sival_int = i});
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static void repair(int sig, siginfo_t *info, void *uc)
{
	printf("signal %d code %d right %d trap %d\n", sig, info->si_code,
	       (char *)info->si_addr == area + 5,
	       (int)((ucontext_t *)uc)->uc_mcontext.gregs[REG_TRAPNO]);
	mprotect(area, PAGE, PROT_READ | PROT_WRITE);
}

static void skip_back(int sig)
{
	siglongjmp(env, sig);
}

static void faults(void)
{
	area = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	handle_info(SIGSEGV, repair, 0);
	area[5] = 77;
	printf("repaired %d\n", area[5]);
	handle(SIGSEGV, skip_back, 0);
	if (sigsetjmp(env, 1) == 0)
		*nowhere = 1;
	else
		printf("jumped out\n");
	if (sigsetjmp(env, 1) == 0)
		*nowhere = 1;
	else
		printf("and again\n");
}

static void blocked_fault(void)
{
	sigset_t set;

	handle(SIGSEGV, counting, 0);
	sigemptyset(&set);
	sigaddset(&set, SIGSEGV);
	sigprocmask(SIG_BLOCK, &set, NULL);
	*nowhere = 1;
}

static void ignored_fault(void)
{
	signal(SIGSEGV, SIG_IGN);
	*nowhere = 1;
}

static int endless(int n)
{
	volatile char frame[PAGE];

	frame[0] = (char)n;
	return n < 0 ? 0 : endless(n + 1) + frame[0];
}

static void overflowing(int sig)
{
	char here;

	on_alt = (uintptr_t)&here - (uintptr_t)alt < sizeof(alt);
	siglongjmp(env, sig);
}

static void alternate(void)
{
	stack_t stack = {.ss_sp = alt, .ss_size = sizeof(alt)}, old;

	stack.ss_size = 100;
	show("small stack", sigaltstack(&stack, NULL));
	stack.ss_size = sizeof(alt);
	show("stack", sigaltstack(&stack, NULL));
	handle(SIGSEGV, overflowing, SA_ONSTACK);
	if (sigsetjmp(env, 1) == 0)
		printf("never %d\n", endless(0));
	printf("on the alternate stack %d\n", (int)on_alt);
	sigaltstack(NULL, &old);
	printf("size %d flags %d\n", old.ss_size == sizeof(alt), old.ss_flags);
}

/* x87 and SSE registers come back as they were. */
static void arithmetic(int sig)
{
	volatile double x = sig;

	for (int i = 0; i < 10; i++)
		x = x / 3 + 1;
	fesetround(FE_UPWARD);
	count++;
}

static void floats(void)
{
	long double a = 1.25L, sum = 0;
	float f = 0.5f;

	handle(SIGUSR1, arithmetic, 0);
	count = 0;
	fesetround(FE_DOWNWARD);
	for (int i = 0; i < 5; i++) {
		sum += a * i + f;
		raise(SIGUSR1);
	}
	printf("sum %.3Lf rounding kept %d handlers %d\n", sum, fegetround() == FE_DOWNWARD,
	       (int)count);
}

/* A pipe that gets its byte after two signals have come. */
static void slow_read(const char *what, int flags)
{
	int ends[2];
	char c = 0;
	long n;
	pid_t parent = getpid(), child;

	count = 0;
	handle(SIGUSR1, counting, flags);
	if (pipe(ends))
		die("pipe");
	fflush(stdout);
	child = fork();
	if (child == 0) {
		for (int i = 0; i < 2; i++) {
			usleep(50000);
			kill(parent, SIGUSR1);
		}
		usleep(50000);
		_exit(write(ends[1], "x", 1) != 1);
	}
	n = read(ends[0], &c, 1);
	printf("%s: %ld %s, signals so far %s\n", what, n, n < 0 ? strerrorname_np(errno) : "",
	       count == 2   ? "two"
	       : count == 1 ? "one"
			    : "none");
	while (waitpid(child, NULL, 0) < 0)
		;
	close(ends[0]);
	close(ends[1]);
}

static void restarts(void)
{
	struct timespec time = {0, 200000000}, left = {9, 0};
	struct pollfd none = {.fd = -1};
	pid_t parent = getpid(), child;

	slow_read("restarted read", SA_RESTART);
	slow_read("interrupted read", 0);
	fflush(stdout);
	child = fork();
	if (child == 0) {
		usleep(50000);
		kill(parent, SIGUSR1);
		usleep(100000);
		kill(parent, SIGUSR1);
		_exit(0);
	}
	handle(SIGUSR1, counting, SA_RESTART);
	show("nanosleep", nanosleep(&time, &left));
	printf("left %d\n", left.tv_sec == 0 && left.tv_nsec > 0);
	show("poll", poll(&none, 1, 1000));
	while (waitpid(child, NULL, 0) < 0)
		;
}

static void waiting(void)
{
	sigset_t set, old;
	siginfo_t info;
	struct timespec time = {0, 30000000};
	pid_t parent = getpid(), child;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, &old);
	handle(SIGUSR1, counting, 0);
	count = 0;
	child = fork();
	if (child == 0) {
		usleep(30000);
		kill(parent, SIGUSR1);
		usleep(30000);
		_exit(3);
	}
	show("sigsuspend", sigsuspend(&old));
	printf("handled %d\n", (int)count);
	/* A signal that is ignored by default can be waited for. */
	printf("sigwaitinfo %d ", sigwaitinfo(&set, &info) == SIGCHLD);
	printf("child %d code %d status %d\n", info.si_pid == child, info.si_code, info.si_status);
	waitpid(child, NULL, 0);
	show("sigtimedwait", sigtimedwait(&set, &info, &time));
	raise(SIGUSR1);
	printf("fetched %d handled %d\n", sigtimedwait(&set, &info, &time) == SIGUSR1, (int)count);
	sigprocmask(SIG_SETMASK, &old, NULL);
}

static void timers(void)
{
	struct itimerval every = {{0, 20000}, {0, 20000}}, off = {{0, 0}, {0, 0}}, old;

	handle(SIGALRM, counting, 0);
	count = 0;
	setitimer(ITIMER_REAL, &every, NULL);
	while (count < 3)
		pause();
	setitimer(ITIMER_REAL, &off, &old);
	printf("interval %ld\n", (long)old.it_interval.tv_usec);
	alarm(100);
	printf("left %u\n", alarm(1));
	count = 0;
	pause();
	printf("alarm %d, left %u\n", (int)count, alarm(0));
}

static void news(pid_t child, int options)
{
	int status;

	if (waitpid(child, &status, options) != child)
		printf("nothing\n");
	else if (WIFSTOPPED(status))
		printf("stopped by %d\n", WSTOPSIG(status));
	else if (WIFCONTINUED(status))
		printf("continued\n");
	else if (WIFSIGNALED(status))
		printf("killed by %d\n", WTERMSIG(status));
	else
		printf("exit %d\n", WEXITSTATUS(status));
}

static void stopping(void)
{
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child == 0)
		for (;;)
			pause();
	kill(child, SIGSTOP);
	news(child, WUNTRACED);
	news(child, WNOHANG);
	kill(child, SIGCONT);
	news(child, WCONTINUED);
	kill(child, SIGSTOP);
	news(child, WUNTRACED);
	kill(child, SIGTERM); /* waits until it goes on */
	news(child, WNOHANG);
	kill(child, SIGCONT);
	news(child, 0);
	child = fork();
	if (child == 0) {
		raise(SIGSTOP);
		_exit(6);
	}
	news(child, WUNTRACED);
	kill(child, SIGKILL);
	news(child, 0);
}

/* A process group dies as one. */
static void groups(void)
{
	pid_t leader, second;

	fflush(stdout);
	leader = fork();
	if (leader == 0)
		for (;;)
			pause();
	second = fork();
	if (second == 0)
		for (;;)
			pause();
	show("setpgid", setpgid(leader, leader));
	show("setpgid 2", setpgid(second, leader));
	show("no such group", setpgid(second, 30000));
	printf("group %d\n", getpgid(second) == leader);
	show("kill", kill(-leader, SIGTERM));
	waitpid(-leader, NULL, 0);
	waitpid(-leader, NULL, 0);
	show("gone", kill(-leader, 0));
}

static void ignore_children(void)
{
	signal(SIGCHLD, SIG_IGN);
	if (fork() == 0)
		_exit(1);
	show("wait", wait(NULL));
	signal(SIGCHLD, SIG_DFL);
}

int main(void)
{
	basics();
	nested();
	details();
	faults();
	in_child("blocked fault", blocked_fault);
	in_child("ignored fault", ignored_fault);
	alternate();
	floats();
	restarts();
	waiting();
	timers();
	stopping();
	in_child("groups", groups);
	in_child("ignore children", ignore_children);
	return 0;
}
