/*
 * replay.c - reads a string of references and says what each replacement policy makes of it.
 *
 *   build/host/replay [-t TICK] [-u TAU] [-s SEED] FRAMES... < string
 *
 * A line is a page number (decimal, or hexadecimal with 0x), and w behind it if the page was
 * written. For each number of frames: faults, and writes of dirty pages that had to leave, by
 * policy (mm/reclaim/policy_*.c, the kernel's own; lru is exact here) and by OPT, which knows the
 * future. TICK and TAU are in references: how often aging looks at the accessed bits (default:
 * FRAMES), and what wsclock thinks that a working set is (default: 2 * FRAMES).
 */
#include "replay_engine.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct string {
	struct reference *refs;
	unsigned long nr, room;
};

/* Page numbers as they come, and the order of their size. */
static u64 *names;

static void die(const char *what, unsigned long line)
{
	fprintf(stderr, "replay: line %lu: %s\n", line, what);
	exit(2);
}

static void *larger(void *memory, size_t bytes)
{
	void *there = realloc(memory, bytes);

	if (!there)
		die("no memory", 0);
	return there;
}

static void append(struct string *string, u64 name, bool write)
{
	if (string->nr == string->room) {
		string->room = string->room ? 2 * string->room : 1024;
		string->refs = larger(string->refs, string->room * sizeof(*string->refs));
		names = larger(names, string->room * sizeof(*names));
	}
	names[string->nr] = name;
	string->refs[string->nr++].write = write;
}

static void read_string(struct string *string)
{
	char line[128], *end;
	unsigned long at = 0;
	u64 name;

	while (fgets(line, sizeof(line), stdin)) {
		at++;
		errno = 0;
		name = strtoull(line, &end, 0);
		if (end == line || errno || line[0] == '-')
			die("no page number", at);
		end += strspn(end, " \t,");
		append(string, name, *end == 'w');
		end += *end == 'w';
		if (*end && *end != '\n')
			die("more than a page number and w", at);
	}
}

static int by_number(const void *a, const void *b)
{
	const u64 *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* Pages become 0, 1, 2... How many. */
static u32 number_pages(struct string *string)
{
	u64 *sorted = malloc((string->nr + 1) * sizeof(*sorted)), *found;
	u32 nr = 0;

	if (!sorted)
		die("no memory", string->nr);
	memcpy(sorted, names, string->nr * sizeof(*sorted));
	qsort(sorted, string->nr, sizeof(*sorted), by_number);
	for (unsigned long i = 0; i < string->nr; i++)
		if (!nr || sorted[nr - 1] != sorted[i])
			sorted[nr++] = sorted[i];
	for (unsigned long i = 0; i < string->nr; i++) {
		found = bsearch(&names[i], sorted, nr, sizeof(*sorted), by_number);
		string->refs[i].page = (u32)(found - sorted);
	}
	free(sorted);
	return nr;
}

static void print_row(unsigned int frames, const char *name, struct replay_result result)
{
	printf("%u,%s,%lu,%lu\n", frames, name, result.faults, result.writes);
}

static void print_frames(struct replay *replay)
{
	for (int i = 0; reclaim_policies[i]; i++)
		print_row(replay->frames, reclaim_policies[i]->name,
			  replay_policy(replay, reclaim_policies[i]));
	print_row(replay->frames, "opt", replay_opt(replay));
}

static unsigned int number(const char *text)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (end == text || *end || !n || n > 1ul << 24) {
		fprintf(stderr, "replay: %s is no number from 1 to %lu\n", text, 1ul << 24);
		exit(2);
	}
	return (unsigned int)n;
}

int main(int argc, char **argv)
{
	struct string string = {0};
	struct replay replay = {0};
	int option;

	while ((option = getopt(argc, argv, "t:u:s:")) != -1) {
		if (option == '?')
			return 2;
		*(option == 't'	  ? &replay.tick
		  : option == 'u' ? &replay.tau
				  : &replay.seed) = number(optarg);
	}
	if (optind == argc) {
		fprintf(stderr, "usage: replay [-t TICK] [-u TAU] [-s SEED] FRAMES... < string\n");
		return 2;
	}
	read_string(&string);
	replay.nr_pages = number_pages(&string);
	replay.refs = string.refs;
	replay.nr_refs = string.nr;
	printf("frames,policy,faults,writes\n");
	for (; optind < argc; optind++) {
		replay.frames = number(argv[optind]);
		print_frames(&replay);
	}
	free(string.refs);
	free(names);
	return 0;
}
