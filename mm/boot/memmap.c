/*
 * memmap.c - holes on demand: `memmap=nn[KMG]$ss[KMG]`.
 *
 * The nn bytes from ss on count as reserved, whatever the firmware says, as with
 * Linux's option of that name. It may be given several times, and several
 * holes apart by commas. The other forms (@ # !) are refused: they would invent
 * memory.
 */
#include "kernel/cmdline.h"
#include "kernel/printk.h"
#include "kernel/string.h"
#include "mm/bootmem.h"

#define E820_RESERVED 2
#define VALUE_MAX     256

/* One "nn$ss" at `p`, up to a comma or the end; false: it is none. */
static bool parse_hole(const char *p, unsigned long *size, unsigned long *start, const char **end)
{
	const char *dollar, *from;

	*size = memparse(p, &dollar);
	if (dollar == p || *dollar != '$')
		return false;
	from = dollar + 1;
	*start = memparse(from, end);
	return *end != from && (**end == ',' || !**end);
}

static void add_holes(const char *p)
{
	unsigned long size, start;
	const char *end;

	for (;;) {
		if (!parse_hole(p, &size, &start, &end)) {
			cmdline_bad("memmap", p, "a hole, nn$ss");
			return;
		}
		bootmem_add(start, size, E820_RESERVED);
		if (!*end)
			return;
		p = end + 1;
	}
}

void bootmem_add_holes(void)
{
	char value[VALUE_MAX];
	const char *at = NULL;

	while (cmdline_next(&at, "memmap", value, sizeof(value)))
		add_holes(value);
}
