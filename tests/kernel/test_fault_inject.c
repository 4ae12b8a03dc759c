/*
 * test_fault_inject.c - every allocation of an operation fails once.
 *
 *   for n = 1, 2, ...: prepare; let the nth allocation from now fail; do it; clean up
 *
 * until the operation needs fewer than n. Each time it must have failed or
 * succeeded as a whole: what was in use before is in use afterwards, no more and
 * no less, and the disk is sound.
 *
 * Operations are calls of the kernel's own functions, or user programs
 * (fault_user.S) in a process of their own, whose system calls and page faults
 * meet the failure.
 */
#include "arch/irq.h"
#include "i386/thread.h"
#include "kernel/fs_helpers.h"
#include "kernel/string.h"
#include "mm/fault.h"
#include "mm/fault_inject.h"
#include "mm/mmap.h"
#include "mm/slab.h"
#include "mm/vmalloc.h"
#include "mm/vmstat.h"
#include "proc/elf.h"
#include "proc/exec.h"
#include "proc/exit.h"
#include "sched/sched.h"
#include "signal/signal.h"

#define NTH_MOST   400u /* more than any operation here needs */
#define TURNS_MAX  10000
#define USER_START 0x08048000u
#define USER_CODE  0x100u  /* in the file, and from USER_START on */
#define USER_SIZE  0x3000u /* in memory */
#define AREA_START 0x20000000ul
#define TABLE_SIZE 0x400000ul /* that one page table covers */
#define NR_AREAS   3u

extern const char fault_user[], fault_user_end[];
extern const char fault_user_nothing[], fault_user_memory[], fault_user_fork[], fault_user_pipe[],
	fault_user_file[], fault_user_proc[];

struct operation {
	bool (*prepare)(void); /* NULL: nothing to prepare or to clean up */
	int (*run)(void);      /* 0 or errno */
	void (*clean_up)(void);
};

static struct mm_struct *test_mm;

static u32 injected_failures(void)
{
	return vm_event_sum(VM_FAILSLAB) + vm_event_sum(VM_FAIL_PAGE_ALLOC);
}

static void take_ledger(struct mm_ledger *ledger)
{
	task_cache_drain();
	mm_ledger_take(ledger);
}

/* Did the nth allocation of the operation fail? `ok` ends as false when anything is wrong. */
static bool fail_nth(const struct operation *op, unsigned int n, bool *ok)
{
	struct mm_ledger before, after;
	u32 failures;
	bool fired;
	int err;

	take_ledger(&before);
	if (op->prepare && !op->prepare()) {
		*ok = false;
		return false;
	}
	failures = injected_failures();
	fault_inject_nth(n);
	err = op->run();
	fault_inject_nth_end();
	fired = injected_failures() != failures;
	if (op->clean_up)
		op->clean_up();
	take_ledger(&after);
	if (!fired)
		*ok = EXPECT_EQ(err, 0);
	if (memcmp(&before, &after, sizeof(before)) != 0) {
		ktap_fail(__FILE__, __LINE__,
			  "allocation %u failed (error %d): %ld pages, %ld objects lost", n, -err,
			  (long)(before.free_pages[0] - after.free_pages[0] + before.free_pages[1] -
				 after.free_pages[1] + before.free_pages[2] - after.free_pages[2]),
			  (long)(after.slab_objects - before.slab_objects));
		*ok = false;
	}
	return fired;
}

/* Lets each allocation fail in turn; at least `least` there must be. */
static void fail_each(const struct operation *op, unsigned int least)
{
	unsigned int n = 1;
	bool ok = true;

	while (n < NTH_MOST && fail_nth(op, n, &ok) && ok)
		n++;
	ktap_info("%u allocations failed in turn", n - 1);
	EXPECT(n < NTH_MOST && n > least);
}

/* --- caches and memory by the byte --- */

