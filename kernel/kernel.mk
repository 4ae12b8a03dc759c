# kernel.mk - builds build/kernel/kernel.elf. Included by GNUmakefile; also works alone:
#   make -f kernel/kernel.mk build/kernel/kernel.elf
# Each memory model but flat has a directory of its own, so that nothing is mixed:
#   make -f kernel/kernel.mk MEMMODEL=sparse build/kernel-sparse/kernel.elf
#
# Objects are listed by hand, one block a directory. The kernel is linked twice: the first link
# gives the addresses for the symbol table that the second one contains.

CROSS ?= i686-linux-gnu-
Q ?= @
MEMMODEL ?= flat

# The check behind the second link must not leave its file behind.
.DELETE_ON_ERROR:

K_MODEL := $(if $(filter-out flat,$(MEMMODEL)),-$(MEMMODEL))
K := build/kernel$(K_MODEL)
KCC := $(CROSS)gcc

# ^four_jump_limit: no padding between jumps, which an old Pentium's branch cache liked and which
# would be an executed instruction on many a short way.
KFLAGS := -m32 -std=gnu11 -O2 -march=i486 -mtune=i686 -mtune-ctrl=^four_jump_limit -mregparm=3 \
	-ffreestanding -fno-pic -fno-pie -fno-stack-protector -fno-omit-frame-pointer -fno-strict-aliasing -fno-asynchronous-unwind-tables \
	-fno-common -mno-sse -mno-mmx -mno-80387 -mpreferred-stack-boundary=2 --param=min-pagesize=0 \
	-Wall -Wextra -Wmissing-prototypes -Wstrict-prototypes -Wno-dangling-pointer -Werror -MD -MP -g \
	-ffile-prefix-map=$(CURDIR)=.

# mm/ and kernel/lib/ see the machine contract and the basics, nothing else.
K_INC_LOW := -Ikernel/include -Imm/include -Imm/include/$(MEMMODEL) -Imm
K_INC_ALL := $(K_INC_LOW) -Ikernel -Itests -Ibuild

# --- kernel/boot, kernel/arch, kernel/drivers (machine), kernel/*.c
K_OBJS := kernel/boot/boot.o kernel/boot/multiboot.o kernel/boot/iomem.o kernel/resource.o
K_OBJS += kernel/i386/entry.o kernel/i386/switch.o kernel/i386/cpu.o kernel/i386/gdt.o
K_OBJS += kernel/i386/traps.o kernel/i386/irq.o kernel/i386/page_fault.o kernel/i386/uaccess.o
K_OBJS += kernel/i386/pgtable.o kernel/i386/tlb.o kernel/i386/fpu.o kernel/i386/tls.o
K_OBJS += kernel/i386/thread.o kernel/i386/signal_frame.o
K_OBJS += kernel/drivers/serial.o kernel/drivers/vga.o kernel/drivers/pic.o
K_OBJS += kernel/drivers/pit.o kernel/drivers/rtc.o
K_OBJS += kernel/main.o kernel/printk.o kernel/panic.o kernel/symbols.o kernel/cmdline.o
K_OBJS += kernel/reboot.o kernel/crash.o kernel/crash_memory.o

# --- kernel/lib
K_OBJS += kernel/lib/printf.o kernel/lib/string.o kernel/lib/math64.o kernel/lib/bitmap.o
K_OBJS += kernel/lib/rbtree.o kernel/lib/radix_tree.o
# So that the call trace of each misuse names it.
$(K)/kernel/crash_memory.o: KFLAGS += -fno-optimize-sibling-calls
# GCC must not turn the loops of memcpy() and its kin into calls of themselves.
$(K)/kernel/lib/string.o: KFLAGS += -fno-tree-loop-distribute-patterns

# --- mm
MM_MODEL := $(MEMMODEL)
include mm/mm.mk
K_OBJS += $(MM_OBJS)

