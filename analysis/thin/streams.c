/* streams.c - the streams whose rows are merged, or left out when they say nothing new. */
#include "stream.h"
#include "table.h"
#include <string.h>

/* A row of which nothing but the time and the kind is known. */
static struct row bare_row(const struct row *row)
{
	struct row bare;

	memset(&bare, 0, sizeof(bare));
	bare.icount = row->icount;
	bare.times = row->times;
	bare.kind = row->kind;
	bare.pid = NO_PID;
	bare.evicted = NO_PAGE;
	return bare;
}

/* when and kind: what kind of row, of access and of walk */
static void when_take(struct stream *stream, struct row *row, const char *line, size_t len)
{
	struct row key = bare_row(row);

	(void)line;
	(void)len;
	key.reason = row->reason;
	if (row_has_page(row)) {
		key.size = row->size;
		key.unit = row->unit;
		key.access = row->access;
		key.mode = row->mode;
		key.reads = row->reads;
		key.writes = row->writes;
	}
	table_add(stream->table, &key, true);
}

static void where_take(struct stream *stream, struct row *row, const char *line, size_t len)
{
	struct row key = bare_row(row);

	(void)line;
	(void)len;
	if (!row_has_page(row))
		return;
	key.page = row->page;
	key.pid = row->pid;
	table_add(stream->table, &key, true);
}

static void code_take(struct stream *stream, struct row *row, const char *line, size_t len)
{
	struct row key = bare_row(row);

	(void)line;
	(void)len;
	if (!row_has_page(row) || row->kind == KIND)
		return;
	key.kind = CONFLICT;
	key.eip = row->eip;
	key.pid = row->eip >= KERNEL_HALF ? NO_PID : row->pid;
	table_add(stream->table, &key, true);
}

/* Pages between the same two borders of the map's cells are in one cell. */
static void map_take(struct stream *stream, struct row *row, const char *line, size_t len)
{
	static struct plan_list *borders;
	struct row key = bare_row(row);

	(void)line;
	(void)len;
	if (!row_has_page(row))
		return;
	if (!borders)
		borders = plan_list("map_border");
	key.page = plan_border(borders, row->page >> 12) << 12;
	key.pid = row->pid;
	table_add(stream->table, &key, true);
}

#ifndef THIN_SEEN /* of pages and of frames; neighbours have places of their own */
#define THIN_SEEN (1u << 18)
#endif

static uint32_t place(uint32_t page, uint32_t whose)
{
	uint32_t h = (whose ^ (page & 0xfff)) * 2654435761u;

	return (page >> 12 ^ h >> 14) % THIN_SEEN;
}

static bool global(const struct row *row)
{
	return row->pte & 0x100;
}

/*
 * A fill of a page that nothing dropped says nothing when the page was filled since the last flush
 * or invlpg: what it sets is set. What is forgotten in `seen` comes again, and does no harm.
 */
void dropped_take(struct stream *stream, struct row *row, const char *line, size_t len)
{
	static struct {
		uint32_t page, cr3, flush;
	} seen[THIN_SEEN], *slot;
	static uint32_t flushes = 1;

	if (!row_has_page(row)) {
		flushes++;
	} else if (!row_is_fill(row)) {
		return;
	} else {
		/* The low bits of a page are free. */
		uint32_t page = row->page | (row->access == 'x') | (global(row) ? 2 : 0);

		slot = &seen[place(page, row->cr3)];
		if (!row->dropped_by && slot->page == page && slot->cr3 == row->cr3 &&
		    slot->flush == flushes)
			return;
		slot->page = page;
		slot->cr3 = row->cr3;
		slot->flush = flushes;
	}
	fwrite(line, 1, len, stream->file);
}

/* ownership: since when a frame may have gone without a row here */
static uint32_t own_stretch = 1;

void own_cut(struct stream *stream)
{
	(void)stream;
	own_stretch++;
}

