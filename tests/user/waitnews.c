/* waitnews.c - which news of which child a wait hands over, how often, and to whom. */
#include "try.h"
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>

static volatile sig_atomic_t sigchlds;

static void count_child(int sig)
{
	(void)sig;
	sigchlds++;
}

static void print(const char *what, pid_t got, pid_t want, int status)
{
	if (got < 0)
		printf("%s: %s\n", what, strerrorname_np(errno));
	else if (got == 0)
		printf("%s: no news\n", what);
	else if (got != want)
		printf("%s: of another child\n", what);
	else if (WIFSTOPPED(status))
		printf("%s: stopped by %d\n", what, WSTOPSIG(status));
	else if (WIFCONTINUED(status))
		printf("%s: continued\n", what);
	else if (WIFSIGNALED(status))
		printf("%s: killed by %d\n", what, WTERMSIG(status));
	else
		printf("%s: exit %d\n", what, WEXITSTATUS(status));
}

static void ask(const char *what, pid_t which, pid_t child, int options)
{
	int status = -1;
	pid_t got = waitpid(which, &status, options);

	print(what, got, child, status);
}

static void ask_id(const char *what, idtype_t type, pid_t id, pid_t child, int options)
{
	siginfo_t info;

	memset(&info, 0xee, sizeof(info));
	if (waitid(type, (id_t)id, &info, options))
		printf("%s: %s\n", what, strerrorname_np(errno));
	else if (info.si_pid == 0)
		printf("%s: no news, signal %d\n", what, info.si_signo);
	else
		printf("%s: mine %d signal %d code %d status %d\n", what, info.si_pid == child,
		       info.si_signo, info.si_code, info.si_status);
}

static pid_t sleeper(void)
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0)
		for (;;)
			pause();
	return pid;
}

static pid_t exits(int code)
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0)
		_exit(code);
	return pid;
}

/* A stop is told once, and only to those who ask for stops. */
static void stops(void)
{
	pid_t child = sleeper();

	kill(child, SIGSTOP);
	ask_id("stop, looked at", P_PID, child, child, WSTOPPED | WNOWAIT);
	ask("stop, ends only", child, child, WNOHANG);
	ask("stop, continuations only", child, child, WNOHANG | WCONTINUED);
	ask_id("stop, by ends and continuations", P_PID, child, child,
	       WEXITED | WCONTINUED | WNOHANG);
	ask("stop", child, child, WUNTRACED);
	ask("stop again", child, child, WUNTRACED | WNOHANG);
	ask_id("stop, looked at again", P_PID, child, child, WSTOPPED | WNOWAIT | WNOHANG);
	kill(child, SIGCONT);
	ask_id("continuation, looked at", P_ALL, 0, child, WCONTINUED | WNOWAIT);
	ask("continuation, stops only", child, child, WUNTRACED | WNOHANG);
	ask("continuation", child, child, WCONTINUED);
	ask("continuation again", child, child, WCONTINUED | WUNTRACED | WNOHANG);
	/* A stop that nobody heard of before it was over is no news. */
	kill(child, SIGSTOP);
	ask_id("second stop, looked at", P_PID, child, child, WSTOPPED | WNOWAIT);
	kill(child, SIGCONT);
	ask_id("second continuation", P_PID, child, child, WCONTINUED | WNOWAIT);
	ask("second stop, too late", child, child, WUNTRACED | WNOHANG);
	kill(child, SIGKILL);
	ask_id("end, looked at", P_PID, child, child, WEXITED | WNOWAIT);
	ask_id("end, by stops only", P_PID, child, child, WSTOPPED | WNOHANG);
	ask("end", child, child, 0);
	ask("end again", child, child, WNOHANG);
}

/* Signals: by default for stops too, not with SA_NOCLDSTOP. */
static void stop_signals(void)
{
	struct sigaction action = {.sa_handler = count_child,
				   .sa_flags = SA_NOCLDSTOP | SA_RESTART};
	pid_t child;

	sigaction(SIGCHLD, &action, NULL);
	sigchlds = 0;
	child = sleeper();
	kill(child, SIGSTOP);
	ask("quiet stop", child, child, WUNTRACED);
	printf("signals %d\n", (int)sigchlds);
	kill(child, SIGCONT);
	ask("quiet continuation", child, child, WCONTINUED);
	printf("signals %d\n", (int)sigchlds);
	action.sa_flags = SA_RESTART;
	sigaction(SIGCHLD, &action, NULL);
	kill(child, SIGSTOP);
	ask("loud stop", child, child, WUNTRACED);
	printf("signals %d\n", (int)sigchlds);
	kill(child, SIGKILL);
	ask("end", child, child, 0);
	printf("signals %d\n", (int)sigchlds);
	signal(SIGCHLD, SIG_DFL);
}

/* By process, by group, any. */
static void choices(void)
{
	pid_t first = exits(3), second = sleeper(), third;

	setpgid(second, second);
	ask("my group", 0, first, 0);
	third = exits(4);
	ask("by its id", third, third, 0);
	ask("my group", 0, 0, WNOHANG);
	ask("its group", -second, second, WNOHANG);
	ask("no such group", -third, 0, WNOHANG);
	kill(second, SIGTERM);
	ask_id("its group", P_PGID, second, second, WEXITED);
	ask("any", -1, 0, 0);
	show("pid of nobody", waitpid(1, NULL, WNOHANG));
	show("unknown option", waitpid(-1, NULL, 0x100));
	show("no kind of news", waitid(P_ALL, 0, NULL, WNOHANG));
	show("unknown kind of id", waitid((idtype_t)77, 0, NULL, WEXITED));
}

/* A child that sends another signal at its end, or none, is a "clone" child. */
static void clones(void)
{
	pid_t child;

	fflush(stdout);
	child = (pid_t)syscall(SYS_clone, 0, NULL, NULL, NULL, NULL);
	if (child == 0)
		_exit(8);
	usleep(20000);
	ask("clone child, plain wait", -1, child, WNOHANG);
	ask("clone child, __WCLONE", -1, child, __WCLONE);
	child = exits(9);
	ask("plain child, __WCLONE", -1, child, __WCLONE | WNOHANG);
	ask("plain child, __WALL", -1, child, __WALL);
}

/* The time of a child is its parent's only once it has been waited for. */
static void usage(void)
{
	struct rusage all;
	int status;
	pid_t child = exits(0);

	memset(&all, 0xee, sizeof(all));
	printf("usage of it %d", wait4(child, &status, 0, &all) == child);
	printf(", faults %d, swaps %ld\n", all.ru_minflt > 0 && all.ru_minflt < 100000,
	       all.ru_nswap);
	show("bad status address", waitpid(exits(0), (int *)16, 0));
}

int main(void)
{
	stops();
	stop_signals();
	choices();
	clones();
	usage();
	return 0;
}
