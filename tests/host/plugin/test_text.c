/*
 * test_text.c - numbers, quotes and options: everything that makes or reads text.
 *
 * Each formatter is compared with the C library's.
 */
#include "check.h"
#include "csv.h"
#include "meta.h"
#include "options.h"

#include <inttypes.h>
#include <stdlib.h>

static void check_number(uint64_t n)
{
	char got[64], want[64];

	*csv_dec(got, n) = 0;
	snprintf(want, sizeof(want), "%" PRIu64, n);
	CHECK_STR(got, want);
	*csv_hex(got, n) = 0;
	snprintf(want, sizeof(want), "0x%08" PRIx64, n);
	CHECK_STR(got, want);
}

static void numbers(void)
{
	uint64_t n, power;
	int i;

	for (n = 0; n < 20000; n++)
		check_number(n);
	for (power = 1, i = 0; i < 20; i++, power *= 10)
		for (n = power - 2; n != power + 3; n++)
			check_number(n);
	for (i = 0; i < 64; i++)
		for (n = (1ull << i) - 2; n != (1ull << i) + 2; n++)
			check_number(n);
	check_number(UINT64_MAX);
	for (i = 0; i < 100000; i++)
		check_number(((uint64_t)random32() << 32 | random32()) >> below(64));
}

static void quotes(void)
{
	static const char *const cases[][2] = {
		{"", ""},
		{"[heap]", "[heap]"},
		{"/bin/a b", "/bin/a b"},
		{"a,b", "\"a,b\""},
		{"say \"x\"", "\"say \"\"x\"\"\""},
		{"two\nlines", "\"two\nlines\""},
		{"cr\r", "\"cr\r\""},
		{"\"", "\"\"\"\""},
	};
	char got[64];
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		*csv_text(got, cases[i][0]) = 0;
		CHECK_STR(got, cases[i][1]);
	}
}

static void good_options(void)
{
	struct options o;
	char error[512];

	options_init(&o);
	CHECK(options_parse(&o, "", error, sizeof(error)));
	CHECK(options_parse(&o, " , ,", error, sizeof(error)));
	CHECK(!o.out[0] && !o.zstd && !o.one_process && o.progress);
	CHECK_EQ(o.events, EVENT_TLB | EVENT_FAULT | EVENT_FLUSH);
	CHECK(options_parse(&o,
			    "out=/a dir,with comma, compress=zstd,start=mark:begin,"
			    "stop=mark:the end, events=flush,tlb,pid=17 ,progress=0,",
			    error, sizeof(error)));
	CHECK_STR(o.out, "/a dir,with comma");
	CHECK_STR(o.start, "begin");
	CHECK_STR(o.stop, "the end");
	CHECK(o.zstd && o.one_process && !o.progress);
	CHECK_EQ(o.pid, 17);
	CHECK_EQ(o.events, EVENT_FLUSH | EVENT_TLB);
	CHECK(options_parse(&o, "compress=none,start=boot,stop=end", error, sizeof(error)));
	CHECK(!o.zstd && !o.start[0] && !o.stop[0]);
	CHECK(!o.stack_faults && !o.stack_fills);
	CHECK(options_parse(&o, "stacks=fault,fill/100,pid=1", error, sizeof(error)));
	CHECK(o.stack_faults && o.one_process);
	CHECK_EQ(o.stack_fills, 100);
	CHECK(options_parse(&o, "stacks=fill", error, sizeof(error)));
	CHECK(!o.stack_faults);
	CHECK_EQ(o.stack_fills, 1);

	CHECK(!o.refs_k && options_parse(&o, "start=mark:a,refs", error, sizeof(error)));
	CHECK_EQ(o.refs_k, 16);
	CHECK_STR(o.start, "a");
	CHECK(options_parse(&o, "refs=4, stop=mark:refs,compress=zstd", error, sizeof(error)));
	CHECK_EQ(o.refs_k, 4);
	CHECK_STR(o.stop, "refs");
	CHECK(options_parse(&o, "refs , stop=end", error, sizeof(error)));
	CHECK_EQ(o.refs_k, 16);
	CHECK(!o.stop[0]);
}

