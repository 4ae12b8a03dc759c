/*
 * test_task_watch.c - tasks of a guest whose kernel says nothing, watched in the memory of a small
 * one of our own; and what a program of it may say, and may not. Memory damaged anywhere harms
 * nobody.
 */
#define MEMORY 0x10000u
#include "small_guest.h"

#define DIRECTORY 0x1000u
#define TABLE	  0x2000u
#define WHERE	  0x3000u /* struct trace_tasks */
#define RUNNING	  0x3100u
#define LABEL	  0x3200u
#define USER_PAGE 0x08048000u
#define TASK(n)	  (0x4000u + 0x1000u * (n))
#define PID	  0x100u
#define TGID	  0x104u
#define NAME	  0x200u

static void make_task(uint32_t n, uint32_t pid, const char *name)
{
	put(TASK(n) + PID, pid);
	put(TASK(n) + TGID, pid);
	strcpy((char *)memory + TASK(n) + NAME, name);
}

/* A recorder that has had the hello of a program. */
static void begin_with(const char *model)
{
	static const struct trace_tasks where = {
		.size = sizeof(where),
		.running = BASE + RUNNING,
		.task_pid = PID,
		.task_tgid = TGID,
		.task_name = NAME,
		.name_size = 16,
	};

	guest_begin(model);
	cpu.cr3 = DIRECTORY;
	cpu.cpl = 3;
	put_tables(DIRECTORY, TABLE);
	memcpy(memory + WHERE, &where, sizeof(where));
	strcpy((char *)memory + LABEL, "here");
	make_task(0, 1, "init");
	make_task(1, 7, "one\n");
	make_task(2, 8, "two");
	put(RUNNING, BASE + TASK(0));
	recorder_cr3(rec, DIRECTORY);
	hint(TRACE_HELLO, TRACE_VERSION, 0, BASE + LABEL);
}

static void begin(void)
{
	begin_with(NULL);
}

/* Ends the run; the rows of a file, without the header. */
static const char *end(const char *name)
{
	const char *rows = strchr(guest_end(name), '\n');

	return rows ? rows + 1 : "";
}

static void runs(uint32_t n)
{
	put(RUNNING, BASE + TASK(n));
	icount += 10;
	recorder_return(rec, 0, 0, 0);
}

static void test_switches(void)
{
	begin();
	CHECK(!rec->tasks.hinted);
	hint(TRACE_TASKS, 0, 0, BASE + WHERE);
	CHECK_EQ(rec->tally.bad_hints, 0);
	runs(0);
	runs(1);
	runs(1);
	runs(2);
	make_task(2, 9, "three"); /* the same place, another task */
	runs(2);
	strcpy((char *)memory + TASK(2) + NAME, "four");
	runs(2); /* a name alone is not looked for before a flush */
	recorder_flush(rec, FLUSH_CR3, true, DIRECTORY);
	runs(2);
	CHECK_EQ(rec->tasks.current->pid, 9);
	recorder_flush(rec, FLUSH_CR3, true, DIRECTORY); /* nothing has changed */
	runs(2);
	put(RUNNING, BASE + TASK(0));
	icount += 10;
	recorder_invlpg(rec, BASE);
	CHECK_STR(end("tasks.csv"), "112,0,switch,1,1,0x00001000,init\n"
				    "122,0,switch,7,7,0x00001000,one?\n"
				    "142,0,switch,8,8,0x00001000,two\n"
				    "152,0,switch,9,9,0x00001000,three\n"
				    "172,0,switch,9,9,0x00001000,four\n"
				    "192,0,switch,1,1,0x00001000,init\n");
}

static void test_who_may_speak(void)
{
	begin();
	hint(TRACE_TASKS, 0, 0, BASE + WHERE);
	runs(1);
	hint(TRACE_MARK, 7, 0, BASE + LABEL);
	CHECK_EQ(rec->tally.bad_hints, 0);
	hint(TRACE_FINISH, TRACE_SELFTEST_NONE, 0, 0);
	hint(TRACE_PANIC, 0, 0, BASE + LABEL);
	CHECK_EQ(rec->tally.bad_hints, 2);
	CHECK(!rec->finished && !rec->panicked);
	runs(0);
	hint(TRACE_FINISH, TRACE_SELFTEST_NONE, 0, 0);
	CHECK(rec->finished);
	end("tasks.csv");
}

static void test_nonsense(void)
{
	begin();
	hint(TRACE_TASKS, 0, 0, BASE + MEMORY);
	CHECK_EQ(rec->tally.bad_hints, 1);
	put(WHERE + 8, 0x10000000); /* running: nothing is mapped there */
	hint(TRACE_TASKS, 0, 0, BASE + WHERE);
	CHECK_EQ(rec->tally.bad_hints, 2);
	put(WHERE + 8, BASE + RUNNING);
	hint(TRACE_TASKS, 0, 0, BASE + WHERE);
	CHECK_EQ(rec->tally.bad_hints, 2);
	runs(0);
	put(RUNNING, 0x10000000);
	recorder_return(rec, 0, 0, 0);
	CHECK_EQ(rec->tasks.current->pid, 1);
	hint(TRACE_TASKS, 0, 0, BASE + WHERE); /* once is enough */
	CHECK_EQ(rec->tally.bad_hints, 3);
	end("tasks.csv");
}

/* What a fault made of its page's entry is in its row. */
static void test_entries(void)
{
	static const char want[] = ",0,0x00000000,0x00009007\n";
	const char *rows;
	size_t len;

	begin();
	put(DIRECTORY + (USER_PAGE >> 22) * 4, (MEMORY - 0x1000) | 7);
	icount++;
	recorder_fault(rec, USER_PAGE, 6);
	put(MEMORY - 0x1000 + (USER_PAGE >> 12 & 0x3ff) * 4, 0x9007);
	icount += 50;
	recorder_return(rec, 3, 0, 0);
	rows = end("faults.csv");
	len = strlen(rows);
	CHECK(len > strlen(want));
	CHECK_STR(rows + (len > strlen(want) ? len - strlen(want) : 0), want);
}

static uint32_t next_random(void)
{
	static uint32_t state = 12345;

	return state = state * 1664525u + 1013904223u;
}

static void test_damage(void)
{
	for (int round = 0; round < 500; round++) {
		begin();
		for (int i = 0; i < 20; i++)
			put(next_random() % (MEMORY / 4) * 4, next_random());
		hint(TRACE_TASKS, 0, 0, BASE + WHERE);
		for (int i = 0; i < 20; i++) {
			put(WHERE + next_random() % 0x200 / 4 * 4, next_random());
			runs(next_random() % 3);
			recorder_fault(rec, next_random(), next_random() % 8);
		}
		end("tasks.csv");
	}
}

static const struct check_test tests[] = {
	{"switches are noted with what follows them, names too", test_switches},
	{"only process 1 speaks for the guest", test_who_may_speak},
	{"hints that make no sense are counted", test_nonsense},
	{"a fault's row has the page's entry before and after", test_entries},
	{"memory damaged anywhere harms nobody", test_damage},
};

CHECK_MAIN(tests)
