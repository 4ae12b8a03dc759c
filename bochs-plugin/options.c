/*
 * options.c - the plugin's line in bochsrc.
 *
 *   tlbtrace: out=DIR, compress=none|zstd, start=boot|mark:LABEL,
 *             stop=end|mark:LABEL, pid=N, events=tlb,fault,flush, model=FILE, check=none|stale,
 *             stacks=none|fault,fill/N, refs,
 *             refs=FRAMES, progress=0|1, reset=go|end
 *
 * Bochs cuts the line at commas and we get the pieces joined again, because
 * values may hold commas (events, and any path): a new option begins only
 * where a comma is followed by letters and '=', or by `refs` alone. One function a key checks and
 * stores its value; a table binds them to their names and right forms.
 */
#include "options.h"
#include "ref_trace.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool set_out(struct options *o, const char *value)
{
	if (!*value || strlen(value) >= sizeof(o->out))
		return false;
	strcpy(o->out, value);
	return true;
}

static bool set_compress(struct options *o, const char *value)
{
	o->zstd = !strcmp(value, "zstd");
	return o->zstd || !strcmp(value, "none");
}

/* "mark:LABEL" into @label, or @none for no label. A mark of that name could not be told from it in
 * meta.csv. */
static bool set_mark(char label[OPTION_LABEL_MAX], const char *value, const char *none)
{
	label[0] = 0;
	if (!strcmp(value, none))
		return true;
	if (strncmp(value, "mark:", 5) || !value[5] || !strcmp(value + 5, none) ||
	    strlen(value + 5) >= OPTION_LABEL_MAX)
		return false;
	strcpy(label, value + 5);
	return true;
}

static bool set_start(struct options *o, const char *value)
{
	return set_mark(o->start, value, "boot");
}

static bool set_stop(struct options *o, const char *value)
{
	return set_mark(o->stop, value, "end");
}

static bool set_pid(struct options *o, const char *value)
{
	unsigned long n;
	char *end;

	if (!isdigit((unsigned char)*value))
		return false;
	errno = 0;
	n = strtoul(value, &end, 10);
	if (*end || errno || n > 0x7fffffff)
		return false;
	o->one_process = true;
	o->pid = (uint32_t)n;
	return true;
}

static bool set_events(struct options *o, const char *value)
{
	static const char *const names[] = {"tlb", "fault", "flush"};
	size_t len, i;

	o->events = 0;
	for (;; value += len + 1) {
		len = strcspn(value, ",");
		for (i = 0; i < 3; i++)
			if (strlen(names[i]) == len && !strncmp(value, names[i], len))
				break;
		if (i == 3)
			return false;
		o->events |= 1u << i;
		if (!value[len])
			return true;
	}
}

/* One more file; `model=` may come several times. */
static bool set_model(struct options *o, const char *value)
{
	if (!*value || strlen(value) >= OPTION_MODEL_MAX || o->model_count == OPTION_MODELS_MAX)
		return false;
	strcpy(o->models[o->model_count++], value);
	return true;
}

/* The frames from which on the string of references is exact; NULL for `refs` alone. */
static bool set_refs(struct options *o, const char *value)
{
	unsigned long n = REF_TRACE_K_DEFAULT;
	char nothing = 0, *end = &nothing;

	errno = 0;
	if (value)
		n = isdigit((unsigned char)*value) ? strtoul(value, &end, 10) : 0;
	if (*end || errno || n < REF_TRACE_K_MIN || n > REF_TRACE_K_MAX)
		return false;
	o->refs_k = (uint32_t)n;
	return true;
}

static bool set_check(struct options *o, const char *value)
{
	o->check_stale = !strcmp(value, "stale");
	return o->check_stale || !strcmp(value, "none");
}

/* "fill", or "fill/N" for each N-th, into *n. */
static bool fill_rate(const char *value, size_t len, unsigned int *n)
{
	unsigned long rate;
	char *end;

	*n = 1;
	if (len == 4)
		return true;
	if (len > 14 || value[4] != '/' || !isdigit((unsigned char)value[5]))
		return false;
	rate = strtoul(value + 5, &end, 10);
	*n = (unsigned int)rate;
	return rate && rate <= 1000000000 && end == value + len;
}

