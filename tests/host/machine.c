/*
 * machine.c - simulated physical memory, page-table windows and TLB.
 *
 * See machine.h for the idea. A translation of a window page is a real mapping
 * of the memory file, made by the SIGSEGV handler as the hardware's walk would,
 * and taken away by the flushes.
 */
#define _GNU_SOURCE
#include "machine.h"
#include "arch/invlpg.h"
#include "arch/tlb.h"
#include "kernel/bug.h"
#include "kernel/radix_tree.h"
#include "mm/bootmem.h"
#include "mm/fixmap.h"
#include "mm/highmem.h"
#include "mm/slab.h"
#include "mm/vmalloc.h"
#include "mm/zone.h"
#include "test.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define WINDOW_START VMALLOC_START
#define WINDOW_END   0x70000000ul
#define WINDOW_PAGES ((WINDOW_END - WINDOW_START) >> PAGE_SHIFT)

static int memory_fd = -1;
static size_t memory_bytes;
static u8 *all_memory; /* host_frame() */
static int share = MAP_SHARED;
/* Entries of the kernel windows: what kernel_pte() gives out. */
static pte_t window_ptes[WINDOW_PAGES] __aligned(4096);
/* Which of its tables have been made: they cost nothing here, but making one can fail. */
static bool window_tables[DIV_ROUND_UP(WINDOW_PAGES, PTRS_PER_PTE)];

u32 kernel_global = _PAGE_GLOBAL;
pgd_t swapper_pg_dir[PTRS_PER_PGD] __aligned(4096);
struct host_flush_record host_flush_log[HOST_FLUSH_LOG];
unsigned long host_flushes, host_tlb_fills;
void (*host_user_flush_hook)(const struct mm_struct *mm, unsigned long start, unsigned long end);

static void die(const char *what, const void *addr)
{
	char message[128];

	snprintf(message, sizeof(message), "page fault at %p: %s", addr, what);
	test_panicked(message);
	printf("# %s\nBail out! %s\n", message, message);
	fflush(stdout);
	abort();
}

static void map_page(unsigned long addr, int prot, int flags, int fd, off_t offset)
{
	if (mmap((void *)addr, PAGE_SIZE, prot, flags | MAP_FIXED, fd, offset) == MAP_FAILED)
		die("mmap failed", (void *)addr);
}

/* The walk: the entry of a window page that is not in the TLB. */
static void window_fault(int sig, siginfo_t *info, void *context)
{
	unsigned long addr = (unsigned long)info->si_addr & PAGE_MASK;
	pte_t pte;

	(void)sig;
	(void)context;
	if (addr < WINDOW_START || addr >= WINDOW_END)
		die("nothing is mapped there", info->si_addr);
	pte = window_ptes[(addr - WINDOW_START) >> PAGE_SHIFT];
	if (!pte_present(pte))
		die("not present in the kernel's page table", info->si_addr);
	if (PFN_PHYS(pte_pfn(pte)) >= memory_bytes)
		die("the entry names a frame that does not exist", info->si_addr);
	host_tlb_fills++;
	map_page(addr, pte_write(pte) ? PROT_READ | PROT_WRITE : PROT_READ, share, memory_fd,
		 (off_t)PFN_PHYS(pte_pfn(pte)));
}

static void window_drop(unsigned long start, unsigned long end)
{
	if (mmap((void *)start, end - start, PROT_NONE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0) == MAP_FAILED)
		die("mmap failed", (void *)start);
}

static void map_lowmem(void)
{
	size_t low = memory_bytes < LOWMEM_MAX ? memory_bytes : LOWMEM_MAX;

	if (mmap((void *)PAGE_OFFSET, low, PROT_READ | PROT_WRITE, share | MAP_FIXED, memory_fd,
		 0) == MAP_FAILED)
		die("cannot map low memory", (void *)PAGE_OFFSET);
}

static void catch_faults(void)
{
	struct sigaction action = {.sa_sigaction = window_fault,
				   .sa_flags = SA_SIGINFO | SA_NODEFER};

	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
}

void host_memory_init(size_t bytes)
{
	if (memory_fd >= 0)
		close(memory_fd);
	memory_fd = memfd_create("ram", 0);
	if (memory_fd < 0 || ftruncate(memory_fd, (off_t)bytes))
		die("no memory file", NULL);
	if (all_memory)
		munmap(all_memory, memory_bytes);
	all_memory = NULL;
	memory_bytes = bytes;
	window_drop(PAGE_OFFSET, WINDOW_END);
	map_lowmem();
	memset(window_ptes, 0, sizeof(window_ptes));
	memset(window_tables, 0, sizeof(window_tables));
	catch_faults();
}

