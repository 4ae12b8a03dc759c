/*
 * test_stale.c - the judge of stale translations: case by case, and against one that compares each
 * access with memory.
 */
#include "check.h"
#include "stale.h"

#include <stdlib.h>

#define P  0x01u
#define RW 0x02u
#define US 0x04u
#define A  0x20u
#define D  0x40u
#define PS 0x80u
#define G  0x100u

#define DIR    0x1000u /* page directories */
#define DIR_2  0x2000u
#define TABLE  0x3000u /* page tables */
#define MEMORY 0x10000u

static uint32_t memory[MEMORY / 4];
static uint32_t cr3;
static bool wp;
static uint64_t now;
static struct stale *s;
static struct stale_report last;
static unsigned int reports;

static uint32_t read_entry(void *ctx, uint32_t phys)
{
	(void)ctx;
	return phys < MEMORY ? memory[phys / 4] : ~0u;
}

static void who(void *ctx, struct stale_change *change)
{
	(void)ctx;
	*change =
		(struct stale_change){.icount = now, .eip = 0xc0000000u + (uint32_t)now, .pid = 7};
}

static void report(void *ctx, const struct stale_report *found)
{
	(void)ctx;
	last = *found;
	reports++;
}

static void load_cr3(uint32_t value)
{
	stale_flush(s, false);
	stale_mode(s, cr3 = value, wp, true);
}

static void begin(void)
{
	static const struct stale_ops ops = {read_entry, who, report};

	stale_free(s);
	s = stale_new(&ops, NULL);
	memset(memory, 0, sizeof(memory));
	reports = 0;
	now = 1;
	wp = true;
	load_cr3(DIR);
}

static uint32_t *dir_of(uint32_t lin)
{
	return &memory[cr3 / 4 + (lin >> 22)];
}

static uint32_t *entry_of(uint32_t lin)
{
	return &memory[(*dir_of(lin) & ~0xfffu) / 4 + (lin >> 12 & 1023)];
}

/* The kernel writes an entry. */
static void change(uint32_t *entry, uint32_t value)
{
	now++;
	if (stale_write(s, (uint64_t)(entry - memory) * 4, 4)) {
		*entry = value;
		stale_settle(s);
	}
	*entry = value;
}

/* Bochs walks for an access that is allowed. */
static void walk(uint32_t lin, char access, bool user)
{
	const struct stale_access use = {lin, access, user};
	uint32_t *leaf = *dir_of(lin) & PS ? dir_of(lin) : entry_of(lin), was = *leaf;

	now++;
	*dir_of(lin) |= A;
	*leaf |= access == 'w' ? A | D : A;
	stale_walk(s, &use, access == 'x' ? TLB_I : TLB_D,
		   &(struct stale_pair){*dir_of(lin), *leaf}, was, *leaf & G);
}

/* An access by an entry that Bochs has, or one that a larger TLB would have. */
static void use(uint32_t lin, char access, bool user, bool in_bochs)
{
	const struct stale_access by = {lin, access, user};

	now++;
	if (stale_suspect(s, lin) && (access != 'x' || stale_fetchable(s)))
		stale_use(s, &by, in_bochs);
}

#define PAGE 0x00405000u /* of a program */

static void map(uint32_t flags)
{
	begin();
	*dir_of(PAGE) = TABLE | P | RW | US;
	*entry_of(PAGE) = 0x5000 | P | flags;
}

static void expect(enum stale_kind kind, enum stale_holder holder)
{
	CHECK_EQ(reports, 1);
	CHECK_EQ(last.kind, kind);
	CHECK_EQ(last.holder, holder);
	CHECK_EQ(last.use.lin, PAGE);
	CHECK_EQ(last.change.seen, true);
	CHECK_EQ(last.change.eip, 0xc0000000u + (uint32_t)last.change.icount);
}

