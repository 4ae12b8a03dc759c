/*
 * anon_vma.c - which areas may map an anonymous page.
 *
 * An anonymous page names an anon_vma (page->mapping), and the anon_vma knows the areas that may
 * map its pages: a list while they are few, then a tree by the page numbers that they cover
 * (interval_tree.c). An area gets an anon_vma of
 * its own when it first gets a page; areas of files and untouched memory have none.
 *
 * After fork a page that neither side has written since is mapped by both, so the child's area
 * goes into the tree of the parent's anon_vma as well; pages that the child makes from then on are
 * of an anon_vma of its own. What area is in which tree is said by links, struct anon_vma_chain:
 *
 *                 areas of P      of its child C     of C's child G
 *   anon_vma A    [a P]           [a C]              [a G]            pages from before the first
 * fork
 *            ^
 *   anon_vma B (parent A)         [b C]              [b G]            pages C made itself
 *            ^
 *   anon_vma D (parent B)                            [d G]            pages G made itself
 *
 *   each column is an area's chain, each row an anon_vma's tree
 *
 * So a page of G alone is looked for in one area, however many relatives there are. The child's own
 * anon_vma is made when it needs it: one that execs at once never does. The first link lies
 * in the area itself, so fork of a program allocates nothing for this.
 *
 * Reuse: with each generation that forks, writes and exits chains would become longer. An anon_vma
 * that no area owns (its process is gone) and that has at most one child becomes the own one of
 * the area instead of a new one. Each other without owner has two children or more, so there are
 * fewer than twice as many in a family as living areas.
 *
 * One whose parent is P has only areas that are in P's tree, too, and P's link lies behind it in
 * their chains. So when the last area leaves, children go before their parents.
 */
#include "mm/slab.h"
#include "internal.h"

DEFINE_SPINLOCK(anon_vma_lock);

static struct kmem_cache *anon_vma_cache, *chain_cache;

static void enter_tree(struct anon_vma *anon_vma, struct anon_vma_chain *link)
{
	vma_interval(&link->pages, link->vma);
	interval_node_insert(&anon_vma->areas, &link->pages);
}

/* The first that is too many for a list, or one more. */
void __anon_vma_enter_tree(struct anon_vma_chain *new)
{
	struct anon_vma *anon_vma = new->anon_vma;
	struct anon_vma_chain *link, *next;

	list_for_each_entry_safe (link, next, &anon_vma->few, few)
		enter_tree(anon_vma, link);
	INIT_LIST_HEAD(&anon_vma->few);
	enter_tree(anon_vma, new);
}

void __anon_vma_leave_tree(struct anon_vma_chain *link)
{
	interval_node_remove(&link->anon_vma->areas, &link->pages);
}

/* One reference less. anon_vma_lock held. */
static void drop_ref(struct anon_vma *anon_vma)
{
	if (--anon_vma->refs)
		return;
	BUG_ON(anon_vma->nr_areas || anon_vma->owners || anon_vma->children);
	kmem_cache_free(anon_vma_cache, anon_vma);
}

void __anon_vma_last_left(struct anon_vma *anon_vma)
{
	if (anon_vma->parent)
		anon_vma->parent->children--;
	drop_ref(anon_vma);
}

/* The fresh anon_vma, or one of somebody who is gone, becomes the area's own. Lock held. */
static void own(struct vm_area_struct *vma, struct anon_vma *anon_vma)
{
	anon_vma->owners++;
	vma->anon_vma = anon_vma;
	vma->anon_parent = NULL;
}

static void push_link(struct vm_area_struct *vma, struct anon_vma_chain *link)
{
	link->next = vma->anon_chain;
	vma->anon_chain = link;
	anon_vma_enter(link);
}

/* One of an ancestor who is gone, for the area to go on with; or NULL. */
static struct anon_vma *find_reusable(const struct vm_area_struct *vma)
{
	const struct anon_vma_chain *link;

	for (link = vma->anon_chain; link; link = link->next)
		if (!link->anon_vma->owners && link->anon_vma->children < 2)
			return link->anon_vma;
	return NULL;
}

/* The two may become one area when mprotect() makes them alike. */
static bool may_become_one(const struct vm_area_struct *low, const struct vm_area_struct *high)
{
	return low->vm_end == high->vm_start && low->vm_file == high->vm_file &&
	       low->vm_ops == high->vm_ops && !((low->vm_flags ^ high->vm_flags) & ~VM_RIGHTS) &&
	       high->vm_pgoff == low->vm_pgoff + vma_pages(low);
}

/* The only one of a neighbour that this area may be joined with one day, or NULL. */
static struct anon_vma *find_neighbours(const struct vm_area_struct *vma)
{
	const struct vm_area_struct *prev = vma->vm_prev, *next = vma->vm_next;

