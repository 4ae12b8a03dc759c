/*
 * test_swap_entry.c - page-table entries that name contents elsewhere: fork, munmap, mprotect,
 * faults and validate_mm() meet them in every kind of area, and the owner of their type counts
 * how many tables have each.
 */
#include "../../mm/area/internal.h"
#include "../../mm/fault/internal.h"
#include "arch/tlb.h"
#include "fake_file.h"
#include "machine.h"
#include "test.h"
#include "user.h"
#include <string.h>

#define BASE  (0x20400000ul - 4 * PAGE_SIZE) /* areas cross the end of a page table */
#define PAGES 8u
#define TYPE  27u /* the last that is not migration's */
#define RW    (PROT_READ | PROT_WRITE)
#define ANON  (MAP_PRIVATE | MAP_ANONYMOUS)

static struct mm_struct *mm;
static int tables[PAGES + 1]; /* by offset: page + 1 */
static u8 saved[PAGES + 1];

static void slot_dup(swp_entry_t entry)
{
	CHECK_EQ(swp_type(entry), TYPE);
	tables[swp_offset(entry)]++;
}

static void slot_drop(swp_entry_t entry)
{
	CHECK(tables[swp_offset(entry)] > 0);
	tables[swp_offset(entry)]--;
}

/* Brings the contents back, read-only as any private page, so that a write decides anew. */
static int slot_fault(const struct fault *fault, swp_entry_t entry)
{
	struct page *page = alloc_page(GFP_HIGHUSER_MOVABLE);

	if (page && anon_vma_prepare(fault->vma)) {
		put_page(page);
		page = NULL;
	}
	if (!page)
		return -ENOMEM;
	memset(host_frame(page_to_pfn(page)), saved[swp_offset(entry)], PAGE_SIZE);
	spin_lock(&fault->mm->page_table_lock);
	CHECK(fault_unchanged(fault));
	set_pte(fault->ptep, mk_pte_pfn(page_to_pfn(page), fault->vma->vm_page_prot));
	page_add_anon(page, fault->vma, fault->addr);
	slot_drop(entry);
	spin_unlock(&fault->mm->page_table_lock);
	fault->mm->nr_swap--;
	fault->info->major = true;
	fault->info->cause = TRACE_CAUSE_ANON;
	return 0;
}

static const struct swap_type slots = {
	.name = "test",
	.dup = slot_dup,
	.drop = slot_drop,
	.fault = slot_fault,
};

static unsigned long page_addr(unsigned int page)
{
	return BASE + (unsigned long)page * PAGE_SIZE;
}

/* Writes a page and takes it away, as page-out will. */
static void swap_out(unsigned int page, u8 value)
{
	struct rss_count gone = {0};
	pte_t *ptep;

	CHECK_EQ(user_write(mm, page_addr(page), value), 0);
	ptep = user_pte(mm, page_addr(page));
	spin_lock(&mm->page_table_lock);
	page_remove_mapped(pfn_to_page(pte_pfn(*ptep)), &gone);
	rss_sub(mm, &gone);
	put_page(pfn_to_page(pte_pfn(ptep_get_and_clear(ptep))));
	tlb_flush_page(mm, page_addr(page));
	set_pte(ptep, swp_entry_to_pte(swp_entry(TYPE, page + 1)));
	saved[page + 1] = value;
	tables[page + 1] = 1;
	mm->nr_swap++;
	spin_unlock(&mm->page_table_lock);
}

static void begin(void)
{
	user_ledger_open();
	fake_file_reset(PAGES * PAGE_SIZE);
	memset(tables, 0, sizeof(tables));
	CHECK_EQ(register_swap_type(TYPE, &slots), 0);
	CHECK_EQ(register_swap_type(TYPE, &slots), -EBUSY);
	mm = mm_alloc();
	CHECK_EQ(mm_mmap(mm, NULL, BASE, 6 * PAGE_SIZE, RW, ANON | MAP_FIXED, 0), (long)BASE);
	CHECK_EQ(mm_mmap(mm, &fake_file, page_addr(6), 2 * PAGE_SIZE, RW, MAP_PRIVATE | MAP_FIXED,
			 6),
		 (long)page_addr(6));
}

static void end(void)
{
	user_check_counts();
	mmput(mm);
	for (unsigned int i = 0; i <= PAGES; i++)
		CHECK_EQ(tables[i], 0);
	truncate_inode_pages(&fake_mapping, 0);
	unregister_swap_type(TYPE);
	user_ledger_close();
}

