/*
 * reclaim_steps.c - see reclaim_steps.h.
 *
 * Tasks read, write, map, protect, fork and exit in a few address spaces, each with private
 * memory, shared memory and two mappings of one file; others run in the same spaces meanwhile, and
 * shrink zones. A page that is written is filled with a pattern of its own, and every page that is
 * read must hold, to the last byte, what a plain model says. Counters, reverse maps and swap slots
 * are checked on the way and at the end, when nothing may be left.
 *
 * Requests that change what an area holds are kept apart by the model (may_change()), so that what
 * a page must hold is never in doubt; all others meet as they like.
 */
#include "../../mm/area/internal.h"
#include "../../mm/cache/internal.h"
#include "../../mm/fault/internal.h"
#include "../../mm/page/internal.h"
#include "../../mm/reclaim/internal.h"
#include "../../mm/swap/internal.h"
#include "../../mm/zone/internal.h"
#include "reclaim_steps.h"
#include "fake_file.h"
#include "free_lists.h"
#include "machine.h"
#include "mm/compaction.h"
#include "mm/migrate.h"
#include "mm/reclaim.h"
#include "kernel/errno.h"
#include "mm/rmap.h"
#include "tasks.h"
#include "test.h"
#include "user.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AREA_PAGES 20u /* of each kind */
#define SPACES	   4u

enum kind {
	ANON,	 /* private memory */
	MEMORY,	 /* shared memory */
	PRIVATE, /* of the file */
	SHARED,	 /* of the file */
	KINDS
};

#define PAGES (KINDS * AREA_PAGES)

/* What a page of shared memory or of the file is filled with; 0: zeroes. */
struct store {
	u32 is[AREA_PAGES];
	unsigned int holders; /* spaces that have it mapped */
};

struct space {
	struct mm_struct *mm;
	unsigned int prot[PAGES];
	bool mapped[PAGES], copied[PAGES]; /* copied: a page of its own, in PRIVATE */
	u32 is[PAGES];			   /* of such a page, and of ANON */
	struct store *memory;
	/* Who is in it: */
	unsigned int users;   /* requests under way */
	unsigned int writers; /* of these */
	bool changing;	      /* one that wants to be alone */
	bool forking;	      /* nobody writes */
};

static struct space *spaces[SPACES];
static struct store file;
static unsigned int requests; /* under way, in all spaces */
static bool file_shrinks;     /* none begins */
static struct input *in;
static u32 last_pattern;
bool disk_fails, memory_fails;
unsigned long reclaimed, forks, moved_from_cache;

/* --- patterns -------------------------------------------------------------------------------- */
static u32 pattern_word(u32 pattern, unsigned int i)
{
	return pattern ? pattern * 2654435761u ^ i * 40503u : 0;
}

void fill(pfn_t pfn, u32 pattern)
{
	u32 *words = (u32 *)(void *)host_frame(pfn);

	for (unsigned int i = 0; i < PAGE_SIZE / sizeof(*words); i++)
		words[i] = pattern_word(pattern, i);
}

bool holds(pfn_t pfn, u32 pattern)
{
	const u32 *words = (const u32 *)(const void *)host_frame(pfn);

	for (unsigned int i = 0; i < PAGE_SIZE / sizeof(*words); i++)
		if (words[i] != pattern_word(pattern, i))
			return false;
	return true;
}

/* --- the model ------------------------------------------------------------------------------- */
static enum kind kind_of(unsigned int page)
{
	return (enum kind)(page / AREA_PAGES);
}

/* Where the model keeps what a page holds. */
static u32 *held(struct space *space, unsigned int page)
{
	switch (kind_of(page)) {
	case MEMORY:
		return &space->memory->is[page % AREA_PAGES];
	case SHARED:
		return &file.is[page % AREA_PAGES];
	case PRIVATE:
		if (!space->copied[page])
			return &file.is[page % AREA_PAGES];
		break;
	default:
		break;
	}
	return &space->is[page];
}

static struct space *begin_use(bool write)
{
	struct space *space = spaces[input_below(in, SPACES)];

	if (!space || space->changing || (write && space->forking) || file_shrinks)
		return NULL;
	requests++;
	space->users++;
	space->writers += write;
	return space;
}

static void drop_memory(struct store *memory)
{
	if (--memory->holders == 0)
		free(memory);
}

/* The last one out ends the space, if it is no longer listed. */
static void end_use(struct space *space, bool write)
{
	requests--;
	space->writers -= write;
	if (--space->users)
		return;
	for (unsigned int i = 0; i < SPACES; i++)
		if (spaces[i] == space)
			return;
	space->changing = true;
	mmput(space->mm);
	drop_memory(space->memory);
	free(space);
}

