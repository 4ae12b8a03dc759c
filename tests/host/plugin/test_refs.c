/*
 * test_refs.c - what the models are told of a reference beside its page: the task, the area, and
 * the kind of page where Bochs's TLB has lost it.
 */
#define MEMORY 0x10000u
#include "small_guest.h"
#include "refs.h"

#define DIRECTORY   0x1000u
#define TABLE	    0x2000u
#define WHERE	    0x3000u /* struct trace_tasks, trace_frames or trace_vma */
#define RUNNING	    0x3100u
#define LABEL	    0x3200u
#define TASK(n)	    (0x4000u + 0x1000u * (n))
#define PID	    0x100u
#define NAME	    0x200u
#define USER	    0x08048000u
#define REFS_HEADER "icount,event,mode,page,size,global,allows,space,pid,eip,refs\n"

static const char *model_file(void)
{
	static const char text[] = "model m\n"
				   "tlb small\n\tlevel 1\n\tof both\n\tpages 4K\n\tentries 4\n"
				   "\tways full\n\treplace lru\n"
				   "tlb large\n\tlevel 1\n\tof both\n\tpages 4M\n\tentries 4\n"
				   "\tways full\n\treplace lru\n";
	static char path[OPTION_MODEL_MAX];
	const char *scratch = getenv("SCRATCH");
	FILE *file;

	snprintf(path, sizeof(path), "%s/model", scratch ? scratch : ".");
	file = fopen(path, "w");
	if (!file)
		exit(1);
	fputs(text, file);
	fclose(file);
	return path;
}

static void begin_with(const char *model)
{
	guest_begin(model);
	cpu.cr3 = DIRECTORY;
	put_tables(DIRECTORY, TABLE);
	recorder_cr3(rec, DIRECTORY);
}

static void begin(void)
{
	begin_with(model_file());
}

static void begin_with_kernel(void)
{
	begin();
	hint(TRACE_HELLO, TRACE_VERSION, 0, 0);
	hint(TRACE_SWITCH, 5, 5, 0);
}

static void ref(uint32_t page)
{
	refs_put(rec, page, 0, page < KERNEL_HALF ? USER : BASE, rec->opt.model_count,
		 rec->opt.refs_k);
}

/* Accesses by the row that begins with @row; 0: there is none. */
static uint64_t accesses(const char *rows, const char *row)
{
	const char *p = strstr(rows, row);

	return p && p[-1] == '\n' ? strtoull(p + strlen(row), NULL, 10) : 0;
}

static void put_task(uint32_t n, uint32_t pid, const char *name)
{
	put(TASK(n) + PID, pid);
	strcpy((char *)memory + TASK(n) + NAME, name);
}

/* Who runs, the recorder finds out by itself. */
static void watched_tasks(void)
{
	static const struct trace_tasks where = {
		.size = sizeof(where),
		.running = BASE + RUNNING,
		.task_pid = PID,
		.task_tgid = PID,
		.task_name = NAME,
		.name_size = 16,
	};
	const char *rows;

	begin();
	memcpy(memory + WHERE, &where, sizeof(where));
	put_task(0, 1, "init");
	put_task(1, 7, "seven");
	put(RUNNING, BASE + TASK(0));
	cpu.cpl = 3;
	hint(TRACE_HELLO, TRACE_VERSION, 0, 0);
	hint(TRACE_TASKS, 0, 0, BASE + WHERE);
	recorder_return(rec, 3, 0, 0);
	ref(USER);
	put(RUNNING, BASE + TASK(1));
	recorder_return(rec, 3, 0, 0);
	ref(USER);
	ref(USER);
	rows = guest_end("model.csv");
	CHECK_EQ(accesses(rows, "m,,,task,1 init,"), 1);
	CHECK_EQ(accesses(rows, "m,,,task,7 seven,"), 2);
}

static void tell_area(unsigned int event, uint32_t start, uint32_t end, uint32_t name)
{
	const struct trace_vma vma = {.pid = 5, .start = start, .end = end, .name = name};

	memcpy(memory + WHERE, &vma, sizeof(vma));
	hint(TRACE_VMA, event, 0, BASE + WHERE);
}

static void put_area(uint32_t start, uint32_t name)
{
	tell_area(TRACE_VMA_MAP, start, start + 0x1000, name);
}

