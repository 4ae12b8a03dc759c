/*
 * test_uses.c - what the kernel's pages are, read from the memory of a small guest of our own: as
 * it should be, with descriptors that lie apart, and with hints that make no sense.
 */
#define MEMORY 0x40000u
#include "small_guest.h"

#define WINDOW	   0xf8800000u
#define WHERE	   0x1000u /* struct trace_frames */
#define RUNS	   0x1100u /* struct trace_frame_run[] */
#define CACHE	   0x1200u /* the name's address is 8 bytes into it */
#define NAME	   0x1300u
#define LOW_PAGES  0x2000u  /* descriptors of frames 0 to 31 */
#define HIGH_PAGES 0x30e00u /* of frames 48 to 63: the last ones in the page */
#define PAGE_SIZE  32u

/* In a descriptor. */
enum {
	FLAGS = 0,
	MAPPING = 12,
	NEXT = 20
};

enum {
	RESERVED = 1 << 5,
	BUDDY = 1 << 6,
	SLAB = 1 << 7,
	SWAP_BACKED = 1 << 10,
	SWAP_CACHE = 1 << 16,
	TABLE = 1 << 17
};

static void descriptor(uint32_t frame, uint32_t flags, uint32_t mapping, uint32_t next)
{
	const uint32_t at =
		frame < 32 ? LOW_PAGES + frame * PAGE_SIZE : HIGH_PAGES + (frame - 48) * PAGE_SIZE;

	put(at + FLAGS, flags);
	put(at + MAPPING, mapping);
	put(at + NEXT, next);
}

static const struct trace_frames where = {
	.size = sizeof(where),
	.page_offset = BASE,
	.direct_bytes = MEMORY,
	.runs = BASE + RUNS,
	.nr_runs = 2,
	.page_size = PAGE_SIZE,
	.flags = FLAGS,
	.mapping = MAPPING,
	.cache = NEXT,
	.slab = SLAB,
	.table = TABLE,
	.reserved = RESERVED,
	.buddy = BUDDY,
	.swap_cache = SWAP_CACHE,
	.swap_backed = SWAP_BACKED,
	.cache_name = 8,
};

static const struct trace_frame_run runs[] = {{0, 32, BASE + LOW_PAGES},
					      {48, 16, BASE + HIGH_PAGES}};

static void begin(void)
{
	guest_begin(NULL);
	memcpy(memory + WHERE, &where, sizeof(where));
	memcpy(memory + RUNS, runs, sizeof(runs));
	put(CACHE + 8, BASE + NAME);
	memcpy(memory + NAME, "bio", 4);
	hint(TRACE_HELLO, TRACE_VERSION, 0, 0);
}

static void say_where(uint32_t bad)
{
	hint(TRACE_FRAMES, 0, 0, BASE + WHERE);
	CHECK_EQ(rec->tally.bad_hints, bad);
}

static void run_task(uint32_t pid, uint32_t tgid)
{
	hint(TRACE_SWITCH, pid, tgid, 0);
}

static void window(uint32_t from, uint32_t pages, uint32_t caller)
{
	hint(TRACE_WINDOW, WINDOW + from * 0x1000, WINDOW + (from + pages) * 0x1000, caller);
}

/* A page of the direct map. */
static void fill(uint32_t frame)
{
	frame_use_fill(rec, BASE + frame * 0x1000, (uint64_t)frame * 0x1000);
}

/* A user's page, found through frames `dir` and `table` (0: it is a large one). */
static void fill_user(uint32_t dir, uint32_t table)
{
	rec->walk.dir_addr = dir * 0x1000 + 8;
	rec->walk.leaf_addr = table * 0x1000 + 16;
	rec->walk.mask = table ? PAGE_MASK : LARGE_4M_MASK;
	frame_use_fill(rec, 0x08048000, 0x5000);
}

#define HEADER "page,use,fills\n"

