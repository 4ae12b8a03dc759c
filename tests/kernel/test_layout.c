/*
 * test_layout.c - suites `layout` (page tables as start-up left them) and `arch`
 * (exceptions, accessors to user memory, TLS, clock, command line).
 *
 * What must fault is probed by an instruction with an entry in the exception
 * table, so that the fault itself is seen and the test goes on.
 */
#include "kernel/ktap.h"
#include "kernel/probe.h"
#include "i386/control.h"
#include "i386/cpu.h"
#include "arch/irq.h"
#include "arch/pgtable.h"
#include "i386/sections.h"
#include "i386/selectors.h"
#include "arch/tlb.h"
#include "i386/uaccess.h"
#include "boot/boot.h"
#include "drivers/pit.h"
#include "drivers/rtc.h"
#include "kernel/cmdline.h"
#include "kernel/compiler.h"
#include "kernel/errno.h"
#include "kernel/string.h"
#include "kernel/time.h"
#include "mm/fixmap.h"
#include "mm/gfp.h"
#include "mm/mmap.h"
#include "mm/vmstat.h"
#include "proc/task.h"
#include "symbols.h"

/* The leaf entry that maps addr in the master directory; `size` 0 when there is none. */
static u32 kernel_leaf(unsigned long addr, unsigned long *size)
{
	pgd_t *pgd = pgd_offset(swapper_pg_dir, addr);

	*size = 0;
	if (!pgd_present(*pgd))
		return 0;
	if (pgd_large(*pgd)) {
		*size = PGDIR_SIZE;
		return pgd->pgd;
	}
	if (!pte_present(*pte_offset(pgd, addr)))
		return 0;
	*size = PAGE_SIZE;
	return pte_offset(pgd, addr)->pte;
}

static void test_addresses(void)
{
	EXPECT_EQ(_text, KERNEL_VIRT);
	EXPECT_EQ(__pa(_text), KERNEL_PHYS);
	EXPECT_EQ(__va(__pa(_end)), _end);
	EXPECT_EQ(PFN_UP(KERNEL_PHYS + 1), (KERNEL_PHYS >> PAGE_SHIFT) + 1);
	EXPECT_EQ(PFN_DOWN(KERNEL_PHYS + PAGE_SIZE - 1), KERNEL_PHYS >> PAGE_SHIFT);
	EXPECT(max_low_pfn <= lowmem_limit >> PAGE_SHIFT);
	EXPECT(max_low_pfn <= max_pfn);
}

/* Every frame of low memory is mapped where __va() says, by pages as large as can be. */
static void test_direct_map(void)
{
	unsigned long addr, size;
	pfn_t pfn, bad = 0;
	u32 leaf;

	for (pfn = 0; pfn < max_low_pfn; pfn++) {
		addr = (unsigned long)pfn_to_virt(pfn);
		leaf = kernel_leaf(addr, &size);
		if (addr == (unsigned long)boot_stack_guard)
			continue;
		if (size == 0 || (leaf & ~(size - 1)) + (addr & (size - 1)) != PFN_PHYS(pfn) ||
		    (leaf & _PAGE_USER) || (leaf & _PAGE_GLOBAL) != kernel_global)
			bad++;
		if (size == PGDIR_SIZE && (!cpu_has(X86_FEATURE_PSE) || pfn < PTRS_PER_PTE))
			bad++;
		if (size == PAGE_SIZE && cpu_has(X86_FEATURE_PSE) && pfn >= PTRS_PER_PTE &&
		    pfn < round_down(max_low_pfn, PTRS_PER_PTE))
			bad++;
	}
	EXPECT_EQ(bad, 0);
	EXPECT(kernel_leaf((unsigned long)pfn_to_virt(max_low_pfn), &size) == 0);
	EXPECT_EQ(kernel_global, cpu_has(X86_FEATURE_PGE) ? _PAGE_GLOBAL : 0);
}

static void test_image_protection(void)
{
	unsigned long addr, size;

	for (addr = (unsigned long)_text; addr < (unsigned long)_erodata; addr += PAGE_SIZE)
		EXPECT(!(kernel_leaf(addr, &size) & _PAGE_RW));
	for (addr = (unsigned long)_data; addr < (unsigned long)_end; addr += PAGE_SIZE)
		EXPECT(addr == (unsigned long)boot_stack_guard ||
		       (kernel_leaf(addr, &size) & _PAGE_RW));
	EXPECT(!read_faults((unsigned long)_text));
	EXPECT(write_faults((unsigned long)_text));
	EXPECT(write_faults((unsigned long)_rodata));
	EXPECT(!write_faults((unsigned long)_data));
}

