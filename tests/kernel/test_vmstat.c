/*
 * test_vmstat.c - suite `vmstat`: each event moves its lines of /proc/vmstat, and by how much.
 *
 * A table: what is done, and what the lines of the file must say afterwards. Lines
 * that only ever grow may also count what goes on beside; those of use may not.
 */
#include "kernel/fs_helpers.h"
#include "kernel/bio.h"
#include "kernel/cmdline.h"
#include "kernel/ktap.h"
#include "kernel/string.h"
#include "kernel/user_helpers.h"
#include "fs/proc/proc_vmstat.h"
#include "mm/compaction.h"
#include "mm/filemap.h"
#include "mm/mempolicy.h"
#include "mm/slab.h"
#include "mm/vmstat.h"
#include "sched/sched.h"

#define BASE	   0x20000000ul
#define PAGES	   5
#define DIRTIED	   (PAGES + 1) /* the block with the inode too */
#define MORE	   0x7fffffffl /* at least one */
#define LINES_MOST 6

static struct file *file;
static struct mm_struct *child;
static struct page *block;

static void map_private(void)
{
	test_map_anon(BASE, 16 * PAGE_SIZE, MAP_PRIVATE);
}

static void touch(unsigned long addr, unsigned int pages)
{
	for (unsigned int i = 0; i < pages; i++)
		EXPECT_EQ(test_poke(addr + i * PAGE_SIZE, i), 0);
}

static void write_private(void)
{
	touch(BASE, PAGES);
}

static void read_private(void)
{
	u32 value;

	EXPECT_EQ(test_peek(BASE + PAGES * PAGE_SIZE, &value), 0);
}

static void fork_child(void)
{
	child = dup_mm(current->mm, 0);
	EXPECT(child);
}

static void write_page(void)
{
	touch(BASE, 1);
}

static void end_child(void)
{
	mmput(child);
}

static void write_own(void)
{
	touch(BASE + PAGE_SIZE, 1);
}

static void unmap(void)
{
	EXPECT_EQ(mm_munmap(current->mm, BASE, 16 * PAGE_SIZE), 0);
}

static void write_shmem(void)
{
	test_map_anon(BASE, 16 * PAGE_SIZE, MAP_SHARED);
	touch(BASE, PAGES);
	EXPECT_EQ(current->mm->rss_shmem, PAGES);
	EXPECT_EQ(current->mm->rss_file, 0);
}

static void open_file(void)
{
	EXPECT_EQ(test_make_file("/f", PAGES * PAGE_SIZE, 1), 0);
	test_fs_remount();
	file = filp_open("/f", O_RDWR, 0);
	EXPECT(!IS_ERR(file));
}

static void read_file(void)
{
	EXPECT(test_verify(file, 0, PAGES * PAGE_SIZE, 1));
}

static void write_file(void)
{
	EXPECT_EQ(test_write(file, 0, PAGES * PAGE_SIZE, 2), PAGES * PAGE_SIZE);
}

static void sync_file(void)
{
	EXPECT_EQ(filemap_sync(&file->inode->mapping), 0);
}

static void map_file(void)
{
	EXPECT_EQ(mm_mmap(current->mm, &file->mf, BASE, PAGES * PAGE_SIZE, PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_FIXED, 0),
		  BASE);
	touch(BASE, 2);
}

static void truncate_file(void)
{
	truncate_inode_pages(&file->inode->mapping, 0);
}

static void close_file(void)
{
	fput(file);
}

static void take_block(void)
{
	block = alloc_pages(GFP_KERNEL, 3);
	EXPECT(block);
}

static void free_block(void)
{
	__free_pages(block, 3);
}

static void take_bound(void)
{
	struct mempolicy policy;
	struct page *page;

	EXPECT_EQ(mempolicy_set(&policy, MPOL_BIND, 1u << (nr_online_nodes - 1)), 0);
	page = alloc_page_policy(&policy, GFP_HIGHUSER_MOVABLE);
	if (EXPECT(page))
		__free_page(page);
}

static void compact(void)
{
	compact_memory();
}

