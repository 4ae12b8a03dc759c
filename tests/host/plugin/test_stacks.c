/*
 * test_stacks.c - chains of calls, read from the memory of a small guest of our own: in a program,
 * in the kernel, from one to the other; code without frames; and memory that is no stack at all.
 */
#include "check.h"
#include "recorder.h"
#include <stddef.h>
#include <stdlib.h>

#define KERNEL	     0xc0000000u /* linear address of the first half of the memory ... */
#define USER	     0x08048000u /* ... and of the second one */
#define HALF	     0x20000u
#define WHERE	     (KERNEL + 0x100) /* struct trace_tasks */
#define ENTRY	     (KERNEL + 0x1000)
#define ENTRY_END    (KERNEL + 0x1100)
#define STACK_SIZE   0x2000u
#define STACK	     (KERNEL + 0x4000)
#define TOP	     (STACK + STACK_SIZE)
#define REGS_SIZE    68u
#define REGS	     (TOP - REGS_SIZE)
#define USER_STACK   (USER + 0x1f000)
#define KERNEL_FN(n) (KERNEL + 0x10000 + 0x100 * (n))
#define USER_FN(n)   (USER + 0x1000 + 0x100 * (n))
#define HEADER	     "stack,pid,faults,fills,end,chain,called\n"

enum {
	REGS_EBP = 20,
	REGS_EIP = 48,
	REGS_CS = 52,
	REGS_ESP = 60
};

static uint8_t memory[2][HALF];
static uint64_t icount, rounds;
static struct recorder *rec;
static struct cpu_view cpu;

static bool get_view(void *ctx, struct cpu_view *view)
{
	(void)ctx;
	*view = cpu;
	view->icount = ++icount;
	return true;
}

static uint8_t *at(uint32_t addr, uint32_t len)
{
	if (addr - KERNEL < HALF && len <= HALF - (addr - KERNEL))
		return memory[0] + (addr - KERNEL);
	if (addr - USER < HALF && len <= HALF - (addr - USER))
		return memory[1] + (addr - USER);
	return NULL;
}

static unsigned int get_linear(void *ctx, uint32_t addr, void *buf, unsigned int len)
{
	const uint8_t *from = at(addr, len);

	(void)ctx;
	if (!from)
		return 0;
	memcpy(buf, from, len);
	return len;
}

static void put(uint32_t addr, uint32_t value)
{
	memcpy(at(addr, 4), &value, 4);
}

/* A call to @to that ends right before @back. */
static uint32_t call(uint32_t back, uint32_t to)
{
	*at(back - 5, 1) = 0xe8;
	put(back - 4, to - back);
	return back;
}

/* A frame at @ebp: who called, and the frame above. */
static void frame(uint32_t ebp, uint32_t above, uint32_t back)
{
	put(ebp, above);
	put(ebp + 4, back);
}

/* The registers of what was interrupted, saved at @regs. */
static void save(uint32_t regs, uint32_t eip, uint32_t cs, uint32_t ebp, uint32_t esp)
{
	put(regs + REGS_EIP, eip);
	put(regs + REGS_CS, cs);
	put(regs + REGS_EBP, ebp);
	if (cs & 3)
		put(regs + REGS_ESP, esp);
}

static const struct trace_tasks tasks = {
	.size = sizeof(tasks),
	.stack_size = STACK_SIZE,
	.regs_size = REGS_SIZE,
	.regs_eip = REGS_EIP,
	.regs_cs = REGS_CS,
	.regs_ebp = REGS_EBP,
	.entry_start = ENTRY,
	.entry_end = ENTRY_END,
};

static void say_where(const struct trace_tasks *where)
{
	memcpy(at(WHERE, sizeof(*where)), where, sizeof(*where));
	cpu.cpl = 0;
	recorder_hint(rec, &(struct hint){.eax = TRACE_TASKS, .esi = WHERE});
}

