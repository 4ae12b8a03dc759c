/*
 * test_model.c - the what-if TLBs against slow ones that are plainly right.
 *
 * A slow TLB is a list of what each set holds, with times of coming and last use; everything is
 * found by looking at all of it, and reasons by counting the pages used since. Random models,
 * written to a file as a user would, get random references and flushes; every count must be equal.
 */
#include "check.h"
#include "model.h"

#include <stdlib.h>

#define SPACES	 4u  /* numbers 2 .. 5 */
#define PAGES	 96u /* in six regions of 4 MiB; the last two are large pages */
#define KEYS	 (1u << 11)
#define EVENTS	 3000u
#define SLOW_MAX 8u

struct slow_entry {
	bool used;
	uint32_t key;
	uint64_t came, last;
	uint8_t allowed;
};

struct slow_page {
	bool seen, flushed;
	uint64_t last;
	bool evicted;
};

struct slow_tlb {
	const struct model_tlb *like;
	struct slow_entry *entries;
	bool upper_used[SLOW_MAX *
			64];	 /* PLRU, a tree for each set: the upper half was used last */
	struct slow_page *pages; /* by key */
	uint32_t random;
	struct counts counts;
};

struct slow_model {
	const struct model *like;
	struct slow_tlb tlbs[MODEL_TLBS_MAX];
	struct counts whole;
};

static uint64_t now;

/* Space (1 is that of global pages), size, region and number of a page in 11 bits. */
static uint32_t slow_key(uint32_t space, bool large, uint32_t page)
{
	return space << 8 | (large ? 1u << 7 | page >> 22 : (page >> 22) << 4 | (page >> 12 & 15));
}

static uint32_t unit(const struct model_ref *ref, bool whole)
{
	return whole ? ref->page >> 22 : ref->page >> 12;
}

static bool *tree_of(struct slow_tlb *t, uint32_t set)
{
	return t->upper_used + set * t->like->sim.ways;
}

static void slow_use(struct slow_tlb *t, struct slow_entry *e)
{
	const uint32_t ways = t->like->sim.ways;
	const uint32_t at = (uint32_t)(e - t->entries), leaf = at % ways + ways;
	uint32_t node;

	e->last = now;
	for (node = leaf; node > 1 && t->like->sim.replace == REPLACE_PLRU; node /= 2)
		tree_of(t, at / ways)[node / 2] = node % 2;
}

static struct slow_entry *slow_victim(struct slow_tlb *t, uint32_t set)
{
	const struct tlb_sim *sim = &t->like->sim;
	struct slow_entry *e = t->entries + set * sim->ways, *best = e;
	uint32_t i, node = 1;

	for (i = 0; i < sim->ways; i++)
		if (!e[i].used)
			return &e[i];
	if (sim->replace == REPLACE_RANDOM) {
		t->random ^= t->random << 13;
		t->random ^= t->random >> 17;
		t->random ^= t->random << 5;
		return &e[t->random % sim->ways];
	}
	if (sim->replace == REPLACE_PLRU) {
		while (node < sim->ways)
			node = 2 * node + !tree_of(t, set)[node];
		return &e[node - sim->ways];
	}
	for (i = 1; i < sim->ways; i++)
		if (sim->replace == REPLACE_LRU ? e[i].last < best->last : e[i].came < best->came)
			best = &e[i];
	return best;
}

static struct slow_entry *slow_find(struct slow_tlb *t, uint32_t key)
{
	uint32_t i;

	for (i = 0; i < t->like->sim.entries; i++)
		if (t->entries[i].used && t->entries[i].key == key)
			return &t->entries[i];
	return NULL;
}

static enum outcome slow_reason(const struct slow_tlb *t, uint32_t key)
{
	const struct slow_page *p = &t->pages[key];
	uint32_t i, since = 0;

	if (!p->seen)
		return TLB_COLD;
	if (t->like->sim.left)
		return p->evicted ? TLB_CONFLICT : TLB_FLUSHED;
	for (i = 0; i < KEYS; i++)
		since += t->pages[i].last > p->last;
	if (since >= t->like->sim.entries)
		return TLB_CAPACITY;
	return p->flushed ? TLB_FLUSHED : TLB_CONFLICT;
}

