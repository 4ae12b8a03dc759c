/*
 * test_vma.c - areas: merging and splitting as pictures, find_vma() at every
 * edge, and random requests against a model of 4,096 pages.
 *
 * In a picture each character is a page of the window at BASE:
 *     space  nothing      A B C  anonymous, rw- / r-- / r-x
 *     . at the end of a line is not a page; f g h  pages 0, 1, 2 ... of a file
 * The picture of an address space has '|' nowhere: borders are checked by the
 * number of areas.
 */
#include "../../mm/vm.h"
#include "machine.h"
#include "mm/slab.h"
#include "test.h"
#include "user.h"
#include <string.h>

#define BASE  0x10000000ul
#define PAGES 4096u

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
	CHECK(list_empty(&file_mapping.i_mmap));
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
	CHECK(protect(2, 4, 'B') == -ENOMEM); /* a hole: nothing is changed */
	EXPECT_AREAS("AAAA AAAA", 2);
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

/* --- the model: what each page of the window must be --- */

struct model_page {
	unsigned int flags; /* 0: not mapped */
	unsigned long pgoff;
	bool file;
};

static struct model_page model[PAGES];

/* Same kind, and the second continues the first. */
static bool continues(const struct model_page *a, const struct model_page *b)
{
	return a->flags && a->flags == b->flags && a->file == b->file && a->pgoff + 1 == b->pgoff;
}

/* Tree, list and model agree; areas are as large as they can be. */
static void check_model(void)
{
	const struct vm_area_struct *vma = mm->mmap;
	unsigned int page = 0, areas = 0;

	validate_mm(mm);
	while (page < PAGES) {
		unsigned int from = page;

		if (!model[page].flags) {
			page++;
			continue;
		}
		do {
			page++;
		} while (page < PAGES && continues(&model[page - 1], &model[page]));
		CHECK(vma && vma->vm_start == page_addr(from) && vma->vm_end == page_addr(page));
		CHECK(vma->vm_flags == model[from].flags && vma->vm_pgoff == model[from].pgoff);
		CHECK(!vma->vm_file == !model[from].file);
		vma = vma->vm_next;
		areas++;
	}
	/* What lies outside the window was placed by the kernel. */
	for (; vma; vma = vma->vm_next)
		CHECK(vma->vm_start >= page_addr(PAGES));
}

static void model_fill(unsigned int page, unsigned int n, unsigned int flags, bool is_file,
		       unsigned long pgoff)
{
	for (unsigned int i = page; i < page + n; i++)
		model[i] = (struct model_page){
			flags, is_file ? pgoff + (i - page) : page_addr(i) >> PAGE_SHIFT, is_file};
}

static int do_map(struct input *in)
{
	unsigned int page = input_below(in, PAGES), n = 1 + input_below(in, 40);
	unsigned int prot = input_below(in, 8), is_file = input_below(in, 3) == 0;
	unsigned int may = is_file && input_below(in, 2) ? VM_SHARED | VM_MAYSHARE : 0;
	unsigned int flags = (may ? MAP_SHARED : MAP_PRIVATE) | MAP_FIXED;
	unsigned long pgoff = input_below(in, 4) + page, ret;

	n = min(n, PAGES - page);
	ret = mm_mmap(mm, is_file ? &file : NULL, page_addr(page), n * PAGE_SIZE - 5, prot,
		      flags | (is_file ? 0 : MAP_ANONYMOUS), pgoff);
	if (IS_ERR(ret))
		return (int)ret;
	CHECK(ret == page_addr(page));
	model_fill(page, n, prot | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC | may, is_file, pgoff);
	return 0;
}

static int do_unmap(struct input *in)
{
	unsigned int page = input_below(in, PAGES), n = 1 + input_below(in, 80);
	int err;

	n = min(n, PAGES - page);
	err = unmap(page, n);
	if (!err)
		model_fill(page, n, 0, false, 0);
	return err;
}

static int do_protect(struct input *in)
{
	unsigned int page = input_below(in, PAGES), n = 1 + input_below(in, 30),
		     prot = input_below(in, 8);
	int err, want = 0;

	n = min(n, PAGES - page);
	for (unsigned int i = page; i < page + n; i++)
		if (!model[i].flags)
			want = -ENOMEM;
	err = (int)mm_mprotect(mm, page_addr(page), n * PAGE_SIZE, prot);
	if (want) {
		CHECK(err == want);
		return 0;
	}
	if (!err)
		for (unsigned int i = page; i < page + n; i++)
			model[i].flags = (model[i].flags & ~VM_RIGHTS) | prot;
	return err;
}

