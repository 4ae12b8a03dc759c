/*
 * test_mmap.c - what mmap() and its family refuse, and with which error; where
 * mappings go; heap and stack at their limits; advice.
 */
#include "../../mm/area/internal.h"
#include "machine.h"
#include "mm/filemap.h"
#include "test.h"
#include "user.h"

#define BASE 0x10000000ul

static struct mm_struct *mm;
static struct address_space mapping;

static int read_zeroes(struct address_space *from, struct page *page)
{
	(void)from;
	clear_page(host_frame(page_to_pfn(page)));
	return 0;
}

static void release(struct mapped_file *file)
{
	(void)file;
}

static const struct address_space_ops aops = {.readpage = read_zeroes};
static const struct mapped_file_ops file_ops = {.release = release};

enum file_kind {
	NO_FILE,
	READ_WRITE,
	READ_ONLY,
	WRITE_ONLY,
	NOT_MAPPABLE,
	NR_FILES
};
static struct mapped_file files[NR_FILES];

static void make_file(enum file_kind kind, struct address_space *of, bool readable, bool writable)
{
	files[kind] = (struct mapped_file){.count = ATOMIC_INIT(1),
					   .mapping = of,
					   .path = "/file",
					   .ops = &file_ops,
					   .readable = readable,
					   .writable = writable};
}

static void begin(void)
{
	user_ledger_open();
	address_space_init(&mapping, NULL, &aops);
	mapping.size = 0x10000;
	make_file(READ_WRITE, &mapping, true, true);
	make_file(READ_ONLY, &mapping, true, false);
	make_file(WRITE_ONLY, &mapping, false, true);
	make_file(NOT_MAPPABLE, NULL, true, true);
	mm = mm_alloc();
}

static void end(void)
{
	validate_mm(mm);
	mmput(mm);
	truncate_inode_pages(&mapping, 0);
	for (int i = READ_WRITE; i < NR_FILES; i++)
		CHECK_EQ(atomic_read(&files[i].count), 1);
	user_ledger_close();
}

static long map(enum file_kind file, unsigned long addr, unsigned long len, unsigned int prot,
		unsigned int flags, unsigned long pgoff)
{
	return mm_mmap(mm, file ? &files[file] : NULL, addr, len, prot, flags, pgoff);
}

static long map_anon(unsigned long addr, unsigned long len, unsigned int flags)
{
	return map(NO_FILE, addr, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | flags,
		   0);
}

#define PRIV   MAP_PRIVATE
#define ANON   (MAP_PRIVATE | MAP_ANONYMOUS)
#define FIXED  (ANON | MAP_FIXED)
#define NOREPL (ANON | MAP_FIXED_NOREPLACE)
#define R      PROT_READ
#define W      PROT_WRITE