static enum outcome slow_look(struct slow_tlb *t, uint32_t key, uint8_t need, uint8_t *allowed)
{
	struct slow_entry *e = slow_find(t, key);
	enum outcome outcome = e ? TLB_UPGRADE : slow_reason(t, key);

	if (e && e->allowed & need)
		outcome = TLB_HIT;
	t->pages[key] = (struct slow_page){true, false, now, t->pages[key].evicted};
	if (e) {
		slow_use(t, e);
		*allowed = e->allowed;
	}
	t->counts.n[outcome]++;
	return outcome;
}

static void slow_fill(struct slow_tlb *t, uint32_t key, uint32_t number, uint8_t allowed)
{
	struct slow_entry *e = slow_find(t, key);

	if (!e) {
		e = slow_victim(t, number % t->like->sim.sets);
		if (e->used)
			t->pages[e->key].evicted = true;
		*e = (struct slow_entry){true, key, now, now, 0};
		t->pages[key].evicted = false;
		slow_use(t, e);
	}
	e->allowed = allowed;
}

/* Everything that @hit says goes. */
static void slow_drop(struct slow_tlb *t, bool (*hit)(uint32_t key, const uint32_t *arg),
		      const uint32_t *arg)
{
	uint32_t i;

	for (i = 0; i < t->like->sim.entries; i++)
		if (hit(t->entries[i].key, arg))
			t->entries[i].used = false;
	for (i = 0; i < KEYS; i++)
		if (hit(i, arg))
			t->pages[i].flushed = true;
}

static uint8_t slow_need(const struct model_ref *ref)
{
	const bool user = ref->kind & REF_USER;

	if (ref->kind & REF_CODE)
		return user ? TLB_USER_X : TLB_SYS_X;
	return (uint8_t)((ref->kind & REF_WRITE ? TLB_SYS_W : TLB_SYS_R) << user);
}

static uint8_t slow_allowed(const struct slow_model *m, const struct model_ref *ref)
{
	static const uint8_t data[2][2] = {{1, 1 | 4}, {1 | 2, 15}};
	const int user = !!(ref->kind & REF_USER);

	if (!m->like->accesses)
		return ref->allowed | slow_need(ref);
	return ref->kind & REF_CODE ? data[user][0] : data[user][ref->kind & REF_WRITE];
}

/* The TLBs of a model that take this reference, in order of their levels. */
static unsigned int slow_route(struct slow_model *m, const struct model_ref *ref,
			       struct slow_tlb *path[MODEL_LEVELS])
{
	unsigned int level, i, n = 0;

	for (level = 1; level <= MODEL_LEVELS; level++) {
		for (i = 0; i < m->like->tlb_count; i++) {
			const struct model_tlb *t = &m->like->tlbs[i];

			if (t->of != OF_WALKS && t->level == level &&
			    t->of & (ref->kind & REF_CODE ? OF_CODE : OF_DATA) &&
			    (ref->kind & REF_LARGE ? t->large || t->pieces : t->small))
				path[n++] = &m->tlbs[i];
		}
	}
	return n;
}

static void slow_walk(struct slow_model *m, const struct model_ref *ref)
{
	const uint32_t key = slow_key(ref->space, false, ref->page & ~0x3fffffu);
	uint8_t allowed;
	unsigned int i;

	for (i = 0; i < m->like->tlb_count; i++)
		if (m->like->tlbs[i].of == OF_WALKS && !(ref->kind & REF_LARGE) &&
		    slow_look(&m->tlbs[i], key, 1, &allowed) != TLB_HIT)
			slow_fill(&m->tlbs[i], key, ref->page >> 22, 1);
}

static void slow_ref(struct slow_model *m, const struct model_ref *ref)
{
	const bool global = ref->kind & REF_GLOBAL && m->like->global;
	struct slow_tlb *path[MODEL_LEVELS];
	uint32_t keys[MODEL_LEVELS], numbers[MODEL_LEVELS];
	unsigned int i, n = slow_route(m, ref, path), asked;
	enum outcome outcome = TLB_COLD;
	uint8_t allowed = 0;

	if (m->like->bochs && ref->kind & REF_WINDOW)
		return;
	for (i = 0; i < n; i++) {
		const bool whole = ref->kind & REF_LARGE && !path[i]->like->pieces;

		keys[i] = slow_key(global ? SPACE_GLOBAL : ref->space, whole, ref->page);
		numbers[i] = unit(ref, whole);
	}
	for (asked = 0; asked < n; asked++) {
		outcome = slow_look(path[asked], keys[asked], slow_need(ref), &allowed);
		if (outcome == TLB_HIT || outcome == TLB_UPGRADE)
			break;
	}
	m->whole.n[outcome]++;
	if (outcome != TLB_HIT) {
		slow_walk(m, ref);
		allowed = slow_allowed(m, ref);
		asked = n;
	}
	/* An upgrade reaches lower levels only where they were asked, or have the page. */
	for (i = 0; i < asked; i++)
		if (path[i]->pages[keys[i]].seen)
			slow_fill(path[i], keys[i], numbers[i], allowed);
}

