/* restart.c - waits with a limit that a stop interrupts: they end when they would have, not
 * earlier. */
#include "try.h"
#include <linux/futex.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <time.h>

#define LIMIT_MS 200

static uint32_t *word;
static int pipe_fds[2];

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static const struct timespec limit = {0, LIMIT_MS * 1000000};

static long do_nanosleep(void)
{
	return nanosleep(&limit, NULL);
}

static long do_clock_nanosleep(void)
{
	struct timespec when;

	clock_gettime(CLOCK_MONOTONIC, &when);
	when.tv_nsec += limit.tv_nsec;
	when.tv_sec += when.tv_nsec / 1000000000;
	when.tv_nsec %= 1000000000;
	errno = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &when, NULL);
	return errno ? -1 : 0;
}

static long do_poll(void)
{
	return poll(NULL, 0, LIMIT_MS);
}

static long do_ppoll(void)
{
	sigset_t none;

	sigemptyset(&none);
	return ppoll(NULL, 0, &limit, &none);
}

static long do_select(void)
{
	struct timeval tv = {0, LIMIT_MS * 1000};

	return select(0, NULL, NULL, NULL, &tv);
}

static long do_pselect(void)
{
	sigset_t none;

	sigemptyset(&none);
	return pselect(0, NULL, NULL, NULL, &limit, &none);
}

static long do_futex(void)
{
	return syscall(SYS_futex, word, FUTEX_WAIT, 0, &limit, NULL, 0);
}

static long do_futex_moment(void)
{
	struct timespec when;

	clock_gettime(CLOCK_MONOTONIC, &when);
	when.tv_nsec += limit.tv_nsec;
	when.tv_sec += when.tv_nsec / 1000000000;
	when.tv_nsec %= 1000000000;
	return syscall(SYS_futex, word, FUTEX_WAIT_BITSET, 0, &when, NULL, ~0u);
}

static long do_poll_pipe(void)
{
	struct pollfd pfd = {.fd = pipe_fds[0], .events = POLLIN};

	return poll(&pfd, 1, -1);
}

static long do_select_pipe(void)
{
	fd_set set;

	FD_ZERO(&set);
	FD_SET(pipe_fds[0], &set);
	return select(pipe_fds[0] + 1, &set, NULL, NULL, NULL);
}

static long do_futex_wake(void)
{
	return syscall(SYS_futex, word, FUTEX_WAIT, 0, NULL, NULL, 0);
}

static const struct wait {
	const char *name;
	long (*call)(void);
	int limited;
} waits[] = {
	{"nanosleep", do_nanosleep, 1},
	{"clock_nanosleep", do_clock_nanosleep, 1},
	{"poll", do_poll, 1},
	{"ppoll", do_ppoll, 1},
	{"select", do_select, 1},
	{"pselect", do_pselect, 1},
	{"futex", do_futex, 1},
	{"futex until", do_futex_moment, 1},
	{"poll for ever", do_poll_pipe, 0},
	{"select for ever", do_select_pipe, 0},
	{"futex for ever", do_futex_wake, 0},
};

static void handler(int sig)
{
	(void)sig;
}

static void waiter(const struct wait *wait)
{
	int64_t began = now_ms(), took;
	long result = wait->call();
	int err = result < 0 ? errno : 0;

	took = now_ms() - began;
	printf("%s: %s%s\n", wait->name,
	       result < 0 ? strerrorname_np(err)
	       : result	  ? "ready"
			  : "0",
	       wait->limited && took < LIMIT_MS && err != EINTR ? ", too early" : "");
	exit(0);
}

static pid_t start(const struct wait *wait)
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0)
		waiter(wait);
	usleep(40000);
	return pid;
}

static void stopped(const struct wait *wait, unsigned int stop_us)
{
	pid_t pid = start(wait);
	int status;
	char c = 0;

	kill(pid, SIGSTOP);
	waitpid(pid, &status, WUNTRACED);
	usleep(stop_us);
	kill(pid, SIGCONT);
	if (!wait->limited) {
		usleep(20000);
		if (write(pipe_fds[1], &c, 1) != 1)
			die("write");
		syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0);
	}
	waitpid(pid, &status, 0);
	if (!wait->limited && read(pipe_fds[0], &c, 1) != 1)
		die("read");
}

/* A handler ends them all. */
static void handled(const struct wait *wait)
{
	pid_t pid = start(wait);

	kill(pid, SIGUSR1);
	waitpid(pid, NULL, 0);
}

int main(void)
{
	struct sigaction action = {.sa_handler = handler, .sa_flags = 0};
	unsigned int i;

	word = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (word == MAP_FAILED || pipe(pipe_fds))
		die("mmap, pipe");
	sigaction(SIGUSR1, &action, NULL);
	for (i = 0; i < sizeof(waits) / sizeof(waits[0]); i++)
		stopped(&waits[i], 20000);
	printf("stopped for longer than the limit:\n");
	for (i = 0; waits[i].limited; i++)
		stopped(&waits[i], (LIMIT_MS + 50) * 1000);
	printf("handled:\n");
	for (i = 0; i < sizeof(waits) / sizeof(waits[0]); i++)
		handled(&waits[i]);
	return 0;
}
