/*
 * model_file.c - reads the description of what-if models. FORMAT.md has the language.
 *
 * A line is a key and its value; `model` begins a model, `tlb` one of its TLBs. Each key has a
 * function that checks and stores its value; a table binds them. What does not fit together shows
 * at the end of a model only, and is told with the line on which the model began.
 */
#include "model.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_LEN 512
#define ENTRIES_MAX  1048576u
#define NO_LINE	     1u /* a cache, whose lines are not known yet */

struct reading {
	const char *path;
	unsigned int line, model_line, tlb_line;
	struct model *model; /* being read */
	struct model_tlb *tlb;
	char *error;
	size_t size;
};

__attribute__((format(printf, 3, 4))) static bool wrong(struct reading *r, unsigned int line,
							const char *format, ...)
{
	int at = snprintf(r->error, r->size, "%s:%u: ", r->path, line);
	va_list args;

	if (at < 0 || (size_t)at >= r->size)
		return false;
	va_start(args, format);
	vsnprintf(r->error + at, r->size - (size_t)at, format, args);
	va_end(args);
	return false;
}

static bool number(const char *value, uint32_t max, uint32_t *n)
{
	char *end;
	unsigned long long got;

	if (!isdigit((unsigned char)*value))
		return false;
	errno = 0;
	got = strtoull(value, &end, 10);
	if (*end || errno || !got || got > max)
		return false;
	*n = (uint32_t)got;
	return true;
}

/* One of the words of @list, which end with NULL. */
static bool word(const char *value, const char *const *list, unsigned int *which)
{
	for (*which = 0; list[*which]; (*which)++)
		if (!strcmp(list[*which], value))
			return true;
	return false;
}

static bool flag(const char *value, const char *no, const char *yes, bool *set)
{
	*set = !strcmp(value, yes);
	return *set || !strcmp(value, no);
}

static bool set_tags(struct reading *r, const char *value)
{
	return flag(value, "none", "cr3", &r->model->tags);
}

static bool set_global(struct reading *r, const char *value)
{
	return flag(value, "no", "yes", &r->model->global);
}

static bool set_reasons(struct reading *r, const char *value)
{
	return flag(value, "3c", "left", &r->model->left);
}

static bool set_allows(struct reading *r, const char *value)
{
	return flag(value, "page", "access", &r->model->accesses);
}

static bool set_lookups(struct reading *r, const char *value)
{
	return flag(value, "all", "bochs", &r->model->bochs);
}

static bool set_level(struct reading *r, const char *value)
{
	return number(value, MODEL_LEVELS, &r->tlb->level);
}

static bool set_of(struct reading *r, const char *value)
{
	static const char *const names[] = {"data", "code", "both", "walks", NULL};
	static const enum tlb_of kinds[] = {OF_DATA, OF_CODE, OF_BOTH, OF_WALKS};
	unsigned int which;

	if (!word(value, names, &which))
		return false;
	r->tlb->of = kinds[which];
	return true;
}

static bool set_pages(struct reading *r, const char *value)
{
	static const char *const names[] = {"4K", "4M", "4K,4M", "pieces", NULL};
	unsigned int which;

	if (!word(value, names, &which))
		return false;
	r->tlb->small = which != 1;
	r->tlb->large = which == 1 || which == 2;
	r->tlb->pieces = which == 3;
	return true;
}

static bool set_entries(struct reading *r, const char *value)
{
	return number(value, ENTRIES_MAX, &r->tlb->sim.entries);
}

static bool set_ways(struct reading *r, const char *value)
{
	if (!strcmp(value, "full")) {
		r->tlb->sim.ways = NO_ENTRY;
		return true;
	}
	return number(value, ENTRIES_MAX, &r->tlb->sim.ways);
}

static bool set_replace(struct reading *r, const char *value)
{
	static const char *const names[] = {"lru", "plru", "fifo", "random", NULL};
	unsigned int which;

	if (!word(value, names, &which))
		return false;
	r->tlb->sim.replace = (enum replace)which;
	return true;
}

static bool set_line(struct reading *r, const char *value)
{
	uint32_t bytes;

	if (!r->tlb->line_shift || !number(value, 4096, &bytes) || bytes < 16 ||
	    bytes & (bytes - 1))
		return false;
	r->tlb->line_shift = (unsigned int)__builtin_ctz(bytes);
	return true;
}

