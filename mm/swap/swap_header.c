/* swap_header.c - refuses what is no swap area, or a damaged one. See swap_header.h. */
#include "swap/swap_header.h"
#include "kernel/errno.h"
#include "kernel/string.h"
#include "mm/swap_entry.h"

#define SWAP_VERSION 1u

_Static_assert(__builtin_offsetof(struct swap_header, badpages) == SWAP_BADPAGES_AT,
	       "the header is not as on disk");

static bool has_magic(const struct swap_header *header)
{
	return memcmp((const u8 *)header + SWAP_MAGIC_AT, SWAP_MAGIC, SWAP_MAGIC_LEN) == 0;
}

static bool badpages_fit(const struct swap_header *header)
{
	for (u32 i = 0; i < header->nr_badpages; i++)
		if (!header->badpages[i] || header->badpages[i] > header->last_page)
			return false;
	return true;
}

static const char *what_is_wrong(const struct swap_header *header, unsigned long pages)
{
	if (!has_magic(header))
		return "no swap area (mkswap makes one)";
	if (header->version != SWAP_VERSION)
		return "swap area of another version than 1";
	if (!header->last_page)
		return "empty swap area";
	if (header->last_page >= pages)
		return "shorter than its header says";
	if (header->last_page >= SWAP_OFFSET_LIMIT)
		return "larger than page-table entries can name";
	if (header->nr_badpages > SWAP_BADPAGES_MOST)
		return "more bad pages than the header has room for";
	if (!badpages_fit(header))
		return "a bad page that is not in the area";
	return NULL;
}

int swap_header_check(const struct swap_header *header, unsigned long pages, const char **why)
{
	*why = what_is_wrong(header, pages);
	return *why ? -EINVAL : 0;
}
