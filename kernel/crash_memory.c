/*
 * crash_memory.c - memory misused on purpose, one way for each crash=KIND: every
 * one must end in its own report and in no other (tests/violations.t).
 *
 * What only the debugging of slabs or pages can see needs slab_debug or
 * page_poison=1 on the command line as well. A misuse that was not noticed
 * returns to crash.c, which says so and panics.
 */
#include "arch/page.h"
#include "i386/sections.h"
#include "crash.h"
#include "kernel/bug.h"
#include "kernel/compiler.h"
#include "kernel/printk.h"
#include "kernel/string.h"
#include "mm/gfp.h"
#include "mm/highmem.h"
#include "mm/slab.h"
#include "mm/vmalloc.h"

#define OBJECT_SIZE 60 /* not a size class: what is behind it belongs to nobody */

static const u32 constant = 1;

/* Kernel text and constants are mapped read-only. */
static void write_text(void)
{
	*(volatile u8 *)_text = 0;
}

static void write_rodata(void)
{
	*(volatile u32 *)&constant = 2;
}

static void double_kfree(void)
{
	void *object = kmalloc(OBJECT_SIZE, GFP_KERNEL);

	kfree(object);
	kfree(object);
}

/* Written to after kfree(); seen when the object is given out again. */
static void use_after_free(void)
{
	volatile u8 *object = kmalloc(OBJECT_SIZE, GFP_KERNEL);

	BUG_ON(!object);
	kfree((void *)object);
	object[OBJECT_SIZE / 2] = 1;
	kfree(kmalloc(OBJECT_SIZE, GFP_KERNEL));
}

/* One byte too many; seen when the object is freed. */
static void redzone_overrun(void)
{
	volatile u8 *object = kmalloc(OBJECT_SIZE, GFP_KERNEL);

	BUG_ON(!object);
	object[ksize((void *)object)] = 1;
	kfree((void *)object);
}

/* A pointer that kmalloc() never gave out. */
static void kfree_middle(void)
{
	char *object = kmalloc(OBJECT_SIZE, GFP_KERNEL);

	kfree(object + 8);
}

static void page_use_after_free(void)
{
	struct page *page = alloc_page(GFP_KERNEL);
	volatile u8 *bytes;

	BUG_ON(!page);
	bytes = page_address(page);
	__free_page(page);
	bytes[PAGE_SIZE / 2] = 1;
	__free_page(alloc_page(GFP_KERNEL));
}

static void double_free_page(void)
{
	struct page *page = alloc_page(GFP_KERNEL);

	__free_page(page);
	__free_page(page);
}

/* The page behind an area is not mapped. */
static void vmalloc_overrun(void)
{
	volatile u8 *area = vmalloc(PAGE_SIZE);

	BUG_ON(!area);
	area[PAGE_SIZE] = 1;
}

/* The entry goes with vfree(), the translation with the next purge. */
static void vmalloc_use_after_free(void)
{
	volatile u8 *area = vmalloc(PAGE_SIZE);

	BUG_ON(!area);
	area[0] = 1;
	vfree((void *)area);
	vm_unmap_aliases();
	area[0] = 1;
}

static void vfree_twice(void)
{
	void *area = vmalloc(PAGE_SIZE);

	vfree(area);
	vfree(area);
}

static void kunmap_twice(void)
{
	struct page *page = alloc_page(GFP_HIGHUSER);

	kmap(page);
	kunmap(page);
	kunmap(page);
}

/* Windows are given back in reverse order. */
static void kunmap_atomic_order(void)
{
	struct page *first = alloc_page(GFP_HIGHUSER), *second = alloc_page(GFP_HIGHUSER);
	void *window = kmap_atomic(first);

	kmap_atomic(second);
	kunmap_atomic(window);
}

/* Frame 0 is nobody's to free: refused with a report, and the kernel goes on. */
static void free_reserved_page(void)
{
	__free_page(pfn_to_page(0));
}

/* An address is asked for, and highmem pages have none. */
static void get_free_page_highmem(void)
{
	free_page(__get_free_page(GFP_HIGHUSER));
}

/* Sleeping with a window open. */
static void sleep_in_atomic(void)
{
	void *window = kmap_atomic(alloc_page(GFP_HIGHUSER));

	kfree(kmalloc(OBJECT_SIZE, GFP_KERNEL));
	kunmap_atomic(window);
}

const struct crash_kind memory_crashes[] = {
	{"write-text", write_text, false},
	{"write-rodata", write_rodata, false},
	{"double-kfree", double_kfree, false},
	{"use-after-free", use_after_free, false},
	{"redzone", redzone_overrun, false},
	{"kfree-middle", kfree_middle, false},
	{"page-use-after-free", page_use_after_free, false},
	{"double-free-page", double_free_page, false},
	{"vmalloc-overrun", vmalloc_overrun, false},
	{"vmalloc-use-after-free", vmalloc_use_after_free, false},
	{"vfree-twice", vfree_twice, false},
	{"kunmap-twice", kunmap_twice, false},
	{"kunmap-atomic-order", kunmap_atomic_order, false},
	{"free-reserved-page", free_reserved_page, true},
	{"get-free-page-highmem", get_free_page_highmem, false},
	{"sleep-in-atomic", sleep_in_atomic, false},
	{NULL, NULL, false},
};
