/*
 * vma.c - single areas: making them, entering them in an address space, finding them.
 *
 * An address space keeps its areas twice: in a list sorted by address, and in
 * a red-black tree for the search. Each tree node also knows the largest free
 * gap below any area of its subtree (rb_subtree_gap), so that the search for a
 * free place (unmapped_area.c) passes whole subtrees by.
 *
 *   list   A <-> B <-> C        gap(B) = where B's gap ends - A.vm_end
 *   tree       B                B.rb_subtree_gap = max(gap(A), gap(B), gap(C))
 *             / \
 *            A   C
 *
 * An area's gap depends on its own start and on the end of the one before it, so whatever moves
 * the end of an area, or takes it away, changes the gap of the next one too. The nodes above are
 * told before the tree is rebalanced: rotations recompute the nodes they turn, and would hide from
 * those above what is new.
 *
 * The counters total_vm, stack_vm, locked_vm, data_vm, map_count and highest_vm_end
 * change here and nowhere else, but for data_vm and committed_vm when mprotect() changes flags.
 */
#include "kernel/bug.h"
#include "kernel/rbtree_augmented.h"
#include "mm/slab.h"
#include "internal.h"

static struct kmem_cache *vma_cache;

/* Free bytes below an area, down to the end of the one before it. */
static unsigned long area_gap(const struct vm_area_struct *vma)
{
	unsigned long low = vma->vm_prev ? vma->vm_prev->vm_end : 0;
	unsigned long high = vma_start_gap(vma);

	return high > low ? high - low : 0;
}

/* Recomputes rb_subtree_gap from the area itself and its children; true if it changed. */
static __always_inline bool set_subtree_gap(struct rb_node *node)
{
	struct vm_area_struct *vma = node_area(node);
	unsigned long gap = vma->gap;

	if (node->left)
		gap = max(gap, node_area(node->left)->rb_subtree_gap);
	if (node->right)
		gap = max(gap, node_area(node->right)->rb_subtree_gap);
	if (gap == vma->rb_subtree_gap)
		return false;
	vma->rb_subtree_gap = gap;
	return true;
}

/* An area's gap has changed: so may have what the nodes above it know. */
static void update_gap(struct vm_area_struct *vma)
{
	vma->gap = area_gap(vma);
	__rb_augment_path(&vma->vm_rb, set_subtree_gap);
}

/*
 * An area has come, or is about to go: the gap of the next one has changed. Where the area
 * hangs right under the next one, the nodes above learn both at once, as the tree tells them of the
 * area from there on.
 */
static void update_next_gap(struct vm_area_struct *vma)
{
	struct vm_area_struct *next = vma->vm_next;

	if (!next)
		return;
	if (vma->vm_rb.parent == &next->vm_rb)
		next->gap = area_gap(next);
	else
		update_gap(next);
}

/* Changed with some mmap_sem held, each address space's own: no sleep in between. */
unsigned long committed_pages;

unsigned long mm_committed_pages(void)
{
	return committed_pages;
}

static void account_area(const struct vm_area_struct *vma, long pages)
{
	struct mm_struct *mm = vma->vm_mm;

	if (pages < 0)
		mm->hiwater_vm = mm_vm_peak(mm);
	mm->total_vm += (unsigned long)pages;
	if (vma->vm_flags & VM_ACCOUNT)
		account_committed(mm, pages);
	if (vma->vm_flags & VM_GROWSDOWN)
		mm->stack_vm += (unsigned long)pages;
	if (vma->vm_flags & VM_LOCKED)
		mm->locked_vm += (unsigned long)pages;
	if (is_data_mapping(vma->vm_flags))
		mm->data_vm += (unsigned long)pages;
}

struct vm_area_struct *vma_alloc(struct mm_struct *mm)
{
	struct vm_area_struct *vma = kmem_cache_alloc(vma_cache, GFP_KERNEL);

	if (likely(vma)) {
		vma->vm_mm = mm;
		anon_vma_set_none(vma);
	}
	return vma;
}

