/*
 * test_machine.c - the whole recorder against a small processor of our own.
 *
 * The processor below walks page tables in 32-bit or PAE mode, keeps TLBs as
 * Bochs does (direct-mapped, pieces of large pages, an entry that is too weak
 * is invalidated before the walk) and calls the recorder where Bochs would. It
 * writes down, as text and in the plainest way, the rows it must give: every
 * byte of tlb.csv and the counts in meta.csv are compared.
 *
 * It runs random programs: reads, writes and fetches in kernel and user mode,
 * one or two data accesses an instruction, changes of page tables, INVLPG,
 * CR3, CR4, task switches, and flushes that nobody tells the recorder of.
 */
#include "check.h"
#include "kernel/trace_port.h"
#include "processor.h"
#include "recorder.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/stat.h>

#define TEXT_MAX (64u << 20)

static struct recorder *rec;
static char *expected;
static size_t expected_len;

__attribute__((format(printf, 1, 2))) static void expect(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	expected_len +=
		(size_t)vsnprintf(expected + expected_len, TEXT_MAX - expected_len, format, args);
	va_end(args);
}

/* --- TLBs and walks --------------------------------------------------------------------------- */

static struct tlb_slot *slot_of(enum tlb_id id, uint32_t page)
{
	return id == TLB_D ? &cpu.d[page >> 12 & 2047] : &cpu.i[page >> 12 & 1023];
}

static uint8_t *state_of(enum tlb_id id, bool global, uint32_t page)
{
	unsigned int run;

	for (run = 0; run < 8; run++)
		if (page - page_of(run, 0) < 64u << 12)
			break;
	return &cpu.state[id][global ? DIRS : cpu.dir][run & 7][(page - page_of(run & 7, 0)) >> 12];
}

/* Something that drops the page's entry, or would if it still were there. */
static void note(enum tlb_id id, unsigned int space, unsigned int run, unsigned int n,
		 const char *by)
{
	if (cpu.state[id][space][run][n] != NEVER && !cpu.by[id][space][run][n])
		cpu.by[id][space][run][n] = by;
}

/* The same for all pages that begin within @mask of @addr and are in use now. */
static void note_range(enum tlb_id id, uint32_t addr, uint32_t mask, const char *by)
{
	unsigned int run, n;

	for (run = 0; run < 8; run++)
		for (n = 0; n < 64; n++)
			if (!((page_of(run, n) ^ addr) & ~mask)) {
				note(id, cpu.dir, run, n, by);
				note(id, DIRS, run, n, by);
			}
}

static void lose(enum tlb_id id, struct tlb_slot *slot, int how)
{
	if (!slot->valid)
		return;
	*state_of(id, slot->bits & TLB_GLOBAL, slot->page) = (uint8_t)how;
	slot->valid = false;
}

static void drop_all(bool global_too, const char *by)
{
	unsigned int n, space;

	for (space = 0; space < DIRS + global_too; space++)
		for (n = 0; n < PAGES; n++) {
			note(TLB_D, space, n / 64, n % 64, by);
			note(TLB_I, space, n / 64, n % 64, by);
		}
	for (n = 0; n < DTLB_SIZE; n++)
		if (global_too || !(cpu.d[n].bits & TLB_GLOBAL))
			lose(TLB_D, &cpu.d[n], FLUSHED);
	for (n = 0; n < ITLB_SIZE; n++)
		if (global_too || !(cpu.i[n].bits & TLB_GLOBAL))
			lose(TLB_I, &cpu.i[n], FLUSHED);
}

static uint32_t needed(char access, bool user)
{
	if (access == 'x')
		return user ? TLB_USER_X : TLB_SYS_X;
	if (access == 'w')
		return user ? TLB_USER_W : TLB_SYS_W;
	return user ? TLB_USER_R : TLB_SYS_R;
}