static bool set_index(struct reading *r, const char *value)
{
	return r->tlb->line_shift && flag(value, "physical", "linear", &r->tlb->by_linear);
}

static const struct key {
	const char *name;
	bool of_tlb;
	bool (*set)(struct reading *r, const char *value);
	const char *right;
} keys[] = {
	{"tags", false, set_tags, "none or cr3"},
	{"global", false, set_global, "yes or no"},
	{"reasons", false, set_reasons, "3c or left"},
	{"allows", false, set_allows, "page or access"},
	{"lookups", false, set_lookups, "all or bochs"},
	{"level", true, set_level, "1, 2, 3 or 4"},
	{"of", true, set_of, "data, code, both or walks"},
	{"pages", true, set_pages, "4K, 4M, 4K,4M or pieces"},
	{"entries", true, set_entries, "a number from 1 to 1048576"},
	{"ways", true, set_ways, "a number, or full"},
	{"replace", true, set_replace, "lru, plru, fifo or random"},
	{"line", true, set_line, "of a cache: 16, 32, 64, ... 4096 bytes"},
	{"index", true, set_index, "of a cache: physical or linear"},
};

#define KEY_COUNT (sizeof(keys) / sizeof(keys[0]))

/* --- what does not fit together -----------------------------------------------------------------
 */

/* Ways that fit, as all TLBs and caches must have them. */
static bool check_ways(struct reading *r, const struct model_tlb *t)
{
	const char *what = t->line_shift ? "cache" : "tlb";
	const struct tlb_sim *sim = &t->sim;

	if (sim->entries % sim->ways)
		return wrong(r, r->tlb_line, "%s %s: %u entries cannot be had with %u ways", what,
			     t->name, sim->entries, sim->ways);
	if (sim->replace == REPLACE_PLRU && (sim->ways & (sim->ways - 1) || sim->ways > 64))
		return wrong(r, r->tlb_line,
			     "%s %s: plru is a tree of 1, 2, 4, 8, 16, 32 or 64 ways, not of %u",
			     what, t->name, sim->ways);
	return true;
}

static bool end_cache(struct reading *r, struct model_tlb *c)
{
	const char *missing = !c->of			 ? "of"
			      : !c->level		 ? "level"
			      : !c->sim.entries		 ? "entries"
			      : !c->sim.ways		 ? "ways"
			      : c->line_shift == NO_LINE ? "line"
							 : NULL;

	if (missing)
		return wrong(r, r->tlb_line, "cache %s: no `%s`", c->name, missing);
	if (c->of == OF_WALKS || c->small || c->large)
		return wrong(r, r->tlb_line, "cache %s: a cache has no `%s`", c->name,
			     c->of == OF_WALKS ? "of walks" : "pages");
	if (c->sim.ways == NO_ENTRY)
		c->sim.ways = c->sim.entries;
	return check_ways(r, c);
}

static bool end_tlb(struct reading *r)
{
	struct model_tlb *t = r->tlb;
	struct tlb_sim *sim;
	const char *missing;
	bool paged;

	r->tlb = NULL;
	if (!t)
		return true;
	sim = &t->sim;
	paged = t->small || t->large;
	if (t->line_shift)
		return end_cache(r, t);
	missing = !t->of			   ? "of"
		  : !sim->entries		   ? "entries"
		  : !sim->ways			   ? "ways"
		  : t->of != OF_WALKS && !t->level ? "level"
		  : t->of != OF_WALKS && !paged	   ? "pages"
						   : NULL;
	if (missing)
		return wrong(r, r->tlb_line, "tlb %s: no `%s`", t->name, missing);
	if (t->of == OF_WALKS && (t->level || paged))
		return wrong(r, r->tlb_line, "tlb %s: `of walks` has no `%s`", t->name,
			     t->level ? "level" : "pages");
	if (sim->ways == NO_ENTRY)
		sim->ways = sim->entries;
	return check_ways(r, t);
}