	if (next && next->anon_vma && !next->anon_chain->next && may_become_one(vma, next))
		return next->anon_vma;
	if (prev && prev->anon_vma && !prev->anon_chain->next && may_become_one(prev, vma))
		return prev->anon_vma;
	return NULL;
}

/* What is there already and will do: true, and the area owns it. */
static bool own_existing(struct vm_area_struct *vma)
{
	struct anon_vma *found;

	spin_lock(&anon_vma_lock);
	if (vma->anon_chain) {
		found = find_reusable(vma);
		if (found) {
			vma->anon_parent->children--;
			own(vma, found);
		}
	} else {
		found = find_neighbours(vma);
		if (found) {
			own(vma, found);
			anon_vma_set_link(&vma->anon_first, vma, found);
			push_link(vma, &vma->anon_first);
		}
	}
	spin_unlock(&anon_vma_lock);
	return found;
}

/* Enters a new one, whose place in the family the area has kept for it. */
static void own_new(struct vm_area_struct *vma, struct anon_vma *fresh, struct anon_vma_chain *link)
{
	*fresh = (struct anon_vma){.parent = vma->anon_parent, .refs = 1};
	INIT_LIST_HEAD(&fresh->few);
	own(vma, fresh);
	anon_vma_set_link(link, vma, fresh);
	push_link(vma, link);
}

int __anon_vma_prepare(struct vm_area_struct *vma)
{
	struct anon_vma_chain *link = &vma->anon_first;
	struct anon_vma *fresh;
	bool done;

	if (own_existing(vma))
		return 0;
	fresh = kmem_cache_alloc(anon_vma_cache, GFP_KERNEL);
	if (!fresh)
		return -ENOMEM;
	if (vma->anon_chain) {
		link = kmem_cache_alloc(chain_cache, GFP_KERNEL);
		if (!link) {
			kmem_cache_free(anon_vma_cache, fresh);
			return -ENOMEM;
		}
	}
	spin_lock(&anon_vma_lock);
	/* Another thread's fault may have been faster while this one waited for memory. */
	done = !vma->anon_vma;
	if (likely(done))
		own_new(vma, fresh, link);
	spin_unlock(&anon_vma_lock);
	if (unlikely(!done)) {
		kmem_cache_free(anon_vma_cache, fresh);
		if (link != &vma->anon_first)
			kmem_cache_free(chain_cache, link);
	}
	return 0;
}

void anon_vma_unlink_all(struct vm_area_struct *vma)
{
	unsigned int left = AREAS_PER_TURN;

	spin_lock(&anon_vma_lock);
	for (; vma; vma = vma->vm_next) {
		if (!vma->anon_chain)
			continue;
		anon_vma_unlink(vma);
		if (likely(--left))
			continue;
		left = AREAS_PER_TURN;
		spin_unlock(&anon_vma_lock);
		cond_resched();
		spin_lock(&anon_vma_lock);
	}
	spin_unlock(&anon_vma_lock);
}

void anon_vma_free_chain(struct vm_area_struct *vma)
{
	struct anon_vma_chain *link, *next;

	for (link = vma->anon_chain; link; link = next) {
		next = link->next;
		if (link != &vma->anon_first)
			kmem_cache_free(chain_cache, link);
	}
	vma->anon_chain = NULL;
	vma->anon_vma = vma->anon_parent = NULL;
}

bool __anon_vma_copy_chain(struct vm_area_struct *to, const struct vm_area_struct *from)
{
	struct anon_vma_chain *link = &to->anon_first, **tail = &to->anon_chain;
	const struct anon_vma_chain *old;

	for (old = from->anon_chain; old; old = old->next) {
		if (unlikely(!link))
			link = kmem_cache_alloc(chain_cache, GFP_KERNEL);
		if (unlikely(!link)) {
			*tail = NULL;
			anon_vma_free_chain(to);
			return false;
		}
		anon_vma_set_link(link, to, old->anon_vma);
		*tail = link;
		tail = &link->next;
		link = NULL;
	}
	*tail = NULL;
	return true;
}

void anon_vma_end_changed(struct vm_area_struct *vma)
{
	unsigned long last = vma->vm_pgoff + vma_pages(vma) - 1;

	for (struct anon_vma_chain *link = vma->anon_chain; link; link = link->next)
		if (unlikely(anon_vma_is_tree(link->anon_vma)))
			interval_node_set_last(&link->pages, last);
}

void __anon_vma_cut(struct vm_area_struct *vma, struct vm_area_struct *upper)
{
	anon_vma_end_changed(vma);
	upper->anon_vma->owners++;
	for (struct anon_vma_chain *link = upper->anon_chain; link; link = link->next)
		anon_vma_enter(link);
}

void __anon_vma_join(struct vm_area_struct *vma, struct vm_area_struct *upper)
{
	if (upper->anon_chain)
		anon_vma_unlink(upper);
	anon_vma_end_changed(vma);
}

