/*
 * init.c - process 1 of a Linux that is recorded: runs what /etc/job asks for (disk/init/job.c).
 *
 * Linux's kernel knows nothing of the plugin. What can be said from a program, this one says, by
 * the same port (hint.c): who the guest is, where its kernel keeps its tasks (tasks.c), which job
 * runs, what it wrote, with what status it ended.
 *
 * While a job runs this process sleeps, but for a look once a second at what the job has written:
 * standard output and error are files, as a pipe would wake the reader in between. Both are shown
 * on the console when the job is over, as far as MAX_SHOWN goes.
 *
 * Ends by powering the machine off, as Bochs's port does it; there is no ACPI.
 */
#include "../init/job.h"
#include "hint.h"
#include "tasks.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define POWER_PORT 0x8900
#define MAX_SHOWN  4096 /* bytes of each stream on the console: 115,200 bit/s are slow */
#define STREAMS	   2

static struct stream {
	const char *path;
	int fd;
	off_t told;
} streams[STREAMS] = {{"/run/stdout", -1, 0}, {"/run/stderr", -1, 0}};

static void mount_at(const char *type, const char *dir)
{
	mkdir(dir, 0755);
	if (mount(type, dir, type, 0, NULL))
		die(dir);
}

static void open_streams(void)
{
	mkdir("/run", 0755);
	for (int i = 0; i < STREAMS; i++) {
		streams[i].fd = open(streams[i].path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
		if (streams[i].fd < 0)
			die(streams[i].path);
	}
}

/* Hands on what the streams have got since the last time. */
static void tell_streams(void)
{
	static char piece[TRACE_OUTPUT_MAX];
	ssize_t n;

	for (int i = 0; i < STREAMS; i++) {
		while ((n = pread(streams[i].fd, piece, sizeof(piece), streams[i].told)) > 0) {
			hint_output(i + 1, piece, (unsigned int)n);
			streams[i].told += n;
		}
	}
}

static void show_streams(void)
{
	static char text[MAX_SHOWN];
	ssize_t n;

	for (int i = 0; i < STREAMS; i++) {
		n = pread(streams[i].fd, text, sizeof(text), 0);
		for (ssize_t at = 0, put; at < n; at += put) {
			put = write(1, text + at, (size_t)(n - at));
			if (put <= 0)
				return;
		}
		if (streams[i].told > MAX_SHOWN)
			printf("\n[and %lld bytes more]\n",
			       (long long)(streams[i].told - MAX_SHOWN));
		fflush(stdout);
	}
}

static void mark(const char *label, const char *suffix)
{
	char text[TRACE_STR_MAX];

	snprintf(text, sizeof(text), "%s%s", label, suffix);
	hint_mark(1, text);
}

/* Waits for one child, and reaps the orphans that come by. */
static int wait_for(pid_t pid, const sigset_t *child)
{
	const struct timespec second = {1, 0};
	int status;
	pid_t got;

	for (;;) {
		while ((got = waitpid(-1, &status, WNOHANG)) > 0)
			if (got == pid)
				return WIFSIGNALED(status) ? 128 + WTERMSIG(status)
							   : WEXITSTATUS(status);
		if (got < 0)
			die("wait");
		if (sigtimedwait(child, NULL, &second) < 0)
			tell_streams();
	}
}

/* What the kernel has counted, by the names of its own. */
static void tell_counters(const char *path, const char *names)
{
	char *text = slurp(path), name[64];
	unsigned long long value;

	for (char *line = text; line && *line; line += strcspn(line, "\n"), line += *line == '\n')
		if (sscanf(line, "%60s %llu", name + 1, &value) == 2) {
			name[0] = ' ';
			strcat(name, " ");
			if (!strstr(names, name))
				continue;
			name[strlen(name) - 1] = '\0';
			hint_counter(name + 1, value);
		}
	free(text);
}

/*
 * What the program must not inherit: the right to use ports, which would cost it some 50
 * instructions a fault, and the blocked signal.
 */
static void become_program(void)
{
	sigset_t none;

	sigemptyset(&none);
	if (iopl(0) || sigprocmask(SIG_SETMASK, &none, NULL))
		die("the program's start");
}

static int run_all(void)
{
	int console[STREAMS] = {dup(1), dup(2)}, status = 0;
	sigset_t child;

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, NULL);
	for (int i = 0; i < njobs; i++) {
		pid_t pid;

		for (int s = 0; s < STREAMS; s++)
			redirect(streams[s].path, O_WRONLY | O_APPEND, s + 1);
		if (njobs > 1)
			dprintf(1, "#job %s\n", jobs[i].name);
		mark(jobs[i].name, "");
		pid = start(&jobs[i], become_program);
		status = wait_for(pid, &child);
		mark(jobs[i].name, " end");
		if (njobs > 1) {
			dprintf(1, "\n#end %s %d\n", jobs[i].name, status);
			status = 0;
		}
	}
	tell_streams();
	dup2(console[0], 1);
	dup2(console[1], 2);
	show_streams();
	return status;
}

/*
 * Without a job: a shell on the console, whose word is its status. A job without a program gives it
 * its environment.
 */
static int shell(void)
{
	static struct job sh = {
		.envs = {"PATH=/bin:/sbin", "HOME=/work", "TERM=linux", "PS1=linux:$PWD# "},
		.nenvs = 4,
	};
	char *const args[] = {"sh", "-i", NULL};
	int status;
	pid_t pid;

	for (int i = 0; njobs && i < jobs[0].nenvs; i++)
		set_env(&sh, jobs[0].envs[i]);
	pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0) {
		setsid();
		redirect("/dev/ttyS0", O_RDWR, 0);
		dup2(0, 1);
		dup2(0, 2);
		become_program();
		if (chdir("/work"))
			die("/work");
		execve("/bin/sh", args, sh.envs);
		die("/bin/sh");
	}
	while (wait(&status) != pid)
		;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static void power_off(void)
{
	tcdrain(1);
	for (const char *p = "Shutdown"; *p; p++)
		outb((unsigned char)*p, POWER_PORT);
	for (;;)
		pause();
}

int main(void)
{
	struct utsname name;
	char banner[sizeof(name.release) + 8];
	const char *unknown;
	int status;
	char *text;

	mount_at("proc", "/proc");
	mount_at("sysfs", "/sys");
	mount_at("devtmpfs", "/dev");
	mount_at("tmpfs", "/dev/shm");
	if (iopl(3))
		die("iopl");
	uname(&name);
	snprintf(banner, sizeof(banner), "Linux %s", name.release);
	hint_hello(banner);
	unknown = tell_tasks();
	if (unknown)
		fprintf(stderr, "init: the recording has no tasks: %s\n", unknown);
	mark("user", "");
	text = slurp(JOB_FILE);
	if (text)
		parse_jobs(text);
	open_streams();
	status = njobs > 1 || (njobs && jobs[0].nargs) ? run_all() : shell();
	tell_counters("/proc/vmstat", " pgfault pgmajfault ");
	tell_counters("/proc/stat", " ctxt processes ");
	printf("init: status %d\n", status);
	fflush(stdout);
	hint_finish((unsigned int)status);
	power_off();
}