# --- kernel/proc
K_OBJS += kernel/sched/lock.o kernel/sched/sched.o kernel/sched/wait.o kernel/proc/task.o
K_OBJS += kernel/sched/timer.o kernel/sched/clock.o kernel/sched/sys_time.o kernel/sched/itimer.o
K_OBJS += kernel/proc/fork.o kernel/proc/exit.o kernel/proc/wait4.o kernel/proc/rusage.o
K_OBJS += kernel/signal/signal.o kernel/signal/signal_take.o kernel/signal/sigaction.o kernel/signal/kill.o
K_OBJS += kernel/proc/exec.o kernel/proc/exec_args.o kernel/proc/exec_threads.o kernel/proc/elf.o
K_OBJS += kernel/sched/futex.o kernel/sched/futex_robust.o kernel/proc/random.o kernel/proc/rlimit.o kernel/proc/init.o
K_OBJS += kernel/proc/sys_ids.o kernel/sched/sys_sched.o kernel/proc/sys_misc.o kernel/proc/sys_mm.o kernel/proc/sys_mempolicy.o
K_OBJS += kernel/proc/syscall_table.o kernel/proc/task_hint.o kernel/proc/oom.o
K_OBJS += kernel/i386/fpstate.o

# --- kernel/fs, kernel/drivers (disk)
K_OBJS += $(addprefix kernel/drivers/,ide.o ide_dma.o ide_error.o ide_probe.o pci.o partition.o)
K_OBJS += $(addprefix kernel/drivers/,blkdev.o bio.o block_queue.o block_plug.o block_trace.o)
K_OBJS += kernel/drivers/dma8237.o kernel/drivers/fdc.o kernel/drivers/floppy.o
K_OBJS += kernel/fs/vfs/inode.o kernel/fs/vfs/mount.o kernel/fs/vfs/namei.o kernel/fs/vfs/dirops.o kernel/fs/vfs/bdev.o kernel/fs/vfs/mpage.o kernel/fs/vfs/swap_calls.o
K_OBJS += kernel/fs/vfs/open.o kernel/fs/vfs/open_calls.o kernel/fs/vfs/fdtable.o kernel/fs/vfs/locks.o kernel/fs/vfs/fs_struct.o
K_OBJS += kernel/fs/vfs/rw.o kernel/fs/vfs/sendfile.o kernel/fs/vfs/stat.o kernel/fs/vfs/statfs.o kernel/fs/vfs/attr.o
K_OBJS += kernel/fs/vfs/readdir.o kernel/fs/vfs/dir_calls.o kernel/fs/vfs/poll.o kernel/fs/vfs/select.o
K_OBJS += kernel/fs/pipe/pipe.o kernel/fs/dev/devices.o kernel/fs/tty/tty.o kernel/fs/pseudo/text.o
K_OBJS += kernel/fs/proc/procfs.o kernel/fs/proc/proc_system.o kernel/fs/proc/proc_pid.o kernel/fs/proc/proc_maps.o
K_OBJS += kernel/fs/proc/proc_mark.o kernel/fs/proc/proc_resource.o kernel/fs/dev/block_file.o
K_OBJS += kernel/fs/proc/proc_mm.o kernel/fs/proc/proc_zone.o kernel/fs/proc/proc_vmstat.o
K_OBJS += kernel/fs/proc/proc_sysctl.o kernel/fs/sys/sysfs.o kernel/fs/sys/sysfs_memory.o kernel/fs/pseudo/tree.o
K_OBJS += kernel/fs/pseudo/text_file.o
K_OBJS += $(addprefix kernel/fs/ext2/,super.o inode.o balloc.o ialloc.o map.o dir.o namei.o file.o)

