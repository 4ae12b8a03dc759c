/*
 * test_vmalloc.c - areas of the vmalloc window against an array of them, on a
 * window whose TLB keeps stale translations.
 *
 * The model knows every area, ended ones too until a purge, and where the lowest
 * gap is. Each page of an area holds a number of its own, written through the
 * window and read back both there and behind mm/'s back: a translation that
 * should have been dropped makes the two differ.
 */
#include "machine.h"
#include "kernel/lock.h"
#include "kernel/string.h"
#include "mm/slab.h"
#include "mm/vmalloc.h"
#include "mm/vmstat.h"
#include "test.h"

#define AREAS_MAX   64
#define POOL	    8	 /* the pages that vmap() gets, over and over */
#define MAP_MOST    9000 /* pages of one vmap(): a few of them fill the window */
#define MALLOC_MOST 40
#define LAZY_MAX    (32ul << 20) /* mm/window/vmap_area.c */
#define LAZY_AREAS  512
#define DEVICE	    0xa0000u /* reserved frames that the memory file has */
#define DEVICE_END  0x100000u

struct model_area {
	unsigned long start, pages;
	enum vmalloc_kind kind; /* VMALLOC_UNPURGED: until the next purge */
	u32 number;		/* in its pages */
	phys_addr_t phys;
};

static struct model_area model[AREAS_MAX]; /* by address */
static unsigned int nr_areas;
static unsigned long known_purges;
static u32 next_number = 1;
static struct page *pool[POOL];
static struct page *many[20 * PTRS_PER_PTE];

static void boot_once(void)
{
	static bool booted;

	if (booted)
		return;
	booted = true;
	host_boot();
	for (unsigned int i = 0; i < POOL; i++)
		pool[i] = alloc_page(i % 2 ? GFP_HIGHUSER : GFP_KERNEL);
	for (unsigned int i = 0; i < ARRAY_SIZE(many); i++)
		many[i] = pool[i % POOL];
}

static unsigned long model_end(unsigned int i)
{
	return model[i].start + (model[i].pages + 1) * PAGE_SIZE;
}

/* The lowest place with `spare` bytes more than needed; also where in the array it goes. */
static unsigned long model_place(unsigned long pages, unsigned long spare, unsigned int *index)
{
	unsigned long low = VMALLOC_START, need = (pages + 1) * PAGE_SIZE + spare;

	for (*index = 0; *index < nr_areas; (*index)++) {
		if (model[*index].start - low >= need)
			return low;
		low = model_end(*index);
	}
	return VMALLOC_END - low >= need ? low : 0;
}

static void model_remove(unsigned int i)
{
	nr_areas--;
	memmove(&model[i], &model[i + 1], (nr_areas - i) * sizeof(model[0]));
}

static unsigned long model_lazy(void)
{
	unsigned long bytes = 0;

	for (unsigned int i = 0; i < nr_areas; i++)
		if (model[i].kind == VMALLOC_UNPURGED)
			bytes += model_end(i) - model[i].start;
	return bytes;
}

static void model_purge(void)
{
	known_purges += model_lazy() != 0;
	for (unsigned int i = nr_areas; i-- > 0;)
		if (model[i].kind == VMALLOC_UNPURGED)
			model_remove(i);
}

/* A new area came out at `addr` (NULL: none did). Puts it into the model, or NULL. */
static struct model_area *model_insert(void *addr, unsigned long pages, unsigned long align,
				       enum vmalloc_kind kind)
{
	unsigned long want, spare = align - PAGE_SIZE;
	unsigned int i;

	if (model_lazy() > LAZY_MAX)
		model_purge();
	want = model_place(pages, spare, &i);
	if (!want) {
		model_purge();
		want = model_place(pages, spare, &i);
	}
	CHECK_EQ((unsigned long)addr & PAGE_MASK, round_up(want, align));
	if (!addr || nr_areas == AREAS_MAX)
		return NULL;
	memmove(&model[i + 1], &model[i], (nr_areas - i) * sizeof(model[0]));
	nr_areas++;
	model[i] = (struct model_area){.start = (unsigned long)addr & PAGE_MASK,
				       .pages = pages,
				       .kind = kind,
				       .number = next_number};
	next_number += pages;
	return &model[i];
}

