/*
 * test_waiting.c - what the tasks of a run that was ended wait for, read from the memory of a small
 * guest of our own: as it should be, damaged in each way that counts, and damaged anywhere.
 */
#define MEMORY 0x20000u
#include "small_guest.h"
#include <stddef.h>

#define DIRECTORY  0x1000u
#define TABLE	   0x2000u
#define WHERE	   0x3000u /* struct trace_tasks */
#define RUNNING	   0x3100u
#define LIST	   0x3200u
#define STATES	   0x3300u
#define CALLS	   0x3400u
#define TASK(n)	   (0x4000u + 0x1000u * (n))
#define STACK(n)   (0x10000u + 0x2000u * (n))
#define STACK_SIZE 0x2000u
#define REGS(n)	   (STACK(n) + STACK_SIZE - REGS_SIZE)
#define REGS_SIZE  64u
#define CALL_READ  3u
#define TASKS	   4u
#define SCHED	   0xc0100000u

/* Offsets in a task, and in the registers. */
enum {
	ESP = 0,
	STACK_AT = 4,
	STATE = 8,
	PID = 12,
	TGID = 16,
	NAME = 20,
	NODE = 36
};
enum {
	ARGS = 0,
	CALL = 44,
	EIP = 52,
	CS = 56
};

/* Task n sleeps in read(n, 2, 3): the scheduler, called by 0xc0200000 + n, called by 0xc0300000 +
 * n. */
static void make_task(uint32_t n)
{
	const uint32_t saved = STACK(n) + 0x100, frame = STACK(n) + 0x200, outer = frame + 0x20;

	put(TASK(n) + ESP, BASE + saved);
	put(TASK(n) + STACK_AT, BASE + STACK(n));
	put(TASK(n) + STATE, 1);
	put(TASK(n) + PID, 10 + n);
	put(TASK(n) + TGID, 10);
	memcpy(memory + TASK(n) + NAME, "reader", 7);
	put(TASK(n) + NODE, BASE + (n + 1 < TASKS ? TASK(n + 1) + NODE : LIST));
	put(TASK(n) + NODE + 4, BASE + (n ? TASK(n - 1) + NODE : LIST));
	put(saved + 12, BASE + frame);
	put(saved + 16, SCHED + 5);
	put(frame, BASE + outer);
	put(frame + 4, 0xc0200000u + n);
	put(outer, 0xbffff000u); /* the program's */
	put(outer + 4, 0xc0300000u + n);
	put(REGS(n) + ARGS, n);
	put(REGS(n) + ARGS + 4, 2);
	put(REGS(n) + ARGS + 8, 3);
	put(REGS(n) + CALL, CALL_READ);
	put(REGS(n) + EIP, 0x08048000u + n);
	put(REGS(n) + CS, 0x73);
}

static const struct trace_tasks where = {
	.size = sizeof(where),
	.page_dir = DIRECTORY,
	.running = BASE + RUNNING,
	.list = BASE + LIST,
	.task_list = NODE,
	.task_pid = PID,
	.task_tgid = TGID,
	.task_state = STATE,
	.task_name = NAME,
	.name_size = 16,
	.states = BASE + STATES,
	.task_stack = STACK_AT,
	.stack_size = STACK_SIZE,
	.task_esp = ESP,
	.esp_frame = 12,
	.regs_size = REGS_SIZE,
	.regs_call = CALL,
	.regs_args = ARGS,
	.regs_eip = EIP,
	.regs_cs = CS,
	.calls = BASE + CALLS,
	.nr_calls = 8,
	.sched_start = SCHED,
	.sched_end = SCHED + 0x1000,
};

