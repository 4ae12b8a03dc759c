/*
 * ktap.c - runs the suites and prints KTAP 1 on the console.
 *
 *   KTAP version 1
 *   1..2
 *     KTAP version 1
 *     # Subtest: buddy
 *     1..3
 *     ok 1 split and merge
 *     # tests/kernel/test_buddy.c:80: expected ...
 *     not ok 2 zones
 *     ok 3 ledger
 *   not ok 1 buddy
 *   not ok 2 unknown suite "x"
 *   # Totals: pass:2 fail:2 skip:0
 *
 * Lines go straight to the consoles, so that `loglevel=` hides none of them;
 * kernel messages in between are lines of their own, which a reader of KTAP
 * passes over. The last result of each suite is the leak ledger: what is in use
 * after it must be what was in use before.
 */
#include "kernel/ktap.h"
#include "console.h"
#include "kernel/printk.h"
#include "kernel/string.h"
#include "mm/vmstat.h"
#include "proc/task.h"

#define LINE_MAX 256
#define NAME_MAX 32

/* The running case. */
static unsigned int case_failures;
static const char *case_skip;
static const char *indent = "";
/* All cases so far. */
static struct ktap_totals totals;

static void print_args(const char *lead, const char *fmt, va_list ap)
{
	char line[LINE_MAX];
	int n = scnprintf(line, sizeof(line), "%s%s", indent, lead);

	vsnprintf(line + n, sizeof(line) - (size_t)n - 1, fmt, ap);
	n = (int)strlen(line);
	line[n] = '\n';
	console_wait_room();
	console_write_text(line, (size_t)n + 1);
}

static void __printf_like(1, 2) print(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	print_args("", fmt, ap);
	va_end(ap);
}

void ktap_info(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	print_args("# ", fmt, ap);
	va_end(ap);
}

void ktap_fail(const char *file, int line, const char *fmt, ...)
{
	char where[LINE_MAX / 2];
	va_list ap;

	case_failures++;
	scnprintf(where, sizeof(where), "# %s:%d: ", file, line);
	va_start(ap, fmt);
	print_args(where, fmt, ap);
	va_end(ap);
}

void ktap_skip(const char *reason)
{
	case_skip = reason;
}

static void case_begin(void)
{
	case_failures = 0;
	case_skip = NULL;
}

/* Prints the result of the running case; true unless it failed. A failure outweighs a skip. */
static bool case_end(unsigned int number, const char *name)
{
	if (case_failures) {
		totals.failed++;
		print("not ok %u %s", number, name);
		return false;
	}
	if (case_skip) {
		totals.skipped++;
		print("ok %u %s # SKIP %s", number, name, case_skip);
	} else {
		totals.passed++;
		print("ok %u %s", number, name);
	}
	return true;
}

static void ledger_take(struct mm_ledger *ledger)
{
	task_cache_drain();
	mm_ledger_take(ledger);
}

static void ledger_compare(const struct mm_ledger *before, const struct mm_ledger *after)
{
	for (unsigned int i = 0; i < MAX_NR_ZONES; i++)
		if (before->free_pages[i] != after->free_pages[i])
			ktap_fail(__FILE__, __LINE__, "zone %s: %lu free pages before, %lu after",
				  NODE_DATA(0)->node_zones[i].name, before->free_pages[i],
				  after->free_pages[i]);
	if (before->slab_objects != after->slab_objects)
		ktap_fail(__FILE__, __LINE__, "%lu slab objects before, %lu after",
			  before->slab_objects, after->slab_objects);
	if (before->kmap_slots != after->kmap_slots)
		ktap_fail(__FILE__, __LINE__, "%u kmap slots before, %u after", before->kmap_slots,
			  after->kmap_slots);
	if (before->swap_slots != after->swap_slots || before->swap_cached != after->swap_cached)
		ktap_fail(__FILE__, __LINE__,
			  "%lu swap slots and %lu pages of them before, %lu and %lu after",
			  before->swap_slots, before->swap_cached, after->swap_slots,
			  after->swap_cached);
	if (before->vmalloc_areas != after->vmalloc_areas)
		ktap_fail(__FILE__, __LINE__, "%u vmalloc areas before, %u after",
			  before->vmalloc_areas, after->vmalloc_areas);
	if (before->unevictable != after->unevictable)
		ktap_fail(__FILE__, __LINE__, "%lu unevictable pages before, %lu after",
			  before->unevictable, after->unevictable);
}