/* The first, the last and a few pages between: big areas are mapped for their addresses. */
static unsigned long page_step(const struct model_area *area)
{
	return area->pages / 50 + 1;
}

static void write_numbers(const struct model_area *area)
{
	for (unsigned long i = 0; i < area->pages; i += page_step(area))
		*(u32 *)(area->start + i * PAGE_SIZE) = area->number + i;
}

/* The number in a page, past the window. */
static u32 number_behind(pfn_t pfn)
{
	u32 words[PAGE_SIZE / sizeof(u32)];

	host_read_frame(pfn, words);
	return words[0];
}

static void check_numbers(const struct model_area *area)
{
	for (unsigned long i = 0; i < area->pages; i += page_step(area)) {
		const u32 *word = (const u32 *)(area->start + i * PAGE_SIZE);
		const struct page *page = vmalloc_to_page(word);

		if (area->kind == VMALLOC_PAGES) {
			CHECK_EQ(*word, area->number + i);
			CHECK_EQ(number_behind(page_to_pfn(page)), area->number + i);
		} else if (area->kind == VMALLOC_VMAP) {
			CHECK(page == many[i]);
			CHECK_EQ(*word, number_behind(page_to_pfn(page)));
		} else {
			CHECK_EQ(page_to_phys(page), area->phys + i * PAGE_SIZE);
			CHECK_EQ(*word, number_behind(page_to_pfn(page)));
		}
	}
}

static void look(void *arg, const struct vmalloc_info *info)
{
	unsigned int *i = arg;

	if (!CHECK(*i < nr_areas))
		return;
	CHECK_EQ(info->start, model[*i].start);
	CHECK_EQ(info->end, model_end(*i));
	CHECK_EQ(info->kind, model[*i].kind);
	CHECK_EQ(info->nr_pages, model[*i].pages);
	(*i)++;
}

/* All that can be asked about the areas. */
static void check_model(void)
{
	struct vmalloc_totals totals;
	unsigned long used = 0, chunk = 0, low = VMALLOC_START;
	unsigned int i = 0, live = 0;

	vmalloc_for_each(look, &i);
	CHECK_EQ(i, nr_areas);
	for (i = 0; i < nr_areas; i++) {
		if (model[i].kind != VMALLOC_UNPURGED) {
			live++;
			used += model[i].pages * PAGE_SIZE;
		}
		CHECK(vmalloc_to_page((void *)(model_end(i) - PAGE_SIZE)) == NULL);
		chunk = max(chunk, model[i].start - low);
		low = model_end(i);
	}
	vmalloc_totals(&totals);
	CHECK_EQ(totals.areas, live);
	CHECK_EQ(totals.used, used);
	CHECK_EQ(totals.lazy, model_lazy());
	CHECK_EQ(totals.chunk, max(chunk, VMALLOC_END - low));
	CHECK_EQ(totals.purges, known_purges);
}

static void make_pages(struct input *in)
{
	unsigned long align = PAGE_SIZE << input_below(in, 5);
	unsigned long pages = input_below(in, MALLOC_MOST) + 1;
	void *addr = __vmalloc(pages * PAGE_SIZE - input_below(in, PAGE_SIZE), align,
			       GFP_KERNEL | __GFP_HIGHMEM, PAGE_KERNEL, make_pages);
	struct model_area *area = model_insert(addr, pages, align, VMALLOC_PAGES);

	if (area)
		write_numbers(area);
}

static void make_map(struct input *in)
{
	/* Now and then so many that the window gets full. */
	u32 pages = input_below(in, input_u8(in) < 40 ? MAP_MOST : 20) + 1;
	struct model_area *area =
		model_insert(vmap(many, pages, PAGE_KERNEL), pages, PAGE_SIZE, VMALLOC_VMAP);

	if (area)
		write_numbers(area);
}