static void begin(void)
{
	uint32_t i;

	guest_begin(NULL);
	put_tables(DIRECTORY, TABLE);
	memcpy(memory + WHERE, &where, sizeof(where));
	memcpy(memory + STATES, "RSDDTZX", 8);
	put(CALLS + 4 * CALL_READ, BASE + CALLS + 0x100);
	memcpy(memory + CALLS + 0x100, "read", 5);
	for (i = 0; i < TASKS; i++)
		make_task(i);
	put(LIST, BASE + TASK(0) + NODE);
	put(LIST + 4, BASE + TASK(TASKS - 1) + NODE);
	put(RUNNING, BASE + TASK(1));
	put(TASK(1) + STATE, 0);
	hint(TRACE_HELLO, TRACE_VERSION, 0, 0);
}

static void say_where(uint32_t bad)
{
	hint(TRACE_TASKS, 0, 0, BASE + WHERE);
	CHECK_EQ(rec->tally.bad_hints, bad);
}

/* Ends the run in the kernel, with a frame of its own on the running task's stack. */
static const char *end(unsigned int cpl)
{
	waiting_write(rec, &(struct stopped_cpu){.eip = cpl == 3 ? 0x08049000u : 0xc0400000u,
						 .ebp = BASE + STACK(1) + 0x220,
						 .cpl = cpl});
	return guest_end("waiting.csv");
}

#define HEADER "pid,tgid,name,state,call,number,args,eip,kernel\n"
#define SLEEPER(n)                                                                             \
	"1" #n ",10,reader,sleeping,read,3,0x0000000" #n " 0x00000002 0x00000003,0x0804800" #n \
	",0xc020000" #n " 0xc030000" #n "\n"

/* The running one first; the scheduler's own frames are not shown. */
static void in_the_kernel(void)
{
	begin();
	say_where(0);
	CHECK_STR(end(0),
		  HEADER "11,10,reader,running,read,3,0x00000001 0x00000002 0x00000003,"
			 "0x08048001,0xc0400000 0xc0300001\n" SLEEPER(0) SLEEPER(2) SLEEPER(3));
}

/* What lies on its stack is of an earlier entry. */
static void in_the_program(void)
{
	begin();
	say_where(0);
	CHECK_STR(end(3),
		  HEADER "11,10,reader,running,,,,0x08049000,\n" SLEEPER(0) SLEEPER(2) SLEEPER(3));
}

static void states(void)
{
	begin();
	put(TASK(0) + STATE, 5); /* no stack any more */
	put(TASK(0) + STACK_AT, 0);
	put(TASK(2) + STATE, 0);
	put(REGS(2) + CALL, ~32u);
	put(TASK(3) + STATE, 99);
	put(REGS(3) + CALL, 7); /* has no name */
	memcpy(memory + TASK(3) + NAME, "a,\"\n\177\34423456789ABC", 16);
	put(RUNNING, BASE + TASK(1));
	say_where(0);
	CHECK_STR(end(3),
		  HEADER "11,10,reader,running,,,,0x08049000,\n"
			 "10,10,reader,zombie,,,,,\n"
			 "12,10,reader,runnable,interrupt,,,0x08048002,0xc0200002 0xc0300002\n"
			 "13,10,\"a,\"\"???23456789AB\",?,?,7,0x00000003 0x00000002 0x00000003,"
			 "0x08048003,0xc0200003 0xc0300003\n");
}

/* Each letter of the kernel has its word. */
static void letters(void)
{
	begin();
	put(TASK(0) + STATE, 2);
	put(TASK(2) + STATE, 4);
	say_where(0);
	CHECK(strstr(end(3), "\n10,10,reader,uninterruptible,"));
	begin();
	put(TASK(0) + STATE, 4);
	say_where(0);
	CHECK(strstr(end(3), "\n10,10,reader,stopped,"));
}

