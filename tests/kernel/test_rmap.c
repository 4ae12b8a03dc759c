/*
 * test_rmap.c - suite `rmap`: from a page to the entries that map it, with the real CPU's accessed
 * bits and TLB, and pages that move under two address spaces.
 */
#include "kernel/errno.h"
#include "kernel/fs_helpers.h"
#include "kernel/user_helpers.h"
#include "mm/filemap.h"
#include "mm/migrate.h"
#include "mm/rmap.h"
#include "mm/vmstat.h"
#include "proc/task.h"
#include "sched/sched.h"

#define BASE	    0x20000000ul
#define PAGES	    32u
#define CHILDREN    20u
#define GENERATIONS 40u

static unsigned long page_addr(unsigned int page)
{
	return BASE + page * PAGE_SIZE;
}

static struct page *new_page(struct page *from, unsigned long private)
{
	(void)from;
	(void)private;
	return alloc_page(GFP_HIGHUSER_MOVABLE);
}

/* The page behind an address of the current address space, as a reader finds it. Not held. */
static struct page *page_of(unsigned long addr)
{
	struct page *page = get_user_page(current->mm, addr, false);

	if (!EXPECT(!IS_ERR(page)))
		return NULL;
	put_page(page);
	return page;
}

static unsigned int referenced(struct page *page)
{
	unsigned int vm_flags, young;

	lock_page(page);
	young = page_referenced(page, &vm_flags);
	unlock_page(page);
	EXPECT(vm_flags & VM_MAYREAD);
	return young;
}

/* Moves all pages of the area; each must. */
static void move_all(void)
{
	struct page *old[PAGES];
	LIST_HEAD(list);

	for (unsigned int i = 0; i < PAGES; i++) {
		old[i] = page_of(page_addr(i));
		EXPECT_EQ(isolate_page(old[i], &list), 0);
	}
	EXPECT_EQ(migrate_pages(&list, new_page, NULL, 0, MIGRATE_SYNC), 0);
	putback_movable_pages(&list);
	for (unsigned int i = 0; i < PAGES; i++)
		EXPECT(page_of(page_addr(i)) != old[i]);
}

static bool begin_pages(void)
{
	if (!test_mm_begin() || !test_map_anon(BASE, PAGES * PAGE_SIZE, MAP_PRIVATE))
		return false;
	for (unsigned int i = 0; i < PAGES; i++)
		EXPECT_EQ(test_poke(page_addr(i), 1000 + i), 0);
	return true;
}

static bool sees_all(u32 first)
{
	for (unsigned int i = 0; i < PAGES; i++)
		if (!test_sees(page_addr(i), first + i))
			return false;
	return true;
}

/* Parent and child share the pages, which move; then each writes its own. */
static void test_shared_pages_move(void)
{
	struct mm_struct *parent, *child;

	if (!begin_pages())
		return;
	parent = current->mm;
	child = dup_mm(parent, 0);
	if (EXPECT(child)) {
		move_all();
		EXPECT(rmap_validate() >= 2 * PAGES);
		EXPECT(sees_all(1000));
		test_mm_switch(child);
		EXPECT(sees_all(1000));
		for (unsigned int i = 0; i < PAGES; i++)
			EXPECT_EQ(test_poke(page_addr(i), 2000 + i), 0);
		move_all();
		EXPECT(sees_all(2000));
		rmap_validate();
		test_mm_switch(parent);
		EXPECT(sees_all(1000));
		mmput(child);
	}
	move_all();
	EXPECT(sees_all(1000));
	test_mm_end();
}

/* The CPU sets an accessed bit again only when its translation was dropped with the bit. */
static void test_accessed_bits(void)
{
	struct page *page;
	u32 value;

	if (!begin_pages())
		return;
	page = page_of(BASE);
	for (unsigned int i = 0; i < 3; i++) {
		EXPECT_EQ(test_peek(BASE, &value), 0);
		EXPECT_EQ(referenced(page), 1);
		EXPECT_EQ(referenced(page), 0);
	}
	test_mm_end();
}

/* What the mover of a page has in hand in the middle of it. */
struct on_its_way {
	struct page *page;
	struct anon_vma *anon_vma;
	bool done;
};

static int put_back(void *arg)
{
	struct on_its_way *way = arg;

	wait_for_holders();
	remove_migration_ptes(way->page, way->page);
	put_anon_vma(way->anon_vma);
	unlock_page(way->page);
	put_page(way->page);
	way->done = true;
	return 0;
}