static void begin(const char *options)
{
	static const struct machine m = {NULL, get_view, NULL,	  NULL, get_linear,
					 NULL, &icount,	 &rounds, NULL, NULL};
	const char *scratch = getenv("SCRATCH");
	struct options opt;
	char error[512];

	memset(memory, 0x90, sizeof(memory));
	options_init(&opt);
	CHECK(options_parse(&opt, options, error, sizeof(error)));
	snprintf(opt.out, sizeof(opt.out), "%s/out", scratch ? scratch : ".");
	opt.progress = false;
	rec = calloc(1, sizeof(*rec));
	CHECK(recorder_open(rec, &opt, &m));
	cpu = (struct cpu_view){0};
	recorder_hint(rec, &(struct hint){.eax = TRACE_HELLO, .ebx = TRACE_VERSION});
	recorder_hint(rec, &(struct hint){.eax = TRACE_SWITCH, .ebx = 7, .ecx = 5});
	say_where(&tasks);
}

static char *end(void)
{
	static char text[1u << 23];
	char path[OPTION_DIR_MAX + 32];
	FILE *file;
	size_t len = 0;

	rec->signal = 15;
	recorder_close(rec);
	snprintf(path, sizeof(path), "%s/stacks.csv", rec->opt.out);
	recorder_free(rec);
	free(rec);
	file = fopen(path, "r");
	if (file) {
		len = fread(text, 1, sizeof(text) - 1, file);
		fclose(file);
	}
	text[len] = 0;
	return text;
}

/* The chain of what runs, as in the table: "end chain called". */
static const char *chain(void)
{
	static const char *const ends[] = STACK_END_NAMES;
	static char text[4096];
	struct stack_chain c;
	char *p = text;

	stacks_read(rec, &cpu, &c);
	p += sprintf(p, "%s", ends[c.end]);
	for (unsigned int i = 0; i < c.count; i++) {
		p += sprintf(p, " %x", c.at[i]);
		p += sprintf(p, c.guessed >> i & 1 ? "?" : "");
		p += c.called[i] == CALLED_NONE	     ? 0
		     : c.called[i] == CALLED_POINTER ? sprintf(p, ">*")
						     : sprintf(p, ">%x", c.called[i]);
	}
	return text;
}

/* A program in its third function, each with a frame. */
static void in_program(void)
{
	const uint32_t s = USER_STACK;

	frame(s - 0x40, s - 0x20, call(USER_FN(1) + 0x20, USER_FN(2)));
	frame(s - 0x20, s, call(USER_FN(0) + 0x20, USER_FN(1)));
	frame(s, 0, call(USER + 0x20, USER_FN(0)));
	cpu = (struct cpu_view){
		.cpl = 3, .eip = USER_FN(2) + 0x10, .ebp = s - 0x40, .esp = s - 0x60};
}

#define CALLERS "8049120>8049200 8049020>8049100 8048020>8049000"
#define POINTED "8049120>* 8049020>8049100 8048020>8049000"
#define PROGRAM "8049210 " CALLERS

/* The kernel, called by in_program's system call: two functions deep. */
static void in_kernel(void)
{
	in_program();
	save(REGS, cpu.eip, 0x23, cpu.ebp, cpu.esp);
	frame(REGS - 8, cpu.ebp, call(ENTRY + 0x20, KERNEL_FN(0)));
	frame(REGS - 0x20, REGS - 8, call(KERNEL_FN(0) + 0x30, KERNEL_FN(1)));
	cpu = (struct cpu_view){.eip = KERNEL_FN(1) + 0x10, .ebp = REGS - 0x20, .esp = REGS - 0x30};
}

#define IN_KERNEL "c0010110 c0010030>c0010100 "

static void whole(void)
{
	begin("stacks=fault");
	in_program();
	CHECK_STR(chain(), "start " PROGRAM);
	in_kernel();
	CHECK_STR(chain(), "start " IN_KERNEL PROGRAM);
	/* An interrupt, or a fault, within the kernel. */
	save(REGS - 0x20 - REGS_SIZE + 8, cpu.eip, 0x10, cpu.ebp, 0);
	cpu.esp = REGS - 0x20 - REGS_SIZE;
	frame(cpu.esp, cpu.ebp, call(ENTRY + 0x40, KERNEL_FN(2)));
	cpu.ebp = cpu.esp;
	cpu.eip = KERNEL_FN(2) + 0x10;
	CHECK_STR(chain(), "start c0010210 " IN_KERNEL PROGRAM);
	/* A handler that has not begun, of the program and of the kernel. */
	in_program();
	cpu.interrupted = cpu.eip;
	cpu.eip = ENTRY + 8;
	CHECK_STR(chain(), "start c0001008 " PROGRAM);
	in_kernel();
	cpu.interrupted = cpu.eip;
	cpu.eip = ENTRY + 8;
	CHECK_STR(chain(), "start c0001008 " IN_KERNEL PROGRAM);
	/* A thread of the kernel's own. */
	in_kernel();
	save(REGS, 0, 0, 0, 0);
	CHECK_STR(chain(), "start c0010110 c0010030>c0010100");
	end();
}

