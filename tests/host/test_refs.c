/*
 * test_refs.c - curves of miss ratios, working sets and reduced strings (analysis/refs) against
 * what their definitions say, word by word, of random strings.
 */
#include "../../analysis/refs/miss_curve.h"
#include "../../analysis/refs/reduce.h"
#include "../../analysis/refs/working_set.h"
#include "../../analysis/refs/replay_engine.h"
#include "test.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LINES 260u
#define PAGES 40u

struct string {
	struct refs_line lines[LINES];
	unsigned int nr, pages;
};

/* Loops, favourites, jumps; with `gone`, pages go, at times all. */
static void make_string(struct string *string, struct input *in, bool gone)
{
	u32 page = 0, base = 0, step;
	u64 time = 0;

	string->pages = 1 + input_below(in, PAGES);
	string->nr = input_below(in, LINES + 1);
	for (unsigned int i = 0; i < string->nr; i++) {
		struct refs_line *line = &string->lines[i];

		step = input_u8(in);
		if (step < 96)
			page++;
		else if (step < 176)
			page = base + step % 5;
		else if (step < 200)
			base = page = step;
		else
			page = step * 7 + input_u8(in);
		*line = (struct refs_line){.kind = REFS_USE, .page = page % string->pages};
		if (gone && step % 16 == 3)
			line->kind = step == 3 ? REFS_FLUSH : REFS_GONE;
		line->write = line->kind == REFS_USE && input_below(in, 3) == 0;
		time += line->kind != REFS_USE ? 0 : step % 32 == 5 ? step : step % 64 ? 1 : 0;
		line->time = time;
	}
}

/* --- LRU: m frames, whose page was used when --- */

struct frames {
	u32 page[PAGES + 1];
	u64 used[PAGES + 1];
	bool dirty[PAGES + 1];
	unsigned int nr;
};

static void forget(struct frames *frames, const struct refs_line *line)
{
	unsigned int to = 0;

	for (unsigned int i = 0; i < frames->nr; i++) {
		if (line->kind == REFS_FLUSH || frames->page[i] == line->page)
			continue;
		frames->page[to] = frames->page[i];
		frames->dirty[to] = frames->dirty[i];
		frames->used[to++] = frames->used[i];
	}
	frames->nr = to;
}

struct counts {
	unsigned long misses, writes;
};

static struct counts lru_model(const struct refs_line *lines, unsigned int nr, unsigned int size)
{
	struct frames frames = {.nr = 0};
	struct counts counts = {0, 0};

	for (unsigned int i = 0; i < nr; i++) {
		unsigned int at = 0;

		if (lines[i].kind != REFS_USE) {
			forget(&frames, &lines[i]);
			continue;
		}
		while (at < frames.nr && frames.page[at] != lines[i].page)
			at++;
		if (at == frames.nr) {
			counts.misses++;
			if (frames.nr == size) {
				at = 0;
				for (unsigned int f = 1; f < size; f++)
					at = frames.used[f] < frames.used[at] ? f : at;
				counts.writes += frames.dirty[at];
			} else {
				frames.nr++;
			}
			frames.page[at] = lines[i].page;
			frames.dirty[at] = false;
		}
		frames.used[at] = i;
		frames.dirty[at] |= lines[i].write;
	}
	return counts;
}

static int curve_is_lru(const u8 *data, size_t n)
{
	struct input in = {data, n};
	struct string string;
	struct miss_curve curve;
	struct miss_walk walk = {0};
	unsigned int uses = 0;

	make_string(&string, &in, input_below(&in, 2));
	miss_curve_begin(&curve, 1);
	for (unsigned int i = 0; i < string.nr; i++) {
		const struct refs_line *line = &string.lines[i];

		uses += line->kind == REFS_USE;
		if (line->kind == REFS_USE)
			miss_curve_use(&curve, line->page, line->page);
		else if (line->kind == REFS_GONE)
			miss_curve_drop(&curve, line->page, line->page);
		else
			miss_curve_drop_all(&curve);
	}
	CHECK_EQ(miss_curve_misses(&curve, &walk, 0), uses);
	for (unsigned int size = 1; size <= string.pages; size++) {
		u64 before = miss_curve_misses(&curve, &walk, size - 1), now;

		now = miss_curve_misses(&curve, &walk, size);
		CHECK_EQ(now, lru_model(string.lines, string.nr, size).misses);
		CHECK(now <= before); /* inclusion */
		CHECK_EQ(miss_curve_steps(&curve, size), now != before);
	}
	CHECK(miss_curve_frames(&curve) <= string.pages);
	miss_curve_end(&curve);
	return 0;
}