static void kinds(void)
{
	static const struct {
		uint32_t from, to;
		char access;
		bool user;
		int kind; /* -1: legal */
	} cases[] = {
		{0x5000 | P | RW | US, 0, 'r', true, STALE_PRESENT},
		{0x5000 | P | RW | US, 0x5000 | RW | US, 'w', true, STALE_PRESENT},
		{0x5000 | P | RW | US, 0x6000 | P | RW | US | A | D, 'r', true, STALE_FRAME},
		{0x5000 | P | RW | US, 0x5000 | P | RW | A | D, 'r', true, STALE_USER},
		{0x5000 | P | RW | US, 0x5000 | P | RW | A | D, 'r', false, -1},
		{0x5000 | P | RW | US, 0x5000 | P | US | A | D, 'w', true, STALE_WRITE},
		{0x5000 | P | RW | US, 0x5000 | P | US | A | D, 'w', false, STALE_WRITE},
		{0x5000 | P | RW | US, 0x5000 | P | US | A | D, 'r', true, -1},
		{0x5000 | P | RW | US, 0x5000 | P | RW | US | A, 'w', true, STALE_DIRTY},
		{0x5000 | P | RW | US, 0x5000 | P | RW | US | A, 'r', true, -1},
		{0x5000 | P | RW | US, 0x5000 | P | RW | US | D, 'r', true, STALE_ACCESSED},
		{0x5000 | P | RW | US, 0x5000 | P | RW | US | D, 'x', true, STALE_ACCESSED},
		{0x5000 | P | US, 0x5000 | P | RW | US | A | D, 'r', true,
		 -1}, /* more is allowed */
	};
	unsigned int i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		map(cases[i].from & 0xfff);
		walk(PAGE, cases[i].from & RW ? 'w' : 'r', true);
		change(entry_of(PAGE), cases[i].to);
		CHECK_EQ(reports, 0); /* the change alone is legal */
		use(PAGE, cases[i].access, cases[i].user, true);
		if (cases[i].kind < 0)
			CHECK_EQ(reports, 0);
		else
			expect((enum stale_kind)cases[i].kind, STALE_BOCHS);
	}
}

static void values(void)
{
	map(RW | US);
	walk(PAGE, 'w', true);
	change(entry_of(PAGE), 0);
	change(entry_of(PAGE), 0x6000 | P); /* the first of the two is the one to be flushed */
	use(PAGE, 'r', true, false);
	expect(STALE_FRAME, STALE_TLB);
	CHECK_EQ(last.cached, 0x5000 | P | RW | US | A | D);
	CHECK_EQ(last.memory, 0x6000 | P);
	CHECK_EQ(last.change.icount, 3);
	use(PAGE, 'r', true, false); /* once is enough */
	CHECK_EQ(reports, 1);
}

/* Each flush covers what it must, and no more. */
static void flushes(void)
{
	unsigned int how, global;

	for (how = 0; how < 4; how++)
		for (global = 0; global < 2; global++) {
			map(global ? RW | US | G : RW | US);
			walk(PAGE, 'w', true);
			change(entry_of(PAGE), 0);
			CHECK_EQ(stale_suspects(s), 1);
			if (how == 0)
				stale_flush(s, false);
			else if (how == 1)
				stale_flush(s, true);
			else if (how == 2)
				stale_invlpg(s, PAGE + 0x123);
			else
				stale_invlpg(s, PAGE + 0x1000);
			CHECK_EQ(stale_suspects(s), how == 3 || (how == 0 && global));
			use(PAGE, 'r', true, false);
			CHECK_EQ(reports, how == 3 || (how == 0 && global));
		}
}

/* A walk and a fault of Bochs's, whose TLB had lost the entry, are uses, too. */
static void walks(void)
{
	const struct stale_access write = {PAGE, 'w', true};

	map(RW | US);
	walk(PAGE, 'w', true);
	change(entry_of(PAGE), 0x6000 | P | RW | US);
	walk(PAGE, 'r', true);
	expect(STALE_FRAME, STALE_TLB);

	map(RW | US);
	walk(PAGE, 'w', true);
	change(entry_of(PAGE), 0x5000 | P | US | A | D);
	walk(PAGE, 'r', true); /* legal, and a larger TLB keeps the old entry */
	CHECK_EQ(reports, 0);
	stale_fault(s, &write);
	expect(STALE_WRITE, STALE_TLB);
	CHECK_EQ(stale_suspects(s), 0);

	map(RW | US); /* the accessed bit that this walk sets, a larger TLB would not have set */
	walk(PAGE, 'r', true);
	change(entry_of(PAGE), 0x5000 | P | RW | US);
	walk(PAGE, 'r', true);
	expect(STALE_ACCESSED, STALE_TLB);
}

/* A fault gives the entry up; an entry that a change has made too weak does no harm. */
static void faults(void)
{
	const struct stale_access write = {PAGE, 'w', true};

	map(US);
	walk(PAGE, 'r', true);
	stale_fault(s, &write);
	change(entry_of(PAGE), 0x6000 | P | RW | US);
	walk(PAGE, 'w', true);
	CHECK_EQ(reports, 0);
}

