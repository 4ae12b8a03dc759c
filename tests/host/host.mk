# host.mk - tests of lib/ and mm/ on this machine, as i386 programs under ASan and UBSan.
# Included by GNUmakefile; also works alone: make -f tests/host/host.mk host-tests
#
# A test program is tests/host/test_NAME.c, linked with all of kernel/lib, all of mm/ and the
# simulated machine. The kernel's memcpy() and its like get names of their own, so that the C
# library's, which the sanitizers know, serve everybody else.

comma := ,
CROSS ?= i686-linux-gnu-
CC32 ?= $(CROSS)gcc
Q ?= @

H := build/host
H_SYSROOT := /usr/i686-linux-gnu
H_SAN := -fsanitize=address,undefined -fno-sanitize-recover=all
H_FLAGS = -m32 -std=gnu11 -O1 -g -fno-omit-frame-pointer -fno-strict-aliasing -fno-common -fno-pie \
	-Wall -Wextra -Wmissing-prototypes -Wstrict-prototypes -Werror -MD -MP $(H_SAN) \
	-Itests/host/include -Itests/host -Ikernel/include -Imm/include -Imm/include/flat -Imm
H_LINK = -m32 -no-pie $(H_SAN) -Wl,--disable-new-dtags -Wl,-rpath,$(H_SYSROOT)/lib \
	-Wl,--dynamic-linker=$(H_SYSROOT)/lib/ld-linux.so.2 \
	$(addprefix -Wl$(comma)--wrap=,alloc_pages alloc_page __get_free_pages get_zeroed_page \
	kmem_cache_alloc __kmalloc cond_resched)

# --- sources under test
H_OBJS := kernel/lib/printf.o kernel/lib/string.o kernel/lib/math64.o kernel/lib/bitmap.o
H_OBJS += kernel/lib/rbtree.o kernel/lib/radix_tree.o
H_OBJS += kernel/cmdline.o
# Block devices, but for their drivers.
H_BLOCK_OBJS := $(addprefix kernel/drivers/,blkdev.o bio.o block_queue.o block_trace.o)
H_BLOCK_OBJS += tests/host/block_standins.o
H_OBJS += $(H_BLOCK_OBJS)
$(addprefix $(H)/,$(H_BLOCK_OBJS)): H_FLAGS += -Ikernel
MM_MODEL := flat
include mm/mm.mk
H_OBJS += $(MM_OBJS)

# --- the simulated machine
H_OBJS += tests/host/test.o tests/host/run.o tests/host/machine.o tests/host/standins.o
H_OBJS += tests/host/user.o tests/host/user_move.o tests/host/tasks.o tests/host/fake_file.o tests/host/free_lists.o
H_OBJS += tests/host/swap_disk.o tests/host/reclaim_disk.o tests/host/reclaim_steps.o
ifndef REFS_OBJS
include analysis/refs/refs.mk
endif
H_OBJS += $(REFS_OBJS)
# --- test programs: lib, physical memory, kernel memory
H_TESTS := lib rbtree radix_tree bitmap bootmem buddy pageblock pcp page_alloc slab kmap vmalloc
H_TESTS += slab_debug shrinker mempool zone
# --- test programs: address spaces, page cache
H_TESTS += interval_tree vma areas mmap fault fault_cause swap_entry swap_map swap_header swap swapoff swap_readahead
H_TESTS += filemap rmap migrate migrate_tasks compaction reclaim
H_TESTS += fault_inject oom shmem_swap overcommit reclaim_trace mlock
# --- test programs: which page leaves
H_TESTS += policy candidates workingset swapout kswapd references pageout bio refs list_policies

H_OBJS := $(addprefix $(H)/,$(H_OBJS))
H_PROGS := $(addprefix $(H)/test_,$(H_TESTS))
H_TEST_OBJS := $(patsubst %,$(H)/tests/host/test_%.o,$(H_TESTS))

H_RENAMED := memcpy memmove memset memcmp memchr strlen strnlen strcmp strncmp strchr strrchr strstr
$(H)/kernel/lib/string.o: H_FLAGS += -fno-builtin -fno-tree-loop-distribute-patterns \
	$(foreach f,$(H_RENAMED),-D$f=k_$f)
$(H)/kernel/lib/printf.o: H_FLAGS += -fno-builtin -Dsnprintf=k_snprintf -Dvsnprintf=k_vsnprintf

