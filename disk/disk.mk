# disk.mk - the user programs and the root file system of the guest (included by GNUmakefile).
#
# Every disk/user/NAME.c is one static i386 Linux program, /bin/NAME in the guest, linked
# with the C library that Debian's cross compiler comes with. Every tests/user/NAME.c is one too, but
# only in the images of the tests: they stay in build/test-user/. So is every tests/guest/NAME.c, which
# one test alone boots: build/test-guest/.

USER_CFLAGS := -std=gnu11 -D_GNU_SOURCE -O2 -g -static -Wl,--build-id=none -Wall -Wextra -Werror -MD -MP
USER_LIBS := -lm -lpthread
USER_PROGS := $(patsubst disk/user/%.c,build/user/%,$(wildcard disk/user/*.c))
TEST_PROGS := $(patsubst tests/user/%.c,build/test-user/%,$(wildcard tests/user/*.c))
GUEST_PROGS := $(patsubst tests/guest/%.c,build/test-guest/%,$(wildcard tests/guest/*.c))

# The names that busybox goes by in the guest.
APPLETS := [ [[ ash awk basename bunzip2 bzip2 cat chmod clear cmp cp cut date dd df diff \
	dirname du echo ed egrep env expand expr factor false fgrep find fold free grep gunzip gzip \
	head hexdump id kill less ln ls md5sum mkdir mkfifo more mv nl od paste pidof printf \
	ps pwd readlink realpath rev rm rmdir sed seq sh sha1sum sha256sum sha512sum shuf sleep sort \
	stat strings stty sync tac tail tar tee test time top touch tr true truncate \
	tty uname unexpand uniq unxz unzip uptime vi wc which who whoami xargs xxd xz xzcat yes zcat

# These have no library under them, and a 486 can run them.
build/user/tiny build/test-user/bare: USER_LIBS =
build/user/tiny build/test-user/bare: USER_CFLAGS += -march=i486 -ffreestanding \
	-fno-stack-protector -fcf-protection=none -nostdlib

build/user/init: disk/init/job.c disk/init/job.h
build/user/%: disk/user/%.c disk/disk.mk
	@mkdir -p $(@D)
	$(Q)$(CC32) $(USER_CFLAGS) -o $@ $(filter %.c,$^) $(USER_LIBS)

build/test-user/%: tests/user/%.c disk/disk.mk
	@mkdir -p $(@D)
	$(Q)$(CC32) $(USER_CFLAGS) -o $@ $< $(USER_LIBS)

build/test-guest/phases: USER_CFLAGS += -Ikernel/include
build/test-guest/%: tests/guest/%.c disk/disk.mk
	@mkdir -p $(@D)
	$(Q)$(CC32) $(USER_CFLAGS) -o $@ $< $(USER_LIBS)

# The root file system as a directory tree; hard links in it are hard links in the guest.
build/root.ok: $(USER_PROGS) build/deps/run.mk disk/disk.mk build/floppy.img
	@rm -rf build/root
	@mkdir -p $(addprefix build/root/,bin sbin lib usr etc dev proc sys tmp work root)
	@for name in bin sbin lib; do ln -s ../$$name build/root/usr/$$name; done
	@cp build/deps/busybox build/root/bin/busybox
	@for name in $(APPLETS); do ln build/root/bin/busybox "build/root/bin/$$name"; done
	@for program in $(USER_PROGS); do \
		case $$program in */init) dir=sbin ;; *) dir=bin ;; esac; \
		$(CROSS)strip -o "build/root/$$dir/$${program##*/}" $$program || exit 1; \
	done
	@touch $@

# The diskette in the guest's first drive: 2,880 sectors, each of 16 lines that say its number.
build/floppy.img: disk/disk.mk
	$(Q)awk 'BEGIN { for (i = 0; i < 46080; i++) \
		printf "Pagoda\047s floppy, sector %04d %02d\n", i / 16, i % 16 }' >$@

ALL += build/root.ok build/floppy.img
CHECK += $(TEST_PROGS) $(GUEST_PROGS)
-include $(addsuffix .d,$(USER_PROGS) $(TEST_PROGS) $(GUEST_PROGS))
