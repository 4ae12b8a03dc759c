/*
 * session.c - a recording from its first byte to `complete,1`.
 *
 * Opening removes what an earlier recording left in the directory, so that no
 * old file can be taken for a new one, and writes a first meta.csv that lacks
 * the end. Closing balances the books: only when every walk is accounted for,
 * the shadow equals the real TLBs, every hint made sense, all was written and
 * the guest said that it had finished (or, if it says nothing at all, powered
 * the machine off) does the recording count as complete.
 */
#include "check.h"
#include "outcome.h"
#include "progress.h"
#include "reclaim.h"
#include "recorder.h"
#include "refs.h"
#include "rows.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

static const char *const old_files[] = {
	"meta.csv",	 "tlb.csv",	 "faults.csv",	   "tasks.csv",	   "vmas.csv",
	"marks.csv",	 "tlb.csv.zst",	 "faults.csv.zst", "stdout.txt",   "stderr.txt",
	"tasks.csv.zst", "vmas.csv.zst", "marks.csv.zst",  "latency.csv",  "waiting.csv",
	"io.csv",	 "reclaim.csv",	 "uses.csv",	   "model.csv",	   "stale.csv",
	"stacks.csv",	 "buddy.csv",	 "refs.csv",	   "refs.csv.zst",
};

void recorder_fact(struct recorder *r, const char *key, const char *value)
{
	meta_text(&r->meta, key, value);
}