$(H)/analysis/refs/reduce.o: H_FLAGS += -Ibochs-plugin

$(H)/%.o: %.c tests/host/host.mk
	@mkdir -p $(@D)
	$(Q)$(CC32) $(H_FLAGS) -c -o $@ $<

$(H)/libhost.a: $(H_OBJS)
	$(Q)rm -f $@
	$(Q)$(CROSS)ar rcs $@ $^

$(H)/test_%: $(H)/tests/host/test_%.o $(H)/libhost.a
	$(Q)$(CC32) $(H_LINK) -o $@ $< $(H)/libhost.a

# The tools that read strings of references.
$(REFS_TOOLS:%=$(H)/%): $(H)/%: $(H)/analysis/refs/%.o $(H)/libhost.a
	$(Q)$(CC32) $(H_LINK) -o $@ $< $(H)/libhost.a
# With tables so small that they are full all the time.
$(addprefix $(H)/,$(THIN_OBJS)): H_FLAGS += -DTHIN_ROOM=8 -DTHIN_SEEN=16 -DTHIN_PARTS=4 -DTHIN_FOLLOWERS=8
$(H)/thin: $(addprefix $(H)/,$(THIN_OBJS))
	$(Q)$(CC32) $(H_LINK) -o $@ $^
H_PROGS += $(REFS_TOOLS:%=$(H)/%) $(H)/thin
-include $(REFS_TOOLS:%=$(H)/analysis/refs/%.d) $(THIN_OBJS:%.o=$(H)/%.d)

# The other memory models: their own objects, and the tests that look at struct pages.
H_MODEL_TESTS := zone buddy
H_MODEL_OBJS := $(filter-out $(H)/mm/zone/model_flat.o $(H)/kernel/% $(H)/analysis/% $(H)/bochs-plugin/% %/block_standins.o,$(H_OBJS))
H_MODEL_OBJS += $(patsubst %,$(H)/tests/host/test_%.o,$(H_MODEL_TESTS))

# $(call host_model,MODEL)
define host_model
$(H)-$(1)/%.o: %.c tests/host/host.mk
	@mkdir -p $$(@D)
	$(Q)$(CC32) $$(subst /include/flat,/include/$(1),$$(H_FLAGS)) -c -o $$@ $$<

H_OBJS_$(1) := $(patsubst $(H)/%,$(H)-$(1)/%,$(H_MODEL_OBJS)) $(H)-$(1)/mm/zone/model_$(1).o
$(H)-$(1)/test_%: $$(H_OBJS_$(1)) $(filter $(H)/kernel/% %/block_standins.o,$(H_OBJS))
	$(Q)$(CC32) $(H_LINK) -o $$@ $$(filter-out $(H)-$(1)/tests/host/test_%,$$^) \
		$(H)-$(1)/tests/host/test_$$*.o
H_PROGS += $(patsubst %,$(H)-$(1)/test_%,$(H_MODEL_TESTS))
-include $$(H_OBJS_$(1):.o=.d)
endef
$(foreach model,discontig sparse,$(eval $(call host_model,$(model))))

# Block devices, but for their drivers.
H_BLOCK_OBJS := $(addprefix kernel/drivers/,blkdev.o bio.o block_queue.o block_trace.o)
H_BLOCK_OBJS += tests/host/block_standins.o
H_QUEUE_OBJS := $(addprefix $(H)/,$(H_BLOCK_OBJS) tests/host/test_block_queue.o)
$(H_QUEUE_OBJS): H_FLAGS += -Ikernel
$(H)/test_block_queue: $(H_QUEUE_OBJS) $(H)/libhost.a
	$(Q)$(CC32) $(H_LINK) -o $@ $^
H_PROGS += $(H)/test_block_queue
-include $(H_QUEUE_OBJS:.o=.d)