/* Enters the TLB where references of @which (code and large as bits 0 and 1) will look for it. */
static bool bind(struct reading *r, struct model_tlb *t, unsigned int which)
{
	struct model_tlb **place = &r->model->route[t->level - 1][which];

	if (*place)
		return wrong(
			r, r->model_line,
			"model %s: tlb %s and tlb %s are both of level %u for %s in pages of %s",
			r->model->name, (*place)->name, t->name, t->level,
			which & 1 ? "code" : "data", which & 2 ? "4M" : "4K");
	*place = t;
	return true;
}

static bool bind_tlb(struct reading *r, struct model_tlb *t)
{
	unsigned int which;

	if (t->of == OF_WALKS) {
		if (r->model->walks)
			return wrong(r, r->model_line, "model %s: two TLBs `of walks`",
				     r->model->name);
		r->model->walks = t;
		return true;
	}
	for (which = 0; which < 4; which++)
		if (t->of & (which & 1 ? OF_CODE : OF_DATA) &&
		    (which & 2 ? t->large || t->pieces : t->small) && !bind(r, t, which))
			return false;
	return true;
}

static bool start_cache(struct reading *r, struct model_tlb *c)
{
	unsigned int code;

	c->sim.left = r->model->left;
	for (code = 0; code < 2; code++) {
		struct model_tlb **place = &r->model->cache_route[c->level - 1][code];

		if (!(c->of & (code ? OF_CODE : OF_DATA)))
			continue;
		if (*place)
			return wrong(r, r->model_line,
				     "model %s: cache %s and cache %s are both of level %u for %s",
				     r->model->name, (*place)->name, c->name, c->level,
				     code ? "code" : "data");
		*place = c;
	}
	return tlb_sim_init(&c->sim) || wrong(r, r->model_line, "out of memory");
}

/* A cache further out is asked for what the first one misses: so there must be one. */
static bool first_caches(struct reading *r)
{
	unsigned int level, code;

	for (level = 1; level < MODEL_LEVELS; level++)
		for (code = 0; code < 2; code++)
			if (r->model->cache_route[level][code] && !r->model->cache_route[0][code])
				return wrong(
					r, r->model_line,
					"model %s: no cache of level 1 takes %s, but cache %s does",
					r->model->name, code ? "code" : "data",
					r->model->cache_route[level][code]->name);
	return true;
}

static bool start_tlb(struct reading *r, struct model_tlb *t)
{
	t->sim.left = r->model->left;
	t->sim.tags = r->model->tags;
	return bind_tlb(r, t);
}

static bool end_model(struct reading *r)
{
	struct model *model = r->model;
	unsigned int i;

	if (!model)
		return true;
	if (!end_tlb(r))
		return false;
	for (i = 0; i < model->tlb_count; i++)
		if (!start_tlb(r, &model->tlbs[i]))
			return false;
	for (i = 0; i < 4; i++)
		if (!model->route[0][i])
			return wrong(r, r->model_line,
				     "model %s: no tlb of level 1 takes %s in pages of %s%s",
				     model->name, i & 1 ? "code" : "data", i & 2 ? "4M" : "4K",
				     i & 2 ? " (one that cannot does with `pages pieces`)" : "");
	for (i = 0; i < model->tlb_count; i++)
		if (!tlb_sim_init(&model->tlbs[i].sim))
			return wrong(r, r->model_line, "out of memory");
	for (i = 0; i < model->cache_count; i++)
		if (!start_cache(r, &model->caches[i]))
			return false;
	return first_caches(r);
}

/* --- lines --------------------------------------------------------------------------------------
 */

static bool name_fits(const char *name)
{
	size_t i;

	for (i = 0; name[i]; i++)
		if (!isalnum((unsigned char)name[i]) && !strchr("-_.+", name[i]))
			return false;
	return i && i < MODEL_NAME_MAX;
}

static bool begin_model(struct reading *r, struct models *m, const char *name)
{
	unsigned int i;

	if (!end_model(r))
		return false;
	for (i = 0; i < m->count; i++)
		if (!strcmp(m->list[i]->name, name))
			return wrong(r, r->line, "there is a model %s already", name);
	if (m->count == MODELS_MAX)
		return wrong(r, r->line, "more than %u models", MODELS_MAX);
	r->model = calloc(1, sizeof(*r->model));
	if (!r->model)
		return wrong(r, r->line, "out of memory");
	m->list[m->count++] = r->model;
	strcpy(r->model->name, name);
	r->model->global = true;
	r->model_line = r->line;
	return true;
}

