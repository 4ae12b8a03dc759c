/*
 * crash.c - crash=KIND on the command line breaks the kernel on purpose: the
 * negative controls of the test runner, which must notice each of them. Misuse
 * of memory stands in crash_memory.c.
 */
#include "crash.h"
#include "arch/irq.h"
#include "i386/uaccess.h"
#include "kernel/bug.h"
#include "kernel/cmdline.h"
#include "kernel/compiler.h"
#include "kernel/printk.h"
#include "kernel/string.h"
#include "mm/mmap.h"
#include "proc/task.h"

#define KIND_MAX 32

static void crash_panic(void)
{
	panic("asked for by crash=panic");
}

static void crash_hang(void)
{
	for (;;)
		barrier();
}

/* With an empty IDT the breakpoint, and the faults that follow, find no handler: the CPU resets. */
static void crash_triple(void)
{
	const struct {
		u16 limit;
		u32 base;
	} __packed idtr = {0, 0};

	__asm__ volatile("lidt %0\n\tint3" : : "m"(idtr));
}

static void crash_bug(void)
{
	const bool asked_for = true;

	BUG_ON(asked_for);
}

static void crash_null(void)
{
	static volatile unsigned long nowhere; /* 0, but the compiler cannot know */

	*(volatile u32 *)nowhere = 1;
}

static int fault_again(struct vm_area_struct *vma, struct vm_fault *vmf)
{
	(void)vma;
	(void)vmf;
	crash_null();
	return 0;
}

static const struct vm_ops fault_again_ops = {.name = "crash", .fault = fault_again};

/* Gives this task an empty address space of its own, as a process has one. */
static struct mm_struct *become_process(void)
{
	struct mm_struct *mm = mm_alloc();

	BUG_ON(!mm);
	local_irq_disable();
	current->mm = current->active_mm = mm;
	load_mm(&init_mm, mm);
	local_irq_enable();
	return mm;
}

/* A page fault inside the handling of a page fault: the report must show the first one first. */
static void crash_nested(void)
{
	struct mm_struct *mm = become_process();
	long addr;
	u32 value;

	down_write(&mm->mmap_sem);
	addr = do_mmap(mm, NULL, 0, PAGE_SIZE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, 0);
	find_vma(mm, (unsigned long)addr)->vm_ops = &fault_again_ops;
	up_write(&mm->mmap_sem);
	if (get_user_u32(&value, (u32 __user *)addr))
		panic("crash=nested: the fault was not taken");
}

static void crash_warn(void)
{
	const bool asked_for = true;

	WARN_ON(asked_for);
}

/* Endless recursion that the compiler cannot turn into a loop. */
static __noinline u32 overflow(u32 depth)
{
	volatile u32 frame[16];

	frame[depth % ARRAY_SIZE(frame)] = depth;
	return depth == ~0u ? 0 : overflow(depth + 1) + frame[depth % ARRAY_SIZE(frame)];
}

static void crash_task_stack(void)
{
	become_process();
	overflow(0);
}

static const struct crash_kind crashes[] = {
	{"panic", crash_panic, false},
	{"hang", crash_hang, false},
	{"triple", crash_triple, false},
	{"nested", crash_nested, false},
	{"bug", crash_bug, false},
	{"null", crash_null, false},
	{"warn", crash_warn, true},
	{"stack", crash_task_stack, false},
	{NULL, NULL, false},
};

static const struct crash_kind *find_kind(const struct crash_kind *kinds, const char *name)
{
	for (; kinds->name; kinds++)
		if (strcmp(kinds->name, name) == 0)
			return kinds;
	return NULL;
}

void crash_boot_thread(void)
{
	char kind[KIND_MAX];

	if (cmdline_get("crash", kind, sizeof(kind)) && strcmp(kind, "bootstack") == 0)
		overflow(0);
}

/* Says what there is, and ends: a run that was to break must not pass. */
static void __noreturn refuse(const char *name)
{
	static char kinds[512] = "bootstack";
	const struct crash_kind *tables[] = {crashes, memory_crashes}, *kind;
	size_t n = strlen(kinds);

	for (unsigned int i = 0; i < ARRAY_SIZE(tables); i++)
		for (kind = tables[i]; kind->name; kind++)
			n += (size_t)scnprintf(kinds + n, sizeof(kinds) - n, " %s", kind->name);
	cmdline_bad("crash", name, kinds);
	panic("crash=%s: no such kind", name);
}

void crash_after_selftest(void)
{
	const struct crash_kind *kind;
	char name[KIND_MAX];

	if (!cmdline_get("crash", name, sizeof(name)))
		return;
	kind = find_kind(crashes, name);
	if (!kind)
		kind = find_kind(memory_crashes, name);
	if (!kind)
		refuse(name);
	kind->run();
	if (!kind->survives)
		panic("crash=%s went unnoticed", name);
}