static int run_cache(void)
{
	struct kmem_cache *cache = kmem_cache_create("fault_inject", 600, 0, 0, NULL);
	void *object;
	int err = -ENOMEM;

	if (!cache)
		return err;
	object = kmem_cache_alloc(cache, GFP_KERNEL);
	if (object) {
		kmem_cache_free(cache, object);
		err = 0;
	}
	EXPECT_EQ(kmem_cache_destroy(cache), 0);
	return err;
}

static void test_cache(void)
{
	fail_each(&(struct operation){.run = run_cache}, 2);
}

static int run_kmalloc(void)
{
	void *small = kmalloc(100, GFP_KERNEL), *large = kmalloc(3000, GFP_KERNEL | __GFP_ZERO);
	void *pages = kmalloc(20000, GFP_ATOMIC | __GFP_NOWARN);
	char *copy = kstrdup("text", GFP_KERNEL);
	int err = small && large && pages && copy ? 0 : -ENOMEM;

	kfree(small);
	kfree(large);
	kfree(pages);
	kfree(copy);
	return err;
}

static void test_kmalloc(void)
{
	fail_each(&(struct operation){.run = run_kmalloc}, 3);
}

static int run_vmalloc(void)
{
	void *area = vmalloc(20 * PAGE_SIZE), *zeroed = vzalloc(PAGE_SIZE);
	int err = area && zeroed ? 0 : -ENOMEM;

	vfree(area);
	vfree(zeroed);
	return err;
}

static void test_vmalloc(void)
{
	fail_each(&(struct operation){.run = run_vmalloc}, 20);
}

/* --- address spaces --- */

/* Maps areas that each need a page table of their own, with one page used in each. */
static int fill_mm(struct mm_struct *mm)
{
	unsigned long addr;
	struct page *page;
	unsigned int i;
	long ret;

	for (i = 0; i < NR_AREAS; i++) {
		addr = AREA_START + i * TABLE_SIZE;
		ret = mm_mmap(mm, NULL, addr, 2 * PAGE_SIZE, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, 0);
		if (ret < 0 && ret > -MAX_ERRNO)
			return (int)ret;
		page = get_user_page(mm, addr, true);
		if (IS_ERR(page))
			return (int)PTR_ERR(page);
		put_page(page);
	}
	return (int)mm_munmap(mm, AREA_START, PAGE_SIZE);
}

static int run_mmap(void)
{
	struct mm_struct *mm = mm_alloc();
	int err;

	if (!mm)
		return -ENOMEM;
	err = fill_mm(mm);
	validate_mm(mm);
	mmput(mm);
	return err;
}

static void test_mmap(void)
{
	fail_each(&(struct operation){.run = run_mmap}, 8);
}

static bool prepare_mm(void)
{
	test_mm = mm_alloc();
	return EXPECT(test_mm) && EXPECT_EQ(fill_mm(test_mm), 0);
}

static void drop_mm(void)
{
	struct page *page = get_user_page(test_mm, AREA_START + TABLE_SIZE, true);

	if (EXPECT(!IS_ERR(page)))
		put_page(page);
	validate_mm(test_mm);
	mmput(test_mm);
}

static int run_dup(void)
{
	struct mm_struct *copy = dup_mm(test_mm, 1);

	if (!copy)
		return -ENOMEM;
	validate_mm(copy);
	mmput(copy);
	return 0;
}

static void test_dup(void)
{
	fail_each(&(struct operation){prepare_mm, run_dup, drop_mm}, 6);
}

/* --- files --- */

/* A disk of which nothing is in memory but what mounting reads. */
static bool prepare_disk(void)
{
	if (!test_fs_begin() || !EXPECT_EQ(test_make_file("/old", 9000, 1), 0) ||
	    !EXPECT_EQ(vfs_mkdir(AT_FDCWD, "/dir", 0755), 0))
		return false;
	test_fs_remount();
	return true;
}

static int run_create(void)
{
	int err = test_make_file("/dir/new", 50000, 2);

	if (!err)
		err = vfs_symlink("new", AT_FDCWD, "/dir/link");
	return err ? err : vfs_mkdir(AT_FDCWD, "/dir/sub", 0755);
}

