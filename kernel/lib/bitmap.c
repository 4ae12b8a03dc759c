/*
 * bitmap.c - searching and counting bits in arrays of words.
 *
 * A search looks at the rest of the first word, then at whole words; the last
 * word may reach past `size`, so an answer there counts as none.
 */
#include "kernel/bitops.h"

/* First set bit at or after start of the map with each word xor-ed with `flip`. */
static unsigned long find_from(const unsigned long *map, unsigned long size, unsigned long start,
			       unsigned long flip)
{
	unsigned long word;

	if (start >= size)
		return size;
	word = (map[start / BITS_PER_LONG] ^ flip) & (~0ul << start % BITS_PER_LONG);
	start -= start % BITS_PER_LONG;
	while (!word) {
		start += BITS_PER_LONG;
		if (start >= size)
			return size;
		word = map[start / BITS_PER_LONG] ^ flip;
	}
	start += __ffs(word);
	return start < size ? start : size;
}

unsigned long find_next_bit(const unsigned long *map, unsigned long size, unsigned long start)
{
	return find_from(map, size, start, 0);
}

unsigned long find_next_zero_bit(const unsigned long *map, unsigned long size, unsigned long start)
{
	return find_from(map, size, start, ~0ul);
}

unsigned long bitmap_weight(const unsigned long *map, unsigned long size)
{
	unsigned long count = 0;

	for (unsigned long bit = 0; bit < size; bit += BITS_PER_LONG) {
		unsigned long word = map[bit / BITS_PER_LONG];

		if (size - bit < BITS_PER_LONG)
			word &= BIT(size - bit) - 1;
		for (; word; word &= word - 1)
			count++;
	}
	return count;
}
