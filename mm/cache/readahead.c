/*
 * readahead.c - pages of a file are read in before they are asked for.
 *
 *             read in last: `size` pages
 *   ──────────┬─────────────────┬───────────────────────
 *    read     │     │           │ next
 *   ──────────┴─────┴───────────┴───────────────────────
 *                   └ start: whoever reads this page has the next part begun, twice as
 *                     large, and does not wait for it
 *
 * A reader who finds `next` missing reads in order, too, and was faster than the disk. Elsewhere
 * only what is asked for is read. A fault reads what one fault may map, in which it lies
 * somewhere. Two readers of a file share this state: each thinks that the other one jumps, and
 * finds what he has read.
 *
 * It is a favour: pages that cannot be had are not read ahead, and errors are for whoever needs the
 * page: it is not uptodate then, and is read again.
 */
#include "internal.h"
#include "kernel/errno.h"

#define FIRST_PART 4u
#define READ_GFP   (GFP_HIGHUSER_MOVABLE | __GFP_COLD | __GFP_NORETRY | __GFP_NOWARN)

/* Pages of the file from `index` on, `most` at most. */
static unsigned int pages_left(const struct address_space *mapping, unsigned long index,
			       unsigned long most)
{
	unsigned long end = mapping_pages(mapping);

	return index < end ? (unsigned int)min(end - index, most) : 0;
}

/* Adds the missing pages from `index` on, up to the first that is there or cannot be had. */
static unsigned int add_run(struct address_space *mapping, unsigned long index, unsigned int most,
			    struct page **pages, long *error)
{
	unsigned int n;

	*error = 0;
	for (n = 0; n < most; n++) {
		struct page *page = add_new_page(mapping, index + n, READ_GFP);

		if (IS_ERR(page)) {
			*error = PTR_ERR(page);
			break;
		}
		put_page(page); /* locked, it stays in the cache */
		pages[n] = page;
	}
	return n;
}

/* Starts to read what is missing of [index, index + nr); `wanted` pages from `need` on are waited
 * for. */
static void start_reading(struct address_space *mapping, unsigned long index, unsigned int nr,
			  unsigned long need, unsigned long wanted)
{
	struct page *pages[PAGES_AT_ONCE];
	unsigned long end = index + nr;
	unsigned int n;
	long error = 0;

	for (; index < end && error != -ENOMEM; index += n + 1) {
		n = add_run(mapping, index, (unsigned int)(end - index), pages, &error);
		if (n)
			mapping->a_ops->readpages(
				mapping, pages, n,
				need > index ? (unsigned int)min(need - index, (unsigned long)n)
					     : 0,
				need + wanted > index ? (unsigned int)wanted : 0);
	}
}

/* The next part is to be begun in the middle of this one. */
static void note_part(struct address_space *mapping, unsigned long index, unsigned int nr)
{
	mapping->ra.next = index + nr;
	mapping->ra.start = index + nr / 2;
	mapping->ra.size = nr;
}

static unsigned int next_size(const struct address_space *mapping)
{
	return min(max(mapping->ra.size * 2, FIRST_PART), (unsigned int)PAGES_AT_ONCE);
}

void readahead_missing(struct address_space *mapping, unsigned long index, unsigned long count)
{
	unsigned long size = min(count, (unsigned long)PAGES_AT_ONCE);
	unsigned int nr;

	if (!mapping->a_ops->readpages)
		return;
	if (index == mapping->ra.next || index == 0)
		size = max(size, (unsigned long)next_size(mapping));
	nr = pages_left(mapping, index, size);
	note_part(mapping, index, nr);
	start_reading(mapping, index, nr, index, count);
}

void readahead_around(struct address_space *mapping, unsigned long index)
{
	unsigned long first = index & ~(FAULT_AROUND_MAX - 1ul);
	unsigned int nr;

	if (!mapping->a_ops->readpages)
		return;
	nr = pages_left(mapping, first, FAULT_AROUND_MAX);
	if (first == mapping->ra.next && index == first)
		nr = pages_left(mapping, first, PAGES_AT_ONCE);
	note_part(mapping, first, nr);
	mapping->ra.start = NO_READAHEAD; /* faults do not look for it */
	start_reading(mapping, first, nr, index, 1);
}

void readahead_next(struct address_space *mapping)
{
	unsigned long index = mapping->ra.next;
	unsigned int nr = pages_left(mapping, index, next_size(mapping));

	mapping->ra.start = NO_READAHEAD;
	if (!mapping->a_ops->readpages || !nr)
		return;
	note_part(mapping, index, nr);
	start_reading(mapping, index, nr, index, 0);
}