struct vm_area_struct *vma_alloc_upper(struct vm_area_struct *vma)
{
	struct vm_area_struct *upper = kmem_cache_alloc(vma_cache, GFP_KERNEL);

	if (unlikely(!upper))
		return NULL;
	upper->vm_mm = vma->vm_mm;
	anon_vma_set_none(upper);
	if (vma->anon_chain && unlikely(!anon_vma_clone(upper, vma))) {
		vma_free(upper);
		return NULL;
	}
	return upper;
}

void vma_free(struct vm_area_struct *vma)
{
	if (vma->anon_chain && unlikely(vma->anon_chain->next))
		anon_vma_free_chain(vma);
	kmem_cache_free(vma_cache, vma);
}

void vma_destroy(struct vm_area_struct *vma)
{
	if (vma->vm_ops && vma->vm_ops->close)
		vma->vm_ops->close(vma);
	if (vma->vm_file)
		put_mapped_file(vma->vm_file);
	vma_free(vma);
}

/* The list. highest_vm_end goes with it. */
static void list_insert(struct vm_area_struct *vma, struct vm_area_struct *prev)
{
	struct mm_struct *mm = vma->vm_mm;
	struct vm_area_struct *next = prev ? prev->vm_next : mm->mmap;

	vma->vm_prev = prev;
	vma->vm_next = next;
	if (prev)
		prev->vm_next = vma;
	else
		mm->mmap = vma;
	if (next)
		next->vm_prev = vma;
	else
		mm->highest_vm_end = vma->vm_end;
}

static void list_remove(struct vm_area_struct *vma)
{
	struct mm_struct *mm = vma->vm_mm;
	struct vm_area_struct *prev = vma->vm_prev, *next = vma->vm_next;

	if (prev)
		prev->vm_next = next;
	else
		mm->mmap = next;
	if (next)
		next->vm_prev = prev;
	else
		mm->highest_vm_end = prev ? prev->vm_end : 0;
}

/*
 * Hangs an area into the tree as a leaf; it is in the list already. Of two neighbours one
 * is the other's ancestor, and so exactly one of the two links between them is free.
 */
static __always_inline void tree_link(struct vm_area_struct *vma)
{
	struct vm_area_struct *prev = vma->vm_prev, *next = vma->vm_next;

	if (next && !next->vm_rb.left)
		rb_link_node(&vma->vm_rb, &next->vm_rb, &next->vm_rb.left);
	else if (prev)
		rb_link_node(&vma->vm_rb, &prev->vm_rb, &prev->vm_rb.right);
	else
		rb_link_node(&vma->vm_rb, NULL, &vma->vm_mm->mm_rb.node);
}

/* The tree's functions with set_subtree_gap() built in: this is most of what mmap() costs. */
static __noinline void tree_rebalance(struct vm_area_struct *vma)
{
	__rb_insert_rebalance(&vma->vm_mm->mm_rb, &vma->vm_rb, set_subtree_gap);
}

static __noinline void tree_erase(struct vm_area_struct *vma)
{
	__rb_erase(&vma->vm_mm->mm_rb, &vma->vm_rb, set_subtree_gap);
}

static void tree_insert(struct vm_area_struct *vma)
{
	tree_link(vma);
	vma->gap = vma->rb_subtree_gap = area_gap(vma);
	update_next_gap(vma);
	__rb_augment_path(vma->vm_rb.parent, set_subtree_gap);
	tree_rebalance(vma);
}

static void file_link(struct vm_area_struct *vma)
{
	struct address_space *mapping = vma->vm_file->mapping;

	spin_lock(&mapping->i_mmap_lock);
	interval_insert(&mapping->i_mmap, vma);
	spin_unlock(&mapping->i_mmap_lock);
}

static void file_link_copy(struct vm_area_struct *vma, struct vm_area_struct *old)
{
	struct address_space *mapping = vma->vm_file->mapping;

	spin_lock(&mapping->i_mmap_lock);
	interval_node_insert_copy(&mapping->i_mmap, &vma->shared, &old->shared);
	spin_unlock(&mapping->i_mmap_lock);
}

