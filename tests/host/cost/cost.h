/*
 * cost.h - between the two halves of the instruction counter, which have
 * different calling conventions: functions without arguments only.
 */
#ifndef HOST_COST_H
#define HOST_COST_H

struct cost_row {
	const char *name;
	void (*run)(void);
	unsigned int most; /* instructions; the first row is what the others are compared with */
};

extern const struct cost_row cost_rows[]; /* ends in {NULL, NULL, 0} */
/* Boots the page allocator, slab and kmap; the direct map must be there. */
void cost_setup(void);
/* Runs each row once between two calls of cost_mark(). */
void cost_run(void);
void cost_mark(void);

#endif
