/*
 * test_pageblock.c - migrate types, stealing and isolation against a model.
 *
 * The model is one byte a frame (free or not) and one a pageblock (its type).
 * As neighbours always merge, that alone says which free blocks there are: the
 * largest aligned ones. From these it foretells for each request which order
 * and which type it is served from, and which pageblock changes its type.
 */
#include "free_lists.h"
#include "machine.h"
#include "kernel/list.h"
#include "kernel/string.h"
#include "mm/vmstat.h"
#include "../../mm/page/internal.h"
#include "test.h"

#define FRAMES	 (HOST_RAM_BYTES / 2 >> PAGE_SHIFT) /* of the zone HIGHMEM */
#define BLOCKS	 (FRAMES >> PAGEBLOCK_ORDER)
#define MAX_HELD 512

static bool is_free[FRAMES];
static u8 type_of[BLOCKS];
static struct zone *zone;

static struct held {
	unsigned long frame;
	unsigned int order;
} held[MAX_HELD];
static unsigned int nr_held;

/* Which frames are free, by the marks on the heads. */
static void find_free(bool *frames)
{
	memset(frames, 0, FRAMES);
	for (unsigned long f = 0; f < zone->spanned_pages; f++) {
		const struct page *page = pfn_to_page(zone->start_pfn + f);

		if (PageBuddy(page))
			memset(frames + f, 1, 1ul << page->private);
	}
}

/* Order of the free block that begins here; -1: none does. */
static int block_at(unsigned long frame)
{
	int order = -1;

	for (unsigned int o = 0; o < MAX_ORDER; o++) {
		if ((frame & ((1ul << o) - 1)) || frame + (1ul << o) > FRAMES)
			break;
		for (unsigned long f = o ? 1ul << (o - 1) : 0; f < 1ul << o; f++)
			if (!is_free[frame + f])
				return order;
		order = (int)o;
	}
	return order;
}

/* Free blocks of each order and type. */
struct census {
	unsigned long blocks[MAX_ORDER][MIGRATE_TYPES];
};

static void take_census(struct census *census)
{
	memset(census, 0, sizeof(*census));
	for (unsigned long f = 0; f < FRAMES;) {
		int order = block_at(f);

		if (order < 0) {
			f++;
			continue;
		}
		census->blocks[order][type_of[f >> PAGEBLOCK_ORDER]]++;
		f += 1ul << order;
	}
}

static unsigned long free_in_block(unsigned long block)
{
	unsigned long n = 0;

	for (unsigned long f = 0; f < PAGEBLOCK_PAGES; f++)
		n += is_free[(block << PAGEBLOCK_ORDER) + f];
	return n;
}

static void check_lists(void)
{
	unsigned long usable = 0, isolated = 0;
	struct list_head *pos;
	struct census census;

	take_census(&census);
	for (unsigned int o = 0; o < MAX_ORDER; o++)
		for (unsigned int t = 0; t < MIGRATE_TYPES; t++) {
			unsigned long n = 0;

			for (pos = zone->free_area[o].free_list[t].next;
			     pos != &zone->free_area[o].free_list[t]; pos = pos->next)
				n++;
			CHECK_EQ(n, census.blocks[o][t]);
			*(t == MIGRATE_ISOLATE ? &isolated : &usable) += n << o;
		}
	CHECK_EQ(zone->free_pages, usable);
	CHECK_EQ(zone->nr_isolated, isolated);
	for (unsigned int b = 0; b < BLOCKS; b++)
		CHECK_EQ(pageblock_types[(zone->start_pfn >> PAGEBLOCK_ORDER) + b], type_of[b]);
}

/* Where a request is to be served from. */
struct forecast {
	int order; /* of the free block; -1: nothing there */
	unsigned int type;
	bool fallback;
};

static int smallest(const struct census *census, unsigned int order, unsigned int type)
{
	for (unsigned int o = order; o < MAX_ORDER; o++)
		if (census->blocks[o][type])
			return (int)o;
	return -1;
}