static struct space *begin_change(void)
{
	struct space *space = spaces[input_below(in, SPACES)];

	if (!space || space->users || space->changing || file_shrinks)
		return NULL;
	requests++;
	space->users++;
	space->changing = true;
	return space;
}

static void end_change(struct space *space)
{
	space->changing = false;
	end_use(space, false);
}

/* --- requests -------------------------------------------------------------------------------- */
static bool may_fail(int err)
{
	return (err == -ENOMEM && (memory_fails || nr_swap_pages() < 8)) ||
	       ((err == -EIO || err == -ENOSPC) && disk_fails);
}

static int expected(const struct space *space, unsigned int page, unsigned int right)
{
	return space->mapped[page] && (space->prot[page] & right) ? 0 : -EFAULT;
}

static void step_read(void)
{
	struct space *space = begin_use(false);
	unsigned int page = input_below(in, PAGES);
	u8 byte = 0;
	int err;

	if (!space)
		return;
	err = user_read(space->mm, page_addr(page) + page, &byte);
	/* Nobody has run since. */
	if (!may_fail(err) && CHECK_EQ(err, expected(space, page, RW)) && !err &&
	    !holds(pte_pfn(user_entry(space->mm, page_addr(page))), *held(space, page)))
		test_fail(__FILE__, __LINE__, "page %u does not hold pattern %u", page,
			  *held(space, page));
	end_use(space, false);
}

static void step_write(void)
{
	struct space *space = begin_use(true);
	unsigned int page = input_below(in, PAGES);
	int err;

	if (!space)
		return;
	err = user_write(space->mm, page_addr(page) + 4 * page, 0);
	if (!may_fail(err) && CHECK_EQ(err, expected(space, page, PROT_WRITE)) && !err) {
		space->copied[page] = kind_of(page) == PRIVATE;
		*held(space, page) = ++last_pattern;
		fill(pte_pfn(user_entry(space->mm, page_addr(page))), last_pattern);
	}
	end_use(space, true);
}

/* A run of pages of one kind: the first; *n: how many. */
static unsigned int some_pages(unsigned int *n)
{
	unsigned int first = input_below(in, PAGES);

	*n = 1 + input_below(in, AREA_PAGES - first % AREA_PAGES);
	return first;
}

static void step_unmap(void)
{
	struct space *space = begin_change();
	unsigned int n, first = some_pages(&n);

	if (!space)
		return;
	if (mm_munmap(space->mm, page_addr(first), n * PAGE_SIZE) == 0)
		memset(space->mapped + first, 0, n);
	end_change(space);
}

/* Private memory and that of the file once more where it was. */
static void step_map(void)
{
	struct space *space = begin_change();
	unsigned int n, first = some_pages(&n);
	bool anon = kind_of(first) == ANON;
	unsigned int flags = anon			 ? MAP_PRIVATE | MAP_ANONYMOUS
			     : kind_of(first) == PRIVATE ? MAP_PRIVATE
							 : MAP_SHARED;
	long ret;

	if (!space)
		return;
	if (kind_of(first) != MEMORY) {
		ret = mm_mmap(space->mm, anon ? NULL : &fake_file, page_addr(first), n * PAGE_SIZE,
			      RW, flags | MAP_FIXED, first % AREA_PAGES);
		CHECK(ret == (long)page_addr(first) || memory_fails || ret == -ENOMEM);
		for (unsigned int i = first; i < first + n && ret == (long)page_addr(first); i++) {
			space->mapped[i] = true;
			space->copied[i] = false;
			space->is[i] = 0;
			space->prot[i] = RW;
		}
	}
	end_change(space);
}

static void step_protect(void)
{
	static const unsigned int prots[] = {0, PROT_READ, RW, RW};
	struct space *space = begin_change();
	unsigned int n, first = some_pages(&n), prot = prots[input_below(in, ARRAY_SIZE(prots))];

	if (!space)
		return;
	if (mm_mprotect(space->mm, page_addr(first), n * PAGE_SIZE, prot) == 0)
		for (unsigned int i = first; i < first + n; i++)
			space->prot[i] = prot;
	else
		/* A hole or no memory: some of it may have changed. Nothing is known but by asking.
		 */
		for (unsigned int i = first; i < first + n; i++) {
			const struct vm_area_struct *vma = find_vma(space->mm, page_addr(i));

			if (vma && vma->vm_start <= page_addr(i))
				space->prot[i] = vma->vm_flags & RW;
		}
	end_change(space);
}

