/*
 * cpu.c - which CPU is this (Intel SDM 2A, CPUID; 3A, 20.1 on older ones).
 *
 * A 386 cannot set EFLAGS.AC, a 486 can; a CPU with CPUID can change EFLAGS.ID.
 * CR4 exists where CPUID reports something to turn on in it, so it is touched
 * only then. Control registers are set up once, here.
 */
#include "i386/cpu.h"
#include "i386/control.h"
#include "kernel/bug.h"
#include "kernel/cmdline.h"
#include "kernel/printk.h"
#include "kernel/string.h"

#define EFLAGS_AC 0x00040000u
#define EFLAGS_ID 0x00200000u

struct cpu_info boot_cpu;

static const struct {
	u32 bit;
	const char *name;
} feature_names[] = {
	{X86_FEATURE_FPU, "fpu"}, {X86_FEATURE_PSE, "pse"},   {X86_FEATURE_TSC, "tsc"},
	{X86_FEATURE_PGE, "pge"}, {X86_FEATURE_FXSR, "fxsr"}, {X86_FEATURE_SSE, "sse"},
};

/* Options that take features away: FXSR takes SSE along, as nothing else can save its state. */
static const struct {
	const char *option;
	u32 mask;
} feature_options[] = {
	{"nopse", X86_FEATURE_PSE},
	{"nopge", X86_FEATURE_PGE},
	{"nofxsr", X86_FEATURE_FXSR | X86_FEATURE_SSE},
};

static bool eflags_changeable(u32 bit)
{
	u32 before, after;

	__asm__ volatile("pushfl\n\t"
			 "popl %0\n\t"
			 "movl %0, %1\n\t"
			 "xorl %2, %1\n\t"
			 "pushl %1\n\t"
			 "popfl\n\t"
			 "pushfl\n\t"
			 "popl %1\n\t"
			 "pushl %0\n\t"
			 "popfl"
			 : "=&r"(before), "=&r"(after)
			 : "ri"(bit)
			 : "cc");
	return (before ^ after) & bit;
}

static void cpuid(u32 leaf, u32 regs[4])
{
	__asm__ volatile("cpuid"
			 : "=a"(regs[0]), "=b"(regs[1]), "=c"(regs[2]), "=d"(regs[3])
			 : "a"(leaf), "c"(0));
}

/* Without CPUID: FNINIT clears the status word of an FPU, and leaves memory alone where none is. */
static bool fpu_present(void)
{
	u16 status = 0x5a5a;

	__asm__ volatile("fninit\n\tfnstsw %0" : "+m"(status));
	return status == 0;
}

static void read_brand(void)
{
	char brand[49] = "";
	u32 regs[4], leaf;
	size_t i = 0;

	cpuid(0x80000000u, regs);
	if (regs[0] < 0x80000004u) {
		strlcpy(boot_cpu.model, boot_cpu.vendor, sizeof(boot_cpu.model));
		return;
	}
	for (leaf = 0; leaf < 3; leaf++) {
		cpuid(0x80000002u + leaf, regs);
		memcpy(brand + leaf * sizeof(regs), regs, sizeof(regs));
	}
	while (brand[i] == ' ') /* Intel's are set flush right */
		i++;
	strlcpy(boot_cpu.model, brand + i, sizeof(boot_cpu.model));
}

static void read_cpuid(void)
{
	u32 regs[4];

	cpuid(0, regs);
	memcpy(boot_cpu.vendor, &regs[1], 4);
	memcpy(boot_cpu.vendor + 4, &regs[3], 4);
	memcpy(boot_cpu.vendor + 8, &regs[2], 4);
	cpuid(1, regs);
	boot_cpu.stepping = regs[0] & 15;
	boot_cpu.model_nr = (regs[0] >> 4 & 15) | (regs[0] >> 12 & 0xf0);
	boot_cpu.family = regs[0] >> 8 & 15;
	if (boot_cpu.family == 15)
		boot_cpu.family += regs[0] >> 20 & 0xff;
	boot_cpu.features = regs[3];
	read_brand();
}

static void apply_options(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(feature_options); i++) {
		if (cmdline_has(feature_options[i].option))
			boot_cpu.features &= ~feature_options[i].mask;
	}
}

static void print_cpu(void)
{
	char text[64] = "";
	int used = 0;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(feature_names); i++) {
		if (cpu_has(feature_names[i].bit))
			used += scnprintf(text + used, sizeof(text) - (size_t)used, " %s",
					  feature_names[i].name);
	}
	pr_info("CPU: %s, family %u model %u stepping %u;%s\n", boot_cpu.model, boot_cpu.family,
		boot_cpu.model_nr, boot_cpu.stepping, used ? text : " no features");
}

/* Write protection for the kernel too, FPU errors as exceptions, the first FPU use traps. */
static void set_control_registers(void)
{
	u32 cr0 = read_cr0() | CR0_WP | CR0_NE | CR0_MP | CR0_TS | CR0_AM;
	u32 cr4 = 0;

	cr0 &= ~(CR0_EM | CR0_CD | CR0_NW);
	if (!cpu_has(X86_FEATURE_FPU))
		cr0 = (cr0 | CR0_EM) & ~(CR0_MP | CR0_NE);
	write_cr0(cr0);
	if (cpu_has(X86_FEATURE_PSE))
		cr4 |= CR4_PSE;
	if (cpu_has(X86_FEATURE_FXSR))
		cr4 |= CR4_OSFXSR;
	if (cpu_has(X86_FEATURE_SSE))
		cr4 |= CR4_OSXMMEXCPT;
	if (cr4)
		write_cr4(cr4);
}

void cpu_detect(void)
{
	if (!eflags_changeable(EFLAGS_AC))
		panic("this CPU is a 386; a 486 or later is needed");
	boot_cpu.has_cpuid = eflags_changeable(EFLAGS_ID);
	if (boot_cpu.has_cpuid) {
		read_cpuid();
	} else {
		boot_cpu.family = 4;
		strlcpy(boot_cpu.model, "486 without CPUID", sizeof(boot_cpu.model));
		boot_cpu.features = fpu_present() ? X86_FEATURE_FPU : 0;
	}
	apply_options();
	set_control_registers();
	print_cpu();
}