static void large_pages(void)
{
	begin();
	*dir_of(PAGE) = 0x00800000u | P | RW | PS;
	walk(PAGE, 'w', false);
	change(dir_of(PAGE), TABLE | P | RW);
	memory[TABLE / 4 + 5] = 0x00805000u | P | RW | A | D; /* the same frame, by a table */
	CHECK_EQ(stale_suspects(s), 1);
	use(PAGE, 'w', false, true);
	CHECK_EQ(reports, 0);
	use(PAGE + 0x1000, 'w', false, false); /* a piece that Bochs never had */
	CHECK_EQ(reports, 1);
	CHECK_EQ(last.kind, STALE_PRESENT);

	begin();
	*dir_of(PAGE) = 0x00800000u | P | RW | PS;
	walk(PAGE, 'w', false);
	change(dir_of(PAGE), 0);
	stale_invlpg(s, PAGE + 0x7000); /* one address is enough for all of it */
	CHECK_EQ(stale_suspects(s), 0);
}

static void directories(void)
{
	const struct stale_access read = {PAGE, 'r', true}, other = {PAGE + 0x1000, 'r', true};

	map(RW | US);
	walk(PAGE, 'r', true);
	change(dir_of(PAGE), 0);
	stale_fault(s, &other); /* by the table that is gone */
	CHECK_EQ(reports, 1);
	CHECK_EQ(last.holder, STALE_DIRECTORY);
	CHECK_EQ(last.cached, TABLE | P | RW | US | A);

	map(RW | US);
	walk(PAGE, 'r', true);
	change(dir_of(PAGE), 0);
	stale_invlpg(s,
		     0x12345000); /* any INVLPG drops directory entries, but no page's of another */
	stale_fault(s, &other);
	CHECK_EQ(reports, 0);
	stale_fault(s, &read);
	expect(STALE_PRESENT, STALE_TLB);

	map(RW | US); /* another table that says the same */
	walk(PAGE, 'r', true);
	memory[TABLE / 4 + 1024 + 5] = *entry_of(PAGE);
	memory[TABLE / 4 + 6] = memory[TABLE / 4 + 1024 + 6] = 0x6000 | P | RW | US;
	change(dir_of(PAGE), (TABLE + 0x1000) | P | RW | US);
	walk(PAGE + 0x1000, 'r', true);
	CHECK_EQ(reports, 0);
}

/* Global translations are those of every address space, and a directory may lack their table. */
static void spaces(void)
{
	map(RW | G);
	walk(PAGE, 'w', false);
	load_cr3(DIR_2);
	use(PAGE, 'w', false, true);
	change(&memory[TABLE / 4 + 9], 0x9000 | P);
	CHECK_EQ(reports, 0);
	change(&memory[TABLE / 4 + 5], 0);
	use(PAGE, 'w', false, true);
	expect(STALE_PRESENT, STALE_BOCHS);

	map(RW | US);
	walk(PAGE, 'w', true);
	load_cr3(DIR_2); /* forgets the others, so that what becomes of their table does not matter
			  */
	CHECK_EQ(stale_write(s, TABLE + 20, 4), true);
	stale_settle(s);
	CHECK_EQ(stale_write(s, TABLE + 20, 4), false);
	CHECK_EQ(stale_write(s, DIR_2, 4), true);
}

/* What nobody was seen to write is found at the next walk. */
static void unseen(void)
{
	map(RW | US);
	walk(PAGE, 'w', true);
	*entry_of(PAGE) = 0x6000 | P | RW | US;
	walk(PAGE, 'r', true);
	CHECK_EQ(reports, 1);
	CHECK_EQ(last.change.seen, false);
	CHECK_EQ(stale_tally(s)->unseen, 1);
}

/* --- Against a judge that compares every access ------------------------------------------------
 */

#define RUN 32u /* pages, in two tables */

static struct oracle {
	bool held, own;
	uint32_t leaf;	   /* that an ideal TLB holds */
	uint32_t own_bits; /* kinds of access that Bochs's entry is for: 1 read, 2 write */
} oracle[RUN];

static uint32_t page(unsigned int n)
{
	return n < RUN / 2 ? PAGE + (n << 12) : 0xc0000000u + (n << 12);
}