static struct forecast foretell(unsigned int order, unsigned int type)
{
	static const unsigned int others[3][2] = {{2, 1}, {2, 0}, {0, 1}};
	struct forecast forecast = {-1, type, false};
	struct census census;

	take_census(&census);
	forecast.order = smallest(&census, order, type);
	if (forecast.order >= 0)
		return forecast;
	forecast.fallback = true;
	for (int o = MAX_ORDER - 1; o >= (int)order; o--)
		for (unsigned int i = 0; i < 2; i++)
			if (census.blocks[o][others[type][i]]) {
				forecast.order = o;
				forecast.type = others[type][i];
				return forecast;
			}
	return forecast;
}

/* A pageblock in which the largest free block is of this order gives all of itself. */
static bool is_claimed(unsigned int order, unsigned int type, unsigned long block)
{
	if (order >= 9 || (order >= 5 && type != MIGRATE_MOVABLE))
		return true;
	return (order >= 5 || type != MIGRATE_MOVABLE) && free_in_block(block) >= 512;
}

static struct page *locked_take(unsigned int order, unsigned int type)
{
	struct page *page;
	unsigned long flags;

	spin_lock_irqsave(&zone->lock, flags);
	page = buddy_take(zone, order, (enum migratetype)type);
	spin_unlock_irqrestore(&zone->lock, flags);
	return page;
}

static void take(unsigned int order, unsigned int type)
{
	struct forecast forecast = foretell(order, type);
	unsigned long steals = vm_event_sum(VM_PAGEBLOCK_STEAL), frame, block;
	unsigned int have;
	bool claimed;
	struct page *page = locked_take(order, type);

	if (!CHECK_EQ(page != NULL, forecast.order >= 0) || !page)
		return;
	frame = page_to_pfn(page) - zone->start_pfn;
	block = frame >> PAGEBLOCK_ORDER;
	claimed = pageblock_type(page) != type_of[block];
	CHECK_EQ(vm_event_sum(VM_PAGEBLOCK_STEAL) - steals, claimed);
	CHECK(!claimed || (forecast.fallback && pageblock_type(page) == type));
	/* What it was cut from: unless claimed the smallest of the best other type. */
	for (have = MAX_ORDER - 1; have > order; have--)
		if (block_at(frame & ~((1ul << have) - 1)) == (int)have)
			break;
	if (!forecast.fallback || claimed) {
		CHECK_EQ(have, forecast.order);
		CHECK_EQ(type_of[block], forecast.type);
	} else {
		CHECK(have <= (unsigned int)forecast.order);
	}
	if (claimed)
		CHECK(is_claimed(have, type, block));
	else if (forecast.fallback && have == (unsigned int)forecast.order)
		CHECK(!is_claimed(have, type, block) || free_in_block(block) >= 512);
	type_of[block] = (u8)pageblock_type(page);
	for (unsigned long f = frame; f < frame + (1ul << order); f++) {
		CHECK(is_free[f]);
		CHECK(type_of[block] != MIGRATE_ISOLATE);
		is_free[f] = false;
	}
	held[nr_held++] = (struct held){frame, order};
}

static void give(unsigned int i)
{
	struct held h = held[i];
	unsigned long flags;

	held[i] = held[--nr_held];
	for (unsigned long f = h.frame; f < h.frame + (1ul << h.order); f++)
		is_free[f] = true;
	spin_lock_irqsave(&zone->lock, flags);
	buddy_give(zone, pfn_to_page(zone->start_pfn + h.frame), h.order);
	spin_unlock_irqrestore(&zone->lock, flags);
}

