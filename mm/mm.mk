# mm.mk - the objects of mm/, one block a room. Included by kernel/kernel.mk and tests/host/host.mk,
# which say which memory model: MM_MODEL.

# firmware's map to the first page
MM_OBJS := $(addprefix mm/boot/,bootmem.o memmap.o movable.o)
# nodes, zones, memory models, marks, counters
MM_OBJS += $(addprefix mm/zone/,mempolicy.o node.o show_mem.o vmstat.o vmstat_validate.o watermark.o zone.o \
	zone_stat.o zonelist.o model_$(MM_MODEL).o)
# buddy system, per-CPU lists, allocation
MM_OBJS += $(addprefix mm/page/,buddy.o buddy_validate.o page.o page_addr.o page_alloc.o page_free.o \
	page_poison.o page_report.o pageblock.o pcp.o)
# kernel objects
MM_OBJS += $(addprefix mm/slab/,kmalloc.o mempool.o shrinker.o slab.o slab_cache.o slab_validate.o \
	slab_debug.o slab_report.o)
# kmap, fixmap, vmalloc, ioremap
MM_OBJS += $(addprefix mm/window/,fixmap.o ioremap.o kmap.o vmalloc.o vmap_area.o)
# one fault, page tables
MM_OBJS += $(addprefix mm/fault/,anon.o cow.o fault.o file_fault.o mlock.o pagetable.o rmap_validate.o rmap_walk.o \
	swap_entry.o unmap.o zap.o)
# areas and the mmap family
MM_OBJS += $(addprefix mm/area/,anon_vma.o area_hint.o brk.o interval_tree.o dup.o madvise.o mlock.o mm_struct.o mmap.o mprotect.o \
	munmap.o overcommit.o unmapped_area.o mm_validate.o vma.o vma_merge.o)
# pages of files
MM_OBJS += $(addprefix mm/cache/,drop_clean.o file_rw.o filemap.o readahead.o shmem.o shmem_swap.o tree_nodes.o truncate.o writeback.o)
# which pages leave memory
MM_OBJS += $(addprefix mm/reclaim/,candidates.o kswapd.o lru.o pageout.o range.o throttle.o trace.o vmscan.o workingset.o)
MM_POLICY_OBJS := $(patsubst %,mm/reclaim/%.o,policy policy_aging policy_clock policy_fifo policy_lru policy_random \
	policy_twolist policy_wsclock)
MM_OBJS += $(MM_POLICY_OBJS)
# swap areas, swap cache
MM_OBJS += $(addprefix mm/swap/,swap_area.o swap_cache.o swap_empty.o swap_fault.o swap_header.o \
	swap_io.o swap_map.o swap_readahead.o swap_validate.o)
# a process dies for want of memory
MM_OBJS += $(addprefix mm/oom/,oom_kill.o oom_reap.o oom_report.o)
# migration, compaction, hotplug
MM_OBJS += $(addprefix mm/move/,compaction.o memory_hotplug.o migrate.o page_isolation.o)
# allocations that fail on purpose
MM_OBJS += $(addprefix mm/debug/,fault_inject.o frame_hint.o validate.o)
