/*
 * test_radix_tree.c - radix trees against an array of items with two tags each;
 * indices lie in clusters, some at the far end of the range. Nodes come from
 * malloc(), so that the sanitizer sees every leak, and can be made to fail.
 */
#include "kernel/errno.h"
#include "kernel/radix_tree.h"
#include "test.h"
#include <stdlib.h>
#include <string.h>

#define SLOTS 300

static struct slot {
	unsigned long index;
	bool in;
	bool tag[RADIX_TREE_MAX_TAGS];
} slots[SLOTS];
static struct radix_tree_root root;
static long nodes, budget = -1;

static void *node_alloc(size_t size)
{
	if (budget == 0)
		return NULL;
	if (budget > 0)
		budget--;
	nodes++;
	return malloc(size);
}

static void node_free(void *node)
{
	nodes--;
	free(node);
}

/* Ascending: dense at 0, sparse around 64 and 4096, up to the last index. */
static void make_slots(void)
{
	static const unsigned long starts[] = {0, 4000, 0x3ffc0, 0x40000000, 0xffffffe0};
	unsigned long per = SLOTS / ARRAY_SIZE(starts);

	radix_tree_init(node_alloc, node_free);
	memset(slots, 0, sizeof(slots));
	for (unsigned long i = 0; i < SLOTS; i++) {
		unsigned long step = i / per == 4 ? 1 : i / per + 1;

		slots[i].index = starts[i / per] + i % per * step;
		if (i / per == 4 && i % per >= 32)
			slots[i].index = 0x80000000 + i % per;
	}
	/* The last cluster wraps into another one: keep the array sorted. */
	for (unsigned long i = 1; i < SLOTS; i++)
		for (unsigned long j = i; j && slots[j - 1].index > slots[j].index; j--) {
			struct slot swap = slots[j];

			slots[j] = slots[j - 1];
			slots[j - 1] = swap;
		}
}

static void check_gang(unsigned long first, unsigned int max, int tag)
{
	void *results[40];
	unsigned int n, expected = 0;

	if (tag < 0)
		n = radix_tree_gang_lookup(&root, results, first, max);
	else
		n = radix_tree_gang_lookup_tag(&root, results, first, max, (unsigned int)tag);
	for (unsigned int i = 0; i < SLOTS && expected < max; i++) {
		if (!slots[i].in || slots[i].index < first || (tag >= 0 && !slots[i].tag[tag]))
			continue;
		if (!CHECK(expected < n && results[expected] == &slots[i]))
			return;
		expected++;
	}
	CHECK_EQ(n, expected);
}

/* The first one at or behind an index, and where that is. */
static void check_next(unsigned long first)
{
	unsigned int i = 0;

	while (i < SLOTS && (!slots[i].in || slots[i].index < first))
		i++;
	CHECK(radix_tree_next(&root, &first) == (i < SLOTS ? &slots[i] : NULL));
	CHECK(i == SLOTS || first == slots[i].index);
}

/* All items of a range, and none behind it. */
static void check_run(unsigned long first, unsigned int count)
{
	unsigned int n, expected = 0;
	void *results[40];

	n = radix_tree_lookup_run(&root, results, first, count);
	for (unsigned int i = 0; i < SLOTS; i++) {
		if (!slots[i].in || slots[i].index < first || slots[i].index - first >= count)
			continue;
		if (!CHECK(expected < n && results[expected] == &slots[i]))
			return;
		expected++;
	}
	CHECK_EQ(n, expected);
}

/* Another item in its place, and back: the tags are not asked. */
static void replace(const struct slot *slot)
{
	static int other;

	CHECK(radix_tree_replace(&root, slot->index, &other) == (slot->in ? slot : NULL));
	CHECK(radix_tree_lookup(&root, slot->index) == (slot->in ? &other : NULL));
	CHECK(radix_tree_replace(&root, slot->index, (void *)slot) == (slot->in ? &other : NULL));
}

static void change(struct slot *slot, struct input *in)
{
	unsigned int tag = input_below(in, RADIX_TREE_MAX_TAGS);
	int error;

	switch (input_below(in, 9)) {
	case 0:
	case 1:
	case 2:
		error = radix_tree_insert(&root, slot->index, slot);
		CHECK_EQ(error, slot->in ? -EEXIST : 0);
		slot->in = true;
		break;
	case 3:
	case 4:
		CHECK(radix_tree_delete(&root, slot->index) == (slot->in ? slot : NULL));
		slot->in = false;
		slot->tag[0] = slot->tag[1] = false;
		break;
	case 5:
	case 6:
		radix_tree_tag_set(&root, slot->index, tag);
		slot->tag[tag] = slot->in;
		break;
	case 7:
		radix_tree_tag_clear(&root, slot->index, tag);
		slot->tag[tag] = false;
		break;
	case 8:
		replace(slot);
		break;
	}
}

static void empty_tree(void)
{
	for (unsigned int i = 0; i < SLOTS; i++)
		if (slots[i].in)
			CHECK(radix_tree_delete(&root, slots[i].index) == &slots[i]);
	CHECK(!root.node);
	CHECK_EQ(root.height, 0);
	CHECK_EQ(nodes, 0);
}

static int one_input(const u8 *data, size_t n)
{
	struct input in = {data, n};

	make_slots();
	while (in.left && !test_failures()) {
		struct slot *slot = &slots[input_below(&in, SLOTS)];

		change(slot, &in);
		CHECK(radix_tree_lookup(&root, slot->index) == (slot->in ? slot : NULL));
		CHECK_EQ(radix_tree_tag_get(&root, slot->index, 0), slot->tag[0]);
		CHECK_EQ(radix_tree_tag_get(&root, slot->index, 1), slot->tag[1]);
		slot = &slots[input_below(&in, SLOTS)];
		CHECK(radix_tree_lookup(&root, slot->index) == (slot->in ? slot : NULL));
		check_gang(slot->index + input_below(&in, 3), 1 + input_below(&in, 40),
			   (int)input_below(&in, 3) - 1);
		check_next(slot->index - input_below(&in, 3));
		check_run(slot->index - input_below(&in, 3), 1 + input_below(&in, 40));
	}
	empty_tree();
	return 0;
}

static void test_model(void)
{
	check_property(one_input, 3000);
}

/* An insertion that fails at its n-th node leaves the tree as it was, for every n. */
static void test_out_of_memory(void)
{
	static const unsigned long indices[] = {0, 5, 64, 4096, 0xffffffff, 0x12345678};

	make_slots();
	for (unsigned int i = 0; i < ARRAY_SIZE(indices); i++) {
		long before = nodes, n = 0;
		unsigned int height = root.height;
		int error;

		do {
			budget = n++;
			error = radix_tree_insert(&root, indices[i], &slots[i]);
			if (error) {
				CHECK_EQ(error, -ENOMEM);
				CHECK_EQ(nodes, before);
				CHECK_EQ(root.height, height);
			}
			for (unsigned int j = 0; j < i; j++)
				CHECK(radix_tree_lookup(&root, indices[j]) == &slots[j]);
		} while (error && n < 20);
		CHECK_EQ(error, 0);
	}
	budget = -1;
	for (unsigned int i = 0; i < ARRAY_SIZE(indices); i++)
		CHECK(radix_tree_delete(&root, indices[i]) == &slots[i]);
	CHECK_EQ(nodes, 0);
}

static const struct test tests[] = {
	{"tree agrees with an array with tags", test_model},
	{"insertion fails cleanly at every node", test_out_of_memory},
};
TEST_MAIN(tests)