/* A page says nothing as long as it and its frame are those that last were seen of each other. */
void own_take(struct stream *stream, struct row *row, const char *line, size_t len)
{
	static struct {
		uint32_t page, pid, frame, stretch;
	} pages[THIN_SEEN], *page;
	static struct {
		uint32_t frame, page, pid;
	} frames[THIN_SEEN], *frame;
	uint32_t pid;

	if (!row_has_page(row) || row->page >= KERNEL_HALF)
		return;
	pid = plan_tgid(row->pid);
	page = &pages[place(row->page, pid)];
	frame = &frames[place(row->frame, 0)];
	if (page->page == row->page && page->pid == pid && page->frame == row->frame &&
	    page->stretch == own_stretch && frame->frame == row->frame &&
	    frame->page == row->page && frame->pid == pid)
		return;
	page->page = frame->page = row->page;
	page->pid = frame->pid = pid;
	page->frame = frame->frame = row->frame;
	page->stretch = own_stretch;
	fwrite(line, 1, len, stream->file);
}

static uint32_t bits_stretch = 1;

static void bits_cut(struct stream *stream)
{
	(void)stream;
	bits_stretch++;
}

/* Of a frame that was looked at, the first row tells all. */
static void bits_take(struct stream *stream, struct row *row, const char *line, size_t len)
{
	static struct {
		uint32_t frame, stretch;
	} seen[THIN_SEEN], *slot;

	if (!row_has_page(row) || row->page >= KERNEL_HALF)
		return;
	slot = &seen[place(row->frame, 0)];
	if (slot->frame == row->frame && slot->stretch == bits_stretch)
		return;
	slot->frame = row->frame;
	slot->stretch = bits_stretch;
	fwrite(line, 1, len, stream->file);
}

/*
 * Fills of one region are alike until the next flush or invlpg, but for pages that are global or
 * may take the place of one: these are counted one by one.
 */
void reach_take(struct stream *stream, struct row *row, const char *line, size_t len)
{
	static bool ever_global[1u << 20]; /* [page number] */
	struct row key = bare_row(row);

	(void)line;
	(void)len;
	if (!row_has_page(row)) {
		stream_write(stream);
		table_add(stream->table, row, false);
		stream_write(stream);
		return;
	}
	if (!row_is_fill(row)) { /* that there was one is enough */
		key.kind = UPGRADE;
		table_add(stream->table, &key, true);
		return;
	}
	if (global(row) || ever_global[row->evicted >> 12]) {
		if (global(row))
			ever_global[row->page >> 12] = true;
		table_add(stream->table, row, false);
		return;
	}
	key.page = row->page & 0xffc00000;
	key.access = row->access == 'x' ? 'x' : 'r';
	key.size = row->size;
	key.unit = row->unit;
	key.cr3 = row->cr3;
	key.pid = row->pid;
	key.dropped_by = row->dropped_by;
	table_add(stream->table, &key, true);
}

struct stream streams[] = {
	{.name = "when", .take = when_take, .cut = stream_write},
	{.name = "where", .take = where_take, .cut = stream_write},
	{.name = "code", .take = code_take},
	{.name = "map_count", .take = map_take, .cut = stream_write},
	{.name = "pairs",
	 .print = pairs_print,
	 .take = pairs_take,
	 .cut = pairs_cut,
	 .end = pairs_end},
	{.name = "dropped", .take = dropped_take},
	{.name = "ownership", .take = own_take, .cut = own_cut},
	{.name = "bits", .take = bits_take, .cut = bits_cut},
	{.name = "reach", .take = reach_take, .cut = stream_write},
	{.name = "strides",
	 .header = STRIDES_HEADER,
	 .print = strides_print,
	 .take = strides_take,
	 .cut = stream_write},
	{.name = "windows",
	 .header = WINDOWS_HEADER,
	 .print = windows_print,
	 .take = windows_take,
	 .cut = windows_cut,
	 .end = windows_cut},
};
const unsigned int nr_streams = sizeof(streams) / sizeof(streams[0]);
