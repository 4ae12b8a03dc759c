/*
 * sigreturn.c - a signal frame is the program's own memory: whatever it has written there, no
 * return from a handler gives it the kernel's privilege, the ports, or a machine without
 * interrupts.
 */
#include "try.h"
#include <signal.h>
#include <stdint.h>

/* Words of Linux i386's sigcontext. In the plain frame two words stand before it, in the rt frame
 * the address of the return, three arguments, the information and five words of the ucontext. */
enum {
	SC_GS,
	SC_FS,
	SC_ES,
	SC_DS,
	SC_ESP = 7,
	SC_EIP = 14,
	SC_CS,
	SC_EFLAGS,
	SC_SS = 18,
	SC_WORDS = 22
};
#define PLAIN_WORDS (2 + SC_WORDS + 156 + 1)
#define RT_BEFORE   (4 + 32 + 5)
#define RT_WORDS    (RT_BEFORE + SC_WORDS + 2)
#define FLAGS_ALL   0xffffffffu
#define FLAG_TF	    0x100u
#define FLAG_DF	    0x400u
#define FLAG_AC	    0x40000u

/*
 * Where a made-up frame returns to. landed: exit code 64 in the kernel's ring, else bits for what
 * no program may have: 1 interrupts off, 2 privilege for ports, 4 nested task, 8 virtual 8086 mode
 * or its interrupt flags. port_try: a port is written to, then exit(32).
 */
void landed(void);
void port_try(void);
__asm__("landed:\n\t"
	"pushfl\n\t"
	"popl %eax\n\t"
	"xorl %ebx, %ebx\n\t"
	"testl $0x200, %eax\n\t"
	"jnz 1f\n\t"
	"orl $1, %ebx\n"
	"1:\ttestl $0x3000, %eax\n\t"
	"jz 2f\n\t"
	"orl $2, %ebx\n"
	"2:\ttestl $0x4000, %eax\n\t"
	"jz 3f\n\t"
	"orl $4, %ebx\n"
	"3:\ttestl $0x1a0000, %eax\n\t"
	"jz 4f\n\t"
	"orl $8, %ebx\n"
	"4:\tmovl %cs, %eax\n\t"
	"andl $3, %eax\n\t"
	"cmpl $3, %eax\n\t"
	"je 5f\n\t"
	"movl $64, %ebx\n"
	"5:\tmovl $1, %eax\n\t"
	"int $0x80\n"
	"port_try:\n\t"
	"outb %al, $0x80\n\t"
	"movl $1, %eax\n\t"
	"movl $32, %ebx\n\t"
	"int $0x80\n");

static uint32_t user_cs, user_ds;
static uint32_t frame[RT_WORDS + PLAIN_WORDS], stack[64];

static void fill(uint32_t *sc, void (*to)(void), uint32_t cs, uint32_t ss, uint32_t data,
		 uint32_t flags)
{
	sc[SC_GS] = 0; /* the child makes no use of thread-local storage any more */
	sc[SC_FS] = data;
	sc[SC_ES] = sc[SC_DS] = data;
	sc[SC_ESP] = (uint32_t)(uintptr_t)(stack + 60);
	sc[SC_EIP] = (uint32_t)(uintptr_t)to;
	sc[SC_CS] = cs;
	sc[SC_SS] = ss;
	sc[SC_EFLAGS] = flags & ~(FLAG_TF | FLAG_DF | FLAG_AC);
}

static void __attribute__((noreturn)) leave(uint32_t esp, uint32_t number)
{
	__asm__ volatile("movl %0, %%esp\n\tint $0x80" : : "r"(esp), "a"(number));
	__builtin_unreachable();
}

/* In a child: how it ended, as a wait status. */
static int attempt(int rt, void (*to)(void), uint32_t cs, uint32_t ss, uint32_t data,
		   uint32_t flags)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0) {
		fill(frame + (rt ? RT_BEFORE : 2), to, cs, ss, data, flags);
		/* The restorer has taken what stands before. */
		leave((uint32_t)(uintptr_t)(frame + (rt ? 1 : 2)), rt ? 173 : 119);
	}
	waitpid(pid, &status, 0);
	return status;
}

static void report(const char *what, int rt, int status)
{
	if (WIFSIGNALED(status))
		printf("%s, %s frame: signal %d\n", what, rt ? "rt" : "plain", WTERMSIG(status));
	else
		printf("%s, %s frame: code %d\n", what, rt ? "rt" : "plain", WEXITSTATUS(status));
}

/* Killed, or back in its own ring with nothing that it should not have. */
static int harmless(int status)
{
	if (WIFSIGNALED(status))
		return WTERMSIG(status) == SIGSEGV || WTERMSIG(status) == SIGBUS;
	return WEXITSTATUS(status) == 0;
}

/* Every selector of the descriptor tables, at every privilege. */
static void selectors(int rt)
{
	int cs_ok = 0, ss_ok = 0, data_ok = 0, tried = 0;

	for (uint32_t selector = 0; selector < 0x100; selector++) {
		if ((selector & 7) != 0 && (selector & 7) != 1 && (selector & 7) != 3)
			continue;
		tried++;
		cs_ok += harmless(attempt(rt, landed, selector, user_ds, user_ds, 0x202));
		ss_ok += harmless(attempt(rt, landed, user_cs, selector, user_ds, 0x202));
		data_ok += harmless(attempt(rt, landed, user_cs, user_ds, selector, 0x202));
	}
	printf("%s frame: %d selectors, harmless as cs %d, ss %d, ds %d\n", rt ? "rt" : "plain",
	       tried, cs_ok, ss_ok, data_ok);
}

int main(void)
{
	__asm__("movl %%cs, %0\n\tmovl %%ds, %1" : "=r"(user_cs), "=r"(user_ds));
	for (int rt = 0; rt < 2; rt++) {
		report("good", rt, attempt(rt, landed, user_cs, user_ds, user_ds, 0x202));
		report("all flags", rt, attempt(rt, landed, user_cs, user_ds, user_ds, FLAGS_ALL));
		report("no flags", rt, attempt(rt, landed, user_cs, user_ds, user_ds, 0));
		report("a port", rt, attempt(rt, port_try, user_cs, user_ds, user_ds, 0x202));
		report("a port with all flags", rt,
		       attempt(rt, port_try, user_cs, user_ds, user_ds, FLAGS_ALL));
		report("no code privilege", rt,
		       attempt(rt, landed, user_cs & ~3u, user_ds, user_ds, 0x202));
		report("no stack privilege", rt,
		       attempt(rt, landed, user_cs, user_ds & ~3u, user_ds, 0x202));
		selectors(rt);
	}
	return 0;
}
