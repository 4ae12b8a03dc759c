/*
 * workingset.c - pages that come back: how far did they have to go?
 *
 *   page leaves          shadow: "it left when the clock was at E"
 *   ... others leave or become active: each a tick of the clock ...
 *   page comes back      distance = clock - E: with so many inactive pages more it had stayed
 *
 * When the distance is not more than what the other lists hold, some of which may be used less, the
 * page becomes active at once: it competes with those that are.
 *
 * Shadows are in a table of fixed size, by a hash of whose page it was (file and index, or swap
 * slot), SHADOWS_A_BUCKET to a place, of which the oldest gives way. It has as many as memory has
 * frames: what is farther than that would not become active anyway. So nothing grows when pages go,
 * nothing must be shrunk, and neither tree knows. The price: of an inode that is freed, another at
 * the same address may inherit a shadow, and one hash in 2^32 lies; both make a page active for a
 * while.
 */
#include "mm/swap.h"
#include "internal.h"
#include "mm/filemap.h"
#include "mm/reclaim_trace.h"
#include "mm/vmalloc.h"
#include "reclaim/lru.h"

#define SHADOWS_A_BUCKET 4u
#define BUCKETS_LEAST	 256ul

struct shadow {
	u32 key;  /* 0: none */
	u32 left; /* the clock then */
};

struct bucket {
	struct shadow shadows[SHADOWS_A_BUCKET];
};

unsigned long nr_shadows;
static struct bucket *buckets;
static u32 bucket_mask, clock;

/* Multiplication mixes upwards: the high half of it into the low one. */
static u32 mix(u32 value)
{
	value ^= value >> 16;
	value *= 0x7feb352du;
	value ^= value >> 15;
	value *= 0x846ca68bu;
	return value ^ value >> 16;
}

/* Whose page it is: never 0. */
static u32 page_key(const struct page *page)
{
	u32 owner = 0, index;

	if (PageSwapCache(page)) {
		index = page_swap_entry(page).val;
	} else {
		owner = (u32)(unsigned long)page_mapping(page);
		index = (u32)page->index;
	}
	/* Addresses of owners differ in their upper bits, indices in the lower ones. */
	return mix(owner * 0x9e3779b1u + index) | 1u;
}

static struct bucket *bucket_of(u32 key)
{
	return &buckets[key >> 1 & bucket_mask];
}

void workingset_age(void)
{
	clock++;
}

void workingset_eviction(const struct page *page)
{
	u32 key;
	struct bucket *bucket;
	struct shadow *oldest;

	clock++;
	if (!buckets)
		return;
	key = page_key(page);
	bucket = bucket_of(key);
	oldest = bucket->shadows;
	for (unsigned int i = 0; i < SHADOWS_A_BUCKET; i++) {
		struct shadow *shadow = &bucket->shadows[i];

		if (shadow->key == key || !shadow->key) {
			oldest = shadow;
			break;
		}
		if (clock - shadow->left > clock - oldest->left)
			oldest = shadow;
	}
	nr_shadows += !oldest->key;
	*oldest = (struct shadow){key, clock};
}

/* Takes the shadow of the page away: false, it has none. */
static bool take_shadow(const struct page *page, u32 *left)
{
	u32 key = page_key(page);
	struct bucket *bucket = bucket_of(key);

	for (unsigned int i = 0; i < SHADOWS_A_BUCKET; i++) {
		if (bucket->shadows[i].key != key)
			continue;
		*left = bucket->shadows[i].left;
		bucket->shadows[i].key = 0;
		nr_shadows--;
		return true;
	}
	return false;
}

/* Pages that one of this kind competes with. */
static unsigned long workingset_size(bool file)
{
	unsigned long size = global_page_state(NR_ACTIVE_FILE);

	if (!file)
		size += global_page_state(NR_INACTIVE_FILE);
	if (nr_swap_pages()) {
		size += global_page_state(NR_ACTIVE_ANON);
		if (file)
			size += global_page_state(NR_INACTIVE_ANON);
	}
	return size;
}

void workingset_came_back(struct page *page)
{
	bool file = !PageSwapBacked(page), active;
	u32 left;

	if (!take_shadow(page, &left))
		return;
	active = policy_has_active_list() && clock - left <= workingset_size(file);
	count_vm_event(file ? VM_REFAULT_FILE : VM_REFAULT_ANON);
	/* Others have their row when their slot is read. */
	if (file)
		reclaim_note_refault(page, clock - left, active);
	if (!active || !lru_isolate(page))
		return;
	SetPageActive(page);
	lru_add(page);
	clock++;
	count_vm_event(file ? VM_REACTIVATE_FILE : VM_REACTIVATE_ANON);
}

void workingset_init(void)
{
	unsigned long frames = 0, nr = BUCKETS_LEAST;
	struct zone *zone;

	for_each_zone (zone)
		frames += zone->managed_pages;
	while (2 * nr * SHADOWS_A_BUCKET <= frames)
		nr *= 2;
	/* Of low memory: it is small, and would fill a small high zone up to its watermark. */
	buckets = __vmalloc(nr * sizeof(*buckets), PAGE_SIZE, GFP_KERNEL | __GFP_ZERO, PAGE_KERNEL,
			    workingset_init);
	if (!buckets)
		panic("no memory for the shadows of %lu pages", frames);
	bucket_mask = (u32)nr - 1;
}
