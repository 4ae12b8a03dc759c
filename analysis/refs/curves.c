/*
 * curves.c - what a string of references says of every size of memory, in one pass.
 *
 * - curves lru [-s N] [-e] [-i FILE]: misses of LRU, by number of frames (of TLB entries, if it is
 *   all)
 * - curves ws [-a]: size and misses of the working set, by window; -a: of a reduced string, too,
 *   though the uses that it lacks make sets smaller where windows are short
 * - curves reduce -k FRAMES: a shorter string with the same misses of LRU and OPT from FRAMES on
 *
 * reader.h tells what a string looks like. -s N adds what one page in N would have told, and FILE
 * gets how far that is off, as key,value; -e: only what they tell, with their share of memory and
 * time.
 */
#include "miss_curve.h"
#include "reader.h"
#include "reduce.h"
#include "working_set.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct options {
	u32 sample, frames;
	bool estimate_only, approximate;
	const char *info;
};

static void usage(void) __attribute__((noreturn));
static void usage(void)
{
	fprintf(stderr,
		"usage: curves lru [-s N] [-e] [-i FILE] | ws [-a] | reduce -k FRAMES < string\n");
	exit(2);
}

static double ratio(u64 part, u64 whole)
{
	return whole ? (double)part / (double)whole : 0;
}

/* --- lru --- */

/* Mean and greatest difference of the two ratios over all sizes. */
struct difference {
	double sum, most;
	u32 most_at, sizes;
};

static void differ(struct difference *difference, u32 frames, double exact, double sampled)
{
	double by = exact > sampled ? exact - sampled : sampled - exact;

	difference->sum += by;
	difference->sizes++;
	if (by > difference->most) {
		difference->most = by;
		difference->most_at = frames;
	}
}

static void read_curves(struct reader *reader, struct miss_curve *exact, struct miss_curve *sample)
{
	struct miss_curve *both[] = {exact, sample};
	struct refs_line line;

	while ((line = reader_next(reader)).kind != REFS_END) {
		for (size_t i = 0; i < 2; i++) {
			if (!both[i])
				continue;
			if (line.kind == REFS_USE)
				miss_curve_use(both[i], line.page, reader_name(reader, line.page));
			else if (line.kind == REFS_GONE)
				miss_curve_drop(both[i], line.page, reader_name(reader, line.page));
			else
				miss_curve_drop_all(both[i]);
		}
	}
}

static void print_curve(const struct reader *reader, const struct miss_curve *curve,
			const struct miss_curve *sample, struct difference *difference)
{
	struct miss_walk walk = {0}, sample_walk = {0};
	u32 first = reader_exact_from(reader) ? reader_exact_from(reader) : 1;
	u32 last = miss_curve_frames(curve), sample_last = sample ? miss_curve_frames(sample) : 0;
	u64 whole = curve->uses + reader_left_out(reader);

	printf("frames,misses,ratio%s\n", sample ? ",sampled" : "");
	last = last > first ? last : first;
	for (u32 frames = first; frames <= last || frames <= sample_last; frames++) {
		bool step = frames == first || miss_curve_steps(curve, frames) ||
			    (sample && miss_curve_steps(sample, frames));
		u64 misses = miss_curve_misses(curve, &walk, frames), guess;

		if (step)
			printf("%" PRIu32 ",%" PRIu64 ",%.6f", frames, misses,
			       ratio(misses, whole));
		if (sample) {
			guess = miss_curve_misses(sample, &sample_walk, frames);
			if (step)
				printf(",%.6f", ratio(guess, whole));
			differ(difference, frames, ratio(misses, whole), ratio(guess, whole));
		}
		if (step)
			putchar('\n');
	}
}

static void print_info(const char *name, const struct reader *reader,
		       const struct miss_curve *curve, const struct miss_curve *sample,
		       const struct difference *difference)
{
	FILE *file = fopen(name, "w");

	if (!file) {
		fprintf(stderr, "curves: %s: %s\n", name, strerror(errno));
		exit(2);
	}
	fprintf(file,
		"key,value\nreferences,%" PRIu64 "\npages,%" PRIu32 "\nfirst_uses,%" PRIu64 "\n",
		curve->uses + reader_left_out(reader), reader_pages(reader), curve->hits[0]);
	fprintf(file, "exact_from,%" PRIu32 "\n",
		reader_exact_from(reader) ? reader_exact_from(reader) : 1);
	if (sample)
		fprintf(file,
			"sampled_one_in,%" PRIu32 "\nsampled_pages,%" PRIu32
			"\nsampled_references,%" PRIu64 "\nerror_mean,%.6f\nerror_most,%.6f\n"
			"error_most_at,%" PRIu32 "\n",
			sample->one_in, sample->pages, sample->seen,
			difference->sizes ? difference->sum / difference->sizes : 0,
			difference->most, difference->most_at);
	if (fclose(file)) {
		fprintf(stderr, "curves: %s: %s\n", name, strerror(errno));
		exit(2);
	}
}

