/* plan.c - what thin has to know of a recording besides tlb.csv. */
#include "plan.h"
#include "../refs/memory.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LISTS	16
#define LETTERS 16
#define PAGES	(1u << 20)

static struct {
	char name[LETTERS];
	struct plan_list list;
} lists[LISTS];
static uint32_t *tgids; /* [pid], plus one; 0: not known */
static size_t pids;

static struct plan_list *named(const char *name)
{
	unsigned int i;

	for (i = 0; i < LISTS - 1 && lists[i].name[0] && strcmp(lists[i].name, name); i++)
		;
	strcpy(lists[i].name, name);
	return &lists[i].list;
}

struct plan_list *plan_list(const char *name)
{
	return named(name);
}

static int by_number(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

void plan_read(const char *file)
{
	unsigned long long number, other;
	char line[80], name[LETTERS];
	FILE *plan = fopen(file, "r");
	unsigned int i;

	if (!plan) {
		perror(file);
		exit(1);
	}
	while (fgets(line, sizeof(line), plan)) {
		struct plan_list *list;
		int fields = sscanf(line, "%15s %llu %llu", name, &number, &other);

		if (fields == 3 && number < 1u << 24) {
			tgids = refs_larger(tgids, &pids, (size_t)number, sizeof(*tgids));
			tgids[number] = (uint32_t)other + 1;
		} else if (fields == 2) {
			list = named(name);
			list->number = refs_larger(list->number, &list->room, list->count,
						   sizeof(*list->number));
			list->number[list->count++] = number;
		}
	}
	fclose(plan);
	for (i = 0; i < LISTS; i++)
		if (lists[i].list.count)
			qsort(lists[i].list.number, lists[i].list.count, sizeof(uint64_t),
			      by_number);
}

uint32_t plan_border(struct plan_list *list, uint32_t page)
{
	size_t low = 0, high = list->count; /* the number is below `high`, if there is one */

	if (!list->known)
		list->known = refs_zeroed(PAGES, sizeof(*list->known));
	if (list->known[page])
		return list->known[page] - 1;
	while (low < high) {
		size_t middle = (low + high) / 2;

		if (list->number[middle] <= page)
			low = middle + 1;
		else
			high = middle;
	}
	list->known[page] = (low ? (uint32_t)list->number[low - 1] : 0) + 1;
	return list->known[page] - 1;
}

uint32_t plan_tgid(uint32_t pid)
{
	return pid < pids && tgids[pid] ? tgids[pid] - 1 : pid;
}