static void retype(unsigned int block, unsigned int type)
{
	struct page *page = pfn_to_page(zone->start_pfn + (block << PAGEBLOCK_ORDER) + 77);
	unsigned long flags, moved;

	spin_lock_irqsave(&zone->lock, flags);
	moved = pageblock_move_free(zone, page, (enum migratetype)type);
	spin_unlock_irqrestore(&zone->lock, flags);
	CHECK_EQ(moved, free_in_block(block));
	type_of[block] = (u8)type;
}

/* Takes the first free block at or behind a frame, whatever its type. */
static void isolate_block(unsigned long frame)
{
	unsigned long flags;
	int order = -1;

	for (; frame < FRAMES && order < 0; frame++)
		order = block_at(frame);
	if (order < 0)
		return;
	frame--;
	/* The frame may lie inside a larger block: then that is the one. */
	for (unsigned int o = MAX_ORDER - 1; o > (unsigned int)order; o--)
		if (block_at(frame & ~((1ul << o) - 1)) == (int)o) {
			frame &= ~((1ul << o) - 1);
			order = (int)o;
			break;
		}
	spin_lock_irqsave(&zone->lock, flags);
	CHECK_EQ(buddy_isolate_block(zone, pfn_to_page(zone->start_pfn + frame)), order);
	spin_unlock_irqrestore(&zone->lock, flags);
	CHECK(!PageBuddy(pfn_to_page(zone->start_pfn + frame)));
	for (unsigned long f = frame; f < frame + (1ul << order); f++)
		is_free[f] = false;
	held[nr_held++] = (struct held){frame, (unsigned int)order};
}

static void reset(void)
{
	while (nr_held)
		give(nr_held - 1);
	for (unsigned int b = 0; b < BLOCKS; b++)
		retype(b, MIGRATE_MOVABLE);
}

static int one_input(const u8 *data, size_t n)
{
	struct input in = {data, n};

	while (in.left && !test_failures()) {
		u8 what = input_u8(&in);

		if (what < 8)
			retype(input_below(&in, BLOCKS), input_below(&in, MIGRATE_TYPES));
		else if (what < 16 && nr_held < MAX_HELD)
			isolate_block(input_below(&in, FRAMES));
		else if (nr_held < MAX_HELD && what & 1)
			take(what & 2 ? 0 : input_below(&in, MAX_ORDER),
			     input_below(&in, MIGRATE_PCPTYPES));
		else if (nr_held)
			give(input_below(&in, nr_held));
		if (what % 8 == 7)
			check_lists();
	}
	buddy_check();
	check_lists();
	reset();
	check_lists();
	return 0;
}

static void setup(void)
{
	host_boot();
	drain_local_pages();
	zone = zone_of(ZONE_HIGHMEM);
	find_free(is_free);
	for (unsigned int b = 0; b < BLOCKS; b++)
		type_of[b] = pageblock_types[(zone->start_pfn >> PAGEBLOCK_ORDER) + b];
	check_lists();
	reset();
}

static void test_model(void)
{
	check_property(one_input, 800);
}

/* Unmovable frames among many movable ones: they fill pageblocks of their own. */
static void test_grouping(void)
{
	unsigned int mixed = 0, unmovable = 0;

	for (unsigned int i = 0; i < MAX_HELD; i++)
		take(i % 4 ? 2 : 0, i % 4 ? MIGRATE_MOVABLE : MIGRATE_UNMOVABLE);
	for (unsigned int b = 0; b < BLOCKS; b++)
		unmovable += type_of[b] == MIGRATE_UNMOVABLE;
	for (unsigned int i = 0; i < nr_held; i++)
		mixed += (held[i].order == 0) !=
			 (type_of[held[i].frame >> PAGEBLOCK_ORDER] == MIGRATE_UNMOVABLE);
	CHECK_EQ(unmovable, 1);
	CHECK_EQ(mixed, 0);
	reset();
}

/* Takes every frame of the zone, behind the model's back. */
static void take_everything(void)
{
	for (unsigned int o = MAX_ORDER; o-- > 0;)
		while (locked_take(o, MIGRATE_MOVABLE))
			;
	CHECK_EQ(zone->free_pages, 0);
}