/* Who touches a page on its way to another frame sleeps until it is there. */
static void test_fault_waits(void)
{
	u32 waits = vm_event_sum(VM_PGFAULT_MIGRATION);
	struct on_its_way way = {0};

	if (!begin_pages())
		return;
	way.page = get_user_page(current->mm, BASE, true);
	lock_page(way.page);
	way.anon_vma = page_get_anon_vma(way.page);
	EXPECT_EQ(try_to_unmap(way.page, TTU_MIGRATION), UNMAP_DONE);
	EXPECT(page_mapcount(way.page) == 0 && page_count(way.page) == 1);
	if (EXPECT(!IS_ERR(kthread_run(put_back, &way, "mover")))) {
		EXPECT_EQ(test_poke(BASE, 7), 0);
		EXPECT(way.done);
		EXPECT_EQ(vm_event_sum(VM_PGFAULT_MIGRATION) - waits, 1);
	}
	EXPECT(test_sees(BASE, 7));
	rmap_validate();
	test_mm_end();
}

/* More areas than a list has: all are found, and those that have gone are not. */
static void test_many_mappers(void)
{
	struct mm_struct *child[CHILDREN], *parent;
	unsigned int n = 0;
	struct page *page;

	if (!begin_pages())
		return;
	parent = current->mm;
	while (n < CHILDREN && (child[n] = dup_mm(parent, 0)) != NULL)
		n++;
	EXPECT_EQ(n, CHILDREN);
	page = page_of(page_addr(3));
	EXPECT_EQ(page_mapcount(page), n + 1);
	EXPECT_EQ(referenced(page), n + 1);
	EXPECT_EQ(referenced(page), 0);
	for (unsigned int i = 0; i < n; i += 2)
		mmput(child[i]);
	rmap_validate();
	move_all();
	EXPECT(sees_all(1000));
	rmap_validate();
	for (unsigned int i = 1; i < n; i += 2)
		mmput(child[i]);
	test_mm_end();
}

static unsigned int links(const struct vm_area_struct *vma)
{
	unsigned int n = 0;

	for (const struct anon_vma_chain *link = vma->anon_chain; link; link = link->next)
		n++;
	return n;
}

/* Each forks the next one, which writes and outlives it: chains stay short. */
static void test_generations(void)
{
	struct mm_struct *mm, *child;

	if (!begin_pages())
		return;
	for (unsigned int i = 1; i <= GENERATIONS; i++) {
		mm = current->mm;
		child = dup_mm(mm, 0);
		if (!EXPECT(child))
			break;
		test_mm_switch(child);
		EXPECT_EQ(test_poke(page_addr(i % PAGES), 1000 + i % PAGES), 0);
		mmput(mm);
	}
	EXPECT(sees_all(1000));
	rmap_validate();
	EXPECT(links(find_vma(current->mm, BASE)) <= 3);
	move_all();
	test_mm_end();
}

/* Write-back's look at a shared page: the next write must fault. */
static void test_mkclean(void)
{
	u32 faults;
	struct file *file;
	struct page *page;

	if (!test_fs_begin())
		return;
	EXPECT_EQ(test_make_file("/f", PAGE_SIZE, 5), 0);
	file = filp_open("/f", O_RDWR, 0);
	if (EXPECT(!IS_ERR(file)) && EXPECT(test_mm_begin())) {
		EXPECT_EQ(mm_mmap(current->mm, &file->mf, BASE, PAGE_SIZE, PROT_READ | PROT_WRITE,
				  MAP_SHARED | MAP_FIXED, 0),
			  BASE);
		EXPECT_EQ(test_poke(BASE, 1), 0);
		page = page_of(BASE);
		lock_page(page);
		EXPECT_EQ(page_mkclean(page), 1);
		EXPECT_EQ(page_mkclean(page), 0);
		unlock_page(page);
		faults = vm_event_sum(VM_PGFAULT_SHARED);
		EXPECT_EQ(test_poke(BASE, 2), 0);
		EXPECT_EQ(vm_event_sum(VM_PGFAULT_SHARED) - faults, 1);
		rmap_validate();
		test_mm_end();
	}
	if (!IS_ERR(file))
		fput(file);
	test_fs_end();
}

static const struct ktap_case cases[] = {
	{"shared_pages_move", test_shared_pages_move},
	{"accessed_bits", test_accessed_bits},
	{"fault_waits_for_a_page_on_its_way", test_fault_waits},
	{"many_mappers", test_many_mappers},
	{"generations_of_forks", test_generations},
	{"page_mkclean", test_mkclean},
	{NULL, NULL},
};

const struct ktap_suite rmap_suite = {"rmap", cases};
