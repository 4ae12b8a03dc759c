/*
 * gdt.c - segments (Intel SDM 3A, 3.4.5) and task state segments (8.2.1).
 *
 * All segments but TLS are flat. One TSS serves all tasks: it gives the stack
 * for entries from user mode. A second one, behind a task gate, is the double
 * fault's: when the kernel's stack has no room for an exception frame, nothing
 * but a task switch gets a stack that works. The CPU leaves the registers of
 * the victim in the first TSS, from where the report takes them.
 */
#include "i386/gdt.h"
#include "i386/control.h"
#include "i386/oops.h"
#include "arch/page.h"
#include "arch/pgtable.h"
#include "i386/selectors.h"
#include "kernel/bug.h"
#include "kernel/compiler.h"
#include "kernel/printk.h"
#include "kernel/string.h"
#include "proc/task.h"
#include "symbols.h"

struct tss {
	u32 back_link;
	u32 esp0, ss0, esp1, ss1, esp2, ss2;
	u32 cr3, eip, eflags;
	u32 eax, ecx, edx, ebx, esp, ebp, esi, edi;
	u32 es, cs, ss, ds, fs, gs;
	u32 ldt;
	u16 trap, io_map_base;
};
_Static_assert(sizeof(struct tss) == 104, "TSS layout, SDM figure 8-2");

struct table_register {
	u16 limit;
	u32 base;
} __packed;

/* Descriptor bits 40-47 and 52-55. */
#define CODE_KERNEL 0x9b /* present, execute and read, accessed */
#define DATA_KERNEL 0x93 /* present, read and write, accessed */
#define CODE_USER   0xfb
#define DATA_USER   0xf3
#define TSS_32	    0x89
#define FLAT	    0xc /* 4 KiB units, 32-bit */
#define BYTES	    0x0

#define EFLAGS_FIXED 0x2u
#define DF_STACK     4096

#define DESCRIPTOR(base, limit, access, flags)                                              \
	((u64)((limit) & 0xffffu) | (u64)((base) & 0xffffffu) << 16 | (u64)(access) << 40 | \
	 (u64)((limit) >> 16 & 0xfu) << 48 | (u64)(flags) << 52 | (u64)((base) >> 24) << 56)

static u64 gdt[GDT_ENTRIES] __aligned(32) = {
	[GDT_KERNEL_CS] = DESCRIPTOR(0u, 0xfffffu, CODE_KERNEL, FLAT),
	[GDT_KERNEL_DS] = DESCRIPTOR(0u, 0xfffffu, DATA_KERNEL, FLAT),
	[GDT_USER_CS] = DESCRIPTOR(0u, 0xfffffu, CODE_USER, FLAT),
	[GDT_USER_DS] = DESCRIPTOR(0u, 0xfffffu, DATA_USER, FLAT),
};
_Static_assert(GDT_TLS_INDEX == GDT_TLS_FIRST, "TLS slots");
_Static_assert(KERNEL_CS == GDT_KERNEL_CS * 8 && KERNEL_DS == GDT_KERNEL_DS * 8, "selectors");
_Static_assert(USER_CS == GDT_USER_CS * 8 + 3 && USER_DS == GDT_USER_DS * 8 + 3, "selectors");
_Static_assert(TSS_SELECTOR == GDT_TSS * 8 && DOUBLE_FAULT_TSS == GDT_DOUBLE_FAULT * 8,
	       "selectors");

static struct tss main_tss __aligned(128) = {.ss0 = KERNEL_DS, .io_map_base = sizeof(struct tss)};
static struct tss double_fault_tss __aligned(128);
static u8 double_fault_stack[DF_STACK] __aligned(DF_STACK);

void tss_set_stack(u32 esp0)
{
	main_tss.esp0 = esp0;
}

void gdt_load_tls(const u64 tls[GDT_TLS_SLOTS])
{
	gdt[GDT_TLS_FIRST] = tls[0];
	gdt[GDT_TLS_FIRST + 1] = tls[1];
	gdt[GDT_TLS_FIRST + 2] = tls[2];
}