static void make_device(struct input *in)
{
	phys_addr_t phys = DEVICE + input_below(in, DEVICE_END - DEVICE);
	unsigned long size = input_below(in, (u32)min(DEVICE_END - phys, 40000u)) + 1;
	unsigned long pages = PFN_UP(phys + size) - PFN_DOWN(phys);
	char *addr = ioremap(phys, size);
	struct model_area *area = model_insert(addr, pages, PAGE_SIZE, VMALLOC_IOREMAP);

	if (!area)
		return;
	CHECK_EQ((unsigned long)addr & ~PAGE_MASK, phys & ~PAGE_MASK);
	area->phys = phys & PAGE_MASK;
	addr[size - 1] = 1;
}

static void end_area(struct model_area *area)
{
	static void (*const end[])(const void *addr) = {
		[VMALLOC_PAGES] = vfree, [VMALLOC_VMAP] = vunmap, [VMALLOC_IOREMAP] = iounmap};

	if (area->kind == VMALLOC_UNPURGED)
		return;
	check_numbers(area);
	end[area->kind]((char *)area->start + (area->kind == VMALLOC_IOREMAP ? 77 : 0));
	area->kind = VMALLOC_UNPURGED;
}

static int one_input(const u8 *data, size_t n)
{
	struct input in = {data, n};

	while (in.left && !test_failures()) {
		u32 what = input_u8(&in);

		if (what < 110 && nr_areas < AREAS_MAX)
			(what < 50 ? make_pages : what < 80 ? make_map : make_device)(&in);
		else if (what < 250 && nr_areas)
			end_area(&model[input_below(&in, nr_areas)]);
		else
			vm_unmap_aliases(), model_purge();
		check_model();
	}
	for (unsigned int i = 0; i < nr_areas; i++)
		end_area(&model[i]);
	vm_unmap_aliases();
	model_purge();
	check_model();
	host_context_is_clean();
	return 0;
}

static void test_model(void)
{
	struct mm_ledger before, after;
	struct vmalloc_totals totals;

	boot_once();
	mm_ledger_take(&before);
	vmalloc_totals(&totals);
	known_purges = totals.purges;
	check_property(one_input, 400);
	mm_ledger_take(&after);
	CHECK(!memcmp(&before, &after, sizeof(before)));
}

/* Ending areas flushes nothing; the purge does, once, and then nothing can be read there. */
static void test_one_flush(void)
{
	const unsigned int count = 50;
	u32 *areas[50];
	unsigned long before;

	boot_once();
	vm_unmap_aliases();
	for (unsigned int i = 0; i < count; i++) {
		areas[i] = vmalloc(3 * PAGE_SIZE);
		*areas[i] = i;
	}
	before = host_flushes;
	for (unsigned int i = 0; i < count; i++)
		vfree(areas[i]);
	CHECK_EQ(host_flushes, before);
	vm_unmap_aliases();
	CHECK_EQ(host_flushes, before + 1);
	CHECK_EQ(host_flush_log[before % HOST_FLUSH_LOG].start, (unsigned long)areas[0]);
	CHECK_EQ(host_flush_log[before % HOST_FLUSH_LOG].end,
		 (unsigned long)areas[count - 1] + 4 * PAGE_SIZE);
	for (unsigned int i = 0; i < count; i += 7)
		CHECK_PANICS("not present", *areas[i] = 1);
	vm_unmap_aliases();
	CHECK_EQ(host_flushes, before + 1);
}

/* A loop of vmalloc and vfree flushes once in LAZY_MAX bytes of addresses. */
static void test_threshold(void)
{
	const unsigned long pages = 255, rounds = 100; /* 1 MiB with the guard */
	unsigned long before;

	boot_once();
	vm_unmap_aliases();
	before = host_flushes;
	for (unsigned long i = 0; i < rounds; i++)
		vunmap(vmap(many, pages, PAGE_KERNEL));
	CHECK_EQ(host_flushes - before, (rounds - 1) / (LAZY_MAX / ((pages + 1) * PAGE_SIZE) + 1));
	vm_unmap_aliases();
	before = host_flushes;
	for (unsigned int i = 0; i < 2 * LAZY_AREAS + 2; i++)
		vunmap(vmap(many, 1, PAGE_KERNEL));
	CHECK_EQ(host_flushes, before + 1);
	vunmap(vmap(many, 1, PAGE_KERNEL));
	CHECK_EQ(host_flushes, before + 2);
	vm_unmap_aliases();
}

