/*
 * test_policy.c - the replacement policies against models that take each of them by its word, on
 * random strings of references; and what theory says of all of them.
 */
#include "../../analysis/refs/replay_engine.h"
#include "test.h"
#include <string.h>

#define REFS   300u
#define PAGES  24u
#define FRAMES 12u

static struct reference refs[REFS];

/* --- models: all state in the open, each victim looked for from scratch --- */

struct slot {
	u32 page;
	unsigned long came, used, stamp;
	u64 age;
	bool r, m, active;
	long place; /* twolist: higher is newer */
};

struct model {
	const struct replay *replay;
	struct slot slots[FRAMES];
	unsigned int nr, hand;
	unsigned long now;
	unsigned int asked;
	long newest;
	u32 random;
};

typedef unsigned int (*victim_fn)(struct model *model);

static unsigned int fifo_victim(struct model *model)
{
	unsigned int best = 0;

	for (unsigned int i = 1; i < model->nr; i++)
		if (model->slots[i].came < model->slots[best].came)
			best = i;
	return best;
}

static unsigned int lru_victim(struct model *model)
{
	unsigned int best = 0;

	for (unsigned int i = 1; i < model->nr; i++)
		if (model->slots[i].used < model->slots[best].used)
			best = i;
	return best;
}

static unsigned int random_victim(struct model *model)
{
	return replay_random(&model->random) % model->nr;
}

/* The textbook's: frames in a ring, a hand. */
static unsigned int clock_victim(struct model *model)
{
	unsigned int victim;

	for (; model->slots[model->hand].r; model->hand = (model->hand + 1) % model->nr)
		model->slots[model->hand].r = false;
	victim = model->hand;
	model->hand = (model->hand + 1) % model->nr;
	return victim;
}

static unsigned int aging_victim(struct model *model)
{
	unsigned int best = 0;

	for (unsigned int i = 1; i < model->nr; i++) {
		const struct slot *a = &model->slots[i], *b = &model->slots[best];

		if (a->age < b->age || (a->age == b->age && a->came < b->came))
			best = i;
	}
	return best;
}

static void aging_tick(struct model *model)
{
	for (unsigned int i = 0; i < model->nr; i++) {
		struct slot *slot = &model->slots[i];

		slot->age = slot->age >> 1 | (u64)slot->r << 63;
		slot->r = false;
	}
}

/* Carr and Hennessy's, round by round. */
static unsigned int wsclock_victim(struct model *model)
{
	for (unsigned int seen = 0;; seen++) {
		unsigned int at = model->hand;
		struct slot *slot = &model->slots[at];

		model->hand = (model->hand + 1) % model->nr;
		if (slot->r) {
			slot->r = false;
			slot->stamp = model->now;
			continue;
		}
		if (seen >= 2 * model->nr)
			return at;
		if (seen >= model->nr) {
			if (!slot->m)
				return at;
			continue;
		}
		if (model->now - slot->stamp <= model->replay->tau)
			continue;
		if (!slot->m)
			return at;
		slot->m = false; /* written */
	}
}

static unsigned int oldest_of(const struct model *model, bool active, unsigned int *count)
{
	unsigned int best = FRAMES;

	*count = 0;
	for (unsigned int i = 0; i < model->nr; i++) {
		if (model->slots[i].active != active)
			continue;
		++*count;
		if (best == FRAMES || model->slots[i].place < model->slots[best].place)
			best = i;
	}
	return best;
}

static unsigned int twolist_victim(struct model *model)
{
	for (;;) {
		unsigned int inactive, active, old_inactive, old_active;
		struct slot *slot;

		old_inactive = oldest_of(model, false, &inactive);
		old_active = oldest_of(model, true, &active);
		if ((inactive < active && model->asked++ % 2 == 0) || !inactive) {
			slot = &model->slots[old_active];
			slot->active = false;
		} else {
			model->asked += inactive >= active;
			slot = &model->slots[old_inactive];
			if (!slot->r)
				return old_inactive;
			slot->active = true;
		}
		slot->r = false;
		slot->place = ++model->newest;
	}
}

static struct slot *model_fault(struct model *model, victim_fn victim, u32 *left)
{
	unsigned int at;

	*left = NOBODY;
	if (model->nr < model->replay->frames) {
		at = model->nr++;
	} else {
		at = victim(model);
		*left = model->slots[at].page;
	}
	model->slots[at] = (struct slot){.came = model->now,
					 .stamp = model->now,
					 .age = 1ull << 63,
					 .place = ++model->newest};
	return &model->slots[at];
}

/* --- engine and model, fault by fault --- */

struct comparison {
	u32 left[REFS]; /* by reference; HIT */
};
#define HIT (~1u)

static void note_left(void *arg, unsigned long ref, u32 page)
{
	struct comparison *comparison = arg;

	comparison->left[ref] = page;
}

