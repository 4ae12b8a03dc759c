/*
 * proc_resource.c - /proc/iomem and /proc/ioports: the trees of claims in Linux's format,
 * `start-end : name`, two blanks further in for each claim that holds the line's.
 */
#include "fs/proc/proc.h"
#include "kernel/resource.h"

#define MEMORY_DIGITS 8
#define PORT_DIGITS   4

/* Line by line: a claim that comes or goes meanwhile may be shown or not, never half. */
static int show_tree(struct text *text, const struct resource *root, int digits)
{
	struct resource_line line;
	unsigned int n;

	for (n = 0; resource_line(root, n, &line); n++)
		text_printf(text, "%*s%0*lx-%0*lx : %s\n", (int)line.depth * 2, "", digits,
			    (unsigned long)line.start, digits, (unsigned long)line.end, line.name);
	return 0;
}

int proc_show_iomem(struct text *text)
{
	return show_tree(text, &iomem_resource, MEMORY_DIGITS);
}

int proc_show_ioports(struct text *text)
{
	return show_tree(text, &ioport_resource, PORT_DIGITS);
}
