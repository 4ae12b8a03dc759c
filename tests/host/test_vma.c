/*
 * test_vma.c - areas: merging and splitting as pictures, find_vma() at every edge.
 *
 * In a picture each character is a page of the window at BASE:
 *     space  nothing      A B C  anonymous, rw- / r-- / r-x
 *     . at the end of a line is not a page; f g h  pages 0, 1, 2 ... of a file
 * Borders between areas of one kind do not show: their number is checked too.
 */
#include "../../mm/area/internal.h"
#include "machine.h"
#include "test.h"
#include "user.h"
#include <string.h>

#define BASE 0x40000000ul

static struct mm_struct *mm;

static unsigned long page_addr(unsigned int page)
{
	return BASE + (unsigned long)page * PAGE_SIZE;
}

static unsigned int kind_prot(char kind)
{
	switch (kind) {
	case 'A':
		return PROT_READ | PROT_WRITE;
	case 'B':
		return PROT_READ;
	default:
		return PROT_READ | PROT_EXEC;
	}
}

static void file_release(struct mapped_file *file)
{
	(void)file;
}

static const struct mapped_file_ops file_ops = {.release = file_release};
static const struct address_space_ops no_aops = {.readpage = NULL};
static struct address_space file_mapping;
static struct mapped_file file = {.count = ATOMIC_INIT(1),
				  .mapping = &file_mapping,
				  .path = "/file",
				  .ops = &file_ops,
				  .readable = true,
				  .writable = true};

/* Maps a run of equal letters; lower case is the file, 'a' its page 0, 'b' its page 1 ... */
static int map_run(unsigned int page, char kind, unsigned int n)
{
	bool is_file = kind >= 'a';
	unsigned int flags = MAP_FIXED | MAP_PRIVATE | (is_file ? 0 : MAP_ANONYMOUS);
	unsigned long ret =
		mm_mmap(mm, is_file ? &file : NULL, page_addr(page), n * PAGE_SIZE,
			is_file ? PROT_READ : kind_prot(kind), flags, is_file ? kind - 'a' : 0);

	return IS_ERR(ret) ? (int)ret : 0;
}

/* Follows the file: "abc" is one run. */
static unsigned int run_length(const char *picture)
{
	unsigned int n = 1;

	while (picture[n] && picture[n] == (picture[0] >= 'a' ? picture[0] + (int)n : picture[0]))
		n++;
	return n;
}

static void draw(const char *picture)
{
	unsigned int page = 0;

	while (picture[page]) {
		unsigned int n = run_length(picture + page);

		if (picture[page] != ' ')
			CHECK(map_run(page, picture[page], n) == 0);
		page += n;
	}
}

static char area_letter(const struct vm_area_struct *vma, unsigned long addr)
{
	if (vma->vm_file)
		return (char)('a' + vma_pgoff(vma, addr));
	switch (vma->vm_flags & VM_RIGHTS) {
	case VM_READ | VM_WRITE:
		return 'A';
	case VM_READ:
		return 'B';
	default:
		return 'C';
	}
}

static void expect_areas(const char *picture, int areas, const char *file_name, int line)
{
	char seen[80];
	unsigned int i;

	for (i = 0; picture[i]; i++) {
		struct vm_area_struct *vma = find_vma(mm, page_addr(i));

		seen[i] =
			vma && vma->vm_start <= page_addr(i) ? area_letter(vma, page_addr(i)) : ' ';
	}
	seen[i] = '\0';
	validate_mm(mm);
	if (strcmp(seen, picture) || mm->map_count != areas)
		test_fail(file_name, line, "expected \"%s\" in %d areas, found \"%s\" in %d",
			  picture, areas, seen, mm->map_count);
}
#define EXPECT_AREAS(picture, areas) expect_areas(picture, areas, __FILE__, __LINE__)

static void begin(const char *picture)
{
	user_ledger_open();
	address_space_init(&file_mapping, NULL, &no_aops);
	mm = mm_alloc();
	draw(picture);
}

static void end(void)
{
	mmput(mm);
	CHECK(!file_mapping.i_mmap.node);
	CHECK(atomic_read(&file.count) == 1);
	user_ledger_close();
}

static int unmap(unsigned int page, unsigned int n)
{
	return (int)mm_munmap(mm, page_addr(page), n * PAGE_SIZE);
}

static int protect(unsigned int page, unsigned int n, char kind)
{
	return (int)mm_mprotect(mm, page_addr(page), n * PAGE_SIZE, kind_prot(kind));
}