/* Nothing of the boot loader's world is left: page 0 and the whole user half are empty. */
static void test_nothing_below(void)
{
	unsigned int i, used = 0;

	for (i = 0; i < USER_PGDS; i++)
		used += !pgd_none(swapper_pg_dir[i]);
	EXPECT_EQ(used, 0);
	EXPECT(read_faults(0));
	EXPECT(write_faults(0));
	EXPECT(read_faults(KERNEL_PHYS));
}

static void test_holes(void)
{
	EXPECT(read_faults((unsigned long)boot_stack_guard));
	EXPECT(read_faults((unsigned long)boot_stack - 1));
	EXPECT(!read_faults((unsigned long)boot_stack));
	EXPECT(read_faults(fix_to_virt(FIX_HOLE)));
	EXPECT(!read_faults(fix_to_virt(FIX_VGA)));
}

/* The kernel's quarter from below: windows in this order, and between them what must fault. */
static void test_gaps(void)
{
	const struct {
		const char *name;
		unsigned long start, end;
		unsigned long gap; /* behind it, at least */
	} windows[] = {
		{"direct map", PAGE_OFFSET, (unsigned long)pfn_to_virt(max_low_pfn), VMALLOC_GAP},
		{"vmalloc", VMALLOC_START, VMALLOC_END, 2 * PAGE_SIZE},
		{"kmap", PKMAP_BASE, PKMAP_END, 0},
		{"fixmap", FIXADDR_START, FIXADDR_TOP, PAGE_SIZE},
		{"end", 0, 0, 0}, /* of the address space: 4 GiB is 0 */
	};

	for (unsigned int i = 0; i + 1 < ARRAY_SIZE(windows); i++) {
		unsigned long start = windows[i].start, end = windows[i].end;
		unsigned long gap = windows[i + 1].start - end;

		ktap_info("%-10s 0x%08lx - 0x%08lx %7lu KiB, then a gap of %lu KiB",
			  windows[i].name, start, end, (end - start) >> 10, gap >> 10);
		EXPECT(start < end);
		EXPECT(gap >= windows[i].gap && gap < PAGE_OFFSET);
		if (!gap)
			continue;
		EXPECT(read_faults(end) && write_faults(end));
		EXPECT(read_faults(end + gap / 2));
		EXPECT(read_faults(end + gap - 1) && write_faults(end + gap - 1));
	}
	EXPECT(read_faults(VMALLOC_END - 1)); /* the last page of the window is a guard at best */
}

static void test_windows(void)
{
	EXPECT(kernel_pte(PKMAP_BASE, false) != NULL);
	EXPECT(kernel_pte(PKMAP_END - PAGE_SIZE, false) != NULL);
	EXPECT(kernel_pte(FIXADDR_START, false) != NULL);
	EXPECT(kernel_pte(FIXADDR_TOP - PAGE_SIZE, false) != NULL);
	EXPECT(fix_to_virt(NR_FIXED - 1) >= FIXADDR_START);
	EXPECT(fix_to_virt(0) + PAGE_SIZE <= FIXADDR_TOP);
}

/* A slot of the fixmap window that nothing uses: change what it maps, flush, look. */
static void test_flush_kernel_page(void)
{
	u32 *one = (u32 *)get_zeroed_page(GFP_KERNEL), *two = (u32 *)get_zeroed_page(GFP_KERNEL);
	volatile u32 *window = (volatile u32 *)FIXADDR_START;
	pte_t *pte = kernel_pte(FIXADDR_START, false);

	if (!EXPECT(one && two && pte && pte_none(*pte)))
		goto out;
	*one = 1;
	*two = 2;
	set_pte(pte, mk_pte_pfn(virt_to_pfn(one), PAGE_KERNEL));
	EXPECT_EQ(*window, 1);
	set_pte(pte, mk_pte_pfn(virt_to_pfn(two), PAGE_KERNEL));
	tlb_flush_kernel_page(FIXADDR_START);
	EXPECT_EQ(*window, 2);
	set_pte(pte, mk_pte_pfn(virt_to_pfn(one), PAGE_KERNEL));
	tlb_flush_all(); /* global entries too */
	EXPECT_EQ(*window, 1);
	pte_clear(pte);
	tlb_flush_kernel_range(FIXADDR_START, FIXADDR_START + PAGE_SIZE);
	EXPECT(read_faults(FIXADDR_START));
out:
	free_page((unsigned long)one);
	free_page((unsigned long)two);
}