static const struct refusal {
	const char *what;
	enum file_kind file;
	unsigned long addr, len;
	unsigned int prot, flags;
	unsigned long pgoff;
	long error;
} refusals[] = {
	{"length 0", NO_FILE, 0, 0, R, ANON, 0, -EINVAL},
	{"length that rounds to 0", NO_FILE, 0, ~0ul, R, ANON, 0, -ENOMEM},
	{"more than the address space", NO_FILE, 0, TASK_SIZE + PAGE_SIZE, R, ANON, 0, -ENOMEM},
	{"all of it, page 0 too", NO_FILE, 0, TASK_SIZE, R, ANON, 0, -ENOMEM},
	{"neither shared nor private", NO_FILE, 0, 1, R, MAP_ANONYMOUS, 0, -EINVAL},
	{"an unknown type", NO_FILE, 0, 1, R, MAP_ANONYMOUS | 4, 0, -EINVAL},
	{"fixed, not aligned", NO_FILE, BASE + 1, 1, R, FIXED, 0, -EINVAL},
	{"fixed, up to the kernel", NO_FILE, TASK_SIZE - PAGE_SIZE, 2 * PAGE_SIZE, R, FIXED, 0,
	 -ENOMEM},
	{"fixed, in the kernel", NO_FILE, TASK_SIZE, PAGE_SIZE, R, FIXED, 0, -ENOMEM},
	{"fixed, wrapping", NO_FILE, ~0ul & PAGE_MASK, 2 * PAGE_SIZE, R, FIXED, 0, -ENOMEM},
	{"fixed, page 0", NO_FILE, 0, PAGE_SIZE, R, FIXED, 0, -EPERM},
	{"fixed, too low", NO_FILE, MMAP_MIN_ADDR - PAGE_SIZE, PAGE_SIZE, R, FIXED, 0, -EPERM},
	{"no replacing", NO_FILE, BASE - PAGE_SIZE, 2 * PAGE_SIZE, R, NOREPL, 0, -EEXIST},
	{"no replacing, all of it", NO_FILE, BASE, PAGE_SIZE, R, NOREPL, 0, -EEXIST},
	{"no replacing, not aligned", NO_FILE, BASE + 1, 1, R, NOREPL, 0, -EINVAL},
	{"shared memory that grows", NO_FILE, 0, 1, R, MAP_SHARED | MAP_ANONYMOUS | MAP_GROWSDOWN,
	 0, -EINVAL},
	{"a file that grows", READ_WRITE, 0, 1, R, PRIV | MAP_GROWSDOWN, 0, -EINVAL},
	{"offset that wraps", READ_WRITE, 0, 2 * PAGE_SIZE, R, PRIV, ~0ul, -EOVERFLOW},
	{"file opened for writing only", WRITE_ONLY, 0, 1, R, PRIV, 0, -EACCES},
	{"the same, shared", WRITE_ONLY, 0, 1, W, MAP_SHARED, 0, -EACCES},
	{"shared writing, opened for reading", READ_ONLY, 0, 1, R | W, MAP_SHARED, 0, -EACCES},
	{"a file that has no pages", NOT_MAPPABLE, 0, 1, R, PRIV, 0, -ENODEV},
};

static void test_refusals(void)
{
	begin();
	CHECK_EQ(map_anon(BASE, PAGE_SIZE, MAP_FIXED), (long)BASE);
	for (unsigned int i = 0; i < ARRAY_SIZE(refusals); i++) {
		const struct refusal *r = &refusals[i];
		long ret = map(r->file, r->addr, r->len, r->prot, r->flags, r->pgoff);

		if (ret != r->error)
			test_fail(__FILE__, __LINE__, "%s: %ld, expected %ld", r->what, ret,
				  r->error);
		CHECK_EQ(mm->map_count, 1);
	}
	end();
}

static void test_file_rights(void)
{
	long addr;

	begin();
	/* Private writing needs no right to the file. */
	CHECK_EQ(map(READ_ONLY, BASE, 1, R | W, PRIV | MAP_FIXED, 0), (long)BASE);
	/* Shared, of a file opened for reading: may never be made writable. */
	addr = map(READ_ONLY, 0, 1, R, MAP_SHARED, 0);
	CHECK(!IS_ERR(addr));
	CHECK_EQ(mm_mprotect(mm, (unsigned long)addr, 1, R | W), -EACCES);
	CHECK_EQ(mm_mprotect(mm, (unsigned long)addr, 1, 0), 0);
	end();
}

static void test_placement(void)
{
	unsigned long top, hint;

	begin();
	top = mm->mmap_base;
	CHECK(top <= STACK_TOP - STACK_LIMIT - STACK_GUARD_GAP);
	CHECK_EQ(map_anon(0, 1, 0), (long)(top - PAGE_SIZE));
	CHECK_EQ(map_anon(0, 3 * PAGE_SIZE, 0), (long)(top - 4 * PAGE_SIZE));
	CHECK_EQ(mm->map_count, 1);
	mm_munmap(mm, top - 3 * PAGE_SIZE, PAGE_SIZE);
	CHECK_EQ(map_anon(0, 2 * PAGE_SIZE, 0), (long)(top - 6 * PAGE_SIZE));
	CHECK_EQ(map_anon(0, PAGE_SIZE, 0), (long)(top - 3 * PAGE_SIZE)); /* first fit */
	/* A hint that is free is taken, rounded down to a page; one that is not, is not. */
	hint = BASE + 123;
	CHECK_EQ(map_anon(hint, 1, 0), (long)BASE);
	CHECK_EQ(map_anon(hint, 1, 0), (long)(top - 7 * PAGE_SIZE));
	CHECK_EQ(map_anon(1, PAGE_SIZE, 0), (long)(top - 8 * PAGE_SIZE)); /* below all: no hint */
	CHECK_EQ(map_anon(PAGE_SIZE, PAGE_SIZE, 0), (long)MMAP_MIN_ADDR);
	/* Only above mmap_base is there room: found from below. */
	CHECK_EQ(map_anon(0, TASK_SIZE - top - PAGE_SIZE, 0) & ~PAGE_MASK, 0);
	end();
}

