/*
 * irq.c - hardware interrupts: one handler a line, called with interrupts off.
 * Handlers are short and never schedule; a task that they woke runs when the
 * interrupted one next returns to user mode or sleeps.
 */
#include "arch/irq.h"
#include "i386/entry.h"
#include "i386/trap.h"
#include "drivers/pic.h"
#include "kernel/errno.h"
#include "kernel/percpu.h"
#include "kernel/printk.h"

static struct {
	irq_handler_t handler;
	const char *name;
} irq_lines[NR_IRQS];

static DEFINE_PER_CPU(int, irq_depth);

bool in_interrupt(void)
{
	return this_cpu(irq_depth) != 0;
}

int request_irq(unsigned int irq, irq_handler_t handler, const char *name)
{
	unsigned long flags;

	if (irq >= NR_IRQS)
		return -EINVAL;
	flags = local_irq_save();
	if (irq_lines[irq].handler) {
		local_irq_restore(flags);
		pr_err("irq %u: %s wants it, %s has it\n", irq, name, irq_lines[irq].name);
		return -EBUSY;
	}
	irq_lines[irq].handler = handler;
	irq_lines[irq].name = name;
	pic_unmask(irq);
	local_irq_restore(flags);
	return 0;
}

void do_irq(struct pt_regs *regs)
{
	unsigned int irq = ~regs->orig_eax - IRQ_VECTOR_BASE;

	if (pic_is_real(irq)) {
		this_cpu(irq_depth)++;
		if (irq_lines[irq].handler)
			irq_lines[irq].handler(irq, regs);
		this_cpu(irq_depth)--;
		pic_eoi(irq);
	}
	if (user_mode(regs))
		return_to_user(regs);
}