/* The heap occupies the window's last quarter. */
static int do_brk(struct input *in)
{
	unsigned int first = PAGES - PAGES / 4, n = input_below(in, 60), page, old;
	unsigned long brk = page_addr(first) + n * PAGE_SIZE - (n ? input_below(in, 4096) : 0), ret;
	bool free = true;

	old = (unsigned int)((PAGE_ALIGN(mm->brk) - BASE) >> PAGE_SHIFT);
	for (page = old; page <= first + n; page++)
		free = free && !model[page].flags; /* and one page of distance */
	ret = (unsigned long)mm_brk(mm, brk);
	CHECK(ret == mm->brk);
	if (first + n > old && !free) {
		CHECK(ret != brk);
		return 0;
	}
	if (ret != brk)
		return -ENOMEM;
	if (first + n > old)
		model_fill(old, first + n - old,
			   VM_READ | VM_WRITE | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC, false, 0);
	else
		model_fill(first + n, old - first - n, 0, false, 0);
	return 0;
}

/* Brute force: the highest free place below mmap_base. */
static unsigned long highest_place(unsigned long len)
{
	unsigned long top = mm->mmap_base, found = 0, low = MMAP_MIN_ADDR;
	const struct vm_area_struct *vma;

	for (vma = mm->mmap; vma; vma = vma->vm_next) {
		unsigned long high = min(vma_start_gap(vma), top);

		if (high > low && high - low >= len)
			found = high - len;
		low = max(low, vma->vm_end);
	}
	return top > low && top - low >= len ? top - len : found;
}

/* The kernel picks the place; it is given back at once, or kept to make the search harder. */
static int do_place(struct input *in)
{
	unsigned long len = (1 + input_below(in, 6)) * PAGE_SIZE, want = highest_place(len), ret;

	ret = mm_mmap(mm, NULL, 0, len, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, 0);
	if (IS_ERR(ret))
		return (int)ret;
	CHECK(ret == want);
	if (input_below(in, 3))
		mm_munmap(mm, ret + (input_below(in, 2) ? 0 : len - PAGE_SIZE), PAGE_SIZE);
	return 0;
}

static int do_touch(struct input *in)
{
	unsigned int page = input_below(in, PAGES);
	bool write = input_below(in, 2);
	unsigned int need = write ? VM_WRITE : VM_RIGHTS;
	struct fault_info info;
	int err;

	if (model[page].file)
		return 0;
	err = mm_fault(mm, page_addr(page) + 7, write ? FAULT_WRITE : 0, &info);
	CHECK(info.mapped == !!model[page].flags);
	if (!(model[page].flags & need)) {
		CHECK(err == -EFAULT && info.cause == TRACE_CAUSE_SIGSEGV);
		return 0;
	}
	return err;
}

static int (*const requests[])(struct input *in) = {do_map,   do_unmap, do_protect, do_brk,
						    do_place, do_touch, do_map};

static unsigned long count_state(void)
{
	return slab_objects_in_use() + (unsigned long)mm->map_count * 1000 + mm->total_vm;
}

/*
 * One request, with its first allocation failing, then its second ... until it
 * meets no more failure. A request that failed must have changed nothing.
 */
static void request_failing(struct input *in)
{
	int (*request)(struct input *) = requests[input_below(in, ARRAY_SIZE(requests))];
	struct input again = *in;

	for (long n = 0;; n++) {
		unsigned long before = count_state();
		bool met_failure;
		int err;

		*in = again;
		host_fail_after(n);
		err = request(in);
		met_failure = host_allocations() > n;
		host_fail_after(-1);
		if (err == 0)
			return;
		if (!CHECK(met_failure) || !CHECK_EQ(err, -ENOMEM))
			return;
		CHECK_EQ(count_state(), before);
		check_model();
	}
}

static int one_input(const u8 *data, size_t n)
{
	struct input in = {data, n};
	unsigned int steps = 0;

	memset(model, 0, sizeof(model));
	begin("");
	mm->start_brk = mm->brk = page_addr(PAGES - PAGES / 4);
	while (in.left && !test_failures()) {
		request_failing(&in);
		check_model();
		if (++steps % 16 == 0)
			check_all_lookups();
	}
	end();
	return 0;
}

static void test_random_requests(void)
{
	check_property(one_input, 2000);
}

static const struct test tests[] = {
	{"new regions join their neighbours", test_merge_new},
	{"file regions join only in file order", test_merge_file},
	{"munmap cuts, shrinks and removes", test_unmap},
	{"mprotect cuts and joins, all or nothing", test_protect},
	{"lookups at every edge", test_lookup},
	{"random requests agree with a page array, failing allocations change nothing",
	 test_random_requests},
};

int main(void)
{
	user_boot();
	return test_main(tests, ARRAY_SIZE(tests));
}