static void test_curve(void)
{
	check_property(curve_is_lru, 4 * LINES);
}

/* --- working sets: at each moment, the pages used within the window --- */

static bool in_window(const struct string *string, u32 page, u64 now, u64 window)
{
	bool is = false;

	for (unsigned int i = 0; i < string->nr; i++) {
		const struct refs_line *line = &string->lines[i];

		/* What goes after the last use goes when the next moment begins. */
		if (line->kind == REFS_USE && line->page == page && line->time <= now)
			is = line->time + window > now;
		else if ((line->kind == REFS_FLUSH || line->page == page) && line->time < now)
			is = false;
	}
	return is;
}

static u64 window_misses(const struct string *string, u64 window)
{
	u64 last[PAGES], misses = 0;
	bool there[PAGES] = {false};

	for (unsigned int i = 0; i < string->nr; i++) {
		const struct refs_line *line = &string->lines[i];

		if (line->kind == REFS_FLUSH)
			memset(there, 0, sizeof(there));
		else if (line->kind == REFS_GONE)
			there[line->page] = false;
		if (line->kind != REFS_USE)
			continue;
		misses += !there[line->page] || line->time - last[line->page] > window;
		there[line->page] = true;
		last[line->page] = line->time;
	}
	return misses;
}

static int working_set_is_counted(const u8 *data, size_t n)
{
	struct input in = {data, n};
	struct string string;
	struct working_set set;
	u64 first = ~0ull;
	unsigned int window;

	make_string(&string, &in, false);
	string.nr = string.nr < 60 ? string.nr : 60;
	working_set_begin(&set);
	for (unsigned int i = 0; i < string.nr; i++) {
		const struct refs_line *line = &string.lines[i];

		first = line->time < first ? line->time : first;
		working_set_use(&set, line->page, line->time);
	}
	working_set_finish(&set);
	window = input_below(&in, 12);
	if (string.nr) {
		u64 size = working_set_window(window), pages = 0, last = set.now;

		for (u64 now = first; now <= last; now++)
			for (u32 page = 0; page < string.pages; page++)
				pages += in_window(&string, page, now, size);
		CHECK_EQ(working_set_size(&set, window) * 1e6 + 0.5,
			 (double)pages / (double)(last - first + 1) * 1e6 + 0.5);
		CHECK_EQ(working_set_misses(&set, window), window_misses(&string, size));
		CHECK(working_set_window(working_set_longest(&set)) >= last - first + 1);
	}
	working_set_end(&set);
	return 0;
}

static int misses_with_gone_pages(const u8 *data, size_t n)
{
	struct input in = {data, n};
	struct string string;
	struct working_set set;

	make_string(&string, &in, true);
	working_set_begin(&set);
	for (unsigned int i = 0; i < string.nr; i++) {
		const struct refs_line *line = &string.lines[i];

		if (line->kind == REFS_USE)
			working_set_use(&set, line->page, line->time);
		else if (line->kind == REFS_GONE)
			working_set_drop(&set, line->page, line->time);
		else
			working_set_drop_all(&set, line->time);
	}
	working_set_finish(&set);
	for (unsigned int window = 0; window < 12; window++)
		CHECK_EQ(working_set_misses(&set, window),
			 window_misses(&string, working_set_window(window)));
	working_set_end(&set);
	return 0;
}

static void test_working_set(void)
{
	check_property(working_set_is_counted, 4 * LINES);
	check_property(misses_with_gone_pages, 4 * LINES);
}

static void test_windows(void)
{
	static const u64 first[] = {1, 2, 3, 4, 6, 8, 12, 16, 24, 32};

	for (unsigned int i = 0; i < ARRAY_SIZE(first); i++)
		CHECK_EQ(working_set_window(i), first[i]);
	CHECK(working_set_window(WORKING_SET_WINDOWS - 1) == 3ull << 62);
}

