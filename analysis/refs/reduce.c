/* reduce.c - leaves out uses that neither LRU nor OPT can miss, from k frames on: lines in and out.
 */
#include "reduce.h"
#include "memory.h"
#include "reduction.h"
#include <stdlib.h>

struct reducer {
	struct reduction *reduction;
	void (*emit)(void *arg, const struct refs_line *line);
	void *arg;
};

static void put_use(void *ctx, const struct reduction_use *use)
{
	const struct reducer *reducer = ctx;
	const struct refs_line line = {
		.kind = REFS_USE, .write = use->write, .page = use->page, .time = use->time};

	reducer->emit(reducer->arg, &line);
}

struct reducer *reducer_new(u32 k, void (*emit)(void *arg, const struct refs_line *line), void *arg)
{
	struct reducer *reducer = refs_zeroed(1, sizeof(*reducer));

	reducer->emit = emit;
	reducer->arg = arg;
	reducer->reduction = reduction_new(k, put_use, reducer);
	if (!reducer->reduction)
		refs_no_memory();
	return reducer;
}

void reducer_add(struct reducer *reducer, const struct refs_line *line)
{
	const struct reduction_use use = {
		.page = line->page, .write = line->write, .time = line->time, .stands_for = 1};

	if (line->kind != REFS_USE) {
		reduction_end(reducer->reduction);
		reducer->emit(reducer->arg, line);
	} else if (!reduction_use(reducer->reduction, &use)) {
		refs_no_memory();
	}
}

void reducer_finish(struct reducer *reducer)
{
	reduction_end(reducer->reduction);
}

size_t reducer_waiting(const struct reducer *reducer)
{
	return reduction_waiting(reducer->reduction);
}

void reducer_free(struct reducer *reducer)
{
	reduction_free(reducer->reduction);
	free(reducer);
}