static void file_unlink(struct vm_area_struct *vma)
{
	struct address_space *mapping = vma->vm_file->mapping;

	spin_lock(&mapping->i_mmap_lock);
	interval_remove(&mapping->i_mmap, vma);
	spin_unlock(&mapping->i_mmap_lock);
}

static void anon_unlink(struct vm_area_struct *vma)
{
	spin_lock(&anon_vma_lock);
	anon_vma_unlink(vma);
	spin_unlock(&anon_vma_lock);
}

void vma_link(struct vm_area_struct *vma, struct vm_area_struct *prev)
{
	struct mm_struct *mm = vma->vm_mm;
	struct vm_area_struct *next = prev ? prev->vm_next : mm->mmap;

	BUG_ON(vma->vm_start >= vma->vm_end);
	BUG_ON(prev && prev->vm_end > vma->vm_start);
	BUG_ON(next && next->vm_start < vma->vm_end);
	list_insert(vma, prev);
	tree_insert(vma);
	if (vma->vm_file)
		file_link(vma);
	mm->map_count++;
	account_area(vma, (long)vma_pages(vma));
}

/* What both ways for an area to leave have in common. */
static void forget_area(struct vm_area_struct *vma)
{
	struct mm_struct *mm = vma->vm_mm;

	if (vma->vm_file)
		file_unlink(vma);
	if (vma->anon_chain)
		anon_unlink(vma);
	if (mm->mmap_cache == vma)
		mm->mmap_cache = vma->vm_next;
	mm->map_count--;
}

void vma_unlink(struct vm_area_struct *vma)
{
	forget_area(vma);
	account_area(vma, -(long)vma_pages(vma));
	list_remove(vma);
	update_next_gap(vma);
	tree_erase(vma);
}

void vma_append(struct vm_area_struct *vma, struct vm_area_struct *last, struct vm_area_struct *old)
{
	list_insert(vma, last);
	if (vma->vm_file)
		file_link_copy(vma, old);
	vma->vm_mm->map_count++;
	account_area(vma, (long)vma_pages(vma));
}

#define RESCHED_LEVEL 6 /* the largest tree has a thousand areas in each subtree there */

/* A list being made into a tree. */
struct tree_build {
	struct vm_area_struct *next;
	unsigned int lowest; /* level that may be filled in part: its nodes are red */
};

/* The next area as a subtree of its own. */
static struct rb_node *build_leaf(struct tree_build *build, unsigned int level)
{
	struct vm_area_struct *vma = build->next;

	build->next = vma->vm_next;
	vma->vm_rb.left = vma->vm_rb.right = NULL;
	vma->vm_rb.red = level == build->lowest;
	vma->gap = vma->rb_subtree_gap = area_gap(vma);
	return &vma->vm_rb;
}

/*
 * Makes the next `n` areas, one at least, a subtree whose top is at `level`. Halving keeps all
 * levels full but the lowest, so black nodes everywhere else are a balanced tree.
 */
static struct rb_node *build_subtree(struct tree_build *build, unsigned int n, unsigned int level)
{
	struct rb_node *left, *node;

	if (n == 1)
		return build_leaf(build, level);
	if (level == RESCHED_LEVEL)
		cond_resched(); /* nobody else sees the tree yet */
	left = build_subtree(build, n / 2, level + 1);
	node = build_leaf(build, level);
	node->left = left;
	left->parent = node;
	if (n > 2) {
		node->right = build_subtree(build, n - n / 2 - 1, level + 1);
		node->right->parent = node;
	}
	set_subtree_gap(node);
	return node;
}

void vma_build_tree(struct mm_struct *mm)
{
	struct tree_build build = {.next = mm->mmap};

	if (!mm->map_count)
		return;
	build.lowest = __fls((unsigned long)mm->map_count);
	mm->mm_rb.node = build_subtree(&build, (unsigned int)mm->map_count, 0);
	mm->mm_rb.node->parent = NULL;
	mm->mm_rb.node->red = false;
}

