/*
 * test_rmap.c - which areas may map an anonymous page, and what is done with those that do.
 *
 * Cases draw how areas join or stay apart by their anon_vmas; then random families of address
 * spaces fork, write, protect, unmap and exit, with allocations that fail, and after
 * each step every page's reverse map is compared with a walk of all page tables.
 */
#include "../../mm/area/internal.h"
#include "../../mm/fault/internal.h"
#include "fake_file.h"
#include "machine.h"
#include "mm/filemap.h"
#include "mm/rmap.h"
#include "test.h"
#include "user.h"
#include <stdio.h>
#include <string.h>

#define BASE   (0x20400000ul - 8 * PAGE_SIZE) /* areas cross the end of a page table */
#define PAGES  40u
#define FAMILY 8u
#define SWAP   3u
#define RW     (PROT_READ | PROT_WRITE)
#define ANON   (MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED)

static struct mm_struct *mm;

static unsigned long page_addr(unsigned int page)
{
	return BASE + (unsigned long)page * PAGE_SIZE;
}

static void map(struct mm_struct *in, unsigned int page, unsigned int n)
{
	CHECK_EQ(mm_mmap(in, NULL, page_addr(page), n * PAGE_SIZE, RW, ANON, 0),
		 (long)page_addr(page));
}

static void write_page(struct mm_struct *in, unsigned int page)
{
	CHECK_EQ(user_write(in, page_addr(page), 1), 0);
}

/* The areas as "0-3 5-9": pages, the last one included. */
static bool areas_are(struct mm_struct *in, const char *want)
{
	char seen[256] = "";
	size_t n = 0;

	for (const struct vm_area_struct *vma = in->mmap; vma; vma = vma->vm_next)
		n += (size_t)snprintf(seen + n, sizeof(seen) - n, "%s%lu-%lu", n ? " " : "",
				      (vma->vm_start - BASE) >> PAGE_SHIFT,
				      ((vma->vm_end - BASE) >> PAGE_SHIFT) - 1);
	if (strcmp(seen, want))
		printf("# areas: %s\n", seen);
	return !strcmp(seen, want);
}

static unsigned int chain_length(const struct vm_area_struct *vma)
{
	unsigned int n = 0;

	for (const struct anon_vma_chain *link = vma->anon_chain; link; link = link->next)
		n++;
	return n;
}

static struct page *page_at(struct mm_struct *in, unsigned int page)
{
	return pfn_to_page(pte_pfn(user_entry(in, page_addr(page))));
}

static void begin(void)
{
	user_ledger_open();
	fake_file_reset(PAGES * PAGE_SIZE);
	mm = mm_alloc();
}

static void end(void)
{
	user_check_counts();
	mmput(mm);
	truncate_inode_pages(&fake_mapping, 0);
	user_ledger_close();
}

static void test_joins(void)
{
	begin();
	/* A written, B never: one area. */
	map(mm, 0, 4);
	write_page(mm, 0);
	map(mm, 4, 4);
	CHECK(areas_are(mm, "0-7"));
	/* Both written, each for itself; what comes between joins the one before. */
	map(mm, 12, 4);
	write_page(mm, 12);
	map(mm, 8, 4);
	CHECK(areas_are(mm, "0-11 12-15"));
	/* Never written, before and between. */
	map(mm, 20, 4);
	map(mm, 28, 4);
	write_page(mm, 28);
	map(mm, 24, 4);
	CHECK(areas_are(mm, "0-11 12-15 20-31"));
	CHECK(chain_length(find_vma(mm, page_addr(20))) == 1);
	end();
}

/* Parts of an area have the same anon_vma, neighbours take each other's, and so they join again. */
static void test_protect(void)
{
	begin();
	map(mm, 0, 12);
	write_page(mm, 5);
	CHECK_EQ(mm_mprotect(mm, page_addr(4), 4 * PAGE_SIZE, PROT_READ), 0);
	CHECK(areas_are(mm, "0-3 4-7 8-11"));
	CHECK_EQ(mm_mprotect(mm, page_addr(4), 4 * PAGE_SIZE, RW), 0);
	CHECK(areas_are(mm, "0-11"));
	/* Cut before anybody wrote: the first one's is taken over by the second. */
	map(mm, 20, 8);
	CHECK_EQ(mm_mprotect(mm, page_addr(24), 4 * PAGE_SIZE, PROT_READ), 0);
	write_page(mm, 20);
	CHECK_EQ(mm_mprotect(mm, page_addr(20), 4 * PAGE_SIZE, PROT_READ | PROT_EXEC), 0);
	CHECK_EQ(mm_mprotect(mm, page_addr(24), 4 * PAGE_SIZE, RW), 0);
	write_page(mm, 24);
	CHECK(areas_are(mm, "0-11 20-23 24-27"));
	CHECK_EQ(mm_mprotect(mm, page_addr(20), 4 * PAGE_SIZE, RW), 0);
	CHECK(areas_are(mm, "0-11 20-27"));
	end();
}

