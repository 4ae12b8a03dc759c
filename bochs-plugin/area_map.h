/* area_map.h - the areas of each process, as the guest's hints tell; see analysis/areas.awk. */
#ifndef TLBTRACE_AREA_MAP_H
#define TLBTRACE_AREA_MAP_H

#include <stdbool.h>
#include <stdint.h>

#define AREA_BUCKETS 256u

struct mapped {
	uint32_t from, last; /* first and last byte */
	uint32_t area;	     /* a number of the owner's */
};

struct process_areas {
	struct process_areas *next;
	uint32_t tgid;
	struct mapped *list; /* by address */
	uint32_t count, room;
};

struct area_map {
	struct process_areas *bucket[AREA_BUCKETS];
};

/* area_map_free - forgets all. *m of zeros is an empty map. */
void area_map_free(struct area_map *m);

/*
 * area_map_set - [@from, @last] of process @tgid is of area @area now.
 * area_map_clear - it is of none; whole: with all of the area that holds @from
 * Return false when out of memory.
 */
bool area_map_set(struct area_map *m, uint32_t tgid, uint32_t from, uint32_t last, uint32_t area);
bool area_map_clear(struct area_map *m, uint32_t tgid, uint32_t from, uint32_t last, bool whole);

/* area_map_find - the area of @addr, or @none. */
uint32_t area_map_find(const struct area_map *m, uint32_t tgid, uint32_t addr, uint32_t none);

#endif
