/*
 * proc_mm.c - /proc/meminfo, slabinfo and vmallocinfo, in Linux's formats.
 *
 * meminfo has the lines of a 32-bit Linux with high memory. What this kernel does
 * not count has no line.
 */
#include "arch/layout.h"
#include "arch/pgtable.h"
#include "fs/vfs/bdev.h"
#include "fs/proc/proc.h"
#include "fs/proc/proc_vmstat.h"
#include "kernel/kallsyms.h"
#include "kernel/string.h"
#include "kernel/wait.h"
#include "mm/mm.h"
#include "mm/overcommit.h"
#include "mm/slab.h"
#include "mm/swap.h"
#include "mm/vmalloc.h"
#include "proc/task.h"

#define KIB_PER_PAGE	 (PAGE_SIZE / 1024)
#define DIRECT_MAP_LARGE (PGDIR_SIZE / PAGE_SIZE)

/* Pages in all nodes. */
struct memory {
	unsigned long total, high, high_free;
	unsigned long reserve; /* kept for those who free memory, and for lower zones */
	unsigned long low_marks;
	unsigned long cached, buffers, shmem;
	struct vm_stat stat;
};

/* What of a zone's free memory a program will never get: Linux's totalreserve_pages. */
static unsigned long zone_reserve(const struct zone *zone)
{
	unsigned long most = 0;

	for (int i = 0; i < MAX_NR_ZONES; i++)
		most = max(most, zone->lowmem_reserve[i]);
	return min(most + zone->watermark[WMARK_HIGH], zone->managed_pages);
}

static void count_memory(struct memory *memory)
{
	struct zone *zone;

	*memory = (struct memory){0};
	for_each_zone (zone) {
		memory->total += zone->managed_pages;
		memory->reserve += zone_reserve(zone);
		memory->low_marks += zone->watermark[WMARK_LOW];
		if (zone_is_highmem(zone)) {
			memory->high += zone->managed_pages;
			memory->high_free += zone_free_pages(zone);
		}
	}
	memory->buffers = nr_buffer_pages();
	vm_stat_of_all(&memory->stat);
	memory->cached = memory->stat.item[VM_STAT_FILE];
	memory->cached -= min(memory->cached, memory->buffers);
}

static unsigned long minus(unsigned long a, unsigned long b)
{
	return a > b ? a - b : 0;
}

/*
 * What a new program can have without anybody going short: what is free above
 * the reserves, and the part of caches that a low watermark does not keep.
 */
static unsigned long available(const struct memory *memory)
{
	const unsigned long *item = memory->stat.item;
	unsigned long cache = minus(item[VM_STAT_FILE], item[VM_STAT_SHMEM]);
	unsigned long slab = item[VM_STAT_SLAB_RECLAIMABLE];

	return minus(item[VM_STAT_FREE], memory->reserve) + cache -
	       min(cache / 2, memory->low_marks) + slab - min(slab / 2, memory->low_marks);
}

#define NAME_WIDTH   16u
#define NUMBER_WIDTH 8u /* of KiB, of which an address space of 32 bits has 7 digits */
#define UNIT	     " kB\n"

/* `name` with its colon. By hand: some programs read this file many times a second. */
static void line_kib(struct text *text, const char *name, unsigned long kib)
{
	char bytes[NAME_WIDTH + NUMBER_WIDTH + sizeof(UNIT) - 1];
	size_t at = NAME_WIDTH + NUMBER_WIDTH, name_len = min(strlen(name), (size_t)NAME_WIDTH);

	memset(bytes, ' ', at);
	memcpy(bytes, name, name_len);
	do {
		bytes[--at] = (char)('0' + kib % 10);
		kib /= 10;
	} while (kib && at > name_len);
	memcpy(bytes + NAME_WIDTH + NUMBER_WIDTH, UNIT, sizeof(UNIT) - 1);
	text_append(text, bytes, sizeof(bytes));
}

static void line(struct text *text, const char *name, unsigned long pages)
{
	line_kib(text, name, pages * KIB_PER_PAGE);
}

