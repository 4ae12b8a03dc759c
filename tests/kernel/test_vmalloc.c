/*
 * test_vmalloc.c - suite `vmalloc`: areas of the vmalloc window on the real page
 * tables and TLB, the lazily copied directory entries, device memory, and the
 * guard pages of kernel stacks.
 */
#include "i386/cpu.h"
#include "arch/irq.h"
#include "kernel/errno.h"
#include "kernel/ktap.h"
#include "kernel/probe.h"
#include "kernel/string.h"
#include "kernel/time.h"
#include "kernel/user_helpers.h"
#include "kernel/wait.h"
#include "mm/fixmap.h"
#include "mm/slab.h"
#include "mm/vmalloc.h"
#include "mm/vmstat.h"
#include "sched/sched.h"

#define PAGES	   40
#define VGA_PHYS   0xb8000u
#define VGA_CELLS  2000u /* 80 x 25, one character and one attribute each */
#define PCI_ADDR   0xcf8 /* PCI configuration mechanism #1 */
#define PCI_DATA   0xcfc
#define PCI_BAR0   0x10u
#define PCI_BARS   6u
#define PCI_ENABLE 0x80000000u

static pte_t pte_of(const void *addr)
{
	return *kernel_pte((unsigned long)addr, false);
}

static void test_memory(void)
{
	u32 *words = vmalloc(PAGES * PAGE_SIZE - 100), i;

	if (!EXPECT(words))
		return;
	EXPECT(is_vmalloc_addr(words) && (unsigned long)words % PAGE_SIZE == 0);
	for (i = 0; i < PAGES * PAGE_SIZE / sizeof(u32); i++)
		words[i] = i;
	for (i = 0; i < PAGES; i++) {
		struct page *page = vmalloc_to_page((char *)words + i * PAGE_SIZE);
		u32 *window = kmap_atomic(page);

		EXPECT_EQ(window[5], i * PAGE_SIZE / sizeof(u32) + 5);
		EXPECT_EQ(page_count(page), 1);
		kunmap_atomic(window);
	}
	EXPECT(vmalloc_to_page(words + PAGES * PAGE_SIZE / sizeof(u32)) == NULL);
	EXPECT(read_faults((unsigned long)words + PAGES * PAGE_SIZE));
	EXPECT(read_faults((unsigned long)words - 1));
	vfree(words);
	EXPECT(vmalloc(0) == NULL);
	EXPECT(vmalloc(VMALLOC_END - VMALLOC_START) == NULL);
	EXPECT(vmalloc(~0ul) == NULL);
	EXPECT(vmalloc_to_page((void *)PAGE_OFFSET) == NULL);
}

static void test_zero(void)
{
	u8 *bytes = vmalloc(PAGES * PAGE_SIZE);
	unsigned long i, sum = 0;

	if (!EXPECT(bytes))
		return;
	memset(bytes, 0xa5, PAGES * PAGE_SIZE);
	vfree(bytes);
	bytes = vzalloc(PAGES * PAGE_SIZE); /* most likely the same frames */
	if (!EXPECT(bytes))
		return;
	for (i = 0; i < PAGES * PAGE_SIZE; i++)
		sum += bytes[i];
	EXPECT_EQ(sum, 0);
	vfree(bytes);
}

/* Ended areas wait; one flush later their addresses fault and are given out again. */
static void test_lazy_purge(void)
{
	struct vmalloc_totals before, after;
	void *first, *second;

	vm_unmap_aliases();
	vmalloc_totals(&before);
	first = vmalloc(PAGE_SIZE);
	if (!EXPECT(first))
		return;
	*(volatile u32 *)first = 1; /* now in the TLB */
	vfree(first);
	second = vmalloc(PAGE_SIZE);
	EXPECT(second && first != second);
	vfree(second);
	vmalloc_totals(&after);
	EXPECT_EQ(after.areas, before.areas);
	EXPECT_EQ(after.lazy - before.lazy, 4 * PAGE_SIZE);
	EXPECT_EQ(after.purges, before.purges);
	vm_unmap_aliases();
	vmalloc_totals(&after);
	EXPECT_EQ(after.lazy, 0);
	EXPECT_EQ(after.purges, before.purges + 1);
	EXPECT(read_faults((unsigned long)first));
	EXPECT(read_faults((unsigned long)second));
	second = vmalloc(PAGE_SIZE);
	EXPECT(first == second);
	vfree(second);
}

