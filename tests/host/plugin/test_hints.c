/*
 * test_hints.c - the guest is not trusted: strings that do not end, memory that cannot be read,
 * operations that make no sense. Each is bounded and counted, and nothing else comes of it.
 */
#include "check.h"
#include "kernel/trace_port.h"
#include "recorder.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MEMORY	     0x1000u /* where the guest's memory begins; it ends with the bytes */
#define READABLE     100000u
#define NOT_FINISHED 99u

static char memory[READABLE];
static unsigned int readable; /* bytes of it that are there */
static uint64_t icount, rounds;
static struct recorder *rec;

static bool get_view(void *ctx, struct cpu_view *view)
{
	(void)ctx;
	icount++;
	*view = (struct cpu_view){.icount = icount, .paging = true};
	return true;
}

static void get_tlb(void *ctx, enum tlb_id id, unsigned int index, struct tlb_slot *slot)
{
	(void)ctx;
	(void)id;
	(void)index;
	slot->valid = false;
}

static void get_translated(void *ctx, uint64_t phys[2])
{
	(void)ctx;
	phys[0] = phys[1] = 0;
}

static unsigned int get_linear(void *ctx, uint32_t addr, void *buf, unsigned int len)
{
	(void)ctx;
	if (addr < MEMORY || addr - MEMORY >= readable)
		return 0;
	if (len > readable - (addr - MEMORY))
		len = readable - (addr - MEMORY);
	memcpy(buf, memory + (addr - MEMORY), len);
	return len;
}

static void hint(uint32_t op, uint32_t ebx, uint32_t ecx, uint32_t esi, uint32_t edi)
{
	recorder_hint(rec,
		      &(struct hint){.eax = op, .ebx = ebx, .ecx = ecx, .esi = esi, .edi = edi});
}

/* The machine's time goes on while the processor rests. */
static uint64_t get_usec(void *ctx)
{
	(void)ctx;
	return icount * 3;
}

static void begin(unsigned int bytes)
{
	static const struct machine m = {NULL, get_view, get_tlb, get_translated, get_linear,
					 NULL, &icount,	 &rounds, get_usec,	  NULL};
	const char *scratch = getenv("SCRATCH");
	struct options opt;

	options_init(&opt);
	snprintf(opt.out, sizeof(opt.out), "%s/out", scratch ? scratch : ".");
	opt.progress = false;
	memset(memory, 'x', sizeof(memory));
	readable = bytes;
	rec = calloc(1, sizeof(*rec));
	CHECK(recorder_open(rec, &opt, &m));
	hint(TRACE_HELLO, TRACE_VERSION, 0, 0, 0);
}

static void end(uint64_t bad)
{
	CHECK_EQ(rec->tally.bad_hints, bad);
	hint(TRACE_FINISH, TRACE_SELFTEST_NONE, TRACE_STATUS_NONE, 0, 0);
	CHECK(recorder_close(rec) == (bad == 0));
	recorder_free(rec);
	free(rec);
}

/* One longer than any may be, and one that ends with the memory: what the longer one left in the
 * plugin's buffer does not follow it. */
static void strings(void)
{
	begin(READABLE);
	hint(TRACE_MARK, 1, 0, MEMORY, 0);
	CHECK_EQ(strlen(rec->phase), TRACE_STR_MAX - 1);
	readable = 7;
	hint(TRACE_MARK, 1, 0, MEMORY, 0);
	CHECK_STR(rec->phase, "xxxxxxx");
	readable = READABLE;
	memory[3] = 0;
	hint(TRACE_MARK, 1, 0, MEMORY, 0);
	CHECK_STR(rec->phase, "xxx");
	end(0);
}

static void nowhere(void)
{
	begin(100);
	hint(TRACE_MARK, 1, 0, MEMORY + 100, 0);
	CHECK_STR(rec->phase, "");
	hint(TRACE_VMA, 0, 0, MEMORY + 100 - 8, 0); /* half of it */
	hint(TRACE_COUNTER, 1, 0, 0, 0);	    /* no name */
	end(3);
}