void host_memory_make_private(void)
{
	if (memory_fd < 0)
		return;
	share = MAP_PRIVATE;
	map_lowmem();
	window_drop(WINDOW_START, WINDOW_END);
}

void host_read_frame(pfn_t pfn, void *buf)
{
	if (pread(memory_fd, buf, PAGE_SIZE, (off_t)PFN_PHYS(pfn)) != (ssize_t)PAGE_SIZE)
		die("cannot read a frame", NULL);
}

void host_write_frame(pfn_t pfn, const void *buf)
{
	if (pwrite(memory_fd, buf, PAGE_SIZE, (off_t)PFN_PHYS(pfn)) != (ssize_t)PAGE_SIZE)
		die("cannot write a frame", NULL);
}

u8 *host_frame(pfn_t pfn)
{
	void *memory;

	if (!all_memory) {
		memory = mmap(NULL, memory_bytes, PROT_READ | PROT_WRITE, share, memory_fd, 0);
		if (memory == MAP_FAILED)
			die("cannot map all memory", NULL);
		all_memory = memory;
	}
	BUG_ON(PFN_PHYS(pfn) >= memory_bytes);
	return all_memory + PFN_PHYS(pfn);
}

static void *node_alloc(size_t size)
{
	return kmalloc(size, GFP_ATOMIC);
}

static void node_free(void *node)
{
	kfree(node);
}

void host_boot(void)
{
	host_memory_init(HOST_RAM_BYTES);
	bootmem_add(0, 0x9fc00, E820_RAM);
	bootmem_add(0xf0000, 0x10000, 2);
	/* An odd number of frames at the end: blocks without a buddy. */
	bootmem_add(0x100000, HOST_RAM_BYTES - 0x125000, E820_RAM);
	bootmem_reserve(KERNEL_PHYS, KERNEL_PHYS + 0x80000);
	bootmem_finish(0);
	zones_init();
	mem_init();
	kmem_cache_init();
	kmap_init();
	vmalloc_init();
	radix_tree_init(node_alloc, node_free);
}

/* --- the machine's part of the contract: arch/pgtable.h --- */

pte_t *kernel_pte(unsigned long addr, bool alloc)
{
	bool *table = &window_tables[(addr - WINDOW_START) / PGDIR_SIZE];

	BUG_ON(addr < WINDOW_START || addr >= WINDOW_END);
	if (!*table && (!alloc || host_allocation_fails(GFP_KERNEL)))
		return NULL;
	*table = true;
	return &window_ptes[(addr - WINDOW_START) >> PAGE_SHIFT];
}

pgd_t *pgd_alloc(void)
{
	return (pgd_t *)get_zeroed_page(GFP_KERNEL);
}

void pgd_free(pgd_t *dir)
{
	free_page((unsigned long)dir);
}

/* --- arch/tlb.h --- */

static void record(enum host_flush what, const struct mm_struct *mm, unsigned long start,
		   unsigned long end)
{
	host_flush_log[host_flushes++ % HOST_FLUSH_LOG] =
		(struct host_flush_record){what, mm, start, end};
	if (mm && host_user_flush_hook)
		host_user_flush_hook(mm, start, end);
}

void tlb_flush_page(struct mm_struct *mm, unsigned long addr)
{
	record(FLUSH_PAGE, mm, addr & PAGE_MASK, (addr & PAGE_MASK) + PAGE_SIZE);
}

void tlb_flush_range(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	record(FLUSH_RANGE, mm, start, end);
}

void tlb_flush_mm(struct mm_struct *mm)
{
	record(FLUSH_MM, mm, 0, TASK_SIZE);
}

void host_invlpg(unsigned long addr)
{
	addr &= PAGE_MASK;
	record(FLUSH_KERNEL_PAGE, NULL, addr, addr + PAGE_SIZE);
	window_drop(addr, addr + PAGE_SIZE);
}

void tlb_flush_kernel_page(unsigned long addr)
{
	host_invlpg(addr);
}

void tlb_flush_kernel_range(unsigned long start, unsigned long end)
{
	record(FLUSH_KERNEL_RANGE, NULL, start, end);
	window_drop(start & PAGE_MASK, PAGE_ALIGN(end));
}

void tlb_flush_all(void)
{
	record(FLUSH_ALL, NULL, 0, ~0ul);
	window_drop(WINDOW_START, WINDOW_END);
}
