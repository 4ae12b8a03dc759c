/*
 * resource.h - who uses which I/O ports and which physical addresses: two trees of
 * claims, shown as /proc/ioports and /proc/iomem.
 */
#ifndef KERNEL_RESOURCE_H
#define KERNEL_RESOURCE_H

#include "kernel/compiler.h"
#include "kernel/types.h"

/* A claim on [start, end], both ends in it. The claimant keeps the memory; it sets the first four.
 */
struct resource {
	const char *name; /* as /proc shows it; lives as long as the claim */
	phys_addr_t start, end;
	bool shared; /* others may claim parts of it: a range of the firmware's map */
	struct resource *parent, *child, *sibling; /* resource_lock; siblings by address */
};

/* All ports, all physical addresses that 32 bits name. */
extern struct resource ioport_resource, iomem_resource;

/*
 * Claims what `res` describes, below `root`: as a child of the innermost shared claim that holds
 * all of it. Returns 0, -EINVAL (end before start, outside of root, already claimed) or -EBUSY
 * (a part of it is another's). Any context; takes resource_lock.
 */
int __must_check request_resource(struct resource *root, struct resource *res);
/* The same for `n` claims of one owner: all of them, or none and the first error. */
int __must_check request_resources(struct resource *root, struct resource *res, unsigned int n);
/* Gives a claim up. It must have been granted, and have no claims in it. */
void release_resource(struct resource *res);

/* A line of the list of claims. */
struct resource_line {
	const char *name;
	phys_addr_t start, end;
	unsigned int depth; /* 0: directly below the root */
};

/* Copies claim number `n` (from 0) in the order of a list, parents first; false past the last. */
bool resource_line(const struct resource *root, unsigned int n, struct resource_line *line);

#endif