static void output(void)
{
	begin(READABLE);
	hint(TRACE_OUTPUT, 1, TRACE_OUTPUT_MAX, MEMORY, 0);
	hint(TRACE_OUTPUT, 2, 0, MEMORY, 0);
	CHECK_EQ(rec->tally.bad_hints, 0);
	hint(TRACE_OUTPUT, 1, TRACE_OUTPUT_MAX + 1, MEMORY, 0);
	hint(TRACE_OUTPUT, 0, 1, MEMORY, 0);
	hint(TRACE_OUTPUT, 3, 1, MEMORY, 0);
	hint(TRACE_OUTPUT, 1, 100, MEMORY + READABLE - 50, 0);
	end(4);
}

static void operations(void)
{
	begin(READABLE);
	hint(TRACE_FAULT, TRACE_CAUSE_NONE, 0, 0, 0);
	hint(TRACE_FAULT, TRACE_CAUSE_END, 0, 0, 0);
	hint(TRACE_VMA, TRACE_VMA_CHANGE + 1, 0, MEMORY, 0);
	hint(TRACE_OP_END, 0, 0, 0, 0); /* none of ours: some program's own OUT */
	hint(1, 2, 3, 4, 5);
	CHECK_EQ(rec->faults.unmatched, 0);
	end(3);
}

/* How many rows of meta.csv begin so. */
static unsigned int rows_of(const char *start)
{
	char path[OPTION_DIR_MAX + 32], line[1024];
	unsigned int found = 0;
	FILE *file;

	snprintf(path, sizeof(path), "%s/meta.csv", rec->opt.out);
	file = fopen(path, "r");
	while (file && fgets(line, sizeof(line), file))
		found += !strncmp(line, start, strlen(start));
	if (file)
		fclose(file);
	return found;
}

/* True when meta.csv has the row. */
static bool recorded(const char *row)
{
	char line[1024];

	snprintf(line, sizeof(line), "%s\n", row);
	return rows_of(line) == 1;
}

/* Of several the first counts; it is on disk before the run ends, and on one line. */
static void panic(void)
{
	begin(READABLE);
	memcpy(memory, "bad\nluck", 9);
	memcpy(memory + 100, "more", 5);
	hint(TRACE_PANIC, 1, 0, MEMORY, 0);
	hint(TRACE_PANIC, 1, 0, MEMORY + 100, 0);
	CHECK(recorded("outcome,panic"));
	CHECK(recorded("failure,Kernel panic - not syncing: bad luck"));
	CHECK(!recorder_close(rec));
	CHECK(recorded("failure,Kernel panic - not syncing: bad luck"));
	CHECK(!recorded("outcome,unfinished") && !recorded("complete,1"));
	CHECK_EQ(rows_of("failure,"), 1);
	recorder_free(rec);
	free(rec);
}

/* The room that is kept for the end is given up when the disk is full, after a panic too. */
static void panic_on_a_full_disk(int error)
{
	char path[OPTION_DIR_MAX + 32];
	FILE *file;

	begin(READABLE);
	snprintf(path, sizeof(path), "%s/.reserve", rec->opt.out);
	file = fopen(path, "w");
	CHECK(file != NULL);
	if (file)
		fclose(file);
	hint(TRACE_PANIC, 1, 0, MEMORY, 0);
	CHECK_EQ(access(path, F_OK), 0);
	rec->sinks.error = error;
	rec->sinks.failed = rec->tlb_csv;
	CHECK(!recorder_close(rec));
	CHECK(access(path, F_OK) != 0);
	CHECK(recorded("outcome,panic"));
	unlink(path);
	recorder_free(rec);
	free(rec);
}

static void full_disk(void)
{
	panic_on_a_full_disk(ENOSPC);
	panic_on_a_full_disk(EDQUOT);
	panic_on_a_full_disk(EFBIG);
}

