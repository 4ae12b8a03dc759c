/*
 * hostile.c - what a program can do to the way in and out of the kernel: stack
 * pointers to nowhere, flags and segment registers that no program should have,
 * signal frames made of lies. Each kills at most the program that tries it.
 */
#include "try.h"
#include <signal.h>
#include <stdint.h>

#define NR_EXIT		"1"
#define NR_GETPID	"20"
#define NR_SIGRETURN	"119"
#define NR_RT_SIGRETURN "173"

/* Words of Linux i386's sigcontext; a plain signal frame has two words before it. */
enum {
	SC_GS,
	SC_FS,
	SC_ES,
	SC_DS,
	SC_ESP = 7,
	SC_EIP = 14,
	SC_CS,
	SC_EFLAGS,
	SC_SS = 18
};
#define SC_WORDS	22
#define FRAME_WORDS	(2 + SC_WORDS + 156 + 1)
#define BAD_SELECTOR	0xfff3 /* far beyond the descriptor table */
#define KERNEL_SELECTOR 0x68   /* names a segment, but not one of user privilege */

static uint16_t user_cs, user_ds;

/* Where a made-up frame returns to: exit(9). */
void landed(void);
__asm__("landed: movl $" NR_EXIT ", %eax\n\tmovl $9, %ebx\n\tint $0x80\n");

static void return_by(uint32_t cs, uint32_t ss, uint32_t ds, uint32_t gs)
{
	static uint32_t frame[FRAME_WORDS], stack[64];
	uint32_t *sc = frame + 2;

	sc[SC_GS] = gs;
	sc[SC_ES] = sc[SC_DS] = ds;
	sc[SC_ESP] = (uint32_t)(stack + 60);
	sc[SC_EIP] = (uint32_t)landed;
	sc[SC_CS] = cs;
	sc[SC_SS] = ss;
	sc[SC_EFLAGS] = 0xffffffff; /* I/O privilege, virtual 8086 mode, nested task: all refused */
	sc[SC_EFLAGS] &=
		~0x40500u; /* but alignment checks, single step and direction are allowed */
	__asm__ volatile("movl %0, %%esp\n\tmovl $" NR_SIGRETURN ", %%eax\n\tint $0x80"
			 :
			 : "r"(sc));
}

#define FRAME(name, cs, ss, ds, gs)        \
	static void name(void)             \
	{                                  \
		return_by(cs, ss, ds, gs); \
	}
FRAME(frame_good, user_cs, user_ds, user_ds, 0)
FRAME(frame_cs_null, 0, user_ds, user_ds, 0)
FRAME(frame_cs_bad, BAD_SELECTOR, user_ds, user_ds, 0)
FRAME(frame_ss_null, user_cs, 0, user_ds, 0)
FRAME(frame_ss_bad, user_cs, BAD_SELECTOR, user_ds, 0)
FRAME(frame_ds_bad, user_cs, user_ds, BAD_SELECTOR, 0)
FRAME(frame_gs_bad, user_cs, user_ds, user_ds, BAD_SELECTOR)
FRAME(frame_ds_kernel, user_cs, user_ds, KERNEL_SELECTOR, KERNEL_SELECTOR)

#define CODE(name, code)                                                               \
	static void name(void)                                                         \
	{                                                                              \
		__asm__ volatile(code ::: "eax", "ebx", "ecx", "edx", "memory", "cc"); \
	}
CODE(sigreturn_wild, "movl $16, %%esp\n\tmovl $" NR_SIGRETURN ", %%eax\n\tint $0x80")
CODE(rt_sigreturn_wild, "movl $16, %%esp\n\tmovl $" NR_RT_SIGRETURN ", %%eax\n\tint $0x80")
CODE(esp_zero_call, "xorl %%esp, %%esp\n\tmovl $" NR_GETPID ", %%eax\n\tint $0x80\n\t"
		    "movl $" NR_EXIT ", %%eax\n\tmovl $5, %%ebx\n\tint $0x80")
CODE(esp_zero_push, "xorl %%esp, %%esp\n\tpushl %%eax")
CODE(esp_kernel_push, "movl $0xfffff000, %%esp\n\tpushl %%eax")
CODE(gs_bad, "movw $0xfff3, %%ax\n\tmovw %%ax, %%gs")
CODE(ds_kernel, "movw $0x68, %%ax\n\tmovw %%ax, %%ds")
CODE(ds_null_call,
     "pushl %%ds\n\txorl %%eax, %%eax\n\tmovw %%ax, %%ds\n\tmovl $" NR_GETPID ", %%eax\n\t"
     "int $0x80\n\tpopl %%ds")
CODE(single_step,
     "pushfl\n\torl $0x100, (%%esp)\n\tpopfl\n\tmovl $" NR_GETPID ", %%eax\n\tint $0x80")
CODE(nested_task,
     "pushfl\n\torl $0x4000, (%%esp)\n\tpopfl\n\tmovl $" NR_GETPID ", %%eax\n\tint $0x80\n\t"
     "pushfl\n\tandl $~0x4000, (%%esp)\n\tpopfl")
CODE(alignment, "pushfl\n\torl $0x40000, (%%esp)\n\tpopfl\n\tmovl 1(%%esp), %%eax")
CODE(backwards_call, "std\n\tmovl $" NR_GETPID ", %%eax\n\tint $0x80\n\tcld")
CODE(overflow_trap, "movb $127, %%al\n\taddb $1, %%al\n\tinto")
CODE(breakpoint, "int3")
CODE(other_vector, "int $14")
CODE(call_gate, "lcall $7, $0")
CODE(load_task, "movw $0x80, %%ax\n\tltr %%ax")
CODE(port, "outb %%al, $0x80")

/* A number no system call has gives ENOSYS and nothing else. */
static void unknown_calls(void)
{
	static const long numbers[] = {-1, 0x7fffffff, -0x7fffffff - 1, 5000};
	unsigned int i;
	long result;

	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		__asm__ volatile("int $0x80" : "=a"(result) : "0"(numbers[i]) : "memory");
		printf("call %ld: %ld\n", numbers[i], result);
	}
}

int main(void)
{
	__asm__("movw %%cs, %0\n\tmovw %%ds, %1" : "=r"(user_cs), "=r"(user_ds));
	unknown_calls();
#define TRY(name) in_child(#name, name)
	TRY(frame_good);
	TRY(frame_cs_null);
	TRY(frame_cs_bad);
	TRY(frame_ss_null);
	TRY(frame_ss_bad);
	TRY(frame_ds_bad);
	TRY(frame_gs_bad);
	TRY(frame_ds_kernel);
	TRY(sigreturn_wild);
	TRY(rt_sigreturn_wild);
	TRY(esp_zero_call);
	TRY(esp_zero_push);
	TRY(esp_kernel_push);
	TRY(gs_bad);
	TRY(ds_kernel);
	TRY(ds_null_call);
	TRY(single_step);
	TRY(nested_task);
	TRY(alignment);
	TRY(backwards_call);
	TRY(overflow_trap);
	TRY(breakpoint);
	TRY(other_vector);
	TRY(call_gate);
	TRY(load_task);
	TRY(port);
	return 0;
}