static void test_placement_full(void)
{
	long addr;

	begin();
	addr = map_anon(MMAP_MIN_ADDR, mm->mmap_base - MMAP_MIN_ADDR, MAP_FIXED);
	CHECK_EQ(addr, (long)MMAP_MIN_ADDR);
	CHECK_EQ(map_anon(0, PAGE_SIZE, 0), (long)mm->mmap_base);
	addr = map_anon(0, TASK_SIZE - mm->mmap_base - PAGE_SIZE, 0);
	CHECK_EQ(addr, (long)(mm->mmap_base + PAGE_SIZE));
	CHECK_EQ(map_anon(0, PAGE_SIZE, 0), -ENOMEM);
	CHECK_EQ(mm->map_count, 1);
	end();
}

static void test_munmap_errors(void)
{
	begin();
	map_anon(BASE, 4 * PAGE_SIZE, MAP_FIXED);
	CHECK_EQ(mm_munmap(mm, BASE + 1, PAGE_SIZE), -EINVAL);
	CHECK_EQ(mm_munmap(mm, BASE, 0), -EINVAL);
	CHECK_EQ(mm_munmap(mm, BASE, TASK_SIZE), -EINVAL);
	CHECK_EQ(mm_munmap(mm, TASK_SIZE, PAGE_SIZE), -EINVAL);
	CHECK_EQ(mm_munmap(mm, BASE, ~0ul), -EINVAL);
	CHECK_EQ(mm->map_count, 1);
	CHECK_EQ(mm_munmap(mm, BASE, 1), 0); /* a byte is a page */
	CHECK_EQ(mm->total_vm, 3);
	end();
}

static void test_mprotect_errors(void)
{
	begin();
	map_anon(BASE, 4 * PAGE_SIZE, MAP_FIXED);
	CHECK_EQ(mm_mprotect(mm, BASE + 1, PAGE_SIZE, R), -EINVAL);
	CHECK_EQ(mm_mprotect(mm, BASE, PAGE_SIZE, 0x10), -EINVAL);
	CHECK_EQ(mm_mprotect(mm, BASE, 0, R), 0);
	CHECK_EQ(mm_mprotect(mm, BASE, ~0ul, R), -ENOMEM);
	CHECK_EQ(mm_mprotect(mm, BASE - PAGE_SIZE, 2 * PAGE_SIZE, R), -ENOMEM);
	CHECK_EQ(mm_mprotect(mm, BASE, 5 * PAGE_SIZE, R), -ENOMEM);
	CHECK_EQ(mm_mprotect(mm, BASE, PAGE_SIZE, R | PROT_GROWSDOWN), -EINVAL);
	CHECK_EQ(mm->map_count, 1);
	end();
}

static void test_map_count(void)
{
	begin();
	mm->map_count += MAX_MAP_COUNT; /* as if there were so many */
	CHECK_EQ(map_anon(BASE, 8 * PAGE_SIZE, MAP_FIXED), (long)BASE);
	CHECK_EQ(map_anon(0, PAGE_SIZE, 0), -ENOMEM);
	CHECK_EQ(mm_munmap(mm, BASE + PAGE_SIZE, PAGE_SIZE), -ENOMEM); /* would make two of one */
	CHECK_EQ(mm_mprotect(mm, BASE, PAGE_SIZE, R), -ENOMEM);
	CHECK_EQ(mm_munmap(mm, BASE + 6 * PAGE_SIZE, 2 * PAGE_SIZE), 0);
	mm->map_count -= MAX_MAP_COUNT;
	end();
}