/* What is in FINISH, and what there is without it. */
static void outcomes(void)
{
	static const struct {
		uint32_t selftest, status;
		int signal;
		bool bad_hint;
		const char *row;
	} ends[] = {
		{TRACE_SELFTEST_OK, 0, 0, false, "outcome,ok"},
		{TRACE_SELFTEST_OK, TRACE_STATUS_NONE, 0, false, "outcome,ok"},
		{TRACE_SELFTEST_FAILED, 0, 0, false, "outcome,selftest_failed"},
		{TRACE_SELFTEST_OK, 3, 0, false, "failure,program status 3"},
		{TRACE_SELFTEST_OK, 139, 0, false,
		 "failure,program status 139: killed by signal 11"},
		{TRACE_SELFTEST_OK, 0, 15, false, "outcome,ok"},
		{NOT_FINISHED, 0, 15, false, "failure,interrupted by SIGTERM"},
		{NOT_FINISHED, 0, 0, false, "outcome,unfinished"},
		{TRACE_SELFTEST_OK, 3, 0, true,
		 "failure,\"program status 3; recording incomplete: "
		 "0 fault hints matched no open fault, 1 hints "
		 "made no sense\""},
	};

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		begin(READABLE);
		if (ends[i].selftest != NOT_FINISHED)
			hint(TRACE_FINISH, ends[i].selftest, ends[i].status, 0, 0);
		rec->signal = ends[i].signal;
		rec->tally.bad_hints = ends[i].bad_hint;
		recorder_close(rec);
		CHECK(recorded(ends[i].row));
		CHECK_EQ(rows_of("outcome,"), 1);
		CHECK_EQ(rows_of("failure,"), !recorded("outcome,ok"));
		recorder_free(rec);
		free(rec);
	}
}

/* True when that file has the row. */
static bool row_in(const char *name, const char *row)
{
	char path[OPTION_DIR_MAX + 32], line[1024];
	bool found = false;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", rec->opt.out, name);
	file = fopen(path, "r");
	while (file && fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = 0;
		found |= !strcmp(line, row);
	}
	if (file)
		fclose(file);
	return found;
}

static void reclaim_at(uint64_t time, uint32_t event, uint32_t why, const struct trace_page *page,
		       uint32_t value)
{
	icount = time - 1;
	memcpy(memory, page, sizeof(*page));
	hint(TRACE_RECLAIM, event, why, MEMORY, value);
}

