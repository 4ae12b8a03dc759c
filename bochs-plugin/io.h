/*
 * io.h - work for the guest's disks that is under way, from its first hint to its last.
 *
 * The guest numbers it and says queued, started, done; the last hint tells what it was. A row of
 * io.csv needs the moments of all three.
 */
#ifndef TLBTRACE_IO_H
#define TLBTRACE_IO_H

#include <stdbool.h>
#include <stdint.h>

#define IO_WINDOW 16384u /* under way at once; of more, the rows lack their first moments */

struct io_moment {
	uint64_t icount;
	uint64_t usec; /* of the machine's own time, which goes on while the processor halts */
};

struct io {
	uint32_t number; /* 0: this place is free */
	uint32_t pid;	 /* who handed it in */
	struct io_moment queued, started;
};

struct io_table {
	struct io under_way[IO_WINDOW];
};

/* io_queued - work @number begins to wait, handed in by task @pid. */
void io_queued(struct io_table *t, uint32_t number, uint32_t pid, struct io_moment now);

/* io_started - the drive gets it. False: it was never queued, or is forgotten. */
bool io_started(struct io_table *t, uint32_t number, struct io_moment now);

/* io_done - takes it out. False, and *io all zero but for its number: as above. */
bool io_done(struct io_table *t, uint32_t number, struct io *io);

#endif
