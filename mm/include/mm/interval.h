/* interval.h - a node of a tree of page ranges that may overlap (area/interval_tree.c). */
#ifndef MM_INTERVAL_H
#define MM_INTERVAL_H

#include "kernel/rbtree.h"

struct interval_node {
	struct rb_node rb;
	unsigned long first, last;  /* pages, both included; changed as area/internal.h says */
	unsigned long subtree_last; /* the last page that any range of its subtree holds */
};

#endif
