/*
 * fpu.c - one set of FPU registers, many tasks (Intel SDM 3A, 13.4).
 *
 * The registers hold the state of `owner`, running or not. A task switch only
 * sets CR0.TS; the next FPU instruction then traps (vector 7), and only if
 * another task comes to use the FPU is the owner's state written out. A task
 * gets memory for its state at its first FPU instruction.
 *
 * FXSAVE carries the SSE registers too; older CPUs have FSAVE (108 bytes).
 */
#include "i386/fpu.h"
#include "i386/control.h"
#include "i386/cpu.h"
#include "arch/irq.h"
#include "i386/thread.h"
#include "kernel/compiler.h"
#include "kernel/errno.h"
#include "kernel/string.h"
#include "mm/slab.h"
#include "proc/task.h"

/* Offsets and values of the initial state: SDM 1, 8.1 and 10.5; 3A, table 13-1. */
#define FXSAVE_FCW	   0
#define FXSAVE_FSW	   2
#define FXSAVE_MXCSR	   24
#define FXSAVE_MXCSR_MASK  28
#define FSAVE_FCW	   0
#define FSAVE_FSW	   4
#define FSAVE_FTW	   8
#define FCW_INIT	   0x037fu
#define FTW_EMPTY	   0xffffffffu
#define MXCSR_INIT	   0x1f80u
#define MXCSR_DEFAULT_MASK 0x0000ffbfu
#define EXCEPTIONS	   0x3fu
#define MXCSR_MASKS_SHIFT  7

#define FPE_FLTDIV 3
#define FPE_FLTOVF 4
#define FPE_FLTUND 5
#define FPE_FLTRES 6
#define FPE_FLTINV 7

static u8 initial_state[FPU_STATE_SIZE] __aligned(16);
static u32 mxcsr_mask;		  /* other bits fault when loaded; 0 without SSE */
static struct task_struct *owner; /* whose state the registers hold; irqs off */
static bool allowed;		  /* CR0.TS is clear; irqs off */

static u16 get16(const u8 *p)
{
	return (u16)(p[0] | p[1] << 8);
}

static void put32(u8 *p, u32 value)
{
	memcpy(p, &value, sizeof(value));
}

/* FSAVE also clears the registers: the state in them is lost. */
static void save_registers(u8 *state)
{
	if (cpu_has(X86_FEATURE_FXSR))
		__asm__ volatile("fxsave (%0)" : : "r"(state) : "memory");
	else
		__asm__ volatile("fnsave (%0)\n\tfwait" : : "r"(state) : "memory");
}

static void load_registers(const u8 *state)
{
	if (cpu_has(X86_FEATURE_FXSR))
		__asm__ volatile("fxrstor (%0)" : : "r"(state) : "memory");
	else
		__asm__ volatile("frstor (%0)" : : "r"(state) : "memory");
}

static void forbid(void)
{
	write_cr0(read_cr0() | CR0_TS);
	allowed = false;
}

static void allow(void)
{
	clts();
	allowed = true;
}

void fpu_switch(void)
{
	if (allowed)
		forbid();
}

void fpu_init(void)
{
	u32 mask;

	if (!cpu_has(X86_FEATURE_FXSR)) {
		put32(initial_state + FSAVE_FCW, 0xffff0000u | FCW_INIT);
		put32(initial_state + FSAVE_FSW, 0xffff0000u);
		put32(initial_state + FSAVE_FTW, FTW_EMPTY);
		return;
	}
	allow();
	save_registers(initial_state); /* for the mask of MXCSR bits that this CPU has */
	forbid();
	memcpy(&mask, initial_state + FXSAVE_MXCSR_MASK, sizeof(mask));
	if (cpu_has(X86_FEATURE_SSE))
		mxcsr_mask = mask ? mask : MXCSR_DEFAULT_MASK;
	memset(initial_state, 0, sizeof(initial_state));
	put32(initial_state + FXSAVE_FCW, FCW_INIT);
	put32(initial_state + FXSAVE_MXCSR, MXCSR_INIT & mxcsr_mask);
}