void anon_vma_bounds_changed(struct vm_area_struct *vma)
{
	for (struct anon_vma_chain *link = vma->anon_chain; link; link = link->next)
		if (unlikely(anon_vma_is_tree(link->anon_vma))) {
			interval_node_remove(&link->anon_vma->areas, &link->pages);
			enter_tree(link->anon_vma, link);
		}
}

static struct anon_vma_chain *link_of(struct interval_node *node)
{
	return node ? container_of(node, struct anon_vma_chain, pages) : NULL;
}

static struct anon_vma_chain *link_at(const struct anon_vma *anon_vma, struct list_head *node)
{
	return node == &anon_vma->few ? NULL : list_entry(node, struct anon_vma_chain, few);
}

struct anon_vma_chain *anon_vma_first(const struct anon_vma *anon_vma, unsigned long first,
				      unsigned long last)
{
	if (anon_vma_is_tree(anon_vma))
		return link_of(interval_node_first(&anon_vma->areas, first, last));
	return link_at(anon_vma, anon_vma->few.next);
}

struct anon_vma_chain *anon_vma_next(struct anon_vma_chain *link, unsigned long first,
				     unsigned long last)
{
	if (anon_vma_is_tree(link->anon_vma))
		return link_of(interval_node_next(&link->pages, first, last));
	return link_at(link->anon_vma, link->few.next);
}

void anon_vma_adopt(struct vm_area_struct *vma, const struct vm_area_struct *next)
{
	spin_lock(&anon_vma_lock);
	own(vma, next->anon_vma);
	anon_vma_set_link(&vma->anon_first, vma, next->anon_vma);
	push_link(vma, &vma->anon_first);
	spin_unlock(&anon_vma_lock);
}

void get_anon_vma(struct anon_vma *anon_vma)
{
	spin_lock(&anon_vma_lock);
	BUG_ON(!anon_vma->refs);
	anon_vma->refs++;
	spin_unlock(&anon_vma_lock);
}

void put_anon_vma(struct anon_vma *anon_vma)
{
	if (!anon_vma)
		return;
	spin_lock(&anon_vma_lock);
	drop_ref(anon_vma);
	spin_unlock(&anon_vma_lock);
}

bool anon_vma_in_chain(const struct vm_area_struct *vma, const struct anon_vma *anon_vma)
{
	const struct anon_vma_chain *link;

	for (link = vma->anon_chain; link; link = link->next)
		if (link->anon_vma == anon_vma)
			return true;
	return false;
}

static void validate_place(const struct vm_area_struct *vma, const struct anon_vma_chain *link)
{
	const struct anon_vma *anon_vma = link->anon_vma;
	const struct rb_node *top = &link->pages.rb;
	const struct list_head *node;
	unsigned int nr = 0;

	if (!anon_vma_is_tree(anon_vma)) {
		list_for_each (node, &anon_vma->few)
			nr++;
		BUG_ON(nr != anon_vma->nr_areas || nr > ANON_VMA_FEW);
		BUG_ON(link->few.next->prev != &link->few);
		return;
	}
	while (top->parent)
		top = top->parent;
	BUG_ON(anon_vma->areas.node != top || !list_empty(&anon_vma->few));
	BUG_ON(link->pages.first != vma->vm_pgoff);
	BUG_ON(link->pages.last != vma->vm_pgoff + vma_pages(vma) - 1);
	BUG_ON(rb_check(&anon_vma->areas) < 0);
}

/* The link is in its list or tree, and no other link of the chain leads there. */
static void validate_link(const struct vm_area_struct *vma, const struct anon_vma_chain *link)
{
	const struct anon_vma_chain *other;

	BUG_ON(link->vma != vma || !link->anon_vma->refs);
	validate_place(vma, link);
	for (other = link->next; other; other = other->next)
		BUG_ON(other->anon_vma == link->anon_vma);
}

void anon_vma_validate(const struct vm_area_struct *vma)
{
	const struct anon_vma_chain *link, *behind;

	BUG_ON(!vma->anon_chain && (vma->anon_vma || vma->anon_parent));
	BUG_ON(vma->anon_chain && !vma->anon_vma == !vma->anon_parent);
	BUG_ON(vma->anon_vma && !anon_vma_in_chain(vma, vma->anon_vma));
	for (link = vma->anon_chain; link; link = link->next) {
		validate_link(vma, link);
		if (!link->anon_vma->parent)
			continue;
		for (behind = link->next; behind; behind = behind->next)
			if (behind->anon_vma == link->anon_vma->parent)
				break;
		BUG_ON(!behind);
	}
}

void anon_vma_init(void)
{
	anon_vma_cache =
		kmem_cache_create("anon_vma", sizeof(struct anon_vma), 0, SLAB_PANIC, NULL);
	chain_cache = kmem_cache_create("anon_vma_chain", sizeof(struct anon_vma_chain), 0,
					SLAB_PANIC, NULL);
}