static bool prepare_directory(struct recorder *r)
{
	char path[OPTION_DIR_MAX + 32];
	size_t i;

	if (!r->opt.out[0]) {
		recorder_trouble(r, "no directory given: add out=DIR to the tlbtrace line");
		return false;
	}
	if (mkdir(r->opt.out, 0777) && errno != EEXIST) {
		recorder_trouble(r, "cannot make the directory out=%s: %s", r->opt.out,
				 strerror(errno));
		return false;
	}
	for (i = 0; i < sizeof(old_files) / sizeof(old_files[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", r->opt.out, old_files[i]);
		if (unlink(path) && errno != ENOENT) {
			recorder_trouble(r, "cannot write to out=%s (%s: %s)", r->opt.out,
					 old_files[i], strerror(errno));
			return false;
		}
	}
	return true;
}

static bool open_files(struct recorder *r)
{
	const struct {
		struct sink **sink;
		const char *name;
		const char *header;
	} files[] = {
		{&r->tlb_csv, "tlb.csv", TLB_HEADER},
		{&r->faults_csv, "faults.csv", FAULTS_HEADER},
		{&r->tasks_csv, "tasks.csv", TASKS_HEADER},
		{&r->vmas_csv, "vmas.csv", VMAS_HEADER},
		{&r->marks_csv, "marks.csv", MARKS_HEADER},
		{&r->latency_csv, "latency.csv", LATENCY_HEADER},
		{&r->waiting_csv, "waiting.csv", WAITING_HEADER},
		{&r->io_csv, "io.csv", IO_HEADER},
		{&r->reclaim_csv, "reclaim.csv", RECLAIM_HEADER},
		{&r->uses_csv, "uses.csv", USES_HEADER},
		{&r->buddy_csv, "buddy.csv", BUDDY_HEADER},
		{&r->stream[0], "stdout.txt", NULL},
		{&r->stream[1], "stderr.txt", NULL},
		{&r->model_csv, "model.csv", MODEL_HEADER},
		{&r->stale_csv, "stale.csv", STALE_HEADER},
		{&r->stacks_csv, "stacks.csv", STACKS_HEADER},

		{&r->refs_csv, "refs.csv", REFS_HEADER},
	};
	_Static_assert(sizeof(files) / sizeof(files[0]) == SINK_FILES, "a sink for each file");
	size_t i;

	for (i = 0; i < SINK_FILES; i++) {
		if ((files[i].sink == &r->model_csv && !r->opt.model_count) ||
		    (files[i].sink == &r->refs_csv && !r->opt.refs_k) ||
		    (files[i].sink == &r->stale_csv && !r->opt.check_stale) ||
		    (files[i].sink == &r->stacks_csv && !r->stacks.seen))
			continue;
		/* Only the files that can grow large are worth packing. */
		*files[i].sink = sink_open(&r->sinks, r->opt.out, files[i].name,
					   r->opt.zstd && (i < 2 || files[i].sink == &r->refs_csv));
		if (!*files[i].sink ||
		    (files[i].header && !sink_header(*files[i].sink, files[i].header))) {
			recorder_trouble(r, "cannot write %s/%s: %s", r->opt.out, files[i].name,
					 strerror(errno));
			return false;
		}
	}
	sink_expand(r->tlb_csv, tlb_expand, SINK_BUFFER / sizeof(struct tlb_record) * TLB_ROW_MAX);
	return true;
}

static void first_facts(struct recorder *r)
{
	const struct options *o = &r->opt;
	const char *command = getenv("TLBTRACE_COMMAND");
	struct utsname host;
	char events[48] = "", stacks[24] = "";

	if (!uname(&host)) {
		meta_text(&r->meta, "host_system", host.sysname);
		meta_text(&r->meta, "host_machine", host.machine);
	}
	if (command)
		meta_text(&r->meta, "command", command);
	meta_number(&r->meta, "dtlb_entries", DTLB_SIZE);
	meta_number(&r->meta, "itlb_entries", ITLB_SIZE);
	meta_number(&r->meta, "tlb_ways", 1);
	meta_text(&r->meta, "compress", o->zstd ? "zstd" : "none");
	meta_text(&r->meta, "start", o->start[0] ? o->start : "boot");
	meta_text(&r->meta, "stop", o->stop[0] ? o->stop : "end");
	if (o->one_process)
		meta_number(&r->meta, "pid", o->pid);
	strcat(events, o->events & EVENT_TLB ? " tlb" : "");
	strcat(events, o->events & EVENT_FAULT ? " fault" : "");
	strcat(events, o->events & EVENT_FLUSH ? " flush" : "");
	meta_text(&r->meta, "events", events + 1);
	if (o->check_stale)
		meta_text(&r->meta, "check", "stale");
	if (o->stack_fills)
		snprintf(stacks, sizeof(stacks), " fill/%u", o->stack_fills);
	if (r->stacks.seen) {
		snprintf(events, sizeof(events), "%s%s", o->stack_faults ? " fault" : "", stacks);
		meta_text(&r->meta, "stacks", events + 1);
	}

	if (o->refs_k)
		meta_number(&r->meta, "refs", o->refs_k);
}

static void emit_fault(void *ctx, const struct fault *f)
{
	if (f->wanted)
		row_fault(ctx, f);
}

/* By a writer thread, more than twice a second. */
static void tick(void *ctx)
{
	struct recorder *r = ctx;

	if (r->m.wake)
		r->m.wake(r->m.ctx);
	if (r->live)
		progress_tick(r);
}

void recorder_flush_files(struct recorder *r)
{
	sink_flush(&r->sinks);
	recorder_check_writer(r);
}

bool recorder_open(struct recorder *r, const struct options *opt, const struct machine *m)
{
	int error;

	r->opt = *opt;
	r->m = *m;
	if (!opt->start[0])
		recorder_start(r, 0);
	r->prog_status = TRACE_STATUS_NONE;
	r->selftest = TRACE_SELFTEST_NONE;
	tlb_init(&r->tlb);
	if (!seen_init(&r->seen) || !tasks_init(&r->tasks) ||
	    !faults_init(&r->faults, emit_fault, r) || !sink_set_init(&r->sinks) ||
	    !check_open(r) || !stacks_open(r)) {
		recorder_trouble(r, "out of memory");
		return false;
	}
	r->tasks.rounds = m->rounds;
	r->faults.returns = recorder_fault_over;
	recorder_cr3(r, 0);
	if ((opt->model_count || opt->refs_k) && !refs_open(r))
		return false;
	if (!prepare_directory(r) || !open_files(r))
		return false;
	first_facts(r);
	error = meta_write(&r->meta, r->opt.out);
	if (error) {
		recorder_trouble(r, "cannot write %s/meta.csv: %s", r->opt.out, strerror(error));
		return false;
	}
	r->live = opt->progress && isatty(2);
	error = sink_start(&r->sinks, 0, tick, r);
	if (error)
		recorder_trouble(r, "cannot start a writer thread: %s", strerror(error));
	return !error;
}

static void put_tally(struct recorder *r, unsigned int mismatches)
{
	const struct tally *t = &r->tally;
	const struct {
		const char *key;
		uint64_t value;
	} rows[] = {
		{"icount_start", r->first},
		{"icount_end", r->last},
		{"walks", t->walks},
		{"fills", t->fills},
		{"fills_cold", t->cold},
		{"fills_conflict", t->conflict},
		{"fills_flushed", t->flushed},
		{"upgrades", t->upgrades},
		{"upgrades_entry", t->upgrades_entry},
		{"upgrades_kind", t->upgrades_kind},
		{"walk_faults", t->walk_faults},
		{"faults", t->faults},
		{"faults_major", r->faults.major},
		{"faults_hint_unmatched", r->faults.unmatched},
		{"faults_cost_unknown", r->faults.forced},
		{"flushes", t->flushes},
		{"invlpgs", t->invlpgs},
		{"flushes_emulator", t->hidden},
		{"pdpte_loads", t->pdpte_loads},
		{"walks_unresolved", t->unresolved},
		{"accesses_stray", t->stray},
		{"shadow_mismatches", mismatches},
		{"hints_bad", t->bad_hints},
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		meta_number(&r->meta, rows[i].key, rows[i].value);
}

/* Fills by what had dropped the entry, and faults by their cause. */
static void put_kinds(struct recorder *r)
{
	static const char *const names[] = DROP_NAMES, *const causes[] = TRACE_CAUSE_NAMES;
	char key[40];
	int drop, cause;

	for (drop = DROP_NONE + 1; drop < DROP_END; drop++) {
		snprintf(key, sizeof(key), "fills_dropped_%s", names[drop]);
		meta_number(&r->meta, key, r->tally.dropped[drop]);
	}
	for (cause = TRACE_CAUSE_NONE + 1; cause < TRACE_CAUSE_END; cause++) {
		if (!r->faults.causes[cause])
			continue;
		snprintf(key, sizeof(key), "faults_cause_%s", causes[cause]);
		meta_number(&r->meta, key, r->faults.causes[cause]);
	}
}

/* "tlb.file", "tlb.rows", "tlb.sha256" and so on. */
static void put_file(struct recorder *r, struct sink *sink)
{
	char key[64];
	int stem = (int)strcspn(sink->name, ".");

	snprintf(key, sizeof(key), "%.*s.file", stem, sink->name);
	meta_text(&r->meta, key, sink->name);
	if (strstr(sink->name, ".csv")) {
		snprintf(key, sizeof(key), "%.*s.rows", stem, sink->name);
		meta_number(&r->meta, key, sink->rows);
	}
	snprintf(key, sizeof(key), "%.*s.sha256", stem, sink->name);
	meta_text(&r->meta, key, sink->sha256);
}

/* The longest stretches in which the kernel let nobody in; for a guest that gives hints. */
static void put_latency(struct recorder *r)
{
	static const char *const names[] = {"irqs_off_max", "no_resched_max"};
	char key[32], eip[11];
	int kind;

	for (kind = 0; r->hint_version && kind < LATENCY_KINDS; kind++) {
		const struct stretch *s = &r->latency.longest[kind];

		meta_number(&r->meta, names[kind], s->length);
		snprintf(key, sizeof(key), "%s_eip", names[kind]);
		snprintf(eip, sizeof(eip), "0x%08x", s->eip);
		meta_text(&r->meta, key, eip);
		snprintf(key, sizeof(key), "%s_pid", names[kind]);
		meta_number(&r->meta, key, s->pid);
	}
}

static void put_guest(struct recorder *r)
{
	char key[320];
	unsigned int i;

	if (r->hint_version)
		meta_number(&r->meta, "trace_port_version", r->hint_version);
	if (r->banner)
		meta_text(&r->meta, "guest", r->banner);
	if (r->by_program)
		meta_text(&r->meta, "hints_from", "program");
	for (i = 0; i < r->counter_count; i++) {
		snprintf(key, sizeof(key), "kernel.%s", r->counters[i].name);
		meta_number(&r->meta, key, r->counters[i].value);
	}
	if (!recorder_orderly(r))
		return;
	meta_text(&r->meta, "selftest",
		  r->selftest == TRACE_SELFTEST_OK     ? "ok"
		  : r->selftest == TRACE_SELFTEST_NONE ? "none"
						       : "failed");
	if (!r->finished)
		meta_text(&r->meta, "prog_status", "none");
	else if (r->prog_status != TRACE_STATUS_NONE)
		meta_number(&r->meta, "prog_status", r->prog_status);
}

/* Notes what is missing, if anything, and returns whether all is there. */
static bool balance(struct recorder *r, unsigned int mismatches)
{
	const struct tally *t = &r->tally;

	recorder_check_writer(r);
	/* First, as the first trouble is told: a run that is cut off may stop within a walk. */
	if (!recorder_orderly(r))
		recorder_trouble(r, r->hint_version ? "the guest did not say that it had finished"
						    : "the guest did not power the machine off");
	if (t->walks != t->fills + t->upgrades + t->walk_faults || t->unresolved || t->stray)
		recorder_trouble(r, "walks do not add up: see walks, fills, upgrades, "
				    "walk_faults, walks_unresolved and accesses_stray in meta.csv");
	if (mismatches)
		recorder_trouble(r, "%u shadow TLB entries differ from Bochs's", mismatches);
	if (r->faults.unmatched || t->bad_hints)
		recorder_trouble(r,
				 "%llu fault hints matched no open fault, %llu hints made no "
				 "sense",
				 (unsigned long long)r->faults.unmatched,
				 (unsigned long long)t->bad_hints);
	return !r->trouble[0];
}

bool recorder_close(struct recorder *r)
{
	const bool gave_up = r->trouble[0];
	unsigned int i, mismatches = 0;
	struct cpu_view view;
	bool complete;
	int error;

	recorder_settle(r);
	check_close(r);
	if (r->walk.state != WALK_IDLE)
		r->tally.unresolved++;
	if (r->m.view(r->m.ctx, &view) && view.paging)
		mismatches = tlb_compare(&r->tlb, &r->m);
	faults_finish(&r->faults);
	frame_use_write(r);
	stacks_write(r);
	refs_close(r);
	sink_finish(&r->sinks);
	if (r->live)
		progress_end();
	recorder_stop(r, *r->m.icount);
	if (!r->started)
		r->first = r->last = *r->m.icount;
	complete = balance(r, mismatches);
	put_tally(r, mismatches);
	put_kinds(r);
	check_put(r);
	refs_facts(r);
	put_latency(r);
	for (i = 0; i < r->sinks.count; i++)
		put_file(r, &r->sinks.files[i]);
	put_guest(r);
	outcome_put(r, gave_up, complete);
	if (complete)
		meta_number(&r->meta, "complete", 1);
	error = outcome_write(r);
	if (error)
		recorder_trouble(r, "cannot write %s/meta.csv: %s", r->opt.out, strerror(error));
	return complete && !error;
}

void recorder_free(struct recorder *r)
{
	sink_set_free(&r->sinks);
	reclaim_free(r);
	frame_use_free(r);
	stacks_free(r);
	refs_free(r);
	check_free(r);
	faults_free(&r->faults);
	tasks_free(&r->tasks);
	seen_free(&r->seen);
	names_free(&r->names);
	meta_free(&r->meta);
}