/* Did the victim run off its stack downwards? Its stack pointer is in the guard page, or so close
 * above it that the frame of an exception did not fit. */
static bool stack_overflowed(u32 esp)
{
	u32 stack;

	if (!current)
		return false;
	stack = (u32)current->stack;
	return esp < stack + sizeof(struct pt_regs) && esp >= stack - PAGE_SIZE;
}

static void report_overflow(u32 esp)
{
	u32 stack = (u32)current->stack;

	printk(KERN_EMERG "BUG: kernel stack overflow in task %d (%s)\n", current->pid,
	       current->comm);
	printk(KERN_EMERG "ESP 0x%08x, guard page 0x%08x - 0x%08x, stack up to 0x%08x, "
			  "CR3 was 0x%08x\n",
	       esp, stack - (u32)PAGE_SIZE, stack, stack + (u32)THREAD_SIZE,
	       __pa(current->active_mm->pgd));
}

/* Runs as a task of its own on double_fault_stack; the victim never goes on. */
static void __noreturn double_fault(void)
{
	struct pt_regs regs = {
		.ebx = main_tss.ebx,
		.ecx = main_tss.ecx,
		.edx = main_tss.edx,
		.esi = main_tss.esi,
		.edi = main_tss.edi,
		.ebp = main_tss.ebp,
		.eax = main_tss.eax,
		.ds = main_tss.ds,
		.es = main_tss.es,
		.fs = main_tss.fs,
		.gs = main_tss.gs,
		.orig_eax = ~8u,
		.eip = main_tss.eip,
		.cs = main_tss.cs,
		.eflags = main_tss.eflags,
		.esp = main_tss.esp,
		.ss = main_tss.ss,
	};

	oops_begin(&regs);
	if (stack_overflowed(regs.esp))
		report_overflow(regs.esp);
	show_regs(&regs);
	backtrace_print(regs.ebp, regs.eip);
	panic_after_report(stack_overflowed(regs.esp) ? "kernel stack overflow (double fault)"
						      : "double fault");
}

static void init_double_fault(void)
{
	double_fault_tss = (struct tss){
		.cr3 = __pa(swapper_pg_dir),
		.eip = (u32)double_fault,
		.eflags = EFLAGS_FIXED,
		.esp = (u32)double_fault_stack + DF_STACK - sizeof(u32),
		.esp0 = (u32)double_fault_stack + DF_STACK,
		.ss0 = KERNEL_DS,
		.cs = KERNEL_CS,
		.ss = KERNEL_DS,
		.ds = KERNEL_DS,
		.es = KERNEL_DS,
		.io_map_base = sizeof(struct tss),
	};
	gdt[GDT_DOUBLE_FAULT] =
		DESCRIPTOR((u32)&double_fault_tss, sizeof(struct tss) - 1, TSS_32, BYTES);
}

void gdt_init(void)
{
	const struct table_register gdtr = {sizeof(gdt) - 1, (u32)gdt};

	gdt[GDT_TSS] = DESCRIPTOR((u32)&main_tss, sizeof(struct tss) - 1, TSS_32, BYTES);
	init_double_fault();
	tss_set_stack((u32)boot_stack + THREAD_SIZE);
	__asm__ volatile("lgdt %0\n\t"
			 "ljmp %1, $1f\n"
			 "1:\tmovl %2, %%ds\n\t"
			 "movl %2, %%es\n\t"
			 "movl %2, %%ss\n\t"
			 "movl %3, %%fs\n\t"
			 "movl %3, %%gs\n\t"
			 "ltr %w4\n\t"
			 "lldt %w3"
			 :
			 : "m"(gdtr), "i"(KERNEL_CS), "r"(KERNEL_DS), "r"(0), "r"(TSS_SELECTOR)
			 : "memory");
}