/* --- flushes ------------------------------------------------------------------------------ */

static bool every(uint32_t key, const uint32_t *arg)
{
	(void)key;
	(void)arg;
	return true;
}

static bool not_global(uint32_t key, const uint32_t *arg)
{
	(void)arg;
	return key >> 8 != SPACE_GLOBAL;
}

static bool of_space(uint32_t key, const uint32_t *arg)
{
	return key >> 8 == arg[0];
}

static bool is_key(uint32_t key, const uint32_t *arg)
{
	return key == arg[0];
}

/* arg: space, whole region of the large page */
static bool in_region(uint32_t key, const uint32_t *arg)
{
	return key >> 8 == arg[0] &&
	       (key & 1u << 7 ? (key & 15) == arg[1] : (key >> 4 & 7) == arg[1]);
}

static void slow_flush(struct slow_model *m, enum models_flush what, bool global_too, uint32_t from,
		       uint32_t to)
{
	unsigned int i;

	for (i = 0; i < m->like->tlb_count; i++) {
		struct slow_tlb *t = &m->tlbs[i];

		if (what == MODELS_GLOBAL || (what == MODELS_EMULATOR && m->like->bochs))
			slow_drop(t, every, NULL);
		else if (what == MODELS_EMULATOR)
			continue;
		else if (m->like->tags && from == to)
			slow_drop(t, of_space, &to);
		else if (!m->like->tags)
			slow_drop(t,
				  global_too || !m->like->global || t->like->of == OF_WALKS
					  ? every
					  : not_global,
				  NULL);
	}
}

static void slow_forget_page(struct slow_tlb *t, uint32_t space, uint32_t page)
{
	uint32_t key = slow_key(space, false, page);

	if (t->like->small)
		slow_drop(t, is_key, &key);
	key = slow_key(space, true, page);
	if (t->like->large)
		slow_drop(t, is_key, &key);
}

static void slow_invlpg(struct slow_model *m, uint32_t space, uint32_t page, bool large)
{
	const uint32_t here[2] = {space, page >> 22}, global[2] = {SPACE_GLOBAL, page >> 22};
	unsigned int i;

	for (i = 0; i < m->like->tlb_count; i++) {
		struct slow_tlb *t = &m->tlbs[i];

		if (t->like->of == OF_WALKS) {
			slow_drop(t, every, NULL);
		} else if (large) {
			slow_drop(t, in_region, here);
			slow_drop(t, in_region, global);
		} else {
			slow_forget_page(t, space, page);
			slow_forget_page(t, SPACE_GLOBAL, page);
		}
	}
}

static void slow_fault(struct slow_model *m, uint32_t space, uint32_t page, bool code)
{
	uint32_t key = slow_key(space, false, page & ~0x3fffffu);
	unsigned int i;

	for (i = 0; i < m->like->tlb_count; i++) {
		struct slow_tlb *t = &m->tlbs[i];

		if (t->like->of == OF_WALKS) {
			slow_drop(t, is_key, &key);
		} else if (t->like->of & (code ? OF_CODE : OF_DATA) && !(code && m->like->bochs)) {
			slow_forget_page(t, space, page);
			slow_forget_page(t, SPACE_GLOBAL, page);
		}
	}
}

/* --- random models ------------------------------------------------------------------------ */

static const char *const policies[] = {"lru", "plru", "fifo", "random"};