static void test_brk(void)
{
	const unsigned long start = 0x08100123;
	u8 byte;

	begin();
	mm->start_data = 0x080ff000;
	mm->end_data = 0x08100000;
	mm->start_brk = mm->brk = start;
	CHECK_EQ(mm_brk(mm, 0), (long)start);
	CHECK_EQ(mm_brk(mm, start - 1), (long)start);
	CHECK_EQ(mm_brk(mm, start + 0x1000), (long)(start + 0x1000));
	CHECK_STR(vma_name(mm->mmap), "[heap]");
	CHECK_EQ(mm->total_vm, 1);
	CHECK_EQ(user_read(mm, 0x08101000, &byte), 0);
	CHECK_EQ(user_read(mm, 0x08102000, &byte), -EFAULT);
	CHECK_EQ(mm_brk(mm, start + 0x5000), (long)(start + 0x5000));
	CHECK_EQ(mm->map_count, 1);
	CHECK_EQ(mm_brk(mm, start), (long)start);
	CHECK_EQ(mm->map_count, 0);
	/* A mapping in the way, with its page of distance. */
	map_anon(0x08110000, PAGE_SIZE, MAP_FIXED);
	CHECK_EQ(mm_brk(mm, 0x08110000), (long)start);
	CHECK_EQ(mm_brk(mm, 0x0810f000), 0x0810f000);
	/* RLIMIT_DATA: initialised data and heap together. */
	mm->data_limit = 0x1000 + 0x10000;
	mm_munmap(mm, 0x08110000, PAGE_SIZE);
	CHECK_EQ(mm_brk(mm, start + 0x10001), 0x0810f000);
	CHECK_EQ(mm_brk(mm, start + 0x10000), (long)(start + 0x10000));
	CHECK_EQ(mm_brk(mm, TASK_SIZE), (long)(start + 0x10000));
	/* RLIMIT_AS has no say when rights change: nothing is added. */
	mm->as_limit = mm->total_vm << PAGE_SHIFT;
	CHECK_EQ(mm_mprotect(mm, 0x08101000, 0x2000, PROT_READ), 0);
	CHECK_EQ(mm_mprotect(mm, 0x08101000, 0x2000, PROT_READ | PROT_WRITE), 0);
	mm->data_limit = (mm->data_vm - 1) << PAGE_SHIFT;
	CHECK_EQ(mm_mprotect(mm, 0x08101000, 0x2000, PROT_READ), 0);
	CHECK_EQ(mm_mprotect(mm, 0x08101000, 0x2000, PROT_READ | PROT_WRITE), -ENOMEM);
	end();
}

static struct vm_area_struct *setup_stack(unsigned long size)
{
	struct vm_area_struct *stack;

	down_write(&mm->mmap_sem);
	stack = mm_setup_stack(mm, size);
	up_write(&mm->mmap_sem);
	return stack;
}

static void test_stack(void)
{
	struct vm_area_struct *stack;
	unsigned long limit = STACK_TOP - STACK_LIMIT;

	begin();
	stack = setup_stack(2 * PAGE_SIZE);
	CHECK(!IS_ERR(stack));
	CHECK_STR(vma_name(stack), "[stack]");
	CHECK_EQ(user_write(mm, STACK_TOP - 1, 1), 0);
	CHECK_EQ(user_last_fault.cause, TRACE_CAUSE_ANON);
	CHECK_EQ(user_write(mm, STACK_TOP - 40 * PAGE_SIZE, 1), 0);
	CHECK_EQ(user_last_fault.cause, TRACE_CAUSE_STACK);
	CHECK_EQ(mm->stack_vm, 40);
	CHECK_EQ(user_write(mm, limit, 1), 0); /* the last byte that the limit allows */
	CHECK_EQ(user_write(mm, limit - 1, 1), -EFAULT);
	CHECK(!user_last_fault.mapped);
	CHECK_EQ(mm->stack_vm, STACK_LIMIT >> PAGE_SHIFT);
	validate_mm(mm);
	end();
}