/* Where the kernel has no frame of its own: EBP is the program's. */
static void entries(void)
{
	begin("stacks=fault");
	in_kernel();
	cpu.ebp = USER_STACK - 0x40;
	cpu.eip = KERNEL_FN(0) + 0x10; /* its frame comes later than its first instruction */
	CHECK_STR(chain(), "start c0010010 " PROGRAM);
	cpu.ebp++;
	CHECK_STR(chain(), "order c0010010");
	cpu.ebp--;
	cpu.eip = ENTRY + 4; /* nothing of the registers is saved yet but by the processor */
	cpu.esp = TOP - 20;
	put(REGS + REGS_EBP, 0x12345678);
	CHECK_STR(chain(), "start c0001004 " PROGRAM);
	cpu.esp = TOP; /* not even that */
	CHECK_STR(chain(), "start c0001004 " PROGRAM);
	in_kernel(); /* and from within the kernel */
	cpu.eip = ENTRY + 4;
	CHECK_STR(chain(), "entry c0001004");
	in_kernel(); /* its first instruction */
	cpu.eip = KERNEL_FN(0);
	*at(cpu.eip, 1) = 0x55;
	cpu.esp = REGS - 4;
	cpu.ebp = USER_STACK - 0x40;
	put(cpu.esp, ENTRY + 0x20);
	CHECK_STR(chain(), "start c0010000 " PROGRAM);
	in_kernel(); /* the processor's stack is not where its registers are said to be */
	put(REGS - 4, ENTRY + 0x20);
	frame(TOP - 16, 0, ENTRY + 0x20);
	cpu.ebp = TOP - 16;
	CHECK_STR(chain(), "order c0010110");
	end();
}

/* The caller's frame is the newest: at the first instructions and the last. */
static void prologues(void)
{
	static const uint8_t code[][4] = {{0x90, 0x55, 0x89, 0xe5},  /* push %ebp */
					  {0x55, 0x89, 0xe5, 0x90},  /* mov %esp,%ebp */
					  {0x55, 0x8b, 0xec, 0x90},  /* the same */
					  {0x5d, 0xc3, 0x90, 0x90},  /* ret */
					  {0x90, 0xc2, 0x04, 0x00},  /* ret $4 */
					  {0x90, 0x31, 0xc0, 0x90}}; /* none of these */

	begin("stacks=fault");
	for (unsigned int i = 0; i < 6; i++) {
		in_program();
		put(cpu.esp, 0);
		put(cpu.esp + (i == 1 || i == 2 ? 4 : 0), call(USER_FN(2) + 0x40, USER_FN(4)));
		cpu.eip = USER_FN(3) + 0x10;
		memcpy(at(cpu.eip - 1, 4), code[i], 4);
		CHECK_STR(chain(), i < 5 ? "start 8049310 8049240>8049400 " CALLERS
					 : "start 8049310 " CALLERS);
		if (i < 5)
			continue;
		cpu.eip = USER_FN(4); /* a call to this very instruction */
		CHECK_STR(chain(), "start 8049400 8049240>8049400 " CALLERS);
	}
	end();
}