# --- tests/kernel
K_OBJS += tests/kernel/bench.o tests/kernel/ktap.o tests/kernel/suites.o tests/kernel/test_lib.o tests/kernel/test_buddy.o tests/kernel/test_pcp.o
K_OBJS += tests/kernel/test_slab.o tests/kernel/test_kmap.o tests/kernel/test_malloc.o
K_OBJS += tests/kernel/test_vmalloc.o
K_OBJS += tests/kernel/test_layout.o tests/kernel/test_zones.o tests/kernel/test_numa.o
K_OBJS += tests/kernel/test_shrinker.o tests/kernel/test_slab_debug.o tests/kernel/test_mempool.o
K_OBJS += $(addprefix tests/kernel/,user_helpers.o test_vma.o test_fault.o test_filemap.o)
K_OBJS += tests/kernel/test_sched.o tests/kernel/test_lock.o tests/kernel/test_proc.o
K_OBJS += $(addprefix tests/kernel/,ramdisk.o ramdisk_check.o fs_helpers.o)
K_OBJS += $(addprefix tests/kernel/,test_block.o test_ide_dma.o test_ide.o test_vfs.o test_ext2.o test_ext2_bad.o)
K_OBJS += tests/kernel/test_fault_inject.o tests/kernel/fault_user.o

K_OBJS += $(addprefix tests/kernel/,movable.o test_migrate.o test_rmap.o test_swap.o test_compaction.o test_hotplug.o)
K_OBJS += tests/kernel/test_reclaim.o $(addprefix tests/kernel/,swap_helpers.o test_swap_disk.o test_shmem.o test_mlock.o)
K_OBJS += tests/kernel/test_resource.o tests/kernel/test_isa_dma.o
K_OBJS += $(addprefix tests/kernel/,test_procfs.o test_sysctl.o test_tree.o test_vmstat.o)

K_OBJS := $(addprefix $(K)/,$(K_OBJS))
K_LINK := $(KCC) -m32 -nostdlib -static -no-pie -Wl,--build-id=none -Wl,-z,noexecstack \
	-Wl,-z,max-page-size=4096 -T kernel/boot/kernel.lds

$(K)/mm/%.o: mm/%.c kernel/kernel.mk
	@mkdir -p $(@D)
	$(Q)$(KCC) $(KFLAGS) $(K_INC_LOW) -c -o $@ $<

$(K)/kernel/lib/%.o: kernel/lib/%.c kernel/kernel.mk
	@mkdir -p $(@D)
	$(Q)$(KCC) $(KFLAGS) $(K_INC_LOW) -c -o $@ $<

$(K)/%.o: %.c kernel/kernel.mk
	@mkdir -p $(@D)
	$(Q)$(KCC) $(KFLAGS) $(K_INC_ALL) -c -o $@ $<

$(K)/%.o: %.S kernel/kernel.mk
	@mkdir -p $(@D)
	$(Q)$(KCC) $(KFLAGS) $(K_INC_ALL) -c -o $@ $<

# Prototypes, table and names of the system calls.
# Written aside: makes for several memory models may run at once.
build/generated/syscalls.h: kernel/proc/syscall_tbl.awk kernel/proc/syscall.tbl
	@mkdir -p $(@D)
	$(Q)awk -f kernel/proc/syscall_tbl.awk kernel/proc/syscall.tbl >$@.$$$$ && mv $@.$$$$ $@
$(K_OBJS): | build/generated/syscalls.h

# The first link has an empty symbol table, the second the first one's names; no function may
# have moved between them.
$(K)/ksyms0.S: kernel/ksyms.awk
	@mkdir -p $(@D)
	$(Q)awk -f kernel/ksyms.awk /dev/null >$@

$(K)/pass1.elf: $(K_OBJS) $(K)/ksyms0.S kernel/boot/kernel.lds
	$(Q)$(K_LINK) -o $@ $(K_OBJS) $(K)/ksyms0.S

$(K)/ksyms.S: $(K)/pass1.elf kernel/ksyms.awk
	$(Q)$(CROSS)nm -n $< | awk -f kernel/ksyms.awk >$@

# kernel.debug has DWARF, for gdb. GRUB legacy would load it all: kernel.elf keeps names only.
$(K)/kernel.debug: $(K)/ksyms.S
	$(Q)$(K_LINK) -o $@ $(K_OBJS) $(K)/ksyms.S
	$(Q)$(CROSS)nm -n $@ | awk -f kernel/ksyms.awk | cmp - $(K)/ksyms.S

$(K)/kernel.elf: $(K)/kernel.debug
	$(Q)$(CROSS)objcopy --strip-debug $< $@

-include $(K_OBJS:.o=.d)