/* What a CPU's entry would let through without another walk. */
static uint32_t allowed(enum tlb_id id, uint64_t dir, uint64_t leaf)
{
	bool user = dir & leaf & US, write = (dir & leaf & RW) && (leaf & D);

	if (id == TLB_I)
		return TLB_SYS_X | (user ? TLB_USER_X : 0);
	return TLB_SYS_R | (user ? TLB_USER_R : 0) | (write ? TLB_SYS_W : 0) |
	       (write && user ? TLB_USER_W : 0);
}

/* A row for the entry that is about to be put in, and the entry. */
static void put_in(enum tlb_id id, const struct tlb_slot *new, bool upgrade, char access, bool user,
		   uint64_t dir, uint64_t leaf, unsigned int reads, unsigned int writes)
{
	const uint32_t need = needed(access, user);
	static const char *const reasons[] = {"cold", "", "conflict", "flushed"};
	struct tlb_slot *slot = slot_of(id, new->page);
	uint8_t *state = state_of(id, new->bits &TLB_GLOBAL, new->page);
	const char **by = &cpu.by[0][0][0][0] + (state - &cpu.state[0][0][0][0]);
	uint32_t *old = &cpu.allowed[id][slot - (id == TLB_D ? cpu.d : cpu.i)];
	const char *reason = upgrade ? *old & need ? "kind" : "entry" : reasons[*state];
	char evicted[16] = "";

	if (slot->valid && slot->page != new->page) {
		snprintf(evicted, sizeof(evicted), "0x%08x", slot->page);
		lose(id, slot, LOST);
	}
	expect("%" PRIu64 ",0,%c,%s,%s,0x%08x,0x%08" PRIx64 ",%s,%c,%c,0x%08" PRIx64
	       ",%u+%u,0x%08x,,0x%08x,%s,%s\n",
	       cpu.icount, "di"[id], upgrade ? "upgrade" : "fill", reason, new->page, new->frame,
	       new->mask == 0xfff      ? "4K"
	       : new->mask == 0x3fffff ? "4M"
				       : "2M",
	       access, user ? 'u' : 'k', leaf, reads, writes, cpu.cr3, cpu.eip, evicted,
	       *by && !upgrade ? *by : "");
	*state = PRESENT;
	*by = NULL;
	*old = allowed(id, dir, leaf);
	*slot = *new;
}

static bool raise_fault(uint32_t lin, bool protection, char access, bool user)
{
	recorder_fault(rec, lin, protection * 1u | (access == 'w') * 2u | user * 4u);
	if (access != 'x')
		note_range(TLB_D, lin, 0xfff, "fault");
	rec->tasks.current->depth = 0; /* returns at once: faults are tested elsewhere */
	return false;
}

/* Walks to @lin; false after a fault. The entry is put in and its row expected. */
static bool walk(enum tlb_id id, uint32_t lin, char access, bool user, bool upgrade)
{
	uint32_t page = lin & ~0xfffu;
	unsigned int run = 0, len = cpu.pae ? 8 : 4, reads = 1, writes = 0;
	bool write = access == 'w', may;
	struct tlb_slot new = {.valid = true, .page = page, .mask = 0xfff};
	uint64_t dir_at, leaf_at, table_at, dir, leaf;

	while (page - page_of(run, 0) >= 64u << 12)
		run++;
	dir_at = leaf_at = entry_addr(cpu.dir, run, page, &table_at);
	dir = leaf = get_entry(dir_at);
	recorder_read(rec, dir_at, len, dir);
	if (!(dir & P))
		return raise_fault(lin, false, access, user);
	if (is_large(run)) {
		new.mask = (uint32_t)large_mask();
		new.frame = (leaf & ~0x3fffffull) + (page & new.mask);
	} else {
		leaf_at = table_at;
		leaf = get_entry(leaf_at);
		recorder_read(rec, leaf_at, len, leaf);
		reads++;
		if (!(leaf & P))
			return raise_fault(lin, false, access, user);
		new.frame = leaf & 0xfffffffffffff000ull;
	}
	may = (!user || (dir & leaf & US)) && (!write || (dir & leaf & RW));
	if (!may)
		return raise_fault(lin, true, access, user);
	if (is_large(run))
		dir = leaf;
	if (dir_at != leaf_at && !(dir & A)) {
		set_entry(dir_at, dir | A);
		recorder_write(rec, dir_at, dir | A);
		writes++;
	}
	if (!(leaf & A) || (write && !(leaf & D))) {
		leaf |= A | (write ? D : 0);
		set_entry(leaf_at, leaf);
		recorder_write(rec, leaf_at, leaf);
		writes++;
	}
	if (access == 'x')
		new.bits = TLB_SYS_X | (user ? TLB_USER_X : 0);
	else
		new.bits = TLB_SYS_R | (write ? TLB_SYS_W : 0) |
			   (user ? TLB_USER_R | (write ? TLB_USER_W : 0) : 0);
	if (cpu.pge && (leaf & G))
		new.bits |= TLB_GLOBAL;
	put_in(id, &new, upgrade, access, user, dir, leaf, reads, writes);
	return true;
}

