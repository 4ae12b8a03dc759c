/*
 * page_report.c - what is printed when a request for pages fails.
 *
 *   page allocation failure: order:9, mode:0x20d0(GFP_KERNEL|__GFP_COMP), by
 * kmalloc_large+0x1b/0x60 then every zone: free frames, watermarks, free blocks of each order
 *
 * It tells the three cases apart: no memory at all, memory below the watermarks
 * only, and memory enough but none of it in one piece.
 */
#include "kernel/kallsyms.h"
#include "kernel/printk.h"
#include "kernel/ratelimit.h"
#include "mm/oom.h"
#include "mm/vmstat.h"
#include "internal.h"

static struct ratelimit reports;

/* Combinations before their parts. */
static const struct {
	gfp_t bits;
	const char *name;
} names[] = {
	{GFP_HIGHUSER_MOVABLE, "GFP_HIGHUSER_MOVABLE"},
	{GFP_HIGHUSER, "GFP_HIGHUSER"},
	{GFP_KERNEL, "GFP_KERNEL"},
	{GFP_ATOMIC, "GFP_ATOMIC"},
	{__GFP_DMA, "GFP_DMA"},
	{__GFP_HIGHMEM, "__GFP_HIGHMEM"},
	{__GFP_MOVABLE, "__GFP_MOVABLE"},
	{__GFP_RECLAIMABLE, "__GFP_RECLAIMABLE"},
	{__GFP_WAIT, "__GFP_WAIT"},
	{__GFP_IO, "__GFP_IO"},
	{__GFP_FS, "__GFP_FS"},
	{__GFP_COLD, "__GFP_COLD"},
	{__GFP_NOWARN, "__GFP_NOWARN"},
	{__GFP_NORETRY, "__GFP_NORETRY"},
	{__GFP_NOFAIL, "__GFP_NOFAIL"},
	{__GFP_ZERO, "__GFP_ZERO"},
	{__GFP_COMP, "__GFP_COMP"},
	{__GFP_MEMALLOC, "__GFP_MEMALLOC"},
	{__GFP_THISNODE, "__GFP_THISNODE"},
};

const char *gfp_text(gfp_t gfp, char text[GFP_TEXT_MAX])
{
	int n = 0;

	if (!gfp)
		return "GFP_NOWAIT";
	text[0] = '\0';
	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++) {
		if ((gfp & names[i].bits) != names[i].bits)
			continue;
		n += scnprintf(text + n, GFP_TEXT_MAX - (size_t)n, "%s%s", n ? "|" : "",
			       names[i].name);
		gfp &= ~names[i].bits;
	}
	if (gfp)
		scnprintf(text + n, GFP_TEXT_MAX - (size_t)n, "%s0x%x", n ? "|" : "", gfp);
	return text;
}

void alloc_failed(const struct alloc_request *req)
{
	char text[GFP_TEXT_MAX], by[KSYM_SYMBOL_LEN];

	count_vm_event(VM_ALLOC_FAIL);
	/* Who is being killed has no use for it. */
	if (!(req->gfp & __GFP_NOWARN) && !oom_current_dies() && ratelimit(&reports)) {
		sprint_symbol(by, sizeof(by), (unsigned long)req->caller);
		pr_warn("page allocation failure: order:%u, mode:0x%x(%s), by %s\n", req->order,
			req->gfp, gfp_text(req->gfp, text), by);
		show_free_areas();
	}
	if (req->gfp & __GFP_NOFAIL)
		panic("out of memory: order %u, mode 0x%x(%s), and the caller cannot fail",
		      req->order, req->gfp, gfp_text(req->gfp, text));
}
