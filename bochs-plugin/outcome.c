/*
 * outcome.c - how the run ended, as far as the plugin can tell.
 *
 * meta.csv gets `outcome`, one word, and unless that is `ok`, `failure`, one
 * line for people. A panic is written down at once, for whoever watches a
 * running guest. What only the one who started Bochs can know (that it was
 * killed, or ended as hung) is put there by tests/run/boot.sh.
 */
#include "kernel/trace_port.h"
#include "check.h"
#include "outcome.h"
#include "recorder.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define FAILURE_MAX 600

/* One line, whatever the guest has put into its message. */
static void make_line(char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			*text = ' ';
}

static void put(struct recorder *r, const char *outcome, const char *failure)
{
	char line[FAILURE_MAX];

	snprintf(line, sizeof(line), "%s", failure);
	make_line(line);
	meta_text(&r->meta, "outcome", outcome);
	if (line[0])
		meta_text(&r->meta, "failure", line);
}

void outcome_panic(struct recorder *r, const char *message)
{
	char failure[FAILURE_MAX];

	if (r->panicked)
		return; /* a failure inside the report of the first */
	r->panicked = true;
	snprintf(failure, sizeof(failure), "Kernel panic - not syncing: %s", message);
	put(r, "panic", failure);
	/* Should this fail, then the last one will too, and tell. */
	(void)outcome_write(r);
}

static bool is_full(int error)
{
	return error == ENOSPC || error == EDQUOT || error == EFBIG;
}

/* boot.sh keeps some room on the disk in a file, for what must still be written then. */
static void give_up_reserve(const struct recorder *r)
{
	char path[OPTION_DIR_MAX + 16];

	snprintf(path, sizeof(path), "%s/.reserve", r->opt.out);
	unlink(path);
}

int outcome_write(struct recorder *r)
{
	const char *path;
	int error;

	if (is_full(sink_error(&r->sinks, &path)))
		give_up_reserve(r);
	error = meta_write(&r->meta, r->opt.out);
	if (!is_full(error))
		return error;
	give_up_reserve(r);
	return meta_write(&r->meta, r->opt.out);
}

static bool put_writer(struct recorder *r)
{
	const char *path;
	int error = sink_error(&r->sinks, &path);
	bool full = is_full(error);
	char failure[FAILURE_MAX];

	if (!error)
		return false;
	snprintf(failure, sizeof(failure), "%scannot write %s: %s",
		 full ? "the disk is full: " : "", path, strerror(error));
	put(r, full ? "disk_full" : "recording_failed", failure);
	return true;
}

/* What the guest says of itself comes first, and behind it what is wrong with the recording. */
static void put_guest_failure(struct recorder *r, const char *outcome, const char *failure,
			      bool complete)
{
	char both[FAILURE_MAX + sizeof(r->trouble)];

	snprintf(both, sizeof(both), "%s%s%s", failure,
		 complete ? "" : "; recording incomplete: ", complete ? "" : r->trouble);
	put(r, outcome, both);
}

static void put_finished(struct recorder *r, bool complete)
{
	char failure[400];

	if (check_failure(r, failure, sizeof(failure))) {
		put_guest_failure(r, "stale", failure, complete);
	} else if (r->selftest == TRACE_SELFTEST_FAILED) {
		put_guest_failure(r, "selftest_failed",
				  "the self-test failed, or the kernel warned", complete);
	} else if (r->prog_status && r->prog_status != TRACE_STATUS_NONE) {
		snprintf(failure, sizeof(failure),
			 r->prog_status > 128 ? "program status %u: killed by signal %u"
					      : "program status %u",
			 r->prog_status, r->prog_status - 128);
		put_guest_failure(r, "program_failed", failure, complete);
	} else if (!complete) {
		put(r, "recording_failed", r->trouble);
	} else {
		put(r, "ok", "");
	}
}

void outcome_put(struct recorder *r, bool gave_up, bool complete)
{
	char failure[40];

	if (r->panicked || put_writer(r))
		return;
	if (r->was_reset) {
		put(r, "reset", r->trouble);
	} else if (gave_up) {
		put(r, "recording_failed", r->trouble);
	} else if (recorder_orderly(r)) {
		put_finished(r, complete);
	} else if (r->signal) {
		snprintf(failure, sizeof(failure), "interrupted by SIG%s",
			 r->signal == SIGINT ? "INT" : "TERM");
		put(r, "interrupted", failure);
	} else {
		put(r, "unfinished", r->trouble);
	}
}
