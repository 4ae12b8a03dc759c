/*
 * panic.c - the kernel found that it is broken: say all that may help, then end.
 *
 * A report goes: what happened; the page faults that were under way, outermost
 * (first) one first; registers; backtrace; the panic line; memory; a last line
 * that names the panic again. A failure inside a report ends the machine at
 * once. The plugin is told by a hint, as programs can print such lines too.
 */
#include "i386/control.h"
#include "i386/cpu.h"
#include "i386/page_fault.h"
#include "arch/hint.h"
#include "arch/irq.h"
#include "i386/oops.h"
#include "console.h"
#include "kernel/bug.h"
#include "kernel/printk.h"
#include "kernel/string.h"
#include "mm/zone.h"
#include "proc/task.h"
#include "symbols.h"

#define MESSAGE_MAX	256
#define MAX_OUTER	8
#define DOUBLE_FAULT	~8u /* orig_eax of the frame that gdt.c makes: all of its fields are set */
#define LOGLEVEL_SILENT 0   /* even KERN_EMERG stays below any other level */

unsigned int warn_count;

static bool reporting;

static void show_task(void)
{
	if (current)
		printk(KERN_EMERG "Task: %d (%s)\n", current->pid, current->comm);
}

static const char *name_of(u32 eip, u32 *offset)
{
	const char *name = symbol_find(eip, offset);

	if (!name)
		*offset = 0;
	return name ? name : "?";
}

void show_regs(const struct pt_regs *regs)
{
	bool user = user_mode(regs);
	u32 offset;
	const char *name = name_of(regs->eip, &offset);
	/* From the same privilege level the CPU pushes no ESP: it stood right behind the frame. */
	u32 esp = user || regs->orig_eax == DOUBLE_FAULT ? regs->esp : (u32)&regs->esp;

	printk(KERN_EMERG "EIP: 0x%04x:0x%08x %s+0x%x  EFLAGS: 0x%08x  error: 0x%04x\n", regs->cs,
	       regs->eip, user ? "(user)" : name, offset, regs->eflags, regs->error_code);
	printk(KERN_EMERG "EAX: %08x EBX: %08x ECX: %08x EDX: %08x\n", regs->eax, regs->ebx,
	       regs->ecx, regs->edx);
	printk(KERN_EMERG "ESI: %08x EDI: %08x EBP: %08x ESP: %08x\n", regs->esi, regs->edi,
	       regs->ebp, esp);
	printk(KERN_EMERG "DS: %04x ES: %04x FS: %04x GS: %04x  CR0: %08x CR2: %08x CR3: %08x\n",
	       regs->ds & 0xffff, regs->es & 0xffff, regs->fs & 0xffff, regs->gs & 0xffff,
	       read_cr0(), read_cr2(), read_cr3());
}

/* The faults around the failure at `inner`, which is reported by itself, first one first. */
static void show_outer_faults(const struct pt_regs *inner)
{
	const struct fault_frame *chain[MAX_OUTER], *fault;
	unsigned int n = 0;

	if (!current)
		return;
	for (fault = current->thread.faults; fault && n < MAX_OUTER; fault = fault->outer) {
		if (fault->regs != inner)
			chain[n++] = fault;
	}
	while (n-- > 0) {
		printk(KERN_EMERG "During a page fault for address 0x%08x:\n", chain[n]->addr);
		show_regs(chain[n]->regs);
	}
}

/* Tells the plugin and the console. */
static void say_panic(const char *message)
{
	trace_hint(TRACE_PANIC, current ? (u32)current->pid : 0, 0, (u32)message, 0);
	console_fresh_line();
	printk(KERN_EMERG "Kernel panic - not syncing: %s\n", message);
}

/* The end, with Linux's last line: nothing can come behind it, so whoever has only the console
 * knows a real panic by it. */
static void __noreturn end_panic(const char *message)
{
	console_fresh_line();
	printk(KERN_EMERG "---[ end Kernel panic - not syncing: %s ]---\n", message);
	machine_halt();
}

void oops_begin(const struct pt_regs *regs)
{
	local_irq_disable();
	console_fresh_line();
	if (reporting) {
		say_panic("failure inside a report");
		end_panic("failure inside a report");
	}
	reporting = true;
	if (console_loglevel <= LOGLEVEL_SILENT)
		console_loglevel = LOGLEVEL_DEFAULT;
	show_outer_faults(regs);
}

void die(const char *what, struct pt_regs *regs)
{
	if (!reporting)
		oops_begin(regs);
	printk(KERN_EMERG "Oops: %s\n", what);
	show_task();
	show_regs(regs);
	if (!user_mode(regs))
		backtrace_print(regs->ebp, regs->eip);
	panic_after_report(what);
}

static void __noreturn finish(const char *message)
{
	say_panic(message);
	if (zone_table[0])
		show_free_areas();
	end_panic(message);
}

void panic_after_report(const char *message)
{
	finish(message);
}

void panic(const char *fmt, ...)
{
	static char message[MESSAGE_MAX];
	u32 here = (u32)__builtin_return_address(0);
	size_t length;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	if (reporting) {
		length = strlen(message);
		scnprintf(message + length, sizeof(message) - length, " (inside a report)");
		say_panic(message);
		end_panic(message);
	}
	oops_begin(NULL);
	show_task();
	backtrace_print(*(u32 *)__builtin_frame_address(0), here);
	finish(message);
}

void warn_at(const char *file, int line, const char *expr)
{
	console_fresh_line();
	printk(KERN_WARNING "WARNING at %s:%d: %s\n", file, line, expr);
	show_task();
	backtrace_print(*(u32 *)__builtin_frame_address(0), (u32)__builtin_return_address(0));
	warn_count++;
}
