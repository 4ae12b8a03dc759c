/*
 * test_text.c - text that grows: what is printed changes while the buffer grows, as another task
 * runs when the allocation sleeps.
 */
#include "fs/pseudo/text.h"
#include "kernel/errno.h"
#include "machine.h"
#include "mm/slab.h"
#include "test.h"
#include <string.h>

#define BEFORE 8000u /* bytes printed first: the next buffer is made of pages, and of 16 KiB */
#define WORD   30000u

static char word[WORD + 1];
static const size_t *lengths; /* of the word, allocation after allocation; 0: the last one */

static void set_word(size_t length)
{
	memset(word, 'x', length);
	word[length] = '\0';
}

static void next_length(void)
{
	if (*lengths)
		set_word(*lengths++);
}

/* Prints a word of the first length, that changes to the others while there is no room for it. */
static void check_changing(const size_t *all, size_t last)
{
	struct text text = {0};

	host_boot();
	for (unsigned int i = 0; i < BEFORE; i++)
		text_append(&text, ".", 1);
	set_word(all[0]);
	lengths = all + 1;
	host_alloc_hook = next_length;
	text_printf(&text, "<%s>", word);
	host_alloc_hook = NULL;
	CHECK_EQ(*lengths, 0);
	CHECK_EQ(text.err, 0);
	CHECK_EQ(text.len, BEFORE + last + 2);
	CHECK(text.buf[BEFORE] == '<' && text.buf[text.len - 1] == '>');
	CHECK(memchr(text.buf + BEFORE, 0, last + 2) == NULL);
	text_free(&text);
}

static void test_longer(void)
{
	static const size_t lengths_up[] = {1000, 10000, 29000, 0};

	check_changing(lengths_up, 29000);
}

static void test_shorter(void)
{
	static const size_t lengths_down[] = {1000, 10, 0};

	check_changing(lengths_down, 10);
}

/* Words of every length: some of them just fill the buffer, without the NUL. */
static void test_every_length(void)
{
	host_boot();
	for (size_t length = 0; length < 5000; length++) {
		struct text text = {0};

		set_word(length);
		text_printf(&text, "%s|", word);
		CHECK_EQ(text.len, length + 1);
		CHECK_EQ(text.buf[length], '|');
		text_free(&text);
	}
}

static const struct test tests[] = {
	{"a word that grows while there is no room for it", test_longer},
	{"a word that shrinks meanwhile", test_shorter},
	{"words of every length", test_every_length},
};
TEST_MAIN(tests)
