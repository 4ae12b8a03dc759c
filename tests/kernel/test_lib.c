/*
 * test_lib.c - suite `lib`: kernel/lib as this kernel's compiler flags built it.
 * The full comparison with models is in tests/host; here are the facts that
 * depend on the machine: the CPU's repeated moves and its division.
 */
#include "kernel/bitops.h"
#include "kernel/errno.h"
#include "kernel/ktap.h"
#include "kernel/list.h"
#include "kernel/math64.h"
#include "kernel/printk.h"
#include "kernel/radix_tree.h"
#include "kernel/rbtree.h"
#include "kernel/string.h"

static void expect_text(const char *got, const char *want)
{
	if (strcmp(got, want))
		ktap_fail(__FILE__, __LINE__, "got \"%s\", expected \"%s\"", got, want);
}

static void test_printf(void)
{
	char buf[64];

	snprintf(buf, sizeof(buf), "%d %5u|%-5d|%05d %+d", -42, 7u, 8, -9, 10);
	expect_text(buf, "-42     7|8    |-0009 +10");
	snprintf(buf, sizeof(buf), "%#x %08X %o %p", 0xbeefu, 0xabcu, 8u, (void *)0xc0100000ul);
	expect_text(buf, "0xbeef 00000ABC 10 0xc0100000");
	snprintf(buf, sizeof(buf), "%llu %lld %llx", 18446744073709551615ull,
		 -9223372036854775807ll - 1, 0x123456789abcdefull);
	expect_text(buf, "18446744073709551615 -9223372036854775808 123456789abcdef");
	snprintf(buf, sizeof(buf), "%s %.2s %c %% %*d", "abc", "abc", 'x', 4, 5);
	expect_text(buf, "abc ab x %    5");
	EXPECT_EQ(snprintf(buf, 4, "abcdef"), 6);
	expect_text(buf, "abc");
	EXPECT_EQ(scnprintf(buf, 4, "abcdef"), 3);
}

/* Moves of every length at every alignment, overlapping both ways. */
static void test_moves(void)
{
	char a[64], b[64];

	for (unsigned int from = 0; from < 8; from++) {
		for (unsigned int to = 0; to < 8; to++) {
			for (unsigned int n = 0; n < 40; n += 3) {
				for (unsigned int i = 0; i < sizeof(a); i++)
					a[i] = b[i] = (char)(i * 7 + n);
				memmove(a + to, a + from, n);
				for (unsigned int i = 0; i < n; i++)
					EXPECT_EQ(a[to + i], b[from + i]);
				EXPECT(!memcmp(a + to + n, b + to + n, sizeof(a) - to - n));
				memset(b + to, 0x5a, n);
				memcpy(a, b, sizeof(b));
				EXPECT(!memcmp(a, b, sizeof(b)));
				EXPECT(n == 0 || (a[to] == 0x5a && a[to + n - 1] == 0x5a));
			}
		}
	}
}

/* The first byte that differs decides, wherever it lies, and as an unsigned one. */
static void test_compare(void)
{
	u8 a[16], b[16];

	for (unsigned int n = 0; n < sizeof(a); n++) {
		memset(a, 0x7f, sizeof(a));
		memset(b, 0x7f, sizeof(b));
		b[n] = 0x80;
		EXPECT_EQ(memcmp(a, b, n), 0);
		EXPECT(memcmp(a, b, n + 1) < 0 && memcmp(b, a, n + 1) > 0);
		for (unsigned int later = n + 1; later < sizeof(a); later++)
			a[later] = 0x81;
		EXPECT(memcmp(a, b, sizeof(a)) < 0 && memcmp(b, a, sizeof(a)) > 0);
	}
}

static void test_strings(void)
{
	char buf[8] = "abc";
	unsigned long value;
	const char *end;

	EXPECT_EQ(strlen("four"), 4);
	EXPECT(strcmp(buf, "abd") < 0 && strncmp(buf, "abd", 2) == 0);
	expect_text(strchr("a/b/c", '/'), "/b/c");
	expect_text(strrchr("a/b/c", '/'), "/c");
	expect_text(strstr("haystack", "st"), "stack");
	EXPECT_EQ(strlcpy(buf, "longer than that", sizeof(buf)), 16);
	expect_text(buf, "longer ");
	EXPECT_EQ(memparse("128M,x", &end), 128ul << 20);
	expect_text(end, ",x");
	EXPECT_EQ(kstrtoul("0x7f", 0, &value), 0);
	EXPECT_EQ(value, 0x7f);
	EXPECT_EQ(kstrtoul("7f", 10, &value), -EINVAL);
	EXPECT_EQ(kstrtoul("4294967296", 10, &value), -ERANGE);
}

