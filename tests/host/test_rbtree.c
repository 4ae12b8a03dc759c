/*
 * test_rbtree.c - red-black trees against a sorted array, with an augmented
 * value (the sum of the subtree's weights) that is recomputed by hand.
 */
#include "kernel/rbtree.h"
#include "kernel/string.h"
#include "test.h"

#define KEYS 400

struct item {
	struct rb_node node;
	unsigned int key, weight, sum;
	bool in;
};

static struct item items[KEYS];
static struct rb_root root;

static struct item *item_of(struct rb_node *node)
{
	return rb_entry(node, struct item, node);
}

static unsigned int sum_of(struct rb_node *node)
{
	return node ? item_of(node)->sum : 0;
}

static bool update_sum(struct rb_node *node)
{
	struct item *item = item_of(node);
	unsigned int sum = item->weight + sum_of(node->left) + sum_of(node->right);
	bool changed = sum != item->sum;

	item->sum = sum;
	return changed;
}

static void insert(struct item *item, rb_augment_fn augment)
{
	struct rb_node **link = &root.node, *parent = NULL;

	while (*link) {
		parent = *link;
		link = item->key < item_of(parent)->key ? &parent->left : &parent->right;
	}
	rb_link_node(&item->node, parent, link);
	rb_insert_fixup(&root, &item->node, augment);
	item->in = true;
}

static void check_sums(struct rb_node *node)
{
	if (!node)
		return;
	check_sums(node->left);
	check_sums(node->right);
	CHECK_EQ(item_of(node)->sum,
		 item_of(node)->weight + sum_of(node->left) + sum_of(node->right));
}

/* Order, both ways, is that of the array; balance and sums hold. */
static void check_tree(bool augmented)
{
	struct rb_node *node = rb_first(&root);
	unsigned int i;

	for (i = 0; i < KEYS; i++) {
		if (!items[i].in)
			continue;
		if (!CHECK(node == &items[i].node))
			return;
		node = rb_next(node);
	}
	CHECK(!node);
	node = rb_last(&root);
	for (i = KEYS; i-- > 0;) {
		if (!items[i].in)
			continue;
		if (!CHECK(node == &items[i].node))
			return;
		node = rb_prev(node);
	}
	CHECK(!node);
	CHECK(rb_check(&root) >= 0);
	if (augmented)
		check_sums(root.node);
}

static int run(const u8 *data, size_t n, rb_augment_fn augment)
{
	struct input in = {data, n};

	memset(items, 0, sizeof(items));
	root = RB_ROOT;
	/* The first byte chooses the density: small trees meet all cases of removal. */
	u32 keys = (input_u8(&in) & 1) ? KEYS : 12;

	while (in.left && !test_failures()) {
		u32 key = input_below(&in, keys);
		struct item *item = &items[key];

		item->key = key;
		if (!item->in) {
			item->weight = input_u8(&in);
			/* Left from an earlier life: must not be believed. */
			item->sum = input_u8(&in);
			insert(item, augment);
		} else if (augment && input_u8(&in) % 4 == 0) {
			item->weight = input_u8(&in);
			rb_augment_path(&item->node, augment);
		} else {
			rb_erase(&root, &item->node, augment);
			item->in = false;
		}
		check_tree(augment);
	}
	return 0;
}

static int plain_input(const u8 *data, size_t n)
{
	return run(data, n, NULL);
}

static int augmented_input(const u8 *data, size_t n)
{
	return run(data, n, update_sum);
}

static void test_plain(void)
{
	check_property(plain_input, 600);
}

static void test_augmented(void)
{
	check_property(augmented_input, 800);
}

/* Ascending insertion is the worst case for the height: it must stay within 2 log2(n + 1). */
static void test_height(void)
{
	unsigned int deepest = 0;

	memset(items, 0, sizeof(items));
	root = RB_ROOT;
	for (unsigned int i = 0; i < KEYS; i++) {
		items[i].key = i;
		insert(&items[i], NULL);
	}
	for (unsigned int i = 0; i < KEYS; i++) {
		unsigned int depth = 0;

		for (struct rb_node *node = &items[i].node; node; node = node->parent)
			depth++;
		deepest = max(deepest, depth);
	}
	CHECK(deepest <= 17);
}

static void test_check_sees(void)
{
	root.node->red = true;
	CHECK_EQ(rb_check(&root), -1);
	root.node->red = false;
	root.node->left->red = !root.node->left->red;
	CHECK_EQ(rb_check(&root), -1);
}

static const struct test tests[] = {
	{"tree agrees with a sorted array", test_plain},
	{"augmented values are right after every change", test_augmented},
	{"height of a tree filled in order", test_height},
	{"rb_check sees a broken tree", test_check_sees},
};
TEST_MAIN(tests)