static void show_lists(struct text *text, const unsigned long *item)
{
	line(text, "Active:", item[VM_STAT_ACTIVE_ANON] + item[VM_STAT_ACTIVE_FILE]);
	line(text, "Inactive:", item[VM_STAT_INACTIVE_ANON] + item[VM_STAT_INACTIVE_FILE]);
	line(text, "Active(anon):", item[VM_STAT_ACTIVE_ANON]);
	line(text, "Inactive(anon):", item[VM_STAT_INACTIVE_ANON]);
	line(text, "Active(file):", item[VM_STAT_ACTIVE_FILE]);
	line(text, "Inactive(file):", item[VM_STAT_INACTIVE_FILE]);
	line(text, "Unevictable:", item[VM_STAT_UNEVICTABLE]);
	line(text, "Mlocked:", item[VM_STAT_UNEVICTABLE]);
}

static void show_use(struct text *text, const unsigned long *item)
{
	unsigned long reclaimable = item[VM_STAT_SLAB_RECLAIMABLE];
	unsigned long unreclaimable = item[VM_STAT_SLAB_UNRECLAIMABLE];

	line(text, "Dirty:", item[VM_STAT_DIRTY]);
	line(text, "Writeback:", item[VM_STAT_WRITEBACK]);
	line(text, "AnonPages:", item[VM_STAT_ANON]);
	line(text, "Mapped:", item[VM_STAT_MAPPED]);
	line(text, "Shmem:", item[VM_STAT_SHMEM]);
	line(text, "KReclaimable:", reclaimable);
	line(text, "Slab:", reclaimable + unreclaimable);
	line(text, "SReclaimable:", reclaimable);
	line(text, "SUnreclaim:", unreclaimable);
	line_kib(text, "KernelStack:", item[VM_STAT_STACK_KIB]);
	line(text, "PageTables:", item[VM_STAT_TABLES]);
}

/* How low memory is mapped: by page tables, and by 4 MiB entries of the directory itself. */
static void show_direct_map(struct text *text)
{
	unsigned long large = 0;

	for (pfn_t pfn = 0; pfn < max_low_pfn; pfn += DIRECT_MAP_LARGE)
		if (pgd_large(*pgd_offset(swapper_pg_dir, PAGE_OFFSET + PFN_PHYS(pfn))))
			large += min(DIRECT_MAP_LARGE, max_low_pfn - pfn);
	line(text, "DirectMap4k:", max_low_pfn - large);
	line(text, "DirectMap4M:", large);
}

int proc_show_meminfo(struct text *text)
{
	struct memory memory;
	struct vmalloc_totals vmalloc;
	unsigned long free;

	count_memory(&memory);
	vmalloc_totals(&vmalloc);
	free = memory.stat.item[VM_STAT_FREE];
	line(text, "MemTotal:", memory.total);
	line(text, "MemFree:", free);
	line(text, "MemAvailable:", available(&memory));
	line(text, "Buffers:", memory.buffers);
	line(text, "Cached:", memory.cached);
	line(text, "SwapCached:", nr_swapcache_pages);
	show_lists(text, memory.stat.item);
	line(text, "HighTotal:", memory.high);
	line(text, "HighFree:", memory.high_free);
	line(text, "LowTotal:", memory.total - memory.high);
	line(text, "LowFree:", minus(free, memory.high_free));
	line(text, "SwapTotal:", total_swap_pages());
	line(text, "SwapFree:", nr_swap_pages());
	show_use(text, memory.stat.item);
	line(text, "CommitLimit:", vm_commit_limit());
	line(text, "Committed_AS:", mm_committed_pages());
	line(text, "VmallocTotal:", (VMALLOC_END - VMALLOC_START) / PAGE_SIZE);
	line(text, "VmallocUsed:", vmalloc.used / PAGE_SIZE);
	line(text, "VmallocChunk:", vmalloc.chunk / PAGE_SIZE);
	show_direct_map(text);
	return 0;
}

/* A path in a column: what would end the column or the line is shown as \ooo. */
static void show_path(struct text *text, const char *path)
{
	for (; *path; path++) {
		if (strchr(" \t\n\\", *path))
			text_printf(text, "\\%03o", (unsigned char)*path);
		else
			text_append(text, path, 1);
	}
}