struct vm_area_struct *vma_unlink_all(struct mm_struct *mm)
{
	struct vm_area_struct *first = mm->mmap, *vma;
	unsigned int left = AREAS_PER_TURN;

	anon_vma_unlink_all(first);
	for (vma = first; vma; vma = vma->vm_next) {
		if (!vma->vm_file)
			continue;
		file_unlink(vma);
		area_done(&left);
	}
	mm->mmap = mm->mmap_cache = NULL;
	mm->mm_rb = RB_ROOT;
	mm->highest_vm_end = 0;
	mm->map_count = 0;
	mm->hiwater_vm = mm_vm_peak(mm);
	mm->total_vm = mm->stack_vm = mm->locked_vm = mm->data_vm = 0;
	account_committed(mm, -(long)mm->committed_vm);
	return first;
}

/*
 * Who finds an area through its file or an anon_vma looks at its bounds under the lock of that
 * tree, without mmap_sem. So they change with both locks held, as far as it is in a tree.
 */
static __always_inline struct address_space *lock_bounds(const struct vm_area_struct *vma)
{
	struct address_space *mapping = vma->vm_file ? vma->vm_file->mapping : NULL;

	if (mapping)
		spin_lock(&mapping->i_mmap_lock);
	if (vma->anon_chain)
		spin_lock(&anon_vma_lock);
	return mapping;
}

static __always_inline void unlock_bounds(const struct vm_area_struct *vma,
					  struct address_space *mapping)
{
	if (vma->anon_chain)
		spin_unlock(&anon_vma_lock);
	if (mapping)
		spin_unlock(&mapping->i_mmap_lock);
}

static void set_end(struct vm_area_struct *vma, unsigned long end)
{
	struct address_space *mapping;

	/* In no tree, and one word: who looks sees either end. */
	if (likely(!vma->vm_file && (!vma->anon_chain || anon_vma_is_simple(vma)))) {
		vma->vm_end = end;
		return;
	}
	mapping = lock_bounds(vma);
	vma->vm_end = end;
	if (mapping)
		interval_end_changed(vma);
	if (vma->anon_chain)
		anon_vma_end_changed(vma);
	unlock_bounds(vma, mapping);
}

/*
 * The part that is `upper` changes hands at one moment, for all who look. An area that is cut has a
 * chain when `upper` has one, an area that is joined when it is to have one.
 */
static __always_inline void give_anon(struct vm_area_struct *vma, struct vm_area_struct *upper)
{
	if (!upper->anon_chain) {
		vma->vm_end = upper->vm_start;
		return;
	}
	spin_lock(&anon_vma_lock);
	vma->vm_end = upper->vm_start;
	anon_vma_cut(vma, upper);
	spin_unlock(&anon_vma_lock);
}

static __always_inline void take_anon(struct vm_area_struct *vma, struct vm_area_struct *upper)
{
	if (!vma->anon_chain) {
		vma->vm_end = upper->vm_end;
		return;
	}
	spin_lock(&anon_vma_lock);
	vma->vm_end = upper->vm_end;
	anon_vma_join(vma, upper);
	spin_unlock(&anon_vma_lock);
}

static __noinline void give_file(struct vm_area_struct *vma, struct vm_area_struct *upper)
{
	struct address_space *mapping = vma->vm_file->mapping;

	spin_lock(&mapping->i_mmap_lock);
	give_anon(vma, upper);
	interval_end_changed(vma);
	interval_insert(&mapping->i_mmap, upper);
	spin_unlock(&mapping->i_mmap_lock);
}

static __noinline void take_file(struct vm_area_struct *vma, struct vm_area_struct *upper)
{
	struct address_space *mapping = vma->vm_file->mapping;

	spin_lock(&mapping->i_mmap_lock);
	interval_remove(&mapping->i_mmap, upper);
	take_anon(vma, upper);
	interval_end_changed(vma);
	spin_unlock(&mapping->i_mmap_lock);
}