/* One whose name cannot be read has none, whatever the one before was called. */
static void areas(void)
{
	const char *rows;

	begin_with_kernel();
	strcpy((char *)memory + LABEL, "prog");
	put_area(USER, BASE + LABEL);
	CHECK_EQ(rec->tally.bad_hints, 0);
	put_area(USER + 0x1000, BASE + MEMORY);
	CHECK_EQ(rec->tally.bad_hints, 1);
	put_area(USER + 0x2000, 0);
	CHECK_EQ(rec->tally.bad_hints, 1);
	ref(USER);
	for (uint32_t n = 0; n < 2; n++) {
		ref(USER + 0x1000);
		ref(USER + 0x2000);
		ref(USER + 0x3000);
	}
	rows = guest_end("model.csv");
	CHECK_EQ(accesses(rows, "m,,,area,prog,"), 1);
	CHECK_EQ(accesses(rows, "m,,,area,[anon],"), 4);
	CHECK_EQ(accesses(rows, "m,,,area,[none],"), 2);
}

/* One that becomes smaller leaves nothing behind its new end, as one that goes. */
static void smaller_areas(void)
{
	const char *rows;

	begin_with_kernel();
	strcpy((char *)memory + LABEL, "prog");
	tell_area(TRACE_VMA_MAP, USER, USER + 0x3000, BASE + LABEL);
	ref(USER + 0x2000);
	tell_area(TRACE_VMA_CHANGE, USER, USER + 0x1000, BASE + LABEL);
	ref(USER);
	ref(USER + 0x1000);
	ref(USER + 0x2000);
	tell_area(TRACE_VMA_UNMAP, USER, USER + 0x1000, BASE + LABEL);
	ref(USER);
	rows = guest_end("model.csv");
	CHECK_EQ(accesses(rows, "m,,,area,prog,"), 2);
	CHECK_EQ(accesses(rows, "m,,,area,[none],"), 3);
}

/* The direct map ends where the guest says; of one that does not, where it usually does. */
static void kernel_areas(void)
{
	static const struct trace_frames where = {
		.size = sizeof(where),
		.page_offset = BASE,
		.direct_bytes = 0x30000000u,
		.page_size = 32,
	};
	const char *rows;

	begin_with_kernel();
	ref(0xf0800000u);
	memcpy(memory + WHERE, &where, sizeof(where));
	hint(TRACE_FRAMES, 0, 0, BASE + WHERE);
	CHECK_EQ(rec->tally.bad_hints, 0);
	ref(0xeffff000u);
	for (uint32_t n = 0; n < 3; n++)
		ref(0xf0800000u);
	ref(0xff800000u);
	rows = guest_end("model.csv");
	CHECK_EQ(accesses(rows, "m,,,area,[direct map],"), 2);
	CHECK_EQ(accesses(rows, "m,,,area,[vmalloc],"), 3);
	CHECK_EQ(accesses(rows, "m,,,area,[kmap],"), 1);
}

/* The page tables tell what Bochs's TLB does not: a large page, if the processor has such. */
static void kinds(void)
{
	const char *rows;

	begin_with_kernel();
	put(DIRECTORY + (USER >> 22) * 4, TABLE | 0x81);
	ref(USER);
	ref(BASE);
	cpu.pse = true;
	ref(USER);
	ref(USER + 0x1000);
	rows = guest_end("model.csv");
	CHECK_EQ(accesses(rows, "m,small,1,all,,"), 2);
	CHECK_EQ(accesses(rows, "m,large,1,all,,"), 2);
}

/* A flush that only Bochs has done ends the run of drops, and has no row: no processor does it. */
static void flushed_by_bochs(void)
{
	const char *rows;

	guest_options = "refs=4";
	begin_with(NULL);
	guest_options = "";
	refs_flush(rec, FLUSH_CR0, true, rec->space);
	for (uint32_t n = 0; n < 8; n++) {
		ref(USER);
		if (n == 3)
			refs_flush(rec, FLUSH_EMULATOR, true, rec->space);
	}
	refs_flush(rec, FLUSH_CR4, true, rec->space);
	rows = guest_end("refs.csv");
	CHECK(strstr(rows, "100,flush,,,,1,,3,0,,\n"
			   "100,r,k,0x08048000,4K,0,15,3,0,0x08048000,1\n"
			   "100,r,k,0x08048000,4K,0,15,3,0,0x08048000,3\n"
			   "100,r,k,0x08048000,4K,0,15,3,0,0x08048000,1\n"
			   "100,r,k,0x08048000,4K,0,15,3,0,0x08048000,3\n"
			   "100,flush,,,,1,,3,0,,\n"));
}

static void begin_trace(const char *options)
{
	guest_options = options;
	guest_begin(NULL);
	guest_options = "";
	cpu.cr3 = DIRECTORY;
	cpu.pse = true;
	put_tables(DIRECTORY, TABLE);
	recorder_cr3(rec, DIRECTORY);
	hint(TRACE_HELLO, TRACE_VERSION, 0, 0);
	hint(TRACE_SWITCH, 5, 5, 0);
}