/* Each by its descriptor, wherever that lies; and the pages in which descriptors lie. */
static void kinds(void)
{
	begin();
	fill(9); /* nobody knows yet */
	fill(9);
	say_where(0);
	descriptor(8, SLAB, 0, BASE + CACHE);
	descriptor(9, RESERVED, 0, 0);
	descriptor(10, BUDDY, 0, 0);
	descriptor(11, SWAP_CACHE | SWAP_BACKED, BASE + 1, 0);
	descriptor(12, SWAP_BACKED, BASE + 1, 0);
	descriptor(13, SWAP_BACKED, BASE, 0);
	descriptor(14, 0, BASE, 0);
	descriptor(15, 0, BASE + 2, 0);
	descriptor(63, TABLE, 0, 0);
	for (uint32_t frame = 8; frame < 16; frame++)
		fill(frame);
	fill(8);
	fill(2);
	fill(0x30);
	fill(40); /* between the two */
	fill(63);
	CHECK_STR(guest_end("uses.csv"),
		  HEADER "0xc0002000,mem_map,1\n0xc0008000,slab bio,2\n0xc0009000,,2\n"
			 "0xc0009000,reserved,1\n0xc000a000,free,1\n"
			 "0xc000b000,swap cache,1\n0xc000c000,anonymous,1\n"
			 "0xc000d000,shared memory,1\n0xc000e000,page cache,1\n"
			 "0xc000f000,allocated,1\n0xc0028000,reserved,1\n"
			 "0xc0030000,mem_map,1\n0xc003f000,page table,1\n");
}

/* A frame is what it is now; a table is of the process that was last found through it. */
static void owners(void)
{
	begin();
	say_where(0);
	for (uint32_t frame = 4; frame < 8; frame++)
		descriptor(frame, TABLE, 0, 0);
	fill_user(4, 5); /* no task yet */
	fill(4);
	run_task(7, 7);
	fill_user(4, 5);
	fill_user(6, 0);
	run_task(9, 8); /* a thread */
	fill_user(6, 7);
	descriptor(0, TABLE, 0, 0);
	fill(0); /* a large page has no table */
	for (uint32_t frame = 4; frame < 8; frame++)
		fill(frame);
	descriptor(5, 0, 0, 0);
	fill(5);
	CHECK_STR(guest_end("uses.csv"),
		  HEADER "0xc0000000,page table,1\n0xc0004000,page directory of "
			 "7,1\n0xc0004000,page table,1\n"
			 "0xc0005000,allocated,1\n0xc0005000,page table of 7,1\n"
			 "0xc0006000,page directory of 8,1\n"
			 "0xc0007000,page table of 8,1\n");
}

/* Who comes later has the addresses; the stack in use is told from other areas. */
static void areas(void)
{
	begin();
	window(0, 2, 1); /* before anything is known */
	say_where(0);
	window(0, 4, 0xc0100000u);
	window(8, 2, 0xc0100010u);
	window(2, 4, 0xc0100020u); /* ends the first */
	window(4, 4, 0xc0100030u); /* and this one */
	window(16, 8, 0xc0100040u);
	window(18, 2, 0xc0100050u); /* and the whole of that */
	frame_use_fill(rec, WINDOW + 0x12000, 0x5000);
	frame_use_fill(rec, WINDOW + 0x16000, 0x5000);
	run_task(3, 3);
	rec->walk.at.esp = WINDOW + 0xa000; /* empty: right above it */
	for (uint32_t page = 0; page < 11; page += 3)
		frame_use_fill(rec, WINDOW + page * 0x1000, 0x5000);
	frame_use_fill(rec, WINDOW + 0x8000, 0x5000);
	CHECK_STR(guest_end("uses.csv"),
		  HEADER "0xf8800000,,1\n0xf8803000,,1\n"
			 "0xf8806000,vmalloc 0xc0100030,1\n0xf8808000,stack of 3,1\n"
			 "0xf8809000,stack of 3,1\n0xf8812000,vmalloc 0xc0100050,1\n"
			 "0xf8816000,,1\n");
}