/* --- reduced strings --- */

struct kept {
	struct refs_line lines[LINES];
	unsigned int nr;
};

static void keep_line(void *arg, const struct refs_line *line)
{
	struct kept *kept = arg;

	if (CHECK(kept->nr < LINES))
		kept->lines[kept->nr++] = *line;
}

static unsigned long opt_misses(const struct refs_line *lines, unsigned int nr, unsigned int pages,
				unsigned int frames)
{
	static struct reference refs[LINES * PAGES];
	struct replay replay = {.refs = refs, .nr_pages = pages, .frames = frames};

	for (unsigned int i = 0; i < nr; i++) {
		bool all = lines[i].kind == REFS_FLUSH;

		for (u32 page = all ? 0 : lines[i].page; page < pages; page++) {
			refs[replay.nr_refs++] =
				(struct reference){page, lines[i].write, lines[i].kind != REFS_USE};
			if (!all)
				break;
		}
	}
	return replay_opt(&replay).faults;
}

static int reduced_is_the_same(const u8 *data, size_t n)
{
	struct input in = {data, n};
	static struct string string;
	static struct kept kept;
	unsigned int k, whole = 0;
	size_t waited = 0;
	struct reducer *reducer;

	make_string(&string, &in, input_below(&in, 2));
	k = 1 + input_below(&in, string.pages);
	kept.nr = 0;
	reducer = reducer_new(k, keep_line, &kept);
	for (unsigned int i = 0; i < string.nr; i++) {
		reducer_add(reducer, &string.lines[i]);
		waited = reducer_waiting(reducer) > waited ? reducer_waiting(reducer) : waited;
	}
	reducer_finish(reducer);
	CHECK_EQ(reducer_waiting(reducer), 0);
	CHECK(waited <= 3 * (k + 1));
	reducer_free(reducer);
	/* what is left is some of what there was, in order */
	for (unsigned int i = 0; i < kept.nr; i++, whole++) {
		while (whole < string.nr && (string.lines[whole].page != kept.lines[i].page ||
					     string.lines[whole].kind != kept.lines[i].kind ||
					     string.lines[whole].time != kept.lines[i].time))
			whole++;
		CHECK(whole < string.nr);
	}
	for (unsigned int size = k; size <= string.pages; size++) {
		struct counts of_all = lru_model(string.lines, string.nr, size);
		struct counts of_kept = lru_model(kept.lines, kept.nr, size);

		CHECK_EQ(of_kept.misses, of_all.misses);
		CHECK_EQ(of_kept.writes, of_all.writes);
		CHECK_EQ(opt_misses(kept.lines, kept.nr, string.pages, size),
			 opt_misses(string.lines, string.nr, string.pages, size));
	}
	return 0;
}

static void test_reduce(void)
{
	check_property(reduced_is_the_same, 4 * LINES);
}

static void test_reduce_figure(void)
{
	/* The figure of reduce.h: A b c b A c d b A; the middle A goes with 4 frames, not with 3.
	 */
	static const char text[] = "AbcbAcdbA";
	struct refs_line line = {.kind = REFS_USE};
	static struct kept kept;

	for (u32 k = 3; k <= 4; k++) {
		struct reducer *reducer = reducer_new(k, keep_line, &kept);
		unsigned int as = 0;

		kept.nr = 0;
		for (const char *c = text; *c; c++) {
			line.page = *c & 31;
			reducer_add(reducer, &line);
		}
		reducer_finish(reducer);
		reducer_free(reducer);
		for (unsigned int i = 0; i < kept.nr; i++)
			as += kept.lines[i].page == 1;
		CHECK_EQ(as, k == 3 ? 3 : 2);
	}
}

/* --- size and speed --- */

/* Favourites and a slow march over many pages. */
static u32 page_of_long(u32 i, u32 pages)
{
	return i % 3 ? test_random_below(1 + test_random_below(pages)) : i / 3 % pages;
}

static double seconds_for(u32 uses, u32 pages)
{
	struct lru_stack *stack = lru_stack_new();
	clock_t before = clock();

	for (u32 i = 0; i < uses; i++)
		lru_stack_use(stack, page_of_long(i, pages));
	lru_stack_free(stack);
	return (double)(clock() - before) / CLOCKS_PER_SEC;
}

