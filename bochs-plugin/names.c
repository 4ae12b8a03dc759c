/*
 * names.c - strings kept once, known by a pointer that stays good.
 *
 * Area and phase names come from the guest thousands of times; a row that
 * waits for its fault to end can hold the pointer.
 */
#include "names.h"

#include <stdlib.h>
#include <string.h>

static unsigned int hash(const char *text)
{
	unsigned int h = 2166136261u; /* FNV-1a */

	while (*text)
		h = (h ^ (unsigned char)*text++) * 16777619u;
	return h;
}

const char *names_keep(struct names *n, const char *text)
{
	struct name **bucket = &n->bucket[hash(text) % NAME_BUCKETS];
	struct name *name;
	size_t size;

	for (name = *bucket; name; name = name->next)
		if (!strcmp(name->text, text))
			return name->text;
	size = strlen(text) + 1;
	if (n->count >= NAME_MAX_KEPT || !(name = malloc(sizeof(*name) + size)))
		return "?";
	memcpy(name->text, text, size);
	name->next = *bucket;
	*bucket = name;
	n->count++;
	return name->text;
}

void names_printable(char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			*text = '?';
}

void names_free(struct names *n)
{
	struct name *name;
	unsigned int i;

	for (i = 0; i < NAME_BUCKETS; i++) {
		while ((name = n->bucket[i])) {
			n->bucket[i] = name->next;
			free(name);
		}
	}
	n->count = 0;
}