# Files: ext2 and paths, with the kernel's own suites for them. Theirs is a wider view of kernel/.
H_FS_OBJS := $(addprefix kernel/fs/vfs/,inode.o bdev.o mpage.o namei.o dirops.o mount.o open.o locks.o rw.o) kernel/fs/pseudo/text.o
H_FS_OBJS += $(addprefix kernel/fs/ext2/,super.o inode.o balloc.o ialloc.o map.o dir.o namei.o file.o)
H_FS_OBJS += tests/host/fs_standins.o
H_FS_OBJS += $(addprefix tests/kernel/,ramdisk.o ramdisk_check.o fs_helpers.o)
H_FS_OBJS += $(addprefix tests/kernel/,test_ext2.o test_ext2_bad.o test_vfs.o)
H_FS_OBJS := $(addprefix $(H)/,$(H_FS_OBJS))
H_FS_TESTS := ext2 ext2_fuzz
H_FS_TEST_OBJS := $(H_FS_TESTS:%=$(H)/tests/host/test_%.o)
$(H_FS_OBJS) $(H_FS_TEST_OBJS): H_FLAGS += -Ikernel -Itests -Ibuild
$(H_FS_OBJS): | build/generated/syscalls.h
$(H_FS_TESTS:%=$(H)/test_%): $(H)/test_%: $(H)/tests/host/test_%.o $(H_FS_OBJS) $(H)/libhost.a
	$(Q)$(CC32) $(H_LINK) -o $@ $^
H_PROGS += $(H_FS_TESTS:%=$(H)/test_%)
-include $(H_FS_OBJS:.o=.d) $(H_FS_TEST_OBJS:.o=.d)

# The terminal's line discipline.
H_TTY_OBJS := $(addprefix $(H)/,kernel/fs/tty/tty.o tests/host/test_tty.o)
$(H_TTY_OBJS): H_FLAGS += -Ikernel -Itests
$(H)/test_tty: $(H_TTY_OBJS) $(H)/libhost.a
	$(Q)$(CC32) $(H_LINK) -o $@ $^
H_PROGS += $(H)/test_tty
-include $(H_TTY_OBJS:.o=.d)

# The text of /proc files.
H_TEXT_OBJS := $(addprefix $(H)/,kernel/fs/pseudo/text.o tests/host/test_text.o)
$(H)/tests/host/test_text.o: H_FLAGS += -Ikernel -Itests
$(H)/test_text: $(H_TEXT_OBJS) $(H)/libhost.a
	$(Q)$(CC32) $(H_LINK) -o $@ $^
H_PROGS += $(H)/test_text
-include $(H_TEXT_OBJS:.o=.d)

# Program images, with the kernel's own suite for them.
H_EXEC_OBJS := $(addprefix kernel/proc/,elf.o exec_args.o random.o) tests/kernel/test_proc.o
H_EXEC_OBJS := $(addprefix $(H)/,$(H_EXEC_OBJS))
$(H_EXEC_OBJS) $(H)/tests/host/test_exec.o: H_FLAGS += -Ikernel -Itests -Ibuild
$(H_EXEC_OBJS): | build/generated/syscalls.h
$(H)/test_exec: $(H)/tests/host/test_exec.o $(H_EXEC_OBJS) $(H)/libhost.a
	$(Q)$(CC32) $(H_LINK) -o $@ $^
H_PROGS += $(H)/test_exec
-include $(H_EXEC_OBJS:.o=.d) $(H)/tests/host/test_exec.d

# Drivers of the ISA bus, on ports that are models of the chips.
H_ISA_OBJS := $(addprefix kernel/drivers/,dma8237.o fdc.o floppy.o) $(H_BLOCK_OBJS)
H_ISA_OBJS += kernel/resource.o tests/host/isa_machine.o
H_ISA_OBJS := $(addprefix $(H)/isa/,$(H_ISA_OBJS))
H_ISA_TESTS := $(addprefix $(H)/isa/tests/host/test_,dma8237.o floppy.o resource.o)
H_ISA_FLAGS = -Itests/host/ports $(H_FLAGS) -Ikernel
$(H)/isa/%.o: %.c tests/host/host.mk
	@mkdir -p $(@D)
	$(Q)$(CC32) $(H_ISA_FLAGS) -c -o $@ $<

$(H)/test_dma8237 $(H)/test_floppy: $(H)/test_%: $(H)/isa/tests/host/test_%.o $(H_ISA_OBJS) $(H)/libhost.a
	$(Q)$(CC32) $(H_LINK) -o $@ $^
# The IDE driver, on ports that are models of two drives and a bus master.
H_IDE_OBJS := $(addprefix kernel/drivers/,ide.o ide_dma.o ide_error.o ide_probe.o block_plug.o)
H_IDE_OBJS += $(filter-out %_standins.o,$(H_BLOCK_OBJS)) tests/host/ide_machine.o
H_IDE_OBJS += tests/host/ide_kernel.o tests/host/test_ide.o
H_IDE_OBJS := $(addprefix $(H)/isa/,$(H_IDE_OBJS))
$(H_IDE_OBJS): H_ISA_FLAGS += -Itests -Ibuild
$(H_IDE_OBJS): | build/generated/syscalls.h
$(H)/test_ide: $(H_IDE_OBJS) $(H)/libhost.a
	$(Q)$(CC32) $(H_LINK) -o $@ $^
