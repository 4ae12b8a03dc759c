/* longwaits.c - waits with a limit that is far away: a signal ends them, nothing else, and what is
 * left is what was asked for but for the time that it took. */
#include "try.h"
#include <limits.h>
#include <linux/futex.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <time.h>

/* As the kernel has them, whatever the C library makes of struct timespec. */
struct time32 {
	int32_t sec, nsec;
};
struct time64 {
	int64_t sec, nsec;
};

static const struct time32 far = {INT32_MAX, 999999999};
static const struct time64 last = {INT64_MAX, 999999999};
#define SLACK_NS 1000000 /* Linux counts from a little later on: 50 us */

static sigset_t none;
static int word, bell[2];

static long do_poll(void)
{
	return poll(NULL, 0, INT_MAX);
}

static long do_select(void)
{
	int32_t tv[2] = {INT32_MAX, 999999};

	return syscall(SYS__newselect, 0, NULL, NULL, NULL, tv);
}

static long do_select_carry(void)
{
	int32_t tv[2] = {INT32_MAX, INT32_MAX};

	return syscall(SYS__newselect, 0, NULL, NULL, NULL, tv);
}

static long do_pselect(void)
{
	struct time32 time = far;

	return syscall(SYS_pselect6, 0, NULL, NULL, NULL, &time, NULL);
}

static long do_pselect64(void)
{
	struct time64 time = last;

	return syscall(SYS_pselect6_time64, 0, NULL, NULL, NULL, &time, NULL);
}

static long do_ppoll(void)
{
	struct time32 time = far;

	return syscall(SYS_ppoll, NULL, 0, &time, NULL, 0);
}

static long do_ppoll64(void)
{
	struct time64 time = last;

	return syscall(SYS_ppoll_time64, NULL, 0, &time, NULL, 0);
}

static long do_nanosleep(void)
{
	return syscall(SYS_nanosleep, &far, NULL);
}

static long do_nanosleep64(void)
{
	return syscall(SYS_clock_nanosleep_time64, CLOCK_MONOTONIC, 0, &last, NULL);
}

static long do_nanosleep_until(void)
{
	return syscall(SYS_clock_nanosleep_time64, CLOCK_REALTIME, TIMER_ABSTIME, &last, NULL);
}

static long do_futex(void)
{
	return syscall(SYS_futex, &word, FUTEX_WAIT, 0, &far, NULL, 0);
}

static long do_futex64(void)
{
	return syscall(SYS_futex_time64, &word, FUTEX_WAIT, 0, &last, NULL, 0);
}

static long do_futex_until(void)
{
	return syscall(SYS_futex_time64, &word, FUTEX_WAIT_BITSET, 0, &last, NULL, ~0);
}

static long do_sigtimedwait(void)
{
	return syscall(SYS_rt_sigtimedwait, &none, NULL, &far, 8);
}

static long do_sigtimedwait64(void)
{
	return syscall(SYS_rt_sigtimedwait_time64, &none, NULL, &last, 8);
}

static const struct wait {
	const char *name;
	long (*call)(void);
} waits[] = {
	{"poll", do_poll},
	{"select", do_select},
	{"select, a carry", do_select_carry},
	{"pselect", do_pselect},
	{"pselect 64", do_pselect64},
	{"ppoll", do_ppoll},
	{"ppoll 64", do_ppoll64},
	{"nanosleep", do_nanosleep},
	{"nanosleep 64", do_nanosleep64},
	{"nanosleep until", do_nanosleep_until},
	{"futex", do_futex},
	{"futex 64", do_futex64},
	{"futex until", do_futex_until},
	{"sigtimedwait", do_sigtimedwait},
	{"sigtimedwait 64", do_sigtimedwait64},
};

static void handler(int sig)
{
	(void)sig;
}

/* A child that sends a signal every few milliseconds, and one at once for each byte it is written:
 * one of them meets the wait. */
static pid_t start_signals(void)
{
	struct pollfd pfd = {.events = POLLIN};
	pid_t pid;
	char c;

	if (pipe(bell))
		die("pipe");
	fflush(stdout);
	pid = fork();
	if (pid < 0)
		die("fork");
	if (pid)
		return pid;
	pfd.fd = bell[0];
	for (;;) {
		if (poll(&pfd, 1, 5) == 1 && read(bell[0], &c, 1) != 1)
			_exit(1);
		kill(getppid(), SIGUSR1);
	}
}

static void sleep_left(struct time32 asked)
{
	struct time32 left = {-1, -1};
	struct timespec before, after;
	int64_t gone;
	long result;

	clock_gettime(CLOCK_MONOTONIC, &before);
	if (write(bell[1], "", 1) != 1)
		die("write");
	result = syscall(SYS_nanosleep, &asked, &left);
	clock_gettime(CLOCK_MONOTONIC, &after);
	gone = (int64_t)asked.sec - left.sec;
	show("nanosleep", result);
	printf("left: not more than asked for %d, most of it %d\n",
	       -gone * 1000000000 + left.nsec - asked.nsec < SLACK_NS, gone < 60);
	gone = gone * 1000000000 + asked.nsec - left.nsec;
	printf("gone: not more than it took %d\n",
	       gone <= (after.tv_sec - before.tv_sec) * 1000000000ll + after.tv_nsec -
			       before.tv_nsec);
}

int main(void)
{
	struct sigaction action = {.sa_handler = handler, .sa_flags = 0};
	pid_t pid;

	sigemptyset(&none);
	sigaction(SIGUSR1, &action, NULL);
	pid = start_signals();
	for (unsigned int i = 0; i < sizeof(waits) / sizeof(waits[0]); i++)
		show(waits[i].name, waits[i].call());
	for (int i = 0; i < 10; i++)
		sleep_left((struct time32){100, 1 + i * 1000000});
	for (int i = 1; i <= 10; i++) /* a carry, more and more often */
		sleep_left((struct time32){100, i * 100000000 - 1});
	sleep_left((struct time32){INT32_MAX, 1});
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) != pid)
		;
	return 0;
}