static const struct event {
	const char *name;
	void (*happen)(void);
	struct {
		const char *line;
		long change;
	} lines[LINES_MOST];
} events[] = {
	{"areas cost nothing", map_private, {{"nr_anon_pages", 0}, {"nr_page_table_pages", 0}}},
	{"private pages written",
	 write_private,
	 {{"nr_anon_pages", PAGES},
	  {"pgfault", MORE},
	  {"pgfault_anon", PAGES},
	  {"pgclear", MORE},
	  {"nr_page_table_pages", 1},
	  {"nr_mapped", 0}}},
	{"a page read", read_private, {{"nr_anon_pages", 0}, {"pgfault_anon_zero", 1}}},
	{"fork", fork_child, {{"nr_anon_pages", 0}, {"nr_page_table_pages", 1}}},
	{"the copy of a page",
	 write_page,
	 {{"nr_anon_pages", 1}, {"pgfault_cow", 1}, {"pgreuse", 0}}},
	{"the child's end", end_child, {{"nr_anon_pages", -1}, {"nr_page_table_pages", -1}}},
	{"a page that is ours alone", write_own, {{"nr_anon_pages", 0}, {"pgreuse", 1}}},
	{"munmap",
	 unmap,
	 {{"nr_anon_pages", -PAGES}, {"pgfree", MORE}, {"nr_page_table_pages", -1}}},
	{"shared memory written",
	 write_shmem,
	 {{"nr_shmem", PAGES},
	  {"nr_file_pages", PAGES},
	  {"nr_mapped", PAGES},
	  {"nr_anon_pages", 0},
	  {"nr_dirty", 0},
	  {"nr_dirtied", 0}}},
	{"shared memory unmapped",
	 unmap,
	 {{"nr_shmem", -PAGES}, {"nr_file_pages", -PAGES}, {"nr_mapped", -PAGES}}},
	{"a file on the disk", open_file, {{"nr_mapped", 0}, {"pgpgout", MORE}}},
	{"a file read", read_file, {{"nr_dirty", 0}, {"pgpgin", MORE}}},
	{"a file written",
	 write_file,
	 {{"nr_dirtied", DIRTIED},
	  {"nr_dirty", DIRTIED},
	  {"nr_written", 0},
	  {"nr_zone_write_pending", DIRTIED}}},
	{"a file brought to the disk",
	 sync_file,
	 {{"nr_written", PAGES}, {"nr_dirty", -PAGES}, {"nr_dirtied", 0}, {"nr_writeback", 0}}},
	{"a file mapped and written",
	 map_file,
	 {{"nr_mapped", 2}, {"nr_dirty", 2}, {"nr_dirtied", 2}, {"pgfault_shared", 2}}},
	{"the same to the disk", sync_file, {{"nr_written", 2}, {"nr_dirty", -2}}},
	{"written again", write_page, {{"pgreuse", 1}, {"nr_dirtied", 1}, {"nr_mapped", 0}}},
	{"a file cut short",
	 truncate_file,
	 {{"nr_mapped", -2}, {"nr_dirty", -1}, {"nr_written", 0}}},
	{"unmapped and closed", unmap, {{"nr_mapped", 0}}},
	{"closed", close_file, {{"nr_dirty", 0}}},
	{"eight frames taken", take_block, {{"nr_free_pages", -8}}},
	{"eight frames freed", free_block, {{"nr_free_pages", 8}, {"pgfree", MORE}}},
	{"bound to a node that has room",
	 take_bound,
	 {{"numa_hit", 1}, {"numa_miss", 0}, {"numa_foreign", 0}}},
	{"compaction", compact, {{"compact_migrate_scanned", MORE}, {"nr_isolated_file", 0}}},
};

