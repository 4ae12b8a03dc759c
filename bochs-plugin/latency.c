/* latency.c - stretches of instructions in which the guest lets nobody in, and the longest ones. */
#include "latency.h"

#include <stddef.h>

static const uint64_t row_from[LATENCY_KINDS] = {LATENCY_ROW_IRQS, LATENCY_ROW_RESCHED};

void latency_begin(struct latency *l, enum latency_kind kind, uint64_t icount, uint32_t eip)
{
	struct stretch *s = &l->now[kind];

	if (s->open || !l->counts)
		return;
	*s = (struct stretch){.open = true, .since = icount, .eip = eip};
}

const struct stretch *latency_end(struct latency *l, enum latency_kind kind, uint64_t icount,
				  uint32_t eip, uint32_t pid)
{
	struct stretch *s = &l->now[kind];

	if (!s->open)
		return NULL;
	s->open = false;
	s->length = icount - s->since;
	s->end_eip = eip;
	s->pid = pid;
	if (s->length > l->longest[kind].length)
		l->longest[kind] = *s;
	return s->length >= row_from[kind] ? s : NULL;
}
