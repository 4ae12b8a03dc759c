/*
 * ktap.h - in-kernel tests. A suite is a table of cases; all suites are rows
 * of one table in tests/kernel/suites.c, printed as KTAP 1 nested subtests.
 *
 * A failed check marks the case and goes on, so that a case cleans up after
 * itself. The leak ledger wraps each suite: free pages, slab objects, kmap
 * slots and vmalloc areas at its start must be there again at its end.
 */
#ifndef TESTS_KTAP_H
#define TESTS_KTAP_H

#include "kernel/types.h"

struct ktap_case {
	const char *name;
	void (*run)(void);
};

struct ktap_suite {
	const char *name;
	const struct ktap_case *cases; /* ends in {NULL, NULL} */
};

struct ktap_row {
	const struct ktap_suite *suite;
	unsigned int cost; /* millions of instructions */
};

/*
 * selftest=quick, before a program of the user's: the suites that cost no more
 * than this. All of them together stay below 150.
 */
#define KTAP_QUICK_COST 15

extern const struct ktap_row ktap_suites[]; /* ends in {NULL, 0} */

/* Records a failure of the running case with file, line and text. */
void ktap_fail(const char *file, int line, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Prints a diagnostic line, "# text", below the running case. */
void ktap_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Marks the running case as skipped, with a reason (no highmem, no PSE ...). */
void ktap_skip(const char *reason);

#define EXPECT(cond)                                                         \
	({                                                                   \
		bool _ok = !!(cond);                                         \
		if (!_ok)                                                    \
			ktap_fail(__FILE__, __LINE__, "expected %s", #cond); \
		_ok;                                                         \
	})
#define EXPECT_EQ(got, want)                                                                     \
	({                                                                                       \
		unsigned long _g = (unsigned long)(got), _w = (unsigned long)(want);             \
		bool _ok = _g == _w;                                                             \
		if (!_ok)                                                                        \
			ktap_fail(__FILE__, __LINE__, "%s is %lu (0x%lx), expected %lu (0x%lx)", \
				  #got, _g, _g, _w, _w);                                         \
		_ok;                                                                             \
	})

/* Cases by result; an unknown suite name counts as one that failed. */
struct ktap_totals {
	unsigned int passed, failed, skipped;
};

/*
 * Runs the suites that `which` names: a comma list of suites, "all", "quick"
 * and "none". Prints the final "# Totals: pass:N fail:N skip:N" and returns it.
 */
struct ktap_totals ktap_run(const char *which);

#endif