/* One page three times, and the caller's own access to it. */
static void test_vmap(void)
{
	struct page *page = alloc_page(GFP_KERNEL), *pages[] = {page, page, page};
	volatile u32 *direct, *window, *read_only;

	if (!EXPECT(page))
		return;
	direct = page_address(page);
	window = vmap(pages, ARRAY_SIZE(pages), PAGE_KERNEL);
	read_only = vmap(pages, 1, PAGE_KERNEL_RO);
	if (EXPECT(window && read_only)) {
		window[1] = 17;
		EXPECT_EQ(direct[1], 17);
		EXPECT_EQ(window[2 * PAGE_SIZE / sizeof(u32) + 1], 17);
		EXPECT(vmalloc_to_page((void *)window) == page);
		EXPECT_EQ(read_only[1], 17);
		EXPECT(!write_faults((unsigned long)window));
		EXPECT(write_faults((unsigned long)read_only));
	}
	vunmap((void *)window);
	vunmap((void *)read_only);
	EXPECT(vmap(pages, 0, PAGE_KERNEL) == NULL);
	EXPECT_EQ(page_count(page), 1);
	__free_page(page);
}

/* Maps one page so often that the area reaches past all page tables of the window. NULL: failed. */
static void *map_new_table(struct page *page, unsigned long *size)
{
	unsigned long addr = VMALLOC_START, count;
	struct page **pages;
	void *area;

	while (addr < VMALLOC_END && kernel_pte(addr, false))
		addr += PGDIR_SIZE;
	*size = addr - VMALLOC_START + PAGE_SIZE;
	count = *size >> PAGE_SHIFT;
	pages = kmalloc(count * sizeof(*pages), GFP_KERNEL);
	if (!EXPECT(addr < VMALLOC_END && pages))
		return NULL;
	while (count > 0)
		pages[--count] = page;
	area = vmap(pages, *size >> PAGE_SHIFT, PAGE_KERNEL);
	kfree(pages);
	return area;
}

/* A directory made before the master got a table: the first touch copies the entry. */
static void test_sync(void)
{
	u32 synced = vm_event_sum(VM_PGFAULT_VMALLOC_SYNC), faults;
	struct page *page = alloc_page(GFP_KERNEL);
	struct mm_struct *mm = test_mm_begin();
	unsigned long size, last;
	void *area;

	if (!EXPECT(page) || !mm)
		return;
	area = map_new_table(page, &size);
	last = (unsigned long)area + size - PAGE_SIZE;
	if (EXPECT(area)) {
		*(volatile u32 *)page_address(page) = 42;
		EXPECT(pgd_none(*pgd_offset(mm->pgd, last)));
		EXPECT(!pgd_none(*pgd_offset(swapper_pg_dir, last)));
		faults = vm_event_sum(VM_PGFAULT);
		barrier(); /* the counters change behind the compiler's back */
		EXPECT_EQ(*(volatile u32 *)last, 42);
		EXPECT_EQ(*(volatile u32 *)last, 42);
		barrier();
		EXPECT_EQ(vm_event_sum(VM_PGFAULT) - faults, 1);
		EXPECT_EQ(vm_event_sum(VM_PGFAULT_VMALLOC_SYNC) - synced, 1);
		EXPECT_EQ(pgd_offset(mm->pgd, last)->pgd, pgd_offset(swapper_pg_dir, last)->pgd);
		vunmap(area);
	}
	test_mm_end();
	__free_page(page);
}

static void test_ioremap_vga(void)
{
	const u16 *fixed = (const u16 *)fix_to_virt(FIX_VGA);
	const u16 *screen = ioremap(VGA_PHYS, VGA_CELLS * sizeof(u16));
	const u8 *odd = ioremap_nocache(VGA_PHYS + 0xfff, 2); /* the ends of two pages */
	unsigned int i, text = 0, different = 0;

	if (EXPECT(screen && odd)) {
		for (i = 0; i < VGA_CELLS; i++) {
			text += (screen[i] & 0xff) > ' ';
			different += screen[i] != fixed[i];
		}
		EXPECT(text > 100);
		EXPECT_EQ(different, 0);
		EXPECT_EQ(pte_of(screen).pte & (_PAGE_PCD | _PAGE_PWT | _PAGE_USER),
			  _PAGE_PCD | _PAGE_PWT);
		EXPECT_EQ(PFN_PHYS(pte_pfn(pte_of(screen))), VGA_PHYS);
		EXPECT_EQ((unsigned long)odd % PAGE_SIZE, 0xfff);
		EXPECT_EQ(odd[0], ((const u8 *)fixed)[0xfff]);
		EXPECT_EQ(PFN_PHYS(pte_pfn(pte_of(odd + 1))), VGA_PHYS + PAGE_SIZE);
		EXPECT(read_faults((unsigned long)odd + 1 + PAGE_SIZE));
	}
	iounmap(screen);
	iounmap(odd);
}