/* Names that are no names, descriptors that are nowhere. */
static void damaged(void)
{
	begin();
	say_where(0);
	descriptor(8, SLAB, 0, BASE + CACHE);
	memcpy(memory + NAME, "a,\"\n", 5);
	fill(8);
	put(CACHE + 8, 0x12345678);
	fill(8);
	descriptor(9, SLAB, 0, 0xfffffff0u);
	fill(9);
	put(RUNS + 4, 0xffffffffu); /* frames without end: the addresses wrap */
	say_where(0);
	descriptor(0, TABLE, 0, 0);
	frame_use_fill(rec, BASE + 0x5000, 0x08000000ull << 12);
	put(RUNS + 8, 0xf0000000u);
	say_where(0);
	fill(10);
	frame_use_fill(rec, BASE + 0x5000, 0x1000000000ull); /* beyond 4 GiB */
	CHECK_STR(guest_end("uses.csv"),
		  HEADER "0xc0005000,reserved,2\n0xc0008000,slab ,1\n"
			 "0xc0008000,\"slab a,\"\"?\",1\n0xc0009000,slab ,1\n"
			 "0xc000a000,reserved,1\n");
}

static void refused(void)
{
	static const struct {
		unsigned int at, value;
	} bad[] = {{offsetof(struct trace_frames, size), 8},
		   {offsetof(struct trace_frames, page_size), 65},
		   {offsetof(struct trace_frames, nr_runs), USE_RUNS_MAX + 1},
		   {offsetof(struct trace_frames, runs), 1},
		   {offsetof(struct trace_frames, flags), PAGE_SIZE - 3},
		   {offsetof(struct trace_frames, mapping), 0xfffffffeu},
		   {offsetof(struct trace_frames, cache), PAGE_SIZE}};
	const unsigned int n = sizeof(bad) / sizeof(bad[0]);

	begin();
	for (unsigned int i = 0; i < n; i++) {
		memcpy(memory + WHERE, &where, sizeof(where));
		put(WHERE + bad[i].at, bad[i].value);
		say_where(i + 1);
	}
	window(4, 0, 1);
	fill(8);
	CHECK_STR(guest_end("uses.csv"), HEADER); /* nothing is known */
}

#define ZONES  0x1400u /* struct trace_zone_at[] */
#define COUNTS 0x1800u /* of zone n at + 0x100 * n */
#define BUDDY                                                                                     \
	"icount,node,zone,order0,order1,order2,order3,order4,order5,order6,order7,order8,order9," \
	"order10\n"

static struct trace_zone_at zones_at[] = {{0, 1, BASE + COUNTS}, {1, 3, BASE + COUNTS + 0x100}};

static void say_zones(uint32_t zones, uint32_t orders, uint32_t size, uint32_t bad)
{
	struct trace_frames with = where;

	with.zones = BASE + ZONES;
	with.nr_zones = zones;
	with.nr_orders = orders;
	with.area_size = size;
	memcpy(memory + ZONES, zones_at, sizeof(zones_at));
	memcpy(memory + WHERE, &with, sizeof(with));
	say_where(bad);
}

/* Rows at the hint, at marks and at walks that come late enough; only of what has changed. */
static void free_blocks(void)
{
	begin();
	put(COUNTS, 5);
	put(COUNTS + 20, 7);
	put(COUNTS + 0x100 + 40, 9);
	icount = 100;
	say_zones(2, 3, 20, 0);
	icount = 200;
	recorder_hint(rec, &(struct hint){.eax = TRACE_MARK});
	put(COUNTS + 0x100, 1);
	put(COUNTS + 60, 8); /* of an order that there is not */
	icount = 300;
	recorder_hint(rec, &(struct hint){.eax = TRACE_MARK});
	put(COUNTS, 6);
	icount = 300 + BUDDY_INTERVAL - 1;
	recorder_read(rec, 0x5000, 4, 0);
	icount++;
	recorder_read(rec, 0x5000, 4, 0);
	CHECK_STR(guest_end("buddy.csv"),
		  BUDDY "101,0,Normal,5,7,0,0,0,0,0,0,0,0,0\n101,1,Movable,0,0,9,0,0,0,0,0,0,0,0\n"
			"300,1,Movable,1,0,9,0,0,0,0,0,0,0,0\n"
			"1000300,0,Normal,6,7,0,0,0,0,0,0,0,0,0\n");
}

