/*
 * test_procfs.c - the statistics files: read through the file layer in pieces of every
 * size, and their figures against each other and against what the kernel knows.
 *
 * Figures are compared with a text that has its memory already: making it
 * changes nothing that it tells of.
 */
#include "i386/uaccess.h"
#include "fs/vfs/bdev.h"
#include "fs/proc/proc.h"
#include "fs/proc/proc_vmstat.h"
#include "kernel/fs_helpers.h"
#include "kernel/printk.h"
#include "kernel/string.h"
#include "kernel/user_helpers.h"
#include "mm/slab.h"
#include "mm/vmstat.h"
#include "mm/zone_stat.h"
#include "proc/task.h"

#define BASE	  0x20000000ul
#define TEXT_SIZE (128u << 10) /* more than any of the files */
#define KIB	  (PAGE_SIZE / 1024)

/* Every file that is about memory; /proc/sys and /sys in test_tree() and its kin. */
static const char *const files[] = {
	"/proc/buddyinfo",
	"/proc/pagetypeinfo",
	"/proc/zoneinfo",
	"/proc/meminfo",
	"/proc/vmstat",
	"/proc/slabinfo",
	"/proc/vmallocinfo",
	"/sys/devices/system/node/node0/meminfo",
	"/sys/devices/system/node/node0/vmstat",
};

/* Reads from *pos on, at most `step` bytes a time, into buf: bytes, or errno. */
static ssize_t read_from(struct file *file, loff_t pos, size_t step, char *buf)
{
	size_t len = 0;
	ssize_t n;

	for (;;) {
		n = file->ops->read(file, (void *)BASE, step, &pos);
		if (n < 0)
			return n;
		if (n == 0)
			return (ssize_t)len;
		if ((size_t)n > step || len + (size_t)n > TEXT_SIZE ||
		    copy_from_user(buf + len, (const void *)BASE, (size_t)n))
			return -EFAULT;
		len += (size_t)n;
	}
}

/* Byte by byte, and in one piece from the second byte on: the same text of one moment. */
static void check_reads(const char *path, char *buf)
{
	struct file *file = filp_open(path, O_RDONLY, 0);
	ssize_t len, rest;
	char *again = buf + TEXT_SIZE;

	if (IS_ERR(file)) {
		ktap_fail(__FILE__, __LINE__, "%s: %ld", path, PTR_ERR(file));
		return;
	}
	len = read_from(file, 0, 1, buf);
	rest = read_from(file, 1, PAGE_SIZE, again);
	if (len < 2 || rest != len - 1 || memcmp(buf + 1, again, (size_t)rest) != 0)
		ktap_fail(__FILE__, __LINE__, "%s: %ld bytes one by one, %ld at once", path,
			  (long)len, (long)rest);
	else if (buf[len - 1] != '\n' || memchr(buf, '\0', (size_t)len))
		ktap_fail(__FILE__, __LINE__, "%s: no text that ends with a line", path);
	fput(file);
}

static void test_reads(void)
{
	char *buf;

	if (!test_fs_begin())
		return;
	buf = kmalloc(2 * TEXT_SIZE, GFP_KERNEL);
	if (EXPECT(buf) && EXPECT(test_mm_begin())) {
		test_map_anon(BASE, PAGE_SIZE, MAP_PRIVATE);
		for (unsigned int i = 0; i < ARRAY_SIZE(files); i++)
			check_reads(files[i], buf);
		test_mm_end();
	}
	kfree(buf);
	test_fs_end();
}

/* --- Figures of a text --- */

static struct text text;

static bool text_begin(void)
{
	text = (struct text){.buf = kmalloc(TEXT_SIZE, GFP_KERNEL), .size = TEXT_SIZE};
	return EXPECT(text.buf);
}

/* The file's text now, with a NUL behind it. */
static const char *make(int (*show)(struct text *text))
{
	text.len = 0;
	EXPECT_EQ(show(&text), 0);
	EXPECT_EQ(text.err, 0);
	EXPECT_EQ(text.size, TEXT_SIZE);
	text_append(&text, "", 1);
	return text.buf;
}

/* The number at *at, behind blanks; *at goes behind it. */
static unsigned long number_at(const char **at)
{
	const char *s = *at;
	unsigned long n = 0;

	while (*s == ' ')
		s++;
	if (*s < '0' || *s > '9')
		ktap_fail(__FILE__, __LINE__, "no number: \"%.20s\"", s);
	for (; *s >= '0' && *s <= '9'; s++)
		n = n * 10 + (unsigned long)(*s - '0');
	*at = s;
	return n;
}

/* The number behind a label; `from` (may be NULL) goes behind it. */
static unsigned long number_after(const char **from, const char *label)
{
	const char *at = strstr(*from, label);

	if (!at) {
		ktap_fail(__FILE__, __LINE__, "no \"%s\"", label);
		return 0;
	}
	at += strlen(label);
	*from = at;
	return number_at(from);
}

static unsigned long value(const char *in, const char *label)
{
	return number_after(&in, label);
}

