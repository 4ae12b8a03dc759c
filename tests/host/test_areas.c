/*
 * test_areas.c - random requests against a model of 4,096 pages.
 *
 * The model knows of each page of the window whether it is mapped, how, and
 * which page of what. After each request list, tree and model must agree, areas
 * be as large as they can be, and the hints that tell the plugin of areas, read
 * here as it reads them, lead to the same list. Each request is made with its
 * first, second ... allocation failing before it may succeed.
 */
#include "../../mm/area/internal.h"
#include "../../mm/slab/internal.h"
#include "arch/hint.h"
#include "machine.h"
#include "mm/filemap.h"
#include "mm/slab.h"
#include "test.h"
#include "user.h"
#include <string.h>

/* Where the search from below begins. */
#define BASE  0x40000000ul
#define PAGES 4096u
#define PID   42

static struct mm_struct *mm;

static unsigned long page_addr(unsigned int page)
{
	return BASE + (unsigned long)page * PAGE_SIZE;
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

/* --- a reader of the hints: keeps its own list of areas --- */

#define MIRROR_MAX 2048

static struct trace_vma mirror[MIRROR_MAX];
static unsigned int nr_mirror;

/* The area that holds the address, or NULL. */
static struct trace_vma *mirror_at(unsigned int addr)
{
	for (unsigned int i = 0; i < nr_mirror; i++)
		if (mirror[i].start <= addr && addr < mirror[i].end)
			return &mirror[i];
	return NULL;
}

static struct trace_vma *mirror_overlap(const struct trace_vma *area)
{
	for (unsigned int i = 0; i < nr_mirror; i++)
		if (mirror[i].start < area->end && area->start < mirror[i].end)
			return &mirror[i];
	return NULL;
}

void host_hint(enum trace_op op, u32 b, u32 c, u32 s, u32 d)
{
	const struct trace_vma *area = (const struct trace_vma *)(unsigned long)s;
	struct trace_vma *old = mirror_at(area->start);

	(void)c;
	(void)d;
	CHECK_EQ(op, TRACE_VMA);
	CHECK_EQ(area->pid, PID);
	if (b == TRACE_VMA_CHANGE && !old)
		old = mirror_overlap(area); /* it grew downwards */
	if (b != TRACE_VMA_MAP) {
		if (!CHECK(old))
			return;
		CHECK(b == TRACE_VMA_CHANGE ||
		      (old->start == area->start && old->end == area->end));
		*old = mirror[--nr_mirror];
	}
	if (b == TRACE_VMA_UNMAP)
		return;
	CHECK(!mirror_overlap(area) && nr_mirror < MIRROR_MAX);
	mirror[nr_mirror++] = *area;
}

static void check_mirror(void)
{
	const struct vm_area_struct *vma;

	CHECK_EQ(nr_mirror, mm->map_count);
	for (vma = mm->mmap; vma; vma = vma->vm_next) {
		const struct trace_vma *area = mirror_at(vma->vm_start);

		if (!CHECK(area))
			return;
		CHECK(area->start == vma->vm_start && area->end == vma->vm_end);
		CHECK_EQ(area->prot, vma->vm_flags & VM_RIGHTS);
		CHECK_EQ(area->flags & MAP_TYPE,
			 vma->vm_flags & VM_MAYSHARE ? MAP_SHARED : MAP_PRIVATE);
		CHECK_EQ(area->offset, vma->vm_file ? vma->vm_pgoff : 0);
	}
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

/* The area ends before `addr`, for the pages of the next one are of another anon_vma. */
static bool stays_apart(const struct vm_area_struct *vma, unsigned long addr)
{
	return vma && vma->vm_end == addr && vma->vm_next && vma->vm_next->vm_start == addr &&
	       vma->anon_vma && vma->vm_next->anon_vma && vma->anon_vma != vma->vm_next->anon_vma;
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
		} while (page < PAGES && continues(&model[page - 1], &model[page]) &&
			 !stays_apart(vma, page_addr(page)));
		CHECK(vma && vma->vm_start == page_addr(from) && vma->vm_end == page_addr(page));
		CHECK(vma->vm_flags == model[from].flags && vma->vm_pgoff == model[from].pgoff);
		CHECK(!vma->vm_file == !model[from].file);
		vma = vma->vm_next;
		areas++;
	}
	CHECK(!vma);
	check_mirror();
}

static void model_fill(unsigned int page, unsigned int n, unsigned int flags, bool is_file,
		       unsigned long pgoff)
{
	for (unsigned int i = page; i < page + n; i++)
		model[i] = (struct model_page){
			flags, is_file ? pgoff + (i - page) : page_addr(i) >> PAGE_SHIFT, is_file};
}

/* Linux's rule for new private areas that may be written. */
static unsigned int with_account(unsigned int flags)
{
	return flags & VM_WRITE && !(flags & (VM_SHARED | VM_NORESERVE)) ? flags | VM_ACCOUNT
									 : flags;
}

static int do_map(struct input *in)
{
	unsigned int page = input_below(in, PAGES), n = 1 + input_below(in, 40);
	unsigned int prot = input_below(in, 8), is_file = input_below(in, 3) == 0;
	unsigned int may = is_file && input_below(in, 2) ? VM_SHARED | VM_MAYSHARE : 0;
	unsigned int flags = (may ? MAP_SHARED : MAP_PRIVATE) | MAP_FIXED;
	unsigned long pgoff = input_below(in, 4) + page, ret;
	unsigned int noreserve = page % 5 == 0 ? VM_NORESERVE : 0;

	flags |= noreserve ? MAP_NORESERVE : 0;
	may |= noreserve;
	n = min(n, PAGES - page);
	ret = mm_mmap(mm, is_file ? &file : NULL, page_addr(page), n * PAGE_SIZE - 5, prot,
		      flags | (is_file ? 0 : MAP_ANONYMOUS), pgoff);
	if (IS_ERR(ret))
		return (int)ret;
	CHECK(ret == page_addr(page));
	model_fill(page, n, with_account(prot | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC | may),
		   is_file, pgoff);
	return 0;
}