static bool show_swap_area(void *arg, const struct swap_area_info *info)
{
	const unsigned long size = info->pages * KIB_PER_PAGE, used = info->used * KIB_PER_PAGE;
	struct text *text = arg;
	const size_t start = text->len;

	show_path(text, info->name);
	text_printf(text, "%*s", max(40 - (int)(text->len - start), 1), "");
	text_printf(text, "%s\t%lu\t%s%lu\t%s%d\n", info->file ? "file\t" : "partition", size,
		    size < 10000000 ? "\t" : "", used, used < 10000000 ? "\t" : "", info->prio);
	return true;
}

int proc_show_swaps(struct text *text)
{
	text_printf(text, "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n");
	swap_for_each_area(show_swap_area, text);
	return 0;
}

/* What slab_for_each() gives, kept until no lock is held any more. */
struct cache_list {
	struct slabinfo *caches; /* NULL: only count */
	unsigned int count, room;
};

static void note_cache(void *arg, const struct slabinfo *info)
{
	struct cache_list *list = arg;

	if (list->count < list->room)
		list->caches[list->count] = *info;
	list->count++;
}

static void show_cache(struct text *text, const struct slabinfo *info)
{
	text_printf(text, "%-17s %6lu %6lu %6zu %4u %4u", info->name, info->active_objs,
		    info->num_objs, info->size, info->objs_per_slab, info->pages_per_slab);
	text_printf(text, " : tunables %4u %4u %4u : slabdata %6lu %6lu %6u\n", info->limit,
		    info->batchcount, 0u, info->active_slabs, info->num_slabs, 0u);
}

int proc_show_slabinfo(struct text *text)
{
	struct cache_list list = {0};

	slab_for_each(note_cache, &list);
	list.room = list.count;
	list.count = 0;
	list.caches = kmalloc(list.room * sizeof(*list.caches), GFP_KERNEL);
	if (!list.caches)
		return -ENOMEM;
	slab_for_each(note_cache, &list);
	text_printf(text,
		    "slabinfo - version: 2.1\n"
		    "# name            <active_objs> <num_objs> <objsize> <objperslab> "
		    "<pagesperslab> : tunables <limit> <batchcount> <sharedfactor> : slabdata "
		    "<active_slabs> <num_slabs> <sharedavail>\n");
	for (unsigned int i = 0; i < min(list.count, list.room); i++)
		show_cache(text, &list.caches[i]);
	kfree(list.caches);
	return 0;
}

/* How many of an area's frames each node has: " N0=4". */
static void show_nodes(struct text *text, const struct vmalloc_info *info)
{
	unsigned long count[MAX_NUMNODES] = {0};

	for (unsigned long i = 0; i < info->nr_pages; i++) {
		const struct page *page =
			vmalloc_to_page((const void *)(info->start + i * PAGE_SIZE));

		if (page)
			count[page_to_nid(page)]++;
	}
	for (int nid = 0; nid < MAX_NUMNODES; nid++)
		if (count[nid])
			text_printf(text, " N%d=%lu", nid, count[nid]);
}

static void show_area(void *arg, const struct vmalloc_info *info)
{
	char place[KSYM_SYMBOL_LEN];

	cond_resched();
	text_printf(arg, "0x%08lx-0x%08lx %7lu", info->start, info->end, info->end - info->start);
	if (info->kind == VMALLOC_UNPURGED) {
		text_printf(arg, " unpurged vm_area\n");
		return;
	}
	sprint_symbol(place, sizeof(place), (unsigned long)info->caller);
	text_printf(arg, " %s", place);
	if (info->kind == VMALLOC_IOREMAP) {
		text_printf(arg, " phys=0x%08lx ioremap\n", (unsigned long)info->phys);
		return;
	}
	text_printf(arg, " pages=%lu %s", info->nr_pages,
		    info->kind == VMALLOC_VMAP ? "vmap" : "vmalloc");
	show_nodes(arg, info);
	text_printf(arg, "\n");
}

int proc_show_vmallocinfo(struct text *text)
{
	vmalloc_for_each(show_area, text);
	return 0;
}
