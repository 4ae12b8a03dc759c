# linux.mk - Debian's own kernel as the guest: GUEST=linux (included by GNUmakefile).
#
#   build/linux/kernel.elf    it, unpacked by setup/linux.sh, behind a Multiboot header (boot.c)
#   build/linux/init          process 1 of the initramfs (init.c)
#   build/linux/kernel.sym    names of its functions, for the report

LINUX := build/deps/linux
linux_files := build/linux/kernel.elf build/linux/init build/linux/kernel.sym build/linux/cmdline

# Lean, as in the figures that Pagoda is compared with: no APIC, ACPI, KASLR, mitigations, security
# modules, memory cgroups or auditing; nothing cleared in advance. Then: no tests of ciphers, no wait for
# the speed of clocks that the emulator does not keep, no drivers of what is not there. A
# panic resets the machine at once, which ends the run (plugin option reset=end).
linux_lean := noapic nolapic acpi=off nokaslr mitigations=off lsm= cgroup_disable=memory audit=0 \
	init_on_alloc=0 init_on_free=0 cryptomgr.notests tsc=unstable lpj=800000 pnpbios=off noisapnp \
	initcall_blacklist=trace_eval_init,init_kprobe_trace,init_evm,load_system_certificate_list
linux_base := console=ttyS0,115200 8250.nr_uarts=1 quiet panic=-1 $(linux_lean)
linux_cmdline = $(linux_base) $$P_APPEND

build/linux/cmdline: disk/linux/linux.mk
	@mkdir -p $(@D)
	$(Q)echo '$(linux_base)' >$@

$(LINUX)/image: setup/linux.sh
	$(Q)setup/linux.sh get; touch $@

build/linux/kernel.elf: disk/linux/boot.c disk/linux/start.S disk/linux/boot.lds $(LINUX)/image
	@mkdir -p $(@D)
	$(Q)$(CC32) -Os -march=i486 -mregparm=1 -ffreestanding -fno-pic -fno-stack-protector \
		-fcf-protection=none -Wall -Wextra -Werror -c -o build/linux/boot.o $<
	$(Q)$(CC32) -DLINUX_SETUP='"$(LINUX)/setup"' -DLINUX_IMAGE='"$(LINUX)/image"' -c \
		-o build/linux/start.o disk/linux/start.S
	$(Q)$(CROSS)ld -z noexecstack -z max-page-size=4096 --no-warn-rwx-segments --build-id=none -T disk/linux/boot.lds \
		--defsym LINUX_BSS=$$(($$(cat $(LINUX)/size) - $$(stat -L -c %s $(LINUX)/image))) \
		-o $@ build/linux/boot.o build/linux/start.o

# export NAME: its address.
export = 0x$$(sed -n 's/ $(1)$$//p' $(LINUX)/exports)
build/linux/init: disk/linux/init.c disk/linux/tasks.c disk/init/job.c disk/init/job.h disk/linux/hint.h \
		disk/linux/tasks.h kernel/include/kernel/trace_port.h $(LINUX)/image
	@mkdir -p $(@D)
	$(Q)$(CC32) $(filter-out -MD -MP,$(USER_CFLAGS)) -Ikernel/include \
		-DCURRENT_TASK=$(call export,current_task) -DPER_CPU_OFFSET=$(call export,__per_cpu_offset) \
		-o $@ $(filter %.c,$^)

# The package has no System.map; the kernel itself names its functions. One boot, kept in the cache.
build/linux/kernel.sym: build/linux/kernel.elf build/linux/init build/root.ok disk/linux/symbols.sh
	$(Q)disk/linux/symbols.sh $(LINUX)/symbols "$(linux_base)"; cp $(LINUX)/symbols $@