/* The sum of the numbers behind all places of a label. */
static unsigned long sum(const char *in, const char *label)
{
	unsigned long total = 0;

	while (strstr(in, label))
		total += number_after(&in, label);
	return total;
}

/* Behind the last character of a row's head, "zone   Normal, type      Movable". */
static const char *row_of(const char *in, const struct zone *zone, const char *type)
{
	char head[64];
	const char *at;

	if (type)
		snprintf(head, sizeof(head), "Node %4d, zone %8s, type %12s ", zone->node->node_id,
			 zone->name, type);
	else
		snprintf(head, sizeof(head), "Node %d, zone %8s ", zone->node->node_id, zone->name);
	at = strstr(in, head);
	if (!EXPECT(at))
		return NULL;
	return at + strlen(head);
}

static unsigned long free_in_lists(void)
{
	unsigned long pages = 0;
	struct zone *zone;

	for_each_zone (zone)
		for (unsigned int order = 0; order < MAX_ORDER; order++)
			pages += zone->free_area[order].nr_free << order;
	return pages;
}

static unsigned long buddyinfo_pages(void)
{
	const char *in = make(proc_show_buddyinfo);
	unsigned long pages = 0;
	struct zone *zone;

	for_each_zone (zone) {
		const char *row = zone->present_pages ? row_of(in, zone, NULL) : NULL;

		for (unsigned int order = 0; row && order < MAX_ORDER; order++)
			pages += number_at(&row) << order;
	}
	return pages;
}

/* Free memory is the same in all files, and more of it when pages are given back. */
static void test_free_sums(void)
{
	unsigned long free, isolated = 0;
	struct zone *zone;
	const char *in;

	if (!text_begin())
		return;
	for_each_zone (zone)
		isolated += zone->nr_isolated;
	EXPECT_EQ(buddyinfo_pages(), free_in_lists());
	in = make(proc_show_zoneinfo);
	free = sum(in, "pages free ");
	EXPECT_EQ(free + isolated, free_in_lists());
	EXPECT_EQ(sum(in, "nr_free_pages "), free + sum(in, " count:"));
	free += sum(in, " count:");
	EXPECT_EQ(value(make(proc_show_meminfo), "MemFree:") / KIB, free);
	EXPECT_EQ(value(make(proc_show_vmstat), "nr_free_pages"), free);
	EXPECT_EQ(nr_free_pages(), free);
	kfree(text.buf);
}

static void test_totals(void)
{
	unsigned long total, managed = 0;
	struct zone *zone;
	const char *in;

	if (!text_begin())
		return;
	for_each_zone (zone)
		managed += zone->managed_pages;
	EXPECT_EQ(sum(make(proc_show_zoneinfo), "managed "), managed);
	in = make(proc_show_meminfo);
	total = value(in, "MemTotal:");
	EXPECT_EQ(total / KIB, managed);
	EXPECT_EQ(value(in, "LowTotal:") + value(in, "HighTotal:"), total);
	EXPECT_EQ(value(in, "LowFree:") + value(in, "HighFree:"), value(in, "MemFree:"));
	EXPECT_EQ(value(in, "DirectMap4k:") + value(in, "DirectMap4M:"), max_low_pfn * KIB);
	EXPECT(value(in, "MemAvailable:") <= total);
	EXPECT(value(in, "VmallocUsed:") <= value(in, "VmallocTotal:"));
	kfree(text.buf);
}

static void check_types_of(const char *in, struct zone *zone)
{
	static const char *const names[] = {"Unmovable", "Movable", "Reclaimable", "HighAtomic",
					    "Isolate"};
	unsigned long blocks[MAX_ORDER] = {0}, pageblocks = 0, want;
	const char *row;

	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++) {
		row = row_of(in, zone, names[i]);
		for (unsigned int order = 0; row && order < MAX_ORDER; order++)
			blocks[order] += number_at(&row);
	}
	for (unsigned int order = 0; order < MAX_ORDER; order++)
		EXPECT_EQ(blocks[order], zone->free_area[order].nr_free);
	row = row_of(in, zone, NULL);
	for (unsigned int i = 0; row && i < ARRAY_SIZE(names); i++)
		pageblocks += number_at(&row);
	want = DIV_ROUND_UP(zone->start_pfn + zone->spanned_pages, PAGEBLOCK_PAGES) -
	       zone->start_pfn / PAGEBLOCK_PAGES;
	EXPECT(pageblocks > 0 && pageblocks <= want);
}

static void test_types(void)
{
	struct zone *zone;
	const char *in;

	if (!text_begin())
		return;
	in = make(proc_show_pagetypeinfo);
	EXPECT_EQ(value(in, "Page block order:"), PAGEBLOCK_ORDER);
	EXPECT_EQ(value(in, "Pages per block:"), PAGEBLOCK_PAGES);
	for_each_zone (zone)
		if (zone->present_pages)
			check_types_of(in, zone);
	kfree(text.buf);
}

