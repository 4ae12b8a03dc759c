/* plan.h - what thin has to know of a recording besides tlb.csv. */
#ifndef THIN_PLAN_H
#define THIN_PLAN_H

#include <stddef.h>
#include <stdint.h>

/* Numbers in ascending order. */
struct plan_list {
	uint64_t *number;
	size_t count, room;
	uint32_t *known; /* what plan_border() said of pages, plus one; NULL before the first */
};

/*
 * plan_read - read what thin.awk wrote
 *
 * Its lines are "NAME NUMBER", each adding to the list of that name, or "task PID TGID". Ends the
 * program when it cannot be read.
 */
void plan_read(const char *file);

/* The list of that name, empty when the plan has none. It stays where it is. */
struct plan_list *plan_list(const char *name);

/* The number in the list that a page (its number) has at or below itself, 0 when there is none. */
uint32_t plan_border(struct plan_list *list, uint32_t page);

/* The process of a task; a pid that the plan does not have is its own. */
uint32_t plan_tgid(uint32_t pid);

#endif