/* How each came into the kernel, and what is no longer to be trusted on a stack. */
static void ways_in(void)
{
	const uint32_t outer = STACK(2) + 0x220;

	begin();
	put(REGS(0) + CALL, ~14u);
	put(REGS(1) + CALL, ~13u);
	put(REGS(2) + CALL, 8); /* the first that the table has not */
	put(CALLS + 4 * 8, BASE + CALLS + 0x100);
	put(outer + 4, SCHED + 9); /* called from the scheduler: that is where it is */
	put(TASK(3) + STATE, 5);   /* its stack is still there */
	say_where(0);
	CHECK_STR(end(0),
		  HEADER "11,10,reader,running,exception,,,0x08048001,0xc0400000 0xc0300001\n"
			 "10,10,reader,sleeping,page fault,,,0x08048000,0xc0200000 0xc0300000\n"
			 "12,10,reader,sleeping,?,8,0x00000002 0x00000002 0x00000003,"
			 "0x08048002,0xc0200002 0xc0100009\n"
			 "13,10,reader,zombie,read,3,0x00000003 0x00000002 0x00000003,"
			 "0x08048003,\n");
}

/* A name across two pages, which lie elsewhere; and all of it below one large page. */
static void pages(void)
{
	const uint32_t away = 0x1a000u, name = TASK(0) + 0xffau;

	begin();
	put(TABLE + 4 * (TASK(1) >> 12), (away + 0x1000) | 1);
	memcpy(memory + away + 0x1000, memory + TASK(1), 4096);
	memset(memory + TASK(1), '!', 4096);
	put(CALLS + 4 * CALL_READ, BASE + name);
	memcpy(memory + name, "a long", 6);
	memcpy(memory + away + 0x1000, " name", 6);
	put(RUNNING, 0);
	put(LIST, BASE + TASK(0) + NODE);
	put(TASK(0) + NODE, BASE + LIST);
	say_where(0);
	CHECK_STR(end(0), HEADER "10,10,reader,sleeping,a long name,3,0x00000000 0x00000002 "
				 "0x00000003,0x08048000,0xc0200000 0xc0300000\n");
	begin();
	put(DIRECTORY + (BASE >> 22) * 4, 0x81); /* physical 0 on, 4 MiB */
	say_where(0);				 /* as a kernel does that sets CR4.PSE later */
	cpu.pse = true;
	CHECK_STR(end(3),
		  HEADER "11,10,reader,running,,,,0x08049000,\n" SLEEPER(0) SLEEPER(2) SLEEPER(3));
	begin();
	put(DIRECTORY + (BASE >> 22) * 4, TABLE | 0x81); /* no large page without CR4.PSE */
	put(TABLE + 4 * (TASK(0) >> 12), away | 1);
	memcpy(memory + away, memory + TASK(0), 4096);
	memset(memory + TASK(0), '!', 4096);
	say_where(0);
	CHECK_STR(end(3),
		  HEADER "11,10,reader,running,,,,0x08049000,\n" SLEEPER(0) SLEEPER(2) SLEEPER(3));
}

/* The last whole frame of a stack counts, what is cut by its end does not. */
static void end_of_stack(void)
{
	begin();
	put(STACK(3) + 0x200, BASE + STACK(3) + STACK_SIZE - 4);
	put(STACK(3) + STACK_SIZE - 4, 0);
	put(STACK(2) + 0x200, BASE + STACK(2) + STACK_SIZE - 8);
	put(STACK(2) + STACK_SIZE - 8, 0x73); /* CS of the registers there */
	put(STACK(2) + STACK_SIZE - 4, 0xc0500000u);
	put(STACK(3), 0xc0600000u); /* behind the end of that stack */
	say_where(0);
	CHECK_STR(end(3), HEADER "11,10,reader,running,,,,0x08049000,\n" SLEEPER(
				  0) "12,10,reader,sleeping,read,3,0x00000002 0x00000002 "
				     "0x00000003,0x08048002,"
				     "0xc0200002 0xc0500000\n"
				     "13,10,reader,sleeping,read,3,0x00000003 0x00000002 "
				     "0x00000003,0x08048003,"
				     "0xc0200003\n");
}