/* The caches' pages and objects together; making the file takes one object for a while. */
static void check_slabinfo(void)
{
	unsigned long slab = 0, objects = 0, before = slab_pages(), after;
	const char *in = strstr(make(proc_show_slabinfo), "<sharedavail>\n");

	if (!EXPECT(in))
		return;
	for (in = strchr(in, '\n') + 1; *in; in = strchr(in, '\n') + 1) {
		const char *at = strchr(in, ' ');
		unsigned long active = number_at(&at), all = number_at(&at);
		unsigned long pages;

		number_at(&at);
		EXPECT(active <= all);
		objects += active;
		number_at(&at);
		pages = number_at(&at);
		number_after(&at, "slabdata");
		slab += pages * number_at(&at);
	}
	after = slab_pages();
	EXPECT(min(before, after) <= slab && slab <= max(before, after) + 1);
	EXPECT_EQ(objects, slab_objects_in_use() + 1);
}

/* Counters that change as things happen are what the struct pages say. */
static void test_usage(void)
{
	void *object = kmalloc(1024, GFP_KERNEL); /* its slab is of several pages */
	unsigned long slab;
	const char *in;

	if (!EXPECT(object) || !test_fs_begin())
		return;
	EXPECT_EQ(test_make_file("/f", 5 * PAGE_SIZE, 1), 0);
	if (!text_begin())
		goto out_end;
	in = make(proc_show_meminfo);
	slab = value(in, "Slab:") / KIB;
	EXPECT_EQ(slab, slab_pages());
	EXPECT_EQ(value(in, "SReclaimable:") / KIB, slab_pages_reclaimable());
	EXPECT_EQ(value(in, "SReclaimable:") + value(in, "SUnreclaim:"), slab * KIB);
	EXPECT_EQ((value(in, "Cached:") + value(in, "Buffers:")) / KIB, nr_cached_pages());
	EXPECT_EQ(value(in, "Buffers:") / KIB, nr_buffer_pages());
	EXPECT_EQ(value(in, "Dirty:") / KIB, nr_dirty_pages());
	EXPECT(nr_dirty_pages() >= 5);
	check_slabinfo();
	vmstat_validate();
	kfree(text.buf);
out_end:
	test_fs_end();
	kfree(object);
}

/* Pages that come into use are counted once each, wherever they are mapped. */
static void test_mapped(void)
{
	struct vm_stat before, after;

	if (!test_mm_begin())
		return;
	vm_stat_of_all(&before);
	test_map_anon(BASE, 16 * PAGE_SIZE, MAP_PRIVATE);
	test_map_anon(BASE + PGDIR_SIZE, 16 * PAGE_SIZE, MAP_SHARED);
	for (unsigned int i = 0; i < 3; i++)
		EXPECT_EQ(test_poke(BASE + i * PAGE_SIZE, i), 0);
	for (unsigned int i = 0; i < 5; i++)
		EXPECT_EQ(test_poke(BASE + PGDIR_SIZE + i * PAGE_SIZE, i), 0);
	vm_stat_of_all(&after);
	vmstat_validate();
#define EXPECT_MORE(what, n) EXPECT_EQ(after.item[VM_STAT_##what] - before.item[VM_STAT_##what], n)
	EXPECT_MORE(ANON, 3);
	EXPECT_MORE(SHMEM, 5);
	EXPECT_MORE(FILE, 5);
	EXPECT_MORE(MAPPED, 5);
	EXPECT_MORE(DIRTY, 0);
	EXPECT_MORE(TABLES, 2);
	EXPECT_MORE(STACK_KIB, 0);
	test_mm_end();
	vm_stat_of_all(&after);
	EXPECT_MORE(ANON, 0);
	EXPECT_MORE(FILE, 0);
	EXPECT_MORE(TABLES, 0);
#undef EXPECT_MORE
}

/* The nodes' files together are the system's. */
static void test_nodes(void)
{
	struct vm_stat all, node, total = {0};

	vm_stat_of_all(&all);
	for (int nid = 0; nid < nr_online_nodes; nid++) {
		vm_stat_of_node(&node, NODE_DATA(nid));
		for (unsigned int i = 0; i < NR_VM_STATS; i++)
			total.item[i] += node.item[i];
	}
	for (unsigned int i = 0; i < NR_VM_STATS; i++)
		if (total.item[i] != all.item[i])
			ktap_fail(__FILE__, __LINE__, "item %u: %lu in nodes, %lu in all", i,
				  total.item[i], all.item[i]);
	EXPECT_EQ(all.item[VM_STAT_STACK_KIB] % (THREAD_SIZE / 1024), 0);
}

static const struct ktap_case cases[] = {
	{"reads", test_reads},	 {"free_sums", test_free_sums},
	{"totals", test_totals}, {"types", test_types},
	{"usage", test_usage},	 {"mapped", test_mapped},
	{"nodes", test_nodes},	 {NULL, NULL},
};

const struct ktap_suite procfs_suite = {"procfs", cases};