static void test_full_window(void)
{
	void *areas[AREAS_MAX];
	unsigned int n = 0, last;
	struct vmalloc_totals totals;

	boot_once();
	vm_unmap_aliases();
	host_log_clear();
	while ((areas[n] = vmap(many, MAP_MOST, PAGE_KERNEL)) != NULL)
		n++;
	last = n;
	CHECK(strstr(host_log(), "vmalloc: no ") != NULL);
	CHECK_EQ(last, (VMALLOC_END - VMALLOC_START) / ((MAP_MOST + 1) * PAGE_SIZE));
	vmalloc_totals(&totals);
	CHECK(totals.chunk < (MAP_MOST + 1) * PAGE_SIZE);
	/* One piece free, and not flushed yet: it is found. */
	vunmap(areas[1]);
	CHECK(vmap(many, MAP_MOST, PAGE_KERNEL) == areas[1]);
	while (n)
		vunmap(areas[--n]);
	vm_unmap_aliases();
	vmalloc_totals(&totals);
	CHECK_EQ(totals.chunk, VMALLOC_END - VMALLOC_START);
	CHECK(vmalloc(0) == NULL);
	CHECK(vmalloc(VMALLOC_END - VMALLOC_START) == NULL);
	CHECK(vmalloc(~0ul) == NULL);
	CHECK(vmap(many, ~0u, PAGE_KERNEL) == NULL);
}

static void *get_vmalloc(void)
{
	return vzalloc(10 * PAGE_SIZE);
}

static void *get_vmap(void)
{
	return vmap(many, 10, PAGE_KERNEL);
}

static void *get_ioremap(void)
{
	return ioremap(DEVICE, 3 * PAGE_SIZE);
}

/* Fails each allocation in turn until none is left to fail: what was taken is given back. */
static void fail_each(void *(*get)(void), void (*put)(const void *addr), long allocations)
{
	static u32 tables; /* of the window that exist */
	struct mm_ledger before, after;
	void *addr = NULL, *push;
	long n;

	mm_ledger_take(&before);
	for (n = 0; !addr && n < 100; n++) {
		/* An area in front of it, so that it needs a new page table each time. */
		push = vmap(many, PTRS_PER_PTE * ++tables - 1, PAGE_KERNEL);
		host_fail_after(n);
		addr = get();
		host_fail_after(-1);
		if (!addr) {
			vunmap(push);
			mm_ledger_take(&after);
			CHECK(!memcmp(&before, &after, sizeof(before)));
		}
	}
	CHECK_EQ(n - 1, allocations);
	CHECK(addr != NULL);
	put(addr);
	vunmap(push);
	mm_ledger_take(&after);
	CHECK(!memcmp(&before, &after, sizeof(before)));
}

static void test_failing(void)
{
	boot_once();
	host_log_clear();
	fail_each(get_vmalloc, vfree, 12);
	CHECK(strstr(host_log(), "vmalloc: out of memory: 4 of 40 KiB allocated") != NULL);
	fail_each(get_vmap, vunmap, 2);
	fail_each(get_ioremap, iounmap, 2);
	/* More than there is. */
	CHECK(vmalloc(2 * HOST_RAM_BYTES) == NULL);
	vm_unmap_aliases();
}