/* A forked area keeps its parent's pages together: nothing new joins it, its parts do. */
static void test_forked(void)
{
	struct mm_struct *child;

	begin();
	map(mm, 0, 8);
	write_page(mm, 0);
	child = dup_mm(mm, 5);
	map(child, 8, 4);
	CHECK(areas_are(child, "0-7 8-11"));
	CHECK_EQ(mm_munmap(child, page_addr(8), 4 * PAGE_SIZE), 0);
	write_page(child, 1);
	map(child, 8, 4);
	CHECK(areas_are(child, "0-7 8-11"));
	map(mm, 8, 4);
	CHECK(areas_are(mm, "0-11"));
	CHECK_EQ(mm_mprotect(child, page_addr(2), 2 * PAGE_SIZE, PROT_READ), 0);
	CHECK_EQ(mm_mprotect(child, page_addr(2), 2 * PAGE_SIZE, RW), 0);
	CHECK(areas_are(child, "0-7 8-11"));
	mmput(child);
	end();
}

static bool count_area(struct page *page, struct vm_area_struct *vma, unsigned long addr, void *arg)
{
	(void)page;
	(void)vma;
	(void)addr;
	*(unsigned int *)arg += 1;
	return true;
}

static unsigned int areas_visited(struct page *page)
{
	unsigned int n = 0;

	CHECK(trylock_page(page));
	rmap_walk(page, count_area, &n);
	unlock_page(page);
	return n;
}

/* However many relatives there are, a page that one of them made is looked for in one area. */
static void test_relatives(void)
{
	struct mm_struct *child[20];

	begin();
	map(mm, 0, 4);
	write_page(mm, 0);
	write_page(mm, 1);
	for (unsigned int i = 0; i < ARRAY_SIZE(child); i++) {
		child[i] = dup_mm(mm, 5);
		write_page(child[i], 1);
	}
	CHECK_EQ(areas_visited(page_at(child[3], 0)), ARRAY_SIZE(child) + 1);
	CHECK_EQ(areas_visited(page_at(child[3], 1)), 1);
	user_check_counts();
	/* So many are in a tree, which is told when an area becomes smaller at either end. */
	CHECK_EQ(mm_munmap(child[5], page_addr(3), PAGE_SIZE), 0);
	CHECK_EQ(mm_munmap(child[6], page_addr(0), PAGE_SIZE), 0);
	CHECK_EQ(areas_visited(page_at(mm, 0)), ARRAY_SIZE(child));
	user_check_counts();
	for (unsigned int i = 0; i < ARRAY_SIZE(child); i++)
		mmput(child[i]);
	end();
}

/* The last one to write a shared page keeps it, as a page of its own. */
static void test_last_owner(void)
{
	struct mm_struct *child, *sibling;
	struct page *page;

	begin();
	map(mm, 0, 4);
	write_page(mm, 0);
	child = dup_mm(mm, 5);
	sibling = dup_mm(mm, 6);
	write_page(child, 1);
	page = page_at(child, 0);
	CHECK_EQ(areas_visited(page), 3);
	write_page(mm, 0);
	write_page(sibling, 0);
	write_page(child, 0);
	CHECK(page_at(child, 0) == page);
	CHECK_EQ(areas_visited(page), 1);
	user_check_counts();
	mmput(child);
	mmput(sibling);
	end();
}

/* Generations that fork, write and exit: in either order the chain does not grow. */
static void test_generations(void)
{
	struct mm_struct *child;
	unsigned int longest = 0;

	begin();
	map(mm, 0, 4);
	write_page(mm, 0);
	for (unsigned int i = 0; i < 60; i++) {
		child = dup_mm(mm, 5);
		if (i & 1) {
			mmput(mm);
			write_page(child, i % 4);
		} else {
			write_page(child, i % 4);
			mmput(mm);
		}
		mm = child;
		longest = max(longest, chain_length(mm->mmap));
	}
	CHECK(longest <= 3);
	end();
}

/* The area of a page that an entry of its own family's dead member made is still found. */
static void test_orphan(void)
{
	struct mm_struct *child, *grandchild;

	begin();
	map(mm, 0, 4);
	write_page(mm, 0);
	child = dup_mm(mm, 5);
	write_page(child, 1);
	grandchild = dup_mm(child, 6);
	mmput(child);
	CHECK_EQ(areas_visited(page_at(grandchild, 1)), 1);
	CHECK_EQ(areas_visited(page_at(grandchild, 0)), 2);
	user_check_counts();
	mmput(grandchild);
	end();
}

static int slots[2]; /* tables that have the slot */

static void slot_dup(swp_entry_t entry)
{
	slots[swp_offset(entry)]++;
}

static void slot_drop(swp_entry_t entry)
{
	slots[swp_offset(entry)]--;
}

static const struct swap_type swap_type = {"test", slot_dup, slot_drop, NULL};

static enum unmap_result swap_out(struct page *page)
{
	enum unmap_result result;