/* A guest that says nothing, one that has come to its end, and hints that make no sense. */
static void nothing_to_say(void)
{
	begin();
	CHECK_STR(end(0), HEADER);
	begin();
	say_where(0);
	hint(TRACE_FINISH, 0, 0, 0);
	CHECK_STR(end(0), HEADER);
	begin();
	say_where(0);
	hint(TRACE_PANIC, 0, 0, BASE + CALLS + 0x100);
	CHECK_STR(end(0), HEADER);
	begin();
	put(WHERE, sizeof(where) - 4);
	say_where(1);
	put(WHERE, sizeof(where));
	put(WHERE + offsetof(struct trace_tasks, regs_size), STACK_SIZE + 4);
	hint(TRACE_TASKS, 0, 0, BASE + WHERE);
	CHECK_EQ(rec->tally.bad_hints, 2);
	CHECK_STR(end(0), HEADER);
	begin();
	put(WHERE, sizeof(where) + 8); /* by a later kernel, which has more to say */
	say_where(0);
	CHECK_STR(end(3),
		  HEADER "11,10,reader,running,,,,0x08049000,\n" SLEEPER(0) SLEEPER(2) SLEEPER(3));
	begin();
	hint(TRACE_TASKS, 0, 0, BASE + MEMORY - 8);
	CHECK_EQ(rec->tally.bad_hints, 1);
	CHECK_STR(end(0), HEADER);
	begin();
	say_where(0);
	recorder_reset(rec); /* it was another system's memory */
	CHECK_STR(end(0), HEADER);
}

/* Lists and stacks that have no end, and a stack that the directory has not. */
static void broken(void)
{
	begin();
	say_where(0);
	put(TASK(2) + NODE, BASE + TASK(0) + NODE); /* a ring without the head */
	CHECK_STR(end(3), HEADER "11,10,reader,running,,,,0x08049000,\n" SLEEPER(0) SLEEPER(2));
	begin();
	say_where(0);
	put(LIST, 8);
	put(STACK(1) + 0x220, BASE + STACK(1) + 0x220); /* a frame that is its own caller's */
	CHECK_STR(end(0), HEADER "11,10,reader,running,read,3,0x00000001 0x00000002 0x00000003,"
				 "0x08048001,0xc0400000 0xc0300001\n");
	begin();
	say_where(0);
	put(RUNNING, 0);
	put(LIST, BASE + TASK(3) + NODE);
	put(TASK(3) + NODE + 4, BASE + LIST);
	put(TABLE + (STACK(3) >> 12) * 4, 0);
	put(TABLE + (STACK(3) >> 12) * 4 + 4, 0);
	CHECK_STR(end(0), HEADER "13,10,reader,sleeping,,,,,\n");
}

/* Whatever the memory holds, the end comes, and in rows of nine fields. */
static void garbage(void)
{
	unsigned int round, i;
	const char *p;

	for (round = 0; round < 300; round++) {
		begin();
		say_where(0);
		for (i = below(200); i; i--)
			put(WHERE + sizeof(where) + below(MEMORY - WHERE - sizeof(where) - 4),
			    below(2) ? random32() : BASE + below(MEMORY));
		if (below(2))
			for (i = 0; i < sizeof(where); i += 4)
				if (!below(8) && i != offsetof(struct trace_tasks, size))
					put(WHERE + i,
					    below(2) ? random32() : BASE + below(MEMORY));
		hint(TRACE_TASKS, 0, 0, BASE + WHERE);
		for (p = end(below(2) * 3), i = 0; *p; p++)
			if (*p < ' ' && *p != '\n')
				i++;
		CHECK_EQ(i, 0);
	}
}

static const struct check_test tests[] = {
	{"the run ends in the kernel", in_the_kernel},
	{"the run ends in a program", in_the_program},
	{"states, traps and names", states},
	{"the letters of states", letters},
	{"ways into the kernel", ways_in},
	{"pages", pages},
	{"the end of a stack", end_of_stack},
	{"nothing to say", nothing_to_say},
	{"broken lists and stacks", broken},
	{"garbage anywhere", garbage},
};

CHECK_MAIN(tests)