/* A slot that gets another frame shows that at once, and shows none when it is empty again. */
static void test_fixmap(void)
{
	u32 *one = (u32 *)get_zeroed_page(GFP_KERNEL), *two = (u32 *)get_zeroed_page(GFP_KERNEL);
	volatile u32 *slot = (volatile u32 *)fix_to_virt(FIX_HOLE);

	if (!EXPECT(one && two))
		goto out;
	*one = 1;
	*two = 2;
	set_fixmap(FIX_HOLE, virt_to_pfn(one), PAGE_KERNEL);
	EXPECT_EQ(*slot, 1);
	set_fixmap(FIX_HOLE, virt_to_pfn(two), PAGE_KERNEL);
	EXPECT_EQ(*slot, 2);
	clear_fixmap(FIX_HOLE);
	EXPECT(read_faults((unsigned long)slot));
out:
	free_page((unsigned long)one);
	free_page((unsigned long)two);
}

static const struct ktap_case layout_cases[] = {
	{"addresses", test_addresses},
	{"direct_map", test_direct_map},
	{"image_protection", test_image_protection},
	{"nothing_below", test_nothing_below},
	{"holes", test_holes},
	{"gaps", test_gaps},
	{"windows", test_windows},
	{"flush_kernel_page", test_flush_kernel_page},
	{"fixmap", test_fixmap},
	{NULL, NULL},
};

const struct ktap_suite layout_suite = {"layout", layout_cases};

static void test_control_registers(void)
{
	u32 cr4 = boot_cpu.features & (X86_FEATURE_PSE | X86_FEATURE_FXSR) ? read_cr4() : 0;

	EXPECT(read_cr0() & CR0_WP);
	EXPECT(!(read_cr0() & (CR0_CD | CR0_NW)));
	EXPECT_EQ(!!(cr4 & CR4_PSE), !!cpu_has(X86_FEATURE_PSE));
	EXPECT_EQ(!!(cr4 & CR4_PGE), !!cpu_has(X86_FEATURE_PGE));
	/* QEMU ignores the bit on CPUs with FXSR but without SSE. */
	EXPECT(!(cr4 & CR4_OSFXSR) || cpu_has(X86_FEATURE_FXSR));
	EXPECT((cr4 & CR4_OSFXSR) || !cpu_has(X86_FEATURE_SSE));
	EXPECT_EQ(!!(cr4 & CR4_OSXMMEXCPT), !!cpu_has(X86_FEATURE_SSE));
}

/* Exceptions in the kernel end at their fixup, each with its own vector's stub. */
static void test_exceptions(void)
{
	bool faulted;

	PROBE(faulted, "ud2", "i"(0));
	EXPECT(faulted);
	PROBE(faulted, "divb %b1", "q"(0), "a"(1));
	EXPECT(faulted);
	PROBE(faulted, "movw %w1, %%fs", "r"(0x123)); /* far beyond the table: general protection */
	EXPECT(faulted);
	PROBE(faulted, "int $0x99", "i"(0)); /* no gate */
	EXPECT(faulted);
}

static void test_fault_counts(void)
{
	u32 faults = vm_event_sum(VM_PGFAULT), fixups = vm_event_sum(VM_PGFAULT_FIXUP);
	int depth = current->fault_depth;

	EXPECT(read_faults(0));
	EXPECT(write_faults((unsigned long)_text));
	EXPECT_EQ(vm_event_sum(VM_PGFAULT) - faults, 2);
	EXPECT_EQ(vm_event_sum(VM_PGFAULT_FIXUP) - fixups, 2);
	EXPECT_EQ(current->fault_depth, depth);
	EXPECT(current->thread.faults == NULL);
	EXPECT(!irqs_disabled());
}

#define USER_PAGE 0x40000000ul

/* Makes `mm` the current task's, as exec does. NULL: none. Returns the one before. */
static struct mm_struct *use_mm(struct mm_struct *mm)
{
	struct mm_struct *old = current->mm, *active = current->active_mm;
	unsigned long flags = local_irq_save();

	current->mm = mm;
	current->active_mm = mm ? mm : &init_mm;
	load_mm(active, current->active_mm);
	local_irq_restore(flags);
	return old;
}

/* An address space with one page at USER_PAGE and nothing around it, in use; NULL: no memory. */
static struct mm_struct *enter_user_page(struct mm_struct **old)
{
	struct mm_struct *mm = mm_alloc();
	long addr;

	if (!mm)
		return NULL;
	down_write(&mm->mmap_sem);
	addr = do_mmap(mm, NULL, USER_PAGE, PAGE_SIZE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, 0);
	up_write(&mm->mmap_sem);
	*old = use_mm(mm);
	EXPECT_EQ(addr, USER_PAGE);
	return mm;
}