static void test_speed(void)
{
	double least = 1e9, ratio;

	/* 16 times the uses of 16 times the pages: 16 times the time, and a bit for log n. A list
	 * that is gone through would take 256 times. The best of three: others use the machine,
	 * too. */
	for (int i = 0; i < 3; i++) {
		ratio = seconds_for(640000, 64000) / seconds_for(40000, 4000);
		least = ratio < least ? ratio : least;
	}
	if (!(least < 80))
		test_fail(__FILE__, __LINE__, "16 times the string took %d times as long",
			  (int)least);
}

/* The curve of a sample is near the exact one, and the more so the larger it is. */
static void test_sample(void)
{
	static const u32 one_in[] = {1, 4, 16, 64};
	struct miss_curve curves[ARRAY_SIZE(one_in)];
	struct miss_walk walks[ARRAY_SIZE(one_in)] = {{0}};
	double sum[ARRAY_SIZE(one_in)] = {0};
	const u32 uses = 200000, pages = 8000;

	test_random_seed(7);
	for (unsigned int c = 0; c < ARRAY_SIZE(one_in); c++)
		miss_curve_begin(&curves[c], one_in[c]);
	for (u32 i = 0; i < uses; i++) {
		u32 page = page_of_long(i, pages);

		for (unsigned int c = 0; c < ARRAY_SIZE(one_in); c++)
			miss_curve_use(&curves[c], page, 0x8048000u + page * 4096);
	}
	for (u32 frames = 1; frames <= pages; frames++) {
		u64 exact = miss_curve_misses(&curves[0], &walks[0], frames);

		for (unsigned int c = 1; c < ARRAY_SIZE(one_in); c++) {
			s64 off =
				(s64)miss_curve_misses(&curves[c], &walks[c], frames) - (s64)exact;

			sum[c] += (double)(off < 0 ? -off : off) / uses / pages;
		}
	}
	CHECK(sum[1] < 0.01);
	CHECK(sum[2] < 0.02);
	CHECK(sum[3] < 0.05);
	for (unsigned int c = 1; c < ARRAY_SIZE(one_in); c++) {
		CHECK(curves[c].pages > pages / one_in[c] / 2);
		CHECK(curves[c].pages < pages / one_in[c] * 2);
	}
	for (unsigned int c = 0; c < ARRAY_SIZE(one_in); c++)
		miss_curve_end(&curves[c]);
}

/* A page that makes half of all uses is in the sample or not: either way the curve is about right.
 */
static void test_hot_page(void)
{
	struct miss_curve exact, sample;

	for (u32 hot = 0; hot < 64; hot++) {
		struct miss_walk walk = {0}, sample_walk = {0};
		double sum = 0;

		test_random_seed(hot + 1);
		miss_curve_begin(&exact, 1);
		miss_curve_begin(&sample, 16);
		for (u32 i = 0; i < 8000; i++) {
			u32 page = i % 2 ? 10000 + hot : test_random_below(2000);

			miss_curve_use(&exact, page, page);
			miss_curve_use(&sample, page, page);
		}
		for (u32 frames = 1; frames <= 2000; frames++) {
			s64 off = (s64)miss_curve_misses(&sample, &sample_walk, frames) -
				  (s64)miss_curve_misses(&exact, &walk, frames);

			sum += (double)(off < 0 ? -off : off) / 8000 / 2000;
		}
		CHECK(sum < 0.06);
		miss_curve_end(&exact);
		miss_curve_end(&sample);
	}
}

static const struct test tests[] = {
	{"the miss curve is LRU with each number of frames, pages that go included", test_curve},
	{"the working set is what was used in the window", test_working_set},
	{"windows are 2^i and 3 * 2^i", test_windows},
	{"a reduced string has the same misses of LRU and OPT, from k frames on", test_reduce},
	{"the middle use goes, with k frames and not with fewer", test_reduce_figure},
	{"a sample tells nearly the same", test_sample},
	{"with a hot page and without", test_hot_page},
	{"16 times the string takes about 16 times as long", test_speed},
};

TEST_MAIN(tests)