static void test_create(void)
{
	fail_each(&(struct operation){prepare_disk, run_create, test_fs_end}, 20);
}

static int run_read(void)
{
	char buf[100];
	struct file *file = filp_open("/old", O_RDONLY, 0);
	ssize_t n;

	if (IS_ERR(file))
		return (int)PTR_ERR(file);
	n = kernel_read(file, 8000, buf, sizeof(buf));
	fput(file);
	return n < 0 ? (int)n : n - (ssize_t)sizeof(buf);
}

static void test_read(void)
{
	fail_each(&(struct operation){prepare_disk, run_read, test_fs_end}, 4);
}

/* --- threads and programs --- */

/* Waits for the end of a task, of which the caller has a hold; its wait status. */
static int end_of(struct task_struct *task)
{
	unsigned int turns;
	int code;

	for (turns = 0; turns < TURNS_MAX && task->state < TASK_ZOMBIE; turns++)
		schedule();
	EXPECT(turns < TURNS_MAX);
	schedule(); /* its burial */
	code = task->exit_code;
	put_task(task);
	return code;
}

static int brief(void *unused)
{
	(void)unused;
	return 0;
}

static int run_thread(void)
{
	struct task_struct *task = kthread_run(brief, NULL, "brief");

	return IS_ERR(task) ? (int)PTR_ERR(task) : end_of(get_task(task));
}

static void test_thread(void)
{
	fail_each(&(struct operation){.run = run_thread}, 4);
}

/* The program that the test is about. */
static const char *program; /* its entry point in fault_user.S */
static bool loading_too;    /* the failure may come before its first instruction */
static unsigned int program_nth;

/* A thread that becomes the program. */
static int become_program(void *unused)
{
	static const char *const argv[] = {"program", NULL};
	struct arg_source args = {.kernel = true, .strings = argv}, env = {0};

	(void)unused;
	if (loading_too)
		fault_inject_nth(program_nth);
	current->files = files_dup(NULL);
	current->fs = fs_dup(NULL);
	if (!current->files || !current->fs || do_execve("/program", &args, &env))
		return 1;
	if (!loading_too)
		fault_inject_nth(program_nth);
	return 0;
}

/* A file with all programs, of which the header chooses one. */
static bool make_program(void)
{
	u32 code = (u32)fault_user_end - (u32)fault_user;
	struct {
		struct elf32_ehdr header;
		struct elf32_phdr segment;
	} elf = {
		.header =
			{
				.ident = ELF_MAGIC,
				.type = ET_EXEC,
				.machine = EM_386,
				.version = 1,
				.entry = USER_START + USER_CODE + (u32)program - (u32)fault_user,
				.phoff = sizeof(struct elf32_ehdr),
				.ehsize = sizeof(struct elf32_ehdr),
				.phentsize = sizeof(struct elf32_phdr),
				.phnum = 1,
			},
		.segment = {PT_LOAD, 0, USER_START, USER_START, USER_CODE + code, USER_SIZE,
			    PF_R | PF_W | PF_X, PAGE_SIZE},
	};
	struct file *file = filp_open("/program", O_CREAT | O_EXCL | O_RDWR, 0755);
	loff_t pos = 0;
	bool ok;

	if (!EXPECT(!IS_ERR(file)))
		return false;
	elf.header.ident[EI_CLASS] = ELFCLASS32;
	elf.header.ident[EI_DATA] = ELFDATA2LSB;
	ok = file->ops->kwrite(file, &elf, sizeof(elf), &pos) == sizeof(elf);
	pos = USER_CODE;
	ok = ok && file->ops->kwrite(file, fault_user, code, &pos) == (ssize_t)code;
	fput(file);
	return EXPECT(ok);
}

static bool prepare_program(void)
{
	return test_fs_begin() && make_program();
}