static void test_encoding(void)
{
	for (unsigned int type = 0; type < MAX_SWAP_TYPES; type++)
		for (unsigned long offset = 0; offset < SWAP_OFFSET_LIMIT;
		     offset += offset / 3 + 1) {
			swp_entry_t entry = swp_entry(type, offset);
			pte_t pte = swp_entry_to_pte(entry);

			if (swp_type(entry) != type || swp_offset(entry) != offset ||
			    pte_none(pte) || pte_present(pte) || pte_mapped(pte) ||
			    !is_swap_pte(pte) || pte_to_swp_entry(pte).val != entry.val)
				CHECK(!"an entry is not what it was made of");
		}
	CHECK(!is_swap_pte((pte_t){0}) && !is_swap_pte(mk_pte_pfn(1, PAGE_NONE)));
	CHECK(!is_swap_pte(mk_pte_pfn(0, PAGE_READONLY)));
}

/* Each way to touch one brings it back; the rights of the time count. */
static void test_fault(void)
{
	u8 value = 0;

	begin();
	for (unsigned int i = 0; i < PAGES; i++)
		swap_out(i, (u8)(40 + i));
	CHECK_EQ(mm->rss_anon, 0);
	user_check_counts();
	CHECK_EQ(user_read(mm, page_addr(0), &value), 0);
	CHECK(value == 40 && user_last_fault.major);
	CHECK_EQ(user_write(mm, page_addr(1) + 1, 9), 0);
	CHECK(user_read(mm, page_addr(1), &value) == 0 && value == 41);
	CHECK_EQ(mm_mprotect(mm, BASE, 6 * PAGE_SIZE, 0), 0);
	CHECK_EQ(user_read(mm, page_addr(2), &value), -EFAULT);
	CHECK_EQ(tables[3], 1);
	CHECK_EQ(mm_mprotect(mm, BASE, 6 * PAGE_SIZE, PROT_READ), 0);
	CHECK(user_read(mm, page_addr(2), &value) == 0 && value == 42);
	CHECK_EQ(user_write(mm, page_addr(3), 1), -EFAULT);
	CHECK(user_read(mm, page_addr(7), &value) == 0 && value == 47);
	host_fail_after(0);
	CHECK_EQ(user_read(mm, page_addr(6), &value), -ENOMEM);
	host_fail_after(-1);
	CHECK(user_read(mm, page_addr(6), &value) == 0 && value == 46);
	end();
}

/* Parent and child have the entry, and each its own page afterwards. */
static void test_fork(void)
{
	struct mm_struct *child;
	u8 value = 0;

	begin();
	for (unsigned int i = 0; i < PAGES; i++)
		swap_out(i, (u8)(60 + i));
	child = dup_mm(mm, 5);
	for (unsigned int i = 0; i < PAGES; i++)
		CHECK_EQ(tables[i + 1], 2);
	CHECK(user_write(child, page_addr(3) + 1, 1) == 0 && tables[4] == 1);
	CHECK(user_read(mm, page_addr(3) + 1, &value) == 0 && value == 63 && tables[4] == 0);
	CHECK(user_read(child, page_addr(6), &value) == 0 && value == 66 && tables[7] == 1);
	user_check_counts();
	mmput(child);
	CHECK_EQ(tables[1], 1);
	end();
}

static void test_drop(void)
{
	u8 value = 1;

	begin();
	for (unsigned int i = 0; i < PAGES; i++)
		swap_out(i, (u8)(80 + i));
	CHECK_EQ(mm_madvise(mm, page_addr(1), 2 * PAGE_SIZE, MADV_DONTNEED), 0);
	CHECK(tables[1] == 1 && tables[2] == 0 && tables[3] == 0);
	CHECK(user_read(mm, page_addr(1), &value) == 0 && value == 0);
	CHECK_EQ(mm_munmap(mm, page_addr(3), 4 * PAGE_SIZE), 0);
	CHECK(tables[4] == 0 && tables[7] == 0 && tables[8] == 1);
	/* The file's end takes private copies with it, wherever they are. */
	truncate_inode_pages(&fake_mapping, 7 * PAGE_SIZE);
	CHECK_EQ(tables[8], 0);
	end();
}

static const struct test tests[] = {
	{"types and offsets", test_encoding},
	{"a touch brings it back", test_fault},
	{"fork copies it", test_fork},
	{"munmap, madvise and truncation drop it", test_drop},
};

int main(void)
{
	user_boot();
	return test_main(tests, ARRAY_SIZE(tests));
}
