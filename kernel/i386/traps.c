/*
 * traps.c - the interrupt descriptor table, exceptions other than page faults,
 * and the system call entry (Intel SDM 3A, chapter 6).
 *
 * An exception in user mode becomes a signal, by table. In the kernel it is
 * either expected at that instruction (the exception table says where to go
 * on) or a bug: report and panic. Double faults come through a task gate
 * (gdt.c), page faults have their own file (fault.c).
 */
#include "i386/trap.h"
#include "i386/control.h"
#include "i386/entry.h"
#include "i386/fpu.h"
#include "i386/oops.h"
#include "i386/selectors.h"
#include "i386/uaccess.h"
#include "drivers/pic.h"
#include "kernel/compiler.h"
#include "signal/signal.h"
#include "proc/syscall.h"

#define IDT_ENTRIES    256
#define SYSCALL_VECTOR 0x80
#define VECTOR_DEBUG   1
#define VECTOR_NO_FPU  7
#define VECTOR_DF      8
#define VECTOR_FPU     16
#define VECTOR_SSE     19
#define GATE_INTERRUPT 0x8e00u /* present, level 0, interrupts off inside */
#define GATE_TRAP_USER 0xef00u /* level 3, interrupts as they were */
#define GATE_INT_USER  0xee00u
#define GATE_TASK      0x8500u

#define FPE_INTDIV 1
#define ILL_ILLOPN 2
#define BUS_ADRALN 1
#define TRAP_TRACE 2

/* What user mode gets for an exception: Linux's signals and codes. */
static const struct exception {
	const char *name;
	int signal, code;
	bool eip_is_addr; /* si_addr is the instruction, else 0 */
} exceptions[NR_EXCEPTIONS] = {
	[0] = {"divide error", SIGFPE, FPE_INTDIV, true},
	[VECTOR_DEBUG] = {"debug", SIGTRAP, TRAP_TRACE, true},
	[2] = {"NMI", 0, 0, false},
	[3] = {"breakpoint", SIGTRAP, SI_KERNEL, false},
	[4] = {"overflow", SIGSEGV, SI_KERNEL, false},
	[5] = {"bounds", SIGSEGV, SI_KERNEL, false},
	[6] = {"invalid opcode", SIGILL, ILL_ILLOPN, true},
	[VECTOR_NO_FPU] = {"device not available", SIGFPE, SI_KERNEL, false},
	[VECTOR_DF] = {"double fault", 0, 0, false},
	[9] = {"coprocessor segment overrun", SIGFPE, SI_KERNEL, false},
	[10] = {"invalid TSS", SIGSEGV, SI_KERNEL, false},
	[11] = {"segment not present", SIGBUS, SI_KERNEL, false},
	[12] = {"stack segment", SIGBUS, SI_KERNEL, false},
	[13] = {"general protection fault", SIGSEGV, SI_KERNEL, false},
	[14] = {"page fault", 0, 0, false},
	[15] = {"exception 15", SIGSEGV, SI_KERNEL, false},
	[VECTOR_FPU] = {"FPU exception", SIGFPE, SI_KERNEL, true},
	[17] = {"alignment check", SIGBUS, BUS_ADRALN, false},
	[18] = {"machine check", 0, 0, false},
	[VECTOR_SSE] = {"SIMD exception", SIGFPE, SI_KERNEL, true},
};

struct gate {
	u32 low, high;
};
static struct gate idt[IDT_ENTRIES] __aligned(8);

static void set_gate(unsigned int vector, u32 type, u16 selector, u32 offset)
{
	idt[vector].low = (u32)selector << 16 | (offset & 0xffffu);
	idt[vector].high = (offset & 0xffff0000u) | type;
}

void trap_init(void)
{
	const struct {
		u16 limit;
		const void *base;
	} __packed idtr = {sizeof(idt) - 1, idt};
	unsigned int i;

	for (i = 0; i < NR_EXCEPTIONS; i++)
		set_gate(i, GATE_INTERRUPT, KERNEL_CS, exception_stubs[i]);
	set_gate(3, GATE_INT_USER, KERNEL_CS, exception_stubs[3]);
	set_gate(4, GATE_INT_USER, KERNEL_CS, exception_stubs[4]);
	set_gate(VECTOR_DF, GATE_TASK, DOUBLE_FAULT_TSS, 0);
	for (i = 0; i < NR_IRQS; i++)
		set_gate(IRQ_VECTOR_BASE + i, GATE_INTERRUPT, KERNEL_CS, irq_stubs[i]);
	set_gate(SYSCALL_VECTOR, GATE_TRAP_USER, KERNEL_CS, (u32)system_call);
	__asm__ volatile("lidt %0" : : "m"(idtr));
}

/* entry.S: int 0x80. The table's functions take their first three arguments in registers. */
void do_system_call(struct pt_regs *regs)
{
	u32 nr = regs->orig_eax;
	syscall_fn call;

	if (likely(nr < NR_SYSCALLS) && likely((call = syscall_table[nr]) != NULL))
		regs->eax =
			(u32)call(regs->ebx, regs->ecx, regs->edx, regs->esi, regs->edi, regs->ebp);
	else
		regs->eax = (u32)sys_unknown(nr);
	return_to_user(regs);
}

static void user_exception(const struct exception *exception, unsigned int vector,
			   struct pt_regs *regs)
{
	int code = exception->code;

	if (vector == VECTOR_FPU || vector == VECTOR_SSE)
		code = fpu_error_code(vector == VECTOR_SSE);
	local_irq_enable();
	if (exception->signal == 0)
		die(exception->name, regs);
	current->thread.trap_nr = vector;
	current->thread.error_code = regs->error_code;
	force_sig_fault(exception->signal, code, exception->eip_is_addr ? regs->eip : 0, regs);
}

/* entry.S: vectors 0-19 but 8 and 14. Interrupts off. */
void do_exception(struct pt_regs *regs)
{
	unsigned int vector = ~regs->orig_eax;
	u32 fixup;

	if (!user_mode(regs)) {
		fixup = search_exception_table(regs->eip);
		if (!fixup)
			die(exceptions[vector].name, regs);
		regs->eip = fixup;
		return;
	}
	if (vector != VECTOR_NO_FPU || !fpu_trap())
		user_exception(&exceptions[vector], vector, regs);
	return_to_user(regs);
}

/* entry.S: IRET found the user's cs, ss or eflags unusable. */
void do_bad_iret(struct pt_regs *regs)
{
	local_irq_enable();
	force_sig_fault(SIGSEGV, SI_KERNEL, 0, regs);
	return_to_user(regs);
}