static bool model_agrees(const struct replay *replay, victim_fn victim,
			 const struct comparison *comparison)
{
	struct model model = {.replay = replay, .random = replay->seed};

	for (model.now = 0; model.now < replay->nr_refs; model.now++) {
		const struct reference *ref = &replay->refs[model.now];
		struct slot *slot = NULL;
		u32 left = HIT;

		if (model.now && model.now % replay->tick == 0 && victim == aging_victim)
			aging_tick(&model);
		for (unsigned int i = 0; i < model.nr; i++)
			if (model.slots[i].page == ref->page)
				slot = &model.slots[i];
		if (!slot)
			slot = model_fault(&model, victim, &left);
		if (!CHECK_EQ(comparison->left[model.now], left))
			return false;
		slot->page = ref->page;
		slot->used = model.now;
		slot->r = true;
		slot->m |= ref->write;
	}
	return true;
}

static struct replay random_string(unsigned int frames)
{
	unsigned int pages = 1 + test_random_below(PAGES), skew = test_random_below(3);

	for (unsigned int i = 0; i < REFS; i++) {
		u32 page = test_random_below(pages);

		for (unsigned int n = 0; n < skew; n++)
			page = min(page, test_random_below(pages));
		refs[i] = (struct reference){page, test_random_below(3) == 0, false};
	}
	/* At most 60 ticks: the model's counters have 64 bits. */
	return (struct replay){.refs = refs,
			       .nr_refs = REFS,
			       .nr_pages = PAGES,
			       .frames = frames,
			       .tick = 5 + test_random_below(20),
			       .tau = 1 + test_random_below(30),
			       .seed = 1 + test_random_below(1000)};
}

static void compare(const char *name, victim_fn victim)
{
	struct comparison comparison;

	for (unsigned int round = 0; round < 2000; round++) {
		struct replay replay = random_string(1 + test_random_below(FRAMES));

		for (unsigned int i = 0; i < REFS; i++)
			comparison.left[i] = HIT;
		replay.left = note_left;
		replay.arg = &comparison;
		replay_policy(&replay, reclaim_policy_by_name(name));
		if (!model_agrees(&replay, victim, &comparison))
			return;
	}
}

static void test_fifo(void)
{
	compare("fifo", fifo_victim);
}

static void test_lru(void)
{
	compare("lru", lru_victim);
}

static void test_random_policy(void)
{
	compare("random", random_victim);
}

static void test_clock(void)
{
	compare("clock", clock_victim);
}

static void test_aging(void)
{
	compare("aging", aging_victim);
}

static void test_wsclock(void)
{
	compare("wsclock", wsclock_victim);
}

static void test_twolist(void)
{
	compare("twolist", twolist_victim);
}

/* What Linux makes of an inactive page of a file, by its uses since the last look. */
static void test_twolist_files(void)
{
	static const struct {
		unsigned int young;
		bool marked, dirty;
		enum policy_verdict verdict;
		bool marked_then;
	} looks[] = {
		{0, false, false, POLICY_EVICT, false},
		{0, true, false, POLICY_EVICT, false}, /* read() once */
		{0, true, true, POLICY_TO_INACTIVE, false},
		{1, false, false, POLICY_TO_INACTIVE, true},
		{1, true, false, POLICY_TO_ACTIVE, false},
		{2, false, false, POLICY_TO_ACTIVE, false},
	};
	struct policy_pool pool = {.nr_inactive = 10, .nr_active = 10};

	for (unsigned int i = 0; i < ARRAY_SIZE(looks); i++) {
		struct policy_page page = {.file = true,
					   .young = looks[i].young,
					   .marked = looks[i].marked,
					   .dirty = looks[i].dirty};

		CHECK_EQ(twolist_policy.judge(&pool, &page), looks[i].verdict);
		CHECK_EQ(page.marked, looks[i].marked_then);
	}
}

/* --- theory --- */

static struct replay string_of(const char *digits, unsigned int frames)
{
	unsigned int n = 0;

	for (; digits[n]; n++)
		refs[n] = (struct reference){(u32)(digits[n] - '0'), false, false};
	return (struct replay){.refs = refs, .nr_refs = n, .nr_pages = 10, .frames = frames};
}

static unsigned long faults_of(const char *digits, unsigned int frames, const char *name)
{
	struct replay replay = string_of(digits, frames);

	return replay_policy(&replay, reclaim_policy_by_name(name)).faults;
}

/* Belady, Nelson, Shedler 1969. */
static void test_belady(void)
{
	static const char string[] = "123412512345";
	struct replay three = string_of(string, 3), four;

	CHECK_EQ(replay_opt(&three).faults, 7);
	four = string_of(string, 4);
	CHECK_EQ(replay_opt(&four).faults, 6);
	CHECK_EQ(faults_of(string, 3, "fifo"), 9);
	CHECK_EQ(faults_of(string, 4, "fifo"), 10);
	CHECK_EQ(faults_of(string, 3, "lru"), 10);
	CHECK_EQ(faults_of(string, 4, "lru"), 8);
}