static bool access_memory(uint32_t lin, char access, bool user, unsigned int which)
{
	enum tlb_id id = access == 'x' ? TLB_I : TLB_D;
	struct tlb_slot *slot = slot_of(id, lin);
	uint32_t need = needed(access, user);
	bool same = slot->valid && slot->page == (lin & ~0xfffu);
	bool done = true;

	if (!same || !(slot->bits & need)) {
		if (same && access != 'x') {
			slot->valid = false; /* before the walk, which may end in a fault */
			*state_of(id, slot->bits & TLB_GLOBAL, slot->page) = FLUSHED;
		}
		done = walk(id, lin, access, user, same);
	}
	if (done && access != 'x')
		cpu.phys[which] = slot->frame + (lin & 0xfff);
	return done;
}

/* --- instructions ----------------------------------------------------------------------------- */

static void settle(void)
{
	if (recorder_pending(rec))
		recorder_settle(rec);
}

static uint32_t random_page(void)
{
	return page_of(below(8), below(below(4) ? 8 : 64));
}

static void flush_row(const char *event, const char *reason)
{
	expect("%" PRIu64 ",0,-,%s,%s,,,,,,,,0x%08x,,0x%08x,,\n", cpu.icount, event, reason,
	       cpu.cr3, cpu.eip);
}

static void load_cr3(unsigned int dir)
{
	unsigned int n;

	cpu.dir = dir;
	cpu.cr3 = (uint32_t)(cpu.pae ? 0x8000 + dir * 32 : dir_base(dir, 0));
	for (n = 0; n < 4; n++)
		cpu.pdpt[n] = dir_base(dir, n << 30) | P;
}

static void change_space(enum flush_reason reason, const char *name)
{
	unsigned int n, dir = below(DIRS);
	bool all = !cpu.pge;

	for (n = 0; cpu.pae && n < 4; n++) /* the processor reads the PDPTEs first */
		recorder_read(rec, 0x8000 + dir * 32 + n * 8, 8, dir_base(dir, n << 30) | P);
	drop_all(all, name);
	load_cr3(dir);
	recorder_flush(rec, reason, all, cpu.cr3);
	flush_row(all ? "flush_all" : "flush", name);
}

static uint32_t invlpg_mask(uint32_t addr)
{
	unsigned int run;

	for (run = 0; run < 8; run++)
		if (is_large(run) && !((page_of(run, 0) ^ addr) & ~large_mask()))
			return (uint32_t)large_mask();
	return 0xfff;
}

