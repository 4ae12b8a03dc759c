/*
 * test_resource.c - the tree of claims against a list of them: who may have what, who lies in whom,
 * and the order in which /proc shows it.
 */
#include "kernel/resource.h"
#include "kernel/errno.h"
#include "kernel/string.h"
#include "machine.h"
#include "test.h"

#define SPACE  48u /* addresses of the tree */
#define CLAIMS 16u

static struct resource root = {.name = "test", .end = SPACE - 1, .shared = true};

/* What the tree should hold. */
static struct {
	struct resource res;
	char name[4];
	bool held;
	int parent; /* -1: the root */
	unsigned int depth, children;
} claims[CLAIMS];

static bool overlap(const struct resource *a, const struct resource *b)
{
	return a->start <= b->end && b->start <= a->end;
}

/* The errno that the list calls for; *parent is the innermost claim around it. */
static int expected(const struct resource *res, int *parent)
{
	unsigned int i;

	*parent = -1;
	if (res->start > res->end || res->end >= SPACE)
		return -EINVAL;
	for (i = 0; i < CLAIMS; i++) {
		const struct resource *other = &claims[i].res;

		if (!claims[i].held || !overlap(other, res))
			continue;
		if (!other->shared || other->start > res->start || other->end < res->end)
			return -EBUSY;
		if (*parent < 0 || claims[i].depth > claims[*parent].depth)
			*parent = (int)i;
	}
	return 0;
}

static void claim(unsigned int i, struct input *in)
{
	u32 start = input_below(in, SPACE + 2), length = input_u8(in);
	int want, parent;

	length = length & 0x80 ? length % SPACE : length % 6;
	claims[i].res = (struct resource){.name = claims[i].name,
					  .start = start,
					  .end = start + length - (input_u8(in) == 0),
					  .shared = input_u8(in) & 1};
	want = expected(&claims[i].res, &parent);
	CHECK_EQ(request_resource(&root, &claims[i].res), want);
	if (want)
		return;
	claims[i].held = true;
	claims[i].parent = parent;
	claims[i].depth = parent < 0 ? 0 : claims[parent].depth + 1;
	if (parent >= 0)
		claims[parent].children++;
}

static void release(unsigned int i)
{
	if (claims[i].children)
		return;
	release_resource(&claims[i].res);
	claims[i].held = false;
	if (claims[i].parent >= 0)
		claims[claims[i].parent].children--;
}

/* Each claim is one line, with its depth; starts never fall; a parent is the last line above. */
static void compare(void)
{
	unsigned int n, i, held = 0, last_start = 0;
	int above[CLAIMS + 1] = {-1};
	struct resource_line line;

	for (n = 0; resource_line(&root, n, &line); n++) {
		i = (unsigned int)(line.name[0] - 'a');
		CHECK(i < CLAIMS && claims[i].held);
		CHECK(line.start == claims[i].res.start && line.end == claims[i].res.end);
		CHECK_EQ(line.depth, claims[i].depth);
		CHECK(line.start >= last_start);
		CHECK_EQ(claims[i].parent, above[line.depth]);
		above[line.depth + 1] = (int)i;
		last_start = line.start;
	}
	for (i = 0; i < CLAIMS; i++)
		held += claims[i].held;
	CHECK_EQ(n, held);
}

static int one_input(const u8 *data, size_t n)
{
	struct input in = {data, n};
	unsigned int i, left;

	while (in.left && !test_failures()) {
		i = input_below(&in, CLAIMS);
		if (claims[i].held)
			release(i);
		else
			claim(i, &in);
		compare();
	}
	do { /* those within others first */
		left = 0;
		for (i = 0; i < CLAIMS; i++) {
			if (claims[i].held)
				release(i);
			left += claims[i].held;
		}
	} while (left);
	compare();
	host_log_clear();
	return 0;
}

static void test_tree(void)
{
	unsigned int i;

	for (i = 0; i < CLAIMS; i++)
		claims[i].name[0] = (char)('a' + i);
	check_property(one_input, 300);
}

static void test_misuse(void)
{
	static struct resource outer = {.name = "o", .start = 1, .end = 9, .shared = true};
	static struct resource inner = {.name = "i", .start = 2, .end = 3};
	static struct resource none = {.name = "n", .start = 2, .end = 3};

	CHECK_EQ(request_resource(&root, &outer), 0);
	CHECK_EQ(request_resource(&root, &outer), -EINVAL);
	CHECK_EQ(request_resource(&root, &inner), 0);
	CHECK_PANICS("BUG", release_resource(&outer));
	CHECK_PANICS("BUG", release_resource(&none));
	release_resource(&inner);
	CHECK_PANICS("BUG", release_resource(&inner));
	release_resource(&outer);
}

static const struct test tests[] = {
	{"tree", test_tree},
	{"misuse", test_misuse},
};

TEST_MAIN(tests)