static void print_tlb(FILE *file, const char *name, unsigned int level, const char *of,
		      const char *pages)
{
	uint32_t ways = 1 + below(7), sets = 1 + below(6);
	unsigned int policy = below(4);

	if (policy == 1)
		ways = 1u << below(4);
	if (!below(3))
		sets = 1;
	if (policy != 1 && !below(4)) {
		sets = 1;
		ways = 14 + below(8); /* too many to compare one by one */
	}
	fprintf(file, "tlb %s # a comment\n", name);
	if (level)
		fprintf(file, "\tlevel %u\n\tpages %s\n", level, pages);
	fprintf(file, "\tof %s\n\tentries %u\n\tways ", of, ways * sets);
	fprintf(file, sets == 1 && below(2) ? "full\n" : "%u\n", ways);
	if (policy || below(2))
		fprintf(file, "\treplace %s\n", policies[policy]);
}

static void print_level(FILE *file, unsigned int level)
{
	static const char *const sizes[] = {"4K,4M", "pieces"};
	char name[8];

	snprintf(name, sizeof(name), "B%u", level);
	switch (below(4)) {
	case 0:
		print_tlb(file, name, level, "both", sizes[below(2)]);
		return;
	case 1:
		print_tlb(file, name, level, "both", "4K");
		name[0] = 'L';
		print_tlb(file, name, level, "both", "4M");
		return;
	case 2:
		print_tlb(file, name, level, "code", "4K");
		name[0] = 'L';
		print_tlb(file, name, level, "code", "4M");
		break;
	default:
		print_tlb(file, name, level, "code", sizes[below(2)]);
	}
	name[0] = 'D';
	print_tlb(file, name, level, "data", sizes[below(2)]);
}

static const char *print_model(unsigned int number)
{
	static char path[512];
	FILE *file;

	snprintf(path, sizeof(path), "%s/model", getenv("SCRATCH"));
	file = fopen(path, "w");
	if (!file)
		exit(1);
	fprintf(file, "# a model\nmodel m%u\ntags %s\nglobal %s\n", number,
		below(2) ? "cr3" : "none", below(2) ? "yes" : "no");
	fprintf(file, "reasons %s\nallows %s\nlookups %s\n", below(4) ? "3c" : "left",
		below(2) ? "page" : "access", below(3) ? "all" : "bochs");
	print_level(file, 1);
	if (below(2))
		print_level(file, 2);
	if (!below(3))
		print_tlb(file, "P", 0, "walks", "");
	fclose(file);
	return path;
}

static void slow_init(struct slow_model *m, const struct model *like)
{
	unsigned int i;

	*m = (struct slow_model){.like = like};
	for (i = 0; i < like->tlb_count; i++) {
		m->tlbs[i].like = &like->tlbs[i];
		m->tlbs[i].random = 0x2545f491u;
		m->tlbs[i].entries = calloc(like->tlbs[i].sim.entries, sizeof(struct slow_entry));
		m->tlbs[i].pages = calloc(KEYS, sizeof(struct slow_page));
	}
}

static void slow_free(struct slow_model *m)
{
	unsigned int i;

	for (i = 0; i < m->like->tlb_count; i++) {
		free(m->tlbs[i].entries);
		free(m->tlbs[i].pages);
	}
}

/* --- events ------------------------------------------------------------------------------- */

static struct models fast;
static struct slow_model slow[2];
static uint32_t space;

static uint32_t some_page(bool *large, bool *global)
{
	const uint32_t region = below(6), n = below(PAGES / 6);

	*large = region >= 4;
	*global = region % 2;
	return region << 22 | n << 12;
}

static void some_ref(void)
{
	static struct model_ref before[3];
	struct model_ref ref;
	bool large, global;
	unsigned int i;

	/* Programs refer to the same few pages again and again. */
	if (below(3)) {
		ref = before[below(3)];
		ref.kind = (uint8_t)((ref.kind & ~7u) | below(8));
	} else {
		ref = (struct model_ref){.page = some_page(&large, &global)};
		ref.kind =
			(uint8_t)(below(16) | (large ? REF_LARGE : 0) | (global ? REF_GLOBAL : 0));
	}
	if (ref.kind & REF_CODE)
		ref.kind &= (uint8_t)~REF_WRITE;
	ref.space = space;
	ref.area = ref.page >> 22 & 1;
	ref.eip = ref.page + below(4);
	ref.pid = below(3);
	ref.allowed = (uint8_t)(below(2) ? 15 : 3);
	before[below(3)] = ref;
	if (!models_again(&fast, ref.page, ref.kind))
		models_ref(&fast, &ref);
	for (i = 0; i < fast.count; i++)
		slow_ref(&slow[i], &ref);
}

