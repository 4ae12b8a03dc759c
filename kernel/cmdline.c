/*
 * cmdline.c - the kernel command line: words apart by blanks, `key` or
 * `key=value`. Of a key given twice the last one counts, as in Linux.
 */
#include "kernel/cmdline.h"
#include "kernel/printk.h"
#include "kernel/string.h"

#define VALUE_MAX 128

char boot_command_line[CMDLINE_MAX];
unsigned int cmdline_unknown;
unsigned int cmdline_bad_values;

/* Length of the word at `p`. */
static size_t word_length(const char *p)
{
	size_t n = 0;

	while (p[n] && p[n] != ' ')
		n++;
	return n;
}

/* The value (behind "=", or the empty end of the word) of a key, at `p` or after; NULL when it is
 * not there. */
static const char *next_value(const char *p, const char *key, size_t *length)
{
	size_t key_length = strlen(key), n;

	for (; *p; p += n ? n : 1) {
		n = word_length(p);
		if (n < key_length || strncmp(p, key, key_length) != 0)
			continue;
		if (n == key_length || p[key_length] == '=') {
			*length = n == key_length ? 0 : n - key_length - 1;
			return p + n - *length;
		}
	}
	return NULL;
}

/* The last one's. */
static const char *find_value(const char *key, size_t *length)
{
	const char *found = NULL, *p = boot_command_line;
	size_t n;

	*length = 0;
	while ((p = next_value(p, key, &n)) != NULL) {
		found = p;
		*length = n;
		p += n;
	}
	return found;
}

static void copy_value(char *value, size_t size, const char *found, size_t length)
{
	if (length >= size)
		length = size - 1;
	memcpy(value, found, length);
	value[length] = '\0';
}

bool cmdline_get(const char *key, char *value, size_t size)
{
	size_t length;
	const char *found = find_value(key, &length);

	if (found && size)
		copy_value(value, size, found, length);
	return found != NULL;
}

bool cmdline_next(const char **at, const char *key, char *value, size_t size)
{
	size_t length;
	const char *found = next_value(*at ? *at : boot_command_line, key, &length);

	if (!found)
		return false;
	copy_value(value, size, found, length);
	*at = found + length;
	return true;
}

bool cmdline_has(const char *key)
{
	size_t length;

	return find_value(key, &length) != NULL;
}

void cmdline_bad(const char *key, const char *value, const char *expected)
{
	cmdline_bad_values++;
	pr_warn("kernel option %s=%s: expected %s\n", key, value, expected);
}

unsigned long cmdline_get_size(const char *key, unsigned long fallback)
{
	char value[VALUE_MAX];
	unsigned long size;
	const char *end;

	if (!cmdline_get(key, value, sizeof(value)))
		return fallback;
	size = memparse(value, &end);
	if (end == value || *end) {
		cmdline_bad(key, value, "a size");
		return fallback;
	}
	return size;
}