static void step_forget(void)
{
	struct space *space = begin_change();
	unsigned int n, first = some_pages(&n);
	bool all = true;

	if (!space)
		return;
	for (unsigned int i = first; i < first + n; i++)
		all &= space->mapped[i];
	if (all && mm_madvise(space->mm, page_addr(first), n * PAGE_SIZE, MADV_DONTNEED) == 0)
		for (unsigned int i = first; i < first + n; i++) {
			space->copied[i] = false;
			space->is[i] = 0;
		}
	end_change(space);
}

static void step_fork(void)
{
	unsigned int slot = input_below(in, SPACES);
	struct space *parent = begin_use(false), *child;

	if (!parent)
		return;
	if (spaces[slot] || parent->writers || parent->forking) {
		end_use(parent, false);
		return;
	}
	parent->forking = true;
	child = malloc(sizeof(*child));
	memcpy(child, parent, sizeof(*child));
	child->users = 0;
	child->changing = true; /* until it is whole */
	child->forking = false;
	child->memory->holders++;
	spaces[slot] = child;
	child->mm = dup_mm(parent->mm, 7);
	child->changing = false;
	parent->forking = false;
	if (child->mm) {
		forks++;
	} else {
		CHECK(memory_fails || nr_swap_pages() < 8);
		spaces[slot] = NULL;
		drop_memory(child->memory);
		free(child);
	}
	end_use(parent, false);
}

static void step_exit(void)
{
	unsigned int slot = input_below(in, SPACES), others = 0;
	struct space *space = spaces[slot];

	for (unsigned int i = 0; i < SPACES; i++)
		others += i != slot && spaces[i];
	if (!space || space->changing || space->forking || !others || file_shrinks)
		return;
	requests++;
	space->users++;
	spaces[slot] = NULL;
	task_yield();
	end_use(space, false);
}

static void step_shrink(void)
{
	struct zone *zone = zone_of((enum zone_type)input_below(in, 3));
	struct scan_control sc = {.may_io = input_below(in, 4),
				  .may_write_files = input_below(in, 2),
				  .wanted = 1 + input_below(in, 64)};

	shrink_zone(zone, input_below(in, 3), &sc);
	reclaimed += sc.reclaimed;
}

static void step_free(void)
{
	const struct alloc_request req = {.gfp = GFP_HIGHUSER,
					  .zonelist = local_zonelist(GFP_HIGHUSER),
					  .nodemask = ALL_NODES};

	reclaimed += try_to_free_pages(&req);
}

/* The file is cut short and grows again, while nobody is in it but who reclaims, moves and writes
 * back. */
static void step_truncate(void)
{
	unsigned int size = input_below(in, AREA_PAGES);

	if (file_shrinks)
		return;
	file_shrinks = true;
	while (requests)
		task_yield();
	truncate_inode_pages(&fake_mapping, (loff_t)size * (loff_t)PAGE_SIZE);
	for (unsigned int i = size; i < AREA_PAGES; i++) {
		file.is[i] = 0;
		memset(fake_disk[i], 0, PAGE_SIZE);
		for (unsigned int s = 0; s < SPACES; s++)
			if (spaces[s])
				spaces[s]->copied[PRIVATE * AREA_PAGES + i] = false;
	}
	fake_mapping.size = (loff_t)AREA_PAGES * (loff_t)PAGE_SIZE;
	file_shrinks = false;
}

static struct page *new_frame(struct page *from, unsigned long private)
{
	(void)from;
	(void)private;
	return alloc_page(GFP_HIGHUSER_MOVABLE | __GFP_NOWARN);
}

/* Some of the pages that a zone has in one of its lists. */
static void step_move(void)
{
	struct zone *zone = zone_of((enum zone_type)input_below(in, 3));
	struct list_head *list = &zone->lru[input_below(in, NR_LRU_LISTS)], *at = list->next;
	unsigned int isolated = 0, cached = 0, left;
	LIST_HEAD(pages);

	for (unsigned int most = 1 + input_below(in, 6); most && at != list; most--) {
		struct page *page = list_entry(at, struct page, lru);

		at = at->next;
		if (isolate_page(page, &pages) == 0) {
			isolated++;
			cached += PageSwapCache(page);
		}
	}
	left = migrate_pages(&pages, new_frame, NULL, 0,
			     input_below(in, 2) ? MIGRATE_SYNC : MIGRATE_ASYNC);
	CHECK(left <= isolated);
	if (!left)
		moved_from_cache += cached;
	putback_movable_pages(&pages);
}

static void step_compact(void)
{
	compact_zone_order(zone_of((enum zone_type)input_below(in, 3)), COMPACT_WHOLE_ZONE);
}