static void some_flush(void)
{
	const uint32_t from = space;
	const enum models_flush what = below(8)	  ? MODELS_CR3
				       : below(2) ? MODELS_GLOBAL
						  : MODELS_EMULATOR;
	const bool global_too = !below(8);
	unsigned int i;

	if (what == MODELS_CR3)
		space = 2 + below(SPACES);
	models_flush(&fast, what, global_too, from, space);
	for (i = 0; i < fast.count; i++)
		slow_flush(&slow[i], what, global_too, from, space);
}

static void some_event(void)
{
	bool large, global;
	uint32_t page;
	unsigned int i;

	now++;
	switch (below(100)) {
	case 0:
		some_flush();
		return;
	case 1:
		page = some_page(&large, &global);
		models_invlpg(&fast, space, page);
		for (i = 0; i < fast.count; i++)
			slow_invlpg(&slow[i], space, page, large);
		return;
	case 2:
		page = some_page(&large, &global);
		models_fault(&fast, space, page, global);
		for (i = 0; i < fast.count; i++)
			slow_fault(&slow[i], space, page, global);
		return;
	case 3:
		models_phase(&fast, below(2) ? "one" : "two");
		return;
	case 4:
		models_task(&fast, below(3), "task");
		return;
	default:
		some_ref();
	}
}

/* --- results ------------------------------------------------------------------------------ */

static struct counts of_dimension[5]; /* all, phase, task, area, code: sums of the TLB in work */

static void differ(const char *model, const char *tlb, const char *what, const struct counts *got,
		   const struct counts *want, int from)
{
	int i;

	for (i = from; i < OUTCOMES; i++) {
		CHECK_EQ(got->n[i], want->n[i]);
		if (got->n[i] != want->n[i])
			printf("# model %s, tlb %s, %s: outcome %d\n", model, tlb, what, i);
	}
}

static void take_row(void *ctx, const struct model_row *row)
{
	static const char *const names[] = {"all", "phase", "task", "area", "code"};
	static const struct model_row *last;
	static char model[MODEL_NAME_MAX], tlb[MODEL_NAME_MAX];
	unsigned int i, k;
	int n;

	(void)ctx;
	(void)last;
	if (!strcmp(row->dimension, "all")) {
		for (k = 1; k < 5 && model[0]; k++)
			if (k < 4 || !tlb[0])
				differ(model, tlb, names[k], &of_dimension[k], &of_dimension[0],
				       k == 4);
		memset(of_dimension, 0, sizeof(of_dimension));
		strcpy(model, row->model);
		strcpy(tlb, row->tlb);
		for (i = 0; i < fast.count && strcmp(fast.list[i]->name, model); i++)
			;
		for (k = 0; k < fast.list[i]->tlb_count && strcmp(fast.list[i]->tlbs[k].name, tlb);
		     k++)
			;
		differ(model, tlb, "all", row->counts,
		       tlb[0] ? &slow[i].tlbs[k].counts : &slow[i].whole, 0);
	}
	for (k = 0; k < 5 && strcmp(names[k], row->dimension); k++)
		;
	for (n = 0; n < OUTCOMES; n++)
		of_dimension[k].n[n] += row->counts->n[n];
}

static void one_round(unsigned int models)
{
	char error[512] = "";
	unsigned int i, n = check_failures;

	CHECK(models_init(&fast));
	for (i = 0; i < models; i++)
		CHECK(models_read(&fast, print_model(i), error, sizeof(error)));
	CHECK_STR(error, "");
	CHECK(models_start(&fast));
	models_area(&fast, "even");
	models_area(&fast, "odd");
	for (i = 0; i < models; i++)
		slow_init(&slow[i], fast.list[i]);
	space = 2;
	now = 0;
	for (i = 0; i < EVENTS; i++)
		some_event();
	models_rows(&fast, take_row, NULL);
	CHECK(!fast.no_memory);
	for (i = 0; i < models; i++)
		slow_free(&slow[i]);
	if (check_failures != n && system("cat \"$SCRATCH/model\" | sed 's/^/# /'"))
		exit(1);
	models_free(&fast);
}

