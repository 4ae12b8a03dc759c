/*
 * resource.c - the trees of claims on I/O ports and physical addresses.
 *
 * A claim is a node; its children lie within it, do not overlap, and stand in a list by
 * address. Claims come from drivers (busy: nobody else may have a part) and from the firmware's
 * memory map (shared: the kernel's image is a claim within "System RAM").
 *
 *   iomem_resource ── System RAM ──────── Video RAM ── Reserved ── System RAM ── ...
 *                     00000000-0009efff                 │           │
 *                                                       └ System ROM └ Kernel code ── Kernel data
 *
 * A new claim goes down from the root as long as one shared child holds all of it,
 * and there must find a gap. The lists are short (tens), so they are walked.
 */
#include "kernel/resource.h"
#include "kernel/bug.h"
#include "kernel/errno.h"
#include "kernel/lock.h"
#include "kernel/printk.h"

#define LAST_PORT 0xffff

struct resource ioport_resource = {.name = "ports", .end = LAST_PORT, .shared = true};
struct resource iomem_resource = {.name = "memory", .end = (phys_addr_t)-1, .shared = true};

static DEFINE_SPINLOCK(resource_lock);

static bool holds(const struct resource *outer, const struct resource *inner)
{
	return outer->start <= inner->start && inner->end <= outer->end;
}

/* The link of the parent's list where a claim that starts there belongs. */
static struct resource **find_place(struct resource *parent, phys_addr_t start)
{
	struct resource **link = &parent->child;

	while (*link && (*link)->end < start)
		link = &(*link)->sibling;
	return link;
}

/* Puts the claim into the tree: 0 or -EBUSY, and then *rival is who has a part of it. */
static int insert(struct resource *root, struct resource *res, const struct resource **rival)
{
	struct resource *parent = root, **link, *next;

	for (;;) {
		link = find_place(parent, res->start);
		next = *link;
		if (!next || next->start > res->end)
			break;
		if (!next->shared || !holds(next, res)) {
			*rival = next;
			return -EBUSY;
		}
		parent = next;
	}
	res->parent = parent;
	res->child = NULL;
	res->sibling = next;
	*link = res;
	return 0;
}

int request_resource(struct resource *root, struct resource *res)
{
	const struct resource *rival = NULL;
	unsigned long flags;
	int err = -EINVAL;

	spin_lock_irqsave(&resource_lock, flags);
	if (res->start <= res->end && holds(root, res) && !res->parent)
		err = insert(root, res, &rival);
	spin_unlock_irqrestore(&resource_lock, flags);
	if (rival)
		pr_warn("%s wants %s %lx-%lx, which %s has\n", res->name, root->name,
			(unsigned long)res->start, (unsigned long)res->end, rival->name);
	return err;
}

int request_resources(struct resource *root, struct resource *res, unsigned int n)
{
	unsigned int i;
	int err;

	for (i = 0; i < n; i++) {
		err = request_resource(root, &res[i]);
		if (err)
			goto out_release;
	}
	return 0;
out_release:
	while (i--)
		release_resource(&res[i]);
	return err;
}

void release_resource(struct resource *res)
{
	struct resource **link;
	unsigned long flags;

	spin_lock_irqsave(&resource_lock, flags);
	BUG_ON(!res->parent || res->child);
	link = find_place(res->parent, res->start);
	BUG_ON(*link != res);
	*link = res->sibling;
	res->parent = NULL;
	spin_unlock_irqrestore(&resource_lock, flags);
}

/* The claim that a list shows after `res`; NULL after the last. Counts the depth along. */
static const struct resource *next_in_list(const struct resource *root, const struct resource *res,
					   unsigned int *depth)
{
	if (res->child) {
		++*depth;
		return res->child;
	}
	while (res != root && !res->sibling) {
		res = res->parent;
		--*depth;
	}
	return res == root ? NULL : res->sibling;
}

bool resource_line(const struct resource *root, unsigned int n, struct resource_line *line)
{
	const struct resource *res;
	unsigned int depth = 0;
	unsigned long flags;

	spin_lock_irqsave(&resource_lock, flags);
	for (res = root->child; res && n; n--)
		res = next_in_list(root, res, &depth);
	if (res)
		*line = (struct resource_line){res->name, res->start, res->end, depth};
	spin_unlock_irqrestore(&resource_lock, flags);
	return res != NULL;
}