/* One for refs.csv, as ref_hooks.cc does it. */
static void traced(uint32_t page, unsigned int kind)
{
	icount++;
	if (rec->refs->trace->on)
		refs_put(rec, page, kind, page < KERNEL_HALF ? USER : BASE, false, true);
}

/* What a row says of the page, by each TLB or by the tables: global only with PGE. */
static void rows_of_references(void)
{
	const struct tlb_slot data = {.valid = true, .page = USER},
			      code = {.valid = true, .page = USER, .bits = TLB_GLOBAL};

	begin_trace("refs");
	tlb_put(&rec->tlb, TLB_D, &data, rec->space, 5);
	tlb_put(&rec->tlb, TLB_I, &code, rec->space, 9);
	traced(USER, REF_USER);
	traced(USER, REF_USER | REF_CODE);
	put(DIRECTORY + (USER >> 22) * 4, TABLE | 0x181);
	traced(USER + 0x1000, REF_WRITE);
	cpu.pge = true;
	traced(USER + 0x2000, REF_WRITE);
	CHECK_STR(guest_end("refs.csv"),
		  REFS_HEADER "103,r,u,0x08048000,4K,0,5,3,5,0x08048000,1\n"
			      "104,x,u,0x08048000,4K,1,9,3,5,0x08048000,1\n"
			      "105,w,k,0x08049000,4M,0,15,3,5,0x08048000,1\n"
			      "106,w,k,0x0804a000,4M,1,15,3,5,0x08048000,1\n");
}

static void thrice(void)
{
	for (unsigned int n = 0; n < 3; n++)
		traced(USER, 0);
}

/* What happens has a row of its own, but for areas; and nothing is left out across it. */
static void rows_of_events(void)
{
	begin_trace("refs");
	thrice();
	put_area(USER, 0);
	thrice();
	refs_fault(rec, USER + 0x123, false);
	traced(USER, 0);
	refs_fault(rec, USER + 0x123, true);
	traced(USER, 0);
	refs_invlpg(rec, USER + 0x321);
	traced(USER, 0);
	hint(TRACE_EXEC, 6, 6, DIRECTORY + 0x5000); /* not what is loaded */
	hint(TRACE_EXEC, 5, 5, DIRECTORY);
	thrice();
	CHECK_STR(guest_end("refs.csv"),
		  REFS_HEADER "103,r,k,0x08048000,4K,0,15,3,5,0x08048000,1\n"
			      "105,r,k,0x08048000,4K,0,15,3,5,0x08048000,2\n"
			      "107,r,k,0x08048000,4K,0,15,3,5,0x08048000,1\n"
			      "109,r,k,0x08048000,4K,0,15,3,5,0x08048000,2\n"
			      "109,fault,,0x08048000,,0,,3,5,,\n"
			      "110,r,k,0x08048000,4K,0,15,3,5,0x08048000,1\n"
			      "110,fault_x,,0x08048000,,0,,3,5,,\n"
			      "111,r,k,0x08048000,4K,0,15,3,5,0x08048000,1\n"
			      "111,invlpg,,0x08048000,,0,,3,5,,\n"
			      "112,r,k,0x08048000,4K,0,15,3,5,0x08048000,1\n"
			      "114,rename,,,,0,,5,5,,\n"
			      "115,r,k,0x08048000,4K,0,15,5,5,0x08048000,1\n"
			      "117,r,k,0x08048000,4K,0,15,5,5,0x08048000,2\n");
}

/* Only what threads of one process do. */
static void one_process(void)
{
	begin_trace("refs, pid=5");
	traced(USER, 0);
	hint(TRACE_SWITCH, 7, 7, 0);
	traced(USER, 0);
	refs_invlpg(rec, USER);
	hint(TRACE_SWITCH, 6, 5, 0);
	thrice();
	CHECK_STR(guest_end("refs.csv"),
		  REFS_HEADER "103,r,k,0x08048000,4K,0,15,3,5,0x08048000,1\n"
			      "107,r,k,0x08048000,4K,0,15,3,6,0x08048000,1\n"
			      "109,r,k,0x08048000,4K,0,15,3,6,0x08048000,2\n");
}

static const struct check_test tests[] = {
	{"a flush by Bochs itself", flushed_by_bochs},
	{"tasks that are watched", watched_tasks},
	{"areas, also such without a readable name", areas},
	{"areas that become smaller", smaller_areas},
	{"areas of the kernel's half", kernel_areas},
	{"kinds of pages by the tables", kinds},
	{"refs.csv: what a row says of its page", rows_of_references},
	{"refs.csv: what happens between", rows_of_events},
	{"refs.csv: one process with its threads", one_process},
};

CHECK_MAIN(tests)
