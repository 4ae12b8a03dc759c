/*
 * replay.c - reads a string of references and says what each replacement policy makes of it.
 *
 *   build/analysis/replay [-a] [-t TICK] [-u TAU] [-s SEED] [-p POLICY,...] FRAMES... < string
 *
 * reader.h tells what a string looks like. For each number of frames: faults, and writes of dirty
 * pages that had to leave, by policy: the kernel's own (mm/reclaim/policy_*.c; lru is exact here,
 * and clock is what is also called second chance), those that keep lists of their own (policies.h),
 * and OPT, which knows the future. TICK and TAU are in references: how often aging looks at the
 * accessed bits (default: FRAMES), and what wsclock thinks that a working set is (default: 2 *
 * FRAMES). Of a reduced string there are lru and opt only, from the number of frames on for which
 * it is exact; with -a the others, too, near what the whole one would have: all but aging and
 * wsclock, whose time is counted in references.
 */
#include "memory.h"
#include "policies.h"
#include "reader.h"
#include "replay_engine.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct string {
	struct reference *refs;
	size_t nr, room;
};

static void append(struct string *string, u32 page, bool write, bool gone)
{
	string->refs = refs_larger(string->refs, &string->room, string->nr, sizeof(*string->refs));
	string->refs[string->nr++] = (struct reference){page, write, gone};
}

static void read_string(struct reader *reader, struct string *string)
{
	struct refs_line line;

	while ((line = reader_next(reader)).kind != REFS_END) {
		if (line.kind != REFS_FLUSH)
			append(string, line.page, line.write, line.kind == REFS_GONE);
		for (u32 page = 0; line.kind == REFS_FLUSH && page < reader_pages(reader); page++)
			append(string, page, false, true);
	}
}

/* Is the name in the list, or is there no list? */
static bool chosen(const char *list, const char *name)
{
	const size_t length = strlen(name);

	if (!list)
		return true;
	for (; *list; list += strcspn(list, ","), list += *list == ',')
		if (strcspn(list, ",") == length && strncmp(list, name, length) == 0)
			return true;
	return false;
}

static bool counts_references(const struct reclaim_policy *policy)
{
	return policy == &aging_policy || policy == &wsclock_policy;
}

static void print_row(unsigned int frames, const char *name, struct replay_result result)
{
	printf("%u,%s,%lu,%lu\n", frames, name, result.faults, result.writes);
}

static void print_frames(struct replay *replay, const char *list, bool reduced, bool approximate)
{
	for (int i = 0; reclaim_policies[i]; i++)
		if (chosen(list, reclaim_policies[i]->name) &&
		    (!reduced || reclaim_policies[i] == &lru_policy ||
		     (approximate && !counts_references(reclaim_policies[i]))))
			print_row(replay->frames, reclaim_policies[i]->name,
				  replay_policy(replay, reclaim_policies[i]));
	for (int i = 0; list_policies[i].name; i++)
		if (chosen(list, list_policies[i].name) && (!reduced || approximate))
			print_row(replay->frames, list_policies[i].name,
				  list_policies[i].run(replay));
	if (chosen(list, "opt"))
		print_row(replay->frames, "opt", replay_opt(replay));
}

/* The first name of the list that is no policy's, or NULL. */
static const char *unknown(const char *list)
{
	for (; list && *list; list += strcspn(list, ","), list += *list == ',') {
		char name[16] = "";
		bool known;

		strncpy(name, list, sizeof(name) - 1);
		name[strcspn(name, ",")] = '\0';
		known = strcmp(name, "opt") == 0 || reclaim_policy_by_name(name);
		for (int i = 0; list_policies[i].name; i++)
			known |= strcmp(list_policies[i].name, name) == 0;
		if (!known)
			return list;
	}
	return NULL;
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

static void usage(void) __attribute__((noreturn));
static void usage(void)
{
	fprintf(stderr, "usage: replay [-a] [-t TICK] [-u TAU] [-s SEED] [-p POLICY,...] FRAMES... "
			"< string\n");
	exit(2);
}

static const char *options(int argc, char **argv, struct replay *replay, bool *approximate)
{
	const char *list = NULL;
	int option;

	while ((option = getopt(argc, argv, "at:u:s:p:")) != -1) {
		if (option == '?')
			usage();
		else if (option == 'p')
			list = optarg;
		else if (option == 'a')
			*approximate = true;
		else
			*(option == 't'	  ? &replay->tick
			  : option == 'u' ? &replay->tau
					  : &replay->seed) = number(optarg);
	}
	if (optind == argc)
		usage();
	if (unknown(list)) {
		fprintf(stderr, "replay: no policy is called %s\n", unknown(list));
		exit(2);
	}
	return list;
}

int main(int argc, char **argv)
{
	struct reader *reader = reader_new("replay");
	struct string string = {0};
	struct replay replay = {0};
	bool approximate = false;
	const char *list = options(argc, argv, &replay, &approximate);

	read_string(reader, &string);
	replay.nr_pages = reader_pages(reader);
	replay.refs = string.refs;
	replay.nr_refs = string.nr;
	for (int i = optind; i < argc; i++)
		if (number(argv[i]) < reader_exact_from(reader))
			reader_fail(reader, "this string is reduced: exact for more frames only");
	printf("frames,policy,faults,writes\n");
	for (; optind < argc; optind++) {
		replay.frames = number(argv[optind]);
		print_frames(&replay, list, reader_exact_from(reader), approximate);
	}
	free(string.refs);
	reader_free(reader);
	if (fflush(stdout) || ferror(stdout)) {
		fprintf(stderr, "replay: standard output: %s\n", strerror(errno));
		return 2;
	}
	return 0;
}