static void invlpg(uint32_t addr)
{
	struct tlb_slot *slot;
	unsigned int n;

	recorder_invlpg(rec, addr);
	expect("%" PRIu64 ",0,-,invlpg,,0x%08x,,,,,,,0x%08x,,0x%08x,,\n", cpu.icount,
	       addr & ~0xfffu, cpu.cr3, cpu.eip);
	note_range(TLB_D, addr, invlpg_mask(addr), "invlpg");
	note_range(TLB_I, addr, invlpg_mask(addr), "invlpg");
	for (n = 0; n < DTLB_SIZE + ITLB_SIZE; n++) {
		slot = n < DTLB_SIZE ? &cpu.d[n] : &cpu.i[n - DTLB_SIZE];
		if (slot->valid && !((slot->page ^ addr) & ~slot->mask))
			lose(n < DTLB_SIZE ? TLB_D : TLB_I, slot, FLUSHED);
	}
}

/* Nobody tells: the recorder must see it at the next fetch, which the processor does at once. */
static void hidden_flush(void)
{
	bool something = false;
	unsigned int n;

	for (n = 0; n < ITLB_SIZE; n++)
		something |= cpu.i[n].valid;
	if (!something || !slot_of(TLB_I, cpu.fetch)->valid ||
	    slot_of(TLB_I, cpu.fetch)->page != (cpu.fetch & ~0xfffu) ||
	    !(slot_of(TLB_I, cpu.fetch)->bits & (cpu.cpl ? TLB_USER_X : TLB_SYS_X)))
		return;
	settle();
	drop_all(true, "emulator");
	cpu.icount++;
	flush_row("flush_all", "emulator");
	access_memory(cpu.fetch, 'x', cpu.cpl == 3, 0);
}

static void data_accesses(void)
{
	uint32_t lin = random_page() + below(4000);
	bool user = cpu.cpl == 3;

	switch (below(8)) {
	case 0: /* reads and writes one page */
		if (access_memory(lin, 'r', user, 0))
			access_memory(lin, 'w', user, 0);
		break;
	case 1: /* crosses into the next page */
		if ((lin >> 12 & 63) != 63 && access_memory(lin, 'r', user, 0))
			access_memory((lin & ~0xfffu) + 4096, 'r', user, 1);
		break;
	case 3: /* a second access hides the address of the first */
		if (access_memory(lin, 'r', user, 0))
			access_memory(random_page(), 'r', user, 0);
		break;
	case 2: /* the processor itself reads a descriptor */
		access_memory(lin, 'r', false, 0);
		break;
	default:
		access_memory(lin, below(2) ? 'w' : 'r', user, 0);
	}
}

static void one_instruction(void)
{
	if (below(4) == 0) {
		cpu.cpl = below(2) ? 3 : 0;
		cpu.eip = cpu.fetch = random_page() + below(4000);
	}
	if (!access_memory(cpu.fetch, 'x', cpu.cpl == 3, 0)) {
		cpu.icount++;
		return;
	}
	settle(); /* as before each instruction */
	switch (below(40)) {
	case 0:
		change_space(FLUSH_CR3, "cr3");
		break;
	case 1:
		invlpg(random_page() + below(4096));
		break;
	case 2:
		random_entry(below(DIRS), below(8), below(64));
		break;
	case 3:
		hidden_flush();
		break;
	case 4: /* a task gate: accesses and a flush in one instruction */
		if (access_memory(random_page(), 'w', false, 0) && below(4) == 0)
			change_space(FLUSH_TASK, "task");
		break;
	default:
		data_accesses();
	}
	cpu.icount++;
}

/* --- the tests -------------------------------------------------------------------------------- */

static char *slurp(const char *dir, const char *name)
{
	char path[256], *text = NULL;
	struct stat st;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	file = fopen(path, "r");
	CHECK(file != NULL);
	if (!file)
		return NULL;
	if (!fstat(fileno(file), &st) && (text = calloc(1, (size_t)st.st_size + 1)))
		CHECK_EQ(fread(text, 1, (size_t)st.st_size, file), (size_t)st.st_size);
	fclose(file);
	return text;
}