static void one_model(void)
{
	unsigned int i;

	for (i = 0; i < 100 && check_failures < CHECK_SHOWN; i++)
		one_round(1);
}

static void two_models(void)
{
	unsigned int i;

	for (i = 0; i < 30 && check_failures < CHECK_SHOWN; i++)
		one_round(2);
}

/* --- files -------------------------------------------------------------------------------- */

static void wrong_file(const char *text, const char *error)
{
	char path[512], got[512] = "", want[600];
	struct models m;
	FILE *file;

	snprintf(path, sizeof(path), "%s/wrong", getenv("SCRATCH"));
	file = fopen(path, "w");
	if (!file)
		exit(1);
	fputs(text, file);
	fclose(file);
	CHECK(models_init(&m));
	CHECK(!models_read(&m, path, got, sizeof(got)));
	snprintf(want, sizeof(want), "%s%s", path, error);
	CHECK_STR(got, want);
	models_free(&m);
}

#define T "tlb T\nlevel 1\nof both\npages pieces\n"

static void files(void)
{
	wrong_file("", ":0: no `model` in the file");
	wrong_file("# nothing\n", ":1: no `model` in the file");
	wrong_file("tlb T\n", ":1: `tlb` before any `model`");
	wrong_file("model\n", ":1: `model` without a value");
	wrong_file("model a b\n", ":1: more than a key and its value");
	wrong_file("model a,b\n",
		   ":1: a name has letters, digits and any of - _ . +, at most 39 of them");
	wrong_file("model a\n" T "entries 4\nways 2\nmodel a\n", ":8: there is a model a already");
	wrong_file("model a\ntags pcid\n", ":2: tags pcid: right is none or cr3");
	wrong_file(
		"model a\nsize 4\n",
		":2: no such key: size (there are model, tags, global, reasons, allows, lookups, "
		"and tlb, level, of, pages, entries, ways, replace)");
	wrong_file("model a\nways 4\n", ":2: `ways` belongs behind a `tlb`");
	wrong_file("model a\ntlb T\ntags cr3\n",
		   ":3: `tags` belongs behind a `model`, before its first `tlb`");
	wrong_file("model a\n" T "entries 0\n",
		   ":6: entries 0: right is a number from 1 to 1048576");
	wrong_file("model a\n" T "entries -4\n",
		   ":6: entries -4: right is a number from 1 to 1048576");
	wrong_file("model a\n" T "entries 4\nways 3\n",
		   ":2: tlb T: 4 entries cannot be had with 3 ways");
	wrong_file("model a\n" T "entries 6\nways 3\nreplace plru\n",
		   ":2: tlb T: plru is a tree of 1, 2, 4, 8, 16, 32 or 64 ways, not of 3");
	wrong_file("model a\n" T "ways 3\n", ":2: tlb T: no `entries`");
	wrong_file("model a\n" T "entries 3\n", ":2: tlb T: no `ways`");
	wrong_file("model a\ntlb T\nof data\nentries 4\nways full\npages 4K\n",
		   ":2: tlb T: no `level`");
	wrong_file("model a\ntlb T\nlevel 1\nof data\nentries 4\nways full\npages 4K\n",
		   ":1: model a: no tlb of level 1 takes code in pages of 4K");
	wrong_file("model a\ntlb T\nlevel 1\nof both\nentries 4\nways full\npages 4K\n",
		   ":1: model a: no tlb of level 1 takes data in pages of 4M (one that cannot does "
		   "with "
		   "`pages pieces`)");
	wrong_file("model a\n" T
		   "entries 4\nways 2\ntlb U\nlevel 1\nof code\npages 4K\nentries 4\nways 1\n",
		   ":1: model a: tlb T and tlb U are both of level 1 for code in pages of 4K");
	wrong_file("model a\n" T "entries 4\nways 2\ntlb U\nlevel 1\nof walks\nentries 4\nways 1\n",
		   ":8: tlb U: `of walks` has no `level`");
	wrong_file("model a\nmodel b\n",
		   ":1: model a: no tlb of level 1 takes data in pages of 4K");
}

static const struct check_test tests[] = {
	{"files that make no sense are refused, with the line", files},
	{"random models count what slow ones do", one_model},
	{"two at a time", two_models},
};

CHECK_MAIN(tests)