/* A function that never makes a frame: the nearest word that is behind a call to what may be it. */
static void guesses(void)
{
	begin("stacks=fault");
	in_program();
	memcpy(at(USER_FN(1) + 0x1b, 5), "\x90\x90\x90\xff\xd0",
	       5); /* it was called by a pointer */
	cpu.eip = USER_FN(4) + 0x30;
	put(cpu.esp + 4, call(USER_FN(2) + 0x80, USER_FN(5))); /* to something behind it */
	put(cpu.esp + 12, call(USER_FN(2) + 0x40, USER_FN(4)));
	put(cpu.esp + 16, call(USER_FN(2) + 0x60, USER_FN(4)));
	CHECK_STR(chain(), "start 8049430 8049240?>8049400 " POINTED);
	call(USER_FN(2) + 0x40, USER_FN(4) + 0x30 - 0x4000); /* too far away */
	CHECK_STR(chain(), "start 8049430 8049260?>8049400 " POINTED);
	cpu.esp = cpu.ebp - 12; /* not in its caller's frame */
	CHECK_STR(chain(), "start 8049430 " POINTED);
	in_program(); /* it has a frame of its own */
	cpu.eip = USER_FN(2) + 0x30;
	put(cpu.esp + 12, call(USER_FN(0) + 0x40, USER_FN(2)));
	CHECK_STR(chain(), "start 8049230 " CALLERS);
	end();
}

/* A guess that has no room any more marks no other frame as one. */
static void guess_too_deep(void)
{
	const uint32_t s = REGS - 8 - 8 * (STACK_FRAMES - 2);
	struct stack_chain c;

	begin("stacks=fault");
	in_kernel();
	save(REGS, USER_FN(4) + 0x30, 0x23, USER_STACK - 0x40, USER_STACK - 0x60);
	memcpy(at(USER_FN(1) + 0x1b, 5), "\x90\x90\x90\xff\xd0", 5);
	put(USER_STACK - 0x50, call(USER_FN(2) + 0x40, USER_FN(4)));
	for (uint32_t i = 0; i < STACK_FRAMES - 2; i++)
		frame(s + 8 * i, s + 8 * i + 8, KERNEL_FN(0) + 0x30);
	cpu.ebp = s;
	cpu.esp = s - 16;
	stacks_read(rec, &cpu, &c);
	CHECK_EQ(c.count, STACK_FRAMES);
	CHECK_EQ(c.end, STACK_DEPTH);
	CHECK_EQ(c.at[STACK_FRAMES - 1], USER_FN(4) + 0x30);
	CHECK_EQ(c.guessed, 0);
	end();
}

/* Each way in which a chain is not whole. */
static void ends(void)
{
	const uint32_t s = USER_STACK - 0x20;
	struct trace_tasks where = tasks;
	struct stack_chain c;

	begin("stacks=fault");
	in_program();
	put(s, s);
	CHECK_STR(chain(), "order 8049210 8049120>8049200 8049020>8049100"); /* a ring */
	put(s, s + 9);
	CHECK_STR(chain(), "order 8049210 8049120>8049200 8049020>8049100");
	put(s, USER + HALF);
	CHECK_STR(chain(), "unreadable 8049210 8049120>8049200 8049020>8049100");
	put(s, KERNEL);
	CHECK_STR(chain(), "order 8049210 8049120>8049200 8049020>8049100");
	put(s, 0xbffffffc);
	CHECK_STR(chain(), "order 8049210 8049120>8049200 8049020>8049100");
	in_program();
	put(s + 4, USER_FN(0) + 0x21);
	CHECK_STR(chain(), "no_call 8049210 8049120>8049200");
	put(s + 4, USER - 8);
	CHECK_STR(chain(), "unreadable 8049210 8049120>8049200");
	put(s + 4, call(KERNEL_FN(0) + 0x20, KERNEL_FN(1))); /* a program cannot call from there */
	CHECK_STR(chain(), "no_call 8049210 8049120>8049200");
	memcpy(at(KERNEL_FN(0) + 0x1e, 2), "\xff\xd0", 2); /* through a pointer neither */
	CHECK_STR(chain(), "no_call 8049210 8049120>8049200");
	put(s + 4, call(USER_FN(0) + 0x20, KERNEL_FN(1))); /* nor to there */
	CHECK_STR(chain(), "no_call 8049210 8049120>8049200");
	in_program();
	for (uint32_t i = 0; i < 80; i++)
		frame(s + 8 * i - 0x400, s + 8 * i - 0x3f8, USER_FN(0) + 0x20);
	call(USER_FN(0) + 0x20, USER_FN(1));
	cpu.ebp = cpu.esp = s - 0x400;
	CHECK(!strncmp(chain(), "depth 8049210 8049020>8049100 8049020>", 38));
	stacks_read(rec, &cpu, &c);
	CHECK_EQ(c.count, STACK_FRAMES);
	where.stack_size = STACK_SIZE - 4;
	say_where(&where);
	in_kernel();
	CHECK_STR(chain(), "unknown c0010110");
	say_where(&tasks);
	in_kernel();
	CHECK(strncmp(chain(), "unknown", 7));
	recorder_reset(rec); /* another kernel's stacks are not where this one's were */
	in_kernel();
	CHECK_STR(chain(), "unknown c0010110");
	where = tasks;
	where.regs_ebp = REGS_SIZE - 8;
	say_where(&where);
	CHECK_STR(chain(), "unknown c0010110");
	where = tasks;
	where.regs_size = STACK_REGS_MAX + 4;
	say_where(&where);
	CHECK_STR(chain(), "unknown c0010110");
	end();
}