static void locked_give(unsigned long frame, unsigned int order)
{
	unsigned long flags;

	spin_lock_irqsave(&zone->lock, flags);
	buddy_give(zone, pfn_to_page(zone->start_pfn + frame), order);
	spin_unlock_irqrestore(&zone->lock, flags);
}

/* Gives what is not free, but is in the model. */
static void give_everything(void)
{
	static bool there[FRAMES];

	find_free(there);
	for (unsigned long f = 0; f < FRAMES; f++)
		if (is_free[f] && !there[f])
			locked_give(f, 0);
}

/* Each rule of stealing by itself: what is left free, who asks, what happens. */
static void test_rules(void)
{
	static const struct {
		unsigned int order; /* of the free blocks that are left */
		unsigned int every; /* one in how many such blocks is free */
		unsigned int type;
		bool claimed;
	} rules[] = {
		{9, 2, MIGRATE_RECLAIMABLE, true},  {9, 2, MIGRATE_UNMOVABLE, true},
		{5, 32, MIGRATE_UNMOVABLE, true},   {5, 32, MIGRATE_RECLAIMABLE, true},
		{4, 32, MIGRATE_UNMOVABLE, false},  {4, 2, MIGRATE_UNMOVABLE, true},
		{0, 4, MIGRATE_RECLAIMABLE, false}, {0, 2, MIGRATE_RECLAIMABLE, true},
	};

	for (unsigned int r = 0; r < ARRAY_SIZE(rules); r++) {
		unsigned long step = (1ul << rules[r].order) * rules[r].every, freed = 0;
		struct page *page;

		take_everything();
		for (unsigned long f = 0; f + step <= PAGEBLOCK_PAGES * 2; f += step) {
			locked_give(f, rules[r].order);
			freed += 1ul << rules[r].order;
		}
		page = locked_take(0, rules[r].type);
		if (CHECK(page))
			CHECK_EQ(pageblock_type(page),
				 rules[r].claimed ? rules[r].type : MIGRATE_MOVABLE);
		CHECK_EQ(zone->free_pages, freed - 1);
		buddy_check();
		give_everything();
		reset();
		check_lists();
	}
}

/* What is isolated does not count and is not given out, to whatever type. */
static void test_isolated_is_not_given(void)
{
	unsigned long before = zone->free_pages;

	for (unsigned int b = 0; b < BLOCKS; b++)
		retype(b, MIGRATE_ISOLATE);
	CHECK_EQ(zone->free_pages, 0);
	CHECK_EQ(zone->nr_isolated, before);
	for (unsigned int t = 0; t < MIGRATE_PCPTYPES; t++)
		CHECK(!locked_take(0, t));
	reset();
	CHECK_EQ(zone->free_pages, before);
	CHECK_EQ(zone->nr_isolated, 0);
}

static void test_check_sees(void)
{
	struct page *page = pfn_to_page(zone->start_pfn);

	CHECK_PANICS("another type than its pageblock's",
		     (pageblock_types[zone->start_pfn >> PAGEBLOCK_ORDER] = MIGRATE_UNMOVABLE,
		      buddy_check()));
	CHECK_PANICS("nr_isolated says", (zone->nr_isolated++, buddy_check()));
	CHECK_PANICS("has no type", (pageblock_types[1] = 77, buddy_check()));
	CHECK_PANICS("BUG", buddy_isolate_block(zone, page + 1));
	buddy_check();
}

static const struct test tests[] = {
	{"setup", setup},
	{"lists, stealing and isolation agree with the model", test_model},
	{"unmovable frames stay together", test_grouping},
	{"each rule of claiming a pageblock", test_rules},
	{"isolated frames are not given out", test_isolated_is_not_given},
	{"self-check sees wrong types", test_check_sees},
};
TEST_MAIN(tests)
