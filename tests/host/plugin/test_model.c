/*
 * test_model.c - the what-if TLBs against slow ones that are plainly right.
 *
 * Random models, written to a file as a user would, get random references and flushes; so do the
 * slow ones of slow_model.h, and every count must be equal.
 */
#include "check.h"
#include "slow_model.h"

#include <stdlib.h>

#define SPACES 4u  /* numbers 2 .. 5 */
#define PAGES  96u /* in six regions of 4 MiB; the last two are large pages */
#define EVENTS 3000u

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

static void print_cache(FILE *file, const char *name, unsigned int level, const char *of)
{
	const uint32_t ways = 1 + below(5), sets = 1 + below(8);

	fprintf(file, "cache %s\n\tlevel %u\n\tof %s\n\tentries %u\n\tways %u\n\tline %u\n", name,
		level, of, ways * sets, ways, 16u << below(3));
	if (below(2))
		fprintf(file, "\tindex %s\n", below(2) ? "linear" : "physical");
	if (below(2))
		fprintf(file, "\treplace %s\n", below(2) ? "fifo" : "lru");
}

static void print_caches(FILE *file)
{
	if (!below(3))
		return;
	if (below(3)) {
		print_cache(file, "CI", 1, "code");
		print_cache(file, "CD", 1, "data");
	} else {
		print_cache(file, "C1", 1, "both");
	}
	if (below(2))
		print_cache(file, "C2", 2, "both");
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
	print_caches(file);
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
	for (i = 0; i < like->cache_count; i++) {
		m->caches[i].like = &like->caches[i];
		m->caches[i].random = 0x2545f491u;
		m->caches[i].entries =
			calloc(like->caches[i].sim.entries, sizeof(struct slow_entry));
		m->caches[i].pages = calloc(KEYS, sizeof(struct slow_page));
	}
}

static void slow_free(struct slow_model *m)
{
	unsigned int i;

	for (i = 0; i < m->like->tlb_count; i++) {
		free(m->tlbs[i].entries);
		free(m->tlbs[i].pages);
	}
	for (i = 0; i < m->like->cache_count; i++) {
		free(m->caches[i].entries);
		free(m->caches[i].pages);
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

/* Four linear pages lead to one physical page. */
static void some_line(void)
{
	static struct model_line before[3];
	struct model_line ref = before[below(3)];
	unsigned int i;

	if (below(2))
		ref = (struct model_line){.lin = below(4) << 12 | below(64) << 4, .code = below(2)};
	ref.phys = ref.lin & PAGE_MASK;
	ref.area = ref.lin >> 12 & 1;
	before[below(3)] = ref;
	if (!models_line_again(&fast, ref.lin, ref.code))
		models_line(&fast, &ref);
	for (i = 0; i < fast.count; i++)
		slow_line(&slow[i], &ref);
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
		if (fast.line_shift && below(2))
			some_line();
		else
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

static const struct counts *slow_counts(const struct slow_model *m, const char *name)
{
	unsigned int i;

	for (i = 0; i < m->like->tlb_count; i++)
		if (!strcmp(m->like->tlbs[i].name, name))
			return &m->tlbs[i].counts;
	for (i = 0; i < m->like->cache_count; i++)
		if (!strcmp(m->like->caches[i].name, name))
			return &m->caches[i].counts;
	return &m->whole;
}

static void take_row(void *ctx, const struct model_row *row)
{
	static const char *const names[] = {"all", "phase", "task", "area", "code"};
	static char model[MODEL_NAME_MAX], tlb[MODEL_NAME_MAX];
	unsigned int i, k;
	int n;

	(void)ctx;
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
		differ(model, tlb, "all", row->counts, slow_counts(&slow[i], tlb), 0);
	}
	for (k = 0; k < 5 && strcmp(names[k], row->dimension); k++)
		;
	for (n = 0; k < 5 && n < OUTCOMES; n++)
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
		"and tlb or cache, level, of, pages, entries, ways, replace, line, index)");
	wrong_file("model a\nways 4\n", ":2: `ways` belongs behind a `tlb` or `cache`");
	wrong_file("model a\ntlb T\ntags cr3\n",
		   ":3: `tags` belongs behind a `model`, before its first `tlb` or `cache`");
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
	wrong_file("model a\n" T "entries 4\nways 2\nline 32\n",
		   ":8: line 32: right is of a cache: 16, 32, 64, ... 4096 bytes");
	wrong_file("model a\n" T
		   "entries 4\nways 2\ncache C\nlevel 1\nof data\nentries 4\nways 2\n",
		   ":8: cache C: no `line`");
	wrong_file("model a\n" T "entries 4\nways 2\ncache C\nlevel 1\nof data\nentries 4\nways 2\n"
		   "line 48\n",
		   ":13: line 48: right is of a cache: 16, 32, 64, ... 4096 bytes");
	wrong_file("model a\n" T "entries 4\nways 2\ncache T\n",
		   ":8: model a has a tlb or cache T already");
	wrong_file("model a\n" T "entries 4\nways 2\ncache C\nlevel 1\nof data\nentries 4\nways 2\n"
		   "line 32\ncache L2\nlevel 2\nof both\nentries 4\nways 2\nline 32\n",
		   ":1: model a: no cache of level 1 takes code, but cache L2 does");
	wrong_file("model a\nmodel b\n",
		   ":1: model a: no tlb of level 1 takes data in pages of 4K");
}

static uint64_t renamed_hits[2], renamed_cold[2];

static void take_renamed(void *ctx, const struct model_row *row)
{
	(void)ctx;
	if (strcmp(row->dimension, "all"))
		return;
	if (*row->tlb)
		renamed_cold[row->model[0] - 'a'] = row->counts->n[TLB_COLD];
	else
		renamed_hits[row->model[0] - 'a'] = row->counts->n[TLB_HIT];
}

/* What an address space holds is found under its new name, in sets of any size; its pages are new.
 */
static void renamed(void)
{
	char path[512], error[512] = "";
	struct model_ref ref = {.page = 0x1000, .space = 10, .allowed = 15};
	FILE *file;

	snprintf(path, sizeof(path), "%s/renamed", getenv("SCRATCH"));
	file = fopen(path, "w");
	if (!file)
		exit(1);
	fputs("model a\n" T "entries 16\nways 4\nmodel b\n" T "entries 16\nways 16\n", file);
	fclose(file);
	CHECK(models_init(&fast));
	CHECK(models_read(&fast, path, error, sizeof(error)));
	CHECK(models_start(&fast));
	models_area(&fast, "even");
	models_ref(&fast, &ref);
	models_rename(&fast, 10, 11);
	ref.space = 11;
	models_ref(&fast, &ref);
	models_invlpg(&fast, 11, ref.page);
	models_ref(&fast, &ref);
	models_rows(&fast, take_renamed, NULL);
	models_free(&fast);
	CHECK_EQ(renamed_hits[0], 1);
	CHECK_EQ(renamed_hits[1], 1);
	CHECK_EQ(renamed_cold[0], 2);
	CHECK_EQ(renamed_cold[1], 2);
}

static const struct check_test tests[] = {
	{"an address space that gets another name", renamed},
	{"files that make no sense are refused, with the line", files},
	{"random models count what slow ones do", one_model},
	{"two at a time", two_models},
};

CHECK_MAIN(tests)
