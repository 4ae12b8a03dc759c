/*
 * bench.c - what the kernel's own allocators and windows cost, in instructions.
 *
 * With `bench` on the command line each operation below is done in batches,
 * between two marks in the recording: "NAME COUNT" and ".". The recorder stamps
 * marks with the count of instructions; tests/run/bench.sh takes the figures
 * from there, less those of doing nothing. A timer interrupt now and then falls
 * into a batch: the median does not see it.
 *
 * "Hot" is the same thing again and again. "Cold" is many at once and then all
 * of them back, so that every layer is gone through: batches between per-CPU
 * lists and free lists, or a split down from the largest block and back.
 */
#include "kernel/bench.h"
#include "arch/hint.h"
#include "drivers/ide.h"
#include "kernel/bio.h"
#include "kernel/bug.h"
#include "kernel/cmdline.h"
#include "kernel/compiler.h"
#include "kernel/errno.h"
#include "kernel/printk.h"
#include "mm/fault.h"
#include "mm/filemap.h"
#include "mm/highmem.h"
#include "mm/mmap.h"
#include "mm/rmap.h"
#include "mm/slab.h"
#include "mm/vmalloc.h"
#include "mm/zone.h"
#include "proc/task.h"

#define BATCHES	  7
#define OPS	  2048 /* half of it is more than the per-CPU lists hold */
#define OPS_3	  1024 /* half of it is 16 MiB: a small machine has as much */
#define OPS_9	  16   /* the same */
#define OPS_DISK  256
#define LABEL_MAX 48

#define PAGE_SECTORS (PAGE_SIZE / SECTOR_SIZE)

static struct page *held[OPS]; /* single frames: of HIGHMEM when there is any */
static struct page *block;     /* keeps the other half of a block from merging */
static void *objects[OPS];

static void nothing(unsigned int i)
{
	(void)i;
}

static void page_0_hot(unsigned int i)
{
	(void)i;
	__free_page(alloc_page(GFP_KERNEL));
}

static void page_user_hot(unsigned int i)
{
	(void)i;
	__free_page(alloc_page(GFP_HIGHUSER_MOVABLE));
}

static void page_0_cold(unsigned int i)
{
	if (i < OPS / 2)
		held[i] = alloc_page(GFP_KERNEL);
	else
		__free_page(held[i - OPS / 2]);
}

static void page_3(unsigned int i)
{
	(void)i;
	__free_pages(alloc_pages(GFP_KERNEL, 3), 3);
}

static void page_9(unsigned int i)
{
	(void)i;
	__free_pages(alloc_pages(GFP_KERNEL, 9), 9);
}

static void block_cold(unsigned int i, unsigned int ops, unsigned int order)
{
	if (i < ops / 2)
		held[i] = alloc_pages(GFP_KERNEL, order);
	else
		__free_pages(held[i - ops / 2], order);
}

static void page_3_cold(unsigned int i)
{
	block_cold(i, OPS_3, 3);
}

static void page_9_cold(unsigned int i)
{
	block_cold(i, OPS_9, 9);
}

static void hold_buddy(unsigned int order)
{
	block = alloc_pages(GFP_KERNEL, order);
	BUG_ON(!block);
}

static void hold_buddy_3(void)
{
	hold_buddy(3);
}

static void hold_buddy_9(void)
{
	hold_buddy(9);
}

static void drop_buddy_3(void)
{
	__free_pages(block, 3);
}

static void drop_buddy_9(void)
{
	__free_pages(block, 9);
}

static void kmalloc_32(unsigned int i)
{
	(void)i;
	kfree(kmalloc(32, GFP_KERNEL));
}

static void kmalloc_256(unsigned int i)
{
	(void)i;
	kfree(kmalloc(256, GFP_KERNEL));
}

static void kmalloc_4096(unsigned int i)
{
	(void)i;
	kfree(kmalloc(4096, GFP_KERNEL));
}

static void kmalloc_32_cold(unsigned int i)
{
	if (i < OPS / 2)
		objects[i] = kmalloc(32, GFP_KERNEL);
	else
		kfree(objects[i - OPS / 2]);
}

static void hold_pages(void)
{
	for (unsigned int i = 0; i < OPS; i++) {
		held[i] = alloc_page(GFP_HIGHUSER);
		BUG_ON(!held[i]);
	}
}

static void drop_pages(void)
{
	for (unsigned int i = 0; i < OPS; i++)
		__free_page(held[i]);
}

static void kmap_same(unsigned int i)
{
	(void)i;
	kmap(held[0]);
	kunmap(held[0]);
}

static void kmap_next(unsigned int i)
{
	kmap(held[i]);
	kunmap(held[i]);
}

static void kmap_atomic_same(unsigned int i)
{
	(void)i;
	kunmap_atomic(kmap_atomic(held[0]));
}

static void kmap_atomic_next(unsigned int i)
{
	kunmap_atomic(kmap_atomic(held[i]));
}

static void vmalloc_16(unsigned int i)
{
	(void)i;
	vfree(vmalloc(16 * PAGE_SIZE));
}

#define MAPPED_AT 0x20000000ul
#define FEW_WALKS 64

/* A page that so many address spaces map, for the reverse map to find. */
static struct mm_struct *mappers[1000];
static unsigned int nr_mappers;
static struct page *mapped;