static void release_zombie(struct task_struct *task)
{
	if (task->state != TASK_ZOMBIE)
		return;
	spin_lock(&tasklist_lock);
	task_unlink(task);
	spin_unlock(&tasklist_lock);
	forget_task(task);
}

/* The order is the program's, not this thread's: it takes it over. */
static int run_program(void)
{
	struct task_struct *task;
	int code;

	program_nth = this_cpu(current_fault_nth)->left;
	fault_inject_nth_end();
	task = kthread_run(become_program, NULL, "program");
	if (IS_ERR(task))
		return (int)PTR_ERR(task);
	get_task(task);
	code = end_of(get_task(task));
	/* A program's status waits for its parent, the boot thread, which never asks. */
	release_zombie(task);
	put_task(task);
	return code;
}

/* A kernel thread runs in the address space that was loaded last: lets that go. */
static void leave_last_mm(void)
{
	struct mm_struct *last = current->active_mm;

	if (last == &init_mm)
		return;
	mmgrab(&init_mm);
	local_irq_disable();
	current->active_mm = &init_mm;
	load_mm(last, &init_mm);
	local_irq_enable();
	mmdrop(last);
}

/* Children whose parent was killed have become this thread's, which is init. */
static void end_program(void)
{
	struct task_struct *child, *next;

	list_for_each_entry_safe (child, next, &current->children, sibling) {
		end_of(get_task(child));
		release_zombie(child);
	}
	sigpending_discard(&current->signal->shared, ~0ull);
	leave_last_mm();
	test_fs_end();
}

static void fail_each_of_program(const char *which, bool loading, unsigned int least)
{
	program = which;
	loading_too = loading;
	fail_each(&(struct operation){prepare_program, run_program, end_program}, least);
}

static void test_exec(void)
{
	fail_each_of_program(fault_user_nothing, true, 15);
}

static void test_user_memory(void)
{
	fail_each_of_program(fault_user_memory, false, 8);
}

static void test_user_fork(void)
{
	fail_each_of_program(fault_user_fork, false, 12);
}

static void test_user_pipe(void)
{
	fail_each_of_program(fault_user_pipe, false, 4);
}

static void test_user_file(void)
{
	fail_each_of_program(fault_user_file, false, 6);
}

static void test_user_proc(void)
{
	fail_each_of_program(fault_user_proc, false, 6);
}

/* --- the switch itself --- */

/* Exactly the nth fails, once, and not where failure is forbidden. */
static void test_nth(void)
{
	void *warm = kmalloc(40, GFP_KERNEL); /* so that there is a slab to take from */
	void *first, *second, *third;

	fault_inject_nth(2);
	first = kmalloc(40, GFP_KERNEL);
	EXPECT_EQ(this_cpu(current_fault_nth)->left, 1);
	second = kmalloc(40, GFP_KERNEL);
	third = kmalloc(40, GFP_KERNEL);
	EXPECT(warm && first && !second && third);
	EXPECT(fault_inject_nth_end());
	kfree(first);
	kfree(second);
	kfree(third);
	fault_inject_nth(1);
	first = kmalloc(40, GFP_KERNEL | __GFP_NOFAIL);
	EXPECT(first);
	EXPECT(!fault_inject_nth_end());
	kfree(first);
	kfree(warm);
}

static const struct ktap_case cases[] = {
	{"nth_allocation_only", test_nth},
	{"slab_cache", test_cache},
	{"kmalloc", test_kmalloc},
	{"vmalloc", test_vmalloc},
	{"mmap_and_touch", test_mmap},
	{"dup_mm", test_dup},
	{"files_create", test_create},
	{"files_read", test_read},
	{"kernel_thread", test_thread},
	{"exec", test_exec},
	{"program_memory", test_user_memory},
	{"program_fork", test_user_fork},
	{"program_pipe", test_user_pipe},
	{"program_file", test_user_file},
	{"program_proc", test_user_proc},
	{NULL, NULL},
};

const struct ktap_suite fault_inject_suite = {"fault_inject", cases};
