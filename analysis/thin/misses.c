/* misses.c - what strides.awk and windows.awk need of each miss, worked out here and counted. */
#include "../refs/memory.h"
#include "stream.h"
#include "table.h"
#include <stdlib.h>
#include <string.h>

/* A set of numbers of 64 bits, each with a value; it grows. */
struct set {
	struct {
		uint64_t key;
		uint32_t turn, value;
	} *slots;
	size_t room; /* a power of two */
	size_t count;
	uint32_t turn; /* slots of other turns are free */
};

static void set_empty(struct set *set)
{
	set->count = 0;
	if (!++set->turn && set->room) {
		memset(set->slots, 0, set->room * sizeof(*set->slots));
		set->turn = 1;
	}
}

static size_t set_slot(const struct set *set, uint64_t key)
{
	size_t at = (size_t)((key * 0x9e3779b97f4a7c15u) >> 32) & (set->room - 1);

	while (set->slots[at].turn == set->turn && set->slots[at].key != key)
		at = (at + 1) & (set->room - 1);
	return at;
}

static void set_grow(struct set *set)
{
	struct set old = *set;
	size_t i, at;

	set->room = old.room ? old.room * 2 : 4096;
	set->slots = refs_zeroed(set->room, sizeof(*set->slots));
	if (!set->turn)
		set->turn = 1;
	for (i = 0; i < old.room; i++)
		if (old.slots[i].turn == old.turn) {
			at = set_slot(set, old.slots[i].key);
			set->slots[at] = old.slots[i];
			set->slots[at].turn = set->turn;
		}
	free(old.slots);
}

/* The value of a key, which is 0 when it is new. */
static uint32_t *set_value(struct set *set, uint64_t key, bool *new)
{
	size_t at;

	if (set->count * 2 >= set->room)
		set_grow(set);
	at = set_slot(set, key);
	*new = set->slots[at].turn != set->turn;
	if (*new) {
		set->slots[at].key = key;
		set->slots[at].turn = set->turn;
		set->slots[at].value = 0;
		set->count++;
	}
	return &set->slots[at].value;
}

/* --- strides */
#ifndef THIN_FOLLOWERS
#define THIN_FOLLOWERS 200000u /* as strides_followers of strides.awk */
#endif

enum rule {
	SAME_PAGE = 1,
	NEXT_PAGE = 2,
	SAME_STRIDE = 4,
	SAME_FOLLOWER = 8,
	NONE = 16
};

struct process {
	bool any;
	uint32_t last;
	int32_t before; /* the stride before, 0: none yet */
};

static struct process *process_of(uint32_t tgid)
{
	static struct set numbers;
	static struct process *processes;
	static size_t room;
	bool new;
	uint32_t *number = set_value(&numbers, tgid, &new);

	if (new)
		*number = (uint32_t)numbers.count;
	processes = refs_larger(processes, &room, *number, sizeof(*processes));
	return &processes[*number];
}

/* The stride as it is counted: see strides.awk. */
static int32_t far(int32_t stride)
{
	int32_t size = stride < 0 ? -stride : stride, most = 32;

	if (size <= 16)
		return stride;
	while (most < size)
		most *= 2;
	return stride < 0 ? -most : most;
}

static uint8_t rules(struct process *process, uint32_t tgid, uint32_t page)
{
	static struct set followers;
	static unsigned int followed;
	const uint64_t key = (uint64_t)tgid << 20 | process->last;
	const int32_t stride = (int32_t)(page - process->last);
	uint8_t told;
	uint32_t *follower; /* plus one */
	bool new;

	if (!stride)
		return SAME_PAGE;
	told = (stride == 1 ? NEXT_PAGE : 0) | (stride == process->before ? SAME_STRIDE : 0);
	process->before = stride;
	follower = set_value(&followers, key, &new);
	if (*follower == page + 1 || (!*follower && !page)) /* awk takes what is not there for 0 */
		told |= SAME_FOLLOWER;
	if (!*follower && followed++ >= THIN_FOLLOWERS) {
		set_empty(&followers);
		followed = 1;
		follower = set_value(&followers, key, &new);
	}
	*follower = page + 1;
	return told ? told : NONE;
}

/* In `frame` is the stride, in `evicted` where the page before was, in `reason` the rules. */
void strides_take(struct stream *stream, struct row *row, const char *line, size_t len)
{
	static struct plan_list *borders;
	uint32_t page = row->page >> 12, tgid = plan_tgid(row->pid);
	struct process *process;
	struct row key;

	(void)line;
	(void)len;
	if (!row_has_page(row) || row->page >= KERNEL_HALF || row->access == 'x' ||
	    row->kind == KIND)
		return;
	if (!borders)
		borders = plan_list("area_border");
	process = process_of(tgid);
	memset(&key, 0, sizeof(key));
	key.icount = row->icount;
	key.times = 1;
	key.pid = tgid;
	key.page = plan_border(borders, page);
	key.evicted = NO_PID;
	if (process->any) {
		key.evicted = plan_border(borders, process->last);
		key.frame = (uint32_t)far((int32_t)(page - process->last));
		key.reason = rules(process, tgid, page);
	}
	process->any = true;
	process->last = page;
	table_add(stream->table, &key, true);
}

/* A pid, or nothing, and a comma. */
static void print_pid(FILE *file, uint32_t pid)
{
	if (pid != NO_PID)
		fprintf(file, "%u", pid);
	putc(',', file);
}

/* icount,rows,process,page,page before,stride,same_page,next_page,same_stride,same_follower,none */
void strides_print(FILE *file, const struct row *row)
{
	uint8_t rule;

	fprintf(file, "%llu,%u,", (unsigned long long)row->icount, row->times);
	print_pid(file, row->pid);
	fprintf(file, "%u,", row->page);
	print_pid(file, row->evicted);
	fprintf(file, "%d", (int32_t)row->frame);
	for (rule = SAME_PAGE; rule <= NONE; rule *= 2)
		fprintf(file, ",%d", !!(row->reason & rule));
	putc('\n', file);
}

/* --- windows */
static struct set pages, regions;
static struct {
	uint64_t icount;
	unsigned long rows;
} window;

void windows_take(struct stream *stream, struct row *row, const char *line, size_t len)
{
	uint32_t pid = row->page >= KERNEL_HALF ? NO_PID : row->pid;
	struct row key;
	bool new;

	(void)line;
	(void)len;
	if (!row_has_page(row))
		return;
	if (!window.rows++)
		window.icount = row->icount;
	set_value(&pages, (uint64_t)pid << 20 | row->page >> 12, &new);
	if (new)
		set_value(&regions, (uint64_t)pid << 10 | row->page >> 22, &new);
	memset(&key, 0, sizeof(key));
	key.icount = row->icount;
	key.times = 1;
	key.eip = row->eip >> 8;
	key.pid = row->eip >= KERNEL_HALF ? NO_PID : row->pid;
	table_add(stream->table, &key, true);
}

/* icount,rows,pid,block of code */
void windows_print(FILE *file, const struct row *row)
{
	fprintf(file, "%llu,%u,", (unsigned long long)row->icount, row->times);
	print_pid(file, row->pid);
	fprintf(file, "0x%06x\n", row->eip);
}

/* icount,rows,pages,regions,window */
void windows_cut(struct stream *stream)
{
	stream_write(stream);
	if (window.rows)
		fprintf(stream->file, "%llu,%lu,%lu,%lu,window\n",
			(unsigned long long)window.icount, window.rows, (unsigned long)pages.count,
			(unsigned long)regions.count);
	window.rows = 0;
	set_empty(&pages);
	set_empty(&regions);
}
