/* frame_use.c - what a page of the kernel's half was. See frame_use.h. */
#include "frame_use.h"
#include "recorder.h"
#include "rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FRAMES	     (1u << 20) /* of 32-bit addresses */
#define KERNEL_PAGES ((0u - KERNEL_HALF) >> 12)
#define DESCRIPTORS  64u /* bytes of one, at most */
#define CACHE_NAME   48u
#define FIRST_ROOM   1024u

static uint32_t word_at(const unsigned char *descriptor, uint32_t offset)
{
	uint32_t value;

	memcpy(&value, descriptor + offset, sizeof(value));
	return value;
}

static bool makes_sense(const struct trace_frames *at)
{
	const uint32_t last = at->page_size - 4; /* place for a word */

	return at->size >= sizeof(*at) && at->page_size >= 4 && at->page_size <= DESCRIPTORS &&
	       at->nr_runs <= USE_RUNS_MAX && at->flags <= last && at->mapping <= last &&
	       at->cache <= last;
}

/* First area that ends above @addr. */
static unsigned int area_from(const struct frame_use *u, uint32_t addr)
{
	unsigned int low = 0, high = u->nr_areas, middle;

	while (low < high) {
		middle = (low + high) / 2;
		if (u->areas[middle].end > addr)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

/* What lay there before had ended: nobody says so. */
bool frame_use_area(struct recorder *r, uint32_t start, uint32_t end, uint32_t caller)
{
	struct frame_use *u = &r->use;
	unsigned int first, last;

	if (start >= end)
		return false;
	if (!u->known)
		return true; /* nobody will ask */
	first = last = area_from(u, start);
	while (last < u->nr_areas && u->areas[last].start < end)
		last++;
	if (first == last && u->nr_areas == USE_AREAS_MAX)
		return true; /* one without a name */
	memmove(&u->areas[first + 1], &u->areas[last], (u->nr_areas - last) * sizeof(u->areas[0]));
	u->nr_areas += 1 - (last - first);
	u->areas[first] = (struct use_area){start, end, caller};
	return true;
}

/* Copies the descriptor of a frame; false: it has none. */
static bool read_descriptor(struct recorder *r, uint32_t frame, unsigned char *descriptor)
{
	const struct frame_use *u = &r->use;
	uint32_t addr;

	for (unsigned int i = 0; i < u->at.nr_runs; i++) {
		if (frame - u->runs[i].first >= u->runs[i].frames)
			continue;
		addr = u->runs[i].pages + (frame - u->runs[i].first) * u->at.page_size;
		return r->m.read_phys(r->m.ctx, addr - u->at.page_offset, descriptor,
				      u->at.page_size) == u->at.page_size;
	}
	return false;
}

static bool is_descriptors(const struct frame_use *u, uint32_t page)
{
	for (unsigned int i = 0; i < u->at.nr_runs; i++)
		if (page + PAGE_MASK >= u->runs[i].pages &&
		    page < u->runs[i].pages + u->runs[i].frames * u->at.page_size)
			return true;
	return false;
}

/* "slab NAME"; a name that cannot be read is empty. */
static void slab_name(struct recorder *r, uint32_t cache, char text[CACHE_NAME + 8])
{
	const uint32_t offset = r->use.at.page_offset;
	char name[CACHE_NAME] = "";
	uint32_t at;

	if (r->m.read_phys(r->m.ctx, cache + r->use.at.cache_name - offset, &at, 4) == 4)
		r->m.read_phys(r->m.ctx, at - offset, name, sizeof(name) - 1);
	names_printable(name);
	snprintf(text, CACHE_NAME + 8, "slab %s", name);
}

static void table_name(const struct frame_use *u, uint32_t frame, char text[CACHE_NAME + 8])
{
	const uint32_t owner = u->table_owner[frame];

	if (owner)
		snprintf(text, CACHE_NAME + 8, "page %s of %u",
			 owner & USE_DIRECTORY ? "directory" : "table", owner & ~USE_DIRECTORY);
	else
		strcpy(text, "page table");
}

/* A frame, by its descriptor. */
static void frame_name(struct recorder *r, uint32_t frame, char text[CACHE_NAME + 8])
{
	const struct frame_use *u = &r->use;
	const struct trace_frames *at = &u->at;
	unsigned char descriptor[DESCRIPTORS];
	uint32_t flags, mapping;

	if (frame >= FRAMES || !read_descriptor(r, frame, descriptor)) {
		strcpy(text, "reserved");
		return;
	}
	flags = word_at(descriptor, at->flags);
	mapping = word_at(descriptor, at->mapping);
	if (u->table_owner[frame] & USE_DIRECTORY && flags & (at->slab | at->table))
		table_name(u, frame, text);
	else if (flags & at->slab)
		slab_name(r, word_at(descriptor, at->cache), text);
	else if (flags & at->table)
		table_name(u, frame, text);
	else if (flags & at->reserved)
		strcpy(text, "reserved");
	else if (flags & at->buddy)
		strcpy(text, "free");
	else if (flags & at->swap_cache)
		strcpy(text, "swap cache");
	else if (mapping & 1)
		strcpy(text, "anonymous");
	else if (mapping && !(mapping & 2))
		strcpy(text, flags & at->swap_backed ? "shared memory" : "page cache");
	else
		strcpy(text, "allocated");
}

static void window_name(struct recorder *r, uint32_t page, char text[CACHE_NAME + 8])
{
	const struct frame_use *u = &r->use;
	const struct cpu_view *view = &r->walk.at;
	unsigned int i = area_from(u, page);

	text[0] = 0;
	if (i == u->nr_areas || page < u->areas[i].start)
		return;
	if (view->esp >= u->areas[i].start && view->esp <= u->areas[i].end && r->tasks.hinted)
		snprintf(text, CACHE_NAME + 8, "stack of %u", r->tasks.current->pid);
	else
		snprintf(text, CACHE_NAME + 8, "vmalloc 0x%08x", u->areas[i].caller);
}

static size_t place(const struct frame_use *u, uint32_t page, const char *use)
{
	size_t i = ((page >> 12) * 2654435761u ^ (uint32_t)((uintptr_t)use >> 4) * 40503u) &
		   (u->room - 1);

	while (u->counts[i].use && (u->counts[i].use != use || u->counts[i].page != page))
		i = (i + 1) & (u->room - 1);
	return i;
}

/* Room for one more: at most half of the places are in use. */
static bool grow(struct recorder *r)
{
	struct frame_use *u = &r->use, old = *u;

	if (u->count < u->room / 2)
		return true;
	u->room = u->room ? 2 * u->room : FIRST_ROOM;
	u->counts = calloc(u->room, sizeof(*u->counts));
	if (!u->counts) {
		u->counts = old.counts;
		u->room = old.room;
		recorder_trouble(r, "out of memory for uses of frames");
		return false;
	}
	for (size_t i = 0; i < old.room; i++)
		if (old.counts[i].use)
			u->counts[place(u, old.counts[i].page, old.counts[i].use)] = old.counts[i];
	free(old.counts);
	return true;
}

static void add(struct recorder *r, uint32_t page, const char *text, uint64_t fills)
{
	const char *use = names_keep(&r->names, text);
	struct use_count *count;

	if (!grow(r))
		return;
	count = &r->use.counts[place(&r->use, page, use)];
	if (!count->use) {
		*count = (struct use_count){use, page, 0};
		r->use.count++;
	}
	count->fills += fills;
}

/* Most guests never say what their pages are: that costs no more than this. */
static void count_before(struct recorder *r, uint32_t page)
{
	struct frame_use *u = &r->use;

	if (!u->before)
		u->before = calloc(KERNEL_PAGES, sizeof(*u->before));
	if (u->before)
		u->before[(page - KERNEL_HALF) >> 12]++;
	else
		recorder_trouble(r, "out of memory for uses of frames");
}

static void add_before(struct recorder *r)
{
	uint32_t *before = r->use.before;

	for (uint32_t i = 0; before && i < KERNEL_PAGES; i++)
		if (before[i])
			add(r, KERNEL_HALF + (i << 12), "", before[i]);
	free(before);
	r->use.before = NULL;
}

bool frame_use_hint(struct recorder *r, uint32_t addr)
{
	struct frame_use *u = &r->use;
	struct trace_frames at;
	uint32_t bytes;

	if (!r->m.read_phys || r->m.read_linear(r->m.ctx, addr, &at, sizeof(at)) != sizeof(at) ||
	    !makes_sense(&at))
		return false;
	bytes = at.nr_runs * (uint32_t)sizeof(u->runs[0]);
	if (r->m.read_linear(r->m.ctx, at.runs, u->runs, bytes) != bytes)
		return false;
	if (!u->areas)
		u->areas = malloc(USE_AREAS_MAX * sizeof(*u->areas));
	if (!u->table_owner)
		u->table_owner = calloc(FRAMES, sizeof(*u->table_owner));
	if (!u->areas || !u->table_owner) {
		recorder_trouble(r, "out of memory for uses of frames");
		return true;
	}
	u->at = at;
	u->known = true;
	add_before(r);
	return buddy_hint(r, &at);
}

/* The tables through which a page of the user's half was found. */
static void note_tables(struct recorder *r)
{
	const uint32_t owner = r->tasks.current->tgid;
	const struct walk *w = &r->walk;

	if (!r->use.known || !owner || w->at.pae)
		return;
	r->use.table_owner[w->dir_addr >> 12 & (FRAMES - 1)] = owner | USE_DIRECTORY;
	if (w->mask == PAGE_MASK)
		r->use.table_owner[w->leaf_addr >> 12 & (FRAMES - 1)] = owner;
}

void frame_use_fill(struct recorder *r, uint32_t page, uint64_t phys)
{
	const struct frame_use *u = &r->use;
	char text[CACHE_NAME + 8] = "";

	if (page < KERNEL_HALF) {
		note_tables(r);
		return;
	}
	if (!u->known) {
		count_before(r, page);
		return;
	}
	if (page - u->at.page_offset >= u->at.direct_bytes)
		window_name(r, page, text);
	else if (is_descriptors(u, page))
		strcpy(text, "mem_map");
	else
		frame_name(r, (uint32_t)(phys >> 12), text);
	add(r, page, text, 1);
}

static int by_page(const void *a, const void *b)
{
	const struct use_count *x = a, *y = b;

	if (x->page != y->page)
		return x->page < y->page ? -1 : 1;
	return strcmp(x->use, y->use);
}

void frame_use_write(struct recorder *r)
{
	struct frame_use *u = &r->use;
	size_t n = 0;

	for (size_t i = 0; i < u->room; i++)
		if (u->counts[i].use)
			u->counts[n++] = u->counts[i];
	if (n)
		qsort(u->counts, n, sizeof(*u->counts), by_page);
	for (size_t i = 0; i < n; i++)
		row_use(r, &u->counts[i]);
	u->room = u->count = 0; /* it is no hash table any more */
}

void frame_use_reset(struct recorder *r)
{
	struct frame_use *u = &r->use;

	u->known = false;
	u->nr_areas = 0;
	if (u->table_owner)
		memset(u->table_owner, 0, FRAMES * sizeof(*u->table_owner));
	r->buddy.count = 0;
}

void frame_use_free(struct recorder *r)
{
	free(r->use.areas);
	free(r->use.table_owner);
	free(r->use.counts);
	free(r->use.before);
	r->use = (struct frame_use){0};
}