static void leave_user_page(struct mm_struct *mm, struct mm_struct *old)
{
	use_mm(old);
	mmput(mm);
}

/* Counts of bytes left, for every distance from the end of memory and every length mod 4. */
static void test_user_copy(void)
{
	static u8 from[64], to[64];
	struct mm_struct *old, *mm = enter_user_page(&old);
	unsigned long end = USER_PAGE + PAGE_SIZE, n, have, left;

	if (!EXPECT(mm))
		return;
	for (n = 0; n < sizeof(from); n++)
		from[n] = (u8)(n + 1);
	for (have = 0; have <= 20; have++) {
		for (n = 0; n <= 24; n++) {
			left = n > have ? n - have : 0;
			memset(to, 0xee, sizeof(to));
			EXPECT_EQ(copy_to_user((void *)(end - have), from, n), left);
			EXPECT_EQ(copy_from_user(to, (void *)(end - have), n), left);
			EXPECT(memcmp(to, from, n - left) == 0 && to[n - left] == 0xee);
			EXPECT_EQ(clear_user((void *)(end - have), n), left);
		}
	}
	EXPECT_EQ(copy_from_user(to, (void *)(end - 4), 4), 0);
	EXPECT(to[0] == 0 && to[3] == 0);
	leave_user_page(mm, old);
}

static void test_user_words(void)
{
	struct mm_struct *old, *mm = enter_user_page(&old);
	char text[16];
	u32 value = 7;

	if (!EXPECT(mm))
		return;
	EXPECT_EQ(put_user_u32(0x12345678, (u32 *)USER_PAGE), 0);
	EXPECT_EQ(get_user_u32(&value, (u32 *)USER_PAGE), 0);
	EXPECT_EQ(value, 0x12345678);
	EXPECT_EQ(put_user_u32(1, (u32 *)(USER_PAGE + PAGE_SIZE - 2)), -EFAULT);
	EXPECT_EQ(get_user_u32(&value, (u32 *)(USER_PAGE - 4)), -EFAULT);
	EXPECT_EQ(copy_to_user((void *)(USER_PAGE + PAGE_SIZE - 6), "user!", 6), 0);
	EXPECT_EQ(strncpy_from_user(text, (char *)(USER_PAGE + PAGE_SIZE - 6), 16), 5);
	EXPECT(strcmp(text, "user!") == 0);
	EXPECT_EQ(strncpy_from_user(text, (char *)(USER_PAGE + PAGE_SIZE - 6), 5), 5);
	EXPECT_EQ(strncpy_from_user(text, (char *)(USER_PAGE + PAGE_SIZE - 6), 0), 0);
	EXPECT_EQ(put_user_u32(0x41414141, (u32 *)(USER_PAGE + PAGE_SIZE - 4)), 0);
	EXPECT_EQ(strncpy_from_user(text, (char *)(USER_PAGE + PAGE_SIZE - 4), 16), -EFAULT);
	leave_user_page(mm, old);
}

/* The accessors refuse what is not user memory before they touch it. */
static void test_user_range(void)
{
	u32 faults = vm_event_sum(VM_PGFAULT), value = 7;
	char text[4];

	EXPECT(access_ok((void *)0, 0));
	EXPECT(access_ok((void *)0, TASK_SIZE));
	EXPECT(!access_ok((void *)1, TASK_SIZE));
	EXPECT(!access_ok((void *)4, (size_t)-1));
	EXPECT(!access_ok((void *)TASK_SIZE, 1));
	EXPECT_EQ(copy_from_user(&value, _text, 4), 4);
	EXPECT_EQ(copy_to_user(&value, "abcd", 4), 4);
	EXPECT_EQ(copy_to_user((void *)(TASK_SIZE - 2), "abcd", 4), 4);
	EXPECT_EQ(clear_user(&value, 4), 4);
	EXPECT_EQ(get_user_u32(&value, (u32 *)_text), -EFAULT);
	EXPECT_EQ(put_user_u32(1, &value), -EFAULT);
	EXPECT_EQ(strncpy_from_user(text, _text, 4), -EFAULT);
	EXPECT_EQ(value, 7);
	EXPECT_EQ(vm_event_sum(VM_PGFAULT) - faults, 0);
}