static void first_difference(const char *got, const char *want)
{
	int line = 1;

	while (*got && *got == *want) {
		line += *got == '\n';
		got++;
		want++;
	}
	while (line > 1 && got[-1] != '\n') {
		got--;
		want--;
	}
	CHECK(*got == *want && !*got);
	if (*got || *want)
		printf("# line %d\n#  got: %.*s\n# want: %.*s\n", line, (int)strcspn(got, "\n"),
		       got, (int)strcspn(want, "\n"), want);
}

static void random_program(unsigned int instructions)
{
	static const uint64_t rounds;
	static const char header[] =
		"icount,cpu,tlb,event,reason,page,frame,size,access,mode,pte,walk,cr3,pid,eip,"
		"evicted,dropped_by\n";
	struct machine m = {NULL, get_view,    get_tlb, get_translated, get_linear,
			    NULL, &cpu.icount, &rounds, NULL,		NULL};
	const char *scratch = getenv("SCRATCH");
	struct options opt;
	char *got;
	unsigned int dir, n;

	options_init(&opt);
	snprintf(opt.out, sizeof(opt.out), "%s/machine", scratch ? scratch : ".");
	opt.progress = false;
	rec = calloc(1, sizeof(*rec));
	expected = malloc(TEXT_MAX);
	expected_len = 0;
	expect("%s", header);
	for (dir = 0; dir < DIRS; dir++)
		for (n = 0; n < PAGES; n++)
			random_entry(dir, n / 64, n % 64);
	CHECK(recorder_open(rec, &opt, &m));
	load_cr3(0);
	recorder_cr3(rec, cpu.cr3);
	cpu.fetch = cpu.eip = page_of(0, 0);
	while (instructions--)
		one_instruction();
	settle();
	recorder_hint(rec, &(struct hint){.eax = TRACE_FINISH, .ecx = TRACE_STATUS_NONE});
	CHECK(recorder_close(rec));
	if (rec->trouble[0])
		printf("# %s\n", rec->trouble);
	CHECK(rec->tally.upgrades_entry > 10 && rec->tally.upgrades_kind > 10);
	CHECK(rec->tally.dropped[DROP_FAULT] > 100 && rec->tally.dropped[DROP_INVLPG] > 100 &&
	      rec->tally.dropped[DROP_CR3] > 100 && rec->tally.dropped[DROP_EMULATOR] > 10);
	CHECK(rec->tally.fills > 1000 && rec->tally.upgrades > 100 && rec->tally.walk_faults > 100);
	CHECK_EQ(rec->tally.walks, rec->tally.fills + rec->tally.upgrades + rec->tally.walk_faults);
	got = slurp(opt.out, "tlb.csv");
	if (got)
		first_difference(got, expected);
	free(got);
	got = slurp(opt.out, "meta.csv");
	if (got)
		CHECK(strstr(got, "\ncomplete,1\n") != NULL);
	free(got);
	recorder_free(rec);
	free(rec);
	free(expected);
}

static void start(bool pse, bool pae, bool pge)
{
	memset(&cpu, 0, sizeof(cpu));
	cpu.pse = pse;
	cpu.pae = pae;
	cpu.pge = pge;
	random_program(100000);
}

static void a_486(void)
{
	start(false, false, false);
}

static void large_pages(void)
{
	start(true, false, false);
}

static void global_pages(void)
{
	start(true, false, true);
}

static void pae(void)
{
	start(true, true, true);
}

static void pae_not_global(void)
{
	start(false, true, false);
}

static const struct check_test tests[] = {
	{"random programs on a 486: every row is right", a_486}, {"with 4 MiB pages", large_pages},
	{"with 4 MiB and global pages", global_pages},		 {"with PAE", pae},
	{"with PAE, without global pages", pae_not_global},
};

CHECK_MAIN(tests)
