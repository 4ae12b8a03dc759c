/*
 * test_malloc.c - suite `malloc_test`: the kernel's allocation functions print
 * where their memory lies, as in every lecture on the subject, and the suite
 * checks that it lies in the right window.
 */
#include "arch/layout.h"
#include "kernel/ktap.h"
#include "mm/gfp.h"
#include "mm/slab.h"
#include "mm/vmalloc.h"

/* The end of the direct map: high_memory in Linux. */
static unsigned long high_memory(void)
{
	return (unsigned long)pfn_to_virt(max_low_pfn - 1) + PAGE_SIZE;
}

static void expect_direct_map(unsigned long addr, unsigned long size)
{
	EXPECT(addr >= PAGE_OFFSET);
	EXPECT(addr + size <= high_memory());
}

static void test_get_free_page(void)
{
	unsigned long pagemem = __get_free_page(GFP_KERNEL);

	if (!EXPECT(pagemem))
		return;
	ktap_info("pagemem = 0x%lx", pagemem);
	expect_direct_map(pagemem, PAGE_SIZE);
	EXPECT_EQ(pagemem % PAGE_SIZE, 0);
	free_page(pagemem);
}

static void test_kmalloc(void)
{
	unsigned long kmallocmem = (unsigned long)kmalloc(100, GFP_KERNEL);

	if (!EXPECT(kmallocmem))
		return;
	ktap_info("kmallocmem = 0x%lx", kmallocmem);
	expect_direct_map(kmallocmem, 100);
	kfree((void *)kmallocmem);
}

/* What kmalloc() gives is contiguous in physical memory too, however large. */
static void test_contiguous(void)
{
	unsigned long size = 64 * PAGE_SIZE;
	unsigned long addr = (unsigned long)kmalloc(size, GFP_KERNEL);

	if (!EXPECT(addr))
		return;
	expect_direct_map(addr, size);
	for (unsigned long at = addr; at < addr + size; at += PAGE_SIZE)
		EXPECT_EQ(page_to_phys(virt_to_page(at)) - page_to_phys(virt_to_page(addr)),
			  at - addr);
	kfree((void *)addr);
}

static void test_dma(void)
{
	unsigned long dmamem = __get_free_page(GFP_DMA);

	if (!EXPECT(dmamem))
		return;
	ktap_info("dmamem = 0x%lx", dmamem);
	EXPECT(__pa(dmamem) < 0x1000000);
	free_page(dmamem);
}

/* Contiguous in addresses, high above the others; the frames are where there are some. */
static void test_vmalloc(void)
{
	unsigned long size = 1000000;
	unsigned long vmallocmem = (unsigned long)vmalloc(size);

	if (!EXPECT(vmallocmem))
		return;
	ktap_info("vmallocmem = 0x%lx, its first frame 0x%08x, its last 0x%08x", vmallocmem,
		  page_to_phys(vmalloc_to_page((void *)vmallocmem)),
		  page_to_phys(vmalloc_to_page((void *)(vmallocmem + size - 1))));
	EXPECT(vmallocmem >= high_memory() + VMALLOC_GAP);
	EXPECT(vmallocmem >= VMALLOC_START && vmallocmem + size <= VMALLOC_END);
	vfree((void *)vmallocmem);
}

static const struct ktap_case cases[] = {
	{"__get_free_page", test_get_free_page},
	{"kmalloc", test_kmalloc},
	{"kmalloc is contiguous", test_contiguous},
	{"GFP_DMA", test_dma},
	{"vmalloc", test_vmalloc},
	{NULL, NULL},
};
const struct ktap_suite malloc_suite = {"malloc_test", cases};