/* As swapoff does, to what shared memory has there. Others find no slot meanwhile. */
static void step_unuse(void)
{
	struct swap_area *area = swap_area_of(swp_entry(0, 1));
	int err;

	if (!memory_fails || !area->writable)
		return;
	spin_lock(&swap_lock);
	swap_area_set_writable(area, false);
	spin_unlock(&swap_lock);
	err = shmem_unuse(0);
	CHECK(!err || err == -ENOMEM);
	spin_lock(&swap_lock);
	swap_area_set_writable(area, true);
	spin_unlock(&swap_lock);
}

static void step_sync(void)
{
	int err = filemap_sync(&fake_mapping);

	CHECK(!err || (disk_fails && err == -EIO));
}

/* What holds at any moment when nobody holds a spinlock. */
static void step_validate(void)
{
	swap_validate();
	vmstat_validate();
	rmap_validate();
}

static const struct {
	void (*step)(void);
	unsigned int weight;
} steps[] = {{step_read, 60},	 {step_write, 60}, {step_unmap, 6},   {step_map, 10},
	     {step_protect, 8},	 {step_forget, 4}, {step_fork, 8},    {step_exit, 6},
	     {step_shrink, 24},	 {step_free, 6},   {step_sync, 2},    {step_unuse, 1},
	     {step_truncate, 4}, {step_move, 16},  {step_compact, 1}, {step_validate, 4}};

static void one_step(void)
{
	unsigned int all = 0, drawn;

	for (unsigned int i = 0; i < ARRAY_SIZE(steps); i++)
		all += steps[i].weight;
	drawn = input_below(in, all);
	for (unsigned int i = 0; i < ARRAY_SIZE(steps); i++) {
		if (drawn < steps[i].weight) {
			steps[i].step();
			return;
		}
		drawn -= steps[i].weight;
	}
}

void reclaim_task(void)
{
	while (in->left && !test_failures()) {
		one_step();
		task_yield();
	}
}

/* --- one history ----------------------------------------------------------------------------- */
static void map_all(struct space *space)
{
	static const unsigned int flags[KINDS] = {
		MAP_PRIVATE | MAP_ANONYMOUS, MAP_SHARED | MAP_ANONYMOUS, MAP_PRIVATE, MAP_SHARED};

	for (unsigned int kind = 0; kind < KINDS; kind++)
		CHECK_EQ(mm_mmap(space->mm, kind < PRIVATE ? NULL : &fake_file,
				 page_addr(kind * AREA_PAGES), AREA_PAGES * PAGE_SIZE, RW,
				 flags[kind] | MAP_FIXED, 0),
			 (long)page_addr(kind * AREA_PAGES));
	for (unsigned int i = 0; i < PAGES; i++) {
		space->mapped[i] = true;
		space->prot[i] = RW;
	}
}

void reclaim_begin(struct input *input)
{
	struct space *space = calloc(1, sizeof(*space));

	in = input;
	fake_file_reset((loff_t)AREA_PAGES * (loff_t)PAGE_SIZE);
	memset(&file, 0, sizeof(file));
	space->mm = mm_alloc();
	space->memory = calloc(1, sizeof(*space->memory));
	space->memory->holders = 1;
	map_all(space);
	spaces[0] = space;
}

/* Every page of every space, when nothing can fail any more. */
void reclaim_check(void)
{
	for (unsigned int s = 0; s < SPACES; s++)
		for (unsigned int page = 0; spaces[s] && page < PAGES; page++) {
			struct mm_struct *mm = spaces[s]->mm;
			u8 byte;

			if (expected(spaces[s], page, RW))
				continue;
			if (!CHECK_EQ(user_read(mm, page_addr(page), &byte), 0))
				continue;
			CHECK(holds(pte_pfn(user_entry(mm, page_addr(page))),
				    *held(spaces[s], page)));
		}
}

void reclaim_end(void)
{
	user_check_counts();
	for (unsigned int s = 0; s < SPACES; s++) {
		if (!spaces[s])
			continue;
		mmput(spaces[s]->mm);
		drop_memory(spaces[s]->memory);
		free(spaces[s]);
		spaces[s] = NULL;
	}
	CHECK_EQ(filemap_sync(&fake_mapping), 0);
	for (unsigned int i = 0; i < AREA_PAGES; i++)
		for (unsigned int w = 0; w < PAGE_SIZE / sizeof(u32); w++)
			CHECK(((u32 *)(void *)fake_disk[i])[w] == pattern_word(file.is[i], w));
	truncate_inode_pages(&fake_mapping, 0);
	CHECK_EQ(nr_swapcache_pages, 0);
	CHECK_EQ(nr_swap_pages(), total_swap_pages());
	vmstat_validate();
}