static void bad_options(void)
{
	/* an option, and what the message must name */
	static const char *const cases[][2] = {
		{"colour=red", "unknown option 'colour'"},
		{"hello", "'hello' is no option"},
		{"out=", "out=DIR"},
		{"compress=gzip", "compress=none|zstd"},
		{"compress=", "compress=none|zstd"},
		{"start=begin", "start=boot|mark:LABEL"},
		{"start=mark:", "start=boot|mark:LABEL"},
		{"stop=boot", "stop=end|mark:LABEL"},
		{"stop=mark:end", "stop=end|mark:LABEL"},
		{"start=mark:boot", "start=boot|mark:LABEL"},
		{"pid=-1", "pid=NUMBER"},
		{"pid=", "pid=NUMBER"},
		{"pid=1x", "pid=NUMBER"},
		{"pid=2147483648", "pid=NUMBER"},
		{"pid=99999999999999999999", "pid=NUMBER"},
		{"events=", "events=tlb,fault,flush"},
		{"events=tlb,", NULL},
		{"events=tlb,walks", "events=tlb,fault,flush"},
		{"model=", "model=FILE, at most 16 times"},
		{"refs=3", "refs or refs=FRAMES, from 4 to 1048576"},
		{"refs=1048577", "refs=FRAMES"},
		{"refs=16x", "refs=FRAMES"},
		{"refs=", "refs=FRAMES"},
		{"compress=none,references", "compress=none"},
		{"model=a,b, model=c", NULL},
		{"check=", "check=none|stale"},
		{"check=none", NULL},
		{"check=stale", NULL},
		{"check=fresh", "check=none|stale"},
		{"stacks=", "stacks=none, fault, fill, fill/N"},
		{"stacks=faults", "stacks=none, fault, fill, fill/N"},
		{"stacks=fill/", "stacks=none, fault, fill, fill/N"},
		{"stacks=fill/0", "stacks=none, fault, fill, fill/N"},
		{"stacks=fill/-1", "stacks=none, fault, fill, fill/N"},
		{"stacks=fill/10x", "stacks=none, fault, fill, fill/N"},
		{"stacks=fill/99999999999", "stacks=none, fault, fill, fill/N"},
		{"stacks=fault,", NULL},
		{"stacks=none", NULL},
		{"stacks=fill/100,fault", NULL},
		{"progress=2", "progress=0|1"},
	};
	struct options o;
	char error[512];
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		options_init(&o);
		if (!cases[i][1]) {
			CHECK(options_parse(&o, cases[i][0], error, sizeof(error)));
			continue;
		}
		CHECK(!options_parse(&o, cases[i][0], error, sizeof(error)));
		if (!strstr(error, cases[i][1]))
			CHECK_STR(error, cases[i][1]);
	}
}

static void long_option(void)
{
	struct options o;
	char text[6000], error[64];

	options_init(&o);
	memset(text, 'x', sizeof(text));
	memcpy(text, "out=", 4);
	text[sizeof(text) - 1] = 0;
	CHECK(!options_parse(&o, text, error, sizeof(error)));
	text[4200 - 1] = 0;
	CHECK(!options_parse(&o, text, error, sizeof(error)));
}

/* Whatever stands there, parsing ends, and leaves strings that end. */
static void any_option(void)
{
	static const char *const parts[] = {"out=", "pid=",  "events=", "tlb", ",", "=",
					    " ",    "mark:", "start=",	"9",   "x", ":"};
	char text[200], error[512];
	struct options o;
	int round, n;

	for (round = 0; round < 20000; round++) {
		text[0] = 0;
		for (n = (int)below(12); n; n--)
			strcat(text, parts[below(sizeof(parts) / sizeof(parts[0]))]);
		options_init(&o);
		error[0] = 0;
		CHECK(options_parse(&o, text, error, sizeof(error)) || error[0]);
	}
}

static void facts(void)
{
	struct meta m = {0};
	char line[256], *dir = getenv("SCRATCH");
	FILE *file;
	int i;

	meta_text(&m, "format", "1");
	meta_text(&m, "command", "make trace PROG=\"a, b\"");
	for (i = 0; i < 1000; i++)
		meta_number(&m, "n", (uint64_t)i);
	CHECK_EQ(meta_write(&m, dir ? dir : "."), 0);
	CHECK(meta_write(&m, "/nonexistent/place") != 0);
	snprintf(line, sizeof(line), "%s/meta.csv", dir ? dir : ".");
	file = fopen(line, "r");
	CHECK(file != NULL);
	if (file) {
		CHECK(fgets(line, sizeof(line), file) && !strcmp(line, "key,value\n"));
		CHECK(fgets(line, sizeof(line), file) && !strcmp(line, "format,1\n"));
		CHECK(fgets(line, sizeof(line), file) &&
		      !strcmp(line, "command,\"make trace PROG=\"\"a, b\"\"\"\n"));
		for (i = 0; fgets(line, sizeof(line), file); i++)
			;
		CHECK_EQ(i, 1000);
		fclose(file);
	}
	meta_free(&m);
}

static const struct check_test tests[] = {
	{"decimal and hexadecimal numbers equal printf's", numbers},
	{"text is quoted as RFC 4180 says", quotes},
	{"options: right ones are taken over", good_options},
	{"options: wrong ones are refused with what is right", bad_options},
	{"options: overlong ones are refused", long_option},
	{"options: any text is taken or refused", any_option},
	{"meta.csv holds what was put in", facts},
};

CHECK_MAIN(tests)