/* The string of the books (Silberschatz): 3 frames, 15, 12 and 9 faults. */
static void test_books(void)
{
	static const char string[] = "70120304230321201701";
	struct replay three = string_of(string, 3);

	CHECK_EQ(replay_opt(&three).faults, 9);
	CHECK_EQ(faults_of(string, 3, "fifo"), 15);
	CHECK_EQ(faults_of(string, 3, "lru"), 12);
}

/* Of `count` random strings, how many fault more with a frame more? */
static unsigned int anomalies(const struct reclaim_policy *policy, unsigned int count)
{
	unsigned int found = 0;

	for (unsigned int i = 0; i < count; i++) {
		struct replay replay = random_string(1);
		unsigned long last = ~0ul, faults;

		replay.nr_refs = 60;
		for (; replay.frames <= 8; replay.frames++, last = faults) {
			faults = policy ? replay_policy(&replay, policy).faults
					: replay_opt(&replay).faults;
			found += faults > last;
		}
	}
	return found;
}

static void test_anomaly(void)
{
	CHECK_EQ(anomalies(&lru_policy, 5000), 0);
	CHECK_EQ(anomalies(NULL, 5000), 0);
	CHECK(anomalies(&fifo_policy, 5000) > 0);
}

/* No policy has fewer faults than OPT, and all of them as many as pages when these have room. */
static void test_bounds(void)
{
	for (unsigned int round = 0; round < 500; round++) {
		struct replay replay = random_string(1 + test_random_below(FRAMES));
		unsigned long least = replay_opt(&replay).faults;

		for (int i = 0; reclaim_policies[i]; i++)
			CHECK(replay_policy(&replay, reclaim_policies[i]).faults >= least);
		replay.frames = PAGES;
		least = replay_opt(&replay).faults;
		for (int i = 0; reclaim_policies[i]; i++)
			CHECK_EQ(replay_policy(&replay, reclaim_policies[i]).faults, least);
	}
}

/* Best of all ways to choose a victim, tried one after the other. */
static unsigned int best_faults(unsigned int ref, unsigned int nr_refs, u32 resident,
				unsigned int frames)
{
	unsigned int best = ~0u;

	while (ref < nr_refs && resident >> refs[ref].page & 1)
		ref++;
	if (ref == nr_refs)
		return 0;
	if ((unsigned int)__builtin_popcount(resident) < frames)
		return 1 + best_faults(ref + 1, nr_refs, resident | 1u << refs[ref].page, frames);
	for (u32 left = resident; left; left &= left - 1) {
		u32 without = resident & ~(left & -left);

		best = min(best, 1 + best_faults(ref + 1, nr_refs, without | 1u << refs[ref].page,
						 frames));
	}
	return best;
}

static void test_opt(void)
{
	for (unsigned int round = 0; round < 300; round++) {
		struct replay replay = random_string(1 + test_random_below(4));

		replay.nr_refs = 14;
		CHECK_EQ(replay_opt(&replay).faults, best_faults(0, 14, 0, replay.frames));
	}
}

/* A dirty page costs a write when it leaves; wsclock lets clean ones go first. */
static void test_writes(void)
{
	struct replay replay = string_of("123", 2);

	refs[0].write = true;
	CHECK_EQ(replay_policy(&replay, &fifo_policy).writes, 1);
	CHECK_EQ(replay_opt(&replay).writes, 0);
	CHECK_EQ(replay_policy(&replay, &wsclock_policy).writes, 0);
}

static void test_names(void)
{
	CHECK(reclaim_policies[0] == &twolist_policy);
	CHECK(reclaim_policy_by_name("twolist") == &twolist_policy);
	CHECK(reclaim_policy_by_name("wsclock") == &wsclock_policy);
	CHECK(reclaim_policy_by_name("") == NULL);
	CHECK(reclaim_policy_by_name("clocks") == NULL);
}

static const struct test tests[] = {
	{"fifo does what its model does", test_fifo},
	{"lru does what its model does", test_lru},
	{"random does what its model does", test_random_policy},
	{"clock is the textbook's second chance", test_clock},
	{"aging does what shifted counters do", test_aging},
	{"wsclock does what its model does", test_wsclock},
	{"twolist does what its model does", test_twolist},
	{"twolist: pages of files", test_twolist_files},
	{"Belady's string", test_belady},
	{"the books' string", test_books},
	{"more frames, more faults: never with LRU and OPT, at times with FIFO", test_anomaly},
	{"OPT is a bound", test_bounds},
	{"OPT is the best of all choices", test_opt},
	{"writes of dirty pages", test_writes},
	{"policies by name", test_names},
};

TEST_MAIN(tests)
