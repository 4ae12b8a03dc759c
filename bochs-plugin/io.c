/* io.c - work for the guest's disks that is under way. Numbers rise by one, so each has its place.
 */
#include "io.h"

static struct io *place(struct io_table *t, uint32_t number)
{
	return &t->under_way[number % IO_WINDOW];
}

void io_queued(struct io_table *t, uint32_t number, uint32_t pid, struct io_moment now)
{
	*place(t, number) = (struct io){.number = number, .pid = pid, .queued = now};
}

bool io_started(struct io_table *t, uint32_t number, struct io_moment now)
{
	struct io *io = place(t, number);

	if (!number || io->number != number)
		return false;
	io->started = now; /* once more after a failure: the last time counts */
	return true;
}

bool io_done(struct io_table *t, uint32_t number, struct io *io)
{
	struct io *there = place(t, number);
	bool known = number && there->number == number;

	*io = known ? *there : (struct io){.number = number};
	if (known)
		there->number = 0;
	return known;
}
