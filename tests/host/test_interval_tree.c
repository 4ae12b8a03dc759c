/*
 * test_interval_tree.c - the areas of a file in a tree, against a look at every one of them:
 * areas that come, go, move and end elsewhere, and searches for pages.
 */
#include "../../mm/area/internal.h"
#include "test.h"

#define AREAS 300
#define PAGES 1000

static struct vm_area_struct areas[AREAS];
static bool in_tree[AREAS];
static struct rb_root root;

static unsigned long last_of(const struct vm_area_struct *vma)
{
	return vma->vm_pgoff + vma_pages(vma) - 1;
}

static void set_bounds(struct vm_area_struct *vma)
{
	vma->vm_start = (1 + test_random_below(100)) * PAGE_SIZE;
	/* Mostly short ones; at times to the last page that there may be. */
	vma->vm_end = vma->vm_start +
		      (1 + test_random_below(test_random_below(8) ? 10 : PAGES)) * PAGE_SIZE;
	vma->vm_pgoff = test_random_below(PAGES);
	if (!test_random_below(50))
		vma->vm_pgoff = ~0ul - vma_pages(vma) + 1;
}

/* As an area that fork makes, if the one that is chosen to be copied is in the tree. */
static void insert_copy(struct vm_area_struct *vma, unsigned int like)
{
	if (in_tree[like]) {
		vma_copy(vma, &areas[like]);
		interval_node_insert_copy(&root, &vma->shared, &areas[like].shared);
	} else {
		set_bounds(vma);
		interval_insert(&root, vma);
	}
}

static void change_one(void)
{
	unsigned int i = test_random_below(AREAS);
	struct vm_area_struct *vma = &areas[i];

	if (!in_tree[i]) {
		insert_copy(vma, test_random_below(AREAS));
		in_tree[i] = true;
	} else if (test_random_below(2)) {
		interval_remove(&root, vma);
		in_tree[i] = false;
	} else if (vma->vm_pgoff < PAGES) {
		vma->vm_end = vma->vm_start + (1 + test_random_below(20)) * PAGE_SIZE;
		interval_end_changed(vma);
	}
}

/* subtree_last of every node, and the order of first pages. */
static unsigned long check_subtree(struct rb_node *node, unsigned long *at_least)
{
	struct vm_area_struct *vma = rb_entry(node, struct vm_area_struct, shared.rb);
	unsigned long last = last_of(vma);

	if (node->left)
		last = max(last, check_subtree(node->left, at_least));
	CHECK(vma->vm_pgoff >= *at_least);
	*at_least = vma->vm_pgoff;
	if (node->right)
		last = max(last, check_subtree(node->right, at_least));
	CHECK_EQ(vma->shared.subtree_last, last);
	return last;
}

static void check_tree(void)
{
	unsigned long at_least = 0;

	CHECK(rb_check(&root) >= 0);
	if (root.node)
		check_subtree(root.node, &at_least);
}

/* Each area that overlaps is given once, in order, and no other. */
static void check_search(unsigned long first, unsigned long last)
{
	unsigned int wanted = 0, found = 0;
	unsigned long at_least = 0;
	struct vm_area_struct *vma;

	for (unsigned int i = 0; i < AREAS; i++)
		wanted += in_tree[i] && areas[i].vm_pgoff <= last && last_of(&areas[i]) >= first;
	for_each_area_of (vma, &root, first, last) {
		CHECK(in_tree[vma - areas]);
		CHECK(vma->vm_pgoff <= last && last_of(vma) >= first);
		CHECK(vma->vm_pgoff >= at_least);
		at_least = vma->vm_pgoff;
		found++;
	}
	CHECK_EQ(found, wanted);
}

static void run(void)
{
	root = RB_ROOT;
	for (unsigned int i = 0; i < AREAS; i++)
		in_tree[i] = false;
	for (unsigned int step = 0; step < 3000; step++) {
		unsigned long first = test_random_below(PAGES + 20);

		change_one();
		check_search(first, first);
		check_search(first, first + test_random_below(50));
		if (step % 50)
			continue;
		check_tree();
		check_search(first, ~0ul);
		check_search(0, ~0ul);
		check_search(~0ul, ~0ul);
	}
}

static void test_searches(void)
{
	for (u32 seed = 1; seed <= 5; seed++) {
		test_random_seed(seed);
		run();
	}
}

static void test_empty(void)
{
	root = RB_ROOT;
	CHECK(!interval_first(&root, 0, ~0ul));
}

static const struct test tests[] = {
	{"searches find what a look at all areas finds", test_searches},
	{"an empty tree", test_empty},
};
TEST_MAIN(tests)
