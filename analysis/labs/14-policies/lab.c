/* lab.c - lab 14: favourites at random and a long loop, by turns, under one replacement policy;
 * then what OPT, exact LRU and exact FIFO would have made of the same references.
 *
 *   lab [READS [HOT [LOOP]]]     reads (12000), pages of the favourites (1200), of the loop (3600)
 */
#include "../lab.h"
#include <stdint.h>

static unsigned long reads, hot, pages;
static uint16_t *string; /* page of each reference: all are filled first, in order, then read */

static void make_string(unsigned long loop)
{
	uint32_t x = 2463534242u;

	pages = hot + loop;
	string = malloc((pages + reads) * sizeof(*string));
	if (!string)
		die("malloc");
	for (unsigned long i = 0; i < pages; i++)
		string[i] = (uint16_t)i;
	for (unsigned long i = 0; i < reads; i++) {
		x ^= x << 13;
		x ^= x >> 17;
		x ^= x << 5;
		string[pages + i] = (uint16_t)(i % 2 ? x % hot : hot + i / 2 % loop);
	}
}

/* In memory or not, and when used: of each page. */
struct frame {
	unsigned long when; /* came (FIFO), was used (LRU), will be used (OPT) */
	int there;
};

/* When the reference's page is used next; beyond the end: never. */
static uint32_t *next_uses(void)
{
	uint32_t *next = malloc((pages + reads) * sizeof(*next)),
		 *last = malloc(pages * sizeof(*last));

	if (!next || !last)
		die("malloc");
	for (unsigned long p = 0; p < pages; p++)
		last[p] = UINT32_MAX;
	for (unsigned long i = pages + reads; i-- > 0;) {
		next[i] = last[string[i]];
		last[string[i]] = (uint32_t)i;
	}
	free(last);
	return next;
}

/* OPT: the page that is used last of all goes. */
static unsigned long used_latest(const struct frame *frames)
{
	unsigned long victim = pages;

	for (unsigned long p = 0; p < pages; p++)
		if (frames[p].there && (victim == pages || frames[p].when > frames[victim].when))
			victim = p;
	return victim;
}

/* LRU, FIFO: the page that was used or came first goes; *oldest: no reference before it is any
 * page's. */
static unsigned long earliest(const struct frame *frames, unsigned long *oldest)
{
	const struct frame *f;

	for (;; ++*oldest) {
		f = &frames[string[*oldest]];
		if (f->there && f->when == *oldest)
			return string[*oldest];
	}
}

/* Faults of the reads with so many frames; `rule`: 'O', 'L' or 'F'. */
static unsigned long simulate(char rule, unsigned long room, const uint32_t *next)
{
	struct frame *frames = calloc(pages, sizeof(*frames));
	unsigned long used = 0, faults = 0, oldest = 0;

	if (!frames)
		die("calloc");
	for (unsigned long i = 0; i < pages + reads; i++) {
		struct frame *f = &frames[string[i]];
		int fault = !f->there;

		if (fault && used == room)
			frames[rule == 'O' ? used_latest(frames) : earliest(frames, &oldest)]
				.there = 0;
		else
			used += (unsigned long)fault;
		f->there = 1;
		if (fault || rule != 'F')
			f->when = rule == 'O' ? next[i] : i;
		faults += (unsigned long)(fault && i >= pages);
	}
	free(frames);
	return faults;
}

int main(int argc, char **argv)
{
	unsigned long wrong = 0, room;
	uint32_t *memory, *next;

	reads = number(argc, argv, 1, 12000);
	hot = number(argc, argv, 2, 1200);
	make_string(number(argc, argv, 3, 3600));
	memory = (uint32_t *)take_pages(HERE, pages);
	tell("/proc/sys/vm/page-cluster", "0"); /* one fault, one page */
	mark("fill");
	for (unsigned long i = 0; i < pages; i++)
		memory[i * (PAGE / 4)] = (uint32_t)i;
	mark("use");
	for (unsigned long i = pages; i < pages + reads; i++)
		wrong += ((volatile uint32_t *)memory)[string[i] * (PAGE / 4)] != string[i];
	room = resident(getpid());
	mark("used");
	munmap(memory, pages * PAGE);
	say("wrong", wrong);
	say("frames", room);
	next = next_uses();
	say("OPT", simulate('O', room, next));
	say("LRU", simulate('L', room, next));
	say("FIFO", simulate('F', room, next));
	return 0;
}