static bool name_taken(const struct model *model, const char *name)
{
	unsigned int i;

	for (i = 0; i < model->tlb_count; i++)
		if (!strcmp(model->tlbs[i].name, name))
			return true;
	for (i = 0; i < model->cache_count; i++)
		if (!strcmp(model->caches[i].name, name))
			return true;
	return false;
}

/* @what: tlb or cache */
static bool begin_tlb(struct reading *r, struct models *m, const char *what, const char *name)
{
	const bool cache = *what == 'c';

	if (!r->model)
		return wrong(r, r->line, "`%s` before any `model`", what);
	if (!end_tlb(r))
		return false;
	if (name_taken(r->model, name))
		return wrong(r, r->line, "model %s has a tlb or cache %s already", r->model->name,
			     name);
	if (cache ? r->model->cache_count == MODEL_CACHES_MAX
		  : r->model->tlb_count == MODEL_TLBS_MAX)
		return wrong(r, r->line, "too many of them in one model");
	r->tlb = cache ? &r->model->caches[r->model->cache_count++]
		       : &r->model->tlbs[r->model->tlb_count++];
	strcpy(r->tlb->name, name);
	r->tlb->line_shift = cache ? NO_LINE : 0;
	r->tlb->sim.stamps = &m->stamps;
	r->tlb_line = r->line;
	return true;
}

static bool set_key(struct reading *r, const char *name, const char *value)
{
	size_t i;

	for (i = 0; i < KEY_COUNT && strcmp(keys[i].name, name); i++)
		;
	if (i == KEY_COUNT)
		return wrong(r, r->line,
			     "no such key: %.40s (there are model, tags, global, reasons, allows, "
			     "lookups, and tlb or cache, level, of, pages, entries, ways, replace, "
			     "line, index)",
			     name);
	if (keys[i].of_tlb ? !r->tlb : !r->model || r->tlb)
		return wrong(r, r->line, "`%s` belongs %s", name,
			     keys[i].of_tlb
				     ? "behind a `tlb` or `cache`"
				     : "behind a `model`, before its first `tlb` or `cache`");
	if (!keys[i].set(r, value))
		return wrong(r, r->line, "%s %.40s: right is %s", name, value, keys[i].right);
	return true;
}

/* Ends the word at *text, and returns it; *text is what follows. */
static char *cut(char **text)
{
	char *start = *text + strspn(*text, " \t\r\n");
	size_t len = strcspn(start, " \t\r\n");

	*text = start + len + (start[len] != 0);
	start[len] = 0;
	return start;
}

static bool read_line(struct reading *r, struct models *m, char *line)
{
	char *name, *value;

	line[strcspn(line, "#")] = 0;
	name = cut(&line);
	if (!*name)
		return true;
	value = cut(&line);
	if (!*value)
		return wrong(r, r->line, "`%.40s` without a value", name);
	if (*cut(&line))
		return wrong(r, r->line, "more than a key and its value");
	if (strcmp(name, "model") && strcmp(name, "tlb") && strcmp(name, "cache"))
		return set_key(r, name, value);
	if (!name_fits(value))
		return wrong(r, r->line,
			     "a name has letters, digits and any of - _ . +, at most %u of them",
			     MODEL_NAME_MAX - 1);
	return name[0] == 'm' ? begin_model(r, m, value) : begin_tlb(r, m, name, value);
}

bool models_read(struct models *m, const char *path, char *error, size_t size)
{
	struct reading r = {.path = path, .error = error, .size = size};
	FILE *file = fopen(path, "re");
	char line[LINE_MAX_LEN];
	bool good = true;

	if (!file) {
		snprintf(error, size, "%s: %s", path, strerror(errno));
		return false;
	}
	while (good && fgets(line, sizeof(line), file)) {
		r.line++;
		good = strchr(line, '\n') || feof(file) ? read_line(&r, m, line)
							: wrong(&r, r.line, "line too long");
	}
	if (good && ferror(file)) {
		snprintf(error, size, "%s: %s", path, strerror(errno));
		good = false;
	}
	fclose(file);
	if (good && !r.model)
		return wrong(&r, r.line, "no `model` in the file");
	return good && end_model(&r);
}