static void test_symbols(void)
{
	u32 offset = 99;
	const char *name = symbol_find((u32)symbol_find, &offset);

	EXPECT(name && strcmp(name, "symbol_find") == 0);
	EXPECT_EQ(offset, 0);
	name = symbol_find((u32)symbol_find + 1, &offset);
	EXPECT(name && strcmp(name, "symbol_find") == 0);
	EXPECT_EQ(offset, 1);
	EXPECT(symbol_find((u32)_text - 1, &offset) == NULL);
	EXPECT(symbol_find((u32)_etext, &offset) == NULL);
}

static void test_tls(void)
{
	struct user_desc want = {
		.entry_number = (u32)-1,
		.base_addr = 0x89abcdef,
		.limit = 0xfffff,
		.seg_32bit = 1,
		.limit_in_pages = 1,
		.useable = 1,
	};
	struct user_desc got = {.entry_number = GDT_TLS_FIRST}, empty = got, bad = want;
	u64 saved[GDT_TLS_SLOTS];

	memcpy(saved, current->thread.tls, sizeof(saved));
	memset(current->thread.tls, 0, sizeof(saved));
	EXPECT_EQ(do_set_thread_area(current, &want, true), 0);
	EXPECT_EQ(want.entry_number, GDT_TLS_FIRST);
	EXPECT_EQ(do_get_thread_area(current, &got), 0);
	EXPECT(memcmp(&got, &want, sizeof(got)) == 0);
	EXPECT_EQ(do_set_thread_area(current, &bad, false), -EINVAL);
	EXPECT_EQ(do_set_thread_area(current, &bad, true), 0);
	EXPECT_EQ(bad.entry_number, GDT_TLS_FIRST + 1);
	bad.seg_32bit = 0;
	EXPECT_EQ(do_set_thread_area(current, &bad, false), -EINVAL);
	bad = (struct user_desc){.entry_number = GDT_TLS_FIRST + GDT_TLS_SLOTS};
	EXPECT_EQ(do_set_thread_area(current, &bad, false), -EINVAL);
	EXPECT_EQ(do_get_thread_area(current, &bad), -EINVAL);
	EXPECT_EQ(do_set_thread_area(current, &empty, false), 0);
	EXPECT_EQ(current->thread.tls[0], 0);
	memcpy(current->thread.tls, saved, sizeof(saved));
}

/* Ticks come, and time between two of them does not run backwards. */
static void test_clock(void)
{
	unsigned long start = jiffies, polls;
	u32 before, now;

	for (polls = 0; polls < 100000000 && jiffies - start < 2; polls++)
		barrier();
	EXPECT(jiffies - start >= 2);
	start = jiffies; /* first: a tick may come between any two of these */
	before = pit_elapsed_ns();
	now = pit_elapsed_ns();
	EXPECT(now >= before || jiffies != start);
	EXPECT(now < 2 * (1000000000u / HZ));
	EXPECT(rtc_boot_time == 0 || rtc_boot_time > 631152000u); /* 1990 */
}

static void test_cmdline(void)
{
	static char saved[CMDLINE_MAX];
	char value[8];

	memcpy(saved, boot_command_line, CMDLINE_MAX);
	strlcpy(boot_command_line,
		" ro  root=/dev/hda1 a=1 a=22 mem=16M bad=1x e= longer=123456789", CMDLINE_MAX);
	EXPECT(cmdline_has("ro") && cmdline_has("root") && cmdline_has("e"));
	EXPECT(!cmdline_has("r") && !cmdline_has("roo") && !cmdline_has("oot"));
	EXPECT(cmdline_get("a", value, sizeof(value)) && strcmp(value, "22") == 0);
	EXPECT(cmdline_get("ro", value, sizeof(value)) && value[0] == '\0');
	EXPECT(cmdline_get("e", value, sizeof(value)) && value[0] == '\0');
	EXPECT(cmdline_get("longer", value, sizeof(value)) && strcmp(value, "1234567") == 0);
	EXPECT(!cmdline_get("none", value, sizeof(value)));
	EXPECT_EQ(cmdline_get_size("mem", 5), 16ul << 20);
	EXPECT_EQ(cmdline_get_size("none", 5), 5);
	memcpy(boot_command_line, saved, CMDLINE_MAX);
}

static const struct ktap_case arch_cases[] = {
	{"control_registers", test_control_registers},
	{"exceptions", test_exceptions},
	{"fault_counts", test_fault_counts},
	{"user_copy", test_user_copy},
	{"user_words", test_user_words},
	{"user_range", test_user_range},
	{"symbols", test_symbols},
	{"tls", test_tls},
	{"clock", test_clock},
	{"cmdline", test_cmdline},
	{NULL, NULL},
};

const struct ktap_suite arch_suite = {"arch", arch_cases};