/* Calls through pointers, in each form of the operand (SDM volume 2, tables 2-2 and 2-3). */
static void calls(void)
{
	static const struct {
		uint8_t code[7];
		unsigned int length;
		bool good;
	} forms[] = {
		{{0xff, 0xd0}, 2, true},		   /* *%eax */
		{{0xff, 0x13}, 2, true},		   /* *(%ebx) */
		{{0xff, 0x14, 0x83}, 3, true},		   /* *(%ebx,%eax,4) */
		{{0xff, 0x50, 0x08}, 3, true},		   /* *8(%eax) */
		{{0xff, 0x54, 0x24, 0x08}, 4, true},	   /* *8(%esp) */
		{{0xff, 0x15, 1, 2, 3, 4}, 6, true},	   /* *0x4030201 */
		{{0xff, 0x93, 1, 2, 3, 4}, 6, true},	   /* *0x4030201(%ebx) */
		{{0xff, 0x14, 0x85, 1, 2, 3, 4}, 7, true}, /* *0x4030201(,%eax,4) */
		{{0xff, 0x94, 0x83, 1, 2, 3, 4}, 7, true}, /* *0x4030201(%ebx,%eax,4) */
		{{0xff, 0xe0}, 2, false},		   /* jmp *%eax */
		{{0xff, 0x14, 0x85}, 3, false},		   /* longer than that */
		{{0xff, 0x15}, 2, false},
		{{0xff, 0x50}, 2, false},
	};

	begin("stacks=fault");
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		in_program();
		memset(at(USER_FN(1) + 0x10, 16), 0x90, 16);
		memcpy(at(USER_FN(1) + 0x20 - forms[i].length, 7), forms[i].code, forms[i].length);
		CHECK_STR(chain(),
			  forms[i].good ? "start 8049210 8049120>* 8049020>8049100 8048020>8049000"
					: "no_call 8049210");
	}
	end();
}

/* Equal chains once, in the order in which they came; each so many-th fill. */
static void counts(void)
{
	begin("stacks=fault,fill/3");
	in_program();
	for (int i = 0; i < 7; i++)
		stacks_fill(rec, &cpu);
	stacks_fault(rec, &cpu);
	cpu.eip++;
	stacks_fault(rec, &cpu);
	recorder_hint(rec, &(struct hint){.eax = TRACE_SWITCH, .ebx = 9, .ecx = 9});
	stacks_fault(rec, &cpu);
	cpu.eip--;
	recorder_hint(rec, &(struct hint){.eax = TRACE_SWITCH, .ebx = 5, .ecx = 5});
	stacks_fault(rec, &cpu);
#define TAIL " 0x08049120 0x08049020 0x08048020,- 0x08049200 0x08049100 0x08049000\n"
	CHECK_STR(end(), HEADER "1,5,2,2,start,0x08049210" TAIL "2,5,1,0,start,0x08049211" TAIL
				"3,9,1,0,start,0x08049211" TAIL);
	begin("stacks=fill");
	in_program();
	stacks_fault(rec, &cpu);
	stacks_fill(rec, &cpu);
	CHECK_STR(end(), HEADER "1,5,0,1,start,0x08049210" TAIL);
	begin("");
	in_program();
	stacks_fault(rec, &cpu);
	stacks_fill(rec, &cpu);
	CHECK(!rec->stacks.seen);
	CHECK_STR(end(), "");
}