static bool set_stacks(struct options *o, const char *value)
{
	size_t len;

	o->stack_faults = false;
	o->stack_fills = 0;
	if (!strcmp(value, "none"))
		return true;
	for (;; value += len + 1) {
		len = strcspn(value, ",");
		if (len == 5 && !strncmp(value, "fault", len))
			o->stack_faults = true;
		else if (len < 4 || strncmp(value, "fill", 4) ||
			 !fill_rate(value, len, &o->stack_fills))
			return false;
		if (!value[len])
			return true;
	}
}

static bool set_reset(struct options *o, const char *value)
{
	o->reset_ends = !strcmp(value, "end");
	return o->reset_ends || !strcmp(value, "go");
}

static bool set_progress(struct options *o, const char *value)
{
	o->progress = *value == '1';
	return !strcmp(value, "0") || !strcmp(value, "1");
}

static const struct option {
	const char *key;
	const char *form;
	bool (*set)(struct options *o, const char *value);
} options[] = {
	{"out", "out=DIR", set_out},
	{"compress", "compress=none|zstd", set_compress},
	{"start", "start=boot|mark:LABEL", set_start},
	{"stop", "stop=end|mark:LABEL", set_stop},
	{"pid", "pid=NUMBER", set_pid},
	{"events", "events=tlb,fault,flush (one or more of them)", set_events},
	{"model", "model=FILE, at most 16 times", set_model},
	{"check", "check=none|stale", set_check},
	{"stacks", "stacks=none, fault, fill, fill/N (each N-th), or fault,fill/N", set_stacks},
	{"refs", "refs or refs=FRAMES, from 4 to 1048576", set_refs},
	{"progress", "progress=0|1", set_progress},
	{"reset", "reset=go|end", set_reset},
};

#define OPTION_COUNT (sizeof(options) / sizeof(options[0]))

void options_init(struct options *o)
{
	memset(o, 0, sizeof(*o));
	o->events = EVENT_TLB | EVENT_FAULT | EVENT_FLUSH;
	o->progress = true;
}

/* Does an option begin at @text that has no value, or "key="? */
static bool option_begins(const char *text)
{
	const size_t letters = strspn(text, "abcdefghijklmnopqrstuvwxyz_");

	return text[letters] == '=' ||
	       (letters == 4 && !strncmp(text, "refs", 4) && strchr(" \t,", text[4]));
}

/* Length of the first option in @text: up to a comma that another one follows. */
static size_t option_length(const char *text)
{
	const char *p = text;

	while ((p = strchr(p, ','))) {
		if (option_begins(p + 1 + strspn(p + 1, " \t")))
			return (size_t)(p - text);
		p++;
	}
	return strlen(text);
}

static bool parse_one(struct options *o, char *text, char *error, size_t size)
{
	char *value = strchr(text, '=');
	size_t i;

	if (!strcmp(text, "refs"))
		return set_refs(o, NULL);
	if (!value) {
		snprintf(error, size, "'%s' is no option: options have the form key=value", text);
		return false;
	}
	*value++ = 0;
	for (i = 0; i < OPTION_COUNT; i++)
		if (!strcmp(options[i].key, text))
			break;
	if (i == OPTION_COUNT) {
		snprintf(error, size,
			 "unknown option '%s': there are out, compress, start, stop, pid, events, "
			 "model, check, stacks, refs, progress and reset",
			 text);
		return false;
	}
	if (!options[i].set(o, value)) {
		snprintf(error, size, "bad value in '%s=%.200s': right is %s", text, value,
			 options[i].form);
		return false;
	}
	return true;
}

bool options_parse(struct options *o, const char *text, char *error, size_t size)
{
	char one[OPTION_DIR_MAX + 64];
	size_t len, keep;

	for (;;) {
		text += strspn(text, " \t,");
		if (!*text)
			return true;
		len = option_length(text);
		keep = len;
		while (keep && strchr(" \t,", text[keep - 1]))
			keep--;
		if (keep >= sizeof(one)) {
			snprintf(error, size, "option longer than %zu bytes", sizeof(one) - 1);
			return false;
		}
		memcpy(one, text, keep);
		one[keep] = 0;
		if (!parse_one(o, one, error, size))
			return false;
		text += len;
	}
}