/* Owners stay with their frames until these are dropped or get something else. */
static void reclaim_rows(void)
{
	struct trace_page page = {.zone = 1, .frame = 0x1234, .owner = 7, .address = 0x8048000};
	struct trace_page file = {.node = 2,
				  .zone = 2,
				  .frame = 0x40000,
				  .kind = TRACE_PAGE_FILE,
				  .dev = 0x301,
				  .inode = 33,
				  .index = 5};
	struct trace_zone zone = {0, 1, 9, 2, 3, 4, 10, 11, 12, 13, 14, 15};

	begin(READABLE);
	hint(TRACE_SWITCH, 4, 4, 0, 0);
	reclaim_at(100, TRACE_RECLAIM_KEEP, TRACE_WHY_REFERENCED, &page, 0);
	page.owner = page.address = 0;
	page.area = 1;
	page.slot = 99;
	reclaim_at(110, TRACE_RECLAIM_WRITE, TRACE_WHY_NONE, &page, 0);
	reclaim_at(120, TRACE_RECLAIM_DROP, TRACE_WHY_NONE, &page, 0);
	reclaim_at(130, TRACE_RECLAIM_KEEP, TRACE_WHY_LOCKED, &page, 0);
	reclaim_at(140, TRACE_RECLAIM_REFAULT, TRACE_WHY_WORKINGSET, &file, 17);
	reclaim_at(150, TRACE_RECLAIM_OOM, TRACE_WHY_NONE, &(struct trace_page){.owner = 9}, 500);
	reclaim_at(160, TRACE_RECLAIM_KSWAPD_WAKE, TRACE_WHY_NONE, &file, 8);
	page.owner = 7;
	page.address = 0x8048000;
	reclaim_at(162, TRACE_RECLAIM_KEEP, TRACE_WHY_REFERENCED, &page, 0);
	page.owner = page.address = 0; /* the frame is another page's */
	reclaim_at(164, TRACE_RECLAIM_SWAP_IN, TRACE_WHY_NONE, &page, 0);
	icount = 169;
	memcpy(memory, &zone, sizeof(zone));
	hint(TRACE_RECLAIM, TRACE_RECLAIM_STATE, 0, MEMORY, 0);
	hint(TRACE_FINISH, TRACE_SELFTEST_NONE, TRACE_STATUS_NONE, 0, 0);
	CHECK(recorder_close(rec));
	CHECK(row_in("reclaim.csv",
		     "100,keep,4,0,Normal,0x01234000,anon,7,0x08048000,,,,,referenced,,,,,,,,,,,"));
	CHECK(row_in("reclaim.csv",
		     "110,write,4,0,Normal,0x01234000,anon,7,0x08048000,,,,1:99,,,,,,,,,,,,"));
	CHECK(row_in("reclaim.csv",
		     "120,drop,4,0,Normal,0x01234000,anon,7,0x08048000,,,,1:99,,,,,,,,,,,,"));
	CHECK(row_in("reclaim.csv",
		     "130,keep,4,0,Normal,0x01234000,anon,,,,,,1:99,locked,,,,,,,,,,,"));
	CHECK(row_in("reclaim.csv", "140,refault,4,2,HighMem,0x40000000,file,,,0x00000301,33,5,,"
				    "workingset,17,,,,,,,,,,"));
	CHECK(row_in("reclaim.csv", "150,oom,4,0,,,,9,,,,,,,500,,,,,,,,,,"));
	CHECK(row_in("reclaim.csv", "160,kswapd_wake,4,2,,,,,,,,,,,,,,,,,,,,,"));
	CHECK(row_in("reclaim.csv",
		     "164,swap_in,4,0,Normal,0x01234000,anon,,,,,,1:99,,,,,,,,,,,,"));
	CHECK(row_in("reclaim.csv", "170,state,4,0,Normal,,,,,,,,,,,9,2,3,4,10,11,12,13,14,15"));
	recorder_free(rec);
	free(rec);
	icount = 0;
}

/* Numbers that nothing has, and memory that is not there. */
static void strange_reclaim(void)
{
	static const struct trace_page strange[] = {
		{.node = 64},	{.zone = 4}, {.frame = 1u << 20}, {.kind = TRACE_PAGE_KIND_END},
		{.address = 1},
	};
	const struct trace_page page = {.zone = 1};
	const struct trace_zone zone = {.zone = 4};

	begin(READABLE);
	for (size_t i = 0; i < sizeof(strange) / sizeof(strange[0]); i++)
		reclaim_at(100 + i, TRACE_RECLAIM_KEEP, TRACE_WHY_BUSY, &strange[i], 0);
	reclaim_at(110, TRACE_RECLAIM_EVENT_END, TRACE_WHY_NONE, &page, 0);
	reclaim_at(111, TRACE_RECLAIM_KEEP, TRACE_RECLAIM_WHY_END, &page, 0);
	reclaim_at(112, TRACE_RECLAIM_STATE, TRACE_WHY_NONE, &strange[0], 0);
	CHECK_EQ(rec->tally.bad_hints, 8);
	memcpy(memory, &zone, sizeof(zone));
	hint(TRACE_RECLAIM, TRACE_RECLAIM_STATE, 0, MEMORY, 0);
	CHECK_EQ(rec->tally.bad_hints, 9);
	readable = sizeof(page) - 1;
	hint(TRACE_RECLAIM, TRACE_RECLAIM_DROP, 0, MEMORY, 0);
	hint(TRACE_RECLAIM, TRACE_RECLAIM_STATE, 0, MEMORY, 0);
	end(11);
}

