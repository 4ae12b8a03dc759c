/*
 * candidates.c - the lists of a zone, as the replacement policy wants them (policy.h).
 *
 * Anonymous pages (and shared memory) of a zone are one pool, pages of files another. Candidates
 * are taken off their lists some at a time, in the order that the policy says; what it answers for
 * each, pageout.c does.
 *
 * What the policy keeps with a page is in an array by frame number, which is there only for a
 * policy that wants it: struct page has no room.
 */
#include "internal.h"
#include "kernel/cmdline.h"
#include "kernel/printk.h"
#include "kernel/wait.h"
#include "kernel/xorshift.h"
#include "mm/filemap.h"
#include "mm/reclaim.h"
#include "mm/rmap.h"
#include "mm/vmalloc.h"
#include "mm/vmstat.h"
#include "reclaim/lru.h"
#include "reclaim/policy.h"

#define NAME_MAX	16
#define RANDOM_TRIES	64u /* in a zone where few frames are of the pool: the oldest page instead */
#define TICKS_IN_A_TURN 4u

/* What belongs together: one kind of pages in one zone. */
struct pool {
	struct policy_pool of;
	unsigned long since_tick; /* candidates */
	u32 kept_from;		  /* time when of.kept was 0 last */
	bool ticking;
};

static const struct reclaim_policy *policy = &twolist_policy;
static struct pool pools[MAX_NUMNODES * MAX_NR_ZONES][2];
static u32 *stamps;

const char *reclaim_policy_name(void)
{
	return policy->name;
}

static struct pool *pool_of(const struct zone *zone, enum lru_list inactive)
{
	unsigned int index = (unsigned int)zone->node->node_id * MAX_NR_ZONES + zone_idx(zone);

	return &pools[index][inactive == LRU_INACTIVE_FILE];
}

/* The next candidate that stays is the first of a row. */
static void end_row(struct pool *pool)
{
	pool->of.kept = 0;
	pool->kept_from = pool->of.now;
}

/* What the policy may ask about the pool is from now. */
static void refresh(struct pool *pool, const struct zone *zone, enum lru_list inactive)
{
	pool->of.nr_inactive = lru_size(zone, inactive);
	pool->of.nr_active = lru_size(zone, inactive + 1);
	pool->of.now = vm_event_sum(VM_PGFAULT);
	pool->of.tau = (u32)(pool->of.nr_inactive + pool->of.nr_active) / 2;
	if (!pool->of.kept || pool->of.now - pool->kept_from > pool->of.tau / 2)
		end_row(pool);
}

static enum lru_list kind_of(const struct page *page)
{
	return PageSwapBacked(page) ? LRU_INACTIVE_ANON : LRU_INACTIVE_FILE;
}

static struct policy_page describe(struct page *page, unsigned int young)
{
	return (struct policy_page){
		.young = young,
		.marked = PageReferenced(page),
		.dirty = PageDirty(page) || (PageAnon(page) && !PageSwapCache(page)),
		.file = !PageSwapBacked(page),
		.active = PageActive(page),
		.stamp = stamps ? &stamps[page_to_pfn(page)] : NULL,
	};
}

/* What the policy has found out about the page. */
static void note(struct page *page, const struct policy_page *seen)
{
	if (seen->marked)
		SetPageReferenced(page);
	else
		ClearPageReferenced(page);
}

/*
 * A whole round of pages that stayed tells something of all of them, and that does not change
 * because one leaves then: else each one would cost a round of its own. It holds until half of tau
 * after the round began.
 */
static void count_kept(struct pool *pool, enum policy_verdict verdict)
{
	if (verdict != POLICY_EVICT)
		pool->of.kept++;
	else if (pool->of.kept < policy_round(&pool->of))
		end_row(pool);
}

enum policy_verdict ask_policy(struct page *page, unsigned int young)
{
	/* As zone_table: this is asked for each page. */
	struct pool *pool = &pools[page->flags >> PAGE_ZONE_SHIFT][!PageSwapBacked(page)];
	struct policy_page seen = describe(page, young);
	enum policy_verdict verdict = policy->judge(&pool->of, &seen);

	note(page, &seen);
	count_kept(pool, verdict);
	return verdict;
}

void policy_forget(struct page *page)
{
	if (unlikely(stamps))
		stamps[page_to_pfn(page)] = vm_event_sum(VM_PGFAULT);
}

bool policy_has_active_list(void)
{
	return policy->workingset;
}

/* --- ticks ----------------------------------------------------------------- */

/* A page of a list is looked at: it goes to `stay`, or is the newest of the list it belongs to. */
static void tick_page(struct pool *pool, struct page *page, struct list_head *stay,
		      struct list_head *newest)
{
	struct zone *zone = page_zone(page);
	unsigned int vm_flags, young = 0;
	enum policy_verdict verdict;
	struct policy_page seen;