static void test_merge_new(void)
{
	begin("AAA   CCC");
	EXPECT_AREAS("AAA   CCC", 2);
	map_run(3, 'A', 1); /* grows the one before */
	EXPECT_AREAS("AAAA  CCC", 2);
	map_run(5, 'C', 1); /* grows the one behind */
	EXPECT_AREAS("AAAA CCCC", 2);
	map_run(4, 'B', 1); /* of neither kind */
	EXPECT_AREAS("AAAABCCCC", 3);
	map_run(4, 'A', 1); /* replaces, then grows */
	EXPECT_AREAS("AAAAACCCC", 2);
	map_run(2, 'C', 3);
	EXPECT_AREAS("AACCCCCCC", 2);
	end();

	begin("AAA AAA");
	EXPECT_AREAS("AAA AAA", 2);
	map_run(3, 'A', 1); /* closes the hole: three become one */
	EXPECT_AREAS("AAAAAAA", 1);
	end();
}

static void test_merge_file(void)
{
	begin("abc  fgh");
	EXPECT_AREAS("abc  fgh", 2);
	map_run(3, 'd', 1); /* the next page of the file */
	EXPECT_AREAS("abcd fgh", 2);
	map_run(4, 'e', 1); /* fits both ways */
	EXPECT_AREAS("abcdefgh", 1);
	map_run(8, 'k', 2); /* a gap in the file */
	EXPECT_AREAS("abcdefghkl", 2);
	CHECK(atomic_read(&file.count) == 3);
	end();
}

static void test_unmap(void)
{
	begin("AAAAAA  BBB  abcdef");
	CHECK(unmap(2, 2) == 0); /* a hole in the middle */
	EXPECT_AREAS("AA  AA  BBB  abcdef", 4);
	CHECK(unmap(5, 10) == 0); /* tail, whole, head */
	EXPECT_AREAS("AA  A          cdef", 3);
	CHECK(unmap(16, 1) == 0);
	EXPECT_AREAS("AA  A          c ef", 4);
	CHECK(unmap(6, 5) == 0); /* nothing there: no error */
	CHECK(unmap(0, 30) == 0);
	EXPECT_AREAS("                   ", 0);
	end();
}

static void test_protect(void)
{
	begin("AAAAAAAAA");
	CHECK(protect(3, 3, 'B') == 0);
	EXPECT_AREAS("AAABBBAAA", 3);
	CHECK(protect(2, 5, 'B') == 0); /* cuts both neighbours, joins what is cut off */
	EXPECT_AREAS("AABBBBBAA", 3);
	CHECK(protect(0, 4, 'C') == 0);
	EXPECT_AREAS("CCCCBBBAA", 3);
	CHECK(protect(4, 3, 'A') == 0); /* joins behind */
	EXPECT_AREAS("CCCCAAAAA", 2);
	CHECK(protect(0, 9, 'A') == 0);
	EXPECT_AREAS("AAAAAAAAA", 1);
	CHECK(protect(4, 1, 'A') == 0); /* no change, no cut */
	EXPECT_AREAS("AAAAAAAAA", 1);
	unmap(4, 1);
	CHECK(protect(2, 4, 'B') == -ENOMEM); /* up to the hole */
	EXPECT_AREAS("AABB AAAA", 3);
	CHECK(protect(4, 3, 'B') == -ENOMEM); /* begins with the hole: nothing */
	EXPECT_AREAS("AABB AAAA", 3);
	end();
}

/* find_vma() and its kin at every edge and one byte beside it, against a walk of the list. */
static void check_lookup(unsigned long addr)
{
	struct vm_area_struct *vma = mm->mmap, *before = NULL, *prev;

	while (vma && vma->vm_end <= addr) {
		before = vma;
		vma = vma->vm_next;
	}
	mm->mmap_cache = addr & 1 ? mm->mmap_cache : NULL;
	CHECK(find_vma(mm, addr) == vma);
	CHECK(find_vma(mm, addr) == vma); /* from the cache */
	CHECK(find_vma_prev(mm, addr, &prev) == vma && prev == before);
	CHECK(find_vma_intersection(mm, addr, addr + 1) ==
	      (vma && vma->vm_start <= addr ? vma : NULL));
}

static void check_all_lookups(void)
{
	const struct vm_area_struct *vma;

	for (vma = mm->mmap; vma; vma = vma->vm_next)
		for (int i = -1; i <= 1; i++) {
			check_lookup(vma->vm_start + (unsigned long)i);
			check_lookup(vma->vm_end + (unsigned long)i);
		}
	check_lookup(0);
	check_lookup(TASK_SIZE - 1);
	check_lookup(~0ul);
}

static void test_lookup(void)
{
	begin("A B C A B C A B C ABCABCABCABC  A  abc abc");
	check_all_lookups();
	end();
}

static const struct test tests[] = {
	{"new regions join their neighbours", test_merge_new},
	{"file regions join only in file order", test_merge_file},
	{"munmap cuts, shrinks and removes", test_unmap},
	{"mprotect cuts and joins, up to a hole", test_protect},
	{"lookups at every edge", test_lookup},
};

int main(void)
{
	user_boot();
	return test_main(tests, ARRAY_SIZE(tests));
}