static void io_at(uint64_t time, uint32_t event, uint32_t number, const struct trace_io *what)
{
	icount = time - 1; /* get_view() counts on */
	if (what)
		memcpy(memory, what, sizeof(*what));
	hint(TRACE_IO, event, number, what ? MEMORY : 0, 0);
}

/* In any order, twice begun, never begun, unknown, and what cannot be. */
static void disk_work(void)
{
	static const struct trace_io what = {0x300, 2048, 8, 1, 1, TRACE_IO_SWAP_OUT, 7, 2, 5},
				     strange = {.why = TRACE_IO_WHY_END};

	begin(READABLE);
	hint(TRACE_SWITCH, 4, 4, 0, 0);
	io_at(100, TRACE_IO_QUEUED, 1, NULL);
	io_at(110, TRACE_IO_QUEUED, 2, NULL);
	io_at(120, TRACE_IO_STARTED, 2, NULL);
	io_at(130, TRACE_IO_STARTED, 1, NULL);
	io_at(140, TRACE_IO_STARTED, 1, NULL);
	io_at(150, TRACE_IO_DONE, 2, &what);
	io_at(160, TRACE_IO_DONE, 1, &what);
	io_at(170, TRACE_IO_QUEUED, 3, NULL);
	io_at(180, TRACE_IO_DONE, 3, &what);
	io_at(190, TRACE_IO_DONE, 1, &what); /* is over */
	CHECK_EQ(rec->tally.bad_hints, 0);
	io_at(200, TRACE_IO_STARTED, 1, NULL);
	io_at(210, TRACE_IO_STARTED, 0, NULL);
	io_at(220, TRACE_IO_DONE, 3, &strange);
	io_at(230, TRACE_IO_DONE + 1, 3, &what);
	hint(TRACE_IO, TRACE_IO_DONE, 3, MEMORY + READABLE - 8, 0);
	CHECK_EQ(rec->tally.bad_hints, 5);
	/* More than the window holds: the first one's moments are gone. */
	io_at(240, TRACE_IO_QUEUED, 10, NULL);
	io_at(250, TRACE_IO_QUEUED, 10 + IO_WINDOW, NULL);
	io_at(260, TRACE_IO_STARTED, 10, NULL);
	CHECK_EQ(rec->tally.bad_hints, 6);
	io_at(270, TRACE_IO_DONE, 10, &what);
	io_at(280, TRACE_IO_DONE, 10 + IO_WINDOW, &what);
	CHECK_EQ(rec->tally.bad_hints, 6);
	sink_flush(&rec->sinks);
	CHECK(!recorder_close(rec));
	CHECK(row_in("io.csv", "150,110,120,120,90,4,0x00000300,2048,8,1,w,swap_out,7,2,5"));
	CHECK(row_in("io.csv", "160,100,140,180,60,4,0x00000300,2048,8,1,w,swap_out,7,2,5"));
	CHECK(row_in("io.csv", "180,170,,30,,4,0x00000300,2048,8,1,w,swap_out,7,2,5"));
	CHECK(row_in("io.csv", "270,,,,,,0x00000300,2048,8,1,w,swap_out,7,2,5"));
	CHECK(row_in("io.csv", "280,250,,90,,4,0x00000300,2048,8,1,w,swap_out,7,2,5"));
	CHECK(row_in("io.csv", "190,,,,,,0x00000300,2048,8,1,w,swap_out,7,2,5"));
	recorder_free(rec);
	free(rec);
	icount = 0;
}

static const struct check_test tests[] = {
	{"hints: work of a disk", disk_work},
	{"hints: what reclaim does", reclaim_rows},
	{"hints: reclaim of what cannot be", strange_reclaim},
	{"hints: strings have an end", strings},
	{"hints: memory that is not there", nowhere},
	{"hints: output is bounded", output},
	{"hints: operations that make no sense", operations},
	{"hints: a panic is on record at once", panic},
	{"hints: a panic on a full disk", full_disk},
	{"hints: how a run ended", outcomes},
};

CHECK_MAIN(tests)