static void test_arithmetic(void)
{
	u64 n = 12345678901234567890ull;

	EXPECT_EQ(div64_u32(&n, 1000000007), 814816192);
	EXPECT(n == 12345678814ull);
	EXPECT_EQ(mul_div(3000000000ul, 3, 4), 2250000000ul);
	EXPECT_EQ(int_sqrt(1000000), 1000);
	EXPECT_EQ(order_base_2(1025), 11);
}

static void test_bitmap(void)
{
	unsigned long map[3] = {0, 0x80000001ul, 0};

	EXPECT_EQ(find_next_bit(map, 96, 0), 32);
	EXPECT_EQ(find_next_bit(map, 96, 33), 63);
	EXPECT_EQ(find_next_bit(map, 96, 64), 96);
	EXPECT_EQ(find_next_zero_bit(map, 96, 32), 33);
	EXPECT_EQ(bitmap_weight(map, 96), 2);
	EXPECT(!test_and_set_bit(95, map) && test_and_set_bit(95, map));
}

#define NODES 64
struct numbered {
	struct rb_node node;
	unsigned int key;
};

static void test_rbtree(void)
{
	struct numbered items[NODES];
	struct rb_root root = RB_ROOT;
	unsigned int next = 0;

	for (unsigned int i = 0; i < NODES; i++) {
		struct rb_node **link = &root.node, *parent = NULL;

		/* 37 and 64 have no common factor: all keys, in a mixed order. */
		items[i].key = i * 37 % NODES;
		while (*link) {
			parent = *link;
			link = items[i].key < rb_entry(parent, struct numbered, node)->key
				       ? &parent->left
				       : &parent->right;
		}
		rb_link_node(&items[i].node, parent, link);
		rb_insert_fixup(&root, &items[i].node, NULL);
		EXPECT(rb_check(&root) >= 0);
	}
	for (struct rb_node *node = rb_first(&root); node; node = rb_next(node))
		EXPECT_EQ(rb_entry(node, struct numbered, node)->key, next++);
	EXPECT_EQ(next, NODES);
	for (unsigned int i = 0; i < NODES; i++) {
		rb_erase(&root, &items[i].node, NULL);
		EXPECT(rb_check(&root) >= 0);
	}
	EXPECT(!root.node);
}

static void test_radix_tree(void)
{
	struct radix_tree_root root = RADIX_TREE_INIT;
	static const unsigned long indices[] = {0, 63, 64, 5000, 0xfffffffful};
	void *found[8];

	for (unsigned int i = 0; i < ARRAY_SIZE(indices); i++)
		EXPECT_EQ(radix_tree_insert(&root, indices[i], (void *)&indices[i]), 0);
	EXPECT_EQ(radix_tree_insert(&root, 64, found), -EEXIST);
	radix_tree_tag_set(&root, 5000, 0);
	EXPECT_EQ(radix_tree_gang_lookup(&root, found, 1, 8), 4);
	EXPECT(found[0] == &indices[1] && found[3] == &indices[4]);
	EXPECT_EQ(radix_tree_gang_lookup_tag(&root, found, 0, 8, 0), 1);
	EXPECT(found[0] == &indices[3]);
	for (unsigned int i = 0; i < ARRAY_SIZE(indices); i++)
		EXPECT(radix_tree_delete(&root, indices[i]) == &indices[i]);
	EXPECT(!root.node);
}

static void test_list(void)
{
	LIST_HEAD(a);
	LIST_HEAD(b);
	struct list_head one, two;

	EXPECT(list_empty(&a));
	list_add(&two, &a);
	list_add(&one, &a);
	EXPECT(a.next == &one && a.prev == &two);
	list_splice_init(&a, &b);
	EXPECT(list_empty(&a) && b.next == &one);
	list_move_tail(&one, &b);
	EXPECT(b.prev == &one && b.next == &two);
	list_del(&one);
	list_del(&two);
	EXPECT(list_empty(&b));
}

static const struct ktap_case cases[] = {
	{"printf", test_printf},
	{"moves", test_moves},
	{"compare", test_compare},
	{"strings", test_strings},
	{"arithmetic", test_arithmetic},
	{"bitmap", test_bitmap},
	{"list", test_list},
	{"red-black tree", test_rbtree},
	{"radix tree", test_radix_tree},
	{NULL, NULL},
};
const struct ktap_suite lib_suite = {"lib", cases};