/* Writes the owner's state to its memory; the registers belong to nobody then. Interrupts off. */
static void evict_owner(void)
{
	if (!owner)
		return;
	allow();
	save_registers(owner->thread.fpu);
	forbid();
	owner = NULL;
}

/* Memory for the current task's state, set to the initial one. May sleep. */
static bool make_state(struct thread_struct *thread)
{
	u8 *state;

	if (thread->fpu)
		return true;
	state = kmalloc(FPU_STATE_SIZE, GFP_KERNEL);
	if (!state)
		return false;
	memcpy(state, initial_state, FPU_STATE_SIZE);
	thread->fpu = state;
	thread->fpu_used = true;
	return true;
}

bool fpu_trap(void)
{
	bool ok;

	if (!cpu_has(X86_FEATURE_FPU))
		return false;
	if (owner != current) {
		local_irq_enable();
		ok = make_state(&current->thread);
		local_irq_disable();
		if (!ok)
			return false;
		evict_owner();
		allow();
		load_registers(current->thread.fpu);
		owner = current;
	}
	allow();
	return true;
}

const u8 *fpu_get_state(void)
{
	unsigned long flags = local_irq_save();

	if (owner == current)
		evict_owner();
	local_irq_restore(flags);
	return current->thread.fpu;
}

void fpu_reset_state(void)
{
	if (fpu_get_state())
		memcpy(current->thread.fpu, initial_state, FPU_STATE_SIZE);
}

u8 *fpu_change_state(void)
{
	if (!fpu_get_state() && !make_state(&current->thread))
		return NULL;
	return current->thread.fpu;
}

void fpu_state_written(void)
{
	u8 *state = current->thread.fpu;
	u32 mxcsr;

	if (!cpu_has(X86_FEATURE_FXSR))
		return;
	memcpy(&mxcsr, state + FXSAVE_MXCSR, sizeof(mxcsr));
	put32(state + FXSAVE_MXCSR, mxcsr & mxcsr_mask);
}

int fpu_copy(struct task_struct *child)
{
	const u8 *state = fpu_get_state();

	child->thread.fpu = NULL;
	child->thread.fpu_used = false;
	if (!state)
		return 0;
	child->thread.fpu = kmalloc(FPU_STATE_SIZE, GFP_KERNEL);
	if (!child->thread.fpu)
		return -ENOMEM;
	memcpy(child->thread.fpu, state, FPU_STATE_SIZE);
	child->thread.fpu_used = true;
	return 0;
}

void fpu_free(struct task_struct *task)
{
	unsigned long flags = local_irq_save();

	if (owner == task) {
		forbid();
		owner = NULL;
	}
	local_irq_restore(flags);
	kfree(task->thread.fpu);
	task->thread.fpu = NULL;
	task->thread.fpu_used = false;
}

/* The unmasked exceptions in a status word, the first that applies in the order of SDM 1, 8.5. */
static int code_of(u32 raised)
{
	if (raised & 0x01)
		return FPE_FLTINV;
	if (raised & 0x04)
		return FPE_FLTDIV;
	if (raised & 0x08)
		return FPE_FLTOVF;
	if (raised & 0x12)
		return FPE_FLTUND;
	return FPE_FLTRES;
}

int fpu_error_code(bool sse)
{
	const u8 *state = fpu_get_state();
	bool fx = cpu_has(X86_FEATURE_FXSR);
	u32 control, status;

	if (!state)
		return FPE_FLTINV;
	if (sse) {
		status = get16(state + FXSAVE_MXCSR);
		control = status >> MXCSR_MASKS_SHIFT;
	} else {
		control = get16(state + (fx ? FXSAVE_FCW : FSAVE_FCW));
		status = get16(state + (fx ? FXSAVE_FSW : FSAVE_FSW));
	}
	return code_of(status & ~control & EXCEPTIONS);
}
