/*
 * block_trace.c - what the recording learns of the work of block devices, and the kernel's own
 * count of it, by which the recording is checked.
 */
#include "arch/hint.h"
#include "drivers/block_queue.h"

u32 io_bios_done, io_bios_failed, io_commands;

static u32 last_number;

void io_trace_queued(struct bio *bio)
{
	bio->number = ++last_number;
	trace_hint(TRACE_IO, TRACE_IO_QUEUED, bio->number, 0, 0);
}

void io_trace_started(struct block_request *request)
{
	const struct bio *bio;

	request->command = ++io_commands;
	list_for_each_entry (bio, &request->bios, link)
		trace_hint(TRACE_IO, TRACE_IO_STARTED, bio->number, 0, 0);
}

void io_trace_done(const struct bio *bio, u32 command, unsigned int merged)
{
	const struct trace_io record = {
		.device = bio->disk->dev,
		.sector = (u32)bio->at,
		.sectors = bio->sectors,
		.pages = bio->nr_vecs,
		.write = bio->write,
		.why = bio->flush ? TRACE_IO_FLUSH : bio->why,
		.command = command,
		.merged = merged,
		.error = (u32)-bio->error,
	};

	io_bios_done++;
	io_bios_failed += bio->error != 0;
	trace_hint(TRACE_IO, TRACE_IO_DONE, bio->number, (u32)&record, 0);
}