static void test_ioremap_refuses(void)
{
	struct page *page = alloc_page(GFP_KERNEL);

	if (!EXPECT(page))
		return;
	EXPECT(ioremap(page_to_phys(page), PAGE_SIZE) == NULL);
	EXPECT(ioremap(page_to_phys(page) - 1, 2) == NULL);
	EXPECT(ioremap(VGA_PHYS, 0) == NULL);
	EXPECT(ioremap(0xfffff000u, PAGE_SIZE + 1) == NULL);
	EXPECT(ioremap(VGA_PHYS, 0x08000000) == NULL);
	__free_page(page);
}

static u32 pci_read(unsigned int device, unsigned int reg)
{
	outl(PCI_ENABLE | device << 11 | reg, PCI_ADDR);
	return inl(PCI_DATA);
}

/* The first memory region of a device on bus 0, or 0. */
static phys_addr_t find_memory_bar(void)
{
	unsigned int device, i;
	u32 bar;

	outl(PCI_ENABLE, PCI_ADDR);
	if (inl(PCI_ADDR) != PCI_ENABLE) /* no PCI: the register does not keep what it is told */
		return 0;
	for (device = 0; device < 32; device++) {
		if ((pci_read(device, 0) & 0xffff) == 0xffff)
			continue;
		for (i = 0; i < PCI_BARS; i++) {
			bar = pci_read(device, PCI_BAR0 + 4 * i);
			/* Bit 0: I/O ports. Bits 1-2: 0 is an address of 32 bits. 3: prefetch. */
			if (bar > 0xf && !(bar & 7))
				return bar - (bar & 8);
		}
	}
	return 0;
}

static void test_ioremap_bar(void)
{
	phys_addr_t phys = find_memory_bar();
	volatile u32 *device;

	if (!phys) {
		ktap_skip("no PCI device with memory of its own");
		return;
	}
	device = ioremap(phys, PAGE_SIZE);
	if (!EXPECT(device))
		return;
	ktap_info("PCI memory 0x%08x at %p reads 0x%08x", phys, (void *)device, *device);
	EXPECT_EQ(pte_of((void *)device).pte & (_PAGE_PCD | _PAGE_PWT), _PAGE_PCD | _PAGE_PWT);
	EXPECT_EQ(PFN_PHYS(pte_pfn(pte_of((void *)device))) + (phys & ~PAGE_MASK), phys);
	iounmap((void *)device);
}

/* Every task's stack lies in the window, between two pages that fault. */
static void test_stacks(void)
{
	struct task_struct *task;
	unsigned long stack;

	for_each_task (task) {
		stack = (unsigned long)task->stack;
		if (task->state == TASK_ZOMBIE || task->state == TASK_DEAD)
			continue;
		EXPECT(is_vmalloc_addr(task->stack));
		EXPECT_EQ(stack % THREAD_SIZE, 0);
		EXPECT(read_faults(stack - 1) && read_faults(stack - PAGE_SIZE));
		EXPECT(!read_faults(stack) && !read_faults(stack + THREAD_SIZE - 1));
		EXPECT(read_faults(stack + THREAD_SIZE));
	}
	EXPECT((unsigned long)&task - (unsigned long)current->stack < THREAD_SIZE);
}

#define FILLERS 4096 /* of a gap that a table as large as memory wants can leave */

struct stack_test {
	struct mm_struct *old, *other; /* made before the page table above the thread's stack */
	bool entry_missing;	       /* in `other`, before it was loaded on that stack */
	bool done;
};
static DECLARE_WAIT_QUEUE_HEAD(stack_wait);

/* A thread on a new stack, in a borrowed address space: loads another one, as exec does. */
static int stack_thread(void *arg)
{
	struct stack_test *test = arg;
	struct mm_struct *borrowed = current->active_mm;

	test->entry_missing =
		pgd_none(*pgd_offset(test->other->pgd, (unsigned long)current->stack));
	local_irq_disable();
	load_mm(borrowed, test->other);
	load_mm(test->other, borrowed);
	local_irq_enable();
	test->done = true;
	wake_up_all(&stack_wait);
	return 0;
}

/* Fills every gap that would do for a stack below `addr`; returns how many areas that took. */
static unsigned int fill_below(unsigned long addr, void **fillers)
{
	unsigned int n = 0;

	while (n < FILLERS) {
		fillers[n] =
			__vmalloc(THREAD_SIZE, THREAD_SIZE, GFP_KERNEL, PAGE_KERNEL, fill_below);
		if ((unsigned long)fillers[n++] >= addr)
			break;
	}
	EXPECT(n < FILLERS);
	vfree(fillers[--n]); /* the place for the stack */
	return n;
}

