/*
 * anon_vma.h - which areas may map an anonymous page: anon_vma.c tells how. All names are Linux's.
 */
#ifndef MM_AREA_ANON_VMA_H
#define MM_AREA_ANON_VMA_H

#include "kernel/lock.h"
#include "mm/mm.h"

struct anon_vma {
	/* Links to all areas that may map its pages: in the list, or in the tree when it is not
	 * empty. */
	struct list_head few;
	struct rb_root areas;
	unsigned int nr_areas;
	struct anon_vma *parent; /* whose pages its areas may have, too; NULL: made after exec */
	unsigned int children;	 /* anon_vmas and areas without one whose parent it is */
	unsigned int owners;	 /* areas whose vma->anon_vma it is */
	unsigned int refs;	 /* one while nr_areas is not 0, and one for each get_anon_vma() */
};

/*
 * Covers all trees and chains, all fields of struct anon_vma, and the bounds of the areas in a
 * tree. One for all: one CPU, and nobody sleeps with it. After i_mmap_lock, before page_table_lock.
 */
extern spinlock_t anon_vma_lock;

/* The long way of anon_vma_prepare(). */
int __anon_vma_prepare(struct vm_area_struct *vma);

/**
 * anon_vma_prepare() - gives an area an anon_vma of its own, before it gets an anonymous page.
 *
 * 0 or -ENOMEM. mmap_sem held, at least for reading; may sleep.
 */
static __always_inline int anon_vma_prepare(struct vm_area_struct *vma)
{
	return likely(vma->anon_vma) ? 0 : __anon_vma_prepare(vma);
}

/* More than so many areas of one anon_vma are kept as a tree. */
#define ANON_VMA_FEW 8u

/* The long ways of entering and leaving a tree, and of copying a chain. */
void __anon_vma_make_tree(struct anon_vma *anon_vma);
void __anon_vma_enter_tree(struct anon_vma_chain *link);
void __anon_vma_leave_tree(struct anon_vma_chain *link);
void __anon_vma_last_left(struct anon_vma *anon_vma);
bool __anon_vma_copy_chain(struct vm_area_struct *to, const struct vm_area_struct *from);

static __always_inline bool anon_vma_is_tree(const struct anon_vma *anon_vma)
{
	return anon_vma->areas.node;
}

/* One area more / less, by its link. anon_vma_lock held. */
static __always_inline void anon_vma_enter(struct anon_vma_chain *link)
{
	struct anon_vma *anon_vma = link->anon_vma;

	if (unlikely(anon_vma->nr_areas++ >= ANON_VMA_FEW || anon_vma_is_tree(anon_vma)))
		__anon_vma_enter_tree(link);
	else
		list_add(&link->few, &anon_vma->few);
}

static __always_inline void anon_vma_leave(struct anon_vma_chain *link)
{
	struct anon_vma *anon_vma = link->anon_vma;

	if (unlikely(anon_vma_is_tree(anon_vma)))
		__anon_vma_leave_tree(link);
	else
		list_del(&link->few);
	if (--anon_vma->nr_areas == 0)
		__anon_vma_last_left(anon_vma);
}

static __always_inline void anon_vma_set_link(struct anon_vma_chain *link,
					      struct vm_area_struct *vma, struct anon_vma *anon_vma)
{
	link->vma = vma;
	link->anon_vma = anon_vma;
}

/* A fresh area: it has no anonymous pages, nor a parent's. */
static __always_inline void anon_vma_set_none(struct vm_area_struct *vma)
{
	vma->anon_vma = vma->anon_parent = NULL;
	vma->anon_chain = NULL;
}

/* Gives `to` the links of `from`, which has some: same order, not entered. False: out of memory. */
static __always_inline bool anon_vma_copy_chain(struct vm_area_struct *to,
						const struct vm_area_struct *from)
{
	const struct anon_vma_chain *old = from->anon_chain;

	if (unlikely(old->next))
		return __anon_vma_copy_chain(to, from);
	anon_vma_set_link(&to->anon_first, to, old->anon_vma);
	to->anon_first.next = NULL;
	to->anon_chain = &to->anon_first;
	return true;
}

/**
 * anon_vma_fork() - the chain of fork's copy of an area, entered: it may map the pages, too.
 * @copy: a fresh area with bounds
 *
 * False when out of memory, nothing left behind. May sleep; mmap_sem of `vma` held for writing.
 */
static __always_inline bool anon_vma_fork(struct vm_area_struct *copy, struct vm_area_struct *vma)
{
	struct anon_vma_chain *link = &copy->anon_first;
	struct anon_vma *parent;

	if (!vma->anon_chain)
		return true;
	if (!anon_vma_copy_chain(copy, vma))
		return false;
	spin_lock(&anon_vma_lock);
	parent = vma->anon_vma ? vma->anon_vma : vma->anon_parent;
	copy->anon_parent = parent;
	parent->children++;
	do
		anon_vma_enter(link);
	while (unlikely(link = link->next));
	spin_unlock(&anon_vma_lock);
	return true;
}