	get_page(page);
	CHECK(trylock_page(page));
	page->private = swp_entry(SWAP, 1).val;
	result = try_to_unmap(page, TTU_SWAP);
	ClearPageDirty(page);
	unlock_page(page);
	put_page(page);
	return result;
}

static void test_swap_out(void)
{
	struct mm_struct *child;
	struct page *page;

	begin();
	CHECK_EQ(register_swap_type(SWAP, &swap_type), 0);
	map(mm, 0, 4);
	write_page(mm, 0);
	child = dup_mm(mm, 5);
	page = page_at(mm, 0);
	CHECK_EQ(swap_out(page), UNMAP_DONE);
	CHECK(slots[1] == 2 && page_count(page) == 0 && mm->rss_anon == 0);
	CHECK_EQ(user_entry(child, BASE).pte, swp_entry(SWAP, 1).val);
	user_check_counts();
	mmput(child);
	CHECK_EQ(slots[1], 1);
	/* One that is locked in memory stays, and is reported. */
	CHECK_EQ(mm_mmap(mm, NULL, page_addr(5), PAGE_SIZE, RW, ANON | MAP_LOCKED, 0),
		 (long)page_addr(5));
	page = page_at(mm, 5);
	CHECK_EQ(swap_out(page), UNMAP_MLOCK);
	CHECK(page_mapcount(page) == 1 && page_at(mm, 5) == page);
	/* A file's page leaves nothing behind. */
	CHECK_EQ(mm_mmap(mm, &fake_file, page_addr(8), PAGE_SIZE, RW, MAP_SHARED | MAP_FIXED, 0),
		 (long)page_addr(8));
	write_page(mm, 8);
	page = page_at(mm, 8);
	CHECK(trylock_page(page));
	CHECK_EQ(try_to_unmap(page, TTU_SWAP), UNMAP_DONE);
	CHECK(PageDirty(page) && pte_none(user_entry(mm, page_addr(8))));
	unlock_page(page);
	end();
	CHECK_EQ(slots[1], 0);
	unregister_swap_type(SWAP);
}

/* --- families at random --- */

static struct mm_struct *family[FAMILY];
static struct input *in;

static struct mm_struct *somebody(void)
{
	return family[input_below(in, FAMILY)];
}

static void step(void)
{
	struct mm_struct **place = &family[input_below(in, FAMILY)], *who = somebody();
	unsigned int page = input_below(in, PAGES), n = 1 + input_below(in, 6);
	static const unsigned int prots[] = {PROT_READ, RW, RW, 0};

	n = min(n, PAGES - page);
	switch (who ? input_below(in, 12) : 0) {
	case 0:
		if (!*place)
			*place = who ? dup_mm(who, 5) : mm_alloc();
		break;
	case 1:
		if (*place)
			mmput(*place);
		*place = NULL;
		break;
	case 2:
		mm_mmap(who, NULL, page_addr(page), n * PAGE_SIZE, RW, ANON, 0);
		break;
	case 3:
		mm_mmap(who, &fake_file, page_addr(page), n * PAGE_SIZE, RW,
			MAP_FIXED | (input_below(in, 2) ? MAP_SHARED : MAP_PRIVATE), page);
		break;
	case 4:
		mm_munmap(who, page_addr(page), n * PAGE_SIZE);
		break;
	case 5:
	case 6:
		mm_mprotect(who, page_addr(page), n * PAGE_SIZE, prots[input_below(in, 4)]);
		break;
	default:
		user_write(who, page_addr(page), 1);
		break;
	}
}

static int one_input(const u8 *data, size_t size)
{
	struct input input = {data, size};
	unsigned int longest = 0;

	in = &input;
	user_ledger_open();
	fake_file_reset(PAGES * PAGE_SIZE);
	while (input.left && !test_failures()) {
		host_fail_after(input_below(in, 8) ? -1 : (long)input_below(in, 4));
		step();
		host_fail_after(-1);
		user_check_counts();
		for (unsigned int i = 0; i < FAMILY; i++)
			for (struct vm_area_struct *vma = family[i] ? family[i]->mmap : NULL; vma;
			     vma = vma->vm_next)
				longest = max(longest, chain_length(vma));
	}
	CHECK(longest < 2 * FAMILY);
	for (unsigned int i = 0; i < FAMILY; i++) {
		if (family[i])
			mmput(family[i]);
		family[i] = NULL;
	}
	truncate_inode_pages(&fake_mapping, 0);
	user_ledger_close();
	return 0;
}

static void test_families(void)
{
	check_property(one_input, 900);
}

static const struct test tests[] = {
	{"areas join when their anonymous pages allow it", test_joins},
	{"parts of an area join again", test_protect},
	{"a forked area grows no more", test_forked},
	{"a page is looked for where it may be", test_relatives},
	{"who keeps a shared page", test_last_owner},
	{"chains do not grow with generations", test_generations},
	{"pages of who is gone are found", test_orphan},
	{"out of all tables, for a swap slot or nothing", test_swap_out},
	{"random families agree with a walk of all tables", test_families},
};

int main(void)
{
	user_boot();
	return test_main(tests, ARRAY_SIZE(tests));
}