static int do_unmap(struct input *in)
{
	unsigned int page = input_below(in, PAGES), n = 1 + input_below(in, 80);
	int err;

	n = min(n, PAGES - page);
	err = (int)mm_munmap(mm, page_addr(page), n * PAGE_SIZE);
	if (!err)
		model_fill(page, n, 0, false, 0);
	return err;
}

static bool written[PAGES]; /* the area that a page lies in has ever got an anonymous page */

static void note_written(void)
{
	memset(written, 0, sizeof(written));
	for (const struct vm_area_struct *vma = mm->mmap; vma; vma = vma->vm_next)
		for (unsigned long addr = vma->vm_start; addr < vma->vm_end; addr += PAGE_SIZE)
			if (addr >= BASE && addr < page_addr(PAGES))
				written[(addr - BASE) >> PAGE_SHIFT] = vma->anon_chain != NULL;
}

/* Memory stays charged once it was writable, unless it is anonymous and nobody ever wrote it. */
static void model_protect(unsigned int page, unsigned int prot)
{
	unsigned int old = model[page].flags, flags = (old & ~VM_RIGHTS) | prot;

	if (flags == old)
		return;
	if (!(old & VM_WRITE))
		flags = with_account(flags);
	if (!(flags & VM_WRITE) && !model[page].file && !written[page])
		flags &= ~VM_ACCOUNT;
	model[page].flags = flags;
}

/* As Linux, up to the hole; but nothing when there was no memory for the cut. */
static void model_protect_to_hole(unsigned int page, unsigned int prot)
{
	const struct vm_area_struct *vma = find_vma(mm, page_addr(page));

	if (!model[page].flags || !vma || (vma->vm_flags & VM_RIGHTS) != prot)
		return;
	for (; model[page].flags; page++)
		model_protect(page, prot);
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
	note_written();
	err = (int)mm_mprotect(mm, page_addr(page), n * PAGE_SIZE, prot);
	if (want) {
		CHECK(err == want);
		model_protect_to_hole(page, prot);
		return 0;
	}
	if (!err)
		for (unsigned int i = page; i < page + n; i++)
			model_protect(i, prot);
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
			   with_account(VM_READ | VM_WRITE | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC),
			   false, 0);
	else
		model_fill(first + n, old - first - n, 0, false, 0);
	return 0;
}

/* Brute force: the highest free place below `top`, 0: none. */
static unsigned long highest_place(unsigned long len, unsigned long top)
{
	unsigned long found = 0, low = MMAP_MIN_ADDR;
	const struct vm_area_struct *vma;

	for (vma = mm->mmap; vma; vma = vma->vm_next) {
		unsigned long high = min(vma_start_gap(vma), top);

		if (high > low && high - low >= len)
			found = high - len;
		low = max(low, vma->vm_end);
	}
	return top > low && top - low >= len ? top - len : found;
}

static unsigned long lowest_place(unsigned long len)
{
	unsigned long low = BASE;
	const struct vm_area_struct *vma;

	for (vma = mm->mmap; vma; vma = vma->vm_next) {
		unsigned long high = vma_start_gap(vma);

		if (high > low && high - low >= len)
			return low;
		low = max(low, vma->vm_end);
	}
	return low;
}

/* The kernel picks the place, downwards from within the window, or upwards from its start. */
static int do_place(struct input *in)
{
	unsigned int n = 1 + input_below(in, 12), page = input_below(in, PAGES);
	bool down = input_below(in, 2);
	unsigned long base = mm->mmap_base, len = n * PAGE_SIZE, want, ret;

	mm->mmap_base = down ? page_addr(page) : MMAP_MIN_ADDR;
	want = down ? highest_place(len, mm->mmap_base) : lowest_place(len);
	ret = (unsigned long)mm_mmap(mm, NULL, 0, len, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, 0);
	mm->mmap_base = base;
	if (IS_ERR(ret))
		return (int)ret;
	CHECK_EQ(ret, want);
	if (ret < BASE || ret + len > page_addr(PAGES))
		return (int)mm_munmap(mm, ret, len);
	model_fill((unsigned int)((ret - BASE) >> PAGE_SHIFT), n,
		   VM_READ | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC, false, 0);
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
	user_ledger_open();
	address_space_init(&file_mapping, NULL, &no_aops);
	mm = mm_alloc();
	mm->owner_tgid = PID;
	mm->start_brk = mm->brk = page_addr(PAGES - PAGES / 4);
	while (in.left && !test_failures()) {
		request_failing(&in);
		check_model();
		if (++steps % 16 == 0)
			check_all_lookups();
	}
	mmput(mm);
	CHECK_EQ(nr_mirror, 0);
	CHECK(!file_mapping.i_mmap.node);
	CHECK_EQ(atomic_read(&file.count), 1);
	user_ledger_close();
	return 0;
}

static void test_random_requests(void)
{
	check_property(one_input, 2000);
}

static const struct test tests[] = {
	{"random requests agree with a page array, failing allocations change nothing",
	 test_random_requests},
};

int main(void)
{
	user_boot();
	return test_main(tests, ARRAY_SIZE(tests));
}