static void lru(struct reader *reader, const struct options *options)
{
	bool both = options->sample > 1 && !options->estimate_only;
	struct miss_curve curve, sample;
	struct difference difference = {0};

	miss_curve_begin(&curve, options->estimate_only ? options->sample : 1);
	if (both)
		miss_curve_begin(&sample, options->sample);
	read_curves(reader, &curve, both ? &sample : NULL);
	if (options->sample > 1 && reader_exact_from(reader))
		reader_fail(
			reader,
			"no sample of a reduced string: what it lacks is not the same everywhere");
	print_curve(reader, &curve, both ? &sample : NULL, &difference);
	if (options->info)
		print_info(options->info, reader, &curve, both ? &sample : NULL, &difference);
	miss_curve_end(&curve);
	if (both)
		miss_curve_end(&sample);
}

/* --- ws --- */

static void ws(struct reader *reader, bool approximate)
{
	struct working_set set;
	struct refs_line line;
	u64 misses;

	working_set_begin(&set);
	while ((line = reader_next(reader)).kind != REFS_END) {
		if (line.kind == REFS_USE)
			working_set_use(&set, line.page, line.time);
		else if (line.kind == REFS_GONE)
			working_set_drop(&set, line.page, line.time);
		else
			working_set_drop_all(&set, line.time);
	}
	if (reader_exact_from(reader) && !approximate)
		reader_fail(reader,
			    "no working sets of a reduced string: uses that it lacks count here");
	working_set_finish(&set);
	printf("window,pages,misses,ratio\n");
	for (unsigned int i = 0; set.uses && i <= working_set_longest(&set); i++) {
		misses = working_set_misses(&set, i);
		printf("%" PRIu64 ",%.3f,%" PRIu64 ",%.6f\n", working_set_window(i),
		       working_set_size(&set, i), misses, ratio(misses, set.uses));
	}
	working_set_end(&set);
}

/* --- reduce --- */

struct output {
	const struct reader *reader;
	u64 uses, kept;
};

static void print_line(void *arg, const struct refs_line *line)
{
	struct output *output = arg;

	if (line->kind == REFS_FLUSH) {
		puts("-");
		return;
	}
	printf("%s0x%08" PRIx64, line->kind == REFS_GONE ? "-" : "",
	       reader_name(output->reader, line->page));
	if (line->kind == REFS_USE) {
		output->kept++;
		if (line->write)
			fputs(" w", stdout);
		if (reader_timed(output->reader))
			printf(" @%" PRIu64, line->time);
	}
	putchar('\n');
}

static void reduce(struct reader *reader, u32 k)
{
	struct output output = {.reader = reader};
	struct reducer *reducer = reducer_new(k, print_line, &output);
	struct refs_line line;

	line = reader_next(reader);
	if (reader_exact_from(reader) > k)
		reader_fail(reader, "this string is reduced already, for more frames");
	printf("# reduced k=%" PRIu32 "\n", k);
	for (; line.kind != REFS_END; line = reader_next(reader)) {
		output.uses += line.kind == REFS_USE;
		reducer_add(reducer, &line);
	}
	reducer_finish(reducer);
	printf("# references=%" PRIu64 " kept=%" PRIu64 "\n", output.uses + reader_left_out(reader),
	       output.kept);
	reducer_free(reducer);
}

static u32 number(const char *text)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (end == text || *end || !n || n > 1ul << 30) {
		fprintf(stderr, "curves: %s is no number from 1 to %lu\n", text, 1ul << 30);
		exit(2);
	}
	return (u32)n;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	struct options options = {.sample = 1};
	struct reader *reader = reader_new("curves");
	int option;

	optind = 2;
	while (argc > 1 && (option = getopt(argc, argv, "s:ei:k:a")) != -1) {
		if (option == 's')
			options.sample = number(optarg);
		else if (option == 'e')
			options.estimate_only = true;
		else if (option == 'a')
			options.approximate = true;
		else if (option == 'i')
			options.info = optarg;
		else if (option == 'k')
			options.frames = number(optarg);
		else
			usage();
	}
	if (argc < 2 || optind != argc)
		usage();
	if (options.approximate && strcmp(what, "ws") != 0)
		usage();
	if (strcmp(what, "lru") == 0 && !options.frames)
		lru(reader, &options);
	else if (strcmp(what, "ws") == 0)
		ws(reader, options.approximate);
	else if (strcmp(what, "reduce") == 0 && options.frames)
		reduce(reader, options.frames);
	else
		usage();
	reader_free(reader);
	if (fflush(stdout) || ferror(stdout)) {
		fprintf(stderr, "curves: standard output: %s\n", strerror(errno));
		return 2;
	}
	return 0;
}