H_PROGS += $(H)/test_ide
-include $(H_IDE_OBJS:.o=.d)

$(H)/test_resource: $(H)/isa/tests/host/test_resource.o $(H)/isa/kernel/resource.o $(H)/libhost.a
	$(Q)$(CC32) $(H_LINK) -o $@ $^
H_PROGS += $(H)/test_dma8237 $(H)/test_floppy $(H)/test_resource
-include $(H_ISA_OBJS:.o=.d) $(H_ISA_TESTS:.o=.d)

# The instruction counter: mm/ as the kernel's own flags compile it, its names kept to itself.
H_COST_FLAGS := -m32 -std=gnu11 -O2 -march=i486 -mtune=i686 -mtune-ctrl=^four_jump_limit -mregparm=3 \
	-ffreestanding -fno-pic \
	-fno-pie -fno-stack-protector -fno-omit-frame-pointer -fno-strict-aliasing \
	-fno-asynchronous-unwind-tables -fno-common -mno-sse -mno-mmx -mno-80387 \
	-mpreferred-stack-boundary=2 -Wall -Wextra -Wmissing-prototypes -Wstrict-prototypes -Werror \
	-MD -MP -Itests/host/cost -Itests/host/include -Itests/host -Ikernel/include -Imm/include \
	-Imm/include/flat -Imm
H_COST_OBJS := kernel/lib/printf.o kernel/lib/string.o kernel/lib/math64.o kernel/lib/bitmap.o
H_COST_OBJS += mm/boot/bootmem.o mm/boot/memmap.o mm/zone/node.o mm/boot/movable.o mm/zone/zone.o mm/zone/zonelist.o mm/zone/watermark.o mm/zone/show_mem.o mm/zone/mempolicy.o
H_COST_OBJS += mm/zone/model_flat.o mm/page/buddy.o mm/page/buddy_validate.o mm/page/pageblock.o mm/page/pcp.o mm/page/page.o
H_COST_OBJS += mm/page/page_alloc.o mm/page/page_free.o mm/page/page_addr.o mm/page/page_report.o mm/page/page_poison.o
H_COST_OBJS += mm/slab/slab.o mm/slab/slab_cache.o mm/slab/kmalloc.o mm/window/kmap.o mm/zone/vmstat.o
H_COST_OBJS += mm/slab/slab_debug.o mm/slab/slab_validate.o mm/slab/slab_report.o
H_COST_OBJS += mm/window/vmap_area.o mm/window/vmalloc.o kernel/lib/rbtree.o
H_COST_OBJS += mm/debug/fault_inject.o kernel/cmdline.o
H_COST_OBJS += tests/host/cost/kernel.o
H_COST_OBJS := $(addprefix $(H)/cost/,$(H_COST_OBJS))

$(H)/cost/%.o: %.c tests/host/host.mk
	@mkdir -p $(@D)
	$(Q)$(CC32) $(H_COST_FLAGS) -fno-tree-loop-distribute-patterns -c -o $@ $<

$(H)/cost/kernel-half.o: $(H_COST_OBJS)
	$(Q)$(CC32) -m32 -nostdlib -r -o $@ $^
	$(Q)$(CROSS)objcopy $(addprefix --keep-global-symbol=,cost_rows cost_setup cost_run cost_mark) $@

$(H)/tests/host/cost/main.o: H_SAN :=
$(H)/test_cost: H_SAN :=
$(H)/test_cost: $(H)/tests/host/cost/main.o $(H)/cost/kernel-half.o
	$(Q)$(CC32) $(H_LINK) -o $@ $^
H_PROGS += $(H)/test_cost

.SECONDARY: $(H_TEST_OBJS) $(H_FS_TEST_OBJS) $(H_OBJS_discontig) $(H_OBJS_sparse)
.PHONY: host-tests
host-tests: $(H_PROGS)
CHECK += host-tests

-include $(H_OBJS:.o=.d) $(H_TEST_OBJS:.o=.d) $(H_COST_OBJS:.o=.d)
-include $(H)/tests/host/cost/main.d
include tests/host/fuzz/fuzz.mk