static void test_stack_gap(void)
{
	unsigned long below = STACK_TOP - 0x400000;
	struct fault_info info;

	begin();
	setup_stack(PAGE_SIZE);
	map_anon(below, PAGE_SIZE, MAP_FIXED);
	CHECK_EQ(user_write(mm, below + PAGE_SIZE + STACK_GUARD_GAP - 1, 1), -EFAULT);
	CHECK_EQ(user_write(mm, below + PAGE_SIZE + STACK_GUARD_GAP, 1), 0);
	/* What nobody can touch may be near. */
	mm_mprotect(mm, below, PAGE_SIZE, 0);
	CHECK_EQ(user_write(mm, below + PAGE_SIZE, 1), 0);
	/* Without leave to grow, it does not. */
	mm_munmap(mm, below, 2 * PAGE_SIZE);
	CHECK_EQ(mm_fault(mm, below, FAULT_WRITE, &info), -EFAULT);
	/* Mappings keep the gap, too. */
	mm->mmap_base = STACK_TOP;
	CHECK(map_anon(0, PAGE_SIZE, 0) ==
	      (long)(below + 2 * PAGE_SIZE - STACK_GUARD_GAP - PAGE_SIZE));
	end();
}

static void test_advice(void)
{
	u8 byte = 1;

	begin();
	map_anon(BASE, 4 * PAGE_SIZE, MAP_FIXED);
	user_write(mm, BASE, 7);
	user_write(mm, BASE + PAGE_SIZE, 8);
	CHECK_EQ(mm_madvise(mm, BASE, PAGE_SIZE, MADV_DONTNEED), 0);
	CHECK_EQ(user_read(mm, BASE, &byte) || byte, 0);
	CHECK(user_read(mm, BASE + PAGE_SIZE, &byte) == 0 && byte == 8);
	CHECK_EQ(mm->rss_anon, 1);
	CHECK_EQ(mm_madvise(mm, BASE + 1, PAGE_SIZE, MADV_DONTNEED), -EINVAL);
	CHECK_EQ(mm_madvise(mm, BASE, PAGE_SIZE, 99), -EINVAL);
	CHECK_EQ(mm_madvise(mm, BASE, 0, MADV_DONTNEED), 0);
	CHECK_EQ(mm_madvise(mm, BASE, 5 * PAGE_SIZE, MADV_WILLNEED), -ENOMEM);
	CHECK_EQ(mm_madvise(mm, BASE, 4 * PAGE_SIZE, MADV_SEQUENTIAL), 0);
	/* Over a hole: what is there is dropped, and the hole reported. */
	CHECK_EQ(mm_madvise(mm, BASE - PAGE_SIZE, 3 * PAGE_SIZE, MADV_DONTNEED), -ENOMEM);
	CHECK_EQ(mm->rss_anon, 0);
	CHECK_EQ(mm_madvise(mm, BASE + PAGE_SIZE, PAGE_SIZE, MADV_DONTFORK), 0);
	CHECK_EQ(mm->map_count, 3);
	CHECK_EQ(mm_madvise(mm, BASE + PAGE_SIZE, PAGE_SIZE, MADV_DOFORK), 0);
	CHECK_EQ(mm->map_count, 1);
	end();
}

static void test_populate(void)
{
	unsigned long faults = user_faults;
	u8 byte;

	begin();
	map_anon(BASE, 8 * PAGE_SIZE, MAP_FIXED | MAP_POPULATE);
	CHECK_EQ(mm->rss_anon, 8);
	CHECK_EQ(user_write(mm, BASE + 8 * PAGE_SIZE - 1, 1) || user_read(mm, BASE, &byte), 0);
	CHECK_EQ(user_faults, faults);
	end();
}

static const struct test tests[] = {
	{"mmap refuses with Linux's errors", test_refusals},
	{"what a file was opened for limits its mappings", test_file_rights},
	{"mappings go to the highest free place, or the hint", test_placement},
	{"a full address space is filled from below, then refused", test_placement_full},
	{"munmap refuses", test_munmap_errors},
	{"mprotect refuses", test_mprotect_errors},
	{"no more areas than MAX_MAP_COUNT", test_map_count},
	{"the break and its limits", test_brk},
	{"the stack grows to its limit", test_stack},
	{"the stack keeps its distance", test_stack_gap},
	{"advice", test_advice},
	{"MAP_POPULATE", test_populate},
};

int main(void)
{
	user_boot();
	sysctl_overcommit_memory = OVERCOMMIT_ALWAYS; /* there is more room than memory */
	return test_main(tests, ARRAY_SIZE(tests));
}
