/*
 * test_references.c - the accessed and dirty bits of all entries that map a page: read and cleared
 * in each of them, with a flush, so that the next use is seen again; and what is left of them, and
 * of the counts, when a page leaves its tables or moves.
 */
#include "../../mm/area/internal.h"
#include "../../mm/cache/internal.h"
#include "../../mm/fault/internal.h"
#include "fake_file.h"
#include "machine.h"
#include "mm/migrate.h"
#include "mm/rmap.h"
#include "test.h"
#include "user.h"

#define BASE   0x20000000ul
#define SPACES 6u
#define RW     (PROT_READ | PROT_WRITE)
#define ANON   (MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED)

static struct mm_struct *spaces[SPACES];

static unsigned long page_addr(unsigned int page)
{
	return BASE + (unsigned long)page * PAGE_SIZE;
}

static pte_t entry_of(unsigned int space)
{
	return user_entry(spaces[space], BASE);
}

static struct page *page_of(unsigned int space)
{
	return pfn_to_page(pte_pfn(entry_of(space)));
}

static void use(unsigned int space)
{
	u8 byte;

	CHECK_EQ(user_read(spaces[space], BASE, &byte), 0);
}

/* A page of one process, which a child of it has, too. */
static void begin_family(void)
{
	user_ledger_open();
	spaces[0] = mm_alloc();
	CHECK_EQ(mm_mmap(spaces[0], NULL, BASE, 4 * PAGE_SIZE, RW, ANON, 0), (long)BASE);
	for (unsigned int i = 0; i < 4; i++)
		CHECK_EQ(user_write(spaces[0], page_addr(i), 1), 0);
	spaces[1] = user_fork(spaces[0]);
}

/* Processes that map a file, some of which use it. */
static void begin_file(void)
{
	user_ledger_open();
	fake_file_reset(PAGE_SIZE);
	for (unsigned int i = 0; i < SPACES; i++) {
		spaces[i] = mm_alloc();
		CHECK_EQ(mm_mmap(spaces[i], &fake_file, BASE, PAGE_SIZE, RW, MAP_SHARED | MAP_FIXED,
				 0),
			 (long)BASE);
	}
}

static void end(void)
{
	user_check_counts();
	for (unsigned int i = 0; i < SPACES; i++) {
		if (spaces[i])
			mmput(spaces[i]);
		spaces[i] = NULL;
	}
	if (nr_cached_pages()) {
		CHECK_EQ(filemap_sync(&fake_mapping), 0);
		truncate_inode_pages(&fake_mapping, 0);
	}
	user_ledger_close();
}

static unsigned int referenced(struct page *page, unsigned int *vm_flags)
{
	unsigned int young;

	CHECK(trylock_page(page));
	young = page_referenced(page, vm_flags);
	unlock_page(page);
	return young;
}

/* The processor's own memory of the bit goes with it: who uses the page again sets it again. */
static void test_young(void)
{
	unsigned int vm_flags;

	begin_family();
	use(0);
	use(1);
	CHECK_EQ(referenced(page_of(0), &vm_flags), 2);
	CHECK(!pte_young(entry_of(0)) && !pte_young(entry_of(1)));
	CHECK_EQ(referenced(page_of(0), &vm_flags), 0);
	use(1);
	CHECK(pte_young(entry_of(1)));
	CHECK_EQ(referenced(page_of(0), &vm_flags), 1);
	end();
}

/* One area of several is enough to keep it, whichever is found first. */
static void test_locked(void)
{
	unsigned int vm_flags;

	for (unsigned int who = 0; who < 2; who++) {
		begin_family();
		CHECK_EQ(mm_mlock(spaces[who], BASE, PAGE_SIZE, MLOCK_ONFAULT), 0);
		CHECK_EQ(page_mapcount(page_of(0)), 2);
		referenced(page_of(0), &vm_flags);
		CHECK(vm_flags & VM_LOCKED);
		end();
	}
}

/* Areas that never touched the page do not hide those that write to it. */
static void test_clean(void)
{
	struct page *page;

	begin_file();
	for (unsigned int i = 2; i < 4; i++)
		CHECK_EQ(user_write(spaces[i], BASE, 1), 0);
	page = page_of(2);
	CHECK(trylock_page(page));
	CHECK_EQ(page_mkclean(page), 2);
	unlock_page(page);
	for (unsigned int i = 2; i < 4; i++)
		CHECK(!pte_dirty(entry_of(i)) && !pte_write(entry_of(i)));
	end();
}

static struct page *frame_elsewhere(struct page *from, unsigned long private)
{
	(void)from;
	(void)private;
	return alloc_page(GFP_HIGHUSER_MOVABLE);
}

static void move(unsigned int space)
{
	struct page *before = page_of(space);
	LIST_HEAD(pages);

	CHECK_EQ(isolate_page(before, &pages), 0);
	CHECK_EQ(migrate_pages(&pages, frame_elsewhere, NULL, 0, MIGRATE_SYNC), 0);
	CHECK(page_of(space) != before);
}

/* What was used is used in its new frame, and what was not, is not. */
static void test_moved(void)
{
	unsigned int vm_flags;

	begin_family();
	use(0);
	use(1);
	move(0);
	CHECK(pte_young(entry_of(0)) && pte_young(entry_of(1)));
	CHECK_EQ(referenced(page_of(0), &vm_flags), 2);
	move(0);
	CHECK(!pte_young(entry_of(0)) && !pte_young(entry_of(1)));
	end();
	/* That a file's page is dirty is the page's to say, once. */
	begin_file();
	CHECK_EQ(user_write(spaces[0], BASE, 1), 0);
	move(0);
	CHECK(PageDirty(page_of(0)) && !pte_dirty(entry_of(0)));
	end();
}

/* The most that a process had does not go with the page. */
static void test_peak(void)
{
	struct page *page;

	begin_file();
	for (unsigned int i = 0; i < 2; i++)
		CHECK_EQ(user_write(spaces[i], BASE, 1), 0);
	page = page_of(0);
	get_page(page);
	CHECK(trylock_page(page));
	CHECK_EQ(try_to_unmap(page, TTU_SWAP), UNMAP_DONE);
	unlock_page(page);
	put_page(page);
	for (unsigned int i = 0; i < 2; i++)
		CHECK(mm_rss(spaces[i]) == 0 && mm_rss_peak(spaces[i]) == 1);
	end();
}

static const struct test tests[] = {
	{"accessed bits are cleared in all entries, and come again", test_young},
	{"one locked area of several", test_locked},
	{"dirty bits are cleared in all entries", test_clean},
	{"a page that moves takes its bits along", test_moved},
	{"the peak of a process stays", test_peak},
};

int main(void)
{
	user_boot();
	return test_main(tests, ARRAY_SIZE(tests));
}