/* A zone that cannot be read has no row; hints without sense leave all as it was; looks get rarer.
 */
static void no_free_blocks(void)
{
	begin();
	say_zones(BUDDY_ZONES + 1, 3, 20, 1);
	say_zones(2, BUDDY_ORDERS + 1, 20, 2);
	say_zones(2, 3, 3, 3);
	say_zones(2, 3, PAGE_MASK + 1, 4);
	zones_at[1].zone = 4; /* there is none of that name */
	say_zones(2, 3, 20, 5);
	zones_at[1].zone = 3;
	CHECK_EQ(rec->buddy.count, 0);
	say_zones(0, 3, 20, 5);
	CHECK_EQ(rec->buddy.count, 0);
	say_zones(2, 11, 20, 5);
	rec->buddy.zones[0].at.free = 0x1000;
	put(COUNTS + 0x100, 1);
	for (unsigned int i = 2; i <= BUDDY_LOOKS; i++)
		buddy_look(rec, icount);
	CHECK_EQ(rec->buddy.interval, 2 * BUDDY_INTERVAL);
	CHECK_EQ(rec->buddy.next, icount + 2 * BUDDY_INTERVAL);
	CHECK(strstr(guest_end("buddy.csv"), ",1,Movable,1,0,"));
}

/* After a reset nothing is read where a kernel said that it was, until the next one says so. */
static void reset(void)
{
	begin();
	put(COUNTS, 5);
	say_zones(1, 3, 20, 0);
	recorder_reset(rec);
	put(COUNTS, 6);
	hint(TRACE_MARK, 0, 0, 0);
	CHECK_STR(guest_end("buddy.csv"), BUDDY "102,0,Normal,5,0,0,0,0,0,0,0,0,0,0\n");

	begin();
	for (uint32_t frame = 4; frame < 6; frame++)
		descriptor(frame, TABLE, 0, 0);
	say_where(0);
	run_task(7, 7);
	fill_user(4, 5);
	recorder_reset(rec);
	fill(5);
	say_where(0);
	fill(4);
	CHECK_STR(guest_end("uses.csv"), HEADER "0xc0004000,page table,1\n0xc0005000,,1\n");
}

#define NAMES 40u

/* Against a plain array: as many as there were, in order. */
static void many(void)
{
	static uint64_t counts[32][NAMES];
	static char want[1u << 16];
	char *p = want + sprintf(want, HEADER);
	uint32_t frame, name;

	begin();
	say_where(0);
	memset(counts, 0, sizeof(counts));
	for (unsigned int i = 0; i < 20000; i++) {
		frame = 4 + random32() % 28;
		name = random32() % NAMES;
		descriptor(frame, SLAB, 0, BASE + CACHE);
		sprintf((char *)memory + NAME, "c%02u", name);
		fill(frame);
		counts[frame][name]++;
	}
	for (frame = 4; frame < 32; frame++)
		for (name = 0; name < NAMES; name++)
			if (counts[frame][name])
				p += sprintf(p, "0xc00%02x000,slab c%02u,%llu\n", frame, name,
					     (unsigned long long)counts[frame][name]);
	CHECK_STR(guest_end("uses.csv"), want);
}

static const struct check_test tests[] = {
	{"a reset", reset},
	{"each kind of page", kinds},
	{"whose tables", owners},
	{"areas of the window", areas},
	{"damaged memory", damaged},
	{"hints without sense", refused},
	{"many", many},
	{"free blocks", free_blocks},
	{"no free blocks", no_free_blocks},
};

CHECK_MAIN(tests)