static bool run_suite(const struct ktap_suite *suite)
{
	struct mm_ledger before, after;
	unsigned int n = 0;
	bool ok = true;

	while (suite->cases[n].name)
		n++;
	indent = "  ";
	print("KTAP version 1");
	print("# Subtest: %s", suite->name);
	print("1..%u", n + 1);
	ledger_take(&before);
	for (unsigned int i = 0; i < n; i++) {
		case_begin();
		suite->cases[i].run();
		ok &= case_end(i + 1, suite->cases[i].name);
	}
	case_begin();
	ledger_take(&after);
	ledger_compare(&before, &after);
	ok &= case_end(n + 1, "ledger");
	indent = "";
	return ok;
}

/* Takes the next name off a comma list; false at its end. Names that do not fit are cut. */
static bool next_name(const char **list, char *name, size_t size)
{
	const char *end;

	if (!**list)
		return false;
	end = strchr(*list, ',');
	if (!end)
		end = *list + strlen(*list);
	strlcpy(name, *list, min(size, (size_t)(end - *list) + 1));
	*list = *end ? end + 1 : end;
	return true;
}

static bool is_suite(const char *name)
{
	for (const struct ktap_row *row = ktap_suites; row->suite; row++)
		if (!strcmp(row->suite->name, name))
			return true;
	return false;
}

/* Words that select suites without naming one. */
static bool is_keyword(const char *name)
{
	return !strcmp(name, "all") || !strcmp(name, "quick") || !strcmp(name, "none");
}

static bool is_selected(const char *which, const struct ktap_row *row)
{
	char name[NAME_MAX];

	while (next_name(&which, name, sizeof(name)))
		if (!strcmp(name, "all") || !strcmp(name, row->suite->name) ||
		    (!strcmp(name, "quick") && row->cost <= KTAP_QUICK_COST))
			return true;
	return false;
}

/* Names in the list that mean nothing: counted, and reported from result `number` on. */
static unsigned int unknown_names(const char *which, unsigned int number, bool report)
{
	char name[NAME_MAX], text[NAME_MAX + 32];
	unsigned int n = 0;

	while (next_name(&which, name, sizeof(name))) {
		if (is_keyword(name) || is_suite(name))
			continue;
		n++;
		if (!report)
			continue;
		case_begin();
		ktap_fail(__FILE__, __LINE__, "selftest= names no such suite");
		scnprintf(text, sizeof(text), "unknown suite \"%s\"", name);
		case_end(number++, text);
	}
	return n;
}

struct ktap_totals ktap_run(const char *which)
{
	unsigned int selected = 0, number = 1;
	const struct ktap_row *row;

	totals = (struct ktap_totals){0, 0, 0};
	for (row = ktap_suites; row->suite; row++)
		selected += is_selected(which, row);
	print("KTAP version 1");
	print("1..%u", selected + unknown_names(which, 0, false));
	for (row = ktap_suites; row->suite; row++) {
		bool ok;

		if (!is_selected(which, row))
			continue;
		ok = run_suite(row->suite);
		print("%sok %u %s", ok ? "" : "not ", number++, row->suite->name);
	}
	if (selected)
		vmstat_validate();
	unknown_names(which, number, true);
	print("# Totals: pass:%u fail:%u skip:%u", totals.passed, totals.failed, totals.skipped);
	return totals;
}