static void set_start_and_end(struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	vma->vm_pgoff += (unsigned long)((long)(start - vma->vm_start) >> PAGE_SHIFT);
	vma->vm_start = start;
	vma->vm_end = end;
}

/* An area leaves a tree while its place there changes. */
static void set_bounds(struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	struct address_space *mapping;

	if (start == vma->vm_start) {
		set_end(vma, end);
		return;
	}
	mapping = lock_bounds(vma);
	if (mapping)
		interval_remove(&mapping->i_mmap, vma);
	set_start_and_end(vma, start, end);
	if (mapping)
		interval_insert(&mapping->i_mmap, vma);
	if (vma->anon_chain)
		anon_vma_bounds_changed(vma);
	unlock_bounds(vma, mapping);
}

/* Neither of the next two changes any gap, or the number of pages. */
void vma_cut(struct vm_area_struct *vma, struct vm_area_struct *upper)
{
	if (unlikely(vma->vm_file))
		give_file(vma, upper);
	else
		give_anon(vma, upper);
	list_insert(upper, vma);
	tree_link(upper);
	upper->gap = upper->rb_subtree_gap = 0;
	if (upper->vm_rb.parent->red)
		tree_rebalance(upper);
	vma->vm_mm->map_count++;
}

void vma_absorb(struct vm_area_struct *vma)
{
	struct vm_area_struct *next = vma->vm_next;
	struct mm_struct *mm = vma->vm_mm;

	BUG_ON(vma->vm_end != next->vm_start);
	if (unlikely(vma->vm_file))
		take_file(vma, next);
	else
		take_anon(vma, next);
	mm->mmap_cache = vma; /* its addresses are the ones in use */
	mm->map_count--;
	tree_erase(next);
	list_remove(next);
}

void vma_set_bounds(struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	struct vm_area_struct *prev = vma->vm_prev, *next = vma->vm_next;
	bool start_moves = start != vma->vm_start, end_moves = end != vma->vm_end;
	long pages = (long)vma_pages(vma);

	BUG_ON(start >= end || (prev && prev->vm_end > start) || (next && next->vm_start < end));
	set_bounds(vma, start, end);
	if (start_moves)
		update_gap(vma);
	if (!next)
		vma->vm_mm->highest_vm_end = end;
	else if (end_moves)
		update_gap(next);
	account_area(vma, (long)vma_pages(vma) - pages);
}

struct vm_area_struct *__find_vma(struct mm_struct *mm, unsigned long addr)
{
	struct vm_area_struct *vma = mm->mmap_cache, *best = NULL;
	struct rb_node *node = mm->mm_rb.node;

	if (likely(vma && addr < vma->vm_end) &&
	    (likely(vma->vm_start <= addr) || !vma->vm_prev || vma->vm_prev->vm_end <= addr))
		return vma;
	while (node) {
		vma = node_area(node);
		if (vma->vm_end <= addr) {
			node = node->right;
			continue;
		}
		best = vma;
		if (vma->vm_start <= addr)
			break;
		node = node->left;
	}
	if (best)
		mm->mmap_cache = best;
	return best;
}

struct vm_area_struct *find_vma_prev(struct mm_struct *mm, unsigned long addr,
				     struct vm_area_struct **prev)
{
	struct vm_area_struct *vma = find_vma(mm, addr);
	struct rb_node *last;

	if (vma) {
		*prev = vma->vm_prev;
		return vma;
	}
	last = rb_last(&mm->mm_rb);
	*prev = last ? node_area(last) : NULL;
	return NULL;
}

struct vm_area_struct *find_vma_intersection(struct mm_struct *mm, unsigned long start,
					     unsigned long end)
{
	struct vm_area_struct *vma = find_vma(mm, start);

	return vma && vma->vm_start < end ? vma : NULL;
}

void vma_cache_init(void)
{
	vma_cache = kmem_cache_create("vm_area_struct", sizeof(struct vm_area_struct), 0,
				      SLAB_PANIC, NULL);
	anon_vma_init();
}
