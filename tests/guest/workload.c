/*
 * workload.c - three strings of references larger than memory: played here, page by page, under
 * whatever policy the kernel has, or printed, for build/analysis/replay to play on paper.
 *
 *   workload run ROOM NAME...     marks `fill NAME` and `use NAME`; then says how many pages were
 *                                 in memory while they were used, and how many were not as left
 *   workload string ROOM NAME     a line a reference: the page, and w when it is written
 *
 * ROOM is about how many pages memory has room for. NAME is
 *
 *   loop    a quarter more than that, in turn, four times
 *   scan    favourites at random (a quarter of the room), by turns with pages that are wanted once
 *   zipf    twice the room at random, the k-th page wanted as 1 / (k + an eighth of the
 *           room): Zipf's law as Mandelbrot has it; each fourth time it is written
 *
 * All pages are written first, in order: that is the fill, and part of the string.
 */
#include "../../analysis/labs/lab.h"
#include <stdbool.h>
#include <stdint.h>

#define WRITE	 0x8000u
#define SAMPLES	 64u
#define SCATTER	 7919u /* a prime: neighbours in rank are none in memory */
#define ROOM_MAX (WRITE / 4)

struct string {
	unsigned long pages, nr;
	uint16_t *refs; /* page, and WRITE */
};

static uint32_t random_state;

static uint32_t random_number(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 17;
	random_state ^= random_state << 5;
	return random_state;
}

static void make_loop(struct string *s, unsigned long i)
{
	s->refs[i] = (uint16_t)(i % s->pages);
}

static void make_scan(struct string *s, unsigned long i)
{
	unsigned long hot = s->pages / 9;

	s->refs[i] = (uint16_t)(i % 2 ? random_number() % hot : hot + i / 2 % (s->pages - hot));
}

/* sums[k]: how often one of the ranks to k is wanted, in some unit. */
static uint32_t *zipf_sums(unsigned long pages)
{
	uint32_t *sums = malloc(pages * sizeof(*sums)), sum = 0;

	if (!sums)
		die("malloc");
	for (unsigned long k = 0; k < pages; k++)
		sums[k] = sum += (1u << 28) / (uint32_t)(k + pages / 16 + 1);
	return sums;
}

static void make_zipf(struct string *s, unsigned long i)
{
	static uint32_t *sums;
	unsigned long low = 0, high = s->pages - 1;
	uint32_t wanted;

	if (!sums)
		sums = zipf_sums(s->pages);
	wanted = random_number() % sums[high];
	while (low < high) {
		unsigned long middle = (low + high) / 2;

		if (sums[middle] > wanted)
			high = middle;
		else
			low = middle + 1;
	}
	s->refs[i] = (uint16_t)(low * SCATTER % s->pages | (i % 4 ? 0 : WRITE));
}

/* Sizes in quarters of the room. */
static const struct {
	const char *name;
	unsigned long pages, refs;
	void (*make)(struct string *s, unsigned long i);
} workloads[] = {
	{"loop", 5, 20, make_loop},
	{"scan", 9, 16, make_scan},
	{"zipf", 8, 20, make_zipf},
};

#define NR_WORKLOADS (sizeof(workloads) / sizeof(workloads[0]))

static struct string make_string(const char *name, unsigned long room)
{
	struct string s;
	unsigned int w = 0;

	while (w < NR_WORKLOADS && strcmp(workloads[w].name, name))
		w++;
	if (w == NR_WORKLOADS) {
		fprintf(stderr, "workload: no workload %s\n", name);
		exit(2);
	}
	random_state = 2463534242u;
	s.pages = workloads[w].pages * room / 4;
	s.nr = workloads[w].refs * room / 4;
	s.refs = malloc(s.nr * sizeof(*s.refs));
	if (!s.refs)
		die("malloc");
	for (unsigned long i = 0; i < s.nr; i++)
		workloads[w].make(&s, i);
	return s;
}

static void print_string(const struct string *s)
{
	for (unsigned long page = 0; page < s->pages; page++)
		printf("%lu w\n", page);
	for (unsigned long i = 0; i < s->nr; i++)
		printf("%lu%s\n", s->refs[i] & (WRITE - 1ul), s->refs[i] & WRITE ? " w" : "");
}

static void mark_phase(const char *phase, const char *name)
{
	char label[32];

	snprintf(label, sizeof(label), "%s %s", phase, name);
	mark(label);
}

static void say_of(const char *name, const char *what, unsigned long value)
{
	char key[32];

	snprintf(key, sizeof(key), "%s %s", name, what);
	say(key, value);
}

/* What a page holds: its number, and how often it was written. */
static uint32_t contents(unsigned long page, uint8_t generation)
{
	return (uint32_t)page << 8 | generation;
}

static void play(const char *name, const struct string *s)
{
	unsigned long others = resident(getpid()), most = 0, least = ~0ul, wrong = 0;
	volatile uint32_t *memory = (volatile uint32_t *)take_pages(HERE, s->pages);
	uint8_t *generation = calloc(s->pages, 1);

	if (!generation)
		die("calloc");
	mark_phase("fill", name);
	for (unsigned long page = 0; page < s->pages; page++)
		memory[page * (PAGE / 4)] = contents(page, 0);
	mark_phase("use", name);
	for (unsigned long i = 0; i < s->nr; i++) {
		unsigned long page = s->refs[i] & (WRITE - 1);
		volatile uint32_t *word = &memory[page * (PAGE / 4)];

		if (s->refs[i] & WRITE)
			*word = contents(page, ++generation[page]);
		else
			wrong += *word != contents(page, generation[page]);
		if (i % (s->nr / SAMPLES) == 0) {
			unsigned long now = resident(getpid()) - others;

			most = now > most ? now : most;
			least = now < least ? now : least;
		}
	}
	mark_phase("used", name);
	munmap((void *)memory, s->pages * PAGE);
	free(generation);
	say_of(name, "pages", s->pages);
	say_of(name, "references", s->nr);
	say_of(name, "frames at least", least);
	say_of(name, "frames at most", most);
	say_of(name, "wrong", wrong);
}

int main(int argc, char **argv)
{
	bool run = argc > 3 && !strcmp(argv[1], "run");
	unsigned long room = number(argc, argv, 2, 0);

	if (!run && (argc != 4 || strcmp(argv[1], "string"))) {
		fprintf(stderr, "usage: workload run ROOM NAME... | string ROOM NAME\n");
		return 2;
	}
	if (room < SAMPLES || room > ROOM_MAX) {
		fprintf(stderr, "workload: %s is no room\n", argv[2]);
		return 2;
	}
	if (run)
		tell("/proc/sys/vm/page-cluster", "0"); /* one fault, one page */
	for (int i = 3; i < argc; i++) {
		struct string s = make_string(argv[i], room);

		if (run)
			play(argv[i], &s);
		else
			print_string(&s);
		free(s.refs);
	}
	return 0;
}