static void map_page(unsigned int n)
{
	struct mm_struct *mm = mm_alloc();

	BUG_ON(!mm || mm_mmap(mm, NULL, MAPPED_AT, PAGE_SIZE, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, 0) != MAPPED_AT);
	mapped = get_user_page(mm, MAPPED_AT, true);
	BUG_ON(IS_ERR(mapped));
	mappers[0] = mm;
	for (nr_mappers = 1; nr_mappers < n; nr_mappers++) {
		mappers[nr_mappers] = dup_mm(mm, 0);
		BUG_ON(!mappers[nr_mappers]);
	}
	lock_page(mapped);
}

static void map_page_1(void)
{
	map_page(1);
}

static void map_page_10(void)
{
	map_page(10);
}

static void map_page_1000(void)
{
	map_page(1000);
}

static void unmap_page(void)
{
	unlock_page(mapped);
	put_page(mapped);
	while (nr_mappers)
		mmput(mappers[--nr_mappers]);
}

static void referenced(unsigned int i)
{
	unsigned int vm_flags;

	(void)i;
	page_referenced(mapped, &vm_flags);
}

/* The disk as swap will use it: pages of the device, one at a time and 32 at once. */
static void disk_read(unsigned int i)
{
	BUG_ON(blkdev_rw(blkdev_find("hda"), i * PAGE_SECTORS, held[i], 0, PAGE_SECTORS, false));
}

static void disk_read_32(unsigned int i)
{
	static struct bio_vec vecs[BIO_MAX_VECS];
	struct bio bio;

	if (i % BIO_MAX_VECS)
		return;
	bio_init(&bio, vecs, BIO_MAX_VECS);
	bio.bdev = blkdev_find("hda");
	bio.sector = i * PAGE_SECTORS;
	for (unsigned int page = 0; page < BIO_MAX_VECS; page++)
		bio_add_page(&bio, held[i + page], 0, PAGE_SIZE);
	BUG_ON(submit_bio_wait(&bio));
}

static void hold_pages_pio(void)
{
	hold_pages();
	ide_set_dma(false);
}

static void drop_pages_dma(void)
{
	ide_set_dma(true);
	drop_pages();
}

static const struct {
	const char *name;
	void (*op)(unsigned int i);
	unsigned int ops;    /* a batch */
	unsigned int halves; /* 2: the first half of a batch are allocations, the second frees */
	void (*before)(void);
	void (*after)(void);
} rows[] = {
	{"nothing", nothing, OPS, 1, NULL, NULL},
	{"page_0_hot", page_0_hot, OPS, 1, NULL, NULL},
	{"page_user_hot", page_user_hot, OPS, 1, NULL, NULL},
	{"page_0_cold", page_0_cold, OPS, 2, NULL, NULL},
	{"page_3_hot", page_3, OPS, 1, hold_buddy_3, drop_buddy_3},
	{"page_3_cold", page_3_cold, OPS_3, 2, NULL, NULL},
	{"page_9_hot", page_9, OPS, 1, hold_buddy_9, drop_buddy_9},
	{"page_9_cold", page_9_cold, OPS_9, 2, NULL, NULL},
	{"kmalloc_32", kmalloc_32, OPS, 1, NULL, NULL},
	{"kmalloc_256", kmalloc_256, OPS, 1, NULL, NULL},
	{"kmalloc_4096", kmalloc_4096, OPS, 1, NULL, NULL},
	{"kmalloc_32_cold", kmalloc_32_cold, OPS, 2, NULL, NULL},
	{"kmap", kmap_same, OPS, 1, hold_pages, drop_pages},
	{"kmap_next", kmap_next, OPS, 1, hold_pages, drop_pages},
	{"kmap_atomic", kmap_atomic_same, OPS, 1, hold_pages, drop_pages},
	{"kmap_atomic_next", kmap_atomic_next, OPS, 1, hold_pages, drop_pages},
	{"vmalloc_16", vmalloc_16, OPS, 1, NULL, NULL},
	{"page_referenced_1", referenced, OPS, 1, map_page_1, unmap_page},
	{"page_referenced_10", referenced, OPS, 1, map_page_10, unmap_page},
	{"page_referenced_1000", referenced, FEW_WALKS, 1, map_page_1000, unmap_page},
	{"disk_read_dma", disk_read, OPS_DISK, 1, hold_pages, drop_pages},
	{"disk_read_dma_32", disk_read_32, OPS_DISK, 1, hold_pages, drop_pages},
	{"disk_read_pio", disk_read, OPS_DISK, 1, hold_pages_pio, drop_pages_dma},
	{"disk_read_pio_32", disk_read_32, OPS_DISK, 1, hold_pages_pio, drop_pages_dma},
};

static void mark(const char *label)
{
	trace_hint(TRACE_MARK, (u32)current->pid, 0, (u32)label, 0);
}

/* Batch 0 warms the caches up and is not marked. */
static void run_row(unsigned int row)
{
	char label[LABEL_MAX];

	scnprintf(label, sizeof(label), "kernel_%s %u", rows[row].name,
		  rows[row].ops / rows[row].halves);
	if (rows[row].before)
		rows[row].before();
	for (unsigned int batch = 0; batch <= BATCHES; batch++) {
		if (batch)
			mark(label);
		for (unsigned int i = 0; i < rows[row].ops; i++)
			rows[row].op(i);
		if (batch)
			mark(".");
	}
	if (rows[row].after)
		rows[row].after();
}

void bench_if_asked(void)
{
	if (!cmdline_has("bench"))
		return;
	for (unsigned int row = 0; row < ARRAY_SIZE(rows); row++)
		run_row(row);
}
