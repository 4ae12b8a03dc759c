/*
 * liveregs.c - tasks that never make a system call keep every register while others run: general
 * registers, flags, segment registers and what these stand for. What the C compiler would keep in
 * them is gone from them here: one piece of assembly loads all, spins until the tasks have taken
 * turns, and stores all.
 */
#include "try.h"
#include <asm/ldt.h>
#include <stdint.h>
#include <sys/syscall.h>

#define TASKS 3
/* A slice of this kernel is 20 million instructions; a turn of the loop is two. */
#define TURNS 25000000u

/* CF, PF, AF, SF, DF, OF and ID: DEC in the loop changes some, MOV and PUSHF none. */
#define FLAG_CF	    0x1u
#define FLAG_DF	    0x400u
#define FLAG_AC	    0x40000u
#define FLAG_ID	    0x200000u
#define FLAG_IF	    0x200u
#define FLAG_IOPL   0x3000u
#define FLAGS_KEPT  (FLAG_CF | FLAG_DF | FLAG_AC | FLAG_ID | FLAG_IF | FLAG_IOPL)
#define FLAGS_WRITE (FLAG_CF | FLAG_DF | FLAG_ID)

/* eax ecx edx ebx ebp esi edi flags; the selectors ds es fs gs; the word at fs:0 */
enum {
	FLAGS = 7,
	DS,
	ES,
	FS,
	GS,
	BASE,
	WORDS
};
uint32_t live_want[WORDS], live_got[WORDS], live_turns, live_esp, live_flags;

void live_spin(void);
__asm__(".text\n"
	"live_spin:\n\t"
	"pushal\n\t"
	"pushl %fs\n\t"
	"pushfl\n\t"
	"movl %esp, live_esp\n\t"
	"movw live_want+40, %fs\n\t"
	"movl live_want, %eax\n\t"
	"movl live_want+4, %ecx\n\t"
	"movl live_want+8, %edx\n\t"
	"movl live_want+12, %ebx\n\t"
	"movl live_want+16, %ebp\n\t"
	"movl live_want+20, %esi\n\t"
	"movl live_want+24, %edi\n\t"
	"pushl live_want+28\n\t"
	"popfl\n"
	"1:\tdecl live_turns\n\t"
	"jnz 1b\n\t"
	"movl %eax, live_got\n\t"
	"movl %ecx, live_got+4\n\t"
	"movl %edx, live_got+8\n\t"
	"movl %ebx, live_got+12\n\t"
	"movl %ebp, live_got+16\n\t"
	"movl %esi, live_got+20\n\t"
	"movl %edi, live_got+24\n\t"
	"pushfl\n\t"
	"popl live_got+28\n\t"
	"cld\n\t"
	"movw %ds, live_got+32\n\t"
	"movw %es, live_got+36\n\t"
	"movw %fs, live_got+40\n\t"
	"movw %gs, live_got+44\n\t"
	"movl %fs:0, %eax\n\t"
	"movl %eax, live_got+48\n\t"
	"subl %esp, live_esp\n\t"
	"popfl\n\t"
	"popl %fs\n\t"
	"popal\n\t"
	"ret\n");

static uint32_t mark;

/* Segment of the task's own, in which its mark is the first word. */
static uint32_t own_segment(void)
{
	struct user_desc desc = {
		.entry_number = (unsigned int)-1,
		.base_addr = (unsigned int)(uintptr_t)&mark,
		.limit = 3,
		.seg_32bit = 1,
		.useable = 1,
	};

	if (syscall(SYS_set_thread_area, &desc))
		die("set_thread_area");
	return desc.entry_number * 8 + 3;
}

/* Segments of a task's own hold data: code in one would have a privilege of its own. */
static void refused_segments(void)
{
	struct user_desc desc = {.entry_number = (unsigned int)-1, .limit = 3, .seg_32bit = 1};

	for (unsigned int contents = 0; contents < 4; contents++) {
		desc.contents = contents;
		desc.entry_number = (unsigned int)-1;
		printf("contents %u: %s\n", contents,
		       syscall(SYS_set_thread_area, &desc) ? strerrorname_np(errno) : "ok");
	}
	desc.contents = 0;
	desc.entry_number = 15; /* the user's data, here */
	show("another entry", syscall(SYS_set_thread_area, &desc) ? -1 : 0);
}

static int spin(uint32_t me)
{
	int wrong = 0;

	mark = 0x5eed0000u + me;
	for (uint32_t i = 0; i < FLAGS; i++)
		live_want[i] = (me + 1) * 0x01010101u + i * 0x10203u;
	__asm__ volatile("pushfl\n\tpopl %0" : "=r"(live_want[FLAGS]));
	live_want[FLAGS] =
		(live_want[FLAGS] & ~FLAGS_WRITE) | (me & 1 ? FLAG_CF | FLAG_ID : FLAG_DF);
	__asm__ volatile("movl %%ds, %0\n\tmovl %%es, %1\n\tmovl %%gs, %2"
			 : "=r"(live_want[DS]), "=r"(live_want[ES]), "=r"(live_want[GS]));
	live_want[FS] = own_segment();
	live_want[BASE] = mark;
	live_turns = TURNS;
	live_spin();
	live_got[FLAGS] &= FLAGS_KEPT;
	live_want[FLAGS] &= FLAGS_KEPT;
	for (int i = 0; i < WORDS; i++)
		if (live_got[i] != live_want[i]) {
			printf("task %u: register %d is %#x, was %#x\n", me, i, live_got[i],
			       live_want[i]);
			wrong++;
		}
	if (live_esp)
		printf("task %u: esp moved\n", me);
	fflush(stdout);
	return wrong;
}

int main(void)
{
	int sum = 0, status;

	for (uint32_t me = 0; me < TASKS; me++) {
		pid_t pid = fork();

		if (pid < 0)
			die("fork");
		if (pid == 0)
			_exit(spin(me));
	}
	for (int i = 0; i < TASKS; i++) {
		wait(&status);
		sum += status;
	}
	printf("registers lost: %d\n", sum);
	in_child("segments", refused_segments);
	return 0;
}