	if (trylock_page(page)) {
		young = page_referenced(page, &vm_flags);
		unlock_page(page);
	}
	seen = describe(page, young);
	verdict = policy->tick(&pool->of, &seen);
	note(page, &seen);
	list_del(&page->lru);
	if (seen.active != (verdict == POLICY_TO_ACTIVE)) {
		lru_count(zone, page_lru(page), -1);
		if (seen.active)
			ClearPageActive(page);
		else
			SetPageActive(page);
		lru_count(zone, page_lru(page), 1);
	}
	if (verdict == POLICY_TO_ACTIVE)
		list_add(&page->lru, &zone->lru[page_lru(page)]);
	else
		list_add(&page->lru, verdict == POLICY_STAY ? stay : newest);
}

/* All pages of the list, the oldest first. Others may run, and take pages away. */
static void tick_list(struct pool *pool, struct list_head *list, struct list_head *stay,
		      struct list_head *newest)
{
	for (unsigned int n = 1; !list_empty(list); n++) {
		tick_page(pool, list_entry(list->prev, struct page, lru), stay, newest);
		if (n % SWAP_CLUSTER_MAX == 0)
			cond_resched();
	}
}

static void tick(struct zone *zone, enum lru_list inactive, struct pool *pool)
{
	struct list_head *list = &zone->lru[inactive];
	LIST_HEAD(was_inactive);
	LIST_HEAD(was_active);
	LIST_HEAD(newest);
	LIST_HEAD(stay);

	pool->ticking = true;
	list_splice_init(list, &was_inactive);
	list_splice_init(list + 1, &was_active);
	tick_list(pool, &was_inactive, &stay, &newest);
	tick_list(pool, &was_active, &stay, &newest);
	/* Behind pages that came meanwhile. */
	list_splice_init(&newest, list->prev);
	list_splice_init(&stay, list->prev);
	pool->ticking = false;
	pool->since_tick = 0;
}

static void tick_if_due(struct zone *zone, enum lru_list inactive, struct pool *pool)
{
	unsigned long turn = pool->of.nr_inactive + pool->of.nr_active;

	if (!pool->ticking && pool->since_tick >= max(turn / TICKS_IN_A_TURN, 1ul))
		tick(zone, inactive, pool);
}

/* --- candidates ------------------------------------------------------------ */

/* Small, fast, and repeatable: the same run on the same machine throws the same pages out. */
static u32 random_number(void)
{
	static u32 state = XORSHIFT_SEED;

	return xorshift32(&state);
}

/* Any page of the pool, or NULL: hardly a frame of the zone is. */
static struct page *random_page(const struct zone *zone, enum lru_list inactive)
{
	for (unsigned int n = 0; n < RANDOM_TRIES; n++) {
		pfn_t pfn = zone->start_pfn + random_number() % zone->spanned_pages;
		struct page *page;

		if (!pfn_valid(pfn))
			continue;
		page = pfn_to_page(pfn);
		if (page_zone(page) == zone && PageLRU(page) && !PageUnevictable(page) &&
		    kind_of(page) == inactive)
			return page;
	}
	return NULL;
}

static struct page *oldest(struct list_head *list)
{
	return list_empty(list) ? NULL : list_entry(list->prev, struct page, lru);
}

/* The one that the policy wants; NULL: none is left there. */
static struct page *next_candidate(struct zone *zone, enum lru_list inactive, struct pool *pool)
{
	enum policy_end end = policy->next(&pool->of);
	struct page *page = NULL;

	if (end == ANY_PAGE)
		page = random_page(zone, inactive);
	return page ? page : oldest(&zone->lru[inactive] + (end == OLDEST_ACTIVE));
}

/*
 * The pool's counts are those from before: what the policy wants while candidates are taken does
 * not turn to the other list because one runs out. A list that is all there is, is taken from
 * whatever it wants.
 */
unsigned int take_candidates(struct zone *zone, enum lru_list inactive, struct list_head *to)
{
	struct pool *pool = pool_of(zone, inactive);
	unsigned int nr[2] = {0, 0};

	refresh(pool, zone, inactive);
	if (policy->ticks)
		tick_if_due(zone, inactive, pool);
	for (pool->of.asked = 0; max(nr[0], nr[1]) < SWAP_CLUSTER_MAX; pool->of.asked++) {
		struct page *page = next_candidate(zone, inactive, pool);

		if (!page && !pool->of.asked)
			page = oldest(&zone->lru[inactive + 1]);
		if (!page)
			break;
		get_page(page);
		lru_isolate(page);
		list_add_tail(&page->lru, to);
		nr[PageActive(page)]++;
	}
	pool->since_tick += nr[0] + nr[1];
	count_vm_events(VM_PGREFILL, nr[1]);
	return nr[0] + nr[1];
}

/* --- start ----------------------------------------------------------------- */

void reclaim_policy_init(void)
{
	char name[NAME_MAX];

	if (!cmdline_get("reclaim", name, sizeof(name)))
		return;
	if (reclaim_policy_by_name(name))
		policy = reclaim_policy_by_name(name);
	else
		cmdline_bad("reclaim", name, "twolist, clock, fifo, random, aging, lru or wsclock");
	pr_info("Pages leave memory by the policy %s\n", policy->name);
}

void reclaim_policy_start(void)
{
	workingset_init();
	if (!policy->stamps)
		return;
	stamps = vzalloc(max_pfn * sizeof(*stamps));
	if (!stamps)
		panic("no memory for the policy %s", policy->name);
}