/* The same functions are another chain when one of them was only guessed. */
static void guessed_apart(void)
{
	begin("stacks=fault");
	in_program();
	cpu.eip = USER_FN(4) + 0x30;
	memcpy(at(USER_FN(1) + 0x1b, 5), "\x90\x90\x90\xff\xd0", 5);
	put(cpu.esp + 12, call(USER_FN(2) + 0x40, USER_FN(4)));
	stacks_fault(rec, &cpu);
	cpu.ebp = cpu.esp;
	frame(cpu.ebp, USER_STACK - 0x40, USER_FN(2) + 0x40);
	stacks_fault(rec, &cpu);
#define FROM "0x08049430 0x08049240 0x08049120 0x08049020 0x08048020,- "
#define UP   "0x08049400 * 0x08049100 0x08049000\n"
	CHECK_STR(end(), HEADER "1,5,1,0,start," FROM "?" UP "2,5,1,0,start," FROM UP);
}

/* More chains than there is room for: those that were there are counted on. */
static void too_many(void)
{
	char *text, *last;

	begin("stacks=fault");
	in_program();
	for (uint32_t i = 0; i < STACKS_MAX + 10; i++) {
		cpu.eip = i << 8 | 1;
		stacks_fault(rec, &cpu);
	}
	cpu.eip = 1 << 8 | 1;
	stacks_fault(rec, &cpu);
	CHECK_EQ(rec->stacks.count, STACKS_MAX);
	CHECK_EQ(rec->stacks.seen[1].events[STACK_FAULT], 2);
	text = end();
	last = strrchr(text, '\n') - 1;
	while (*last != '\n')
		last--;
	CHECK_STR(last, "\n65537,,10,0,lost,,\n");
}

/* Anything at all, in memory, registers and what the guest says: it ends, and within bounds. */
static void damaged(void)
{
	struct trace_tasks where;
	struct stack_chain c;

	begin("stacks=fault");
	for (int i = 0; i < 20000; i++) {
		where = tasks;
		if (!below(4))
			((uint32_t *)&where)[1 + below(sizeof(where) / 4 - 1)] = random32();
		say_where(&where);
		if (below(2))
			in_program();
		else
			in_kernel();
		for (unsigned int n = below(6); n; n--) {
			const uint32_t to = below(2) ? STACK + below(STACK_SIZE / 4) * 4
						     : USER_STACK - 0x80 + below(0x40) * 4;

			put(to, below(3)   ? random32()
				: below(2) ? USER_STACK - 0x80 + below(0x80)
					   : STACK + below(STACK_SIZE));
		}
		if (!below(4))
			cpu.ebp = below(2) ? random32() : STACK + below(STACK_SIZE);
		if (!below(4))
			cpu.esp = below(2) ? random32() : STACK + below(STACK_SIZE);
		if (!below(8))
			cpu.eip = below(2) ? random32() : ENTRY + below(0x100);
		stacks_read(rec, &cpu, &c);
		if (c.count < 1 || c.count > STACK_FRAMES || c.end >= STACK_LOST ||
		    c.called[0] != CALLED_NONE ||
		    (c.end == STACK_DEPTH) != (c.count == STACK_FRAMES))
			CHECK_EQ(i, -1);
	}
	end();
}

static const struct check_test check_tests[] = {
	{"whole chains", whole},
	{"into the kernel and out of it", entries},
	{"a function's beginning and end", prologues},
	{"functions without a frame", guesses},
	{"a guess too deep", guess_too_deep},
	{"chains that are not whole", ends},
	{"calls through pointers", calls},
	{"each chain once", counts},
	{"a guess is another chain", guessed_apart},
	{"more chains than there is room for", too_many},
	{"damaged memory", damaged},
};

CHECK_MAIN(check_tests)