/* The number on the line of that name; false, with a failure, when there is none. */
static bool line_value(const struct text *text, const char *name, unsigned long *value)
{
	const char *line = text->buf;
	size_t len = strlen(name);

	while (line && *line) {
		if (!strncmp(line, name, len) && line[len] == ' ') {
			*value = 0;
			for (line += len + 1; *line >= '0' && *line <= '9'; line++)
				*value = *value * 10 + (unsigned long)(*line - '0');
			return true;
		}
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	ktap_fail(__FILE__, __LINE__, "no line %s", name);
	return false;
}

static bool read_values(const struct event *event, unsigned long values[LINES_MOST])
{
	struct text text = {0};
	bool ok;

	ok = EXPECT_EQ(proc_show_vmstat(&text), 0) && EXPECT(!text.err);
	if (ok)
		text_append(&text, "", 1); /* its end, for the search */
	for (unsigned int i = 0; ok && i < LINES_MOST && event->lines[i].line; i++)
		ok = line_value(&text, event->lines[i].line, &values[i]);
	text_free(&text);
	return ok;
}

static void try_event(const struct event *event)
{
	unsigned long before[LINES_MOST], after[LINES_MOST];

	if (!read_values(event, before))
		return;
	event->happen();
	if (!read_values(event, after))
		return;
	for (unsigned int i = 0; i < LINES_MOST && event->lines[i].line; i++) {
		long wanted = event->lines[i].change, change = (long)(after[i] - before[i]);

		if (wanted == MORE ? change < 1 : change != wanted)
			ktap_fail(__FILE__, __LINE__, "%s: %s changes by %ld, not %ld", event->name,
				  event->lines[i].line, change, wanted);
	}
}

static void test_events(void)
{
	if (cmdline_has("nocow")) {
		ktap_skip("fork copies pages (nocow)");
		return;
	}
	if (!test_fs_begin() || !test_mm_begin())
		return;
	for (unsigned int i = 0; i < ARRAY_SIZE(events); i++)
		try_event(&events[i]);
	vmstat_validate();
	test_mm_end();
	test_fs_end();
}

/* Every event that user programs or other suites cannot miss has a name of its own in the file. */
static void test_names(void)
{
	struct text text = {0};
	unsigned long value;

	if (!EXPECT_EQ(proc_show_vmstat(&text), 0))
		return;
	text_append(&text, "", 1);
	for (unsigned int i = 0; i < NR_VM_EVENTS; i++)
		line_value(&text, vm_event_names[i], &value);
	text_free(&text);
}

#define OBJECTS 512u
#define ROUNDS	4u

static struct kmem_cache *cache;
static void *objects[OBJECTS];
static volatile bool stop, stopped;

/* Takes a lot of objects, or gives them back, and comes again. */
static void take_or_give(struct bio *bio)
{
	for (unsigned int i = 0; i < OBJECTS; i++) {
		if (objects[i])
			kmem_cache_free(cache, objects[i]);
		objects[i] = objects[i] || stop ? NULL : kmem_cache_alloc(cache, GFP_ATOMIC);
	}
	stopped = stop && !objects[0];
	if (!stopped)
		submit_bio(bio);
}

/* Interrupts take slabs and give them back while the pages of slabs are counted. */
static void count_while_slabs_change(struct block_device *hda, struct page *page)
{
	struct bio_vec vec;
	struct bio bio;

	bio_init(&bio, &vec, 1);
	bio.bdev = hda;
	bio.end_io = take_or_give;
	bio_add_page(&bio, page, 0, PAGE_SIZE);
	stop = stopped = false;
	submit_bio(&bio);
	for (unsigned int i = 0; i < ROUNDS; i++)
		vmstat_validate();
	stop = true;
	while (!stopped)
		schedule_timeout(1);
}

/* Where all is counted again, interrupts are off for long: only who asks for `validate` has that.
 */
static void test_interrupts(void)
{
	struct block_device *hda = blkdev_find("hda");
	struct page *page;

	if (!cmdline_has("validate")) {
		ktap_skip("no validate on the command line");
		return;
	}
	page = alloc_page(GFP_KERNEL);
	cache = kmem_cache_create("vmstat_test", 1000, 0, 0, NULL);
	if (!hda)
		ktap_skip("no disk");
	else if (EXPECT(page) && EXPECT(cache))
		count_while_slabs_change(hda, page);
	if (cache)
		EXPECT_EQ(kmem_cache_destroy(cache), 0);
	if (page)
		__free_page(page);
}

static const struct ktap_case cases[] = {
	{"events", test_events},
	{"interrupts", test_interrupts},
	{"names", test_names},
	{NULL, NULL},
};

const struct ktap_suite vmstat_suite = {"vmstat", cases};