static bool allowed(uint32_t leaf, bool write, bool user)
{
	return (leaf & P) && (!user || (leaf & US)) && (!write || (leaf & RW) || (!user && !wp));
}

static int must_be(uint32_t cached, uint32_t leaf, bool write, bool user)
{
	if (!(leaf & P))
		return STALE_PRESENT;
	if ((cached ^ leaf) >> 12)
		return STALE_FRAME;
	if (user && !(leaf & US))
		return STALE_USER;
	if (write && !(leaf & RW) && (user || wp))
		return STALE_WRITE;
	if (write && !(leaf & D))
		return STALE_DIRTY;
	return (cached & A) && !(leaf & A) ? STALE_ACCESSED : -1;
}

static void one_access(unsigned int n)
{
	struct oracle *o = &oracle[n];
	const bool write = below(2), user = n < RUN / 2 ? below(2) : 0;
	const uint32_t leaf = *entry_of(page(n));
	const struct stale_access by = {page(n), write ? 'w' : 'r', user};
	const bool hit = o->held && allowed(o->leaf, write, user) && (!write || (o->leaf & D));
	const int kind = hit ? must_be(o->leaf, leaf, write, user) : -1;
	const unsigned int before = reports;
	bool walks = !o->own || !(o->own_bits & (write ? 2 : 1)) || below(8) == 0;

	/* Bochs's entry knows of no user: say it is one for the access, or none. */
	walks |= !hit && o->held;
	if (walks && allowed(leaf, write, user)) {
		walk(page(n), by.access, user);
		o->own = true;
		o->own_bits = write ? 3 : 1;
	} else if (walks) {
		stale_fault(s, &by);
		o->own = false;
	} else {
		use(page(n), by.access, user, true);
	}
	CHECK_EQ(reports - before, kind >= 0);
	if (kind >= 0)
		CHECK_EQ(last.kind, kind);
	if (walks && !allowed(leaf, write, user)) {
		o->held = false;
	} else if (walks && (!hit || kind >= 0)) {
		o->held = true;
		o->leaf = *entry_of(page(n));
	} else if (kind >= 0) {
		o->held = leaf & P;
		o->leaf = leaf;
	}
}

static void forget(unsigned int n)
{
	oracle[n].held = oracle[n].own = false;
}

static void one_flush(void)
{
	const unsigned int how = below(8), one = below(RUN);
	unsigned int n;

	if (how < 6) {
		stale_invlpg(s, page(one));
		forget(one);
		return;
	}
	stale_flush(s, how == 7);
	for (n = 0; n < RUN; n++)
		if (how == 7 || n < RUN / 2)
			forget(n);
}

static void random_programs(void)
{
	unsigned int i, n, found = 0;

	begin();
	memset(oracle, 0, sizeof(oracle));
	*dir_of(page(0)) = TABLE | P | RW | US | A;
	*dir_of(page(RUN - 1)) = (TABLE + 0x1000) | P | RW | A;
	for (i = 0; i < 400000; i++) {
		n = below(RUN);
		if (below(3) == 0)
			change(entry_of(page(n)), (1 + below(3)) << 12 | (below(6) ? P : 0) |
							  (below(4) ? RW : 0) | (below(3) ? A : 0) |
							  (below(2) ? D : 0) |
							  (n < RUN / 2 ? (below(4) ? US : 0) : G));
		else if (below(6) == 0)
			one_flush();
		else
			one_access(n);
		if (below(50000) == 0)
			stale_mode(s, cr3, wp = !wp, true);
	}
	found = reports;
	CHECK(found > 10000);
	CHECK_EQ(stale_tally(s)->unseen, 0);
	CHECK_EQ(stale_tally(s)->suspects, stale_tally(s)->flushed + stale_tally(s)->restored +
						   stale_tally(s)->replaced + stale_suspects(s));
	stale_free(s);
	s = NULL;
}

static const struct check_test tests[] = {
	{"each kind, and what is legal", kinds},
	{"both values, and who changed it first", values},
	{"what each flush covers", flushes},
	{"walks and faults of Bochs's are uses", walks},
	{"a fault gives the entry up", faults},
	{"pages of 4 MiB", large_pages},
	{"directory entries", directories},
	{"address spaces", spaces},
	{"a change that was not seen", unseen},
	{"random programs, as one that compares each access", random_programs},
};

CHECK_MAIN(tests)
