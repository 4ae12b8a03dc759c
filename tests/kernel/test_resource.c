/*
 * test_resource.c - claims on ports and addresses: nesting, refusals, the list that /proc
 * shows, and what of this machine must be in it.
 */
#include "kernel/resource.h"
#include "arch/page.h"
#include "i386/sections.h"
#include "kernel/compiler.h"
#include "kernel/errno.h"
#include "kernel/ktap.h"
#include "kernel/printk.h"
#include "kernel/string.h"
#include "mm/page.h"

/* A tree of the test's own. */
static struct resource root = {.name = "test", .start = 100, .end = 199, .shared = true};

/* The tree as text, "start-end:depth ...". */
static const char *shape(void)
{
	static char text[128];
	struct resource_line line;
	unsigned int n;
	int len = 0;

	text[0] = '\0';
	for (n = 0; resource_line(&root, n, &line); n++)
		len += scnprintf(text + len, sizeof(text) - (size_t)len, "%s%lu-%lu:%u",
				 n ? " " : "", (unsigned long)line.start, (unsigned long)line.end,
				 line.depth);
	return text;
}

static int claim(struct resource *res, phys_addr_t start, phys_addr_t end, bool shared)
{
	*res = (struct resource){.name = "t", .start = start, .end = end, .shared = shared};
	return request_resource(&root, res);
}

static void test_nesting(void)
{
	struct resource outer, middle, inner, left, right;

	EXPECT_EQ(claim(&outer, 120, 169, true), 0);
	EXPECT_EQ(claim(&right, 170, 199, false), 0);
	EXPECT_EQ(claim(&left, 100, 119, false), 0);
	EXPECT_EQ(claim(&middle, 130, 139, true), 0);
	EXPECT_EQ(claim(&inner, 139, 139, false), 0);
	EXPECT(strcmp(shape(), "100-119:0 120-169:0 130-139:1 139-139:2 170-199:0") == 0);
	release_resource(&inner);
	release_resource(&left);
	EXPECT(strcmp(shape(), "120-169:0 130-139:1 170-199:0") == 0);
	release_resource(&middle);
	release_resource(&outer);
	release_resource(&right);
	EXPECT(shape()[0] == '\0');
}

/* Every way to meet a neighbour: before, into, within, around, behind it. */
static void test_conflicts(void)
{
	static const struct {
		phys_addr_t start, end;
		int want;
	} rows[] = {
		{130, 139, 0},	    {130, 140, -EBUSY},	 {140, 149, -EBUSY},  {144, 145, -EBUSY},
		{139, 150, -EBUSY}, {149, 155, -EBUSY},	 {150, 155, 0},	      {100, 199, -EBUSY},
		{99, 105, -EINVAL}, {199, 200, -EINVAL}, {110, 109, -EINVAL}, {200, 210, -EINVAL},
		{110, 110, 0},	    {0, 0, -EINVAL},
	};
	struct resource busy, other;
	int old = console_loglevel;
	unsigned int i;

	console_loglevel = 0;
	EXPECT_EQ(claim(&busy, 140, 149, false), 0);
	EXPECT_EQ(request_resource(&root, &busy), -EINVAL);
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		EXPECT_EQ(claim(&other, rows[i].start, rows[i].end, false), rows[i].want);
		if (!rows[i].want)
			release_resource(&other);
	}
	release_resource(&busy);
	/* A shared claim can be divided, but not be reached into from outside. */
	EXPECT_EQ(claim(&busy, 140, 149, true), 0);
	EXPECT_EQ(claim(&other, 149, 150, false), -EBUSY);
	EXPECT_EQ(claim(&other, 140, 149, false), 0);
	release_resource(&other);
	release_resource(&busy);
	console_loglevel = old;
}

static void test_all_or_none(void)
{
	struct resource three[] = {
		{.name = "t", .start = 110, .end = 119},
		{.name = "t", .start = 130, .end = 139},
		{.name = "t", .start = 119, .end = 120},
	};
	int old = console_loglevel;

	console_loglevel = 0;
	EXPECT_EQ(request_resources(&root, three, 3), -EBUSY);
	EXPECT(shape()[0] == '\0');
	EXPECT_EQ(request_resources(&root, three, 2), 0);
	EXPECT(strcmp(shape(), "110-119:0 130-139:0") == 0);
	release_resource(&three[0]);
	release_resource(&three[1]);
	console_loglevel = old;
}

/* The claim on exactly this range: its depth, or -1. */
static int find(const struct resource *tree, const char *name, phys_addr_t start, phys_addr_t end)
{
	struct resource_line line;
	unsigned int n;

	for (n = 0; resource_line(tree, n, &line); n++) {
		if (line.start == start && line.end == end && strcmp(line.name, name) == 0)
			return (int)line.depth;
	}
	return -1;
}

static void test_machine(void)
{
	struct resource_line line;
	pfn_t frames = 0;
	unsigned int n;

	EXPECT_EQ(find(&ioport_resource, "pic1", 0x20, 0x21), 0);
	EXPECT_EQ(find(&ioport_resource, "timer0", 0x40, 0x43), 0);
	EXPECT_EQ(find(&ioport_resource, "dma1", 0, 0x1f), 0);
	EXPECT_EQ(find(&iomem_resource, "Kernel code", __pa(_text), __pa(_etext) - 1), 1);
	EXPECT_EQ(find(&iomem_resource, "Kernel bss", __pa(__bss_start), __pa(_end) - 1), 1);
	EXPECT_EQ(find(&iomem_resource, "Video RAM area", 0xa0000, 0xbffff), 0);
	for (n = 0; resource_line(&iomem_resource, n, &line); n++) {
		if (strcmp(line.name, "System RAM") == 0)
			frames = PFN_UP(line.end);
	}
	EXPECT_EQ(frames, max_pfn);
}

static const struct ktap_case cases[] = {
	{"nesting", test_nesting},
	{"conflicts", test_conflicts},
	{"all_or_none", test_all_or_none},
	{"machine", test_machine},
	{NULL, NULL},
};

const struct ktap_suite resource_suite = {"resource", cases};
