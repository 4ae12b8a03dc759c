/*
 * cmdline.c - the kernel command line: words apart by blanks, `key` or
 * `key=value`. Of a key given twice the last one counts, as in Linux.
 */
#include "kernel/cmdline.h"
#include "kernel/printk.h"
#include "kernel/string.h"

#define VALUE_MAX 128

char boot_command_line[CMDLINE_MAX];

/* Length of the word at `p`. */
static size_t word_length(const char *p)
{
	size_t n = 0;

	while (p[n] && p[n] != ' ')
		n++;
	return n;
}

/* The value (behind "=", or the empty end of the word) of a key; NULL when it is not there. */
static const char *find_value(const char *key, size_t *length)
{
	const char *p = boot_command_line, *found = NULL;
	size_t key_length = strlen(key), n;

	for (; *p; p += n) {
		n = word_length(p);
		if (n == 0) {
			n = 1;
			continue;
		}
		if (n < key_length || strncmp(p, key, key_length) != 0)
			continue;
		if (n == key_length) {
			found = p + n;
			*length = 0;
		} else if (p[key_length] == '=') {
			found = p + key_length + 1;
			*length = n - key_length - 1;
		}
	}
	return found;
}

bool cmdline_get(const char *key, char *value, size_t size)
{
	size_t length;
	const char *found = find_value(key, &length);

	if (!found || size == 0)
		return found != NULL;
	if (length >= size)
		length = size - 1;
	memcpy(value, found, length);
	value[length] = '\0';
	return true;
}

bool cmdline_has(const char *key)
{
	size_t length;

	return find_value(key, &length) != NULL;
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
		pr_warn("%s=%s: not a size; ignored\n", key, value);
		return fallback;
	}
	return size;
}