/*
 * A stack under a directory entry that two address spaces have never seen: both
 * get it before they are loaded, without a fault, of which there could be none.
 */
static void test_switch_to_new_stack(void)
{
	struct mm_struct *borrowed = current->active_mm;
	struct stack_test test = {.other = mm_alloc()};
	void **fillers = kmalloc(FILLERS * sizeof(*fillers), GFP_KERNEL), *area;
	struct page *page = alloc_page(GFP_KERNEL);
	u32 synced = vm_event_sum(VM_PGFAULT_VMALLOC_SYNC);
	struct task_struct *thread;
	unsigned long size, last, stack;
	unsigned int n;

	test.old = test_mm_begin();
	test_mm_switch(borrowed);
	area = map_new_table(page, &size);
	if (!EXPECT(test.other && test.old && fillers && page && area))
		return;
	last = (unsigned long)area + size - PAGE_SIZE;
	task_cache_drain();
	vm_unmap_aliases();
	n = fill_below(last, fillers);
	vm_unmap_aliases();
	thread = kthread_run(stack_thread, &test, "new-stack");
	if (EXPECT(!IS_ERR(thread))) {
		stack = (unsigned long)thread->stack; /* in the table of `last` or the next one */
		EXPECT(stack > last);
		test_mm_switch(test.old);
		EXPECT(pgd_none(*pgd_offset(test.old->pgd, stack)));
		EXPECT(wait_event_timeout(stack_wait, test.done, HZ));
		EXPECT(test.entry_missing);
		EXPECT(!pgd_none(*pgd_offset(test.other->pgd, stack)));
		EXPECT(!pgd_none(*pgd_offset(test.old->pgd, stack)));
		EXPECT_EQ(vm_event_sum(VM_PGFAULT_VMALLOC_SYNC), synced);
	}
	while (n > 0)
		vfree(fillers[--n]);
	vunmap(area);
	test_mm_switch(test.old);
	test_mm_end();
	mmput(test.other);
	__free_page(page);
	kfree(fillers);
	/* Let the thread's end be complete before the ledger looks. */
	EXPECT(!wait_event_timeout(stack_wait, false, 2));
}

struct walk {
	const void *seek;
	unsigned int areas, unpurged, disorder;
	unsigned long end;
	struct vmalloc_info found;
};

static void look(void *arg, const struct vmalloc_info *info)
{
	struct walk *walk = arg;

	walk->areas += info->kind != VMALLOC_UNPURGED;
	walk->unpurged += info->kind == VMALLOC_UNPURGED;
	walk->disorder += info->start < walk->end || info->start >= info->end;
	walk->end = info->end;
	if (info->start == (unsigned long)walk->seek)
		walk->found = *info;
}

static void test_walker(void)
{
	struct walk walk = {.seek = vmalloc(3 * PAGE_SIZE)};
	struct vmalloc_totals totals;

	vfree(vmalloc(PAGE_SIZE));
	vmalloc_totals(&totals);
	vmalloc_for_each(look, &walk);
	EXPECT_EQ(walk.areas, totals.areas);
	EXPECT(walk.unpurged > 0);
	EXPECT_EQ(walk.disorder, 0);
	EXPECT_EQ(walk.found.kind, VMALLOC_PAGES);
	EXPECT_EQ(walk.found.nr_pages, 3);
	EXPECT_EQ(walk.found.end - walk.found.start, 4 * PAGE_SIZE);
	EXPECT((unsigned long)walk.found.caller - (unsigned long)test_walker < 256);
	EXPECT(totals.used >= (3 + THREAD_SIZE / PAGE_SIZE) * PAGE_SIZE);
	EXPECT(totals.chunk > PAGE_SIZE && totals.chunk < VMALLOC_END - VMALLOC_START);
	vfree(walk.seek);
}

static const struct ktap_case cases[] = {
	{"memory", test_memory},
	{"vzalloc", test_zero},
	{"lazy purge", test_lazy_purge},
	{"vmap", test_vmap},
	{"directory entries are copied by faults", test_sync},
	{"ioremap reads the screen", test_ioremap_vga},
	{"ioremap refuses memory", test_ioremap_refuses},
	{"ioremap reads a PCI device", test_ioremap_bar},
	{"kernel stacks have guard pages", test_stacks},
	{"switch to a stack that no directory knows", test_switch_to_new_stack},
	{"walker", test_walker},
	{NULL, NULL},
};
const struct ktap_suite vmalloc_suite = {"vmalloc", cases};
