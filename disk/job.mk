# job.mk - the disk image of a run, and how it is booted.
#
#   $(make_image)   makes $(image) from the variables that say what to run
#   $(lock)         before it, when the user has named OUT
#   $(boot)         the command that boots an image

# The image of the program to run and of the kernel command line. It is made again for each run, one
# run at a time: the lock goes on to boot.sh, which copies the image and lets the next one have it.
# `make` and `make check` have another one, which tests boot while others call make.
work := build/image/$(if $(filter run trace debug qemu,$(goals)),run,default)
image := $(if $(filter image,$(guest)),"$$P_GUEST",$(work)/disk.img)
job_options = $(if $(P_STDIN),-s "$$P_STDIN") $(if $(P_PROG)$(P_SCRIPT),,$(job_default)) \
	$(if $(P_SCRIPT),-S "$$P_SCRIPT") -e "$$P_ENV" -L "$$P_LIBS"
# What the guest's root is made from, besides what this job brings.
roots = build/root $(if $(P_PACKAGES),$(work)/packages) $(if $(P_ROOTFS),"$$P_ROOTFS")
rootfs_there = $(if $(P_ROOTFS),[ -d "$$P_ROOTFS" ] || \
	{ echo "FAILED: ROOTFS=$$P_ROOTFS: no such directory" >&2; exit 1; };)
unpack = $(if $(P_PACKAGES),disk/packages.sh link "$$P_PACKAGES" $(work)/packages;)
# Before a program of the user's a quick self-test is enough; of two selftest= the last one counts.
cmdline = root=/dev/hda1 rw console=ttyS0 $(if $(P_PROG)$(P_SCRIPT),selftest=quick )$$P_APPEND
make_job = disk/job.sh $(job_options) -a "$$P_ARGS" -f "$$P_FILES" \
	$(patsubst %,-r %,$(roots)) $(work)/root $(if $(P_PROG),"$$P_PROG")
make_image_kernel = setup/typos.sh suites "$$P_APPEND"; mkdir -p $(work); exec 7>$(work)/.lock; flock 7; \
	$(rootfs_there) $(unpack) $(make_job); disk/mkimage.sh -o $(image) -k $(boot_elf) \
	-a "$(cmdline)" -s $(SWAP) $(roots) $(work)/root
make_image_linux = mkdir -p $(work); exec 7>$(work)/.lock; flock 7; $(rootfs_there) $(unpack) $(make_job); \
	disk/initrd.sh $(work)/initrd build/linux/init $(roots) $(work)/root; \
	disk/mkimage.sh -o $(image) -k build/linux/kernel.elf -m $(work)/initrd -a "$(linux_cmdline)" -s 0
make_image_image = :
make_image = $(make_image_$(guest))
# Without OUT each recording gets a directory of its own. One given that is in use is refused at once;
# the lock on it goes on to boot.sh.
ifeq ($(value OUT),out/latest)
lock = :
out = -n "$${P_PROG:-$${P_SCRIPT:-demo}}"
run: out = -n run
debug: out = -o out/debug
qemu: out = -o out/qemu
else
lock = . tests/run/lock.sh; lock_out "$$P_OUT"
out = -o "$$P_OUT"
endif
boot = tests/run/boot.sh $(out) $(boot_$(guest)) -m $(MEM) -t $(TIMEOUT) $(if $(P_CPU),-c "$$P_CPU") \
	$(if $(P_TRACE),-T "$$P_TRACE") -w "$$P_GET" $(if $(filter-out 0,$(ALLOW_FAIL)),-a)
boot_linux = -G linux -f none
boot_image = -G image -f none
symbols_kernel = $(K)/kernel.elf
symbols_linux = build/linux/kernel.sym
symbols_image = none
job_default = -n demo
run: job_default =
run: job_options += -c