/**
 * anon_vma_clone() - the chain of the upper part of `vma`, which has one; not entered yet.
 *
 * Parts of an area can be joined again, so they must share an own anon_vma. False when out of
 * memory. May sleep; mmap_sem held for writing.
 */
static __always_inline bool anon_vma_clone(struct vm_area_struct *upper, struct vm_area_struct *vma)
{
	if (anon_vma_prepare(vma) || !anon_vma_copy_chain(upper, vma))
		return false;
	upper->anon_vma = vma->anon_vma;
	return true;
}

/* An area leaves for good, whose pages are gone or another's now; its links stay, for
 * anon_vma_free_chain(). Lock held. */
static __always_inline void anon_vma_unlink(struct vm_area_struct *vma)
{
	if (vma->anon_vma)
		vma->anon_vma->owners--;
	else
		vma->anon_parent->children--;
	for (struct anon_vma_chain *link = vma->anon_chain; link; link = link->next)
		anon_vma_leave(link);
}

/* The same for all areas of a list, by vm_next. May sleep. */
void anon_vma_unlink_all(struct vm_area_struct *vma);

/* Frees links that are not entered, or have left. One that is alone lies in the area: nothing to
 * free. */
void anon_vma_free_chain(struct vm_area_struct *vma);

/* The area's end is another now / its start, too. anon_vma_lock held. */
void anon_vma_end_changed(struct vm_area_struct *vma);
void anon_vma_bounds_changed(struct vm_area_struct *vma);

/*
 * `upper`, from anon_vma_clone(), is a part of the area from now on / part of the area again, whose
 * end has changed already. anon_vma_lock held.
 */
void __anon_vma_cut(struct vm_area_struct *vma, struct vm_area_struct *upper);
void __anon_vma_join(struct vm_area_struct *vma, struct vm_area_struct *upper);

/* The area has one link, and that is in a list: no tree has its bounds. */
static __always_inline bool anon_vma_is_simple(const struct vm_area_struct *vma)
{
	return !vma->anon_chain->next && !anon_vma_is_tree(vma->anon_chain->anon_vma);
}

/* In both, an area with one link only has it to its own anon_vma, and so has the other one. */
static __always_inline void anon_vma_cut(struct vm_area_struct *vma, struct vm_area_struct *upper)
{
	struct anon_vma *anon_vma = upper->anon_vma;

	if (unlikely(upper->anon_first.next || anon_vma_is_tree(anon_vma) ||
		     anon_vma->nr_areas >= ANON_VMA_FEW)) {
		__anon_vma_cut(vma, upper);
		return;
	}
	anon_vma->owners++;
	anon_vma->nr_areas++;
	list_add(&upper->anon_first.few, &anon_vma->few);
}

static __always_inline void anon_vma_join(struct vm_area_struct *vma, struct vm_area_struct *upper)
{
	struct anon_vma *anon_vma = vma->anon_vma;

	if (unlikely(!upper->anon_chain || upper->anon_chain->next || anon_vma_is_tree(anon_vma))) {
		__anon_vma_join(vma, upper);
		return;
	}
	anon_vma->owners--;
	anon_vma->nr_areas--;
	list_del(&upper->anon_first.few);
}

/* May a region without pages join the area? */
static inline bool anon_vma_may_grow(const struct vm_area_struct *vma)
{
	return !vma->anon_chain || (vma->anon_vma && !vma->anon_chain->next);
}

/* May two areas, alike in all else, be joined as far as their anonymous pages go? */
static __always_inline bool anon_vma_mergeable(const struct vm_area_struct *a,
					       const struct vm_area_struct *b)
{
	if (likely(a->anon_vma)) {
		if (likely(a->anon_vma == b->anon_vma))
			return true;
	}
	return (!a->anon_chain && anon_vma_may_grow(b)) || (!b->anon_chain && anon_vma_may_grow(a));
}
/* `vma` without a chain joins `next`, which has one link at most: takes it over. */
void anon_vma_adopt(struct vm_area_struct *vma, const struct vm_area_struct *next);

/* Keeps one that is in use from being freed / lets go of it again; NULL: nothing. Any context, but
 * anon_vma_lock not held. */
void get_anon_vma(struct anon_vma *anon_vma);
void put_anon_vma(struct anon_vma *anon_vma);

/* The areas that may map one of pages [first, last] of it: the first one's link, the next one's;
 * NULL. anon_vma_lock held. Few are given without a look at their bounds. */
struct anon_vma_chain *anon_vma_first(const struct anon_vma *anon_vma, unsigned long first,
				      unsigned long last);
struct anon_vma_chain *anon_vma_next(struct anon_vma_chain *link, unsigned long first,
				     unsigned long last);

/* For tests: checks an area's chain. Panics. */
void anon_vma_validate(const struct vm_area_struct *vma);
/* Has the area a link to it? */
bool anon_vma_in_chain(const struct vm_area_struct *vma, const struct anon_vma *anon_vma);
void anon_vma_init(void);

#endif