static void test_kinds(void)
{
	u8 *bytes;
	u32 *read_only;

	boot_once();
	bytes = vmalloc(5 * PAGE_SIZE);
	memset(bytes, 0xee, 5 * PAGE_SIZE);
	CHECK(PageHighMem(vmalloc_to_page(bytes)));
	vfree(bytes);
	bytes = vzalloc(5 * PAGE_SIZE);
	for (unsigned long i = 0; i < 5 * PAGE_SIZE; i++)
		CHECK(!bytes[i]);
	CHECK_PANICS("not present", bytes[5 * PAGE_SIZE] = 1);
	CHECK_PANICS("not present", bytes[-1] = 1);
	vfree(bytes);
	read_only = vmap(many, 1, PAGE_KERNEL_RO);
	CHECK(*read_only == number_behind(page_to_pfn(many[0])));
	vunmap(read_only);
	CHECK(!is_vmalloc_addr(many) && !is_vmalloc_addr((void *)VMALLOC_END));
	CHECK(is_vmalloc_addr(read_only));
	CHECK(vmalloc_to_page(many) == NULL);
}

static void test_ioremap(void)
{
	phys_addr_t beyond = 0xfebc0000u;
	void *addr;

	boot_once();
	addr = ioremap(beyond + 0x10, 0x100);
	CHECK_EQ((unsigned long)addr & ~PAGE_MASK, 0x10);
	CHECK(vmalloc_to_page(addr) == NULL);
	CHECK_EQ(kernel_pte((unsigned long)addr, false)->pte,
		 beyond | pgprot_val(PAGE_KERNEL_NOCACHE));
	iounmap(addr);
	CHECK(ioremap(page_to_phys(pool[0]), 1) == NULL);
	CHECK(ioremap(page_to_phys(pool[1]) + 5, 1) == NULL);
	CHECK(ioremap(DEVICE, HOST_RAM_BYTES) == NULL);
	CHECK(ioremap(DEVICE, 0) == NULL);
	CHECK(ioremap(0xfffff000u, PAGE_SIZE + 1) == NULL);
	addr = ioremap(0xfffff000u, PAGE_SIZE);
	CHECK(addr != NULL);
	iounmap(addr);
}

static void test_misuse(void)
{
	char *addr, *map;

	boot_once();
	addr = vmalloc(2 * PAGE_SIZE);
	map = vmap(many, 2, PAGE_KERNEL);
	vfree(NULL);
	vunmap(NULL);
	iounmap(NULL);
	CHECK_PANICS("Trying to vfree() nonexistent vm area", vfree(addr + PAGE_SIZE));
	CHECK_PANICS("Trying to vfree() nonexistent vm area", vfree(many));
	CHECK_PANICS("Trying to vfree() nonexistent vm area", (vfree(addr), vfree(addr)));
	CHECK_PANICS("Trying to vfree() nonexistent vm area", vfree(map));
	CHECK_PANICS("Trying to vunmap() nonexistent vm area", (vunmap(map), vunmap(map)));
	CHECK_PANICS("Trying to vunmap() nonexistent vm area", vunmap(addr));
	CHECK_PANICS("Trying to iounmap() nonexistent vm area", iounmap(map));
	CHECK_PANICS("BUG", __vmalloc(1, 12345, GFP_KERNEL, PAGE_KERNEL, NULL));
	CHECK_PANICS("BUG", __vmalloc(1, PAGE_SIZE, GFP_ATOMIC, PAGE_KERNEL, NULL));
	preempt_disable();
	CHECK_PANICS("may not sleep", vmalloc(1));
	CHECK_PANICS("may not sleep", vmap(many, 1, PAGE_KERNEL));
	CHECK_PANICS("may not sleep", ioremap(DEVICE, 1));
	preempt_enable();
	host_in_interrupt = true;
	CHECK_PANICS("BUG", vfree(addr));
	host_in_interrupt = false;
	local_irq_disable(); /* allowed: the end of a task */
	vfree(addr);
	local_irq_enable();
	vunmap(map);
	vm_unmap_aliases();
	host_context_is_clean();
}

static const struct test tests[] = {
	{"every allocation fails once", test_failing}, /* first: the window has no tables yet */
	{"areas agree with an array", test_model},
	{"one flush for all", test_one_flush},
	{"a flush for each 32 MiB, or 512 areas", test_threshold},
	{"full window", test_full_window},
	{"kinds of memory", test_kinds},
	{"ioremap", test_ioremap},
	{"misuse is seen", test_misuse},
};
TEST_MAIN(tests)
